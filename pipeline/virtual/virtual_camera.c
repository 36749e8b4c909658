/* SPDX-License-Identifier: MIT */
/* The virtual camera's API: builds the parts, and captures at either pace. */
#include "virtual_camera.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "lockstep.h"
#include "realtime.h"

#define DEFAULT_TIMEOUT_MS 2000

/* An application sets a handful of controls at once. */
#define MAX_CONTROLS 64

struct virtual_camera {
	struct virtual_error error;
	struct virtual_imager imager;
	struct virtual_ipa ipa;
	struct virtual_realtime realtime;
	bool is_realtime;
	uint32_t frame; /* number of the next one */
};

static int init_parts(struct virtual_camera *camera,
		      struct camipc_manager *manager,
		      const struct virtual_camera_options *options)
{
	const struct virtual_imager_options imager_options = {
		.width = options->width,
		.height = options->height,
		.seed = options->seed,
		.scene = options->scene,
		.light = options->light,
	};
	const struct virtual_ipa_options ipa_options = {
		.module = options->module,
		.isolation = options->isolation,
		.tuning = options->tuning,
		.timeout_ms = options->frame_timeout_ms > 0
				      ? options->frame_timeout_ms
				      : DEFAULT_TIMEOUT_MS,
		.interrupt_fd = options->watch_interrupt ? options->interrupt_fd
							 : -1,
		.closed = options->closed,
		.user = options->user,
	};
	int ret;

	ret = virtual_imager_init(&camera->imager, &imager_options,
				  &camera->error);
	if (ret < 0)
		return ret;
	ret = virtual_ipa_init(&camera->ipa, manager, &ipa_options,
			       &camera->imager, &camera->error);
	if (ret < 0)
		return ret;
	camera->is_realtime = options->realtime;
	return camera->is_realtime
		       ? virtual_realtime_init(&camera->realtime, &camera->ipa)
		       : 0;
}

int virtual_camera_create(struct camipc_manager *manager,
			  const struct virtual_camera_options *options,
			  char *error, size_t size,
			  struct virtual_camera **ret_camera)
{
	struct virtual_camera *camera = calloc(1, sizeof(*camera));
	int ret;

	if (!camera) {
		snprintf(error, size, "out of memory");
		return -ENOMEM;
	}
	ret = init_parts(camera, manager, options);
	if (ret < 0) {
		snprintf(error, size, "%s", camera->error.text);
		virtual_camera_destroy(camera);
		return ret;
	}
	*ret_camera = camera;
	return 0;
}

void virtual_camera_destroy(struct virtual_camera *camera)
{
	if (!camera)
		return;
	virtual_realtime_fini(&camera->realtime);
	virtual_ipa_fini(&camera->ipa);
	virtual_imager_fini(&camera->imager);
	free(camera);
}

int virtual_camera_start(struct virtual_camera *camera)
{
	virtual_error_reset(&camera->error);
	return virtual_ipa_start(&camera->ipa);
}

int virtual_camera_stop(struct virtual_camera *camera)
{
	virtual_error_reset(&camera->error);
	virtual_realtime_reset(&camera->realtime);
	return virtual_ipa_stop(&camera->ipa);
}

int virtual_camera_set_controls(struct virtual_camera *camera,
				const struct cam_control_list *list)
{
	struct cam_control controls[MAX_CONTROLS];
	struct cam_clamp_counts counts = { 0 };
	struct cam_control_list clamped;
	int changed = cam_control_list_clamp(list, &camera->ipa.infos, controls,
					     MAX_CONTROLS, &counts, &clamped);
	int ret;

	if (changed < 0)
		return -EINVAL;
	ret = virtual_ipa_set_request(&camera->ipa, &clamped);
	return ret < 0 ? ret : changed;
}

int virtual_camera_capture(struct virtual_camera *camera,
			   struct virtual_frame *ret_frame)
{
	int ret;

	virtual_error_reset(&camera->error);
	ret = camera->is_realtime
		      ? virtual_realtime_capture(&camera->realtime,
						 camera->frame, ret_frame)
		      : virtual_lockstep_capture(&camera->ipa, camera->frame,
						 ret_frame);
	if (ret < 0)
		return ret;
	camera->frame++;
	return 0;
}

const char *virtual_camera_error(const struct virtual_camera *camera)
{
	return camera->error.text;
}

const struct cam_control_info_map *
virtual_camera_get_controls(const struct virtual_camera *camera)
{
	return &camera->ipa.infos;
}

const struct cam_clamp_counts *
virtual_camera_get_clamp_counts(const struct virtual_camera *camera)
{
	return &camera->imager.controls.counts;
}

const struct virtual_late_counts *
virtual_camera_get_late_counts(const struct virtual_camera *camera)
{
	return &camera->realtime.late;
}

struct camipc_proxy *virtual_camera_get_proxy(struct virtual_camera *camera)
{
	return ipa_softisp_get_proxy(camera->ipa.proxy);
}
