/* SPDX-License-Identifier: MIT */
/* A model of an image sensor: light in, 10-bit Bayer out. */
#ifndef VIRTUAL_SENSOR_H
#define VIRTUAL_SENSOR_H

#include <stdint.h>

#include "light.h"
#include "scene.h"

/** Values from black to full, and the two's places. */
#define VIRTUAL_SENSOR_WHITE 1023
#define VIRTUAL_SENSOR_BLACK 64

/** From here on a value says only that there was a lot of light. */
#define VIRTUAL_SENSOR_CLIP 1000

/** Lines above the image that see no light. */
#define VIRTUAL_SENSOR_DARK_LINES 8

/** Gain codes: 16 stands for a gain of 1. */
#define VIRTUAL_SENSOR_GAIN_UNIT 16
#define VIRTUAL_SENSOR_MAX_GAIN 256

/** What is set before frame n + 1 is taken shows in frame n + this. */
#define VIRTUAL_SENSOR_DELAY 2

#define VIRTUAL_SENSOR_FRAME_RATE 30

/** What a frame is taken with. */
struct virtual_sensor_settings {
	int32_t lines; /* of exposure */
	int32_t gain; /* code */
};

/** Thread word: bound. */
struct virtual_sensor {
	uint32_t width;
	uint32_t height;
	uint64_t seed;
	/* Those of the next frame, of the one behind it, ... */
	struct virtual_sensor_settings pipe[VIRTUAL_SENSOR_DELAY];
	uint16_t *sigma; /* of noise, by signal; for sigma_gain */
	int32_t sigma_gain;
};

/**
 * virtual_sensor_init() - power up
 * @width, @height: even
 * @seed: of the noise; equal seeds make equal frames
 *
 * Returns 0 or -ENOMEM.
 */
int virtual_sensor_init(struct virtual_sensor *sensor, uint32_t width,
			uint32_t height, uint64_t seed);

/** Frees what it has; a zeroed one is fine. */
void virtual_sensor_fini(struct virtual_sensor *sensor);

/** Lines from one frame to the next; exposure ends a little before. */
uint32_t virtual_sensor_frame_length(const struct virtual_sensor *sensor);
int32_t virtual_sensor_min_lines(const struct virtual_sensor *sensor);
int32_t virtual_sensor_max_lines(const struct virtual_sensor *sensor);

/** Pixels from one line to the next, blanking included. */
uint32_t virtual_sensor_line_length(const struct virtual_sensor *sensor);

/** Pixels per second. */
uint64_t virtual_sensor_pixel_rate(const struct virtual_sensor *sensor);

/** Pixels of a frame, dark lines included. */
size_t virtual_sensor_frame_pixels(const struct virtual_sensor *sensor);

/** The settings with which the next frame will be taken. */
struct virtual_sensor_settings
virtual_sensor_current(const struct virtual_sensor *sensor);

/**
 * Writes the registers: the next frame is taken without it, unless
 * VIRTUAL_SENSOR_DELAY is 1. Out of range is the caller's bug.
 */
void virtual_sensor_set(struct virtual_sensor *sensor,
			struct virtual_sensor_settings settings);

/** As the above, but at once: before streaming starts. */
void virtual_sensor_reset(struct virtual_sensor *sensor,
			  struct virtual_sensor_settings settings);

/**
 * virtual_sensor_expose() - take a frame
 * @frame: its number, which the noise depends on
 * @raw: virtual_sensor_frame_pixels(); dark lines first, then RGGB
 *
 * The scene has the sensor's size. Settings move on by one frame.
 */
void virtual_sensor_expose(struct virtual_sensor *sensor, uint32_t frame,
			   const struct virtual_scene *scene,
			   const struct virtual_light *light, uint16_t *raw);

#endif /* VIRTUAL_SENSOR_H */
