/* SPDX-License-Identifier: MIT */
/* The virtual cameras as a pipeline handler: a camera for each image
 * processor. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "cam_fourcc.h"
#include "camera_handler.h"
#include "isp.h"
#include "virtual_camera.h"

/* A camera, and its latest frame, which the frames of all cameras refer to. */
struct handled {
	struct virtual_camera *camera;
	struct virtual_frame frame;
};

static struct virtual_camera *camera_of(const void *self)
{
	return ((const struct handled *)self)->camera;
}

static int virtual_list(int (*visit)(void *user, const struct camera_info *info),
			void *user)
{
	const struct virtual_isp *isp;
	int ret = 0;

	for (size_t i = 0; ret == 0 && (isp = virtual_isp_get(i)); i++) {
		const struct camera_info info = {
			.name = isp->name,
			.handler = "virtual",
			.description = isp->description,
			.interface_name = isp->interface_name,
			.module = isp->module,
		};

		ret = visit(user, &info);
	}
	return ret;
}

/* Each program makes cameras of its own. */
static int virtual_is_used(const char *name)
{
	(void)name;
	return 0;
}

static int virtual_list_formats(const char *name,
				int (*visit)(void *user,
					     const struct camera_format *format),
				void *user, char *error, size_t size)
{
	static const struct camera_interval interval = {
		1, VIRTUAL_SENSOR_FRAME_RATE
	};
	const struct virtual_sensor_model *model =
		virtual_sensor_model_find(virtual_isp_find(name)->sensor);
	const struct camera_format format = {
		.fourcc = CAM_FOURCC_SRGGB10,
		.is_default = true,
		.min_width = VIRTUAL_CAMERA_MIN_SIDE,
		.min_height = VIRTUAL_CAMERA_MIN_SIDE,
		.max_width = model->active_width ? model->active_width :
						   VIRTUAL_CAMERA_MAX_SIDE,
		.max_height = model->active_height ? model->active_height :
						     VIRTUAL_CAMERA_MAX_SIDE,
		.step_width = 2,
		.step_height = 2,
		.intervals = &interval,
		.n_intervals = 1,
	};

	(void)error;
	(void)size;
	return visit(user, &format);
}

static int check_format(const char *name, uint32_t fourcc, char *error,
			size_t size)
{
	char text[CAM_FOURCC_STRING_SIZE];

	if (!fourcc || fourcc == CAM_FOURCC_SRGGB10)
		return 0;
	snprintf(error, size,
		 "the camera %s does not have the format %s: choose SRGGB10, "
		 "which its sensor sends",
		 name, cam_fourcc_to_string(fourcc, text));
	return -EOPNOTSUPP;
}

static int check_interval(const char *name,
			  const struct camera_interval *interval, char *error,
			  size_t size)
{
	if (interval->denominator ==
	    (uint64_t)interval->numerator * VIRTUAL_SENSOR_FRAME_RATE)
		return 0;
	snprintf(error, size,
		 "the camera %s cannot take %g frames per second: its sensor "
		 "takes %d",
		 name, (double)interval->denominator / interval->numerator,
		 VIRTUAL_SENSOR_FRAME_RATE);
	return -EOPNOTSUPP;
}

static int virtual_create(const char *name, struct camipc_manager *manager,
			  const struct camera_options *options, char *error,
			  size_t size, void **ret_self)
{
	const struct virtual_camera_options virtual_options = {
		.name = name,
		.sensor = options->sensor,
		.width = options->width,
		.height = options->height,
		.seed = options->seed,
		.scene = options->scene,
		.light = options->light,
		.module = options->module,
		.argument = options->argument,
		.isolation = options->isolation,
		.tuning = options->tuning,
		.frame_timeout_ms = options->frame_timeout_ms,
		.realtime = options->realtime,
		.pace_ms = options->pace_ms,
		.watch_interrupt = options->watch_interrupt,
		.interrupt_fd = options->interrupt_fd,
		.max_restarts = options->max_restarts,
		.closed = options->closed,
		.restarted = options->restarted,
		.user = options->user,
	};
	struct handled *handled;
	int ret = check_format(name, options->format, error, size);

	if (ret == 0)
		ret = check_interval(name, &options->interval, error, size);
	if (ret < 0)
		return ret;
	handled = calloc(1, sizeof(*handled));
	if (!handled) {
		snprintf(error, size, "out of memory");
		return -ENOMEM;
	}
	ret = virtual_camera_create(manager, &virtual_options, error, size,
				    &handled->camera);
	if (ret < 0) {
		free(handled);
		return ret;
	}
	*ret_self = handled;
	return 0;
}

static void virtual_destroy(void *self)
{
	virtual_camera_destroy(camera_of(self));
	free(self);
}

static int virtual_start(void *self)
{
	return virtual_camera_start(camera_of(self));
}

static int virtual_stop(void *self)
{
	return virtual_camera_stop(camera_of(self));
}

static int virtual_set_controls(void *self, const struct cam_control_list *list)
{
	return virtual_camera_set_controls(camera_of(self), list);
}

static int virtual_set_device_controls(void *self,
				       const struct cam_control_list *list)
{
	(void)self;
	(void)list;
	return -EOPNOTSUPP;
}

static int virtual_capture(void *self, struct camera_frame *ret_frame)
{
	struct handled *handled = self;
	int ret = virtual_camera_capture(handled->camera, &handled->frame);

	if (ret < 0)
		return ret;
	virtual_frame_describe(&handled->frame, ret_frame);
	ret_frame->model = &handled->frame;
	return 0;
}

static const char *virtual_error(const void *self)
{
	return virtual_camera_error(camera_of(self));
}

static const struct cam_control_info_map *virtual_get_controls(const void *self)
{
	return virtual_camera_get_controls(camera_of(self));
}

static const struct cam_control_info_map *
virtual_get_device_controls(const void *self)
{
	(void)self;
	return NULL;
}

static void virtual_get_counts(const void *self,
			       struct camera_counts *ret_counts)
{
	const struct virtual_late_counts *late =
		virtual_camera_get_late_counts(camera_of(self));
	const struct virtual_restart_counts *restarts =
		virtual_camera_get_restart_counts(camera_of(self));

	*ret_counts = (struct camera_counts){
		.late = late->frames,
		.late_ipa = late->ipa,
		.late_host = late->host,
		.restarts = restarts->restarts,
		.frames_without_ipa = restarts->frames,
		.clamped = *virtual_camera_get_clamp_counts(camera_of(self)),
		.times = *virtual_camera_get_times(camera_of(self)),
	};
}

static struct camipc_proxy *virtual_get_proxy(void *self)
{
	return virtual_camera_get_proxy(camera_of(self));
}

static const struct camera_handler virtual_handler = {
	.size = sizeof(virtual_handler),
	.name = "virtual",
	.list = virtual_list,
	.is_used = virtual_is_used,
	.list_formats = virtual_list_formats,
	.create = virtual_create,
	.destroy = virtual_destroy,
	.start = virtual_start,
	.stop = virtual_stop,
	.set_controls = virtual_set_controls,
	.set_device_controls = virtual_set_device_controls,
	.capture = virtual_capture,
	.error = virtual_error,
	.get_controls = virtual_get_controls,
	.get_device_controls = virtual_get_device_controls,
	.get_counts = virtual_get_counts,
	.get_proxy = virtual_get_proxy,
};
CAMERA_REGISTER_HANDLER(virtual_handler)
