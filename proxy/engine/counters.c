/* SPDX-License-Identifier: MIT */
/* Counts what a proxy does, and reports it to any thread. */
#include "counters.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "proxy.h"
#include "struct_size.h"

#define NS_PER_US 1000u

void camipc_count_latency(struct camipc_row_counters *row, uint64_t took_ns)
{
	const uint64_t us = took_ns / NS_PER_US;
	unsigned int bucket = 0;

	/* Less than 2^bucket. */
	if (us)
		bucket = 64u - (unsigned int)__builtin_clzll(us);
	if (bucket >= CAMIPC_LATENCY_BUCKETS)
		bucket = CAMIPC_LATENCY_BUCKETS - 1;
	camipc_count(&row->latency[bucket], 1);
}

struct camipc_row_counters *
camipc_make_row_counters(const struct camipc_interface *interface)
{
	return calloc((size_t)interface->n_methods + interface->n_events + 1,
		      sizeof(struct camipc_row_counters));
}

void camipc_proxy_count_error(struct camipc_proxy *proxy, uint32_t id)
{
	const struct camipc_method *method = camipc_find_method(
		proxy->interface->methods, proxy->interface->n_methods, id);

	if (method)
		camipc_count(&camipc_proxy_row(proxy, method)->errors, 1);
}

void camipc_proxy_count_timeout(struct camipc_proxy *proxy,
				const struct camipc_method *method)
{
	camipc_count(&proxy->stats.timeouts, 1);
	camipc_count(&camipc_proxy_row(proxy, method)->timeouts, 1);
}

void camipc_proxy_count_finished(struct camipc_proxy *proxy)
{
	struct camipc_outbox *outbox = &proxy->courier.outbox;

	if (outbox->finished)
		camipc_count(&proxy->stats.async_consumed,
			     camipc_outbox_take_finished(outbox));
}

void camipc_proxy_count_flow(struct camipc_proxy *proxy)
{
	struct camipc_outbox *outbox = &proxy->courier.outbox;

	atomic_store_explicit(&proxy->stats.high_water, outbox->high_water,
			      memory_order_relaxed);
	atomic_store_explicit(&proxy->stats.unsent_bytes, outbox->kept_bytes,
			      memory_order_relaxed);
	atomic_store_explicit(&proxy->stats.lost_bytes,
			      outbox->unconsumed.bytes +
				      proxy->restart.lost.bytes,
			      memory_order_relaxed);
	camipc_count(&proxy->stats.async_dropped,
		     camipc_outbox_take_dropped(outbox));
	camipc_count(&proxy->stats.async_lost, camipc_outbox_take_lost(outbox));
	camipc_proxy_count_finished(proxy);
}

static uint64_t load(const atomic_ullong *counter)
{
	return atomic_load_explicit(counter, memory_order_relaxed);
}

static uint32_t load_uint(const atomic_uint *counter)
{
	return atomic_load_explicit(counter, memory_order_relaxed);
}

static void add_latency(uint64_t sum[CAMIPC_LATENCY_BUCKETS],
			const struct camipc_row_counters *row)
{
	for (unsigned int i = 0; i < CAMIPC_LATENCY_BUCKETS; i++)
		sum[i] += load(&row->latency[i]);
}

int camipc_proxy_get_stats(const struct camipc_proxy *proxy,
			   struct camipc_proxy_stats *stats)
{
	static const struct camipc_struct_rule rule = CAMIPC_STRUCT_RULE(
		"camipc_proxy_get_stats", struct camipc_proxy_stats, calls);
	const struct camipc_proxy_counters *from = &proxy->stats;
	const uint32_t size = stats->size < sizeof(*stats) ? stats->size
							   : sizeof(*stats);
	struct camipc_proxy_stats all = {
		.size = size,
		.epoch = load_uint(&from->epoch),
		.calls = load(&from->calls),
		.async_calls = load(&from->async_calls),
		.async_refused = load(&from->async_refused),
		.async_dropped = load(&from->async_dropped),
		.async_lost = load(&from->async_lost),
		.async_consumed = load(&from->async_consumed),
		.events = load(&from->events),
		.events_dropped = load(&from->events_dropped),
		.events_refused = load(&from->events_refused),
		.timeouts = load(&from->timeouts),
		.late_replies = load(&from->late_replies),
		.unused_fds = load(&from->unused_fds),
		.skipped_fields = load(&from->skipped_fields),
		.bytes_sent = load(&from->bytes_sent),
		.bytes_received = load(&from->bytes_received),
		.high_water = load_uint(&from->high_water),
		.leaked_threads = load_uint(&from->leaked_threads),
		.events_high_water = load_uint(&from->events_high_water),
		.restarts = load(&from->restarts),
		.missing_layers = load_uint(&from->missing_layers),
	};

