/* SPDX-License-Identifier: MIT */
/* Runs a kernel camera: its frames go through the session that the virtual
 * camera has, its sensor's settings through the same delayed controls. */
#include "kernel_camera.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <camipc/error.h>

#include "cam_fourcc.h"
#include "kernel_settings.h"

#define DEFAULT_TIMEOUT_MS 2000

CAMIPC_STATIC_ASSERT(VIRTUAL_SENSOR_WHITE == 1023,
		     "raw_format_unpack() writes what the sensor's model does");

/* ---- frames -------------------------------------------------------------- */

/* Stops the stream, whose buffers the IPA then must not have. */
static int stop_device(struct kernel_camera *camera)
{
	shared_frames_unmap(&camera->frames);
	return kernel_device_stop(&camera->device);
}

/* Ends the stream until the next start. Returns @code, with a text. */
static int end_stream(struct kernel_camera *camera, int code)
{
	const char *path = camera->device.capture.node.path;

	if (code == -EREMCHG)
		virtual_error_set(&camera->error, code,
				  "%s: the source changed its size or standard: "
				  "the stream was stopped; stop and start the "
				  "camera, which sets it up for the new source",
				  path);
	else
		virtual_error_set(&camera->error, code,
				  "%s: the stream has ended: its source sends no "
				  "more frames; start the camera again for "
				  "another one",
				  path);
	if (camera->end == 0)
		(void)stop_device(camera);
	camera->end = code;
	return code;
}

/* An error that says whether the sensor is alive, where that is known. */
static int no_frame_came(struct kernel_camera *camera)
{
	const struct device_node *node = &camera->device.capture.node;
	const struct stream_events *events = &camera->device.events;

	if (events->n_begun)
		return virtual_error_set(
			&camera->error, -ETIMEDOUT,
			"%s: no frame came within %d ms, but the sensor has "
			"begun %llu: check the links and formats behind it",
			node->path, camera->timeout_ms,
			(unsigned long long)events->n_begun);
	return virtual_error_set(&camera->error, -ETIMEDOUT,
				 "%s: no frame came within %d ms: check that "
				 "the sensor is connected and powered",
				 node->path, camera->timeout_ms);
}

/* Waits for the driver, the IPA or an interrupt. Returns 1 if there is a frame
 * or an error of the node, 0, or a negative errno. */
static int wait_once(struct kernel_camera *camera, int timeout_ms)
{
	struct stream_events *events = &camera->device.events;
	struct pollfd fds[4] = {
		{ .fd = camera->device.capture.node.fd,
		  .events = POLLIN | POLLPRI },
		{ .fd = camipc_proxy_get_fd(camera->ipa.proxy),
		  .events = POLLIN },
		{ .fd = camera->ipa.options.interrupt_fd, .events = POLLIN },
		{ .fd = events->sees_frames ? camera->device.sensor.fd : -1,
		  .events = POLLPRI },
	};
	int ret;

	/* After the end, only frames that are ready. */
	if (poll(fds, 4, events->has_ended ? 0 : timeout_ms) < 0 &&
	    errno != EINTR)
		return virtual_error_set(&camera->error, -errno,
					 "cannot wait for a frame: %s",
					 camipc_errno_to_string(errno));
	if (fds[2].revents)
		return virtual_error_set(&camera->error, -EINTR,
					 "interrupted");
	ret = virtual_ipa_dispatch(&camera->ipa);
	if (ret < 0)
		return ret;
	if ((fds[0].revents | fds[3].revents) & POLLPRI)
		stream_events_take(events);
	if (events->has_changed)
		return end_stream(camera, -EREMCHG);
	if (fds[0].revents & ~POLLPRI)
		return 1;
	/* An end that came just now may have frames before it. */
	return events->has_ended && !(fds[0].revents & POLLPRI) ?
		       end_stream(camera, -ENODATA) :
		       0;
}

