/* SPDX-License-Identifier: MIT */
/* Reads the body of a message into a tree of values. */
#include "value_tree.h"

#include <stdlib.h>

#include "recording_format.h"

/** A part of a body. */
struct span {
	const uint8_t *at;
	const uint8_t *end;
};

static int read_fields(struct camipc_value_tree *tree, uint32_t number,
			struct span body, unsigned int depth);

static uint32_t fail_tree(struct camipc_value_tree *tree, int error)
{
	if (!tree->error)
		tree->error = error;
	return 0;
}

/** Appends a value to the children of @parent. Returns its number, or 0. */
static uint32_t add_value(struct camipc_value_tree *tree, uint32_t parent,
		    const struct camipc_schema_field *field)
{
	uint32_t room = tree->room ? tree->room * 2 : 256;
	struct camipc_value *values;

	if (tree->error)
		return 0;
	if (tree->n >= CAMIPC_TREE_MAX_VALUES)
		return fail_tree(tree, -EMSGSIZE);
	if (tree->n + 1 >= tree->room) {
		values = realloc(tree->values, room * sizeof(*values));
		if (!values)
			return fail_tree(tree, -ENOMEM);
		tree->values = values;
		tree->room = room;
	}
	values = tree->values;
	values[++tree->n] = (struct camipc_value){ .field = field };
	if (parent) {
		if (values[parent].last)
			values[values[parent].last].next = tree->n;
		else
			values[parent].child = tree->n;
		values[parent].last = tree->n;
	}
	return tree->n;
}

static bool take_varint(struct span *span, uint64_t *ret_value)
{
	uint64_t value = 0;

	for (unsigned int shift = 0; shift < 70; shift += 7) {
		uint8_t byte;

		if (span->at == span->end)
			return false;
		byte = *span->at++;
		if (shift < 64)
			value |= (uint64_t)(byte & 0x7f) << shift;
		if (byte < 0x80) {
			*ret_value = value;
			return true;
		}
	}
	return false;
}

/** Takes the contents of a field: a number, or the bytes of @ret_span. */
static bool take_field(struct span *span, unsigned int wire_type,
		       uint64_t *ret_value, struct span *ret_span)
{
	size_t n;

	if (wire_type == 0)
		return take_varint(span, ret_value);
	if (wire_type == 2) {
		if (!take_varint(span, ret_value) ||
		    *ret_value > (uint64_t)(span->end - span->at))
			return false;
		n = (size_t)*ret_value;
	} else if (wire_type == 1 || wire_type == 5) {
		n = wire_type == 1 ? 8 : 4;
		if ((size_t)(span->end - span->at) < n)
			return false;
		*ret_value = camipc_get_le(span->at, (unsigned int)n);
	} else {
		return false;
	}
	*ret_span = (struct span){ span->at, span->at + n };
	span->at += n;
	return true;
}

static bool is_message_kind(const struct camipc_schema_field *field)
{
	return field->kind == CAMIPC_KIND_STRUCT ||
	       field->kind == CAMIPC_KIND_UNION;
}

static bool is_list_shape(const struct camipc_schema_field *field)
{
	return field->shape == CAMIPC_SHAPE_ARRAY ||
	       field->shape == CAMIPC_SHAPE_FIXED ||
	       field->shape == CAMIPC_SHAPE_MAP;
}

/**
 * A struct with one array of bytes, which is encoded as these bytes; or a
 * struct of another library, whose bytes only that library understands.
 */
static bool is_bytes_box(const struct camipc_schema_field *field)
{
	return field->wire == CAMIPC_WIRE_BYTES &&
	       (is_message_kind(field) || field->kind == CAMIPC_KIND_EXTERNAL);
}

static bool is_bytes(const struct camipc_schema_field *field)
{
	return field->wire == CAMIPC_WIRE_BYTES && !is_bytes_box(field);
}

/** Returns the wire type that one value of @field has. */
static unsigned int wire_type_of(const struct camipc_schema_field *field)
{
	const bool fixed = field->wire == CAMIPC_WIRE_FIXED;

	if (is_message_kind(field) || field->kind == CAMIPC_KIND_STRING ||
	    field->kind == CAMIPC_KIND_EXTERNAL)
		return 2;
	if (field->kind == CAMIPC_KIND_DOUBLE)
		return 1;
	if (field->kind == CAMIPC_KIND_FLOAT)
		return 5;
	if (fixed && (field->kind == CAMIPC_KIND_INT64 ||
		      field->kind == CAMIPC_KIND_UINT64))
		return 1;
	return fixed ? 5 : 0;
}