	if (camipc_struct_check_result(&rule, stats) < 0)
		return -EINVAL;
	for (uint16_t row = 0; row < proxy->interface->n_methods; row++) {
		all.errors += load(&proxy->method_stats[row].errors);
		add_latency(all.latency, &proxy->method_stats[row]);
	}
	memcpy(stats, &all, size);
	return 0;
}

int camipc_proxy_get_memory_stats(const struct camipc_proxy *proxy,
				  struct camipc_memory_stats *stats)
{
	static const struct camipc_struct_rule rule = CAMIPC_STRUCT_RULE(
		"camipc_proxy_get_memory_stats", struct camipc_memory_stats,
		kept_bytes);
	const struct camipc_journal *journal = &proxy->restart.journal;
	const struct camipc_kept *kept = &proxy->kept;
	const uint32_t size = stats->size < sizeof(*stats) ? stats->size
							   : sizeof(*stats);
	const struct camipc_memory_stats all = {
		.size = size,
		.kept_fds = load_uint(&kept->fds),
		.kept_bytes = load(&kept->bytes),
		.most_kept_bytes = load(&kept->most_bytes),
		.unsent_bytes = load(&proxy->stats.unsent_bytes),
		.pool_bytes = camipc_record_pool_spare(proxy->pool),
		.spare_bytes = load(&proxy->stats.spare_bytes),
		.journal_bytes = load(&journal->bytes),
		.lost_bytes = load(&proxy->stats.lost_bytes),
		.journal_entries = load_uint(&journal->n),
		.journal_fds = load_uint(&journal->fds),
		.refused = load(&kept->refused),
		.full = load(&kept->full),
	};

	if (camipc_struct_check_result(&rule, stats) < 0)
		return -EINVAL;
	memcpy(stats, &all, size);
	return 0;
}

int camipc_proxy_get_method_stats(const struct camipc_proxy *proxy,
				  uint32_t index,
				  struct camipc_method_stats *stats)
{
	const struct camipc_interface *interface = proxy->interface;
	const struct camipc_row_counters *from;
	const struct camipc_method *method;
	struct camipc_method_stats all = { 0 };
	static const struct camipc_struct_rule rule = CAMIPC_STRUCT_RULE(
		"camipc_proxy_get_method_stats", struct camipc_method_stats,
		calls);

	if (index >= (uint32_t)interface->n_methods + interface->n_events)
		return -ENOENT;
	if (camipc_struct_check_result(&rule, stats) < 0)
		return -EINVAL;
	method = index < interface->n_methods
			 ? &interface->methods[index]
			 : &interface->events[index - interface->n_methods];
	from = &proxy->method_stats[index];
	all.size = stats->size < sizeof(all) ? stats->size : sizeof(all);
	all.id = method->id;
	all.name = method->name;
	all.role = method->role;
	all.high_water = load_uint(&from->high_water);
	all.calls = load(&from->calls);
	all.errors = load(&from->errors);
	all.timeouts = load(&from->timeouts);
	all.bytes_sent = load(&from->bytes_sent);
	all.bytes_received = load(&from->bytes_received);
	add_latency(all.latency, from);
	memcpy(stats, &all, all.size);
	return 0;
}

uint64_t
camipc_latency_percentile(const uint64_t latency[CAMIPC_LATENCY_BUCKETS],
			  unsigned int percent)
{
	uint64_t all = 0;
	uint64_t below = 0;

	for (unsigned int i = 0; i < CAMIPC_LATENCY_BUCKETS; i++)
		all += latency[i];
	if (!all)
		return 0;
	for (unsigned int i = 0; i < CAMIPC_LATENCY_BUCKETS - 1; i++) {
		below += latency[i];
		/* Shares, as floating point: counts times 100 may overflow. */
		if ((double)below * 100.0 >= (double)all * percent && below)
			return UINT64_C(1) << i;
	}
	return UINT64_MAX;
}
