/* SPDX-License-Identifier: MIT */
/* The light on a scene, frame by frame. */
#ifndef VIRTUAL_LIGHT_H
#define VIRTUAL_LIGHT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define VIRTUAL_LIGHT_MAX_POINTS 64

/** What it takes: a candle to a blue sky, moonlight to snow in the sun. */
#define VIRTUAL_LIGHT_MIN_KELVIN 2000.0
#define VIRTUAL_LIGHT_MAX_KELVIN 12000.0
#define VIRTUAL_LIGHT_MIN_BRIGHTNESS 0.001
#define VIRTUAL_LIGHT_MAX_BRIGHTNESS 64.0

/** Light at one moment. */
struct virtual_light {
	double brightness; /* 1 is an ordinary indoor scene */
	double kelvin;
};

struct virtual_light_point {
	uint32_t frame;
	bool glide; /* gets there evenly, from the point before */
	struct virtual_light light;
};

/** How the light changes; the last point lasts. */
struct virtual_light_script {
	struct virtual_light_point points[VIRTUAL_LIGHT_MAX_POINTS];
	size_t n_points;
};

/** The script of a camera that was not given one. */
extern const char virtual_light_default[];

/**
 * virtual_light_parse() - read a script
 * @text: comma-separated FRAME=BRIGHTNESS@KELVIN: from that frame on; with ~
 *	  instead of =, gliding there from the point before. Frames ascend
 *	  from 0.
 * @reterr_position: where in @text it went wrong; NULL is fine
 *
 * Numbers have a point, whatever the locale. Returns 0, -EINVAL, -ERANGE or
 * -E2BIG (too many points).
 */
int virtual_light_parse(const char *text,
			struct virtual_light_script *ret_script,
			size_t *reterr_position);

/** The light on a frame. */
struct virtual_light virtual_light_at(const struct virtual_light_script *script,
				      uint32_t frame);

/**
 * How much red, green and blue there is in the light of something glowing at
 * this temperature, green being 1, beside daylight of 6504 K.
 */
void virtual_light_colour(double kelvin, double ret_rgb[3]);

#endif /* VIRTUAL_LIGHT_H */
