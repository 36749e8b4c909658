/* SPDX-License-Identifier: MIT */
#include "camera_state.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <camipc/error.h>

#include "cam_fourcc.h"
#include "core_ipa_serializer.h"

#define DEFAULT_TIMEOUT_MS 2000

/* Metadata and controls of one frame; a few hundred bytes in practice. */
#define LIST_BUDGET (64 * 1024)

void virtual_camera_forget_error(struct virtual_camera *camera)
{
	if (!camera->closed)
		camera->error[0] = '\0';
}

/* Keeps the first words: what closed() said is nearer to the cause. */
int virtual_camera_fail(struct virtual_camera *camera, int error,
			const char *format, ...)
{
	va_list args;

	if (camera->error[0])
		return error;
	va_start(args, format);
	vsnprintf(camera->error, sizeof(camera->error), format, args);
	va_end(args);
	return error;
}

/* ---- what the IPA tells ------------------------------------------------- */

static void on_sensor_controls(void *user, uint32_t frame,
			       const struct cam_control_list *controls)
{
	struct virtual_camera *camera = user;
	struct virtual_sensor_settings settings =
		camera->sensor.pipe[VIRTUAL_SENSOR_DELAY - 1];

	(void)frame;
	virtual_sensor_controls_take(&camera->sensor_controls, controls,
				     &settings);
	if (!camera->streaming)
		virtual_sensor_reset(&camera->sensor, settings);
	else
		virtual_sensor_set(&camera->sensor, settings);
}

static void on_params_ready(void *user, uint32_t frame, uint32_t buffer_id,
			    int32_t status)
{
	struct virtual_camera *camera = user;

	/* We know which buffer we asked for; the IPA may say anything. */
	(void)buffer_id;
	if (camera->realtime.on)
		virtual_realtime_answered(camera, frame, status);
	if (frame != camera->frame)
		return;
	camera->answer.status = status;
	camera->answer.has_params = true;
}

/* Copies a list into an arena that keeps its memory. */
static int hold_list(struct camipc_arena *arena,
		     const struct cam_control_list *list,
		     struct cam_control_list *held)
{
	camipc_arena_reset(arena, LIST_BUDGET);
	*held = *list;
	cam_control_list_copy_in(arena, held);
	if (arena->error)
		cam_control_list_init(held);
	return arena->error;
}

static void on_metadata_ready(void *user, uint32_t frame,
			      const struct cam_control_list *metadata)
{
	struct virtual_camera *camera = user;

	if (frame != camera->frame && !camera->realtime.on)
		return;
	(void)!hold_list(&camera->metadata_arena, metadata, &camera->metadata);
	camera->answer.has_metadata = true;
}

static void on_closed(void *user, const struct camipc_closed_info *info)
{
	struct virtual_camera *camera = user;

	camera->closed = true;
	(void)!virtual_camera_fail(camera, -EPIPE, "%s", info->text);
	if (camera->on_closed)
		camera->on_closed(camera->user, info);
}

static const struct ipa_softisp_events events = {
	.size = sizeof(struct ipa_softisp_events),
	.set_sensor_controls = on_sensor_controls,
	.params_ready = on_params_ready,
	.metadata_ready = on_metadata_ready,
	.closed = on_closed,
};

/* ---- building it -------------------------------------------------------- */

static int init_scene(struct virtual_camera *camera,
		      const struct virtual_camera_options *options,
		      uint32_t width, uint32_t height)
{
	char why[VIRTUAL_SCENE_ERROR_SIZE];
	int ret;

	if (!options->scene) {
		ret = virtual_scene_chart(width, height, &camera->scene);
		return ret < 0 ? virtual_camera_fail(camera, ret,
						     "out of memory")
			       : 0;
	}
	ret = virtual_scene_load(options->scene, width, height, &camera->scene,
				 why);
	return ret < 0 ? virtual_camera_fail(camera, ret, "scene '%s': %s",
					     options->scene, why)
		       : 0;
}

static int init_light(struct virtual_camera *camera, const char *text)
{
	size_t position = 0;
	int ret = virtual_light_parse(text ? text : virtual_light_default,
				      &camera->light, &position);

	return ret < 0 ? virtual_camera_fail(
				 camera, ret,
				 "light '%s' is wrong from character %zu on",
				 text, position + 1)
		       : 0;
}

