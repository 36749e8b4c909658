/* SPDX-License-Identifier: MIT */
/* Makes signals like Ctrl-C visible to poll(). */
#ifndef TOOLS_INTERRUPT_H
#define TOOLS_INTERRUPT_H

#include <camipc/base.h>

/**
 * interrupt_init() - catch SIGINT, SIGTERM and SIGHUP
 *
 * A write() that waits ends with EINTR.
 *
 * Returns a descriptor that polls readable after one of the signals, or a
 * negative errno. Thread word of all: bound.
 */
int interrupt_init(void) CAMIPC_MUST_CHECK;

/** From now on, the first signal lets a write() that waits go on; the second one
 *  ends it with EINTR. Call it after interrupt_init(). */
void interrupt_let_writes_finish(void);

/** Restores the default action of the signals, and closes the descriptor. */
void interrupt_fini(void);

/** Returns the number of the first signal; 0 before it. */
int interrupt_signal(void);

/** Forgets the first signal: the next one counts. */
void interrupt_clear(void);

#endif /* TOOLS_INTERRUPT_H */
