/* SPDX-License-Identifier: MIT */
/* Writes a recording as one page of HTML, which needs no other file. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "chunk_item.h"
#include "timeline.h"

#define BUCKETS 24 /* of a histogram: below 2^i microseconds */
#define SLOWEST 20
#define MAX_ROWS 64 /* of the drawing; further methods are left out */
#define DRAWING_WIDTH 1000
#define ROW_HEIGHT 22
#define NAMES_WIDTH 190
#define MAX_MARKS 20000 /* of the drawing: a browser shows no more in time */

/* What the page says of a method or an event. */
struct row {
	const char *name;
	const char *kind;
	uint64_t n;
	uint64_t errors;
	uint64_t bytes;
	uint64_t longest;
	uint64_t total;
	uint64_t n_spans; /* calls of which the IPA's own time is known */
	uint64_t ran; /* in sum */
	uint32_t buckets[BUCKETS];
};

struct report {
	const struct timeline *timeline;
	FILE *stream;
	struct row rows[MAX_ROWS];
	size_t n_rows;
	uint64_t dropped;
	uint64_t lost;
	uint64_t ends;
	uint64_t duration;
};

/* Prints a text in HTML. */
static void print_escaped(FILE *stream, const char *text)
{
	for (; *text; text++) {
		if (*text == '<')
			fputs("&lt;", stream);
		else if (*text == '&')
			fputs("&amp;", stream);
		else if (*text == '"')
			fputs("&quot;", stream);
		else
			fputc(*text, stream);
	}
}

static const char *kind_of_entry(const struct timeline_entry *entry)
{
	if (entry->message_kind == CAMIPC_WIRE_EVENT)
		return "event";
	return entry->is_async ? "async" : "call";
}

/* Returns NULL if there are too many rows. */
static struct row *row_of(struct report *report,
			  const struct timeline_entry *entry)
{
	struct row *row;

	for (size_t i = 0; i < report->n_rows; i++)
		if (!strcmp(report->rows[i].name, entry->name) &&
		    !strcmp(report->rows[i].kind, kind_of_entry(entry)))
			return &report->rows[i];
	if (report->n_rows == MAX_ROWS)
		return NULL;
	row = &report->rows[report->n_rows++];
	row->name = entry->name;
	row->kind = kind_of_entry(entry);
	return row;
}

static void count_entry(struct report *report, const struct timeline_entry *entry)
{
	struct row *row;
	unsigned int bucket = 0;

	if (entry->time > report->duration)
		report->duration = entry->time;
	report->dropped += entry->kind == CAMIPC_ITEM_DROPPED;
	report->ends += entry->kind == CAMIPC_ITEM_ENDED;
	if (entry->kind == CAMIPC_ITEM_LOST)
		report->lost += entry->value;
	if (entry->kind != CAMIPC_ITEM_MESSAGE)
		return;
	row = row_of(report, entry);
	if (!row)
		return;
	row->bytes += entry->size;
	if (entry->has_span) {
		row->n_spans++;
		row->ran += entry->ran_until - entry->ran_from;
	}
	if (entry->message_kind != CAMIPC_WIRE_REPLY) {
		row->n++;
		return;
	}
	row->errors += entry->status != 0;
	row->total += entry->took;
	if (entry->took > row->longest)
		row->longest = entry->took;
	while (bucket < BUCKETS - 1 && entry->took / 1000 >> bucket)
		bucket++;
	row->buckets[bucket]++;
}

/* A cell of a table; empty unless the time is known. */
static void write_milliseconds(FILE *out, bool is_known, uint64_t ns)
{
	fputs("<td>", out);
	if (is_known)
		fprintf(out, "%" PRIu64 ".%03u", ns / 1000000,
			(unsigned int)(ns / 1000 % 1000));
}

static void write_table(const struct report *report)
{
	FILE *out = report->stream;

	fputs("<h2>Messages</h2>\n<table><tr><th>name<th>kind<th>number"
	      "<th>bytes<th>errors<th>mean, ms<th>longest, ms"
	      "<th>mean in the IPA, ms</tr>\n",
	      out);
	for (size_t i = 0; i < report->n_rows; i++) {
		const struct row *row = &report->rows[i];
		const uint64_t mean = row->n ? row->total / row->n : 0;

		fputs("<tr><td>", out);
		print_escaped(out, row->name);
		fprintf(out,
			"<td>%s<td>%" PRIu64 "<td>%" PRIu64 "<td>%" PRIu64,
			row->kind, row->n, row->bytes, row->errors);
		write_milliseconds(out, row->total > 0, mean);
		write_milliseconds(out, row->total > 0, row->longest);
		write_milliseconds(out, row->n_spans > 0,
				   row->n_spans ? row->ran / row->n_spans : 0);
		fputs("</tr>\n", out);
	}
	fputs("</table>\n", out);
}