static int init_sensor(struct virtual_camera *camera, uint32_t width,
		       uint32_t height, uint64_t seed)
{
	int ret = virtual_sensor_init(&camera->sensor, width, height, seed);

	if (ret == 0)
		ret = virtual_developer_init(&camera->developer, width, height);
	if (ret == 0) {
		camera->raw =
			calloc(virtual_sensor_frame_pixels(&camera->sensor),
			       sizeof(*camera->raw));
		camera->rgb = calloc((size_t)width * height, 3);
		if (!camera->raw || !camera->rgb)
			ret = -ENOMEM;
	}
	if (ret < 0)
		return virtual_camera_fail(camera, ret, "out of memory");
	virtual_sensor_controls_init(&camera->sensor_controls, &camera->sensor);
	return 0;
}

static bool is_side(uint32_t side)
{
	return side % 2 == 0 && side >= VIRTUAL_CAMERA_MIN_SIDE &&
	       side <= VIRTUAL_CAMERA_MAX_SIDE;
}

static int init_parts(struct virtual_camera *camera,
		      const struct virtual_camera_options *options)
{
	uint32_t width = options->width ? options->width : 640;
	uint32_t height = options->height ? options->height : 480;
	int ret;

	if (!is_side(width) || !is_side(height))
		return virtual_camera_fail(
			camera, -EINVAL,
			"size %ux%u: both have to be even, from %d to %d",
			width, height, VIRTUAL_CAMERA_MIN_SIDE,
			VIRTUAL_CAMERA_MAX_SIDE);
	camera->timeout_ms = options->frame_timeout_ms > 0
				     ? options->frame_timeout_ms
				     : DEFAULT_TIMEOUT_MS;
	camera->on_closed = options->closed;
	camera->user = options->user;
	camera->interrupt_fd = options->watch_interrupt ? options->interrupt_fd
							: -1;
	ret = init_light(camera, options->light);
	if (ret == 0)
		ret = init_scene(camera, options, width, height);
	if (ret == 0)
		ret = init_sensor(camera, width, height, options->seed);
	return ret;
}

static int create_ipa(struct virtual_camera *camera,
		      struct camipc_manager *manager,
		      const struct virtual_camera_options *options)
{
	const char *module = options->module ? options->module : "softisp";
	struct camipc_match match = { .isolation = options->isolation };
	int ret;

	if (strchr(module, '/'))
		match.path = module;
	else
		match.module = module;
	ret = ipa_softisp_create(manager, &match, &events, camera,
				 &camera->ipa);
	return ret < 0 ? virtual_camera_fail(
				 camera, ret,
				 "cannot run the IPA module '%s': %s", module,
				 camipc_strerror(ret))
		       : 0;
}

/* Says of a failed call whose failure it is. */
int virtual_camera_call_failed(struct virtual_camera *camera, const char *call,
			       int ret)
{
	int own = camipc_proxy_last_error(virtual_camera_get_proxy(camera));

	if (ret == -EPIPE) {
		/* The reason comes from dispatch, once. */
		(void)!ipa_softisp_dispatch(camera->ipa);
		return virtual_camera_fail(camera, ret, "the IPA is gone");
	}
	if (own)
		return virtual_camera_fail(camera, ret, "%s: %s", call,
					   camipc_strerror(ret));
	return virtual_camera_fail(camera, ret, "the IPA refused %s: %s", call,
				   camipc_errno_to_string(ret));
}

static int init_ipa(struct virtual_camera *camera, const char *tuning)
{
	struct ipa_softisp_config_info config;
	struct cam_settings settings;
	int ret;

	cam_settings_init(&settings);
	settings.sensor_model = "virtual";
	if (tuning)
		settings.configuration_file = tuning;
	ipa_softisp_config_info_init(&config);
	virtual_sensor_describe(&camera->sensor, &config.sensor_info);
	config.sensor_controls = camera->sensor_controls.infos;
	config.stream.pixel_format = CAM_FOURCC_RGB888;
	config.stream.size = config.sensor_info.output_size;
	ret = ipa_softisp_init(camera->ipa, &settings, &config.sensor_info,
			       &config.sensor_controls, &camera->infos);
	if (ret < 0)
		return virtual_camera_call_failed(camera, "init", ret);
	ret = ipa_softisp_configure(camera->ipa, &config);
	return ret < 0 ? virtual_camera_call_failed(camera, "configure", ret)
		       : 0;
}

