/* SPDX-License-Identifier: MIT */
/* Lists the targets of a program whose table has an interface. */
#include "capture.h"
#include "targets.h"

const struct fuzz_target *const fuzz_targets[] = {
	&fuzz_messages_target,
	&fuzz_servant_target,
	&fuzz_proxy_target,
	NULL,
};

const struct capture_rule capture_rules[] = {
	{ &fuzz_messages_target, capture_messages },
	{ &fuzz_servant_target, capture_servant },
	{ &fuzz_proxy_target, capture_proxy },
	{ NULL, NULL },
};
