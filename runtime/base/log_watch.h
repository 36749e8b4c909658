/* SPDX-License-Identifier: MIT */
/* One watcher of the lines of the log in this process, for recordings. */
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

/** NULL: nobody watches. A module has a variable of its own, which stays so. */
extern _Atomic(camipc_log_watch_fn) camipc_log_watcher;

#endif /* CAMIPC_BASE_LOG_WATCH_H */
