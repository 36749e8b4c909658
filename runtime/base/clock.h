/* SPDX-License-Identifier: MIT */
/* Time that never goes back, in nanoseconds. */
#ifndef CAMIPC_BASE_CLOCK_H
#define CAMIPC_BASE_CLOCK_H

#include <stdint.h>
#include <time.h>

#define CAMIPC_NS_PER_S UINT64_C(1000000000)
#define CAMIPC_NS_PER_MS UINT64_C(1000000)

/** "No deadline" in functions that take one. */
#define CAMIPC_NEVER UINT64_MAX

/** Nanoseconds of CLOCK_MONOTONIC. Thread word: safe. */
static inline uint64_t camipc_now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * CAMIPC_NS_PER_S + (uint64_t)now.tv_nsec;
}

/** The moment @ms milliseconds from @now_ns on; 0 ms: never. */
static inline uint64_t camipc_deadline_ns(uint64_t now_ns, uint64_t ms)
{
	if (ms == 0 || ms > (CAMIPC_NEVER - now_ns) / CAMIPC_NS_PER_MS)
		return CAMIPC_NEVER;
	return now_ns + ms * CAMIPC_NS_PER_MS;
}

/** What is left until @deadline_ns; 0 if it has passed. */
static inline uint64_t camipc_left_ns(uint64_t deadline_ns, uint64_t now_ns)
{
	return deadline_ns > now_ns ? deadline_ns - now_ns : 0;
}

/** For ppoll(), futexes and timerfd. */
static inline struct timespec camipc_ns_to_timespec(uint64_t ns)
{
	struct timespec ts;

	ts.tv_sec = (time_t)(ns / CAMIPC_NS_PER_S);
	ts.tv_nsec = (long)(ns % CAMIPC_NS_PER_S);
	return ts;
}

#endif /* CAMIPC_BASE_CLOCK_H */
