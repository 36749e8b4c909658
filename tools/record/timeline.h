/* SPDX-License-Identifier: MIT */
/* What a timeline shows of a recording, and the forms that it is written in. */
#ifndef TOOLS_RECORD_TIMELINE_H
#define TOOLS_RECORD_TIMELINE_H

#include <stdio.h>

#include "recording_reader.h"
#include "value_tree.h"

/** A moment of the recording. */
struct timeline_entry {
	enum camipc_item_kind kind;
	uint8_t message_kind; /* of a message */
	bool is_async;
	uint32_t proxy;
	uint32_t cookie;
	uint32_t value; /* a state, or lost items */
	int status;
	uint64_t time; /* nanoseconds since the recording began */
	uint64_t took; /* nanoseconds; of a reply, and of a span */
	/* Of a reply or an asynchronous call that has a span: from when to when
	 * the IPA ran it, clipped. Of a span: that has a call, and its times. */
	bool has_span;
	uint64_t ran_from;
	uint64_t ran_until;
	uint32_t size; /* bytes of a body */
	double frame; /* -1: it has none */
	const char *name; /* of a method; NULL: none */
	char *text; /* of a line of the log, with its level; else NULL */
};

struct timeline {
	struct camipc_recording *recording;
	struct timeline_entry *entries;
	size_t n;
	size_t room;
	struct camipc_value_tree tree;
};

/** Joins calls and their spans. Returns 0 or -ENOMEM. */
int timeline_join_spans(struct timeline *timeline) CAMIPC_MUST_CHECK;

/** Writes the form of chrome://tracing and Perfetto. Returns 0 or -ENOMEM. */
int timeline_write_trace(const struct timeline *timeline,
			 FILE *stream) CAMIPC_MUST_CHECK;

/** Writes a page of HTML. Returns 0 or -ENOMEM. */
int timeline_write_report(const struct timeline *timeline,
			  FILE *stream) CAMIPC_MUST_CHECK;

/** Writes the beginning of a pcapng file. */
void timeline_begin_pcapng(FILE *stream);

/** Writes a message as a packet; ignores other items. */
void timeline_put_packet(FILE *stream, const struct camipc_recorded *item);

/** Writes a dissector in Lua that finds the type of each packet. */
void timeline_write_lua(const struct camipc_schema *schema, FILE *stream);

#endif /* TOOLS_RECORD_TIMELINE_H */
