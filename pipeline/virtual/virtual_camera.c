/* SPDX-License-Identifier: MIT */
/* The virtual camera's API: builds the parts, and captures at either pace. */
#include "virtual_camera.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "lockstep.h"
#include "realtime.h"

#define DEFAULT_TIMEOUT_MS 2000

struct virtual_camera {
	struct virtual_error error;
	struct virtual_imager imager;
	struct virtual_ipa ipa;
	struct virtual_lockstep lockstep;
	struct virtual_realtime realtime;
	bool is_realtime;
	bool is_unplugged;
	uint32_t frame; /* number of the next one */
};

/* Says which names there are. */
static int refuse_name(struct virtual_camera *camera, const char *what,
		       const char *name, const char *(*get)(size_t i))
{
	char known[256] = "";
	size_t used = 0;

	for (size_t i = 0; get(i) && used < sizeof(known); i++)
		used += (size_t)snprintf(known + used, sizeof(known) - used,
					 "%s%s", i ? ", " : "", get(i));
	return virtual_error_set(&camera->error, -ENODEV,
				 "no %s is called '%s'; known: %s", what, name,
				 known);
}

static int init_imager(struct virtual_camera *camera,
		       const struct virtual_camera_options *options)
{
	const char *name = options->name ? options->name : "virtual";
	const struct virtual_imager_options imager_options = {
		.isp = virtual_isp_find(name),
		.sensor = options->sensor
				  ? virtual_sensor_model_find(options->sensor)
				  : NULL,
		.width = options->width,
		.height = options->height,
		.seed = options->seed,
		.scene = options->scene,
		.light = options->light,
	};

	if (!imager_options.isp)
		return refuse_name(camera, "virtual camera", name,
				   virtual_isp_name);
	if (options->sensor && !imager_options.sensor)
		return refuse_name(camera, "sensor", options->sensor,
				   virtual_sensor_model_name);
	return virtual_imager_init(&camera->imager, &imager_options,
				   &camera->error);
}

static int run_ipa(struct virtual_camera *camera,
		   struct camipc_manager *manager,
		    const struct virtual_camera_options *options)
{
	const struct virtual_ipa_options ipa_options = {
		.module = options->module,
		.isolation = options->isolation,
		.transport = options->transport,
		.argument = options->argument,
		.tuning = options->tuning,
		.timeout_ms = options->frame_timeout_ms > 0
				      ? options->frame_timeout_ms
				      : DEFAULT_TIMEOUT_MS,
		.interrupt_fd = options->watch_interrupt ? options->interrupt_fd
							 : -1,
		.max_restarts = options->max_restarts,
		.closed = options->closed,
		.restarted = options->restarted,
		.user = options->user,
	};

	return virtual_ipa_init(&camera->ipa, manager, &ipa_options,
				&camera->imager, &camera->error);
}

static int init_parts(struct virtual_camera *camera,
		      struct camipc_manager *manager,
		      const struct virtual_camera_options *options)
{
	int ret = init_imager(camera, options);

	if (ret < 0)
		return ret;
	ret = run_ipa(camera, manager, options);
	if (ret < 0)
		return ret;
	camera->lockstep.ipa = &camera->ipa;
	camera->lockstep.pace_ms = options->pace_ms;
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

void virtual_camera_unplug(struct virtual_camera *camera)
{
	camera->is_unplugged = true;
}

static int check_plug(struct virtual_camera *camera)
{
	return camera->is_unplugged
		       ? virtual_error_set(&camera->error, -ENODEV,
					   "the camera was unplugged")
		       : 0;
}

int virtual_camera_start(struct virtual_camera *camera)
{
	virtual_error_reset(&camera->error);
	if (check_plug(camera) < 0)
		return -ENODEV;
	return virtual_ipa_start(&camera->ipa);
}

int virtual_camera_stop(struct virtual_camera *camera)
{
	int plug;
	int ret;

	virtual_error_reset(&camera->error);
	virtual_realtime_reset(&camera->realtime);
	plug = check_plug(camera);
	ret = virtual_ipa_stop(&camera->ipa);
	return ret < 0 ? ret : plug;
}

int virtual_camera_set_controls(struct virtual_camera *camera,
				const struct cam_control_list *list)
{
	return virtual_ipa_request_controls(&camera->ipa, list);
}

int virtual_camera_capture(struct virtual_camera *camera,
			   struct virtual_frame *ret_frame)
{
	int ret;

	virtual_error_reset(&camera->error);
	ret = check_plug(camera);
	if (ret < 0)
		return ret;
	ret = camera->is_realtime
		      ? virtual_realtime_capture(&camera->realtime,
						 camera->frame, ret_frame)
		      : virtual_lockstep_capture(&camera->lockstep,
						 camera->frame, ret_frame);
	if (ret < 0)
		return ret;
	camera->frame++;
	camera->ipa.restarts.frames += ret_frame->parameters_reason ==
				       VIRTUAL_PARAMETERS_NO_IPA;
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

const struct virtual_restart_counts *
virtual_camera_get_restart_counts(const struct virtual_camera *camera)
{
	return &camera->ipa.restarts;
}

const struct camera_stage_clock *
virtual_camera_get_times(const struct virtual_camera *camera)
{
	return &camera->imager.clock;
}

struct camipc_proxy *virtual_camera_get_proxy(struct virtual_camera *camera)
{
	return camera->ipa.proxy;
}
