/* SPDX-License-Identifier: MIT */
/* Scene, light, sensor and processing, put together. */
#include "imager.h"

#include <errno.h>
#include <stdlib.h>

static int init_scene(struct virtual_imager *imager,
		      const struct virtual_imager_options *options,
		      uint32_t width, uint32_t height,
		      struct virtual_error *error)
{
	char why[VIRTUAL_SCENE_ERROR_SIZE];
	int ret;

	if (!options->scene) {
		ret = virtual_scene_chart(width, height, &imager->scene);
		if (ret < 0)
			return virtual_error_set(error, ret, "out of memory");
		return 0;
	}
	ret = virtual_scene_load(options->scene, width, height, &imager->scene,
				 why);
	if (ret < 0)
		return virtual_error_set(error, ret,
					 "cannot load the scene '%s': %s",
					 options->scene, why);
	return 0;
}

static int init_light(struct virtual_imager *imager, const char *text,
		      struct virtual_error *error)
{
	size_t position = 0;
	int ret;

	if (!text)
		text = virtual_light_default;
	ret = virtual_light_parse(text, &imager->light, &position);
	switch (ret) {
	case 0:
		return 0;
	case -E2BIG:
		return virtual_error_set(
			error, ret,
			"light '%s': the script has more than %d points", text,
			VIRTUAL_LIGHT_MAX_POINTS);
	case -ERANGE:
		return virtual_error_set(
			error, ret,
			"light '%s': the point at character %zu is out of "
			"range: brightness is %g to %g, colour temperature "
			"%g to %g K",
			text, position + 1, VIRTUAL_LIGHT_MIN_BRIGHTNESS,
			VIRTUAL_LIGHT_MAX_BRIGHTNESS, VIRTUAL_LIGHT_MIN_KELVIN,
			VIRTUAL_LIGHT_MAX_KELVIN);
	default:
		return virtual_error_set(
			error, ret,
			"light '%s': wrong point at character %zu: expected "
			"FRAME=BRIGHTNESS@KELVIN, frames ascending from 0",
			text, position + 1);
	}
}

/* What the model of a sensor sees. */
static int init_seen(struct virtual_imager *imager,
		     const struct virtual_imager_options *options,
		     uint32_t width, uint32_t height,
		     struct virtual_error *error)
{
	int ret = init_light(imager, options->light, error);

	return ret < 0 ? ret : init_scene(imager, options, width, height, error);
}

static int allocate(struct virtual_imager *imager)
{
	int ret = imager->isp->configure(&imager->sensor, &imager->isp_state);

	if (ret < 0)
		return ret;
	imager->raw = calloc(virtual_sensor_frame_pixels(&imager->sensor),
			     sizeof(*imager->raw));
	imager->rgb = calloc((size_t)imager->sensor.width *
				     imager->sensor.height,
			     3);
	return imager->raw && imager->rgb ? 0 : -ENOMEM;
}

static int init_sensor(struct virtual_imager *imager,
		       const struct virtual_sensor_model *model, uint32_t width,
		       uint32_t height, uint64_t seed,
		       struct virtual_error *error)
{
	struct virtual_sensor *sensor = &imager->sensor;
	int ret;

	if (!model)
		model = virtual_sensor_model_find(imager->isp->sensor);
	ret = virtual_sensor_init(sensor, model, width, height, seed);
	if (ret == -ERANGE)
		return virtual_error_set(
			error, -EINVAL,
			"size %ux%u: the sensor %s has %ux%u pixels", width,
			height, model->name, model->active_width,
			model->active_height);
	if (ret == 0)
		ret = allocate(imager);
	if (ret < 0)
		return virtual_error_set(error, ret, "out of memory");
	virtual_sensor_controls_init(&imager->controls, sensor);
	virtual_delayed_init(&imager->delayed, &model->delays,
			     virtual_sensor_current(sensor), 0);
	return 0;
}

static bool is_side(uint32_t side)
{
	return side % 2 == 0 && side >= VIRTUAL_CAMERA_MIN_SIDE &&
	       side <= VIRTUAL_CAMERA_MAX_SIDE;
}

int virtual_imager_init(struct virtual_imager *imager,
			const struct virtual_imager_options *options,
			struct virtual_error *error)
{
	uint32_t width = options->width ? options->width : 640;
	uint32_t height = options->height ? options->height : 480;
	int ret = 0;

	imager->isp = options->isp;
	if (!is_side(width) || !is_side(height))
		return virtual_error_set(
			error, -EINVAL,
			"size %ux%u: width and height must be even numbers "
			"from %d to %d",
			width, height, VIRTUAL_CAMERA_MIN_SIDE,
			VIRTUAL_CAMERA_MAX_SIDE);
	if (options->source)
		imager->source = *options->source;
	else
		ret = init_seen(imager, options, width, height, error);
	if (ret < 0)
		return ret;
	return init_sensor(imager, options->sensor, width, height,
			   options->seed, error);
}

