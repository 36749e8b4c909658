/* SPDX-License-Identifier: MIT */
/* Keeps what the camera's IPA was asked and what it answered, and waits for it. */
#include "ipa_session.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <camipc/error.h>

#include "core_ipa_serializer.h"

/* Linux has no errno above this. */
#define MAX_ERRNO 4095

int64_t virtual_ipa_now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

struct virtual_answer *virtual_ipa_get_answer(struct virtual_ipa *ipa,
					      uint32_t frame)
{
	return &ipa->answers[frame % VIRTUAL_N_BUFFERS];
}

bool virtual_answer_is_owed(const struct virtual_answer *answer)
{
	return answer->is_asked && !answer->is_lost &&
	       (!answer->has_parameters ||
		(answer->owes_metadata && !answer->has_metadata));
}

/* Copies a list into an arena, which keeps its memory for the next one. */
static int hold_list(struct camipc_arena *arena,
		     const struct cam_control_list *list,
		     struct cam_control_list *held)
{
	camipc_arena_reset(arena, VIRTUAL_IPA_LIST_BUDGET);
	*held = *list;
	cam_control_list_copy_in(arena, held);
	if (arena->error)
		cam_control_list_init(held);
	return arena->error;
}

/* ---- answers ------------------------------------------------------------- */

void virtual_ipa_answer_parameters(struct virtual_ipa *ipa, uint32_t frame,
				   int32_t status)
{
	struct virtual_answer *answer = virtual_ipa_get_answer(ipa, frame);

	if (answer->frame != frame || !answer->is_asked ||
	    answer->has_parameters)
		return;
	answer->status = status < -MAX_ERRNO ? -EPROTO : status;
	answer->has_parameters = true;
}

void virtual_ipa_answer_metadata(struct virtual_ipa *ipa, uint32_t frame,
				 const struct cam_control_list *metadata)
{
	struct virtual_answer *answer = virtual_ipa_get_answer(ipa, frame);

	if (answer->frame != frame || !answer->is_asked)
		return;
	(void)!hold_list(&ipa->metadata_arena, metadata, &ipa->metadata);
	answer->has_metadata = true;
}

void virtual_ipa_on_closed(void *user, const struct camipc_closed_info *info)
{
	struct virtual_ipa *ipa = user;

	ipa->is_closed = true;
	(void)!virtual_error_set(ipa->error, -EPIPE, "%s", info->text);
	ipa->error->is_final = true;
	if (ipa->options.closed)
		ipa->options.closed(ipa->options.user, info);
}

void virtual_ipa_lost(struct virtual_ipa *ipa, uint32_t frame)
{
	struct virtual_answer *answer = virtual_ipa_get_answer(ipa, frame);

	if (answer->frame == frame && answer->is_asked)
		answer->is_lost = true;
}

void virtual_ipa_on_restarted(void *user,
			      const struct camipc_restart_info *info)
{
	struct virtual_ipa *ipa = user;

	ipa->restarts.restarts++;
	/* A new IPA needs everything that the application has set. */
	ipa->settings.is_sent = false;
	if (ipa->options.restarted)
		ipa->options.restarted(ipa->options.user, info);
}

/* ---- calls --------------------------------------------------------------- */

bool virtual_ipa_is_restarting(const struct virtual_ipa *ipa)
{
	return camipc_proxy_get_state(ipa->proxy) == CAMIPC_STATE_RESTARTING;
}

int virtual_ipa_call_failed(struct virtual_ipa *ipa, const char *call, int ret)
{
	bool is_ours = camipc_proxy_last_error(ipa->proxy) < 0;

	if (ret == -EPIPE) {
		/* dispatch calls closed(), which has the reason. */
		(void)!camipc_proxy_dispatch(ipa->proxy);
		return virtual_error_set(ipa->error, ret, "the IPA is gone");
	}
	virtual_error_set(ipa->error, ret, "%s failed: %s", call,
			  camipc_proxy_strerror(ipa->proxy, ret));
	/* The IPA's numbers have none of our meanings, so hand none on. */
	return is_ours ? ret : -EREMOTEIO;
}

/* Returns whether a list sets the same control as @control. */
static bool sets(const struct cam_control_list *list,
		 const struct cam_control *control)
{
	for (size_t i = 0; i < list->n_controls; i++)
		if (list->controls[i].id == control->id &&
		    list->controls[i].id_space == control->id_space)
			return true;
	return false;
}

/* Adds controls to those that are held; a control that is held already gets
 * the new value. */
