/* SPDX-License-Identifier: MIT */
/*
 * Real time: the sensor has a frame when it has it, even if the IPA or the
 * caller is not ready. A frame is processed with the newest parameters, which
 * are those of the frame before if the IPA keeps up.
 */
#include "realtime.h"

#include <errno.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <camipc/error.h>

int virtual_realtime_init(struct virtual_realtime *realtime,
			  struct virtual_ipa *ipa)
{
	*realtime = (struct virtual_realtime){ .ipa = ipa };
	realtime->timer_fd =
		timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (realtime->timer_fd < 0)
		return virtual_error_set(ipa->error, -errno,
					 "cannot create the frame timer: %s",
					 camipc_errno_to_string(errno));
	return 0;
}

void virtual_realtime_fini(struct virtual_realtime *realtime)
{
	if (realtime->ipa && realtime->timer_fd >= 0)
		close(realtime->timer_fd);
	realtime->timer_fd = -1;
}

void virtual_realtime_reset(struct virtual_realtime *realtime)
{
	realtime->is_ticking = false;
}

/* Returns the oldest question that the IPA has not answered, or NULL. */
static const struct virtual_answer *oldest_owed(const struct virtual_ipa *ipa)
{
	const struct virtual_answer *oldest = NULL;
	size_t i;

	for (i = 0; i < VIRTUAL_N_BUFFERS; i++) {
		const struct virtual_answer *answer = &ipa->answers[i];

		if (virtual_answer_is_owed(answer) &&
		    (!oldest || answer->frame < oldest->frame))
			oldest = answer;
	}
	return oldest;
}

/* Returns the oldest answer whose parameters were not taken, or NULL. */
static struct virtual_answer *oldest_untaken(struct virtual_ipa *ipa)
{
	struct virtual_answer *oldest = NULL;
	size_t i;

	for (i = 0; i < VIRTUAL_N_BUFFERS; i++) {
		struct virtual_answer *answer = &ipa->answers[i];

		if (answer->has_parameters && !answer->is_taken &&
		    (!oldest || answer->frame < oldest->frame))
			oldest = answer;
	}
	return oldest;
}

/* Takes the parameters of each answer that came, the newest last. */
static int take_answers(struct virtual_realtime *realtime)
{
	struct virtual_answer *answer;

	while ((answer = oldest_untaken(realtime->ipa))) {
		int ret = virtual_ipa_take_parameters(realtime->ipa, answer);

		if (ret < 0)
			return ret;
		realtime->owed_since_ms = virtual_ipa_now_ms();
	}
	return 0;
}

/* Waits once for the timer or the IPA; with -1, for the IPA alone. */
static int wait_once(struct virtual_realtime *realtime, int timer_fd,
		     uint32_t number)
{
	const struct virtual_answer *owed = oldest_owed(realtime->ipa);
	int ret = virtual_ipa_wait(realtime->ipa, timer_fd,
				   owed ? owed->frame : number,
				   owed ? realtime->owed_since_ms
					: virtual_ipa_now_ms());

	return ret < 0 ? ret : take_answers(realtime);
}

static int timer_failed(struct virtual_realtime *realtime)
{
	return virtual_error_set(realtime->ipa->error, -errno,
				 "cannot use the frame timer: %s",
				 camipc_errno_to_string(errno));
}

static int start_timer(struct virtual_realtime *realtime)
{
	const long period = 1000000000 / VIRTUAL_SENSOR_FRAME_RATE;
	const struct itimerspec spec = { { 0, period }, { 0, period } };

	if (timerfd_settime(realtime->timer_fd, 0, &spec, NULL) < 0)
		return timer_failed(realtime);
	realtime->is_ticking = true;
	return 0;
}

/* The first frame starts the timer; each later one waits for its time. */
static int wait_for_sensor(struct virtual_realtime *realtime, uint32_t number,
			   uint64_t *ret_missed)
{
	uint64_t ticks = 0;
	int ret;

	*ret_missed = 0;
	if (!realtime->is_ticking)
		return start_timer(realtime);
	while (read(realtime->timer_fd, &ticks, sizeof(ticks)) < 0) {
		if (errno != EAGAIN && errno != EINTR)
			return timer_failed(realtime);
		ret = wait_once(realtime, realtime->timer_fd, number);
		if (ret < 0)
			return ret;
	}
	realtime->ticks += ticks;
	*ret_missed = ticks - 1;
	/* Answers may have come while the timer was already readable. */
	ret = virtual_ipa_dispatch(realtime->ipa);
	return ret < 0 ? ret : take_answers(realtime);
}

