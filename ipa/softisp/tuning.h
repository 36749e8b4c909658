/* SPDX-License-Identifier: MIT */
/* What is known of a sensor before it is looked through. */
#ifndef SOFTISP_TUNING_H
#define SOFTISP_TUNING_H

#include <stddef.h>
#include <stdint.h>

#define SOFTISP_MAX_CURVE 16
#define SOFTISP_MAX_MATRICES 8

/** The response to a grey surface under one light, green being 1. */
struct softisp_curve_point {
	double kelvin;
	double red;
	double blue;
};

/** From the sensor's balanced RGB to linear sRGB, under one light. */
struct softisp_matrix {
	double kelvin;
	double m[9];
};

/** Everything a tuning file can say. */
struct softisp_tuning {
	double black_level; /* in values of the sensor */

	double target; /* mean of green to aim at, 0 to 1, linear */
	double exposure_speed; /* part of an error mended per frame */
	double max_digital_gain;
	double gain_unit; /* the sensor's gain code for a gain of 1 */

	double balance_speed;
	double balance_tolerance; /* of neutral zones, as a ratio minus 1 */
	struct softisp_curve_point curve[SOFTISP_MAX_CURVE];
	size_t n_curve; /* ascending by kelvin, at least 2 */

	struct softisp_matrix matrices[SOFTISP_MAX_MATRICES];
	size_t n_matrices; /* ascending by kelvin, at least 1 */

	double gamma; /* 2.4: the curve of sRGB */
};

/** Bytes of a message of softisp_tuning_load(). */
#define SOFTISP_TUNING_ERROR_SIZE 160

/** The tuning of the virtual sensor. */
void softisp_tuning_init(struct softisp_tuning *tuning);

/**
 * softisp_tuning_load() - read a tuning file
 * @tuning: what the file does not mention stays as it is
 * @error: what is wrong, with a line number, if it fails
 *
 * Returns 0, -EINVAL (not such a file), -EFBIG, -ENOSYS (built without
 * libyaml), or what opening it gave; @tuning is untouched then.
 */
int softisp_tuning_load(struct softisp_tuning *tuning, const char *path,
			char error[SOFTISP_TUNING_ERROR_SIZE]);

#endif /* SOFTISP_TUNING_H */