/* Waits until the driver has a frame, and dispatches the IPA's events. */
static int wait_for_frame(struct kernel_camera *camera, int64_t until_ms)
{
	int64_t left;
	int ret;

	do {
		left = until_ms - virtual_ipa_now_ms();
		ret = wait_once(camera, left > 0 ? (int)left : 0);
	} while (ret == 0 && left > 0);
	if (ret == 0)
		return no_frame_came(camera);
	return ret < 0 ? ret : 0;
}

/* Returns 1 and a whole frame, 0 if there was none, or a negative errno. */
static int take_whole(struct kernel_camera *camera,
		      struct video_frame *ret_frame)
{
	struct video_capture *capture = &camera->device.capture;
	int ret = video_capture_dequeue(capture, ret_frame);

	if (ret == -EPIPE)
		return end_stream(camera, -ENODATA);
	if (ret == 1 && (ret_frame->is_damaged ||
			 ret_frame->bytes < capture->format.size)) {
		camera->damaged++;
		return kernel_device_queue(&camera->device, ret_frame->index);
	}
	return ret < 0 ? virtual_error_set(&camera->error, ret, "%s",
					   capture->node.error) :
			 ret;
}

/* Counts frames that the driver had no buffer for. Returns the frame's number
 * in the stream. */
static uint32_t count_lost(struct kernel_camera *camera, uint32_t sequence)
{
	uint32_t number;

	if (camera->next == 0)
		camera->first = sequence;
	number = sequence - camera->first;
	if (number > camera->next)
		camera->lost += number - camera->next;
	camera->next = number + 1;
	return number;
}

/* Writes what is due before the next frame, unless it is written already. */
static int write_due(struct kernel_camera *camera, uint32_t number)
{
	struct virtual_delayed *delayed = &camera->imager.delayed;
	struct virtual_sensor_settings due =
		virtual_delayed_requested(delayed);

	/* Requests need no look ahead, and after a gap all is due. */
	if (!camera->device.route->uses_requests &&
	    number + 2 - delayed->next <= VIRTUAL_DELAYED_DEPTH)
		while (delayed->next < number + 2)
			due = virtual_delayed_advance(delayed);
	else
		virtual_delayed_init(delayed, &delayed->delays, due,
				     number + 2);
	return kernel_settings_write(&camera->device, &camera->imager.sensor,
				   due);
}

static int take(void *user, uint16_t *raw, struct virtual_frame *frame,
		struct virtual_error *error)
{
	struct kernel_camera *camera = user;
	const int64_t until_ms = virtual_ipa_now_ms() + camera->timeout_ms;
	struct video_frame video;
	int ret;

	(void)error; /* the camera's own */
	if (camera->end)
		return end_stream(camera, camera->end);
	do {
		ret = wait_for_frame(camera, until_ms);
		if (ret == 0)
			ret = take_whole(camera, &video);
	} while (ret == 0);
	if (ret < 0)
		return ret;
	frame->timestamp_ns = video.timestamp_ns;
	frame->settings = kernel_settings_of(&camera->device, &video);
	frame_metadata_take(&camera->device.metadata);
	ret = write_due(camera, count_lost(camera, video.sequence));
	if (ret < 0)
		return ret;
	ret = kernel_device_read(&camera->device, &video,
				 raw + (size_t)VIRTUAL_SENSOR_DARK_LINES *
					       frame->width);
	return ret < 0 ? ret : shared_frames_hold(&camera->frames, &video);
}

/* ---- building ------------------------------------------------------------ */

static int refuse_option(struct kernel_camera *camera, const char *name)
{
	return virtual_error_set(&camera->error, -EOPNOTSUPP,
				 "a kernel camera has no option %s: only "
				 "virtual cameras do",
				 name);
}

static int check_options(struct kernel_camera *camera,
			 const struct camera_options *options)
{
	if (options->sensor)
		return refuse_option(camera, "sensor");
	if (options->scene)
		return refuse_option(camera, "scene");
	if (options->light)
		return refuse_option(camera, "light");
	if (options->pace_ms)
		return refuse_option(camera, "pace");
	return 0;
}

