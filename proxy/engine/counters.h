/* SPDX-License-Identifier: MIT */
/*
 * A proxy's counters: written by the thread that owns the proxy, read by any
 * thread. With one writer, none of them needs an atomic addition.
 */
#ifndef CAMIPC_ENGINE_COUNTERS_H
#define CAMIPC_ENGINE_COUNTERS_H

#include <stdatomic.h>

#include <camipc/stats.h>

/** The source of camipc_proxy_get_stats(). */
struct camipc_proxy_counters {
	atomic_ullong calls;
	atomic_ullong async_calls;
	atomic_ullong async_refused;
	atomic_ullong async_dropped;
	atomic_ullong async_lost;
	atomic_ullong async_consumed;
	atomic_ullong unsent_bytes;
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
	atomic_ullong restarts;
	atomic_ullong lost_bytes;
	atomic_uint missing_layers;
	atomic_ullong spare_bytes;
};

/** The source of camipc_proxy_get_method_stats(): one per row. */
struct camipc_row_counters {
	atomic_ullong calls;
	atomic_ullong errors;
	atomic_ullong timeouts;
	atomic_ullong bytes_sent;
	atomic_ullong bytes_received;
	atomic_uint high_water;
	atomic_ullong latency[CAMIPC_LATENCY_BUCKETS];
};

/** Adds @n to a counter that only this thread writes. */
static inline void camipc_count(atomic_ullong *counter, uint64_t n)
{
	atomic_store_explicit(
		counter,
		atomic_load_explicit(counter, memory_order_relaxed) + n,
		memory_order_relaxed);
}

/** Raises a counter that only this thread writes to at least @n. */
static inline void camipc_count_most(atomic_uint *counter, uint32_t n)
{
	if (n > atomic_load_explicit(counter, memory_order_relaxed))
		atomic_store_explicit(counter, n, memory_order_relaxed);
}

/** Counts a call that was answered after @took_ns. */
void camipc_count_latency(struct camipc_row_counters *row, uint64_t took_ns);

/**
 * Returns counters for all methods and then all events, to be released with
 * free(); NULL if there is no memory.
 */
struct camipc_row_counters *
camipc_make_row_counters(const struct camipc_interface *interface);

struct camipc_proxy;

/** Counts a call of the method with @id that returned a negative code. */
void camipc_proxy_count_error(struct camipc_proxy *proxy, uint32_t id);

/** Publishes what the outbox counts. */
void camipc_proxy_count_flow(struct camipc_proxy *proxy);

/** Counts asynchronous calls that the IPA has reported as consumed. */
void camipc_proxy_count_finished(struct camipc_proxy *proxy);

/** Counts a deadline of @method that has passed. */
void camipc_proxy_count_timeout(struct camipc_proxy *proxy,
				const struct camipc_method *method);

#endif /* CAMIPC_ENGINE_COUNTERS_H */
