/* SPDX-License-Identifier: MIT */
/* Lists the targets that play a whole session over a link to a process. */
#include "capture.h"
#include "targets.h"
#include "typed.h"

const struct fuzz_target *const fuzz_targets[] = {
	&fuzz_host_target,
	&fuzz_worker_target,
	NULL,
};

const struct capture_rule capture_rules[] = { { NULL, NULL } };
const struct fuzz_face *const fuzz_faces[] = { NULL };
