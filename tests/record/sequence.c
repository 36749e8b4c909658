/* SPDX-License-Identifier: MIT */
/*
 * A module that is softisp with a bug that needs a sequence: once it has seen
 * the statistics of frame 2 and, later, those of frame 5, the parameters of the
 * next frame fail.
 */
#include <errno.h>

#include "softisp.h"

struct sequence {
	struct softisp softisp; /* first: the ops of softisp take it */
	bool has_seen_2;
	bool fails;
};

static void process_stats(void *self, uint32_t frame, uint32_t buffer_id,
			  const struct cam_control_list *sensor_controls)
{
	struct sequence *ipa = self;

	softisp_ops.process_stats(self, frame, buffer_id, sensor_controls);
	if (frame == 2)
		ipa->has_seen_2 = true;
	if (frame == 5 && ipa->has_seen_2)
		ipa->fails = true;
}

static void compute_params(void *self, uint32_t frame, uint32_t buffer_id)
{
	struct sequence *ipa = self;

	if (!ipa->fails) {
		softisp_ops.compute_params(self, frame, buffer_id);
		return;
	}
	ipa->fails = false;
	(void)!ipa_softisp_emit_params_ready(ipa->softisp.host, frame,
					     buffer_id, -EIO);
}

static struct ipa_softisp_ops sequence_ops;

__attribute__((constructor)) static void copy_ops(void)
{
	sequence_ops = softisp_ops;
	sequence_ops.process_stats = process_stats;
	sequence_ops.compute_params = compute_params;
}

static int sequence_create(struct camipc_host *host, void **ret_ipa)
{
	return softisp_allocate(host, sizeof(struct sequence), ret_ipa);
}

IPA_SOFTISP_MODULE("sequence", 1, "MIT", sequence_create, softisp_destroy,
		   &sequence_ops);
