/* SPDX-License-Identifier: MIT */
/* Monotonic time, in nanoseconds. */
#ifndef CAMIPC_BASE_CLOCK_H
#define CAMIPC_BASE_CLOCK_H

#include <stdint.h>
#include <time.h>

#define CAMIPC_NS_PER_S UINT64_C(1000000000)
#define CAMIPC_NS_PER_MS UINT64_C(1000000)

/** Returns CLOCK_MONOTONIC in nanoseconds. Thread word: safe. */
static inline uint64_t camipc_now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * CAMIPC_NS_PER_S + (uint64_t)now.tv_nsec;
}

/** Converts nanoseconds for ppoll() and timerfd. Thread word: reentrant. */
static inline struct timespec camipc_ns_to_timespec(uint64_t ns)
{
	struct timespec ts;

	ts.tv_sec = (time_t)(ns / CAMIPC_NS_PER_S);
	ts.tv_nsec = (long)(ns % CAMIPC_NS_PER_S);
	return ts;
}

#endif /* CAMIPC_BASE_CLOCK_H */
