/* SPDX-License-Identifier: MIT */
/* The targets of a program whose table has an interface. */
#include "targets.h"

const struct fuzz_target *const fuzz_targets[] = {
	&fuzz_messages_target,
	&fuzz_servant_target,
	&fuzz_proxy_target,
	NULL,
};
