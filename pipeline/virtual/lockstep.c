/* SPDX-License-Identifier: MIT */
/*
 * Lock-step: each frame waits until its own parameters have come before its
 * image is made, and for its metadata before the next frame. The result thus
 * depends on scene, seed and light only, not on speed, nor on where the IPA
 * runs. A frame whose IPA ends under way is made with the parameters of the
 * frame before; the next one waits until the IPA was restarted.
 */
#include "lockstep.h"

#include <unistd.h>

#include "idle_threads.h"

/* Longest wait for threads of an IPA that work on and on. */
#define IDLE_MS 1000

static int wait_for(struct virtual_ipa *ipa,
		    const struct virtual_answer *answer, const bool *is_there)
{
	int64_t since_ms = virtual_ipa_now_ms();

	while (!*is_there && !answer->is_lost) {
		int ret = virtual_ipa_wait(ipa, -1, answer->frame, since_ms);

		if (ret < 0)
			return ret;
	}
	return 0;
}

static int wait_for_parameters(struct virtual_ipa *ipa,
			       struct virtual_answer *answer)
{
	int ret = wait_for(ipa, answer, &answer->has_parameters);

	if (ret < 0 || answer->is_lost)
		return ret;
	return virtual_ipa_take_parameters(ipa, answer);
}

/*
 * An IPA with threads of its own needs time that no call shows: the pace, and on a
 * busy machine until they have done what they began.
 */
static int keep_pace(struct virtual_lockstep *lockstep)
{
	const int64_t limit_ms = virtual_ipa_now_ms() + lockstep->pace_ms +
				 IDLE_MS;
	int pid = camipc_proxy_get_pid(lockstep->ipa->proxy);
	int ret;

	if (!lockstep->pace_ms)
		return 0;
	if (pid <= 0)
		pid = getpid(); /* in a thread */
	ret = virtual_ipa_pause(lockstep->ipa, lockstep->next_ms);
	while (ret == 0 && !virtual_threads_are_idle(pid) &&
	       virtual_ipa_now_ms() < limit_ms)
		ret = virtual_ipa_pause(lockstep->ipa,
					virtual_ipa_now_ms() + 1);
	lockstep->next_ms = virtual_ipa_now_ms() + lockstep->pace_ms;
	return ret;
}

/* Before the sensor takes the frame: parameters, if they are asked for now. */
static int begin_lockstep(struct virtual_ipa *ipa, struct virtual_answer *answer,
			  uint32_t number)
{
	int ret = virtual_ipa_wait_restart(ipa);

	if (ret == 0)
		ret = virtual_ipa_before_frame(ipa, number);
	if (ret == 0 && ipa->imager->isp->before_frame)
		ret = wait_for_parameters(ipa, answer);
	return ret;
}

/* Only the first frame has no older parameters to be made with. */
static int get_parameters(struct virtual_ipa *ipa, struct virtual_answer *answer,
			  const struct virtual_frame *frame)
{
	int ret = virtual_ipa_frame_taken(ipa, frame);

	if (ret == 0 && !answer->is_taken)
		ret = wait_for_parameters(ipa, answer);
	while (ret == 0 && !ipa->has_parameters) {
		ret = virtual_ipa_ask_again(ipa, frame);
		if (ret == 0)
			ret = wait_for_parameters(ipa, answer);
	}
	return ret;
}

static int process(struct virtual_ipa *ipa, struct virtual_answer *answer,
		   struct virtual_frame *frame)
{
	int ret = get_parameters(ipa, answer, frame);

	if (ret < 0)
		return ret;
	frame->parameters_frame = ipa->parameters_frame;
	frame->parameters_reason = answer->is_taken
					   ? VIRTUAL_PARAMETERS_ON_TIME
					   : VIRTUAL_PARAMETERS_NO_IPA;
	ret = virtual_imager_develop(ipa->imager, frame->parameters_frame,
				     ipa->parameters, ipa->error);
	if (ret < 0)
		return ret;
	ret = virtual_ipa_image_made(ipa, frame);
	return ret < 0 ? ret : wait_for(ipa, answer, &answer->has_metadata);
}

int virtual_lockstep_capture(struct virtual_lockstep *lockstep, uint32_t number,
			     struct virtual_frame *ret_frame)
{
	struct virtual_ipa *ipa = lockstep->ipa;
	struct virtual_answer *answer = virtual_ipa_get_answer(ipa, number);
	struct virtual_frame frame;
	int ret = keep_pace(lockstep);

	if (ret < 0)
		return ret;
	camera_stage_begin(&ipa->imager->clock, CAMERA_STAGE_IPC);
	ret = begin_lockstep(ipa, answer, number);
	if (ret < 0)
		return ret;
	ret = virtual_imager_expose(ipa->imager, number, &frame, ipa->error);
	if (ret < 0)
		return ret;
	ret = process(ipa, answer, &frame);
	if (ret < 0)
		return ret;
	camera_stage_end(&ipa->imager->clock);
	frame.metadata = &ipa->metadata;
	*ret_frame = frame;
	return 0;
}
