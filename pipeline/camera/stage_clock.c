/* SPDX-License-Identifier: MIT */
/* Adds up the times between changes of the stage. */
#include "stage_clock.h"

#include <time.h>

static uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

const char *camera_stage_name(enum camera_stage stage)
{
	static const char *const names[CAMERA_STAGES] = {
		[CAMERA_STAGE_SENSOR] = "sensor",
		[CAMERA_STAGE_STATISTICS] = "statistics",
		[CAMERA_STAGE_IPC] = "IPC",
		[CAMERA_STAGE_IPA] = "IPA",
		[CAMERA_STAGE_DEVELOP] = "develop",
	};

	return names[stage];
}

void camera_stage_begin(struct camera_stage_clock *clock,
			enum camera_stage stage)
{
	for (int i = 0; i < CAMERA_STAGES; i++)
		clock->stages[i].frame_ns = 0;
	clock->stage = stage;
	clock->since_ns = now_ns();
}

enum camera_stage camera_stage_go(struct camera_stage_clock *clock,
				  enum camera_stage stage)
{
	const enum camera_stage before = clock->stage;
	const uint64_t now = now_ns();

	if (before < CAMERA_STAGES)
		clock->stages[before].frame_ns += now - clock->since_ns;
	clock->since_ns = now;
	clock->stage = stage;
	return before;
}

void camera_stage_end(struct camera_stage_clock *clock)
{
	camera_stage_go(clock, CAMERA_STAGE_NONE);
	for (int i = 0; i < CAMERA_STAGES; i++) {
		struct camera_stage_time *stage = &clock->stages[i];

		stage->total_ns += stage->frame_ns;
		if (stage->frame_ns > stage->longest_ns)
			stage->longest_ns = stage->frame_ns;
		stage->frame_ns = 0;
	}
	clock->frames++;
}
