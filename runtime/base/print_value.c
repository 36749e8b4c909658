/* SPDX-License-Identifier: MIT */
/* Prints values of generated structs, by the tables of their types. */
#include "print_value.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <camipc/external.h>

#include "text.h"

/* The end of a text that was cut. */
static const char ellipsis[] = "...";

static void print_fields(struct camipc_printer *printer,
			 const struct camipc_type_info *info,
			 const uint8_t *value, unsigned int depth);

/* ---- text -------------------------------------------------------------- */

void camipc_printer_init(struct camipc_printer *printer, char *text,
			 size_t size)
{
	*printer = (struct camipc_printer){ .text = text, .size = size };
	text[0] = '\0';
}

void camipc_print(struct camipc_printer *printer, const char *format, ...)
{
	size_t room = printer->size - printer->used;
	va_list args;
	int n;

	if (printer->cut)
		return;
	va_start(args, format);
	n = vsnprintf(printer->text + printer->used, room, format, args);
	va_end(args);
	if (n >= 0 && (size_t)n < room) {
		printer->used += (size_t)n;
		return;
	}
	printer->cut = true;
	printer->used = printer->size - 1;
	memcpy(printer->text + printer->used - (sizeof(ellipsis) - 1),
	       ellipsis, sizeof(ellipsis));
}

/* Prints a text in quotes, escaped, cut if it is long. */
static void print_text(struct camipc_printer *printer, const char *text)
{
	size_t n = strlen(text);
	size_t shown = n < CAMIPC_PRINT_TEXT ? n : CAMIPC_PRINT_TEXT;

	/* Do not cut within a character. */
	while (shown < n && shown > 0 && ((uint8_t)text[shown] & 0xc0) == 0x80)
		shown--;
	camipc_print(printer, "\"");
	for (size_t i = 0; i < shown;) {
		char piece[CAMIPC_ESCAPED_SIZE];

		if (text[i] == '"' || text[i] == '\\') {
			camipc_print(printer, "\\%c", text[i++]);
			continue;
		}
		i += camipc_escape_character(text + i, shown - i, piece);
		camipc_print(printer, "%s", piece);
	}
	camipc_print(printer, "\"");
	if (shown < n)
		camipc_print(printer, "... (%zu bytes)", n);
}

/* ---- single values ----------------------------------------------------- */

/* Prints a decimal point in every locale. */
static void print_real(struct camipc_printer *printer, double value,
		       int digits)
{
	char text[48];
	char *out = text;

	snprintf(text, sizeof(text), "%.*g", digits, value);
	for (const char *in = text; *in; in++) {
		if (strchr("0123456789+-.einfa", *in))
			*out++ = *in;
		else if (out == text || out[-1] != '.')
			*out++ = '.';
	}
	*out = '\0';
	camipc_print(printer, "%s", text);
}

static void print_enum(struct camipc_printer *printer,
		       const struct camipc_type_info *info, int32_t value)
{
	for (uint32_t i = 0; i < info->n_enumerators; i++) {
		if (info->enumerators[i].value == value) {
			camipc_print(printer, "%s", info->enumerators[i].name);
			return;
		}
	}
	camipc_print(printer, "%" PRId32, value);
}

static void print_flags(struct camipc_printer *printer,
			const struct camipc_type_info *info, uint32_t value)
{
	char text[256];

	/* Names that do not fit may be cut here. */
	(void)camipc_flags_to_string(info, value, text, sizeof(text));
	camipc_print(printer, "%s", text);
}

#define LOAD(type, at)                            \
	__extension__({                           \
		type value_;                      \
		memcpy(&value_, (at), sizeof(value_)); \
		value_;                           \
	})

bool camipc_is_bytes_box(const struct camipc_field_info *field)
{
	return field->wire == CAMIPC_WIRE_BYTES && field->type &&
	       field->type->kind == CAMIPC_KIND_STRUCT;
}