/* Whether the driver has one of them is known when it is set. */
static int refuse_format(struct kernel_camera *camera, uint32_t fourcc)
{
	char name[CAM_FOURCC_STRING_SIZE];
	char known[CAM_FOURCC_STRING_SIZE];
	const struct raw_format *format;
	char list[256] = "";

	for (size_t i = 0; (format = raw_format_get(i)); i++) {
		const size_t n = strlen(list);

		snprintf(list + n, sizeof(list) - n, "%s%s", n ? ", " : "",
			 cam_fourcc_to_string(format->fourcc, known));
	}
	return virtual_error_set(&camera->error, -EOPNOTSUPP,
				 "a kernel camera does not make images of the "
				 "format %s: choose one of %s that its driver "
				 "has",
				 cam_fourcc_to_string(fourcc, name), list);
}

static int init_imager(struct kernel_camera *camera,
		       const struct kernel_route *route,
		       const struct virtual_isp *isp,
		       const struct camera_options *options)
{
	const struct virtual_source source = { take, camera };
	const struct virtual_imager_options imager_options = {
		.isp = isp,
		.sensor = route->model,
		.width = options->width,
		.height = options->height,
		.source = &source,
	};

	return virtual_imager_init(&camera->imager, &imager_options,
				   &camera->error);
}

static int run_ipa(struct kernel_camera *camera, struct camipc_manager *manager,
		   const struct camera_options *options)
{
	const struct virtual_ipa_options ipa_options = {
		.module = options->module,
		.isolation = options->isolation,
		.argument = options->argument,
		.tuning = options->tuning,
		.timeout_ms = camera->timeout_ms,
		.interrupt_fd = options->watch_interrupt ?
					options->interrupt_fd :
					-1,
		.max_restarts = options->max_restarts,
		.closed = options->closed,
		.restarted = options->restarted,
		.user = options->user,
	};

	return virtual_ipa_init(&camera->ipa, manager, &ipa_options,
				&camera->imager, &camera->error);
}

/* The IPA learns how long a frame, and thus the longest exposure, lasts. */
static void describe_interval(struct kernel_camera *camera)
{
	const struct camera_interval interval =
		kernel_device_get_interval(&camera->device);

	virtual_sensor_set_interval(&camera->imager.sensor, interval.numerator,
				    interval.denominator);
}

static int init_parts(struct kernel_camera *camera,
		      const struct kernel_route *route,
		      const struct media_device *media,
		      struct camipc_manager *manager,
		      const struct camera_options *options)
{
	struct kernel_mode mode = {
		.format = raw_format_find(options->format ? options->format :
							    route->fourcc),
		.interval = options->interval,
	};
	const struct kernel_isp isp =
		kernel_isp_choose(manager, options->module);
	int ret = check_options(camera, options);

	shared_frames_init(&camera->frames, &isp, &camera->ipa,
			   &camera->device);
	camera->timeout_ms = options->frame_timeout_ms > 0 ?
				     options->frame_timeout_ms :
				     DEFAULT_TIMEOUT_MS;
	camera->lockstep.ipa = &camera->ipa;
	if (ret == 0 && !mode.format)
		ret = refuse_format(camera, options->format);
	if (ret == 0)
		ret = init_imager(camera, route, isp.isp, options);
	mode.width = camera->imager.sensor.width;
	mode.height = camera->imager.sensor.height;
	if (ret == 0)
		ret = kernel_device_open(&camera->device, route, &mode, media,
					 &camera->error);
	if (ret < 0)
		return ret;
	describe_interval(camera);
	return run_ipa(camera, manager, options);
}

