/* SPDX-License-Identifier: MIT */
/* A model of an image sensor: light in, 10-bit Bayer out. */
#ifndef VIRTUAL_SENSOR_H
#define VIRTUAL_SENSOR_H

#include <stdbool.h>
#include <stdint.h>

#include "light.h"
#include "scene.h"
#include "sensor_model.h"

/** Raw values of full light and of no light. */
#define VIRTUAL_SENSOR_WHITE 1023
#define VIRTUAL_SENSOR_BLACK 64

/** A raw value from here on is clipped: the light may have been brighter. */
#define VIRTUAL_SENSOR_CLIP 1000

/** Lines above the image that see no light. */
#define VIRTUAL_SENSOR_DARK_LINES 8

/** Frames per second while the frame length is the initial one, unless
 *  virtual_sensor_set_interval() says otherwise. */
#define VIRTUAL_SENSOR_FRAME_RATE 30

/** What a frame is taken with. */
struct virtual_sensor_settings {
	int32_t lines; /* exposure time */
	int32_t gain; /* a gain code */
	uint32_t frame_length; /* in lines, with blanking */
};

/** What decides how much light each pixel gets: it is the same in most frames. */
struct virtual_sensor_seen {
	/* Response of even and odd lines' even and odd pixels to the scene's
	 * three colours, times 2^24. */
	uint64_t weights[2][2][3];
	int32_t gain;
	const uint16_t *scene;
};

/** A sensor and its registers. Thread word: bound. */
struct virtual_sensor {
	const struct virtual_sensor_model *model;
	uint32_t width;
	uint32_t height;
	uint64_t seed;
	uint32_t frames; /* per so many seconds; 0: the rate above */
	uint32_t frames_seconds;
	/* Settings of the next frame, of the frame after it, ... */
	struct virtual_sensor_settings pipe[VIRTUAL_SENSOR_MAX_DELAY + 1];
	uint16_t *sigma; /* deviation of the noise, by signal */
	int32_t sigma_gain; /* the gain code that sigma is for */
	uint32_t *exposed; /* each pixel of a frame before its noise */
	struct virtual_sensor_seen seen; /* what exposed was made from */
	bool is_fast; /* clear it to use the code that every machine can run */
	uint16_t *lens; /* light of each pixel, times 65535; NULL: even */
};

/**
 * virtual_sensor_init() - power up
 * @width, @height: in pixels, even
 * @seed: of the noise; equal seeds make equal frames
 *
 * Returns 0, -ERANGE (larger than the model's active area) or -ENOMEM.
 */
int virtual_sensor_init(struct virtual_sensor *sensor,
			const struct virtual_sensor_model *model,
			uint32_t width, uint32_t height, uint64_t seed);

/** Frees the sensor's memory; accepts zeroed memory. */
void virtual_sensor_fini(struct virtual_sensor *sensor);

/**
 * Says how long a frame of the initial length lasts, for a model whose pixel rate is
 * chosen for 30 frames per second: @numerator / @denominator seconds. An interval
 * outside of 1 ms to 100 s changes nothing.
 */
void virtual_sensor_set_interval(struct virtual_sensor *sensor,
				 uint32_t numerator, uint32_t denominator);

/** Returns the initial number of lines from one frame to the next. */
uint32_t virtual_sensor_frame_length(const struct virtual_sensor *sensor);

/** Each returns an end of the range of frame lengths, in lines. */
uint32_t virtual_sensor_min_frame_length(const struct virtual_sensor *sensor);
uint32_t virtual_sensor_max_frame_length(const struct virtual_sensor *sensor);

/** Returns the shortest exposure time, in lines. */
int32_t virtual_sensor_min_lines(const struct virtual_sensor *sensor);

/** Returns the longest exposure time in a frame of the initial length. */
int32_t virtual_sensor_max_lines(const struct virtual_sensor *sensor);

/** Returns the longest exposure time in a frame of @frame_length lines. */
int32_t virtual_sensor_lines_in(const struct virtual_sensor *sensor,
				uint32_t frame_length);

/** Returns the number of pixels from one line to the next, with blanking. */
uint32_t virtual_sensor_line_length(const struct virtual_sensor *sensor);

/** Returns the number of pixels per second. */
uint64_t virtual_sensor_pixel_rate(const struct virtual_sensor *sensor);

/** Returns the number of pixels of a frame, with its dark lines. */
size_t virtual_sensor_frame_pixels(const struct virtual_sensor *sensor);

/** Returns the settings of the next frame. */
struct virtual_sensor_settings
virtual_sensor_current(const struct virtual_sensor *sensor);

/**
 * Writes the registers before the next frame. Each setting applies after its
 * own delay, see struct virtual_sensor_delays. They must be in range.
 */
void virtual_sensor_set(struct virtual_sensor *sensor,
			struct virtual_sensor_settings settings);

/** Writes the registers before streaming starts: the settings apply at once. */
void virtual_sensor_reset(struct virtual_sensor *sensor,
			  struct virtual_sensor_settings settings);

/**
 * virtual_sensor_expose() - take a frame
 * @frame: the frame's number; the noise depends on it
 * @scene: must have the sensor's size. Its points must not change: the light of
 *         each pixel is computed again only when exposure, gain, light, or the
 *         memory of the scene changes
 * @raw: receives virtual_sensor_frame_pixels() values: the dark lines, then
 *       RGGB
 *
 * Afterwards the settings of the following frame are current.
 */
void virtual_sensor_expose(struct virtual_sensor *sensor, uint32_t frame,
			   const struct virtual_scene *scene,
			   const struct virtual_light *light, uint16_t *raw);

#endif /* VIRTUAL_SENSOR_H */
