/* SPDX-License-Identifier: MIT */
/* Watchers of the lines of the log in this process: recordings, statistics pages. */
#ifndef CAMIPC_BASE_LOG_WATCH_H
#define CAMIPC_BASE_LOG_WATCH_H

#include <stdatomic.h>

#include <camipc/log_level.h>

/**
 * Called in the thread that logs, after the line was passed to the host's
 * callback or to stderr, and without a lock. What it logs is dropped.
 */
typedef void (*camipc_log_watch_fn)(enum camipc_log_level level,
				    const char *topic, const char *text);

/** Who may watch. */
enum camipc_log_watcher {
	CAMIPC_LOG_WATCHER_RECORD,
	CAMIPC_LOG_WATCHER_MONITOR,
	CAMIPC_N_LOG_WATCHERS,
};

/** NULL: that one does not watch. A module has variables of its own, which stay
 *  so. */
extern _Atomic(camipc_log_watch_fn) camipc_log_watchers[CAMIPC_N_LOG_WATCHERS];

#endif /* CAMIPC_BASE_LOG_WATCH_H */
