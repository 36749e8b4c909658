/* SPDX-License-Identifier: MIT */
/*
 * The kernel's virtual media controller: two sensors, a camera each.
 *
 *   Sensor A ----> Raw Capture 0            the camera vimc-a
 *        `-------> Debayer A --.
 *                              +--> Scaler --> RGB/YUV Capture
 *        ,-------> Debayer B --'
 *   Sensor B ----> Raw Capture 1            the camera vimc-b
 *
 * The debayers are on the way to another node and take no part, but the kernel
 * refuses to start unless all that enabled links reach fits what the sensor
 * sends. Links to the debayers are always enabled; those behind are not needed.
 * The sensors have neither exposure nor gain: brightness and contrast of their
 * test pattern stand in for them, so that an IPA can see what it does.
 */
#include <linux/media-bus-format.h>
#include <linux/videodev2.h>

#include "kernel_pipeline.h"

/* The model's gain codes: 16 is a gain of 1, a contrast of 128. */
static void vimc_gain_of_code(int32_t code, uint32_t *ret_numerator,
			 uint32_t *ret_denominator)
{
	*ret_numerator = (uint32_t)code;
	*ret_denominator = 16;
}

static const struct virtual_sensor_model vimc_model = {
	.name = "vimc",
	.gain = vimc_gain_of_code,
	.min_gain = 16,
	.max_gain = 31,
	.min_lines = 4,
	.margin = 8,
	/* The driver draws a frame at once, when its time has come. */
	.delays = { .exposure = 0, .gain = 0, .frame_length = 0 },
};

static const struct kernel_link vimc_links_a[] = {
	{ "Debayer A", 1, "Scaler", 0, .enable = false },
};

static const struct kernel_link vimc_links_b[] = {
	{ "Debayer B", 1, "Scaler", 0, .enable = false },
};

static const struct kernel_pad vimc_pads_a[] = {
	{ "Sensor A", 0, MEDIA_BUS_FMT_SRGGB10_1X10 },
	{ "Debayer A", 0, MEDIA_BUS_FMT_SRGGB10_1X10 },
};

static const struct kernel_pad vimc_pads_b[] = {
	{ "Sensor B", 0, MEDIA_BUS_FMT_SRGGB10_1X10 },
	{ "Debayer B", 0, MEDIA_BUS_FMT_SRGGB10_1X10 },
};

#define VIMC_N_OF(array) (sizeof(array) / sizeof((array)[0]))

/* What both cameras have in common. */
#define SENSOR_SETTINGS                                          \
	.fourcc = V4L2_PIX_FMT_SRGGB10, .input = -1,             \
	.exposure = { V4L2_CID_BRIGHTNESS, 0, 255 },             \
	.gain = { V4L2_CID_CONTRAST, 128, 248 }, .model = &vimc_model

static const struct kernel_route vimc_routes[] = {
	{
		.suffix = "-a",
		.description = "the kernel's virtual sensor A, with processing "
			       "to RGB in software",
		.links = vimc_links_a,
		.n_links = VIMC_N_OF(vimc_links_a),
		.pads = vimc_pads_a,
		.n_pads = VIMC_N_OF(vimc_pads_a),
		.capture = "Raw Capture 0",
		.sensor = "Sensor A",
		SENSOR_SETTINGS,
	},
	{
		.suffix = "-b",
		.description = "the kernel's virtual sensor B, with processing "
			       "to RGB in software",
		.links = vimc_links_b,
		.n_links = VIMC_N_OF(vimc_links_b),
		.pads = vimc_pads_b,
		.n_pads = VIMC_N_OF(vimc_pads_b),
		.capture = "Raw Capture 1",
		.sensor = "Sensor B",
		SENSOR_SETTINGS,
	},
};

static const struct kernel_pipeline vimc = {
	.size = sizeof(vimc),
	.driver = "vimc",
	.routes = vimc_routes,
	.n_routes = VIMC_N_OF(vimc_routes),
};
KERNEL_REGISTER_PIPELINE(vimc)
