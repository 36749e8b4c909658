/* SPDX-License-Identifier: MIT */
/*
 * The watchdog of a proxy: notices that asynchronous calls were sent and no
 * event came for a given time. Off unless the owner sets a time.
 */
#ifndef CAMIPC_ENGINE_WATCHDOG_H
#define CAMIPC_ENGINE_WATCHDOG_H

#include <stdbool.h>

#include <camipc/base.h>

#include "pause.h"

/** Thread word: bound. */
struct camipc_watchdog {
	uint32_t timeout_ms; /* 0: off */
	/** Of the next event; its deadline is CAMIPC_NO_DEADLINE if none is
	 *  due. */
	struct camipc_movable time;
};

/** Sets the time (0: off) and forgets what was awaited. */
static inline void camipc_watchdog_set(struct camipc_watchdog *watchdog,
				       uint32_t timeout_ms)
{
	watchdog->timeout_ms = timeout_ms;
	watchdog->time.deadline = CAMIPC_NO_DEADLINE;
}

/**
 * Starts to await an event because an asynchronous call was sent. Returns true
 * if that makes a new deadline.
 */
static inline bool camipc_watchdog_await(struct camipc_watchdog *watchdog)
{
	if (CAMIPC_LIKELY(watchdog->timeout_ms == 0) ||
	    watchdog->time.deadline != CAMIPC_NO_DEADLINE)
		return false;
	watchdog->time = camipc_movable_begin(watchdog->timeout_ms);
	return true;
}

/** An event came, or none is to be expected any more. */
static inline void camipc_watchdog_rest(struct camipc_watchdog *watchdog)
{
	watchdog->time.deadline = CAMIPC_NO_DEADLINE;
}

/** Returns true if the event is late. */
static inline bool camipc_watchdog_is_late(const struct camipc_watchdog *watchdog)
{
	return watchdog->time.deadline != CAMIPC_NO_DEADLINE &&
	       camipc_now() >= watchdog->time.deadline;
}

#endif /* CAMIPC_ENGINE_WATCHDOG_H */
