/* SPDX-License-Identifier: MIT */
/* Writes values of a tree as text, for people and as JSON. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include "recording_format.h"
#include "text.h"
#include "value_tree.h"

/* More elements and bytes are cut in plain style. */
#define PLAIN_ELEMENTS 8
#define PLAIN_BYTES 16

static void print_value(const struct camipc_value_tree *tree, uint32_t number,
			enum camipc_value_style style,
			struct camipc_bytes *text);

void camipc_print_json_string(struct camipc_bytes *text, const uint8_t *data,
			      size_t size)
{
	camipc_bytes_print(text, "\"");
	for (size_t i = 0; i < size;) {
		char piece[CAMIPC_JSON_ESCAPED_SIZE];

		i += camipc_escape_json(data + i, size - i, piece);
		camipc_bytes_print(text, "%s", piece);
	}
	camipc_bytes_print(text, "\"");
}

static void print_real(struct camipc_bytes *text, double value, int digits,
		       enum camipc_value_style style)
{
	char number[64];

	if (!isfinite(value) && style == CAMIPC_VALUE_JSON) {
		/* JSON has no such numbers. */
		camipc_bytes_print(text, "\"%s\"",
				   isnan(value) ? "NaN"
				   : value > 0	? "Infinity"
						: "-Infinity");
		return;
	}
	snprintf(number, sizeof(number), "%.*g", digits, value);
	/* Whatever the locale, a decimal point. */
	for (char *c = number; *c; c++)
		if (*c == ',')
			*c = '.';
	camipc_bytes_print(text, "%s", number);
}

static float float_of(uint64_t raw)
{
	const uint32_t bits = (uint32_t)raw;
	float value;

	memcpy(&value, &bits, sizeof(value));
	return value;
}

static double double_of(uint64_t raw)
{
	double value;

	memcpy(&value, &raw, sizeof(value));
	return value;
}

double camipc_value_to_double(const struct camipc_value *value)
{
	switch (value->field ? value->field->kind : CAMIPC_KIND_STRUCT) {
	case CAMIPC_KIND_FLOAT:
		return (double)float_of(value->raw);
	case CAMIPC_KIND_DOUBLE:
		return double_of(value->raw);
	case CAMIPC_KIND_BOOL:
	case CAMIPC_KIND_UINT8:
	case CAMIPC_KIND_UINT16:
	case CAMIPC_KIND_UINT32:
	case CAMIPC_KIND_UINT64:
	case CAMIPC_KIND_FLAGS:
	case CAMIPC_KIND_FD:
		return (double)value->raw;
	default:
		return (double)(int64_t)value->raw;
	}
}

static void print_enum(const struct camipc_value *value,
		       enum camipc_value_style style, struct camipc_bytes *text)
{
	const struct camipc_schema_type *type = value->field->type;
	const char *quote = style == CAMIPC_VALUE_JSON ? "\"" : "";

	for (uint32_t i = 0; i < type->n_values; i++)
		if (type->values[i].value == (int32_t)value->raw) {
			camipc_bytes_print(text, "%s%s%s", quote,
					   type->values[i].name, quote);
			return;
		}
	camipc_bytes_print(text, "%" PRId32, (int32_t)value->raw);
}

static void print_flags(const struct camipc_value *value,
			enum camipc_value_style style,
			struct camipc_bytes *text)
{
	const struct camipc_schema_type *type = value->field->type;
	const char *quote = style == CAMIPC_VALUE_JSON ? "\"" : "";
	uint32_t rest = (uint32_t)value->raw;
	const char *between = "";

	if (!rest) {
		camipc_bytes_print(text, "0");
		return;
	}
	camipc_bytes_print(text, "%s", quote);
	for (uint32_t i = 0; i < type->n_values; i++) {
		const uint32_t flag = (uint32_t)type->values[i].value;

		if (!flag || (rest & flag) != flag)
			continue;
		camipc_bytes_print(text, "%s%s", between, type->values[i].name);
		between = "|";
		rest &= ~flag;
	}
	if (rest)
		camipc_bytes_print(text, "%s0x%" PRIx32, between, rest);
	camipc_bytes_print(text, "%s", quote);
}

