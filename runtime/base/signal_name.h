/* SPDX-License-Identifier: MIT */
/*
 * Names of signals. strsignal() depends on the locale, and is safe neither in
 * threads nor in signal handlers; these functions are safe in both.
 */
#ifndef CAMIPC_BASE_SIGNAL_NAME_H
#define CAMIPC_BASE_SIGNAL_NAME_H

#include <camipc/base.h>

/**
 * Returns "SIGSEGV" for SIGSEGV and so on; NULL for a number without a name,
 * such as a real-time signal's. Async-signal-safe. Thread word: safe.
 */
const char *camipc_signal_to_name(int number);

/**
 * Returns the signal in words, "segmentation fault"; NULL for a number without
 * a name. Async-signal-safe. Thread word: safe.
 */
const char *camipc_signal_to_string(int number);

#endif /* CAMIPC_BASE_SIGNAL_NAME_H */
