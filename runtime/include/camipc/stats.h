/* SPDX-License-Identifier: MIT */
/* Statistics: what a proxy counts in total, and per method and event. */
#ifndef CAMIPC_STATS_H
#define CAMIPC_STATS_H

#include <camipc/base.h>
#include <camipc/interface.h>

CAMIPC_BEGIN_DECLS

struct camipc_proxy;

/**
 * Buckets of a latency histogram. Bucket i counts calls that took less than 2^i
 * microseconds and do not belong to a bucket before it; the last one counts all
 * longer calls (4 s and more).
 */
#define CAMIPC_LATENCY_BUCKETS 24

/**
 * Counters of a proxy since its creation; none ever decreases. Plain data,
 * copied to the caller.
 */
struct camipc_proxy_stats {
	uint32_t size; /* sizeof this struct: grows at the end */
	uint32_t epoch;
	uint64_t calls; /* synchronous calls sent */
	uint64_t async_calls; /* asynchronous calls accepted */
	uint64_t async_refused; /* asynchronous calls that got -EAGAIN */
	uint64_t async_dropped; /* by [overflow=drop_*] */
	uint64_t events; /* delivered */
	uint64_t events_dropped; /* here, because of the state or epoch */
	uint64_t events_refused; /* by the IPA's side, for lack of credit */
	uint64_t timeouts; /* calls that missed their deadline */
	uint64_t late_replies; /* dropped: they came after the deadline */
	uint64_t unused_fds; /* closed: in fields that this side lacks */
	uint64_t skipped_fields; /* unknown fields in messages */
	uint64_t bytes_sent;
	uint64_t bytes_received;
	uint32_t high_water; /* most async calls unconsumed at once */
	uint32_t leaked_threads; /* IPA threads that did not end */
	uint64_t errors; /* calls that returned a negative code */
	uint32_t events_high_water; /* most that waited for dispatch */
	uint32_t reserved;
	uint64_t latency[CAMIPC_LATENCY_BUCKETS]; /* of answered calls */
};

/** Counters of one method or event. Plain data, copied to the caller. */
struct camipc_method_stats {
	uint32_t size; /* sizeof this struct: grows at the end */
	uint32_t id;
	const char *name; /* as in the IDL; valid as long as the interface */
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
 * camipc_proxy_get_stats() - copy the counters of a proxy
 * @stats: its size is set by the caller; gets the members that fit
 *
 * Never fails. Thread word: safe, as long as the proxy exists.
 */
CAMIPC_API void camipc_proxy_get_stats(const struct camipc_proxy *proxy,
				       struct camipc_proxy_stats *stats);

/**
 * camipc_proxy_get_method_stats() - copy the counters of one method or event
 * @index: from 0: the methods in the order of their ids, then the events
 * @stats: its size is set by the caller; gets the members that fit
 *
 * Returns 0 or -ENOENT (@index is not below the number of methods and events).
 * Thread word: safe, as long as the proxy exists.
 */
CAMIPC_API int
camipc_proxy_get_method_stats(const struct camipc_proxy *proxy, uint32_t index,
			      struct camipc_method_stats *stats);

/**
 * camipc_latency_percentile() - compute a percentile of a latency histogram
 * @percent: 0 to 100
 *
 * Returns the microseconds below which @percent of the calls stayed, rounded up
 * to the end of a bucket; UINT64_MAX if that is the last one; 0 if there were
 * no calls. Thread word: reentrant.
 */
CAMIPC_API uint64_t
camipc_latency_percentile(const uint64_t latency[CAMIPC_LATENCY_BUCKETS],
			  unsigned int percent);

CAMIPC_END_DECLS

#endif /* CAMIPC_STATS_H */
