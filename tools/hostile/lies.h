/* SPDX-License-Identifier: MIT */
/*
 * The lies of a hostile worker. It behaves like an honest one, with any module,
 * until it sends a message of a certain kind: instead of that message, it tells
 * one lie, and is honest again.
 */
#ifndef CAMIPC_HOSTILE_LIES_H
#define CAMIPC_HOSTILE_LIES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LIE_NAME_SIZE 48

/** What is done instead of the message. */
enum lie_act {
	LIE_HEADER = 0, /* a field of the header has another value */
	LIE_BODY, /* the body has other bytes */
	LIE_SPECIAL, /* see lie_acts.c */
};

/** Other values of a field. */
enum lie_value {
	LIE_ZERO = 0,
	LIE_ONE,
	LIE_LESS, /* than the honest value, by one */
	LIE_MORE,
	LIE_TOP, /* the highest bit */
	LIE_MAX, /* all bits */
	LIE_N_VALUES,
};

/** Other bodies. */
enum lie_body {
	LIE_EMPTY = 0,
	LIE_CUT, /* without its last byte */
	LIE_GARBAGE, /* 0xff in each byte */
	LIE_TAG_ZERO, /* with a field whose number is 0 */
	LIE_TAG_LARGE, /* with a field whose number is too large */
	LIE_TAG_LONG, /* with a tag of six bytes */
	LIE_WIRE_TYPE_6,
	LIE_WIRE_TYPE_7,
	LIE_GROUP,
	LIE_GROUP_END,
	LIE_LONG_NUMBER, /* of eleven bytes */
	LIE_CUT_NUMBER,
	LIE_LONG_FIELD, /* longer than the message */
	LIE_ENDLESS_FIELD, /* whose length overflows a sum */
	LIE_UNKNOWN_FIELD, /* of 20000 bytes */
	LIE_NESTED, /* unknown fields in each other, a thousand times */
	LIE_N_BODIES,
};

/** What must happen. Letters may be combined. */
#define LIE_MUST_END 1u /* the IPA is gone, or was never there */
#define LIE_MUST_FAIL 2u /* the call fails, and the IPA goes on */
#define LIE_MUST_PASS 4u /* nothing: the lie has no effect */
#define LIE_BAD_RING 8u /* as LIE_MUST_END, and that is the reason */
#define LIE_MAY_EITHER (LIE_MUST_END | LIE_MUST_FAIL | LIE_MUST_PASS)

/** One lie. */
struct lie {
	char name[LIE_NAME_SIZE];
	uint8_t threat; /* row of tests/threats.md */
	uint8_t required; /* LIE_MUST_… of the built-in camera */
	uint8_t kind; /* enum camipc_message_kind that is sent */
	uint8_t at; /* the kind of message in whose place it is sent */
	uint8_t nth; /* message of that kind, from 1 on */
	uint8_t act; /* enum lie_act */
	uint8_t field; /* LIE_HEADER: index of lie_fields */
	bool needs_ring; /* it can be told through shared memory only */
	bool needs_recorder; /* the built-in camera is recorded */
	uint8_t value; /* enum lie_value or lie_body; LIE_SPECIAL: the row */
};

/** A field of the header. */
struct lie_field {
	const char *name;
	uint8_t offset;
	uint8_t size; /* bytes */
};

#define LIE_N_FIELDS 11
extern const struct lie_field lie_fields[LIE_N_FIELDS];

/** Fills in the lie with this number. Returns 0 past the last. */
int lie_at(size_t i, struct lie *ret_lie);

/** Finds a lie by its name. Returns 0 if there is none. */
int lie_find(const char *name, struct lie *ret_lie);

/* A lie of lie_rows.h, by its place there. */
enum lie_special {
#define LIE(name, threat, at, nth, required) LIE_ROW_##name,
#include "lie_rows.h"
#undef LIE
	LIE_N_ROWS,
	LIE_FIRST_ASKED_ROW = LIE_ROW_asked_spans_that_lie,
	LIE_LAST_ASKED_ROW = LIE_ROW_asked_span_flood,
	LIE_FIRST_RING_ROW = LIE_ROW_ring_head_far, /* to the last one */
};

#endif /* CAMIPC_HOSTILE_LIES_H */