static int map_buffers(struct virtual_camera *camera)
{
	struct virtual_buffer_offer offer;
	int ret = virtual_shared_buffers_init(&camera->buffers, &offer);

	if (ret < 0) {
		ret = virtual_camera_fail(camera, ret,
					  "cannot make shared memory: %s",
					  camipc_errno_to_string(ret));
	} else {
		ret = ipa_softisp_map_buffers(camera->ipa, offer.statistics,
					      VIRTUAL_N_BUFFERS,
					      offer.parameters,
					      VIRTUAL_N_BUFFERS);
		if (ret < 0)
			ret = virtual_camera_call_failed(camera, "mapBuffers",
							 ret);
	}
	virtual_buffer_offer_end(&offer);
	return ret;
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
	cam_control_list_init(&camera->metadata);
	cam_control_list_init(&camera->request);
	camera->realtime.timer_fd = -1;
	camipc_arena_init(&camera->metadata_arena, LIST_BUDGET);
	camipc_arena_init(&camera->request_arena, LIST_BUDGET);
	ret = init_parts(camera, options);
	if (ret == 0)
		ret = create_ipa(camera, manager, options);
	if (ret == 0)
		ret = init_ipa(camera, options->tuning);
	if (ret == 0)
		ret = map_buffers(camera);
	if (ret == 0 && options->realtime)
		ret = virtual_realtime_init(camera);
	if (ret < 0) {
		snprintf(error, size, "%s", camera->error);
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
	ipa_softisp_destroy(camera->ipa);
	virtual_realtime_fini(camera);
	cam_control_info_map_clear(&camera->infos);
	virtual_shared_buffers_fini(&camera->buffers);
	camipc_arena_fini(&camera->metadata_arena);
	camipc_arena_fini(&camera->request_arena);
	virtual_developer_fini(&camera->developer);
	virtual_sensor_fini(&camera->sensor);
	virtual_scene_fini(&camera->scene);
	free(camera->raw);
	free(camera->rgb);
	free(camera);
}

/* ---- running it --------------------------------------------------------- */

int virtual_camera_start(struct virtual_camera *camera)
{
	int ret;

	virtual_camera_forget_error(camera);
	ret = ipa_softisp_start(camera->ipa);
	if (ret < 0)
		return virtual_camera_call_failed(camera, "start", ret);
	/* What start raised came before its answer: the first controls. */
	ret = ipa_softisp_dispatch(camera->ipa);
	return ret < 0 ? virtual_camera_fail(camera, ret, "%s",
					     camipc_strerror(ret))
		       : 0;
}

int virtual_camera_stop(struct virtual_camera *camera)
{
	camera->realtime.running = false;
	memset(camera->realtime.busy, 0, sizeof(camera->realtime.busy));
	return ipa_softisp_stop(camera->ipa);
}

int virtual_camera_set_controls(struct virtual_camera *camera,
				const struct cam_control_list *list)
{
	struct cam_control controls[64];
	struct cam_clamp_counts counts = { 0 };
	struct cam_control_list clamped;
	int changed = cam_control_list_clamp(list, &camera->infos, controls, 64,
					     &counts, &clamped);
	int ret;

	if (changed < 0)
		return -EINVAL;
	ret = hold_list(&camera->request_arena, &clamped, &camera->request);
	return ret < 0 ? -ENOMEM : changed;
}

const char *virtual_camera_error(const struct virtual_camera *camera)
{
	return camera->error;
}

const struct cam_control_info_map *
virtual_camera_get_controls(const struct virtual_camera *camera)
{
	return &camera->infos;
}

const struct cam_clamp_counts *
virtual_camera_get_clamp_counts(const struct virtual_camera *camera)
{
	return &camera->sensor_controls.counts;
}

const struct virtual_late_counts *
virtual_camera_get_late_counts(const struct virtual_camera *camera)
{
	return &camera->realtime.late;
}

struct camipc_proxy *virtual_camera_get_proxy(struct virtual_camera *camera)
{
	return ipa_softisp_get_proxy(camera->ipa);
}
