/* SPDX-License-Identifier: MIT */
/*
 * The statistics page: what `camipc monitor` shows of a process that allows it.
 * The page is a file, $XDG_RUNTIME_DIR/camipc/PID, that only the user of the
 * process can read. Each proxy writes its counters there when it is used, ten
 * times per second at most, and each line of the log goes there; there is no
 * thread and no socket for it.
 *
 * The environment variable CAMIPC_MONITOR=1 has the effect of
 * camipc_monitor_start() before the first proxy is created.
 */
#ifndef CAMIPC_MONITOR_H
#define CAMIPC_MONITOR_H

#include <camipc/base.h>

CAMIPC_BEGIN_DECLS

/**
 * camipc_monitor_start() - show the counters of this process
 *
 * Proxies that are created from now on are shown, at most 62 at once. The file
 * is removed at the end of the process, and by `camipc monitor` if the process
 * was killed.
 *
 * Returns 0, also if the page exists already; -EPERM (a set-user-ID program, or
 * the folder belongs to another user); -ENOENT ($XDG_RUNTIME_DIR is not set); or
 * what making the file returned. One line of the log explains the error. Thread
 * word: safe.
 */
CAMIPC_API int camipc_monitor_start(void) CAMIPC_MUST_CHECK;

/** Removes the page; proxies go on without it. Thread word: safe. */
CAMIPC_API void camipc_monitor_stop(void);

CAMIPC_END_DECLS

#endif /* CAMIPC_MONITOR_H */
