/* SPDX-License-Identifier: MIT */
/* Lists the targets that belong to no interface. */
#include "capture.h"
#include "targets.h"
#include "typed.h"

const struct fuzz_target *const fuzz_targets[] = {
	&fuzz_note_target,
	&fuzz_control_target,
	&fuzz_channel_target,
	&fuzz_log_target,
	&fuzz_recording_target,
	&fuzz_ring_target,
	&fuzz_trust_target,
	NULL,
};

const struct capture_rule capture_rules[] = {
	{ &fuzz_control_target, capture_control },
	{ &fuzz_channel_target, capture_channel },
	{ NULL, NULL },
};

/* No messages of ours: what looks for one finds none. */
const struct oracle_codec oracle_codecs[] = { { NULL, NULL } };
const struct camipc_interface *const oracle_interfaces[] = { NULL };
const struct fuzz_face *const fuzz_faces[] = { NULL };
