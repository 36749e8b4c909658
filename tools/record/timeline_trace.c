/* SPDX-License-Identifier: MIT */
/*
 * Writes a timeline for chrome://tracing and Perfetto. Each proxy is a process
 * of the trace with a track for the camera process and one for the IPA. Where the
 * recording lacks the IPA's own times, its slice of a call lasts until the answer.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#include "chunk_item.h"
#include "timeline.h"

/* Tracks of a proxy. */
#define HOST 1
#define IPA 2

/* The shortest slice, in microseconds, that viewers still show. */
#define SHORT 1.0

struct trace {
	FILE *stream;
	uint64_t flow; /* number of the next arrow */
	unsigned int under_way; /* calls that are waited for */
};

/* All numbers are printed in whole nanoseconds, with a point in any locale. */
static void put_microseconds(FILE *stream, uint64_t ns)
{
	fprintf(stream, "%" PRIu64 ".%03u", ns / 1000,
		(unsigned int)(ns % 1000));
}

static void begin_event(const struct trace *trace, const char *phase,
		  const char *name, uint32_t proxy, unsigned int track,
		  uint64_t time)
{
	fprintf(trace->stream,
		",\n{\"ph\": \"%s\", \"name\": \"%s\", \"pid\": %" PRIu32
		", \"tid\": %u, \"ts\": ",
		phase, name, proxy + 1, track);
	put_microseconds(trace->stream, time);
}

static void put_slice(const struct trace *trace,
		      const struct timeline_entry *entry, const char *category,
		      unsigned int track, uint64_t time, uint64_t duration)
{
	begin_event(trace, "X", entry->name, entry->proxy, track, time);
	fputs(", \"dur\": ", trace->stream);
	put_microseconds(trace->stream, duration);
	fprintf(trace->stream, ", \"cat\": \"%s\", \"args\": {\"bytes\": %" PRIu32,
		category, entry->size);
	if (entry->frame >= 0)
		fprintf(trace->stream, ", \"frame\": %.0f", entry->frame);
	if (entry->status)
		fprintf(trace->stream, ", \"error\": %d", entry->status);
	fputs("}}", trace->stream);
}

/*
 * An arrow from the slice that is on one track at @begin to that on the other at
 * @end; a slice does not contain the moment of its end.
 */
static void put_arrow(struct trace *trace, const struct timeline_entry *entry,
		      unsigned int from, uint64_t begin, uint64_t end)
{
	const uint64_t id = ++trace->flow;

	begin_event(trace, "s", entry->name, entry->proxy, from, begin);
	fprintf(trace->stream, ", \"cat\": \"message\", \"id\": %" PRIu64 "}",
		id);
	begin_event(trace, "f", entry->name, entry->proxy,
		    from == HOST ? IPA : HOST, end);
	fprintf(trace->stream,
		", \"cat\": \"message\", \"bp\": \"e\", \"id\": %" PRIu64 "}",
		id);
}

static void put_under_way(struct trace *trace,
			  const struct timeline_entry *entry)
{
	begin_event(trace, "C", "calls under way", entry->proxy, HOST, entry->time);
	fprintf(trace->stream, ", \"args\": {\"calls\": %u}}",
		trace->under_way);
}

static uint64_t before(uint64_t time, uint64_t begin)
{
	return time > begin ? time - 1 : begin;
}

/* A call with a reply: on both sides, with an arrow there, and one back if it is
 * known when the IPA was done. */
static void put_reply(struct trace *trace, const struct timeline_entry *entry)
{
	const uint64_t start =
		entry->took < entry->time ? entry->time - entry->took : 0;
	const uint64_t from = entry->has_span ? entry->ran_from : start;
	const uint64_t until = entry->has_span ? entry->ran_until : entry->time;

	put_slice(trace, entry, "call", HOST, start, entry->time - start);
	put_slice(trace, entry, "call", IPA, from, until - from);
	put_arrow(trace, entry, HOST, start, from);
	if (entry->has_span)
		put_arrow(trace, entry, IPA, before(until, from),
			  before(entry->time, start));
	trace->under_way -= trace->under_way > 0;
	put_under_way(trace, entry);
}

