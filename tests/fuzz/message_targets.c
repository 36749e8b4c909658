/* SPDX-License-Identifier: MIT */
/* The targets of a program that has codecs, and nothing around them. */
#include "targets.h"
#include "typed.h"

const struct fuzz_target *const fuzz_targets[] = { &fuzz_messages_target,
						   NULL };
const struct fuzz_face *const fuzz_faces[] = { NULL };
