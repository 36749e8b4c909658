/* SPDX-License-Identifier: MIT */
/*
 * Notices that this process did not run: its container was paused, it was
 * stopped, or it did something else for long. Such time says nothing about a
 * peer, which was most likely stopped as well. Code that waits sleeps in slices,
 * notes when the slice ends, and moves its deadlines if it looks much later.
 */
#ifndef CAMIPC_BASE_PAUSE_H
#define CAMIPC_BASE_PAUSE_H

#include <stdbool.h>
#include <stdint.h>

#include "clock.h"
#include "deadline.h"

/** Longest sleep while something has a deadline, in nanoseconds. */
#define CAMIPC_SLICE_NS ((int64_t)(250 * CAMIPC_NS_PER_MS))

/** A look that is later than this was held up by a pause, in nanoseconds. */
#define CAMIPC_PAUSE_NS ((int64_t)(250 * CAMIPC_NS_PER_MS))

/**
 * Pauses that move one deadline. A host that never looks in time would hide a
 * silent peer otherwise.
 */
#define CAMIPC_MAX_PAUSES 8

/** Thread word: bound. */
struct camipc_pause {
	int64_t due; /* of the next look; CAMIPC_NO_DEADLINE: none is due */
};

/** A deadline that a pause may move. CAMIPC_NO_DEADLINE has no length. */
struct camipc_movable {
	int64_t deadline;
	int64_t length; /* from its beginning, in nanoseconds */
	uint32_t pauses; /* that have moved it */
};

/** Returns when a sleep that ends at @deadline has to be interrupted. */
static inline int64_t camipc_pause_slice(int64_t now, int64_t deadline)
{
	return deadline > now && deadline - now > CAMIPC_SLICE_NS
		       ? now + CAMIPC_SLICE_NS
		       : deadline;
}

/** Notes that the owner of @pause will look again at @due. */
static inline void camipc_pause_expect(struct camipc_pause *pause, int64_t due)
{
	pause->due = due;
}

/**
 * Looks at the clock. Returns true if this process has paused; *ret_due is then
 * when it wanted to look. The next look is due at once, unless told otherwise.
 */
static inline bool camipc_pause_look(struct camipc_pause *pause, int64_t now,
				     int64_t *ret_due)
{
	const int64_t due = pause->due;

	*ret_due = due;
	if (due == CAMIPC_NO_DEADLINE)
		return false;
	pause->due = now;
	return now > due && now - due > CAMIPC_PAUSE_NS;
}

/**
 * Moves a deadline after a pause from @due to @now: as much time is left as
 * there was, at least a slice, and never more than the whole length.
 */
static inline void camipc_movable_move(struct camipc_movable *movable,
				       int64_t due, int64_t now)
{
	const int64_t slices = movable->length / CAMIPC_SLICE_NS + 1;
	int64_t left = movable->deadline - due;

	if (movable->deadline == CAMIPC_NO_DEADLINE ||
	    movable->pauses >= CAMIPC_MAX_PAUSES || movable->pauses >= slices)
		return;
	if (left < CAMIPC_SLICE_NS)
		left = CAMIPC_SLICE_NS;
	if (left > movable->length)
		left = movable->length;
	movable->pauses++;
	if (now + left > movable->deadline)
		movable->deadline = now + left;
}

/** Begins a deadline that ends in @timeout_ms milliseconds (scaled). */
static inline struct camipc_movable camipc_movable_begin(uint32_t timeout_ms)
{
	struct camipc_movable movable = {
		.deadline = camipc_deadline_begin(timeout_ms),
	};

	if (movable.deadline != CAMIPC_NO_DEADLINE)
		movable.length = movable.deadline - camipc_now_roughly();
	return movable;
}

#endif /* CAMIPC_BASE_PAUSE_H */
