/* SPDX-License-Identifier: MIT */
/* The built-in tuning, which virtual.yaml repeats. */
#include "tuning.h"

/*
 * Measured with the virtual sensor: the curve with a grey card under each
 * light, the matrices with a colour chart.
 */
static const struct softisp_tuning virtual_sensor = {
	.black_level = 64,
	.target = 0.16,
	.exposure_speed = 0.5,
	.max_digital_gain = 4,
	.metering = SOFTISP_METERING_WHOLE,
	.gain_unit = 16,
	.balance_speed = 0.3,
	.balance_tolerance = 0.06,
	.curve = {
		{ 2300, 1.0773, 0.3214 },
		{ 2800, 0.9351, 0.3866 },
		{ 3200, 0.8584, 0.4355 },
		{ 3800, 0.7781, 0.5016 },
		{ 4500, 0.7155, 0.5672 },
		{ 5500, 0.6576, 0.6422 },
		{ 6500, 0.6201, 0.6998 },
		{ 8000, 0.5841, 0.7633 },
		{ 10000, 0.5555, 0.8206 },
	},
	.n_curve = 9,
	.matrices = {
		{ 2800, { 1.1846, -0.1865, 0.0019,
			  -0.3923, 1.5459, -0.1536,
			  0.0938, -1.1554, 2.0616 } },
		{ 4000, { 1.2371, -0.2404, 0.0033,
			  -0.3113, 1.5144, -0.2030,
			  0.0446, -0.6787, 1.6341 } },
		{ 5000, { 1.2692, -0.2735, 0.0043,
			  -0.2815, 1.5185, -0.2370,
			  0.0319, -0.5371, 1.5052 } },
		{ 6500, { 1.3039, -0.3095, 0.0056,
			  -0.2582, 1.5341, -0.2760,
			  0.0236, -0.4378, 1.4142 } },
		{ 9000, { 1.3402, -0.3474, 0.0072,
			  -0.2402, 1.5588, -0.3185,
			  0.0181, -0.3678, 1.3497 } },
	},
	.n_matrices = 5,
	.gamma = 2.4,
	.contrast = 1,
	.saturation = 1,
};

void softisp_tuning_init(struct softisp_tuning *tuning)
{
	*tuning = virtual_sensor;
}
