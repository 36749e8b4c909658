/* SPDX-License-Identifier: MIT */
/* Reads and compares the fields of any message by its description. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "values.h"

/* Room for what is compared with; structs of an IDL are not large. */
#define SLOT_ABSENT ((struct oracle_values){ .field = field, .n = 0 })

bool oracle_is_bytes_box(const struct camipc_field_info *field)
{
	return field->wire == CAMIPC_WIRE_BYTES && field->type &&
	       field->type->kind == CAMIPC_KIND_STRUCT;
}

size_t oracle_value_size(const struct camipc_field_info *field)
{
	if (oracle_is_bytes_box(field))
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
	case CAMIPC_KIND_INT32:
	case CAMIPC_KIND_UINT32:
	case CAMIPC_KIND_FLOAT:
	case CAMIPC_KIND_ENUM:
	case CAMIPC_KIND_FLAGS:
		return 4;
	case CAMIPC_KIND_INT64:
	case CAMIPC_KIND_UINT64:
	case CAMIPC_KIND_DOUBLE:
		return 8;
	case CAMIPC_KIND_STRING:
		return sizeof(char *);
	case CAMIPC_KIND_FD:
		return sizeof(int);
	case CAMIPC_KIND_STRUCT:
	case CAMIPC_KIND_UNION:
	case CAMIPC_KIND_EXTERNAL:
		return field->type->size;
	}
	abort();
}

static const uint8_t *load_pointer(const uint8_t *at)
{
	const uint8_t *pointer;

	memcpy(&pointer, at, sizeof(pointer));
	return pointer;
}

static size_t load_count(const uint8_t *at)
{
	size_t count;

	memcpy(&count, at, sizeof(count));
	return count;
}

static uint32_t load_tag(const struct camipc_type_info *info,
			 const uint8_t *msg)
{
	uint32_t tag;

	memcpy(&tag, msg + info->tag_offset, sizeof(tag));
	return tag;
}

struct oracle_values oracle_look(const struct camipc_type_info *info,
				 const struct camipc_field_info *field,
				 const void *msg)
{
	const uint8_t *base = msg;
	const uint8_t *at = base + field->offset;
	struct oracle_values values = {
		.field = field,
		.items = at,
		.n = 1,
		.size = oracle_value_size(field),
	};

	if (info->kind == CAMIPC_KIND_UNION &&
	    load_tag(info, base) != field->number)
		return SLOT_ABSENT;
	switch (field->shape) {
	case CAMIPC_SHAPE_SINGLE:
		break;
	case CAMIPC_SHAPE_OPTIONAL:
		values.n = *(const bool *)(base + field->aux_offset);
		break;
	case CAMIPC_SHAPE_POINTER:
		values.n = load_pointer(at) != NULL;
		/* A string's slot is the pointer itself. */
		if (field->kind != CAMIPC_KIND_STRING)
			values.items = load_pointer(at);
		break;
	case CAMIPC_SHAPE_FIXED:
		values.n = field->count;
		break;
	case CAMIPC_SHAPE_ARRAY:
	case CAMIPC_SHAPE_MAP:
		values.items = load_pointer(at);
		values.n = load_count(base + field->aux_offset);
		break;
	}
	values.is_bytes = field->wire == CAMIPC_WIRE_BYTES &&
			  !oracle_is_bytes_box(field);
	return values;
}

/* Takes @field of @info for the next one if its number is nearer. */
static void come_nearer(struct oracle_place *next, uint32_t number,
			const struct camipc_type_info *info, uint32_t offset)
{
	for (uint32_t i = 0; i < info->n_fields; i++) {
		const struct camipc_field_info *field = &info->fields[i];

		if (field->flags & CAMIPC_FIELD_INLINE)
			come_nearer(next, number, field->type,
				    offset + field->offset);
		else if (field->number > number &&
			 (!next->field || field->number < next->field->number))
			*next = (struct oracle_place){ field, info, offset };
	}
}

struct oracle_place oracle_next_field(const struct camipc_type_info *info,
				      uint32_t number)
{
	struct oracle_place next = { NULL, NULL, 0 };

	come_nearer(&next, number, info, 0);
	return next;
}