static int add_controls(struct virtual_ipa_controls *held,
			const struct cam_control_list *list)
{
	size_t n = held->is_sent ? 0 : held->list.n_controls;
	struct cam_control *controls =
		calloc(n + list->n_controls + 1, sizeof(*controls));
	struct cam_control_list merged = { .controls = controls };
	struct camipc_arena arena;

	if (!controls)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++)
		if (!sets(list, &held->list.controls[i]))
			controls[merged.n_controls++] = held->list.controls[i];
	for (size_t i = 0; i < list->n_controls; i++)
		controls[merged.n_controls++] = list->controls[i];
	camipc_arena_init(&arena, VIRTUAL_IPA_LIST_BUDGET);
	cam_control_list_copy_in(&arena, &merged);
	free(controls);
	if (arena.error) {
		camipc_arena_fini(&arena);
		return -ENOMEM;
	}
	camipc_arena_fini(&held->arena);
	*held = (struct virtual_ipa_controls){ arena, merged, false };
	return 0;
}

int virtual_ipa_set_request(struct virtual_ipa *ipa,
			    const struct cam_control_list *list)
{
	bool all_are_sent = ipa->settings.is_sent;
	int ret;

	/* Nothing that was set is forgotten. */
	ipa->settings.is_sent = false;
	ret = add_controls(&ipa->settings, list);
	ipa->settings.is_sent = all_are_sent;
	return ret < 0 ? ret : add_controls(&ipa->request, list);
}

const struct cam_control_list *
virtual_ipa_take_request(struct virtual_ipa *ipa)
{
	struct cam_control_list *list = &ipa->request.list;

	if (ipa->request.is_sent)
		cam_control_list_init(list);
	/* The IPA is a new one. */
	if (!ipa->settings.is_sent)
		list = &ipa->settings.list;
	ipa->request.is_sent = true;
	ipa->settings.is_sent = true;
	return list;
}

/* ---- frames -------------------------------------------------------------- */

int virtual_ipa_write_statistics(struct virtual_ipa *ipa, uint32_t frame)
{
	struct cam_shared_buffer *buffer =
		ipa->buffers.statistics[frame % VIRTUAL_N_BUFFERS];
	void *data;
	int ret = cam_shared_buffer_begin(buffer, CAM_ACCESS_READ_WRITE, &data);

	if (ret < 0)
		goto fail;
	virtual_imager_measure(ipa->imager, frame, data);
	ret = cam_shared_buffer_end(buffer);
	if (ret < 0)
		goto fail;
	return 0;

fail:
	return virtual_error_set(ipa->error, ret,
				 "cannot write the statistics of frame %u: %s",
				 frame, camipc_errno_to_string(ret));
}

/* A call that found no IPA, as it is being restarted, is no error. */
static int allow_restart(struct virtual_ipa *ipa, uint32_t frame, int ret)
{
	if (ret == 0 || !virtual_ipa_is_restarting(ipa))
		return ret;
	virtual_ipa_lost(ipa, frame);
	virtual_error_reset(ipa->error);
	return 0;
}

/* One wake-up of the IPA for all calls of a step. */
static void cork(struct virtual_ipa *ipa)
{
	(void)!camipc_proxy_cork(ipa->proxy);
}

/* @ret: of these calls. */
static int uncork(struct virtual_ipa *ipa, uint32_t frame, int ret)
{
	(void)!camipc_proxy_uncork(ipa->proxy);
	return allow_restart(ipa, frame, ret);
}

int virtual_ipa_before_frame(struct virtual_ipa *ipa, uint32_t frame)
{
	const struct virtual_isp *isp = ipa->imager->isp;
	struct virtual_answer *answer = virtual_ipa_get_answer(ipa, frame);

	*answer = (struct virtual_answer){
		.frame = frame,
		.is_asked = true,
		.is_lost = virtual_ipa_is_restarting(ipa),
	};
	if (answer->is_lost || !isp->before_frame)
		return 0;
	cork(ipa);
	return uncork(ipa, frame, isp->before_frame(ipa, frame));
}

int virtual_ipa_frame_taken(struct virtual_ipa *ipa,
			    const struct virtual_frame *frame)
{
	const struct virtual_isp *isp = ipa->imager->isp;

	if (virtual_ipa_get_answer(ipa, frame->number)->is_lost ||
	    !isp->frame_taken)
		return 0;
	cork(ipa);
	return uncork(ipa, frame->number, isp->frame_taken(ipa, frame));
}

int virtual_ipa_image_made(struct virtual_ipa *ipa,
			   const struct virtual_frame *frame)
{
	const struct virtual_isp *isp = ipa->imager->isp;
	struct virtual_answer *answer =
		virtual_ipa_get_answer(ipa, frame->number);

	/* A new IPA was not asked about a frame that the old one has begun. */
	if (answer->is_lost || !isp->image_made)
		return 0;
	answer->owes_metadata = true;
	return allow_restart(ipa, frame->number, isp->image_made(ipa, frame));
}

/* poll() whose time counts as that of @stage. */
static int wait_in(struct virtual_ipa *ipa, enum camera_stage stage,
		   struct pollfd *fds, nfds_t n, int timeout_ms)
{
	struct camera_stage_clock *clock = &ipa->imager->clock;
	const enum camera_stage before = camera_stage_go(clock, stage);
	const int ret = poll(fds, n, timeout_ms) < 0 ? -errno : 0;

