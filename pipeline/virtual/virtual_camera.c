/* SPDX-License-Identifier: MIT */
/*
 * Lock-step: a frame is taken, measured and handed to the IPA, and waits until
 * its parameters are there. So the result depends on scene, seed and light
 * only, and not on who is faster, or where the IPA runs.
 */
#include "virtual_camera.h"

#include <errno.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <camipc/arena.h>

#include "cam_fourcc.h"
#include "core_ipa_serializer.h"
#include "develop.h"
#include "scene.h"
#include "sensor_controls.h"
#include "shared_buffers.h"
#include "softisp_ipa_proxy.h"
#include "zone_statistics.h"

#define DEFAULT_TIMEOUT_MS 2000

/* Metadata and controls of one frame; a few hundred bytes in practice. */
#define LIST_BUDGET (64 * 1024)

/* What the IPA said of the frame that is waiting. */
struct answer {
	int32_t status;
	bool has_params;
	bool has_metadata;
};

struct virtual_camera {
	struct virtual_light_script light;
	struct virtual_scene scene;
	struct virtual_sensor sensor;
	struct virtual_sensor_controls sensor_controls;
	struct virtual_developer developer;
	uint16_t *raw;
	uint8_t *rgb;

	struct virtual_shared_buffers buffers;

	struct ipa_softisp *ipa;
	struct cam_control_info_map infos; /* of the IPA; ours to clear */
	struct answer answer;
	bool closed;

	bool streaming; /* a frame was taken */
	uint32_t frame; /* the next one */
	struct camipc_arena metadata_arena;
	struct cam_control_list metadata;
	struct camipc_arena request_arena;
	struct cam_control_list request;

	int timeout_ms;
	int interrupt_fd;
	char error[1024];
};

static int fail(struct virtual_camera *camera, int error, const char *format,
		...) CAMIPC_PRINTF(3, 4);

/* Keeps the first words: what closed() said is nearer to the cause. */
static int fail(struct virtual_camera *camera, int error, const char *format,
		...)
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

	if (frame != camera->frame)
		return;
	(void)!hold_list(&camera->metadata_arena, metadata, &camera->metadata);
	camera->answer.has_metadata = true;
}

static void on_closed(void *user, const struct camipc_closed_info *info)
{
	struct virtual_camera *camera = user;

	camera->closed = true;
	(void)!fail(camera, -EPIPE, "%s", info->text);
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
		return ret < 0 ? fail(camera, ret, "out of memory") : 0;
	}
	ret = virtual_scene_load(options->scene, width, height, &camera->scene,
				 why);
	return ret < 0 ? fail(camera, ret, "scene '%s': %s", options->scene,
			      why)
		       : 0;
}

static int init_light(struct virtual_camera *camera, const char *text)
{
	size_t position = 0;
	int ret = virtual_light_parse(text ? text : virtual_light_default,
				      &camera->light, &position);

	return ret < 0 ? fail(camera, ret,
			      "light '%s' is wrong from character %zu on", text,
			      position + 1)
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
		return fail(camera, ret, "out of memory");
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
		return fail(camera, -EINVAL,
			    "size %ux%u: both have to be even, from %d to %d",
			    width, height, VIRTUAL_CAMERA_MIN_SIDE,
			    VIRTUAL_CAMERA_MAX_SIDE);
	camera->timeout_ms = options->frame_timeout_ms > 0
				     ? options->frame_timeout_ms
				     : DEFAULT_TIMEOUT_MS;
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
	return ret < 0 ? fail(camera, ret, "cannot run the IPA module '%s': %s",
			      module, camipc_strerror(ret))
		       : 0;
}

/* Says of a failed call whose failure it is. */
static int call_failed(struct virtual_camera *camera, const char *call, int ret)
{
	int own = camipc_proxy_last_error(virtual_camera_get_proxy(camera));

	if (ret == -EPIPE) {
		/* The reason comes from dispatch, once. */
		(void)!ipa_softisp_dispatch(camera->ipa);
		return fail(camera, ret, "the IPA is gone");
	}
	if (own)
		return fail(camera, ret, "%s: %s", call, camipc_strerror(ret));
	return fail(camera, ret, "the IPA refused %s: %s", call,
		    strerror(-ret));
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
		return call_failed(camera, "init", ret);
	ret = ipa_softisp_configure(camera->ipa, &config);
	return ret < 0 ? call_failed(camera, "configure", ret) : 0;
}

