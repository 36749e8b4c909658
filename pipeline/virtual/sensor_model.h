/* SPDX-License-Identifier: MIT */
/* The sensors that the virtual camera can have: numbers, as their drivers know
 * them. */
#ifndef VIRTUAL_SENSOR_MODEL_H
#define VIRTUAL_SENSOR_MODEL_H

#include <stddef.h>
#include <stdint.h>

/** Longest delay of a setting, in frames. */
#define VIRTUAL_SENSOR_MAX_DELAY 3

/** Length of a sensor's name, with its zero. */
#define VIRTUAL_SENSOR_NAME_SIZE 32

/**
 * Frames until a register takes effect: one that is written before frame n
 * begins applies from frame n + delay on. Each is at most
 * VIRTUAL_SENSOR_MAX_DELAY.
 */
struct virtual_sensor_delays {
	uint32_t exposure;
	uint32_t gain;
	uint32_t frame_length;
};

/** A kind of sensor. Sizes are in pixels and lines; constant data. */
struct virtual_sensor_model {
	const char *name;

	/** Sets the gain of a code as a fraction; @code is in range. */
	void (*gain)(int32_t code, uint32_t *ret_numerator,
		     uint32_t *ret_denominator);
	int32_t min_gain; /* codes */
	int32_t max_gain;

	int32_t min_lines; /* shortest exposure time */
	uint32_t margin; /* lines of a frame in which nothing is exposed */
	struct virtual_sensor_delays delays;

	/** Largest output; 0: any. */
	uint32_t active_width;
	uint32_t active_height;

	/** From one line to the next, and pixels per second; 0: chosen so that
	 *  a frame of twice the height takes 1/30 s. */
	uint32_t line_length;
	uint64_t pixel_rate;

	/** How well pixels of R, G and B see a grey of 6,504 K; 1: at a light of
	 *  brightness 1, white needs 0.4 of the initial longest exposure. */
	double sensitivity[3];

	/** Which part of that is red, green and blue light. Each row adds up to
	 *  1. */
	double response[3][3];

	/** Lens: light at the left and right edge is 1 / (1 + this) of that in
	 *  the middle, for R, G and B; 0: as much. */
	double falloff[3];

	/** Range of the lines between two images; 0, 0: blanking is fixed. */
	uint32_t min_blanking;
	uint32_t max_frame_length;
};

/** The sensor of the camera "virtual". */
extern const struct virtual_sensor_model virtual_sensor_plain;

/** Returns the model of this name, or NULL. Thread word of all: safe. */
const struct virtual_sensor_model *virtual_sensor_model_find(const char *name);

/** Returns model number @i, or NULL past the last. */
const struct virtual_sensor_model *virtual_sensor_model_get(size_t i);

/** Returns the name of model number @i, or NULL past the last. */
const char *virtual_sensor_model_name(size_t i);

#endif /* VIRTUAL_SENSOR_MODEL_H */
