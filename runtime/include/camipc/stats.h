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
	uint32_t missing_layers; /* of the worker's sandbox that the system
				  * lacks: 1 << enum camipc_sandbox_layer */
	uint64_t latency[CAMIPC_LATENCY_BUCKETS]; /* of answered calls */
	uint64_t async_lost; /* accepted, and not known finished at the end */
	uint64_t restarts; /* of the worker, that succeeded */
	/** Accepted, and reported as finished by the IPA: with async_dropped and
	 *  async_lost all of async_calls, but for what is under way. */
	uint64_t async_consumed;
};

/**
 * Memory of this process that a proxy uses on behalf of its IPA, in bytes; what
 * a member describes and this version lacks is 0. Plain data, copied to the
 * caller.
 */
struct camipc_memory_stats {
	uint32_t size; /* sizeof this struct: grows at the end */
	uint32_t kept_fds; /* descriptors of what is kept */
	uint64_t kept_bytes; /* received, and not delivered yet */
	uint64_t most_kept_bytes; /* the largest value so far */
	uint64_t unsent_bytes; /* accepted, and waiting for credit */
	uint64_t pool_bytes; /* unused, for large messages to come */
	uint64_t sealed_bytes; /* of sealed copies of modules */
	uint64_t spare_bytes; /* kept for a spare worker */
	uint64_t journal_bytes; /* of calls that a restarted IPA needs */
	uint64_t lost_bytes; /* of records of calls that may be lost */
	uint64_t refused; /* answers that the budget had no room for */
	uint64_t full; /* times that dispatch read nothing until it delivered */
	uint32_t journal_entries; /* calls that a restarted IPA needs */
	uint32_t journal_fds; /* and their descriptors */
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
 * Returns 0, or -EINVAL (@stats without a size). Thread word: safe, as long as
 * the proxy exists.
 */
CAMIPC_API int camipc_proxy_get_stats(const struct camipc_proxy *proxy,
				      struct camipc_proxy_stats *stats);

/**
 * camipc_proxy_get_memory_stats() - copy what a proxy's memory is used for
 * @stats: its size is set by the caller; gets the members that fit
 *
 * Returns 0, or -EINVAL (@stats without a size). Thread word: safe, as long as
 * the proxy exists.
 */
CAMIPC_API int
camipc_proxy_get_memory_stats(const struct camipc_proxy *proxy,
			      struct camipc_memory_stats *stats);

/**
 * camipc_proxy_get_method_stats() - copy the counters of one method or event
 * @index: from 0: the methods in the order of their ids, then the events
 * @stats: its size is set by the caller; gets the members that fit
 *
 * Returns 0, -EINVAL (@stats without a size) or -ENOENT (@index is not below the
 * number of methods and events). Thread word: safe, as long as the proxy
 * exists.
 */
CAMIPC_API int
camipc_proxy_get_method_stats(const struct camipc_proxy *proxy, uint32_t index,
			      struct camipc_method_stats *stats);

/**
 * What this process does to close descriptors that came from workers. Closing
 * one may block for as long as its worker likes, and happens in threads of the
 * library's own (CAMIPC_MAX_CLOSERS). Plain data, copied to the caller.
 */
struct camipc_closer_stats {
	uint32_t size; /* sizeof this struct: grows at the end */
	uint32_t threads; /* that exist now */
	uint32_t closing; /* descriptors, channels and other work, now */
	uint32_t waiting; /* for a thread that is free */
	uint64_t closed; /* by these threads so far */
	uint64_t leaked; /* left open: after a fork, or without memory */
};

/**
 * camipc_get_closer_stats() - copy the state of the closing threads
 * @stats: its size is set by the caller; gets the members that fit
 *
 * Returns 0, or -EINVAL (@stats without a size). Thread word: safe.
 */
CAMIPC_API int camipc_get_closer_stats(struct camipc_closer_stats *stats);

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
