/* SPDX-License-Identifier: MIT */
/* The clock of the kit. */
#ifndef CAMIPC_HOSTILE_CLOCK_H
#define CAMIPC_HOSTILE_CLOCK_H

#include <stdint.h>
#include <time.h>

/** Returns the monotonic time in nanoseconds. */
static inline int64_t hostile_now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

/** Returns the monotonic time in milliseconds. */
static inline int64_t hostile_now_ms(void)
{
	return hostile_now_ns() / 1000000;
}

#endif /* CAMIPC_HOSTILE_CLOCK_H */