/** Returns the bits that a number has in C, sign-extended. */
static uint64_t from_wire(const struct camipc_schema_field *field,
			  uint64_t value)
{
	if (field->wire == CAMIPC_WIRE_ZIGZAG)
		value = (uint64_t)camipc_unzigzag(value);
	switch (field->kind) {
	case CAMIPC_KIND_BOOL:
		return value != 0;
	case CAMIPC_KIND_INT8:
		return (uint64_t)(int64_t)(int8_t)value;
	case CAMIPC_KIND_INT16:
		return (uint64_t)(int64_t)(int16_t)value;
	case CAMIPC_KIND_INT32:
	case CAMIPC_KIND_ENUM:
		return (uint64_t)(int64_t)(int32_t)value;
	case CAMIPC_KIND_UINT8:
		return (uint8_t)value;
	case CAMIPC_KIND_UINT16:
		return (uint16_t)value;
	case CAMIPC_KIND_UINT32:
	case CAMIPC_KIND_FLAGS:
	case CAMIPC_KIND_FD:
		return (uint32_t)value;
	default:
		return value;
	}
}

static void set_bytes(struct camipc_value *value, struct span span)
{
	value->data = span.at;
	value->size = (size_t)(span.end - span.at);
	value->is_set = true;
}

/** Sets one value, @number, to what was taken. */
static int set_value(struct camipc_value_tree *tree, uint32_t number,
		     uint64_t raw, struct span span, unsigned int depth)
{
	struct camipc_value *value = &tree->values[number];
	const struct camipc_schema_field *field = value->field;

	value->is_set = true;
	if (is_bytes_box(field)) {
		value->is_bytes = true;
		set_bytes(value, span);
	} else if (is_message_kind(field)) {
		return read_fields(tree, number, span, depth + 1);
	} else if (field->kind == CAMIPC_KIND_STRING) {
		set_bytes(value, span);
	} else {
		value->raw = from_wire(field, raw);
	}
	return 0;
}

static int add_element(struct camipc_value_tree *tree, uint32_t list,
		       uint64_t raw, struct span span, unsigned int depth)
{
	const struct camipc_schema_field *field = tree->values[list].field;
	const uint32_t number = add_value(tree, list, field);

	if (!number)
		return tree->error;
	tree->values[number].is_element = true;
	if (is_message_kind(field))
		tree->values[number].type = field->type;
	return set_value(tree, number, raw, span, depth);
}

static int add_packed(struct camipc_value_tree *tree, uint32_t list,
		      struct span span, unsigned int depth)
{
	const unsigned int type = wire_type_of(tree->values[list].field);
	struct span none = { NULL, NULL };

	while (span.at < span.end) {
		uint64_t raw = 0;
		int ret;

		if (!take_field(&span, type, &raw, &none))
			return -EPROTO;
		ret = add_element(tree, list, raw, none, depth);
		if (ret < 0)
			return ret;
	}
	return 0;
}

/** Stores what a field of the body has. */
static int store(struct camipc_value_tree *tree, uint32_t number,
		 unsigned int wire_type, uint64_t raw, struct span span,
		 unsigned int depth)
{
	struct camipc_value *value = &tree->values[number];
	const struct camipc_schema_field *field = value->field;
	const unsigned int expected = wire_type_of(field);

	if (is_bytes(field)) {
		if (wire_type == 2)
			set_bytes(value, span);
		return 0;
	}
	if (!value->is_list)
		return wire_type == expected
			       ? set_value(tree, number, raw, span, depth)
			       : 0;
	value->is_set = true;
	if (wire_type == 2 && expected != 2)
		return add_packed(tree, number, span, depth);
	return wire_type == expected
		       ? add_element(tree, number, raw, span, depth)
		       : 0;
}

static uint32_t add_field(struct camipc_value_tree *tree, uint32_t parent,
			  const struct camipc_schema_field *field)
{
	const uint32_t number = add_value(tree, parent, field);
	struct camipc_value *value;

	if (!number)
		return 0;
	value = &tree->values[number];
	value->is_bytes = is_bytes(field) || is_bytes_box(field);
	value->is_list = is_list_shape(field) && !is_bytes(field);
	if (is_message_kind(field) && !value->is_list)
		value->type = field->type;
	return number;
}

