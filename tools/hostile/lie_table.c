/* SPDX-License-Identifier: MIT */
/*
 * Numbers the lies: those of lie_rows.h, and then every value of every field of
 * the header and every broken body, in every kind of message.
 */
#include <stdio.h>
#include <string.h>

#include "lies.h"
#include "message.h"

const struct lie_field lie_fields[LIE_N_FIELDS] = {
	{ "magic", 0, 4 },  { "version", 4, 1 },   { "kind", 5, 1 },
	{ "flags", 6, 2 },  { "id", 8, 4 },        { "cookie", 12, 4 },
	{ "size", 16, 4 },  { "consumed", 20, 4 }, { "descriptors", 24, 2 },
	{ "status", 26, 2 }, { "epoch", 28, 4 },
};

static const char *const value_names[LIE_N_VALUES] = {
	"zero", "one", "less", "more", "top", "max",
};

static const char *const body_names[LIE_N_BODIES] = {
	[LIE_EMPTY] = "empty",
	[LIE_CUT] = "cut",
	[LIE_GARBAGE] = "garbage",
	[LIE_TAG_ZERO] = "tag_zero",
	[LIE_TAG_LARGE] = "tag_large",
	[LIE_TAG_LONG] = "tag_long",
	[LIE_WIRE_TYPE_6] = "wire_type_6",
	[LIE_WIRE_TYPE_7] = "wire_type_7",
	[LIE_GROUP] = "group",
	[LIE_GROUP_END] = "group_end",
	[LIE_LONG_NUMBER] = "long_number",
	[LIE_CUT_NUMBER] = "cut_number",
	[LIE_LONG_FIELD] = "long_field",
	[LIE_ENDLESS_FIELD] = "endless_field",
	[LIE_UNKNOWN_FIELD] = "unknown_field",
	[LIE_NESTED] = "nested",
};

static const uint8_t body_threats[LIE_N_BODIES] = {
	5, 5, 5, 6, 6, 5, 6, 6, 6, 6, 5, 5, 11, 11, 19, 8,
};

static const uint8_t field_threats[LIE_N_FIELDS] = {
	4, 4, 4, 4, 24, 20, 3, 27, 28, 4, 25,
};

/* The kinds of messages, and where each is sent. */
static const struct {
	const char *name;
	uint8_t kind;
	uint8_t at;
	uint8_t nth;
	/* What must happen to a broken body, and to one with an unknown field.
	 * Control messages have a limit of their own. */
	uint8_t broken;
	uint8_t unknown;
	/* What must happen to each field of the header. */
	uint8_t fields[LIE_N_FIELDS];
} kinds[] = {
#define END LIE_MUST_END
#define PASS LIE_MUST_PASS
#define ANY LIE_MAY_EITHER
	{ "hello", CAMIPC_MESSAGE_HELLO, CAMIPC_MESSAGE_HELLO, 1, END,
	  END | PASS,
	  { END, END, END, END, PASS, PASS, END, PASS, END, END, PASS } },
	{ "loaded", CAMIPC_MESSAGE_LOADED, CAMIPC_MESSAGE_LOADED, 1, END,
	  END | PASS,
	  { END, END, END, END, PASS, PASS, END, PASS, END, END, PASS } },
	{ "reply", CAMIPC_MESSAGE_REPLY, CAMIPC_MESSAGE_REPLY, 3, END, PASS,
	  { END, END, ANY, END, END, END, END, ANY, END, END, END } },
	{ "event", CAMIPC_MESSAGE_EVENT, CAMIPC_MESSAGE_EVENT, 1, END, PASS,
	  { END, END, ANY, END, END, PASS, END, ANY, END, END, ANY } },
	{ "credit", CAMIPC_MESSAGE_CREDIT, CAMIPC_MESSAGE_REPLY, 3, PASS, PASS,
	  { END, END, ANY, END, PASS, PASS, END, ANY, END, END, PASS } },
	{ "log", CAMIPC_MESSAGE_LOG, CAMIPC_MESSAGE_REPLY, 3, PASS, PASS,
	  { END, END, ANY, END, PASS, PASS, END, PASS, END, END, PASS } },
	{ "bye", CAMIPC_MESSAGE_BYE, CAMIPC_MESSAGE_REPLY, 3, END, END,
	  { END, END, ANY, END, END, END, END, END, END, END, END } },
	{ "crash", CAMIPC_MESSAGE_CRASH, CAMIPC_MESSAGE_REPLY, 3, END, END,
	  { END, END, ANY, END, PASS, PASS, END, PASS, END, END, PASS } },
	{ "call", CAMIPC_MESSAGE_CALL, CAMIPC_MESSAGE_REPLY, 3, END, END,
	  { END, END, ANY, END, END, END, END, END, END, END, END } },
	{ "trace", CAMIPC_MESSAGE_TRACE, CAMIPC_MESSAGE_REPLY, 3, END, END,
	  { END, END, ANY, END, END, END, END, END, END, END, END } },
#undef END
#undef PASS
#undef ANY
};

