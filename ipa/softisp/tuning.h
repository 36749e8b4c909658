/* SPDX-License-Identifier: MIT */
/* The tuning of a sensor: measurements and preferences that do not change. */
#ifndef SOFTISP_TUNING_H
#define SOFTISP_TUNING_H

#include <stddef.h>
#include <stdint.h>

#include "softisp_ipa_types.h"

/** Most points of the curve, most matrices, and most tables of lens shading. */
#define SOFTISP_MAX_CURVE 16
#define SOFTISP_MAX_MATRICES 8
#define SOFTISP_MAX_SHADINGS 8

/** The sensor's response to a grey surface under one light; green is 1. */
struct softisp_curve_point {
	double kelvin;
	double red;
	double blue;
};

/** Converts the sensor's balanced RGB to linear sRGB under one light. */
struct softisp_matrix {
	double kelvin;
	double m[9]; /* row by row */
};

/** What the lens takes away under one light. */
struct softisp_shading_table {
	double kelvin;
	/* Factors, times 1024, for R, Gr, Gb and B, row by row. */
	uint16_t factors[4][IPA_SOFTISP_SHADING_NODES];
};

/** The part of a frame that exposure is measured on; the values of the control
 *  AeMeteringMode. */
enum softisp_metering {
	SOFTISP_METERING_CENTRE, /* all, and the centre most */
	SOFTISP_METERING_SPOT, /* the centre alone */
	SOFTISP_METERING_WHOLE,
};

/** Longest period of a light, in microseconds. */
#define SOFTISP_MAX_FLICKER_US 100000

/** Everything that a tuning file can set. */
struct softisp_tuning {
	double black_level; /* in raw values of 10 bits */

	double target; /* mean of green to aim at, 0 to 1, linear */
	double exposure_speed; /* part of an error corrected per frame */
	double max_digital_gain;
	double flicker_us; /* period of the light; 0: it does not flicker */
	int64_t metering; /* enum softisp_metering; no padding after it */
	double gain_unit; /* the sensor's gain code for a gain of 1 */

	double balance_speed; /* the same, for white balance */
	double balance_tolerance; /* of neutral zones, as a ratio minus 1 */
	struct softisp_curve_point curve[SOFTISP_MAX_CURVE];
	size_t n_curve; /* ascending by kelvin, at least 2 */

	struct softisp_matrix matrices[SOFTISP_MAX_MATRICES];
	size_t n_matrices; /* ascending by kelvin, at least 1 */

	struct softisp_shading_table shadings[SOFTISP_MAX_SHADINGS];
	size_t n_shadings; /* ascending by kelvin; 0: no lens shading */

	double gamma; /* 2.4: the curve of sRGB */
	double contrast; /* 1: as the curve is */
	double saturation; /* 1: as the matrices are */
};

/** Size of an error text of softisp_tuning_load() in bytes. */
#define SOFTISP_TUNING_ERROR_SIZE 200

/** Sets the tuning of the virtual sensor. Thread word: reentrant. */
void softisp_tuning_init(struct softisp_tuning *tuning);

/**
 * softisp_tuning_load() - read a tuning file
 * @tuning: updated; values that the file does not have are kept
 * @fd: open for reading; its offset does not matter, and stays
 * @error: gets a text, with a line number, on failure
 *
 * Returns 0, -EINVAL (not a valid tuning file), -EFBIG (more than 64 KiB),
 * -ENOMEM, -ENOSYS (built without libyaml), or the errno of reading it. On
 * failure @tuning is unchanged. Thread word: reentrant.
 */
int softisp_tuning_load(struct softisp_tuning *tuning, int fd,
			char error[SOFTISP_TUNING_ERROR_SIZE]);

#endif /* SOFTISP_TUNING_H */