	camera_stage_go(clock, before);
	if (ret == 0 || ret == -EINTR)
		return 0;
	return virtual_error_set(ipa->error, ret, "cannot wait for the IPA: %s",
				 camipc_errno_to_string(ret));
}

/* Waits once for the IPA or the interrupt, then dispatches. */
static int poll_ipa(struct virtual_ipa *ipa, int timeout_ms)
{
	struct pollfd fds[2] = {
		{ camipc_proxy_get_fd(ipa->proxy), POLLIN, 0 },
		{ ipa->options.interrupt_fd, POLLIN, 0 },
	};

	const int ret = wait_in(ipa, CAMERA_STAGE_IPA, fds, 2, timeout_ms);

	if (ret < 0)
		return ret;
	if (fds[1].revents)
		return virtual_error_set(ipa->error, -EINTR, "interrupted");
	return virtual_ipa_dispatch(ipa);
}

int virtual_ipa_pause(struct virtual_ipa *ipa, int64_t until_ms)
{
	int64_t left;

	while ((left = until_ms - virtual_ipa_now_ms()) > 0) {
		int ret = poll_ipa(ipa, (int)left);

		if (ret < 0)
			return ret;
	}
	return 0;
}

/* The policy bounds how long this takes. */
int virtual_ipa_wait_restart(struct virtual_ipa *ipa)
{
	while (virtual_ipa_is_restarting(ipa)) {
		int ret = poll_ipa(ipa, -1);

		if (ret < 0)
			return ret;
	}
	return 0;
}

int virtual_ipa_ask_again(struct virtual_ipa *ipa,
			  const struct virtual_frame *frame)
{
	int ret = virtual_ipa_wait_restart(ipa);

	if (ret == 0)
		ret = virtual_ipa_before_frame(ipa, frame->number);
	return ret < 0 ? ret : virtual_ipa_frame_taken(ipa, frame);
}

int virtual_ipa_wait(struct virtual_ipa *ipa, int timer_fd, uint32_t frame,
		     int64_t since_ms)
{
	struct pollfd fds[3] = {
		{ .fd = camipc_proxy_get_fd(ipa->proxy), .events = POLLIN },
		{ .fd = ipa->options.interrupt_fd, .events = POLLIN },
		{ .fd = timer_fd, .events = POLLIN },
	};
	int64_t deadline = since_ms + ipa->options.timeout_ms;
	int64_t left = deadline - virtual_ipa_now_ms();

	const int ret =
		wait_in(ipa,
			timer_fd < 0 ? CAMERA_STAGE_IPA : CAMERA_STAGE_SENSOR,
			fds, 3, left > 0 ? (int)left : 0);

	if (ret < 0)
		return ret;
	if (fds[1].revents)
		return virtual_error_set(ipa->error, -EINTR, "interrupted");
	if (!fds[0].revents && !fds[2].revents &&
	    virtual_ipa_now_ms() >= deadline)
		return virtual_error_set(
			ipa->error, -ETIMEDOUT,
			"the IPA sent no parameters for frame %u within %d ms",
			frame, ipa->options.timeout_ms);
	return virtual_ipa_dispatch(ipa);
}

int virtual_ipa_dispatch(struct virtual_ipa *ipa)
{
	int ret = camipc_proxy_dispatch(ipa->proxy);

	if (ipa->is_closed)
		return virtual_error_set(ipa->error, -EPIPE, "the IPA is gone");
	if (ret < 0)
		return virtual_error_set(ipa->error, ret,
					 "cannot receive events of the IPA: %s",
					 camipc_strerror(ret));
	return 0;
}

int virtual_ipa_take_parameters(struct virtual_ipa *ipa,
				struct virtual_answer *answer)
{
	struct cam_shared_buffer *buffer =
		ipa->buffers.parameters[answer->frame % VIRTUAL_N_BUFFERS];
	int ret;

	answer->is_taken = true;
	if (answer->status < 0)
		return virtual_error_set(
			ipa->error, -EREMOTEIO,
			"the IPA has no parameters for frame %u: it reported %s",
			answer->frame,
			camipc_result_to_string(answer->status));
	ipa->parameters_frame = answer->frame;
	ipa->has_parameters = true;
	if (ipa->imager->isp->parameters_by_event)
		return 0;
	/* A copy: the IPA can write to the buffer at any time. */
	ret = cam_shared_buffer_read(buffer, ipa->parameters,
				     ipa->imager->isp->parameters_size);
	if (ret < 0)
		return virtual_error_set(
			ipa->error, ret,
			"cannot read the parameters of frame %u: %s",
			answer->frame, camipc_errno_to_string(ret));
	return 0;
}
