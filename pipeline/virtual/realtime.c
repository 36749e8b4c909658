/* SPDX-License-Identifier: MIT */
/*
 * Real time: the sensor has a frame when it has it, whoever is ready or not. A
 * frame is made with the newest parameters that came, which are those of the
 * frame before if the IPA keeps up.
 */
#include <errno.h>
#include <string.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <camipc/error.h>

#include "camera_state.h"

int virtual_realtime_init(struct virtual_camera *camera)
{
	struct virtual_realtime *realtime = &camera->realtime;

	realtime->timer_fd =
		timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (realtime->timer_fd < 0)
		return virtual_camera_fail(camera, -errno, "no timer: %s",
					   camipc_errno_to_string(errno));
	realtime->on = true;
	return 0;
}

void virtual_realtime_fini(struct virtual_camera *camera)
{
	if (camera->realtime.timer_fd >= 0)
		close(camera->realtime.timer_fd);
	camera->realtime.timer_fd = -1;
}

void virtual_realtime_answered(struct virtual_camera *camera, uint32_t frame,
			       int32_t status)
{
	struct virtual_realtime *realtime = &camera->realtime;
	uint32_t buffer = frame % VIRTUAL_N_BUFFERS;

	if (!realtime->busy[buffer] || realtime->frame_of[buffer] != frame)
		return;
	realtime->busy[buffer] = false;
	realtime->asked_ms = virtual_camera_now_ms();
	if (status < 0) {
		(void)!virtual_camera_fail(
			camera, -EREMOTEIO,
			"the IPA has no parameters for frame %u: %s", frame,
			camipc_errno_to_string(status));
		camera->realtime.error = -EREMOTEIO;
		return;
	}
	realtime->error = virtual_camera_copy_parameters(camera, buffer,
							 &realtime->parameters);
	realtime->parameters_frame = frame;
	realtime->has_parameters = true;
}

static bool is_owed(const struct virtual_realtime *realtime)
{
	uint32_t i;

	for (i = 0; i < VIRTUAL_N_BUFFERS; i++)
		if (realtime->busy[i])
			return true;
	return false;
}

/* One round of waiting for the timer, or, with -1, for the IPA alone. */
static int wait_once(struct virtual_camera *camera, int timer_fd)
{
	struct virtual_realtime *realtime = &camera->realtime;
	int64_t from = is_owed(realtime) ? realtime->asked_ms
					 : virtual_camera_now_ms();
	int ret = virtual_camera_poll(camera, timer_fd,
				      from + camera->timeout_ms);

	if (ret == 0)
		ret = virtual_camera_dispatch(camera);
	return ret < 0 ? ret : realtime->error;
}

/* Starts the sensor with the first frame; then waits for the next one. */
static int wait_for_sensor(struct virtual_camera *camera, uint64_t *ret_missed)
{
	const long period = 1000000000 / VIRTUAL_SENSOR_FRAME_RATE;
	const struct itimerspec spec = { { 0, period }, { 0, period } };
	struct virtual_realtime *realtime = &camera->realtime;
	uint64_t ticks = 0;
	int ret;

	*ret_missed = 0;
	if (!realtime->running) {
		realtime->running = true;
		return timerfd_settime(realtime->timer_fd, 0, &spec, NULL) < 0
			       ? virtual_camera_fail(
					 camera, -errno, "timer: %s",
					 camipc_errno_to_string(errno))
			       : 0;
	}
	while (read(realtime->timer_fd, &ticks, sizeof(ticks)) < 0) {
		if (errno != EAGAIN && errno != EINTR)
			return virtual_camera_fail(
				camera, -errno, "timer: %s",
				camipc_errno_to_string(errno));
		ret = wait_once(camera, realtime->timer_fd);
		if (ret < 0)
			return ret;
	}
	realtime->ticks += ticks;
	*ret_missed = ticks - 1;
	/* Answers that came while the timer was ready count, too. */
	ret = virtual_camera_dispatch(camera);
	return ret < 0 ? ret : realtime->error;
}

/* An IPA that has not finished with a buffer is left alone with it. */
static int ask(struct virtual_camera *camera, const struct virtual_frame *frame)
{
	struct virtual_realtime *realtime = &camera->realtime;
	uint32_t buffer = frame->number % VIRTUAL_N_BUFFERS;
	int ret;

	if (!is_owed(realtime))
		realtime->asked_ms = virtual_camera_now_ms();
	ret = virtual_camera_ask(camera, buffer, frame->settings);
	realtime->busy[buffer] = true;
	realtime->frame_of[buffer] = frame->number;
	while (ret == 0 && !realtime->has_parameters)
		ret = wait_once(camera, -1);
	return ret;
}

static void count_late(struct virtual_camera *camera,
		       struct virtual_frame *frame, uint64_t missed)
{
	struct virtual_realtime *realtime = &camera->realtime;
	bool ipa = frame->number - frame->parameters_frame > 1;

	realtime->late.host += missed;
	realtime->late.ipa += ipa;
	frame->late = ipa || missed;
	realtime->late.frames += frame->late;
}

int virtual_realtime_capture(struct virtual_camera *camera,
			     struct virtual_frame *ret_frame)
{
	struct virtual_realtime *realtime = &camera->realtime;
	uint32_t buffer = camera->frame % VIRTUAL_N_BUFFERS;
	struct virtual_frame frame;
	uint64_t missed;
	int ret = wait_for_sensor(camera, &missed);

	if (ret < 0)
		return ret;
	virtual_camera_describe_frame(camera, &frame);
	frame.timestamp_ns =
		realtime->ticks * 1000000000u / VIRTUAL_SENSOR_FRAME_RATE;
	if (realtime->busy[buffer]) {
		ret = virtual_camera_take(camera, NULL, &frame.light);
	} else {
		ret = virtual_camera_take(camera,
					  camera->buffers.statistics[buffer],
					  &frame.light);
		if (ret == 0)
			ret = ask(camera, &frame);
	}
	frame.parameters_frame = realtime->parameters_frame;
	if (ret == 0)
		ret = virtual_camera_develop(camera, frame.parameters_frame,
					     &realtime->parameters, frame.raw);
	if (ret < 0)
		return ret;
	count_late(camera, &frame, missed);
	camera->frame++;
	*ret_frame = frame;
	return 0;
}