#define N_KINDS (sizeof(kinds) / sizeof(kinds[0]))
#define N_HEADERS (LIE_N_FIELDS * LIE_N_VALUES)
#define N_OF_KIND (N_HEADERS + LIE_N_BODIES)

static const struct {
	const char *name;
	uint8_t threat;
	uint8_t at;
	uint8_t nth;
	uint8_t required;
} rows[LIE_N_ROWS] = {
#define LIE(name, threat, at, nth, required) \
	{ #name, threat, CAMIPC_MESSAGE_##at, nth, required },
#include "lie_rows.h"
#undef LIE
};

static void fill_row(size_t i, struct lie *lie)
{
	*lie = (struct lie){
		.threat = rows[i].threat,
		.required = rows[i].required,
		.kind = rows[i].at,
		.at = rows[i].at,
		.nth = rows[i].nth,
		.act = LIE_SPECIAL,
		.needs_ring = i >= LIE_FIRST_RING_ROW,
		.needs_recorder = i >= LIE_FIRST_ASKED_ROW &&
				  i <= LIE_LAST_ASKED_ROW,
		.value = (uint8_t)i,
	};
	snprintf(lie->name, sizeof(lie->name), "%s", rows[i].name);
}

static void fill_header(size_t kind, size_t i, struct lie *lie)
{
	const size_t field = i / LIE_N_VALUES;
	const size_t value = i % LIE_N_VALUES;

	lie->act = LIE_HEADER;
	lie->threat = field_threats[field];
	lie->required = kinds[kind].fields[field];
	lie->field = (uint8_t)field;
	lie->value = (uint8_t)value;
	snprintf(lie->name, sizeof(lie->name), "%s.%s.%s", kinds[kind].name,
		 lie_fields[field].name, value_names[value]);
}

static void fill_body(size_t kind, size_t i, struct lie *lie)
{
	const bool unknown = i == LIE_UNKNOWN_FIELD || i == LIE_NESTED;

	lie->act = LIE_BODY;
	lie->threat = body_threats[i];
	lie->required = unknown ? kinds[kind].unknown : kinds[kind].broken;
	/* Every value is the default. */
	if (i == LIE_EMPTY && (kinds[kind].kind == CAMIPC_MESSAGE_REPLY ||
			       kinds[kind].kind == CAMIPC_MESSAGE_EVENT))
		lie->required = LIE_MUST_PASS;
	/* protobuf-c skips such a field, as any that it does not know. */
	if (i == LIE_TAG_LARGE && (kinds[kind].kind == CAMIPC_MESSAGE_HELLO ||
				   kinds[kind].kind == CAMIPC_MESSAGE_LOADED))
		lie->required = LIE_MUST_PASS;
	lie->value = (uint8_t)i;
	snprintf(lie->name, sizeof(lie->name), "%s.body.%s", kinds[kind].name,
		 body_names[i]);
}

int lie_at(size_t i, struct lie *ret_lie)
{
	size_t kind;

	if (i < LIE_N_ROWS) {
		fill_row(i, ret_lie);
		return 1;
	}
	i -= LIE_N_ROWS;
	kind = i / N_OF_KIND;
	i %= N_OF_KIND;
	if (kind >= N_KINDS)
		return 0;
	*ret_lie = (struct lie){
		.kind = kinds[kind].kind,
		.at = kinds[kind].at,
		.nth = kinds[kind].nth,
	};
	if (i < N_HEADERS)
		fill_header(kind, i, ret_lie);
	else
		fill_body(kind, i - N_HEADERS, ret_lie);
	return 1;
}

int lie_find(const char *name, struct lie *ret_lie)
{
	for (size_t i = 0; lie_at(i, ret_lie); i++) {
		if (strcmp(ret_lie->name, name) == 0)
			return 1;
	}
	return 0;
}
