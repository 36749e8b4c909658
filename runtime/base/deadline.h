/* SPDX-License-Identifier: MIT */
/*
 * Deadlines: nanoseconds of CLOCK_MONOTONIC. CAMIPC_DEADLINE_SCALE (a decimal
 * number, read once with secure_getenv) stretches all of them, for debuggers,
 * valgrind and slow machines; 0 switches them off, and so does
 * CAMIPC_WORKER_WRAPPER.
 */
#ifndef CAMIPC_BASE_DEADLINE_H
#define CAMIPC_BASE_DEADLINE_H

#include <stdint.h>

/** A deadline that never passes. */
#define CAMIPC_NO_DEADLINE INT64_MAX

/** Now, in nanoseconds. Thread word: safe. */
int64_t camipc_now(void);

/**
 * The same for a fraction of the price, some clock ticks behind: a sleep
 * reckoned from it gets longer, never shorter. Thread word: safe.
 */
int64_t camipc_now_roughly(void);

/**
 * The deadline @timeout_ms (scaled) from now on. Long ones begin from a clock
 * that costs a fraction of the other and may be some ticks behind; they are
 * stretched by a sixty-fourth, so as not to pass early. Thread word: safe.
 */
int64_t camipc_deadline_begin(uint32_t timeout_ms);

/** The deadline @timeout_ms (scaled) after @now. Thread word: safe. */
int64_t camipc_deadline_after(int64_t now, uint32_t timeout_ms);

/**
 * Milliseconds from @now to @deadline as poll() wants them, rounded up, at
 * most INT_MAX; -1 for CAMIPC_NO_DEADLINE.
 */
int camipc_deadline_to_poll(int64_t deadline, int64_t now);

/** What is no scale. */
#define CAMIPC_NO_SCALE UINT32_MAX

/** What a scale text means, in thousandths; NULL and "" are 1000. */
uint32_t camipc_deadline_parse_scale(const char *text);

#endif /* CAMIPC_BASE_DEADLINE_H */
