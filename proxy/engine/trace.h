/* SPDX-License-Identifier: MIT */
/*
 * CAMIPC_TRACE=1: an observer that writes each message of a proxy in one line
 * of the log, topic "trace", with typed arguments.
 */
#ifndef CAMIPC_ENGINE_TRACE_H
#define CAMIPC_ENGINE_TRACE_H

#include "tap.h"

/**
 * Returns true if CAMIPC_TRACE, read once with secure_getenv(), asks for it.
 * Thread word: safe.
 */
bool camipc_trace_is_wanted(void);

/**
 * Makes an observer for the tap of a proxy. @module: its name, copied. Returns
 * 0 or -ENOMEM.
 */
int camipc_trace_create(const char *module,
			struct camipc_observer **ret_observer);

#endif /* CAMIPC_ENGINE_TRACE_H */