static void print_single(const struct camipc_value *value,
			 enum camipc_value_style style,
			 struct camipc_bytes *text)
{
	switch (value->field->kind) {
	case CAMIPC_KIND_BOOL:
		camipc_bytes_print(text, "%s", value->raw ? "true" : "false");
		break;
	case CAMIPC_KIND_UINT8:
	case CAMIPC_KIND_UINT16:
	case CAMIPC_KIND_UINT32:
	case CAMIPC_KIND_UINT64:
	case CAMIPC_KIND_FD:
		camipc_bytes_print(text, "%" PRIu64, value->raw);
		break;
	case CAMIPC_KIND_FLOAT:
		print_real(text, (double)float_of(value->raw), 9, style);
		break;
	case CAMIPC_KIND_DOUBLE:
		print_real(text, double_of(value->raw), 17, style);
		break;
	case CAMIPC_KIND_ENUM:
		print_enum(value, style, text);
		break;
	case CAMIPC_KIND_FLAGS:
		print_flags(value, style, text);
		break;
	case CAMIPC_KIND_STRING:
		camipc_print_json_string(text, value->data, value->size);
		break;
	default:
		camipc_bytes_print(text, "%" PRId64, (int64_t)value->raw);
		break;
	}
}

static void print_bytes(const struct camipc_value *value,
			enum camipc_value_style style,
			struct camipc_bytes *text)
{
	const bool json = style == CAMIPC_VALUE_JSON;
	size_t n = value->size;

	if (!json && n > PLAIN_BYTES)
		n = PLAIN_BYTES;
	camipc_bytes_print(text, json ? "\"" : "<");
	for (size_t i = 0; i < n; i++)
		camipc_bytes_print(text, json || !i ? "%02x" : " %02x",
				   value->data[i]);
	if (n < value->size)
		camipc_bytes_print(text, " ... %zu bytes", value->size);
	camipc_bytes_print(text, json ? "\"" : ">");
}

static void print_list(const struct camipc_value_tree *tree,
		       const struct camipc_value *list,
		       enum camipc_value_style style, struct camipc_bytes *text)
{
	unsigned int n = 0;

	camipc_bytes_print(text, "[");
	for (uint32_t child = list->child; child;
	     child = tree->values[child].next, n++) {
		if (style == CAMIPC_VALUE_PLAIN && n >= PLAIN_ELEMENTS)
			continue;
		if (n)
			camipc_bytes_print(text, ", ");
		print_value(tree, child, style, text);
	}
	if (style == CAMIPC_VALUE_PLAIN && n > PLAIN_ELEMENTS)
		camipc_bytes_print(text, ", ... %u in all", n);
	camipc_bytes_print(text, "]");
}

static void print_struct(const struct camipc_value_tree *tree,
			 const struct camipc_value *value,
			 enum camipc_value_style style,
			 struct camipc_bytes *text)
{
	const bool json = style == CAMIPC_VALUE_JSON;

	camipc_bytes_print(text, "{");
	for (uint32_t child = value->child; child;
	     child = tree->values[child].next) {
		const char *name = tree->values[child].field->name;

		if (child != value->child)
			camipc_bytes_print(text, ", ");
		camipc_bytes_print(text, json ? "\"%s\": " : "%s: ", name);
		print_value(tree, child, style, text);
	}
	camipc_bytes_print(text, "}");
}

/** Absent values that are not simply zero. */
static bool is_null(const struct camipc_value *value)
{
	const struct camipc_schema_field *field = value->field;

	if (!field || value->is_set || value->is_element)
		return false;
	return field->shape == CAMIPC_SHAPE_OPTIONAL ||
	       field->shape == CAMIPC_SHAPE_POINTER ||
	       (field->flags & CAMIPC_FIELD_HAS_DEFAULT);
}

static void print_value(const struct camipc_value_tree *tree, uint32_t number,
			enum camipc_value_style style,
			struct camipc_bytes *text)
{
	const struct camipc_value *value = &tree->values[number];

	if (is_null(value))
		camipc_bytes_print(text, style == CAMIPC_VALUE_JSON ? "null"
								    : "none");
	else if (value->is_bytes)
		print_bytes(value, style, text);
	else if (value->is_list)
		print_list(tree, value, style, text);
	else if (!value->field || value->type)
		print_struct(tree, value, style, text);
	else
		print_single(value, style, text);
}

void camipc_value_print(const struct camipc_value_tree *tree, uint32_t number,
			enum camipc_value_style style,
			struct camipc_bytes *text)
{
	print_value(tree, number, style, text);
}