static int map_buffers(struct virtual_camera *camera)
{
	struct virtual_buffer_offer offer;
	int ret = virtual_shared_buffers_init(&camera->buffers, &offer);

	if (ret < 0) {
		ret = fail(camera, ret, "cannot make shared memory: %s",
			   strerror(-ret));
	} else {
		ret = ipa_softisp_map_buffers(camera->ipa, offer.statistics,
					      VIRTUAL_N_BUFFERS,
					      offer.parameters,
					      VIRTUAL_N_BUFFERS);
		if (ret < 0)
			ret = call_failed(camera, "mapBuffers", ret);
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
	camipc_arena_init(&camera->metadata_arena, LIST_BUDGET);
	camipc_arena_init(&camera->request_arena, LIST_BUDGET);
	ret = init_parts(camera, options);
	if (ret == 0)
		ret = create_ipa(camera, manager, options);
	if (ret == 0)
		ret = init_ipa(camera, options->tuning);
	if (ret == 0)
		ret = map_buffers(camera);
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
	int ret = ipa_softisp_start(camera->ipa);

	if (ret < 0)
		return call_failed(camera, "start", ret);
	/* What start raised came before its answer: the first controls. */
	ret = ipa_softisp_dispatch(camera->ipa);
	return ret < 0 ? fail(camera, ret, "%s", camipc_strerror(ret)) : 0;
}

int virtual_camera_stop(struct virtual_camera *camera)
{
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

static int64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/* Waits until the IPA's fd is readable. */
static int wait_for_ipa(struct virtual_camera *camera, int64_t deadline)
{
	struct pollfd fds[2] = {
		{ .fd = ipa_softisp_get_fd(camera->ipa), .events = POLLIN },
		{ .fd = camera->interrupt_fd, .events = POLLIN },
	};
	int64_t left = deadline - now_ms();

	if (left < 0)
		left = 0;
	if (poll(fds, 2, (int)left) < 0 && errno != EINTR)
		return fail(camera, -errno, "poll: %s", strerror(errno));
	if (fds[1].revents)
		return fail(camera, -EINTR, "interrupted");
	if (!fds[0].revents && now_ms() >= deadline)
		return fail(camera, -ETIMEDOUT,
			    "no parameters for frame %u within %d ms",
			    camera->frame, camera->timeout_ms);
	return 0;
}

static int wait_for_answer(struct virtual_camera *camera)
{
	int64_t deadline = now_ms() + camera->timeout_ms;
	int ret = 0;

	while (!camera->closed &&
	       !(camera->answer.has_params && camera->answer.has_metadata)) {
		ret = wait_for_ipa(camera, deadline);
		if (ret < 0)
			return ret;
		ret = ipa_softisp_dispatch(camera->ipa);
		if (ret < 0 && !camera->closed)
			return fail(camera, ret, "%s", camipc_strerror(ret));
	}
	if (camera->closed)
		return fail(camera, -EPIPE, "the IPA is gone");
	if (camera->answer.status < 0)
		return fail(camera, -EREMOTEIO,
			    "the IPA has no parameters for frame %u: %s",
			    camera->frame, strerror(-camera->answer.status));
	return 0;
}

/* Hands a frame's statistics over and asks for its parameters. */
static int ask_ipa(struct virtual_camera *camera, uint32_t buffer,
		   struct virtual_sensor_settings settings)
{
	struct cam_control_list list;
	int ret;

	virtual_sensor_controls_put(&camera->sensor_controls, settings, &list);
	memset(&camera->answer, 0, sizeof(camera->answer));
	ret = ipa_softisp_queue_request(camera->ipa, camera->frame,
					&camera->request);
	if (ret < 0)
		return call_failed(camera, "queueRequest", ret);
	ret = ipa_softisp_process_stats(camera->ipa, camera->frame,
					VIRTUAL_STATISTICS_ID + buffer, &list);
	if (ret < 0)
		return call_failed(camera, "processStats", ret);
	ret = ipa_softisp_compute_params(camera->ipa, camera->frame,
					 VIRTUAL_PARAMETERS_ID + buffer);
	if (ret < 0)
		return call_failed(camera, "computeParams", ret);
	cam_control_list_init(&camera->request);
	return 0;
}

/* Light to raw, and what there is to know of it. */
static int take_frame(struct virtual_camera *camera, uint32_t buffer,
		      const struct virtual_light *light)
{
	struct cam_mapping *mapping = &camera->buffers.statistics[buffer];
	int ret;

	camera->streaming = true;
	virtual_sensor_expose(&camera->sensor, camera->frame, &camera->scene,
			      light, camera->raw);
	ret = cam_mapping_begin(mapping);
	if (ret < 0)
		return fail(camera, ret, "statistics: %s", strerror(-ret));
	virtual_zone_statistics(&camera->sensor, camera->frame, camera->raw,
				mapping->data);
	ret = cam_mapping_end(mapping);
	return ret < 0 ? fail(camera, ret, "statistics: %s", strerror(-ret))
		       : 0;
}

/* The IPA can write to its parameters at any time: a copy cannot change. */
static int develop(struct virtual_camera *camera, uint32_t buffer,
		   const uint16_t *image)
{
	struct cam_mapping *mapping = &camera->buffers.parameters[buffer];
	struct ipa_softisp_parameters parameters;
	int ret = cam_mapping_begin(mapping);

	if (ret < 0)
		return fail(camera, ret, "parameters: %s", strerror(-ret));
	memcpy(&parameters, mapping->data, sizeof(parameters));
	ret = cam_mapping_end(mapping);
	if (ret == 0)
		ret = virtual_develop(&camera->developer, camera->frame,
				      &parameters, image, camera->rgb);
	return ret < 0 ? fail(camera, ret,
			      "what the IPA computed for frame %u are no "
			      "parameters",
			      camera->frame)
		       : 0;
}

int virtual_camera_capture(struct virtual_camera *camera,
			   struct virtual_frame *ret_frame)
{
	uint32_t buffer = camera->frame % VIRTUAL_N_BUFFERS;
	struct virtual_frame frame = {
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
	};
	int ret = take_frame(camera, buffer, &frame.light);

	if (ret == 0)
		ret = ask_ipa(camera, buffer, frame.settings);
	if (ret == 0)
		ret = wait_for_answer(camera);
	if (ret == 0)
		ret = develop(camera, buffer, frame.raw);
	if (ret < 0)
		return ret;
	camera->frame++;
	*ret_frame = frame;
	return 0;
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

struct camipc_proxy *virtual_camera_get_proxy(struct virtual_camera *camera)
{
	return ipa_softisp_get_proxy(camera->ipa);
}
