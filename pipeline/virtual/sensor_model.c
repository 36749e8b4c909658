/* SPDX-License-Identifier: MIT */
/* The sensors that the virtual camera can have. */
#include "sensor_model.h"

#include <string.h>

/* The gain is proportional to the code, which is 16 for a gain of 1. */
static void gain_of_plain(int32_t code, uint32_t *ret_numerator,
			  uint32_t *ret_denominator)
{
	*ret_numerator = (uint32_t)code;
	*ret_denominator = 16;
}

/* What the sensors of our own have in common. */
#define PLAIN_SENSOR                              \
	.gain = gain_of_plain,                    \
	.min_gain = 16,                           \
	.max_gain = 256,                          \
	.min_lines = 4,                           \
	.margin = 8,                              \
	.delays = { 1, 1, 1 },                    \
	.sensitivity = { 0.62, 1.0, 0.70 },       \
	.response = {                             \
		{ 0.80, 0.17, 0.03 },             \
		{ 0.14, 0.72, 0.14 },             \
		{ 0.03, 0.22, 0.75 },             \
	}

const struct virtual_sensor_model virtual_sensor_plain = {
	.name = "virtual",
	PLAIN_SENSOR,
};

/* The same behind a lens that darkens the corners, as cheap ones do. */
static const struct virtual_sensor_model behind_lens = {
	.name = "virtual-lens",
	PLAIN_SENSOR,
	.falloff = { 1.1, 0.8, 0.7 },
};

/* Sony IMX219, data sheet: analogue gain = 256 / (256 - code). */
static void gain_of_imx219(int32_t code, uint32_t *ret_numerator,
			   uint32_t *ret_denominator)
{
	*ret_numerator = 256;
	*ret_denominator = 256 - (uint32_t)code;
}

/*
 * Numbers of the kernel's driver, drivers/media/i2c/imx219.c: IMX219_PPL_DEFAULT
 * is the line length, IMX219_VTS_MAX the longest frame, IMX219_VBLANK_MIN and
 * IMX219_EXPOSURE_MIN are 4, and exposure ends 4 lines before the frame does.
 * Exposure and frame length take effect two frames later, gain one.
 *
 * Its colours are those that the tuning files of libcamera expect: fitted, from
 * 2,500 to 7,500 K, so that a grey card has the red and blue of their curve of
 * white balance, and that their matrices make sRGB of what the sensor sees. By
 * their measure a light of brightness 1 has some 700 lux, as in a bright room: an
 * IPA that knows which lights are likely outdoors is not misled.
 */
static const struct virtual_sensor_model imx219 = {
	.name = "imx219",
	.gain = gain_of_imx219,
	.min_gain = 0,
	.max_gain = 232,
	.min_lines = 4,
	.margin = 4,
	.delays = { .exposure = 2, .gain = 1, .frame_length = 2 },
	.active_width = 3280,
	.active_height = 2464,
	.line_length = 3448,
	.pixel_rate = 182400000,
	.sensitivity = { 0.165, 0.300, 0.218 },
	.response = {
		{ 0.654, 0.272, 0.074 },
		{ 0.131, 0.596, 0.273 },
		{ 0.039, 0.195, 0.766 },
	},
	/* What the lens shading of its tuning files corrects, about. */
	.falloff = { 1.45, 0.92, 0.83 },
	.min_blanking = 4,
	.max_frame_length = 65535,
};

static const struct virtual_sensor_model *const models[] = {
	&virtual_sensor_plain,
	&behind_lens,
	&imx219,
};

const struct virtual_sensor_model *virtual_sensor_model_get(size_t i)
{
	return i < sizeof(models) / sizeof(models[0]) ? models[i] : NULL;
}

const struct virtual_sensor_model *virtual_sensor_model_find(const char *name)
{
	for (size_t i = 0; i < sizeof(models) / sizeof(models[0]); i++)
		if (strcmp(models[i]->name, name) == 0)
			return models[i];
	return NULL;
}

const char *virtual_sensor_model_name(size_t i)
{
	const struct virtual_sensor_model *model = virtual_sensor_model_get(i);

	return model ? model->name : NULL;
}
