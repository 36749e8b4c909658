/* SPDX-License-Identifier: MIT */
/* What a proxy counts: of itself, and of each method and event. */
#ifndef CAMIPC_STATS_H
#define CAMIPC_STATS_H

#include <camipc/base.h>
#include <camipc/interface.h>

CAMIPC_BEGIN_DECLS

struct camipc_proxy;

/**
 * Counters of a latency histogram: number i counts calls that took less than
 * 2^i microseconds and did not fit one before, the last one all that were
 * longer (4 s and more).
 */
#define CAMIPC_LATENCY_BUCKETS 24

/** What never goes back, since creation. Thread word: safe to read. */
struct camipc_proxy_stats {
	uint32_t size; /* sizeof this struct: grows at the end */
	uint32_t epoch;
	uint64_t calls; /* synchronous ones sent */
	uint64_t async_calls; /* accepted */
	uint64_t async_refused; /* -EAGAIN */
	uint64_t async_dropped; /* by [overflow=drop_*] */
	uint64_t events; /* delivered */
	uint64_t events_dropped; /* by state or epoch, here */
	uint64_t events_refused; /* no credit, at the IPA: its word */
	uint64_t timeouts;
	uint64_t late_replies; /* after their deadline: dropped */
	uint64_t unused_fds; /* closed: in fields this side lacks */
	uint64_t skipped_fields; /* unknown fields in messages */
	uint64_t bytes_sent;
	uint64_t bytes_received;
	uint32_t high_water; /* most async calls unconsumed at once */
	uint32_t leaked_threads;
	uint64_t errors; /* calls that returned a negative code, any */
	uint32_t events_high_water; /* most that waited for dispatch */
	uint32_t reserved;
	uint64_t latency[CAMIPC_LATENCY_BUCKETS]; /* of answered calls */
};

/** The same of one method or event. */
struct camipc_method_stats {
	uint32_t size; /* sizeof this struct: grows at the end */
	uint32_t id;
	const char *name; /* as in the IDL; lives as long as the interface */
	enum camipc_role role; /* CAMIPC_ROLE_EVENT: an event */
	uint32_t high_water; /* async: most unconsumed at once */
	uint64_t calls; /* sent or accepted; events: delivered */
	uint64_t errors; /* returned a negative code; events: dropped */
	uint64_t timeouts;
	uint64_t bytes_sent; /* headers included */
	uint64_t bytes_received;
	uint64_t latency[CAMIPC_LATENCY_BUCKETS]; /* of answered calls */
};

/**
 * camipc_proxy_get_stats() - what was counted so far
 *
 * Fills in what both @stats->size and this library know. Thread word: safe, as
 * long as the proxy exists.
 */
CAMIPC_API void camipc_proxy_get_stats(const struct camipc_proxy *proxy,
				       struct camipc_proxy_stats *stats);

/**
 * camipc_proxy_get_method_stats() - the same of one method or event
 * @index: from 0: the methods in the order of their ids, then the events
 *
 * Returns 0, or -ENOENT: there are not so many. Thread word: safe, as long as
 * the proxy exists.
 */
CAMIPC_API int
camipc_proxy_get_method_stats(const struct camipc_proxy *proxy, uint32_t index,
			      struct camipc_method_stats *stats);

/**
 * camipc_latency_percentile() - what @percent of the calls stayed below
 *
 * In microseconds, rounded up to a bucket's end; UINT64_MAX for the last one;
 * 0 if there were no calls. Thread word: reentrant.
 */
CAMIPC_API uint64_t
camipc_latency_percentile(const uint64_t latency[CAMIPC_LATENCY_BUCKETS],
			  unsigned int percent);

CAMIPC_END_DECLS

#endif /* CAMIPC_STATS_H */
