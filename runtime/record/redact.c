/* SPDX-License-Identifier: MIT */
/*
 * Takes fields out of an encoded message. A message without a field is never
 * longer than with it, so that the result fits where the body was.
 */
#include "redact.h"

#include <string.h>

/* Deeper messages are left out whole. */
#define MAX_DEPTH 200

struct redaction {
	const char *const *names;
	uint8_t *to;
};

static size_t read_varint(const uint8_t *at, size_t left, uint64_t *ret_value)
{
	*ret_value = 0;
	for (size_t i = 0; i < left && i < 10; i++) {
		if (i < 9 || at[i] < 2)
			*ret_value |= (uint64_t)(at[i] & 0x7f) << 7 * i;
		if (at[i] < 0x80)
			return i + 1;
	}
	return 0;
}

static size_t write_varint(uint8_t *to, uint64_t value)
{
	size_t n = 0;

	while (value >= 0x80) {
		to[n++] = (uint8_t)(value | 0x80);
		value >>= 7;
	}
	to[n++] = (uint8_t)value;
	return n;
}

static bool is_named(const char *name, const struct camipc_schema_type *type,
		     const struct camipc_schema_field *field)
{
	const size_t n = strlen(type->name);

	if (strcmp(name, field->name) == 0)
		return true;
	return strncmp(name, type->name, n) == 0 && name[n] == '.' &&
	       strcmp(name + n + 1, field->name) == 0;
}

static bool is_redacted(const struct redaction *redaction,
			const struct camipc_schema_type *type,
			const struct camipc_schema_field *field)
{
	for (const char *const *name = redaction->names; *name; name++)
		if (is_named(*name, type, field))
			return true;
	return false;
}

/** Finds a field, also one of an inline union; says whether to take it out. */
static const struct camipc_schema_field *
find_field(const struct redaction *redaction, const struct camipc_schema_type *type,
     uint64_t number, bool *ret_redacted)
{
	for (uint32_t i = 0; i < type->n_fields; i++) {
		const struct camipc_schema_field *field = &type->fields[i];
		const struct camipc_schema_field *arm = NULL;

		if (field->number == number && number) {
			*ret_redacted = is_redacted(redaction, type, field);
			return field;
		}
		if (!field->number && field->type && field->type != type)
			arm = find_field(redaction, field->type, number,
				   ret_redacted);
		if (arm) {
			*ret_redacted |= is_redacted(redaction, type, field);
			return arm;
		}
	}
	return NULL;
}

/** Returns the size of a field's contents after its tag; 0 if it is not whole. */
static size_t contents_of(const uint8_t *at, size_t left, uint64_t wire_type,
			  size_t *ret_prefix)
{
	uint64_t value = 0;
	size_t n = 0;

	*ret_prefix = 0;
	if (wire_type == 0) {
		n = read_varint(at, left, &value);
	} else if (wire_type == 1 || wire_type == 5) {
		n = wire_type == 1 ? 8 : 4;
	} else if (wire_type == 2) {
		*ret_prefix = read_varint(at, left, &value);
		if (!*ret_prefix || value > left - *ret_prefix)
			return 0;
		n = *ret_prefix + (size_t)value;
	}
	return n <= left ? n : 0;
}

static void copy_bytes(struct redaction *redaction, const uint8_t *from, size_t n)
{
	memmove(redaction->to, from, n);
	redaction->to += n;
}

static void redact_message(struct redaction *redaction,
			   const struct camipc_schema_type *type,
			   const uint8_t *at, size_t left, unsigned int depth);

/** Writes a nested message: its length is known afterwards only. */
static void redact_nested(struct redaction *redaction,
			  const struct camipc_schema_type *type,
			  const uint8_t *at, size_t prefix, size_t n,
			  unsigned int depth)
{
	uint8_t *length = redaction->to;
	uint8_t *contents = length + prefix;
	size_t size;
	size_t shorter;

	redaction->to = contents;
	redact_message(redaction, type, at + prefix, n - prefix, depth);
	size = (size_t)(redaction->to - contents);
	shorter = write_varint(length, size);
	memmove(length + shorter, contents, size);
	redaction->to = length + shorter + size;
}

static void redact_message(struct redaction *redaction,
			   const struct camipc_schema_type *type,
			   const uint8_t *at, size_t left, unsigned int depth)
{
	while (left > 0 && depth < MAX_DEPTH) {
		const struct camipc_schema_field *field;
		bool redacted = false;
		uint64_t tag;
		size_t prefix;
		size_t n_tag = read_varint(at, left, &tag);
		size_t n;

		if (!n_tag)
			return;
		n = contents_of(at + n_tag, left - n_tag, tag & 7, &prefix);
		if (!n)
			return;
		field = find_field(redaction, type, tag >> 3, &redacted);
		if (!redacted)
			copy_bytes(redaction, at, n_tag);
		if (!redacted && field && field->type && prefix > 0 &&
		    field->wire == CAMIPC_WIRE_MESSAGE)
			redact_nested(redaction, field->type, at + n_tag,
				      prefix, n, depth + 1);
		else if (!redacted)
			copy_bytes(redaction, at + n_tag, n);
		at += n_tag + n;
		left -= n_tag + n;
	}
}

size_t camipc_redact(const struct camipc_schema_type *type,
		     const char *const *names, const uint8_t *body, size_t size,
		     uint8_t *to)
{
	struct redaction redaction = { .names = names, .to = to };

	redact_message(&redaction, type, body, size, 0);
	return (size_t)(redaction.to - to);
}

bool camipc_redact_knows(const struct camipc_schema *schema, const char *name)
{
	for (uint32_t i = 0; i < schema->n_types; i++)
		for (uint32_t k = 0; k < schema->types[i].n_fields; k++)
			if (is_named(name, &schema->types[i],
				     &schema->types[i].fields[k]))
				return true;
	return false;
}
