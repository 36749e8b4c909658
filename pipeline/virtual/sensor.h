/* SPDX-License-Identifier: MIT */
/* A model of an image sensor: light in, 10-bit Bayer out. */
#ifndef VIRTUAL_SENSOR_H
#define VIRTUAL_SENSOR_H

#include <stdint.h>

#include "light.h"
#include "scene.h"

/** Raw values of full light and of no light. */
#define VIRTUAL_SENSOR_WHITE 1023
#define VIRTUAL_SENSOR_BLACK 64

/** A raw value from here on is clipped: the light may have been brighter. */
#define VIRTUAL_SENSOR_CLIP 1000

/** Lines above the image that see no light. */
#define VIRTUAL_SENSOR_DARK_LINES 8

/** Gain codes: the code of a gain of 1, and the largest one. */
#define VIRTUAL_SENSOR_GAIN_UNIT 16
#define VIRTUAL_SENSOR_MAX_GAIN 256

/** Settings written before frame n + 1 is taken apply to frame n + 2. */
#define VIRTUAL_SENSOR_DELAY 2

/** Frames per second. */
#define VIRTUAL_SENSOR_FRAME_RATE 30

/** Exposure and gain of a frame. */
struct virtual_sensor_settings {
	int32_t lines; /* exposure time */
	int32_t gain; /* a gain code */
};

/** A sensor and its registers. Thread word: bound. */
struct virtual_sensor {
	uint32_t width;
	uint32_t height;
	uint64_t seed;
	/* Settings of the next frame, of the frame after it, ... */
	struct virtual_sensor_settings pipe[VIRTUAL_SENSOR_DELAY];
	uint16_t *sigma; /* deviation of the noise, by signal */
	int32_t sigma_gain; /* the gain code that sigma is for */
};

/**
 * virtual_sensor_init() - power up
 * @width, @height: in pixels, even
 * @seed: of the noise; equal seeds make equal frames
 *
 * Returns 0 or -ENOMEM.
 */
int virtual_sensor_init(struct virtual_sensor *sensor, uint32_t width,
			uint32_t height, uint64_t seed);

/** Frees the sensor's memory; accepts zeroed memory. */
void virtual_sensor_fini(struct virtual_sensor *sensor);

/** Returns the number of lines from one frame to the next. */
uint32_t virtual_sensor_frame_length(const struct virtual_sensor *sensor);

/** Each returns an end of the range of exposure times, in lines. */
int32_t virtual_sensor_min_lines(const struct virtual_sensor *sensor);
int32_t virtual_sensor_max_lines(const struct virtual_sensor *sensor);

/** Returns the number of pixels from one line to the next, with blanking. */
uint32_t virtual_sensor_line_length(const struct virtual_sensor *sensor);

/** Returns the number of pixels per second. */
uint64_t virtual_sensor_pixel_rate(const struct virtual_sensor *sensor);

/** Returns the number of pixels of a frame, with its dark lines. */
size_t virtual_sensor_frame_pixels(const struct virtual_sensor *sensor);

/** Returns the settings of the next frame. */
struct virtual_sensor_settings
virtual_sensor_current(const struct virtual_sensor *sensor);

/** Returns the settings that were written last. */
struct virtual_sensor_settings
virtual_sensor_requested(const struct virtual_sensor *sensor);

/**
 * Writes the registers; the settings apply VIRTUAL_SENSOR_DELAY frames later.
 * They must be in range.
 */
void virtual_sensor_set(struct virtual_sensor *sensor,
			struct virtual_sensor_settings settings);

/** Writes the registers before streaming starts: the settings apply at once. */
void virtual_sensor_reset(struct virtual_sensor *sensor,
			  struct virtual_sensor_settings settings);

/**
 * virtual_sensor_expose() - take a frame
 * @frame: the frame's number; the noise depends on it
 * @scene: must have the sensor's size
 * @raw: receives virtual_sensor_frame_pixels() values: the dark lines, then
 *       RGGB
 *
 * Afterwards the settings of the following frame are current.
 */
void virtual_sensor_expose(struct virtual_sensor *sensor, uint32_t frame,
			   const struct virtual_scene *scene,
			   const struct virtual_light *light, uint16_t *raw);

#endif /* VIRTUAL_SENSOR_H */
