/* SPDX-License-Identifier: MIT */
/*
 * A proxy's counters: written by the thread that it belongs to, read by any.
 * So none of them needs an atomic addition.
 */
#ifndef CAMIPC_PROXY_PROXY_STATS_H
#define CAMIPC_PROXY_PROXY_STATS_H

#include <stdatomic.h>

#include <camipc/stats.h>

/** What camipc_proxy_get_stats() shows. */
struct camipc_proxy_counters {
	atomic_ullong calls;
	atomic_ullong async_calls;
	atomic_ullong async_refused;
	atomic_ullong async_dropped;
	atomic_ullong events;
	atomic_ullong events_dropped;
	atomic_ullong events_refused;
	atomic_ullong timeouts;
	atomic_ullong late_replies;
	atomic_ullong unused_fds;
	atomic_ullong skipped_fields;
	atomic_ullong bytes_sent;
	atomic_ullong bytes_received;
	atomic_uint high_water;
	atomic_uint events_high_water;
	atomic_uint leaked_threads;
	atomic_uint epoch;
};

/** What camipc_proxy_get_method_stats() shows: one of these a row. */
struct camipc_row_counters {
	atomic_ullong calls;
	atomic_ullong errors;
	atomic_ullong timeouts;
	atomic_ullong bytes_sent;
	atomic_ullong bytes_received;
	atomic_uint high_water;
	atomic_ullong latency[CAMIPC_LATENCY_BUCKETS];
};

/** Adds to a counter that only this thread writes. */
static inline void camipc_count(atomic_ullong *counter, uint64_t n)
{
	atomic_store_explicit(
		counter,
		atomic_load_explicit(counter, memory_order_relaxed) + n,
		memory_order_relaxed);
}

/** Raises a counter that only this thread writes. */
static inline void camipc_count_most(atomic_uint *counter, uint32_t n)
{
	if (n > atomic_load_explicit(counter, memory_order_relaxed))
		atomic_store_explicit(counter, n, memory_order_relaxed);
}

/** A call was answered after so long. */
void camipc_count_latency(struct camipc_row_counters *row, uint64_t took_ns);

/** All zero, for methods and then events; NULL without memory; free() it. */
struct camipc_row_counters *
camipc_make_row_counters(const struct camipc_interface *interface);

#endif /* CAMIPC_PROXY_PROXY_STATS_H */
