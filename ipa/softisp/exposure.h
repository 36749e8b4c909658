/* SPDX-License-Identifier: MIT */
/* Exposure time and gain, chosen or given. */
#ifndef SOFTISP_EXPOSURE_H
#define SOFTISP_EXPOSURE_H

#include <stdbool.h>
#include <stdint.h>

#include "tuning.h"

/** What the sensor can do. */
struct softisp_exposure_limits {
	int32_t min_lines;
	int32_t max_lines;
	int32_t min_code; /* of the gain */
	int32_t max_code;
	double line_us; /* microseconds per line */
};

/** Settings of the sensor, and what processing adds. */
struct softisp_exposure_values {
	int32_t lines;
	int32_t code;
	double digital_gain;
};

/** Requests remembered until the frame that they act on comes by. */
#define SOFTISP_EXPOSURE_HISTORY 8

struct softisp_exposure {
	const struct softisp_tuning *tuning;
	struct softisp_exposure_limits limits;
	bool enabled;
	double compensation; /* factor on the target */
	double wanted; /* lines x gain, all gains included */
	struct softisp_exposure_values request;
	struct softisp_exposure_values history[SOFTISP_EXPOSURE_HISTORY];
	uint32_t n_history;
	bool locked;
};

/** @tuning has to live as long. Begins at a quarter of the longest time. */
void softisp_exposure_init(struct softisp_exposure *exposure,
			   const struct softisp_tuning *tuning,
			   const struct softisp_exposure_limits *limits);

/** Manual values; used from now on if it is not enabled. */
void softisp_exposure_set_time(struct softisp_exposure *exposure, double us);
void softisp_exposure_set_gain(struct softisp_exposure *exposure, double gain);

/** @stops: of compensation, clamped to -4 ... 4. */
void softisp_exposure_set_compensation(struct softisp_exposure *exposure,
				       double stops);

/**
 * softisp_exposure_update() - learn from a frame
 * @lines, @code: that the sensor had for this frame
 * @luminance, @clipped: of struct softisp_measure
 *
 * Returns true if the sensor has to be set to exposure->request.
 */
bool softisp_exposure_update(struct softisp_exposure *exposure, int32_t lines,
			     int32_t code, double luminance, double clipped);

/** The digital gain that belongs to a frame with these settings. */
double softisp_exposure_digital_gain(const struct softisp_exposure *exposure,
				     int32_t lines, int32_t code);

#endif /* SOFTISP_EXPOSURE_H */
