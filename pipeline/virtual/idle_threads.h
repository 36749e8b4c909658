/* SPDX-License-Identifier: MIT */
/* Whether the threads of a process have nothing to do at the moment. */
#ifndef VIRTUAL_IDLE_THREADS_H
#define VIRTUAL_IDLE_THREADS_H

#include <stdbool.h>

/**
 * Returns true if all threads of a process sleep, the calling one aside, or if
 * /proc does not show them. A thread that was woken, but has not run yet, does
 * not sleep; nor does one that has just ended. Thread word: safe.
 */
bool virtual_threads_are_idle(int pid);

#endif /* VIRTUAL_IDLE_THREADS_H */