int kernel_camera_create(const struct kernel_route *route,
			 const struct media_device *media,
			 struct camipc_manager *manager,
			 const struct camera_options *options, char *error,
			 size_t size, struct kernel_camera **ret_camera)
{
	struct kernel_camera *camera = calloc(1, sizeof(*camera));
	int ret;

	if (!camera) {
		snprintf(error, size, "out of memory");
		return -ENOMEM;
	}
	ret = init_parts(camera, route, media, manager, options);
	if (ret < 0) {
		snprintf(error, size, "%s", camera->error.text);
		kernel_camera_destroy(camera);
		return ret;
	}
	*ret_camera = camera;
	return 0;
}

void kernel_camera_destroy(struct kernel_camera *camera)
{
	if (!camera)
		return;
	if (camera->ipa.imager)
		virtual_ipa_fini(&camera->ipa);
	kernel_device_close(&camera->device);
	virtual_imager_fini(&camera->imager);
	free(camera);
}

/* ---- running ------------------------------------------------------------- */

/* A source that has changed, also while the camera was stopped. */
static int follow_source(struct kernel_camera *camera)
{
	struct stream_events *events = &camera->device.events;

	stream_events_take(events);
	if (events->has_changed)
		camera->end = -EREMCHG;
	/* What comes from here on counts for the new stream. */
	stream_events_reset(events);
	if (camera->end != -EREMCHG)
		return 0;
	return kernel_device_follow(&camera->device);
}

int kernel_camera_start(struct kernel_camera *camera)
{
	int ret;

	virtual_error_reset(&camera->error);
	ret = follow_source(camera);
	if (ret < 0)
		return ret;
	camera->next = 0;
	camera->end = 0;
	/* Raises the first sensor controls, which all frames have. */
	ret = virtual_ipa_start(&camera->ipa);
	if (ret < 0)
		return ret;
	virtual_delayed_init(
		&camera->imager.delayed, &camera->imager.delayed.delays,
		virtual_delayed_requested(&camera->imager.delayed), 0);
	ret = kernel_settings_write(
		&camera->device, &camera->imager.sensor,
		virtual_delayed_requested(&camera->imager.delayed));
	if (ret == 0)
		ret = kernel_device_start(&camera->device);
	if (ret == 0)
		ret = shared_frames_map(&camera->frames);
	if (ret == 0)
		return 0;
	(void)stop_device(camera);
	(void)!virtual_ipa_stop(&camera->ipa);
	return ret;
}

int kernel_camera_stop(struct kernel_camera *camera)
{
	int device;
	int ipa;

	virtual_error_reset(&camera->error);
	device = stop_device(camera);
	camera->imager.is_streaming = false;
	ipa = virtual_ipa_stop(&camera->ipa);
	return ipa < 0 ? ipa : device;
}

int kernel_camera_capture(struct kernel_camera *camera,
			  struct camera_frame *ret_frame)
{
	struct virtual_frame frame;
	int released;
	int ret;

	virtual_error_reset(&camera->error);
	ret = virtual_lockstep_capture(&camera->lockstep, camera->frame,
				       &frame);
	released = shared_frames_release(&camera->frames);
	if (ret == 0)
		ret = released < 0 ? released : camera->frames.status;
	if (ret < 0)
		return ret;
	camera->frame++;
	camera->ipa.restarts.frames += frame.parameters_reason ==
				       VIRTUAL_PARAMETERS_NO_IPA;
	virtual_frame_describe(&frame, ret_frame);
	ret_frame->has_raw_hash = camera->frames.is_hashed;
	ret_frame->raw_hash = camera->frames.hash;
	ret_frame->driver = frame_metadata_find(&camera->device.metadata,
						frame.timestamp_ns);
	return 0;
}

void kernel_camera_get_counts(const struct kernel_camera *camera,
			      struct camera_counts *ret_counts)
{
	*ret_counts = (struct camera_counts){
		.lost = camera->lost,
		.damaged = camera->damaged,
		.restarts = camera->ipa.restarts.restarts,
		.frames_without_ipa = camera->ipa.restarts.frames,
		.clamped = camera->imager.controls.counts,
		.times = camera->imager.clock,
	};
}
