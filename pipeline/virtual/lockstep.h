/* SPDX-License-Identifier: MIT */
/* Capturing in lock-step: each frame waits for its own parameters. */
#ifndef VIRTUAL_LOCKSTEP_H
#define VIRTUAL_LOCKSTEP_H

#include "ipa_session.h"

/** Thread word: bound. */
struct virtual_lockstep {
	struct virtual_ipa *ipa;
	int pace_ms; /* shortest time from one frame to the next; 0: none */
	int64_t next_ms; /* when the next frame may be taken */
};

/**
 * virtual_lockstep_capture() - take frame @number, and process it
 * @lockstep: its IPA is running; the frame is taken with its imager
 *
 * Returns 0, or a negative errno and a text; see virtual_camera_capture().
 * Thread word: bound.
 */
int virtual_lockstep_capture(struct virtual_lockstep *lockstep, uint32_t number,
			     struct virtual_frame *ret_frame) CAMIPC_MUST_CHECK;

#endif /* VIRTUAL_LOCKSTEP_H */