size_t camipc_item_size(const struct camipc_field_info *field)
{
	if (camipc_is_bytes_box(field))
		return field->type->size;
	switch (field->kind) {
	case CAMIPC_KIND_BOOL:
		return sizeof(bool);
	case CAMIPC_KIND_INT8:
	case CAMIPC_KIND_UINT8:
		return 1;
	case CAMIPC_KIND_INT16:
	case CAMIPC_KIND_UINT16:
		return 2;
	case CAMIPC_KIND_INT64:
	case CAMIPC_KIND_UINT64:
	case CAMIPC_KIND_DOUBLE:
		return 8;
	case CAMIPC_KIND_STRING:
		return sizeof(char *);
	case CAMIPC_KIND_STRUCT:
	case CAMIPC_KIND_UNION:
	case CAMIPC_KIND_EXTERNAL:
		return field->type->size;
	default:
		return 4;
	}
}

static void print_struct(struct camipc_printer *printer,
			 const struct camipc_type_info *info,
			 const uint8_t *at, unsigned int depth)
{
	camipc_print(printer, "{");
	if (depth < CAMIPC_PRINT_DEPTH)
		print_fields(printer, info, at, depth + 1);
	else
		camipc_print(printer, "%s", ellipsis);
	camipc_print(printer, "}");
}

static void print_external(struct camipc_printer *printer,
			   const struct camipc_type_info *type,
			   const uint8_t *at)
{
	char text[256] = "";

	if (!type->external->print ||
	    type->external->print(at, text, sizeof(text)) < 0)
		snprintf(text, sizeof(text), "%s", type->name);
	text[sizeof(text) - 1] = '\0';
	/* Another library wrote it: a trace must stay one line. */
	for (size_t i = 0; text[i];) {
		char piece[CAMIPC_ESCAPED_SIZE];

		i += camipc_escape_character(text + i, strlen(text + i), piece);
		camipc_print(printer, "%s", piece);
	}
}

static void print_item(struct camipc_printer *printer,
		       const struct camipc_field_info *field,
		       const uint8_t *at, unsigned int depth)
{
	const char *text;

	if (camipc_is_bytes_box(field)) {
		print_struct(printer, field->type, at, depth);
		return;
	}
	switch (field->kind) {
	case CAMIPC_KIND_BOOL:
		camipc_print(printer, "%s", *at ? "true" : "false");
		break;
	case CAMIPC_KIND_INT8:
		camipc_print(printer, "%" PRId8, LOAD(int8_t, at));
		break;
	case CAMIPC_KIND_UINT8:
		camipc_print(printer, "%" PRIu8, *at);
		break;
	case CAMIPC_KIND_INT16:
		camipc_print(printer, "%" PRId16, LOAD(int16_t, at));
		break;
	case CAMIPC_KIND_UINT16:
		camipc_print(printer, "%" PRIu16, LOAD(uint16_t, at));
		break;
	case CAMIPC_KIND_INT32:
		camipc_print(printer, "%" PRId32, LOAD(int32_t, at));
		break;
	case CAMIPC_KIND_UINT32:
		camipc_print(printer, "%" PRIu32, LOAD(uint32_t, at));
		break;
	case CAMIPC_KIND_INT64:
		camipc_print(printer, "%" PRId64, LOAD(int64_t, at));
		break;
	case CAMIPC_KIND_UINT64:
		camipc_print(printer, "%" PRIu64, LOAD(uint64_t, at));
		break;
	case CAMIPC_KIND_FLOAT:
		print_real(printer, (double)LOAD(float, at), 7);
		break;
	case CAMIPC_KIND_DOUBLE:
		print_real(printer, LOAD(double, at), 15);
		break;
	case CAMIPC_KIND_ENUM:
		print_enum(printer, field->type, LOAD(int32_t, at));
		break;
	case CAMIPC_KIND_FLAGS:
		print_flags(printer, field->type, LOAD(uint32_t, at));
		break;
	case CAMIPC_KIND_STRING:
		text = LOAD(const char *, at);
		print_text(printer, text ? text : "");
		break;
	case CAMIPC_KIND_FD:
		if (LOAD(int, at) < 0)
			camipc_print(printer, "no fd");
		else
			camipc_print(printer, "fd %d", LOAD(int, at));
		break;
	case CAMIPC_KIND_STRUCT:
	case CAMIPC_KIND_UNION:
		print_struct(printer, field->type, at, depth);
		break;
	case CAMIPC_KIND_EXTERNAL:
		print_external(printer, field->type, at);
		break;
	}
}