static void put_message(struct trace *trace, const struct timeline_entry *entry)
{
	const uint64_t duration = (uint64_t)(SHORT * 1000);
	const uint64_t start = entry->time;

	if (entry->message_kind == CAMIPC_WIRE_REPLY) {
		put_reply(trace, entry);
	} else if (entry->message_kind == CAMIPC_WIRE_EVENT) {
		put_slice(trace, entry, "event", IPA, start, duration);
		put_slice(trace, entry, "event", HOST, start, duration);
		put_arrow(trace, entry, IPA, start, start);
	} else if (entry->is_async) {
		const uint64_t from = entry->has_span ? entry->ran_from : start;

		put_slice(trace, entry, "async", HOST, start, duration);
		put_slice(trace, entry, "async", IPA, from,
			  entry->has_span ? entry->ran_until - from : duration);
		put_arrow(trace, entry, HOST, start, from);
	} else {
		trace->under_way++;
		put_under_way(trace, entry);
	}
}

/* A span of a call that a restart has repeated: nobody made it. */
static void put_repeated(const struct trace *trace,
			 const struct timeline_entry *entry)
{
	const uint64_t until = entry->ran_until < entry->time ?
				       entry->ran_until :
				       entry->time;
	const uint64_t from = entry->ran_from < until ? entry->ran_from : until;

	if (!entry->has_span)
		put_slice(trace, entry, "repeated", IPA, from, until - from);
}

static void put_instant(const struct trace *trace,
			const struct timeline_entry *entry, const char *what,
			const char *name)
{
	fprintf(trace->stream,
		",\n{\"ph\": \"i\", \"s\": \"p\", \"name\": \"%s%s\", \"pid\": "
		"%" PRIu32 ", \"tid\": %d, \"ts\": ",
		what, name, entry->proxy + 1, HOST);
	put_microseconds(trace->stream, entry->time);
	fputs("}", trace->stream);
}

/* A line of the log may have any characters. */
static void put_log(const struct trace *trace,
		    const struct timeline_entry *entry)
{
	struct camipc_bytes text = { .error = 0 };

	camipc_print_json_string(&text, (const uint8_t *)entry->text,
				 strlen(entry->text));
	fprintf(trace->stream,
		",\n{\"ph\": \"i\", \"s\": \"g\", \"cat\": \"log\", \"name\": %.*s, "
		"\"pid\": %" PRIu32 ", \"tid\": %d, \"ts\": ",
		(int)text.size, text.data ? (const char *)text.data : "\"\"",
		entry->proxy + 1, HOST);
	put_microseconds(trace->stream, entry->time);
	fputs("}", trace->stream);
	camipc_bytes_fini(&text);
}

static void put_entry(struct trace *trace, const struct timeline_entry *entry)
{
	if (entry->kind == CAMIPC_ITEM_MESSAGE)
		put_message(trace, entry);
	else if (entry->kind == CAMIPC_ITEM_STATE)
		put_instant(trace, entry, "state ",
			    camipc_state_to_string(
				    (enum camipc_state)(entry->value & 0xff)));
	else if (entry->kind == CAMIPC_ITEM_DROPPED)
		put_instant(trace, entry, "dropped ",
			    entry->name ? entry->name : "");
	else if (entry->kind == CAMIPC_ITEM_STALL)
		put_instant(trace, entry, "stall of ", entry->name);
	else if (entry->kind == CAMIPC_ITEM_ENDED)
		put_instant(trace, entry, "the IPA ended", "");
	else if (entry->kind == CAMIPC_ITEM_LOST)
		put_instant(trace, entry, "items are missing", "");
	else if (entry->kind == CAMIPC_ITEM_LOG)
		put_log(trace, entry);
	else if (entry->kind == CAMIPC_ITEM_SPAN)
		put_repeated(trace, entry);
}

/* ---- the queue ------------------------------------------------------------ */

/* An asynchronous call that was made, or that the IPA has consumed. */
struct step {
	const struct timeline_entry *entry;
	uint64_t time;
	bool is_end;
};

static int by_time(const void *a, const void *b)
{
	const struct step *one = a;
	const struct step *two = b;

	if (one->entry->proxy != two->entry->proxy)
		return one->entry->proxy < two->entry->proxy ? -1 : 1;
	if (one->time != two->time)
		return one->time < two->time ? -1 : 1;
	return one->is_end - two->is_end;
}

/* Counts the asynchronous calls that the IPA has not run yet, as far as its own
 * times are known. */
static int put_queue(const struct trace *trace, const struct timeline *timeline)
{
	struct step *steps = calloc(2 * timeline->n + 1, sizeof(*steps));
	unsigned int queued = 0;
	size_t n = 0;

	if (!steps)
		return -ENOMEM;
	for (size_t i = 0; i < timeline->n; i++) {
		const struct timeline_entry *entry = &timeline->entries[i];

		if (!entry->is_async || !entry->has_span)
			continue;
		steps[n++] = (struct step){ entry, entry->time, false };
		steps[n++] = (struct step){ entry, entry->ran_until, true };
	}
	qsort(steps, n, sizeof(*steps), by_time);
	for (size_t i = 0; i < n; i++) {
		queued += steps[i].is_end ? -1u : 1u;
		begin_event(trace, "C", "async calls queued",
			    steps[i].entry->proxy, HOST, steps[i].time);
		fprintf(trace->stream, ", \"args\": {\"calls\": %u}}", queued);
	}
	free(steps);
	return 0;
}

