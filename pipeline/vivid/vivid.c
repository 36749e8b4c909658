/* SPDX-License-Identifier: MIT */
/*
 * The kernel's virtual video driver as a webcam: one video node without
 * sub-devices, which has all controls. Input 0 is the webcam. Brightness stands
 * in for the exposure time, which the driver does not have.
 */
#include <linux/videodev2.h>

#include "kernel_pipeline.h"

/* The model's gain codes: 16 is a gain of 1. */
static void vivid_gain_of_code(int32_t code, uint32_t *ret_numerator,
			 uint32_t *ret_denominator)
{
	*ret_numerator = (uint32_t)code;
	*ret_denominator = 16;
}

static const struct virtual_sensor_model vivid_model = {
	.name = "vivid",
	.gain = vivid_gain_of_code,
	.min_gain = 16,
	.max_gain = 31,
	.min_lines = 4,
	.margin = 8,
	/* The driver draws a frame at once, when its time has come. */
	.delays = { .exposure = 0, .gain = 0, .frame_length = 0 },
};

/* The driver would change the gain by itself. */
static const struct kernel_preset vivid_presets[] = {
	{ V4L2_CID_AUTOGAIN, 0 },
};

static const struct kernel_route vivid_routes[] = {
	{
		.suffix = "",
		.description = "the kernel's virtual webcam, with processing "
			       "to RGB in software",
		.capture = "*-vid-cap",
		.sensor = "*-vid-cap",
		.metadata = "*-meta-cap",
		.fourcc = V4L2_PIX_FMT_SRGGB10,
		.input = 0,
		.frame_rate = 30,
		.exposure = { V4L2_CID_BRIGHTNESS, 0, 255 },
		.gain = { V4L2_CID_GAIN, 16, 31 },
		.uses_requests = true,
		.presets = vivid_presets,
		.n_presets = sizeof(vivid_presets) / sizeof(vivid_presets[0]),
		.model = &vivid_model,
	},
};

static const struct kernel_pipeline vivid = {
	.size = sizeof(vivid),
	.driver = "vivid",
	.routes = vivid_routes,
	.n_routes = sizeof(vivid_routes) / sizeof(vivid_routes[0]),
};
KERNEL_REGISTER_PIPELINE(vivid)
