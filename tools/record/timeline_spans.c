/* SPDX-License-Identifier: MIT */
/* Joins the spans of an IPA with the calls that they are about. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "chunk_item.h"
#include "timeline.h"

/* What a call and its span have in common. */
struct wanted {
	const struct timeline_entry *entry;
	uint64_t since; /* the call was accepted then */
};

static int compare_numbers(uint64_t one, uint64_t two)
{
	return one < two ? -1 : one > two;
}

/* Orders by proxy, method and cookie. */
static int compare_calls(const struct timeline_entry *one,
			 const struct timeline_entry *two)
{
	int order = compare_numbers(one->proxy, two->proxy);

	if (order == 0)
		order = strcmp(one->name, two->name);
	return order ? order : compare_numbers(one->cookie, two->cookie);
}

/* Spans of calls whose cookies are the same, because those wrap, by their time. */
static int compare_spans(const void *a, const void *b)
{
	const struct timeline_entry *const *one = a;
	const struct timeline_entry *const *two = b;
	const int order = compare_calls(*one, *two);

	return order ? order : compare_numbers((*one)->time, (*two)->time);
}

/* Returns the first span that came after the call, or NULL if no span did. */
static struct timeline_entry *find_span(struct timeline_entry **spans, size_t n,
					const struct wanted *wanted)
{
	size_t first = 0;
	size_t end = n;

	while (first < end) {
		const size_t middle = first + (end - first) / 2;
		int order = compare_calls(spans[middle], wanted->entry);

		if (order == 0)
			order = compare_numbers(spans[middle]->time,
						wanted->since);
		if (order < 0)
			first = middle + 1;
		else
			end = middle;
	}
	return first < n && compare_calls(spans[first], wanted->entry) == 0 ?
		       spans[first] :
		       NULL;
}

static uint64_t clip(uint64_t time, uint64_t first, uint64_t last)
{
	if (time < first)
		return first;
	return time > last ? last : time;
}

/* Gives a reply, or an asynchronous call, the time that the IPA says. */
static void join_span(struct timeline_entry **spans, size_t n,
		      struct timeline_entry *entry)
{
	const bool is_reply = entry->message_kind == CAMIPC_WIRE_REPLY;
	struct wanted wanted = { .entry = entry, .since = entry->time };
	struct timeline_entry *span;
	uint64_t last;

	if (is_reply)
		wanted.since -= entry->took < entry->time ? entry->took :
							    entry->time;
	span = find_span(spans, n, &wanted);
	if (!span)
		return;
	/* The IPA may lie: no call runs before it was made or after its end. */
	last = is_reply ? entry->time : span->time;
	entry->has_span = true;
	entry->ran_from = clip(span->ran_from, wanted.since, last);
	entry->ran_until = clip(span->ran_until, entry->ran_from, last);
	span->has_span = true;
}

int timeline_join_spans(struct timeline *timeline)
{
	struct timeline_entry **spans =
		calloc(timeline->n + 1, sizeof(*spans));
	size_t n = 0;

	if (!spans)
		return -ENOMEM;
	for (size_t i = 0; i < timeline->n; i++)
		if (timeline->entries[i].kind == CAMIPC_ITEM_SPAN)
			spans[n++] = &timeline->entries[i];
	qsort(spans, n, sizeof(*spans), compare_spans);
	for (size_t i = 0; n > 0 && i < timeline->n; i++) {
		struct timeline_entry *entry = &timeline->entries[i];

		if (entry->kind == CAMIPC_ITEM_MESSAGE && entry->cookie &&
		    (entry->is_async ||
		     entry->message_kind == CAMIPC_WIRE_REPLY))
			join_span(spans, n, entry);
	}
	free(spans);
	return 0;
}
