/* SPDX-License-Identifier: MIT */
/* Where the time of a frame goes: one clock that changes from stage to stage. */
#ifndef CAMERA_STAGE_CLOCK_H
#define CAMERA_STAGE_CLOCK_H

#include <stdint.h>

/** What a camera does for a frame. */
enum camera_stage {
	CAMERA_STAGE_SENSOR, /* waits for the sensor, and takes the frame */
	CAMERA_STAGE_STATISTICS, /* measures it */
	CAMERA_STAGE_IPC, /* calls the IPA, and takes its answers */
	CAMERA_STAGE_IPA, /* waits for them */
	CAMERA_STAGE_DEVELOP, /* makes the image */
	CAMERA_STAGE_NONE, /* does nothing for a frame: its caller works */
};

/** Stages with a time. */
#define CAMERA_STAGES CAMERA_STAGE_NONE

/** Times of one stage, of complete frames. Plain data. */
struct camera_stage_time {
	uint64_t total_ns;
	uint64_t longest_ns; /* of one frame */
	uint64_t frame_ns; /* of the frame that is under way */
};

/** A clock; zeroed memory is a valid one, at CAMERA_STAGE_SENSOR without a frame.
 *  Thread word: bound. */
struct camera_stage_clock {
	struct camera_stage_time stages[CAMERA_STAGES];
	uint64_t frames; /* that are complete */
	enum camera_stage stage;
	uint64_t since_ns;
};

/** Returns the name of a stage that has a time. Thread word: safe. */
const char *camera_stage_name(enum camera_stage stage);

/** Begins a frame, which replaces one that was not completed. */
void camera_stage_begin(struct camera_stage_clock *clock,
			enum camera_stage stage);

/** Goes to another stage. Returns the one before, to go back to. */
enum camera_stage camera_stage_go(struct camera_stage_clock *clock,
				  enum camera_stage stage);

/** Completes a frame: adds its times to those of all frames. */
void camera_stage_end(struct camera_stage_clock *clock);

#endif /* CAMERA_STAGE_CLOCK_H */
