/* SPDX-License-Identifier: MIT */
/*
 * Reaps killed children that take their time to end, in a thread of its own:
 * nobody waits for them, and none stays as a zombie.
 */
#ifndef CAMIPC_PROCESS_REAPER_H
#define CAMIPC_PROCESS_REAPER_H

struct camipc_child;

/**
 * Owns @child, which was killed, from now on. The thread is started on first
 * need and ends with the last child; without one, a later call of these functions
 * reaps. Never blocks and cannot fail. Thread word: safe.
 */
void camipc_reaper_take(struct camipc_child *child);

/** Frees the children that have ended. Thread word: safe. */
void camipc_reaper_collect(void);

#endif /* CAMIPC_PROCESS_REAPER_H */
