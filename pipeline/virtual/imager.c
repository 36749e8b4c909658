/* SPDX-License-Identifier: MIT */
/* Scene, light, sensor and processing, put together. */
#include "imager.h"

#include <errno.h>
#include <stdlib.h>

#include "zone_statistics.h"

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

static int init_sensor(struct virtual_imager *imager, uint32_t width,
		       uint32_t height, uint64_t seed)
{
	int ret = virtual_sensor_init(&imager->sensor, width, height, seed);

	if (ret < 0)
		return ret;
	ret = virtual_developer_init(&imager->developer, width, height);
	if (ret < 0)
		return ret;
	imager->raw = calloc(virtual_sensor_frame_pixels(&imager->sensor),
			     sizeof(*imager->raw));
	imager->rgb = calloc((size_t)width * height, 3);
	if (!imager->raw || !imager->rgb)
		return -ENOMEM;
	virtual_sensor_controls_init(&imager->controls, &imager->sensor);
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
	int ret;

	if (!is_side(width) || !is_side(height))
		return virtual_error_set(
			error, -EINVAL,
			"size %ux%u: width and height must be even numbers "
			"from %d to %d",
			width, height, VIRTUAL_CAMERA_MIN_SIDE,
			VIRTUAL_CAMERA_MAX_SIDE);
	ret = init_light(imager, options->light, error);
	if (ret < 0)
		return ret;
	ret = init_scene(imager, options, width, height, error);
	if (ret < 0)
		return ret;
	ret = init_sensor(imager, width, height, options->seed);
	if (ret < 0)
		return virtual_error_set(error, ret, "out of memory");
	return 0;
}

void virtual_imager_fini(struct virtual_imager *imager)
{
	virtual_developer_fini(&imager->developer);
	virtual_sensor_fini(&imager->sensor);
	virtual_scene_fini(&imager->scene);
	free(imager->raw);
	free(imager->rgb);
	imager->raw = NULL;
	imager->rgb = NULL;
}

void virtual_imager_apply_controls(struct virtual_imager *imager,
				   const struct cam_control_list *list)
{
	/* A list may name one control only: the other stays as requested. */
	struct virtual_sensor_settings settings =
		virtual_sensor_requested(&imager->sensor);

	virtual_sensor_controls_take(&imager->controls, list, &settings);
	if (imager->is_streaming)
		virtual_sensor_set(&imager->sensor, settings);
	else
		virtual_sensor_reset(&imager->sensor, settings);
}

void virtual_imager_expose(struct virtual_imager *imager, uint32_t number,
			   struct virtual_frame *ret_frame)
{
	const struct virtual_frame frame = {
		.number = number,
		.width = imager->sensor.width,
		.height = imager->sensor.height,
		.rgb = imager->rgb,
		.raw = imager->raw +
		       (size_t)imager->sensor.width * VIRTUAL_SENSOR_DARK_LINES,
		.timestamp_ns = (uint64_t)number * 1000000000u /
				VIRTUAL_SENSOR_FRAME_RATE,
		.light = virtual_light_at(&imager->light, number),
		.settings = virtual_sensor_current(&imager->sensor),
		.parameters_frame = number,
	};

	imager->is_streaming = true;
	virtual_sensor_expose(&imager->sensor, number, &imager->scene,
			      &frame.light, imager->raw);
	*ret_frame = frame;
}

void virtual_imager_measure(const struct virtual_imager *imager, uint32_t frame,
			    struct ipa_softisp_statistics *statistics)
{
	virtual_zone_statistics(&imager->sensor, frame, imager->raw,
				statistics);
}

int virtual_imager_develop(struct virtual_imager *imager, uint32_t frame,
			   const struct ipa_softisp_parameters *parameters,
			   struct virtual_error *error)
{
	const uint16_t *image = imager->raw + (size_t)imager->sensor.width *
						      VIRTUAL_SENSOR_DARK_LINES;
	int ret = virtual_develop(&imager->developer, frame, parameters, image,
				  imager->rgb);

	if (ret < 0)
		return virtual_error_set(
			error, ret,
			"the IPA returned invalid parameters for frame %u",
			frame);
	return 0;
}
