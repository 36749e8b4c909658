/* SPDX-License-Identifier: MIT */
/* Signals that ask recorders to write what they have kept. */
#ifndef CAMIPC_RECORD_SAVE_SIGNAL_H
#define CAMIPC_RECORD_SAVE_SIGNAL_H

#include <camipc/base.h>

/**
 * Handles @number from now on; a further user of the same signal shares the
 * handler. Returns 0; -EINVAL (no signal that can be handled) or -EBUSY (the
 * process handles or ignores it). Thread word: safe.
 */
int camipc_save_signal_acquire(int number) CAMIPC_MUST_CHECK;

/** Ends that; the last user restores the default action. Thread word: safe. */
void camipc_save_signal_release(int number);

/** Returns how often the signal has come; it may wrap. Thread word: safe. */
uint32_t camipc_save_signal_count(int number);

#endif /* CAMIPC_RECORD_SAVE_SIGNAL_H */