void virtual_imager_fini(struct virtual_imager *imager)
{
	if (imager->isp)
		imager->isp->release(imager->isp_state);
	imager->isp_state = NULL;
	virtual_sensor_fini(&imager->sensor);
	virtual_scene_fini(&imager->scene);
	free(imager->raw);
	free(imager->rgb);
	imager->raw = NULL;
	imager->rgb = NULL;
}

void virtual_imager_request(struct virtual_imager *imager,
			    const struct cam_control_list *list,
			    uint32_t cookie)
{
	struct virtual_delayed *delayed = &imager->delayed;
	/* A list may name one control only: the others stay as requested. */
	struct virtual_sensor_settings settings =
		virtual_delayed_requested(delayed);

	virtual_sensor_controls_take(&imager->controls, list, &settings);
	if (imager->is_streaming) {
		virtual_delayed_request(delayed, settings, cookie);
		return;
	}
	virtual_sensor_reset(&imager->sensor, settings);
	virtual_delayed_init(delayed, &delayed->delays, settings,
			     delayed->next);
}

void virtual_imager_set_delays(struct virtual_imager *imager,
			       const struct virtual_sensor_delays *delays)
{
	virtual_delayed_init(&imager->delayed, delays,
			     virtual_sensor_current(&imager->sensor),
			     imager->delayed.next);
}

/* Nanoseconds that the sensor needs to read @pixels, blanking included. */
static uint64_t time_of(const struct virtual_sensor *sensor, uint64_t pixels)
{
	uint64_t rate = virtual_sensor_pixel_rate(sensor);

	return pixels / rate * 1000000000u +
	       pixels % rate * 1000000000u / rate;
}

/* The model of a sensor takes a frame at once. */
static void expose_model(struct virtual_imager *imager,
			 struct virtual_frame *frame)
{
	struct virtual_sensor *sensor = &imager->sensor;

	frame->timestamp_ns = time_of(sensor, imager->pixels);
	frame->light = virtual_light_at(&imager->light, frame->number);
	virtual_delayed_begin_frame(&imager->delayed, sensor);
	frame->settings = virtual_delayed_get(&imager->delayed,
					      imager->delayed.next - 1,
					      &frame->settings_cookie);
	imager->pixels += (uint64_t)virtual_sensor_line_length(sensor) *
			  virtual_sensor_current(sensor).frame_length;
	virtual_sensor_expose(sensor, frame->number, &imager->scene,
			      &frame->light, imager->raw);
}

int virtual_imager_expose(struct virtual_imager *imager, uint32_t number,
			  struct virtual_frame *ret_frame,
			  struct virtual_error *error)
{
	const struct virtual_sensor *sensor = &imager->sensor;
	struct virtual_frame frame = {
		.number = number,
		.width = sensor->width,
		.height = sensor->height,
		.rgb = imager->rgb,
		.raw = imager->raw +
		       (size_t)sensor->width * VIRTUAL_SENSOR_DARK_LINES,
		.parameters_frame = number,
	};
	const enum camera_stage before =
		camera_stage_go(&imager->clock, CAMERA_STAGE_SENSOR);
	int ret = 0;

	imager->is_streaming = true;
	if (imager->source.take)
		ret = imager->source.take(imager->source.user, imager->raw,
					  &frame, error);
	else
		expose_model(imager, &frame);
	camera_stage_go(&imager->clock, before);
	*ret_frame = frame;
	return ret;
}

void virtual_imager_measure(struct virtual_imager *imager, uint32_t frame,
			    void *statistics)
{
	const enum camera_stage before =
		camera_stage_go(&imager->clock, CAMERA_STAGE_STATISTICS);

	imager->isp->measure(imager->isp_state, &imager->sensor, frame,
			     imager->raw, statistics);
	camera_stage_go(&imager->clock, before);
}

int virtual_imager_develop(struct virtual_imager *imager, uint32_t frame,
			   const void *parameters,
			   struct virtual_error *error)
{
	const uint16_t *image = imager->raw + (size_t)imager->sensor.width *
						      VIRTUAL_SENSOR_DARK_LINES;
	const enum camera_stage before =
		camera_stage_go(&imager->clock, CAMERA_STAGE_DEVELOP);
	int ret = imager->isp->apply(imager->isp_state, frame, parameters, image,
				     imager->rgb);

	camera_stage_go(&imager->clock, before);
	if (ret < 0)
		return virtual_error_set(
			error, ret,
			"the IPA returned invalid parameters for frame %u",
			frame);
	return 0;
}
