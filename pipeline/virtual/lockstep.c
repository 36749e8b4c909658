/* SPDX-License-Identifier: MIT */
/*
 * Lock-step: a frame is taken, measured and handed to the IPA, and waits until
 * its parameters have come. The result thus depends on scene, seed and light
 * only, not on speed, nor on where the IPA runs.
 */
#include "lockstep.h"

static int wait_for_answer(struct virtual_ipa *ipa,
			   const struct virtual_answer *answer)
{
	int64_t since_ms = virtual_ipa_now_ms();

	while (!(answer->has_parameters && answer->has_metadata)) {
		int ret = virtual_ipa_wait(ipa, -1, answer->frame, since_ms);

		if (ret < 0)
			return ret;
	}
	return 0;
}

int virtual_lockstep_capture(struct virtual_ipa *ipa, uint32_t number,
			     struct virtual_frame *ret_frame)
{
	struct virtual_answer *answer = virtual_ipa_get_answer(ipa, number);
	struct ipa_softisp_parameters parameters;
	struct virtual_frame frame;
	int ret;

	virtual_imager_expose(ipa->imager, number, &frame);
	ret = virtual_ipa_ask(ipa, &frame);
	if (ret < 0)
		return ret;
	ret = wait_for_answer(ipa, answer);
	if (ret < 0)
		return ret;
	ret = virtual_ipa_take_parameters(ipa, answer, &parameters);
	if (ret < 0)
		return ret;
	ret = virtual_imager_develop(ipa->imager, number, &parameters,
				     ipa->error);
	if (ret < 0)
		return ret;
	frame.metadata = &ipa->metadata;
	*ret_frame = frame;
	return 0;
}