static const struct camipc_schema_field *
arm_of(const struct camipc_schema_type *type, uint64_t number)
{
	for (uint32_t i = 0; i < type->n_fields; i++)
		if (type->fields[i].number == number)
			return &type->fields[i];
	return NULL;
}

/** Makes @arm the one of union @number; keeps it if it is that already. */
static uint32_t choose_arm(struct camipc_value_tree *tree, uint32_t number,
			   const struct camipc_schema_field *arm)
{
	const uint32_t child = tree->values[number].child;

	if (child && tree->values[child].field == arm)
		return child;
	tree->values[number].child = 0;
	tree->values[number].last = 0;
	tree->values[number].is_set = true;
	return add_field(tree, number, arm);
}

/** Finds or makes the value that a field of the body belongs to; 0: unknown. */
static uint32_t find_place(struct camipc_value_tree *tree, uint32_t number,
			   uint64_t field_number)
{
	const struct camipc_schema_type *type = tree->values[number].type;
	const struct camipc_schema_field *arm;
	uint32_t child;

	if (type->kind == CAMIPC_KIND_UNION) {
		arm = arm_of(type, field_number);
		return arm ? choose_arm(tree, number, arm) : 0;
	}
	for (child = tree->values[number].child; child;
	     child = tree->values[child].next) {
		const struct camipc_schema_field *field =
			tree->values[child].field;

		if (field->number == field_number)
			return child;
		if (!(field->flags & CAMIPC_FIELD_INLINE))
			continue;
		arm = arm_of(field->type, field_number);
		if (arm)
			return choose_arm(tree, child, arm);
	}
	return 0;
}

static int add_fields(struct camipc_value_tree *tree, uint32_t number)
{
	const struct camipc_schema_type *type = tree->values[number].type;

	if (type->kind == CAMIPC_KIND_UNION || tree->values[number].child)
		return 0;
	for (uint32_t i = 0; i < type->n_fields; i++)
		if (!add_field(tree, number, &type->fields[i]))
			return tree->error;
	return 0;
}

static int read_fields(struct camipc_value_tree *tree, uint32_t number,
			struct span body, unsigned int depth)
{
	int ret;

	if (depth > CAMIPC_TREE_MAX_DEPTH)
		return -EMSGSIZE;
	ret = add_fields(tree, number);
	while (ret == 0 && body.at < body.end) {
		struct span span = { NULL, NULL };
		uint64_t raw = 0;
		uint64_t tag;
		uint32_t place;

		if (!take_varint(&body, &tag) || !(tag >> 3) ||
		    !take_field(&body, (unsigned int)(tag & 7), &raw, &span))
			return -EPROTO;
		place = find_place(tree, number, tag >> 3);
		if (tree->error)
			return tree->error;
		if (place)
			ret = store(tree, place, (unsigned int)(tag & 7), raw,
				    span, depth);
	}
	return ret;
}

int camipc_value_tree_read(struct camipc_value_tree *tree,
			   const struct camipc_schema_type *type,
			   const uint8_t *body, size_t size)
{
	uint32_t root;

	tree->n = 0;
	tree->error = 0;
	root = add_value(tree, 0, NULL);
	if (!root)
		return tree->error;
	tree->values[root].type = type;
	tree->values[root].is_set = true;
	if (!type)
		return 0;
	return read_fields(tree, root, (struct span){ body, body + size }, 0);
}

void camipc_value_tree_fini(struct camipc_value_tree *tree)
{
	free(tree->values);
	*tree = (struct camipc_value_tree){ .error = 0 };
}

uint32_t camipc_value_find(const struct camipc_value_tree *tree, uint32_t from,
			   const char *name)
{
	uint32_t found;
	uint32_t child;

	if (!from || tree->values[from].is_list)
		return 0;
	for (child = tree->values[from].child; child;
	     child = tree->values[child].next)
		if (strcmp(tree->values[child].field->name, name) == 0)
			return child;
	for (child = tree->values[from].child; child;
	     child = tree->values[child].next) {
		found = camipc_value_find(tree, child, name);
		if (found)
			return found;
	}
	return 0;
}
