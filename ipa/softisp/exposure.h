/* SPDX-License-Identifier: MIT */
/* Exposure time and gain, automatic or manual. */
#ifndef SOFTISP_EXPOSURE_H
#define SOFTISP_EXPOSURE_H

#include <stdbool.h>
#include <stdint.h>

#include "tuning.h"

/** Ranges of the sensor. */
struct softisp_exposure_limits {
	int32_t min_lines; /* exposure time */
	int32_t max_lines;
	int32_t min_code; /* gain code */
	int32_t max_code;
	double line_us; /* duration of a line in microseconds */
};

/** Settings of the sensor, and the gain that processing adds. */
struct softisp_exposure_values {
	int32_t lines;
	int32_t code;
	double digital_gain;
};

/** Number of requests that are kept until their frames arrive. */
#define SOFTISP_EXPOSURE_HISTORY 8

/** Thread word of this struct and its functions: bound. */
struct softisp_exposure {
	const struct softisp_tuning *tuning;
	struct softisp_exposure_limits limits;
	bool enabled;
	double compensation; /* factor of the target */
	double flicker_us; /* exposure times are multiples of it; 0: any */
	double manual_digital_gain;
	double wanted; /* lines x analogue gain x digital gain */
	struct softisp_exposure_values request;
	struct softisp_exposure_values history[SOFTISP_EXPOSURE_HISTORY];
	uint32_t n_history;
	bool locked; /* the target is reached */
	bool divide; /* into time and gain anew, though the exposure is right */
};

/** Begins at a quarter of the longest time. @tuning must live as long. */
void softisp_exposure_init(struct softisp_exposure *exposure,
			   const struct softisp_tuning *tuning,
			   const struct softisp_exposure_limits *limits);

/** Each sets a manual value; ignored while automatic exposure is enabled. */
void softisp_exposure_set_time(struct softisp_exposure *exposure, double us);
void softisp_exposure_set_gain(struct softisp_exposure *exposure, double gain);
void softisp_exposure_set_digital_gain(struct softisp_exposure *exposure,
				       double gain);

/** Sets the period of a light that flickers, in microseconds; 0: it does not.
 *  Automatic exposure then chooses multiples of it, unless one is too long. */
void softisp_exposure_set_flicker(struct softisp_exposure *exposure, double us);

/** Sets the compensation, in stops, clamped to -4 ... 4. */
void softisp_exposure_set_compensation(struct softisp_exposure *exposure,
				       double stops);

/**
 * softisp_exposure_update() - adapt to a measured frame
 * @lines, @code: the sensor's settings for this frame
 * @luminance, @clipped: see struct softisp_measure
 *
 * Returns true if the sensor must be set to exposure->request.
 */
bool softisp_exposure_update(struct softisp_exposure *exposure, int32_t lines,
			     int32_t code, double luminance, double clipped);

/** Returns the digital gain that belongs to a frame with these settings. */
double softisp_exposure_digital_gain(const struct softisp_exposure *exposure,
				     int32_t lines, int32_t code);

#endif /* SOFTISP_EXPOSURE_H */
