/* SPDX-License-Identifier: MIT */
/* The targets of a program that has codecs, and nothing around them. */
#include "targets.h"

const struct fuzz_target *const fuzz_targets[] = { &fuzz_messages_target,
						   NULL };
