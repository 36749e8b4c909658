/* SPDX-License-Identifier: MIT */
/*
 * Delayed controls: the sensor's registers take effect after different numbers
 * of frames. This writes each of them at such a frame that all settings of one
 * request take effect on the same frame, and knows which settings and which
 * request a frame has.
 */
#ifndef VIRTUAL_DELAYED_CONTROLS_H
#define VIRTUAL_DELAYED_CONTROLS_H

#include <stdbool.h>

#include "sensor.h"

/** Frames that are remembered; more than twice the longest delay. */
#define VIRTUAL_DELAYED_DEPTH 16

/** Thread word: bound. */
struct virtual_delayed {
	struct virtual_sensor_delays delays;
	uint32_t longest; /* of the delays */
	uint32_t next; /* the frame that begins next */
	struct virtual_sensor_settings settings[VIRTUAL_DELAYED_DEPTH];
	uint32_t cookies[VIRTUAL_DELAYED_DEPTH];
};

/**
 * virtual_delayed_init() - begin with settings that every frame has
 * @delays: in frames, as the IPA or the sensor's model gives them; clamped to
 *          VIRTUAL_SENSOR_MAX_DELAY
 * @next: number of the frame that begins next
 */
void virtual_delayed_init(struct virtual_delayed *delayed,
			  const struct virtual_sensor_delays *delays,
			  struct virtual_sensor_settings settings,
			  uint32_t next);

/**
 * virtual_delayed_request() - request settings as soon as possible
 * @settings: in range
 * @cookie: is returned for the frames that have these settings
 *
 * They apply to the frame that begins next, plus the longest delay. A further
 * request before that frame begins replaces this one. Returns the number of
 * the first frame that has them.
 */
uint32_t virtual_delayed_request(struct virtual_delayed *delayed,
				 struct virtual_sensor_settings settings,
				 uint32_t cookie);

/** Returns the settings that were requested last. */
struct virtual_sensor_settings
virtual_delayed_requested(const struct virtual_delayed *delayed);

/** Lets the next frame begin. Returns what must be in the registers before it
 *  begins: each value is that of the frame in which it takes effect. */
struct virtual_sensor_settings
virtual_delayed_advance(struct virtual_delayed *delayed);

/** Writes the registers that are due before the next frame begins, and lets it
 *  begin. */
void virtual_delayed_begin_frame(struct virtual_delayed *delayed,
				 struct virtual_sensor *sensor);

/**
 * Returns the settings that @frame has, and its cookie; @ret_cookie may be
 * NULL. The frame is one of the latest VIRTUAL_DELAYED_DEPTH - 4 that began, or
 * one that the longest delay already decides.
 */
struct virtual_sensor_settings
virtual_delayed_get(const struct virtual_delayed *delayed, uint32_t frame,
		    uint32_t *ret_cookie);

#endif /* VIRTUAL_DELAYED_CONTROLS_H */
