/* SPDX-License-Identifier: MIT */
/* Capturing in real time: frames come when the sensor has them. */
#ifndef VIRTUAL_REALTIME_H
#define VIRTUAL_REALTIME_H

#include "ipa_session.h"

/** The sensor's clock. Thread word: bound. */
struct virtual_realtime {
	struct virtual_ipa *ipa;
	int timer_fd;
	bool is_ticking; /* the timer runs */
	uint64_t ticks; /* frame times since the timer was first started */
	int64_t owed_since_ms; /* since then the IPA owes an answer */
	struct virtual_late_counts late;
};

/**
 * virtual_realtime_init() - create the timer, which starts with the first frame
 * @ipa: must live as long as @realtime
 *
 * Returns 0, or a negative errno and a text.
 */
int virtual_realtime_init(struct virtual_realtime *realtime,
			  struct virtual_ipa *ipa) CAMIPC_MUST_CHECK;

/** Closes the timer; accepts zeroed memory. */
void virtual_realtime_fini(struct virtual_realtime *realtime);

/** Lets the timer start again with the next frame: the camera was stopped. */
void virtual_realtime_reset(struct virtual_realtime *realtime);

/**
 * virtual_realtime_capture() - wait for the sensor, take and process a frame
 *
 * Processes frame @number with the newest parameters; only the first frame
 * waits for its own. Returns 0, or a negative errno and a text; see
 * virtual_camera_capture().
 */
int virtual_realtime_capture(struct virtual_realtime *realtime, uint32_t number,
			     struct virtual_frame *ret_frame) CAMIPC_MUST_CHECK;

#endif /* VIRTUAL_REALTIME_H */
