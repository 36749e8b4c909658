/* SPDX-License-Identifier: MIT */
/*
 * Delayed controls: a ring of settings by the frame that has them. The newest
 * entry is that of the next frame plus the longest delay; when a frame begins,
 * a register with a delay of d gets what the frame d frames later has.
 */
#include "delayed_controls.h"

static uint32_t at(uint32_t frame)
{
	return frame % VIRTUAL_DELAYED_DEPTH;
}

static uint32_t limit(uint32_t delay)
{
	return delay < VIRTUAL_SENSOR_MAX_DELAY ? delay
						: VIRTUAL_SENSOR_MAX_DELAY;
}

void virtual_delayed_init(struct virtual_delayed *delayed,
			  const struct virtual_sensor_delays *delays,
			  struct virtual_sensor_settings settings,
			  uint32_t next)
{
	uint32_t longest;

	delayed->delays.exposure = limit(delays->exposure);
	delayed->delays.gain = limit(delays->gain);
	delayed->delays.frame_length = limit(delays->frame_length);
	longest = delayed->delays.exposure;
	if (delayed->delays.gain > longest)
		longest = delayed->delays.gain;
	if (delayed->delays.frame_length > longest)
		longest = delayed->delays.frame_length;
	delayed->longest = longest;
	delayed->next = next;
	for (uint32_t i = 0; i < VIRTUAL_DELAYED_DEPTH; i++) {
		delayed->settings[i] = settings;
		delayed->cookies[i] = 0;
	}
}

uint32_t virtual_delayed_request(struct virtual_delayed *delayed,
				 struct virtual_sensor_settings settings,
				 uint32_t cookie)
{
	uint32_t frame = delayed->next + delayed->longest;

	delayed->settings[at(frame)] = settings;
	delayed->cookies[at(frame)] = cookie;
	return frame;
}

struct virtual_sensor_settings
virtual_delayed_requested(const struct virtual_delayed *delayed)
{
	return delayed->settings[at(delayed->next + delayed->longest)];
}

struct virtual_sensor_settings
virtual_delayed_advance(struct virtual_delayed *delayed)
{
	const struct virtual_sensor_settings *settings = delayed->settings;
	const struct virtual_sensor_delays *delays = &delayed->delays;
	uint32_t next = delayed->next;
	uint32_t newest = next + delayed->longest;
	const struct virtual_sensor_settings due = {
		.lines = settings[at(next + delays->exposure)].lines,
		.gain = settings[at(next + delays->gain)].gain,
		.frame_length =
			settings[at(next + delays->frame_length)].frame_length,
	};

	delayed->next = next + 1;
	delayed->settings[at(newest + 1)] = settings[at(newest)];
	delayed->cookies[at(newest + 1)] = delayed->cookies[at(newest)];
	return due;
}

void virtual_delayed_begin_frame(struct virtual_delayed *delayed,
				 struct virtual_sensor *sensor)
{
	virtual_sensor_set(sensor, virtual_delayed_advance(delayed));
}

struct virtual_sensor_settings
virtual_delayed_get(const struct virtual_delayed *delayed, uint32_t frame,
		    uint32_t *ret_cookie)
{
	if (ret_cookie)
		*ret_cookie = delayed->cookies[at(frame)];
	return delayed->settings[at(frame)];
}
