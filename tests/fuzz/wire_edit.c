/* SPDX-License-Identifier: MIT */
/* Edits encoded messages as trees of fields. */
#include "wire_edit.h"

#include <string.h>

/* Deeper than any decoder goes. */
#define MAX_DEPTH (CAMIPC_MAX_DEPTH + 8)

const struct camipc_type_info *wire_inner(const struct camipc_field_info *field)
{
	if (!field || oracle_is_bytes_box(field))
		return NULL;
	return field->kind == CAMIPC_KIND_STRUCT ||
			       field->kind == CAMIPC_KIND_UNION ||
			       field->shape == CAMIPC_SHAPE_MAP
		       ? field->type
		       : NULL;
}

static bool read_varint(const uint8_t *data, size_t *at, size_t end,
			uint64_t *value)
{
	*value = 0;
	for (unsigned int shift = 0; shift < 70 && *at < end; shift += 7) {
		uint8_t byte = data[(*at)++];

		if (shift < 64)
			*value |= (uint64_t)(byte & 0x7f) << shift;
		if (byte < 0x80)
			return true;
	}
	return false;
}

static const struct camipc_field_info *
find_field(const struct camipc_type_info *info, uint32_t number)
{
	const struct camipc_field_info *field;

	if (number == 0)
		return NULL;
	field = oracle_next_field(info, number - 1).field;
	return field && field->number == number ? field : NULL;
}

/* One field at @at, which ends before @end; false if it is none. */
static bool read_field(struct wire_field *field, const uint8_t *data, size_t at,
		       size_t end)
{
	uint64_t value;

	field->start = at;
	if (!read_varint(data, &at, end, &value) || value > UINT32_MAX)
		return false;
	field->number = (uint32_t)value >> 3;
	field->wire = (uint32_t)value & 7;
	field->len_at = at;
	field->body = at;
	switch (field->wire) {
	case 0:
		if (!read_varint(data, &at, end, &value))
			return false;
		value = 0;
		break;
	case 1:
		value = 8;
		break;
	case 2:
		if (!read_varint(data, &at, end, &value))
			return false;
		field->body = at;
		break;
	case 5:
		value = 4;
		break;
	default:
		return false;
	}
	if (value > end - at)
		return false;
	field->end = at + (size_t)value;
	return true;
}

static void parse(struct wire_tree *tree, const struct camipc_type_info *info,
		  const uint8_t *data, size_t from, size_t to, int parent,
		  int depth)
{
	while (from < to && tree->n < WIRE_MAX_FIELDS) {
		struct wire_field *field = &tree->fields[tree->n];
		const struct camipc_type_info *inner;

		if (!read_field(field, data, from, to))
			return;
		field->parent = parent;
		field->owner = info;
		field->info = find_field(info, field->number);
		from = field->end;
		inner = field->wire == 2 ? wire_inner(field->info) : NULL;
		tree->n++;
		if (inner && depth < MAX_DEPTH)
			parse(tree, inner, data, field->body, field->end,
			      (int)(field - tree->fields), depth + 1);
	}
}

void wire_parse(struct wire_tree *tree, const struct camipc_type_info *info,
		const uint8_t *data, size_t size)
{
	tree->n = 0;
	parse(tree, info, data, 0, size, -1, 0);
}

/* Replaces bytes; false if there is no room. */
static bool replace(struct wire_message *message, size_t at, size_t removed,
		    const uint8_t *bytes, size_t n)
{
	if (n > removed && n - removed > message->room - message->size)
		return false;
	memmove(message->data + at + n, message->data + at + removed,
		message->size - at - removed);
	if (n > 0)
		memcpy(message->data + at, bytes, n);
	message->size = message->size - removed + n;
	return true;
}

bool wire_splice(struct wire_message *message, const struct wire_tree *tree,
		 int parent, size_t at, size_t removed, const uint8_t *bytes,
		 size_t n)
{
	/* Each length around it can grow; so this is room enough. */
	size_t slack = n + (size_t)MAX_DEPTH * 5;
	size_t grown = n;

	if (slack > message->room - message->size)
		return false;
	replace(message, at, removed, bytes, n);
	for (int i = parent; i >= 0; i = tree->fields[i].parent) {
		const struct wire_field *field = &tree->fields[i];
		size_t old = field->body - field->len_at;
		uint8_t length[10];
		size_t len = field->end - field->body + grown - removed;
		size_t size =
			(size_t)(camipc_write_varint(length, len) - length);

		replace(message, field->len_at, old, length, size);
		grown += size;
		removed += old;
	}
	return true;
}
