/* SPDX-License-Identifier: MIT */
/*
 * Lock-step: a frame is taken, measured and handed to the IPA, and waits until
 * its parameters are there. So the result depends on scene, seed and light
 * only, and not on who is faster, or where the IPA runs.
 */
#include "camera_state.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <time.h>

#include <camipc/error.h>

#include "zone_statistics.h"

int64_t virtual_camera_now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

int virtual_camera_poll(struct virtual_camera *camera, int timer_fd,
			int64_t deadline)
{
	struct pollfd fds[3] = {
		{ .fd = ipa_softisp_get_fd(camera->ipa), .events = POLLIN },
		{ .fd = camera->interrupt_fd, .events = POLLIN },
		{ .fd = timer_fd, .events = POLLIN },
	};
	int64_t left = deadline - virtual_camera_now_ms();

	if (left < 0)
		left = 0;
	if (poll(fds, 3, (int)left) < 0 && errno != EINTR)
		return virtual_camera_fail(camera, -errno, "poll: %s",
					   camipc_errno_to_string(errno));
	if (fds[1].revents)
		return virtual_camera_fail(camera, -EINTR, "interrupted");
	if (!fds[0].revents && !fds[2].revents &&
	    virtual_camera_now_ms() >= deadline)
		return virtual_camera_fail(
			camera, -ETIMEDOUT,
			"no parameters for frame %u within %d ms",
			camera->frame, camera->timeout_ms);
	return 0;
}

int virtual_camera_dispatch(struct virtual_camera *camera)
{
	int ret = ipa_softisp_dispatch(camera->ipa);

	if (camera->closed)
		return virtual_camera_fail(camera, -EPIPE, "the IPA is gone");
	return ret < 0 ? virtual_camera_fail(camera, ret, "%s",
					     camipc_strerror(ret))
		       : 0;
}

static int wait_for_answer(struct virtual_camera *camera)
{
	int64_t deadline = virtual_camera_now_ms() + camera->timeout_ms;
	int ret = 0;

	while (!(camera->answer.has_params && camera->answer.has_metadata)) {
		ret = virtual_camera_poll(camera, -1, deadline);
		if (ret == 0)
			ret = virtual_camera_dispatch(camera);
		if (ret < 0)
			return ret;
	}
	if (camera->answer.status < 0)
		return virtual_camera_fail(
			camera, -EREMOTEIO,
			"the IPA has no parameters for frame %u: %s",
			camera->frame,
			camipc_errno_to_string(camera->answer.status));
	return 0;
}

/* Hands a frame's statistics over and asks for its parameters. */
int virtual_camera_ask(struct virtual_camera *camera, uint32_t buffer,
		       struct virtual_sensor_settings settings)
{
	struct cam_control_list list;
	int ret;

	virtual_sensor_controls_put(&camera->sensor_controls, settings, &list);
	memset(&camera->answer, 0, sizeof(camera->answer));
	ret = ipa_softisp_queue_request(camera->ipa, camera->frame,
					&camera->request);
	if (ret < 0)
		return virtual_camera_call_failed(camera, "queueRequest", ret);
	ret = ipa_softisp_process_stats(camera->ipa, camera->frame,
					VIRTUAL_STATISTICS_ID + buffer, &list);
	if (ret < 0)
		return virtual_camera_call_failed(camera, "processStats", ret);
	ret = ipa_softisp_compute_params(camera->ipa, camera->frame,
					 VIRTUAL_PARAMETERS_ID + buffer);
	if (ret < 0)
		return virtual_camera_call_failed(camera, "computeParams", ret);
	cam_control_list_init(&camera->request);
	return 0;
}

/* Light to raw, and what there is to know of it. */
int virtual_camera_take(struct virtual_camera *camera,
			struct cam_shared_buffer *statistics,
			const struct virtual_light *light)
{
	void *data;
	int ret;

	camera->streaming = true;
	virtual_sensor_expose(&camera->sensor, camera->frame, &camera->scene,
			      light, camera->raw);
	if (!statistics)
		return 0;
	ret = cam_shared_buffer_begin(statistics, CAM_ACCESS_READ_WRITE, &data);
	if (ret < 0)
		return virtual_camera_fail(camera, ret, "statistics: %s",
					   camipc_errno_to_string(ret));
	virtual_zone_statistics(&camera->sensor, camera->frame, camera->raw,
				data);
	ret = cam_shared_buffer_end(statistics);
	return ret < 0 ? virtual_camera_fail(camera, ret, "statistics: %s",
					     camipc_errno_to_string(ret))
		       : 0;
}

int virtual_camera_copy_parameters(struct virtual_camera *camera,
				   uint32_t buffer,
				   struct ipa_softisp_parameters *parameters)
{
	int ret = cam_shared_buffer_read(camera->buffers.parameters[buffer],
					 parameters, sizeof(*parameters));

	return ret < 0 ? virtual_camera_fail(camera, ret, "parameters: %s",
					     camipc_errno_to_string(ret))
		       : 0;
}

int virtual_camera_develop(struct virtual_camera *camera, uint32_t frame,
			   const struct ipa_softisp_parameters *parameters,
			   const uint16_t *image)
{
	int ret = virtual_develop(&camera->developer, frame, parameters, image,
				  camera->rgb);

	return ret < 0 ? virtual_camera_fail(
				 camera, ret,
				 "what the IPA computed for frame %u are no "
				 "parameters",
				 frame)
		       : 0;
}

void virtual_camera_describe_frame(struct virtual_camera *camera,
				   struct virtual_frame *ret_frame)
{
	const struct virtual_frame frame = {
		.number = camera->frame,
		.width = camera->sensor.width,
		.height = camera->sensor.height,
		.rgb = camera->rgb,
		.raw = camera->raw +
		       (size_t)camera->sensor.width * VIRTUAL_SENSOR_DARK_LINES,
		.timestamp_ns = (uint64_t)camera->frame * 1000000000u /
				VIRTUAL_SENSOR_FRAME_RATE,
		.light = virtual_light_at(&camera->light, camera->frame),
		.settings = virtual_sensor_current(&camera->sensor),
		.metadata = &camera->metadata,
		.parameters_frame = camera->frame,
	};

	*ret_frame = frame;
}

static int capture_lockstep(struct virtual_camera *camera,
			    struct virtual_frame *ret_frame)
{
	struct ipa_softisp_parameters parameters;
	uint32_t buffer = camera->frame % VIRTUAL_N_BUFFERS;
	struct virtual_frame frame;
	int ret;

	virtual_camera_describe_frame(camera, &frame);
	ret = virtual_camera_take(camera, camera->buffers.statistics[buffer],
				  &frame.light);
	if (ret == 0)
		ret = virtual_camera_ask(camera, buffer, frame.settings);
	if (ret == 0)
		ret = wait_for_answer(camera);
	if (ret == 0)
		ret = virtual_camera_copy_parameters(camera, buffer,
						     &parameters);
	if (ret == 0)
		ret = virtual_camera_develop(camera, frame.number, &parameters,
					     frame.raw);
	if (ret < 0)
		return ret;
	camera->frame++;
	*ret_frame = frame;
	return 0;
}

int virtual_camera_capture(struct virtual_camera *camera,
			   struct virtual_frame *ret_frame)
{
	virtual_camera_forget_error(camera);
	return camera->realtime.on ? virtual_realtime_capture(camera, ret_frame)
				   : capture_lockstep(camera, ret_frame);
}