static void write_histogram(const struct report *report, const struct row *row)
{
	FILE *out = report->stream;
	uint32_t most = 1;

	for (unsigned int i = 0; i < BUCKETS; i++)
		if (row->buckets[i] > most)
			most = row->buckets[i];
	fputs("<figure><figcaption>", out);
	print_escaped(out, row->name);
	fputs("</figcaption><svg width=\"260\" height=\"90\" role=\"img\">",
	      out);
	for (unsigned int i = 0; i < BUCKETS; i++) {
		const unsigned int height =
			(unsigned int)((uint64_t)row->buckets[i] * 70 / most);

		if (!row->buckets[i])
			continue;
		fprintf(out,
			"<rect x=\"%u\" y=\"%u\" width=\"9\" height=\"%u\">"
			"<title>below %u us: %" PRIu32 "</title></rect>",
			i * 10 + 5, 72 - height, height ? height : 1, 1u << i,
			row->buckets[i]);
	}
	fputs("<text x=\"5\" y=\"86\">1 us</text><text x=\"105\" y=\"86\">1 ms"
	      "</text><text x=\"205\" y=\"86\">1 s</text></svg></figure>\n",
	      out);
}

static int by_time_taken(const void *a, const void *b)
{
	const struct timeline_entry *const *one = a;
	const struct timeline_entry *const *two = b;

	return (*one)->took > (*two)->took	? -1
	       : (*one)->took < (*two)->took ? 1
						: 0;
}

static int write_slowest(const struct report *report)
{
	const struct timeline *timeline = report->timeline;
	const struct timeline_entry **sorted =
		calloc(timeline->n + 1, sizeof(*sorted));
	size_t n = 0;

	if (!sorted)
		return -ENOMEM;
	for (size_t i = 0; i < timeline->n; i++)
		if (timeline->entries[i].kind == CAMIPC_ITEM_MESSAGE &&
		    timeline->entries[i].took)
			sorted[n++] = &timeline->entries[i];
	qsort(sorted, n, sizeof(*sorted), by_time_taken);
	fputs("<h2>Slowest calls</h2>\n<table><tr><th>name<th>at, s<th>took, ms"
	      "<th>in the IPA, ms<th>error</tr>\n",
	      report->stream);
	for (size_t i = 0; i < n && i < SLOWEST; i++) {
		fputs("<tr><td>", report->stream);
		print_escaped(report->stream, sorted[i]->name);
		fprintf(report->stream,
			"<td>%" PRIu64 ".%06u", sorted[i]->time / 1000000000,
			(unsigned int)(sorted[i]->time / 1000 % 1000000));
		write_milliseconds(report->stream, true, sorted[i]->took);
		write_milliseconds(report->stream, sorted[i]->has_span,
				   sorted[i]->ran_until - sorted[i]->ran_from);
		fprintf(report->stream, "<td>%d</tr>\n", sorted[i]->status);
	}
	fputs("</table>\n", report->stream);
	free(sorted);
	return 0;
}

/* A mark of the drawing, @height pixels high. */
static void write_mark(const struct report *report, const struct row *row,
		       const char *class, unsigned int height, uint64_t begin,
		       uint64_t end)
{
	const uint64_t duration = report->duration ? report->duration : 1;
	const uint64_t x = begin * DRAWING_WIDTH / duration;
	const uint64_t width = end * DRAWING_WIDTH / duration - x;

	fprintf(report->stream,
		"<rect x=\"%" PRIu64 "\" y=\"%zu\" width=\"%" PRIu64
		"\" height=\"%u\" class=\"%s\"/>\n",
		NAMES_WIDTH + x, (size_t)(row - report->rows) * ROW_HEIGHT + 3,
		width ? width : 1, height, class);
}

/* One row for each method, one mark for each message, and a lower one on it for
 * the time that the IPA ran. */
