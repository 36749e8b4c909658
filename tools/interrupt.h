/* SPDX-License-Identifier: MIT */
/* Ctrl-C as something that poll() sees. */
#ifndef TOOLS_INTERRUPT_H
#define TOOLS_INTERRUPT_H

#include <camipc/base.h>

/**
 * interrupt_init() - catch SIGINT, SIGTERM and SIGHUP
 *
 * SIGPIPE and SIGXFSZ are ignored: write() tells them, too.
 *
 * Returns a descriptor that is readable once one of them came, or a negative
 * errno.
 */
int interrupt_init(void) CAMIPC_MUST_CHECK;

/** Signals do again what they did before; closes the descriptor. */
void interrupt_fini(void);

/** The signal that came first; 0 if none did. */
int interrupt_signal(void);

#endif /* TOOLS_INTERRUPT_H */