struct oracle_values oracle_unknown(const struct camipc_type_info *info,
				    const void *msg)
{
	const uint8_t *base = msg;
	struct oracle_values values = { .size = 1, .is_bytes = true };

	if (!(info->flags & CAMIPC_TYPE_KEEPS_UNKNOWN))
		return values;
	values.items = load_pointer(base + info->unknown_offset);
	values.n = load_count(base + info->n_unknown_offset);
	return values;
}

uint64_t oracle_number(const struct camipc_field_info *field,
		       const uint8_t *item)
{
	union {
		bool b;
		int8_t i8;
		uint8_t u8;
		int16_t i16;
		uint16_t u16;
		int32_t i32;
		uint32_t u32;
		uint64_t u64;
	} value = { .u64 = 0 };

	memcpy(&value, item, oracle_value_size(field));
	switch (field->kind) {
	case CAMIPC_KIND_BOOL:
		return value.b;
	case CAMIPC_KIND_INT8:
		return (uint64_t)value.i8;
	case CAMIPC_KIND_UINT8:
		return value.u8;
	case CAMIPC_KIND_INT16:
		return (uint64_t)value.i16;
	case CAMIPC_KIND_UINT16:
		return value.u16;
	case CAMIPC_KIND_INT32:
	case CAMIPC_KIND_ENUM:
		return (uint64_t)value.i32;
	case CAMIPC_KIND_UINT32:
	case CAMIPC_KIND_FLAGS:
	case CAMIPC_KIND_FLOAT:
		return value.u32;
	default:
		return value.u64;
	}
}

static bool differ(const struct camipc_type_info *info,
		   const struct camipc_field_info *field, const char *what)
{
	fprintf(stderr, "%s.%s: %s\n", info->name, field ? field->name : "",
		what);
	return false;
}

static const char *load_string(const uint8_t *item)
{
	const uint8_t *text = load_pointer(item);

	return text ? (const char *)text : "";
}

static bool equal_item(const struct camipc_type_info *info,
		       const struct camipc_field_info *field,
		       const uint8_t *a, const uint8_t *b)
{
	int fds[2];

	if (oracle_is_bytes_box(field))
		return oracle_equal(field->type, a, b);
	switch (field->kind) {
	case CAMIPC_KIND_STRUCT:
	case CAMIPC_KIND_UNION:
		return oracle_equal(field->type, a, b) ||
		       differ(info, field, "inside");
	case CAMIPC_KIND_STRING:
		return strcmp(load_string(a), load_string(b)) == 0 ||
		       differ(info, field, "strings differ");
	case CAMIPC_KIND_FD:
		memcpy(&fds[0], a, sizeof(fds[0]));
		memcpy(&fds[1], b, sizeof(fds[1]));
		return (fds[0] < 0) == (fds[1] < 0) ||
		       differ(info, field, "only one has a descriptor");
	case CAMIPC_KIND_EXTERNAL:
		return field->type->external->equal(a, b) ||
		       differ(info, field, "its own function says so");
	default:
		if (oracle_number(field, a) == oracle_number(field, b))
			return true;
		fprintf(stderr, "%llx is not %llx: ",
			(unsigned long long)oracle_number(field, a),
			(unsigned long long)oracle_number(field, b));
		return differ(info, field, "numbers differ");
	}
}

static bool equal_unknown(const struct camipc_type_info *info, const void *a,
			  const void *b)
{
	struct oracle_values left = oracle_unknown(info, a);
	struct oracle_values right = oracle_unknown(info, b);

	return (left.n == right.n &&
		(left.n == 0 || memcmp(left.items, right.items, left.n) == 0)) ||
	       differ(info, NULL, "unknown fields differ");
}

bool oracle_equal(const struct camipc_type_info *info, const void *a,
		  const void *b)
{
	if (info->kind == CAMIPC_KIND_UNION &&
	    load_tag(info, a) != load_tag(info, b))
		return differ(info, NULL, "tags differ");
	for (uint32_t i = 0; i < info->n_fields; i++) {
		const struct camipc_field_info *field = &info->fields[i];
		struct oracle_values left = oracle_look(info, field, a);
		struct oracle_values right = oracle_look(info, field, b);

		if (left.n != right.n)
			return differ(info, field, "counts differ");
		for (size_t j = 0; j < left.n; j++) {
			if (!equal_item(info, field,
					left.items + j * left.size,
					right.items + j * right.size))
				return false;
		}
	}
	return equal_unknown(info, a, b);
}