static void write_drawing(struct report *report)
{
	const struct timeline *timeline = report->timeline;
	const uint64_t duration = report->duration ? report->duration : 1;
	const size_t step = timeline->n / MAX_MARKS + 1;
	FILE *out = report->stream;

	fputs("<h2>Timeline</h2>\n<p>Yellow: while the IPA ran the call.</p>\n",
	      out);
	fprintf(out, "<svg width=\"%d\" height=\"%zu\" "
		"role=\"img\">\n",
		NAMES_WIDTH + DRAWING_WIDTH + 10, (report->n_rows + 1) * ROW_HEIGHT);
	for (size_t i = 0; i < report->n_rows; i++) {
		fprintf(out, "<text x=\"0\" y=\"%zu\">", i * ROW_HEIGHT + 15);
		print_escaped(out, report->rows[i].name);
		fputs("</text>\n", out);
	}
	for (size_t i = 0; i < timeline->n; i += step) {
		const struct timeline_entry *entry = &timeline->entries[i];
		const struct row *row;

		if (entry->kind != CAMIPC_ITEM_MESSAGE)
			continue;
		row = row_of(report, entry);
		if (!row)
			continue;
		write_mark(report, row, row->kind, 14,
			   entry->took < entry->time ?
				   entry->time - entry->took : 0,
			   entry->time);
		if (entry->has_span)
			write_mark(report, row, "ipa", 5, entry->ran_from,
				   entry->ran_until);
	}
	fprintf(out, "<text x=\"%d\" y=\"%zu\">0 s</text><text x=\"%d\" "
		"y=\"%zu\">%" PRIu64 ".%03u s</text></svg>\n",
		NAMES_WIDTH, report->n_rows * ROW_HEIGHT + 16, NAMES_WIDTH + DRAWING_WIDTH - 60,
		report->n_rows * ROW_HEIGHT + 16, duration / 1000000000,
		(unsigned int)(duration / 1000000 % 1000));
}

/* The lines of the log, if there are any. */
static void write_log(const struct report *report)
{
	const struct timeline *timeline = report->timeline;
	bool is_begun = false;

	for (size_t i = 0; i < timeline->n; i++) {
		const struct timeline_entry *entry = &timeline->entries[i];

		if (entry->kind != CAMIPC_ITEM_LOG)
			continue;
		if (!is_begun)
			fputs("<h2>Log</h2>\n<table><tr><th>time, s<th>line"
			      "</tr>\n",
			      report->stream);
		is_begun = true;
		fprintf(report->stream, "<tr><td>%" PRIu64 ".%06u<td>",
			entry->time / 1000000000,
			(unsigned int)(entry->time / 1000 % 1000000));
		print_escaped(report->stream, entry->text);
		fputs("</tr>\n", report->stream);
	}
	if (is_begun)
		fputs("</table>\n", report->stream);
}

static void write_head(const struct report *report)
{
	const struct camipc_recorded_proxy *proxy =
		camipc_recording_get_proxy(report->timeline->recording, 0);
	FILE *out = report->stream;

	fputs("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
	      "<title>camipc recording</title>\n<style>body{font:14px sans-serif;"
	      "margin:24px}table{border-collapse:collapse}td,th{padding:2px 10px;"
	      "text-align:left;border-bottom:1px solid #ccc}figure{display:"
	      "inline-block;margin:8px}rect{fill:#36c}rect.event{fill:#c63}"
	      "rect.async{fill:#393}rect.ipa{fill:#fc6}svg text{font-size:11px}</style></head>"
	      "<body>\n<h1>",
	      out);
	print_escaped(out, proxy ? proxy->name : "empty recording");
	fputs("</h1>\n<p>isolation ", out);
	print_escaped(out, proxy ? proxy->isolation : "none");
	fprintf(out,
		", %" PRIu64 ".%03u s; %" PRIu64 " events dropped, %" PRIu64
		" items not recorded, %" PRIu64 " IPAs ended early</p>\n",
		report->duration / 1000000000,
		(unsigned int)(report->duration / 1000000 % 1000),
		report->dropped, report->lost, report->ends);
}

int timeline_write_report(const struct timeline *timeline, FILE *stream)
{
	struct report *report = calloc(1, sizeof(*report));
	int ret;

	if (!report)
		return -ENOMEM;
	report->timeline = timeline;
	report->stream = stream;
	for (size_t i = 0; i < timeline->n; i++)
		count_entry(report, &timeline->entries[i]);
	write_head(report);
	write_table(report);
	fputs("<h2>Time until the answer</h2>\n", stream);
	for (size_t i = 0; i < report->n_rows; i++)
		if (report->rows[i].total)
			write_histogram(report, &report->rows[i]);
	ret = write_slowest(report);
	write_drawing(report);
	write_log(report);
	fputs("</body></html>\n", stream);
	free(report);
	return ret;
}