/* Begins a frame, unless the IPA still uses the buffers of its slot. */
static int begin(struct virtual_realtime *realtime, uint32_t number)
{
	struct virtual_ipa *ipa = realtime->ipa;

	if (virtual_answer_is_owed(virtual_ipa_get_answer(ipa, number)))
		return 0;
	if (!oldest_owed(ipa))
		realtime->owed_since_ms = virtual_ipa_now_ms();
	return virtual_ipa_before_frame(ipa, number);
}

static bool has_begun(struct virtual_realtime *realtime, uint32_t number)
{
	const struct virtual_answer *answer =
		virtual_ipa_get_answer(realtime->ipa, number);

	return answer->is_asked && answer->frame == number;
}

/* Tells the IPA about the frame; only the first waits for parameters. */
static int frame_taken(struct virtual_realtime *realtime,
		       const struct virtual_frame *frame)
{
	struct virtual_ipa *ipa = realtime->ipa;
	int ret = 0;

	if (has_begun(realtime, frame->number))
		ret = virtual_ipa_frame_taken(ipa, frame);
	while (ret == 0 && !ipa->has_parameters)
		ret = virtual_ipa_get_answer(ipa, frame->number)->is_lost
			      ? virtual_ipa_ask_again(ipa, frame)
			      : wait_once(realtime, -1, frame->number);
	return ret;
}

/* Tells the IPA about the image, and begins the next frame, so that its
 * parameters can come before it. */
static int image_made(struct virtual_realtime *realtime,
		      const struct virtual_frame *frame)
{
	int ret = 0;

	if (has_begun(realtime, frame->number))
		ret = virtual_ipa_image_made(realtime->ipa, frame);
	if (ret == 0 && realtime->ipa->imager->isp->before_frame)
		ret = begin(realtime, frame->number + 1);
	return ret;
}

static bool is_lost(const struct virtual_realtime *realtime, uint32_t number)
{
	return virtual_ipa_get_answer(realtime->ipa, number)->is_lost;
}

/* Parameters are of the frame before if all went well. */
static void judge_parameters(struct virtual_realtime *realtime,
			     struct virtual_frame *frame)
{
	frame->parameters_frame = realtime->ipa->parameters_frame;
	if (frame->number - frame->parameters_frame <= 1)
		frame->parameters_reason = VIRTUAL_PARAMETERS_ON_TIME;
	else if (is_lost(realtime, frame->number - 1) ||
		 is_lost(realtime, frame->number))
		frame->parameters_reason = VIRTUAL_PARAMETERS_NO_IPA;
	else
		frame->parameters_reason = VIRTUAL_PARAMETERS_LATE;
}

static void count_late(struct virtual_realtime *realtime,
		       struct virtual_frame *frame, uint64_t missed)
{
	bool ipa = frame->parameters_reason != VIRTUAL_PARAMETERS_ON_TIME;

	realtime->late.host += missed;
	realtime->late.ipa += ipa;
	frame->late = ipa || missed;
	realtime->late.frames += frame->late;
}

int virtual_realtime_capture(struct virtual_realtime *realtime, uint32_t number,
			     struct virtual_frame *ret_frame)
{
	struct virtual_ipa *ipa = realtime->ipa;
	struct virtual_frame frame;
	uint64_t missed;
	int ret;

	camera_stage_begin(&ipa->imager->clock, CAMERA_STAGE_IPC);
	ret = wait_for_sensor(realtime, number, &missed);
	if (ret < 0)
		return ret;
	if (!has_begun(realtime, number)) {
		ret = begin(realtime, number);
		if (ret < 0)
			return ret;
	}
	ret = virtual_imager_expose(ipa->imager, number, &frame, ipa->error);
	if (ret < 0)
		return ret;
	frame.timestamp_ns =
		realtime->ticks * 1000000000u / VIRTUAL_SENSOR_FRAME_RATE;
	frame.metadata = &ipa->metadata;
	ret = frame_taken(realtime, &frame);
	if (ret < 0)
		return ret;
	judge_parameters(realtime, &frame);
	ret = virtual_imager_develop(ipa->imager, frame.parameters_frame,
				     ipa->parameters, ipa->error);
	if (ret < 0)
		return ret;
	ret = image_made(realtime, &frame);
	if (ret < 0)
		return ret;
	count_late(realtime, &frame, missed);
	camera_stage_end(&ipa->imager->clock);
	*ret_frame = frame;
	return 0;
}
