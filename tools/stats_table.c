/* SPDX-License-Identifier: MIT */
/* Prints the statistics of a proxy as a table. */
#include "stats_table.h"

#include <string.h>

/* Width of the column of names. */
#define NAME_WIDTH 24

/* Prints "<64", ">4194304", or "-" without a time. */
static void print_time(FILE *stream,
		       const uint64_t latency[CAMIPC_LATENCY_BUCKETS],
		       unsigned int percent)
{
	uint64_t us = camipc_latency_percentile(latency, percent);
	char text[24] = "-";

	if (us == UINT64_MAX)
		snprintf(text, sizeof(text), ">%llu",
			 1ull << (CAMIPC_LATENCY_BUCKETS - 2));
	else if (us)
		snprintf(text, sizeof(text), "<%llu", (unsigned long long)us);
	fprintf(stream, " %9s", text);
}

static void print_row(FILE *stream, const char *name,
		      const struct camipc_method_stats *row)
{
	fprintf(stream, "%-*s %8llu %7llu %8llu %11llu %11llu %5u", NAME_WIDTH,
		name, (unsigned long long)row->calls,
		(unsigned long long)row->errors,
		(unsigned long long)row->timeouts,
		(unsigned long long)row->bytes_sent,
		(unsigned long long)row->bytes_received, row->high_water);
	print_time(stream, row->latency, 50);
	print_time(stream, row->latency, 99);
	fputc('\n', stream);
}

void stats_table_print(FILE *stream, const struct camipc_proxy *proxy)
{
	struct camipc_proxy_stats all = { .size = sizeof(all) };
	struct camipc_method_stats row = { .size = sizeof(row) };
	char name[NAME_WIDTH + 64];
	uint32_t i;

	fprintf(stream, "%-*s %8s %7s %8s %11s %11s %5s %9s %9s\n", NAME_WIDTH,
		"", "calls", "errors", "timeouts", "bytes out", "bytes in",
		"queue", "50% us", "99% us");
	for (i = 0; camipc_proxy_get_method_stats(proxy, i, &row) == 0; i++) {
		if (!row.calls && !row.errors)
			continue;
		snprintf(name, sizeof(name), "%s%s",
			 row.role == CAMIPC_ROLE_EVENT ? "event " : "",
			 row.name);
		print_row(stream, name, &row);
	}
	camipc_proxy_get_stats(proxy, &all);
	memset(&row, 0, sizeof(row));
	row.calls = all.calls + all.async_calls + all.events;
	row.errors = all.errors + all.events_dropped;
	row.timeouts = all.timeouts;
	row.bytes_sent = all.bytes_sent;
	row.bytes_received = all.bytes_received;
	row.high_water = all.high_water;
	memcpy(row.latency, all.latency, sizeof(row.latency));
	print_row(stream, "all", &row);
}

/* Milliseconds of a frame, percent of the whole, milliseconds of the longest. */
static void print_stage(FILE *stream, const char *name, uint64_t frames,
			uint64_t whole_ns, const struct camera_stage_time *time)
{
	fprintf(stream, "%-*s %8.3f %7.1f %8.3f\n", NAME_WIDTH, name,
		(double)time->total_ns / (double)frames / 1e6,
		whole_ns ? 100 * (double)time->total_ns / (double)whole_ns : 0.0,
		(double)time->longest_ns / 1e6);
}

void stats_table_print_stages(FILE *stream,
			      const struct camera_stage_clock *clock,
			      const struct camera_stage_time *write,
			      uint64_t worker_ns)
{
	struct camera_stage_time whole = *write;
	int i;

	if (!clock->frames)
		return;
	for (i = 0; i < CAMERA_STAGES; i++)
		whole.total_ns += clock->stages[i].total_ns;
	fprintf(stream, "%-*s %8s %7s %8s\n", NAME_WIDTH, "stage of a frame",
		"mean ms", "%", "most ms");
	for (i = 0; i < CAMERA_STAGES; i++)
		print_stage(stream, camera_stage_name((enum camera_stage)i),
			    clock->frames, whole.total_ns, &clock->stages[i]);
	print_stage(stream, "write", clock->frames, whole.total_ns, write);
	if (worker_ns)
		fprintf(stream,
			"the worker's main thread used %.3f ms of processor "
			"time per frame\n",
			(double)worker_ns / (double)clock->frames / 1e6);
}