/* ---- many of them ------------------------------------------------------ */

static void print_bytes(struct camipc_printer *printer, const uint8_t *bytes,
			size_t n)
{
	camipc_print(printer, "<");
	for (size_t i = 0; i < n && i < CAMIPC_PRINT_BYTES; i++)
		camipc_print(printer, i ? " %02x" : "%02x", bytes[i]);
	if (n > CAMIPC_PRINT_BYTES)
		camipc_print(printer, " ... %zu bytes", n);
	camipc_print(printer, ">");
}

static void print_items(struct camipc_printer *printer,
			const struct camipc_field_info *field,
			const uint8_t *items, size_t n, unsigned int depth)
{
	size_t size = camipc_item_size(field);

	if (field->wire == CAMIPC_WIRE_BYTES && !camipc_is_bytes_box(field) &&
	    field->kind != CAMIPC_KIND_EXTERNAL) {
		print_bytes(printer, items, n);
		return;
	}
	camipc_print(printer, "[");
	for (size_t i = 0; i < n && i < CAMIPC_PRINT_ELEMENTS; i++) {
		if (i)
			camipc_print(printer, ", ");
		print_item(printer, field, items + i * size, depth);
	}
	if (n > CAMIPC_PRINT_ELEMENTS)
		camipc_print(printer, ", ... %zu in all", n);
	camipc_print(printer, "]");
}

static void print_field(struct camipc_printer *printer,
			const struct camipc_field_info *field,
			const uint8_t *base, unsigned int depth)
{
	const uint8_t *at = base + field->offset;

	switch (field->shape) {
	case CAMIPC_SHAPE_OPTIONAL:
		if (!*(base + field->aux_offset)) {
			camipc_print(printer, "none");
			return;
		}
		break;
	case CAMIPC_SHAPE_POINTER:
		if (!LOAD(const uint8_t *, at)) {
			camipc_print(printer, "none");
			return;
		}
		/* A string is represented by its pointer. */
		if (field->kind != CAMIPC_KIND_STRING)
			at = LOAD(const uint8_t *, at);
		break;
	case CAMIPC_SHAPE_FIXED:
		print_items(printer, field, at, field->count, depth);
		return;
	case CAMIPC_SHAPE_ARRAY:
	case CAMIPC_SHAPE_MAP:
		print_items(printer, field, LOAD(const uint8_t *, at),
			    LOAD(size_t, base + field->aux_offset), depth);
		return;
	case CAMIPC_SHAPE_SINGLE:
		break;
	}
	print_item(printer, field, at, depth);
}

static void print_fields(struct camipc_printer *printer,
			 const struct camipc_type_info *info,
			 const uint8_t *value, unsigned int depth)
{
	const bool is_union = info->kind == CAMIPC_KIND_UNION;
	bool first = true;

	for (uint32_t i = 0; i < info->n_fields && !printer->cut; i++) {
		const struct camipc_field_info *field = &info->fields[i];

		if (is_union && LOAD(uint32_t, value + info->tag_offset) !=
					field->number)
			continue;
		camipc_print(printer, "%s%s: ", first ? "" : ", ",
			     field->name);
		first = false;
		print_field(printer, field, value, depth);
	}
	if (info->flags & CAMIPC_TYPE_KEEPS_UNKNOWN &&
	    LOAD(size_t, value + info->n_unknown_offset) > 0) {
		camipc_print(printer, "%sunknown fields: ", first ? "" : ", ");
		print_bytes(printer,
			    LOAD(const uint8_t *, value + info->unknown_offset),
			    LOAD(size_t, value + info->n_unknown_offset));
	}
}

void camipc_print_fields(struct camipc_printer *printer,
			 const struct camipc_type_info *info, const void *value)
{
	print_fields(printer, info, value, 0);
}
