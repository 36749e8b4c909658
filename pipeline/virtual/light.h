/* SPDX-License-Identifier: MIT */
/* The light on a scene, frame by frame. */
#ifndef VIRTUAL_LIGHT_H
#define VIRTUAL_LIGHT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Points that a script can have. */
#define VIRTUAL_LIGHT_MAX_POINTS 64

/** Permitted light: from a candle to a blue sky, from moonlight to a beach. */
#define VIRTUAL_LIGHT_MIN_KELVIN 2000.0
#define VIRTUAL_LIGHT_MAX_KELVIN 12000.0
#define VIRTUAL_LIGHT_MIN_BRIGHTNESS 0.001
#define VIRTUAL_LIGHT_MAX_BRIGHTNESS 64.0

/** Light at one moment. */
struct virtual_light {
	double brightness; /* 1 is an ordinary indoor scene */
	double kelvin; /* colour temperature */
};

/** The light from one frame on. */
struct virtual_light_point {
	uint32_t frame;
	bool glide; /* the light changes evenly from the point before */
	struct virtual_light light;
};

/** Light over time; the last point stays in force. */
struct virtual_light_script {
	struct virtual_light_point points[VIRTUAL_LIGHT_MAX_POINTS];
	size_t n_points;
};

/** The script of a camera without one of its own. */
extern const char virtual_light_default[];

/**
 * virtual_light_parse() - read a script
 * @text: points FRAME=BRIGHTNESS@KELVIN, separated by commas: the light from
 *        that frame on. With ~ instead of =, the light changes evenly from the
 *        point before. The first frame is 0, and frames ascend
 * @reterr_position: receives the offset in @text of the wrong point; may be
 *                   NULL
 *
 * Numbers have a decimal point in every locale. Returns 0, -EINVAL (not a
 * script), -ERANGE (brightness or kelvin out of range) or -E2BIG (more than
 * VIRTUAL_LIGHT_MAX_POINTS points). Thread word of all: reentrant.
 */
int virtual_light_parse(const char *text,
			struct virtual_light_script *ret_script,
			size_t *reterr_position);

/** Returns the light on a frame. */
struct virtual_light virtual_light_at(const struct virtual_light_script *script,
				      uint32_t frame);

/**
 * Computes red, green and blue of a black body's light at this temperature,
 * relative to daylight of 6504 K; green is 1.
 */
void virtual_light_colour(double kelvin, double ret_rgb[3]);

#endif /* VIRTUAL_LIGHT_H */
