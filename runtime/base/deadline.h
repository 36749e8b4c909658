/* SPDX-License-Identifier: MIT */
/*
 * Deadlines: nanoseconds of CLOCK_MONOTONIC. The environment variable
 * CAMIPC_DEADLINE_SCALE (a decimal number, read once with secure_getenv)
 * multiplies all of them, for debuggers, valgrind and slow machines. 0 and
 * CAMIPC_WORKER_WRAPPER switch them off; any other scale leaves at least 1 ms.
 * A malformed number is ignored, which one line in the log reports.
 */
#ifndef CAMIPC_BASE_DEADLINE_H
#define CAMIPC_BASE_DEADLINE_H

#include <stdint.h>

#include <camipc/base.h>

/** A deadline that never passes. */
#define CAMIPC_NO_DEADLINE INT64_MAX

/** Returns the time in nanoseconds. Thread word: safe. */
int64_t camipc_now(void);

/**
 * Returns the time from a cheaper clock, which may be some ticks late: a sleep
 * computed from it gets longer, never shorter. Thread word: safe.
 */
int64_t camipc_now_roughly(void);

/**
 * Returns the deadline @timeout_ms milliseconds (scaled) from now. Deadlines of
 * 1 s and more are computed from the cheaper clock and stretched by 1/64, so
 * that they never pass early. Thread word: safe.
 */
int64_t camipc_deadline_begin(uint32_t timeout_ms);

/**
 * Returns the deadline @timeout_ms milliseconds (scaled) after @now. Thread
 * word: safe.
 */
int64_t camipc_deadline_after(int64_t now, uint32_t timeout_ms);

/**
 * Returns the milliseconds from @now to @deadline for poll(): rounded up, at
 * most INT_MAX; -1 for CAMIPC_NO_DEADLINE. Thread word: reentrant.
 */
int camipc_deadline_to_poll(int64_t deadline, int64_t now);

/** Result of camipc_deadline_parse_scale() for a text that is no number. */
#define CAMIPC_NO_SCALE UINT32_MAX

/**
 * Returns the scale that @text states, in thousandths: 0 for 0 only, at least 1
 * for anything above it; 1000 for NULL and "".
 * Thread word: reentrant.
 */
uint32_t camipc_deadline_parse_scale(const char *text);

#endif /* CAMIPC_BASE_DEADLINE_H */