/* ---- frames --------------------------------------------------------------- */

static int by_frame(const void *a, const void *b)
{
	const struct timeline_entry *const *one = a;
	const struct timeline_entry *const *two = b;

	if ((*one)->proxy != (*two)->proxy)
		return (*one)->proxy < (*two)->proxy ? -1 : 1;
	if ((*one)->frame < (*two)->frame || (*one)->frame > (*two)->frame)
		return (*one)->frame < (*two)->frame ? -1 : 1;
	return (*one)->time < (*two)->time ? -1 : (*one)->time > (*two)->time;
}

static void put_frame(const struct trace *trace,
		      const struct timeline_entry *first,
		      const struct timeline_entry *last)
{
	char name[40];

	snprintf(name, sizeof(name), "frame %.0f", first->frame);
	begin_event(trace, "b", name, first->proxy, HOST, first->time);
	fprintf(trace->stream, ", \"cat\": \"frame\", \"id\": \"%" PRIu32
		".%.0f\"}", first->proxy, first->frame);
	begin_event(trace, "e", name, first->proxy, HOST, last->time);
	fprintf(trace->stream, ", \"cat\": \"frame\", \"id\": \"%" PRIu32
		".%.0f\"}", first->proxy, first->frame);
}

/* A frame lasts from its first message to its last one. */
static int put_frames(const struct trace *trace,
		      const struct timeline *timeline)
{
	const struct timeline_entry **sorted =
		calloc(timeline->n + 1, sizeof(*sorted));
	size_t n = 0;
	size_t first = 0;

	if (!sorted)
		return -ENOMEM;
	for (size_t i = 0; i < timeline->n; i++)
		if (timeline->entries[i].frame >= 0)
			sorted[n++] = &timeline->entries[i];
	qsort(sorted, n, sizeof(*sorted), by_frame);
	for (size_t i = 1; i <= n; i++) {
		if (i < n && sorted[i]->proxy == sorted[first]->proxy &&
		    sorted[i]->frame <= sorted[first]->frame)
			continue;
		put_frame(trace, sorted[first], sorted[i - 1]);
		first = i;
	}
	free(sorted);
	return 0;
}

static void put_names(const struct trace *trace,
		      const struct timeline *timeline)
{
	static const char *const tracks[] = { [HOST] = "camera process",
					      [IPA] = "IPA" };
	const struct camipc_recorded_proxy *proxy;

	for (uint32_t i = 0; i < CAMIPC_RECORDING_MAX_PROXIES; i++) {
		struct camipc_bytes name = { .error = 0 };

		proxy = camipc_recording_get_proxy(timeline->recording, i);
		if (!proxy)
			continue;
		camipc_print_json_string(&name, (const uint8_t *)proxy->name,
					 strlen(proxy->name));
		fprintf(trace->stream,
			",\n{\"ph\": \"M\", \"name\": \"process_name\", "
			"\"pid\": %" PRIu32 ", \"args\": {\"name\": %.*s}}",
			i + 1, (int)name.size,
			name.data ? (const char *)name.data : "\"\"");
		camipc_bytes_fini(&name);
		for (int track = HOST; track <= IPA; track++)
			fprintf(trace->stream,
				",\n{\"ph\": \"M\", \"name\": \"thread_name\", "
				"\"pid\": %" PRIu32 ", \"tid\": %d, \"args\": "
				"{\"name\": \"%s\"}}",
				i + 1, track, tracks[track]);
	}
}

int timeline_write_trace(const struct timeline *timeline, FILE *stream)
{
	struct trace trace = { .stream = stream };
	int ret;

	fputs("{\"displayTimeUnit\": \"ms\", \"traceEvents\": [\n"
	      "{\"ph\": \"M\", \"name\": \"process_sort_index\", \"pid\": 1, "
	      "\"args\": {\"sort_index\": 0}}",
	      stream);
	put_names(&trace, timeline);
	for (size_t i = 0; i < timeline->n; i++)
		put_entry(&trace, &timeline->entries[i]);
	ret = put_queue(&trace, timeline);
	if (ret == 0)
		ret = put_frames(&trace, timeline);
	fputs("\n]}\n", stream);
	return ret;
}
