/* SPDX-License-Identifier: MIT */
/* Makes random values of any message from its description. */
#include <stdlib.h>
#include <string.h>

#include "values.h"

/** Deeper than this arrays stay empty, so that values stay small. */
#define MAX_RANDOM_DEPTH 6

/* Below it arrays have one element: what contains itself would not end. */
#define MAX_RANDOM_WIDE_DEPTH 2

/* Room for a few unknown fields. */
#define MAX_UNKNOWN 128

/** Elements of an array, at most, if the IDL does not allow fewer. */
#define MAX_ELEMENTS 4

uint64_t oracle_next(struct oracle_random *random)
{
	/* xorshift64*: enough for a test, and the same everywhere. */
	random->state ^= random->state >> 12;
	random->state ^= random->state << 25;
	random->state ^= random->state >> 27;
	return random->state * UINT64_C(2685821657736338717);
}

uint32_t oracle_below(struct oracle_random *random, uint32_t n)
{
	return n ? (uint32_t)(oracle_next(random) >> 33) % n : 0;
}

static void *get_memory(struct oracle_random *random, size_t n, size_t size)
{
	void *memory = camipc_arena_alloc(random->arena, n * size);

	if (!memory)
		abort();
	memset(memory, 0, n * size);
	return memory;
}

/* ---- numbers ------------------------------------------------------------- */

/* Bits with all magnitudes, and the edges of them, equally often. */
static uint64_t any_bits(struct oracle_random *random)
{
	uint64_t bits = oracle_next(random);

	switch (oracle_below(random, 4)) {
	case 0:
		return bits >> oracle_below(random, 64);
	case 1:
		return (UINT64_C(1) << oracle_below(random, 64)) -
		       oracle_below(random, 3);
	case 2:
		return ~(bits >> oracle_below(random, 64));
	default:
		return oracle_below(random, 3);
	}
}

static unsigned int width_of(const struct camipc_field_info *field)
{
	return (unsigned int)oracle_value_size(field) * 8;
}

static int64_t signed_in_range(const struct camipc_field_info *field,
			       int64_t value)
{
	unsigned int unused = 64 - width_of(field);

	/* As many bits as the field has, sign included. */
	value = (int64_t)((uint64_t)value << unused) >> unused;
	if (field->flags & CAMIPC_FIELD_HAS_MIN && value < field->min.i)
		value = field->min.i;
	if (field->flags & CAMIPC_FIELD_HAS_MAX && value > field->max.i)
		value = field->max.i;
	return value;
}

static uint64_t unsigned_in_range(const struct camipc_field_info *field,
				  uint64_t value)
{
	value = value << (64 - width_of(field)) >> (64 - width_of(field));
	if (field->flags & CAMIPC_FIELD_HAS_MIN && value < field->min.u)
		value = field->min.u;
	if (field->flags & CAMIPC_FIELD_HAS_MAX && value > field->max.u)
		value = field->max.u;
	return value;
}

static double any_double(struct oracle_random *random,
			 const struct camipc_field_info *field)
{
	static const double edges[] = { 0.0, -0.0, 1.0, -1.5, 1e-40, 1e300 };
	uint64_t bits = oracle_next(random);
	double value;

	memcpy(&value, &bits, sizeof(value));
	if (oracle_below(random, 2))
		value = edges[oracle_below(random, 6)];
	if (field->flags & CAMIPC_FIELD_HAS_MIN && !(value >= field->min.f))
		value = field->min.f;
	if (field->flags & CAMIPC_FIELD_HAS_MAX && !(value <= field->max.f))
		value = field->max.f;
	return value;
}

static void fill_float(struct oracle_random *random,
		       const struct camipc_field_info *field, uint8_t *item)
{
	double value = any_double(random, field);
	float narrow = (float)value;
	uint64_t bits = 0;

	if (field->kind == CAMIPC_KIND_FLOAT) {
		/* Rounding may have left the range. */
		if (field->flags & CAMIPC_FIELD_HAS_MAX &&
		    (double)narrow > field->max.f)
			narrow = (float)field->min.f;
		memcpy(&bits, &narrow, sizeof(narrow));
		memcpy(item, &narrow, sizeof(narrow));
		random->minus_zero |= bits == UINT64_C(0x80000000);
	} else {
		memcpy(&bits, &value, sizeof(value));
		memcpy(item, &value, sizeof(value));
		random->minus_zero |= bits == UINT64_C(0x8000000000000000);
	}
}

static int32_t any_enumerator(struct oracle_random *random,
			      const struct camipc_type_info *info)
{
	if (info->flags & CAMIPC_TYPE_EXTENSIBLE && oracle_below(random, 4) == 0)
		return (int32_t)any_bits(random);
	if (info->n_enumerators == 0 || oracle_below(random, 8) == 0)
		return 0; /* "unset" is always legal */
	return info->enumerators[oracle_below(random, info->n_enumerators)]
		.value;
}

static uint32_t any_flags(struct oracle_random *random,
			  const struct camipc_type_info *info)
{
	uint32_t flags = 0;

	for (uint32_t i = 0; i < info->n_enumerators; i++) {
		if (oracle_below(random, 2))
			flags |= (uint32_t)info->enumerators[i].value;
	}
	return flags;
}

static void fill_integer(struct oracle_random *random,
			 const struct camipc_field_info *field, uint8_t *item)
{
	uint64_t bits = any_bits(random);
	int64_t as_signed = signed_in_range(field, (int64_t)bits);
	uint64_t as_unsigned = unsigned_in_range(field, bits);
	bool truth = bits & 1;
	size_t size = oracle_value_size(field);

	switch (field->kind) {
	case CAMIPC_KIND_BOOL:
		memcpy(item, &truth, sizeof(truth));
		return;
	case CAMIPC_KIND_INT8:
	case CAMIPC_KIND_INT16:
	case CAMIPC_KIND_INT32:
	case CAMIPC_KIND_INT64:
		as_unsigned = (uint64_t)as_signed;
		break;
	default:
		break;
	}
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	as_unsigned <<= 64 - size * 8;
#endif
	memcpy(item, &as_unsigned, size);
}

/* ---- strings and descriptors --------------------------------------------- */

static const char *any_string(struct oracle_random *random, uint32_t max_len,
			      bool required)
{
	static const char *const pieces[] = { "a", "Z", "7", "\xc3\xa4",
					      "\xe2\x82\xac",
					      "\xf0\x9f\x93\xb7" };
	uint32_t wanted = oracle_below(random, 8) ? oracle_below(random, 12) :
						    oracle_below(random, 200);
	char *text;
	size_t used = 0;

	if (required && wanted == 0)
		wanted = 1;
	if (wanted > max_len)
		wanted = max_len;
	text = get_memory(random, wanted + 1, 1);
	while (used < wanted) {
		const char *piece = pieces[oracle_below(random, 6)];
		size_t len = strlen(piece);

		if (len > wanted - used) {
			piece = "x";
			len = 1;
		}
		memcpy(text + used, piece, len);
		used += len;
	}
	return text;
}

/* Kept for fields that must have one, whatever came before them. */
#define KEPT_FDS 8

static int any_fd(struct oracle_random *random, bool required)
{
	if (random->n_fds == 0 ||
	    random->fds_left <= (required ? 0 : KEPT_FDS))
		return -1;
	random->fds_left--;
	return random->fds[oracle_below(random, random->n_fds)];
}

/* ---- structs, unions, arrays, maps --------------------------------------- */

static void fill_message(struct oracle_random *random,
			 const struct camipc_type_info *info, uint8_t *msg,
			 unsigned int depth);

static void fill_item(struct oracle_random *random,
		      const struct camipc_field_info *field, uint8_t *item,
		      unsigned int depth)
{
	bool required = field->flags & CAMIPC_FIELD_REQUIRED;
	uint32_t max_len = field->flags & CAMIPC_FIELD_HAS_MAX_LEN ?
				   field->max_len :
				   UINT32_MAX;
	const char *text;
	int32_t enumerator;
	uint32_t flags;
	int fd;

	if (oracle_is_bytes_box(field)) {
		fill_message(random, field->type, item, depth + 1);
		return;
	}
	switch (field->kind) {
	case CAMIPC_KIND_UNION:
		/* No arm is legal as a rule. */
		if (!required && oracle_below(random, 8) == 0)
			return;
		fill_message(random, field->type, item, depth + 1);
		return;
	case CAMIPC_KIND_STRUCT:
		if (field->type->init)
			field->type->init(item);
		fill_message(random, field->type, item, depth + 1);
		return;
	case CAMIPC_KIND_STRING:
		text = any_string(random, max_len, required);
		memcpy(item, &text, sizeof(text));
		return;
	case CAMIPC_KIND_ENUM:
		do
			enumerator = any_enumerator(random, field->type);
		while (required && enumerator == 0);
		memcpy(item, &enumerator, sizeof(enumerator));
		return;
	case CAMIPC_KIND_FLAGS:
		do
			flags = any_flags(random, field->type);
		while (required && flags == 0);
		memcpy(item, &flags, sizeof(flags));
		return;
	case CAMIPC_KIND_FD:
		fd = required || oracle_below(random, 4) ?
			     any_fd(random, required) :
			     -1;
		memcpy(item, &fd, sizeof(fd));
		return;
	case CAMIPC_KIND_FLOAT:
	case CAMIPC_KIND_DOUBLE:
		fill_float(random, field, item);
		return;
	default:
		fill_integer(random, field, item);
	}
}

static uint32_t any_count(struct oracle_random *random,
			  const struct camipc_field_info *field,
			  unsigned int depth)
{
	uint32_t n = oracle_below(random, MAX_ELEMENTS + 1);

	/* Now and then more than a length byte can say. */
	if (field->kind != CAMIPC_KIND_STRUCT &&
	    field->kind != CAMIPC_KIND_UNION &&
	    field->kind != CAMIPC_KIND_FD && oracle_below(random, 16) == 0)
		n = 20 + oracle_below(random, 300);
	if (depth > MAX_RANDOM_WIDE_DEPTH && n > 1)
		n = 1;
	if (depth > MAX_RANDOM_DEPTH)
		n = 0;
	if (n == 0 && field->flags & CAMIPC_FIELD_REQUIRED)
		n = 1;
	if (field->flags & CAMIPC_FIELD_HAS_MAX_LEN &&
	    field->shape != CAMIPC_SHAPE_FIXED && n > field->max_len)
		n = field->max_len;
	return n;
}

static int compare_keys(const struct camipc_field_info *key, const uint8_t *a,
			const uint8_t *b)
{
	if (key->kind == CAMIPC_KIND_STRING)
		return camipc_compare_string(a, b);
	switch (key->kind) {
	case CAMIPC_KIND_INT8:
	case CAMIPC_KIND_INT16:
	case CAMIPC_KIND_INT32:
	case CAMIPC_KIND_INT64:
	case CAMIPC_KIND_ENUM: {
		int64_t left = (int64_t)oracle_number(key, a);
		int64_t right = (int64_t)oracle_number(key, b);

		return (left > right) - (left < right);
	}
	default: {
		uint64_t left = oracle_number(key, a);
		uint64_t right = oracle_number(key, b);

		return (left > right) - (left < right);
	}
	}
}

/* Insertion sort of a few entries; of equal keys one stays. */
static size_t sort_entries(const struct camipc_type_info *entry,
			   uint8_t *entries, size_t n)
{
	uint8_t moved[512];
	size_t size = entry->size;
	size_t kept = 0;

	if (size > sizeof(moved))
		abort();
	for (size_t i = 0; i < n; i++) {
		size_t at = kept;
		int order = 1;

		memcpy(moved, entries + i * size, size);
		while (at > 0) {
			order = compare_keys(&entry->fields[0], moved,
					     entries + (at - 1) * size);
			if (order >= 0)
				break;
			at--;
		}
		if (at > 0 && order == 0)
			continue;
		memmove(entries + (at + 1) * size, entries + at * size,
			(kept - at) * size);
		memcpy(entries + at * size, moved, size);
		kept++;
	}
	return kept;
}

static void fill_array(struct oracle_random *random,
		       const struct camipc_field_info *field, uint8_t *msg,
		       unsigned int depth)
{
	size_t size = oracle_value_size(field);
	size_t n = any_count(random, field, depth);
	uint8_t *items = n ? get_memory(random, n, size) : NULL;

	for (size_t i = 0; i < n; i++)
		fill_item(random, field, items + i * size, depth);
	if (field->shape == CAMIPC_SHAPE_MAP)
		n = sort_entries(field->type, items, n);
	memcpy(msg + field->offset, &items, sizeof(items));
	memcpy(msg + field->aux_offset, &n, sizeof(n));
}

static void fill_pointer(struct oracle_random *random,
			 const struct camipc_field_info *field, uint8_t *msg,
			 unsigned int depth)
{
	uint8_t *item = NULL;

	if (!(field->flags & CAMIPC_FIELD_REQUIRED) &&
	    (oracle_below(random, 3) == 0 || depth > MAX_RANDOM_DEPTH))
		return;
	if (field->kind == CAMIPC_KIND_STRING) {
		fill_item(random, field, msg + field->offset, depth);
		return;
	}
	item = get_memory(random, 1, oracle_value_size(field));
	fill_item(random, field, item, depth);
	memcpy(msg + field->offset, &item, sizeof(item));
}

static void fill_field(struct oracle_random *random,
		       const struct camipc_field_info *field, uint8_t *msg,
		       unsigned int depth)
{
	size_t size = oracle_value_size(field);
	bool present = true;

	switch (field->shape) {
	case CAMIPC_SHAPE_ARRAY:
	case CAMIPC_SHAPE_MAP:
		fill_array(random, field, msg, depth);
		return;
	case CAMIPC_SHAPE_POINTER:
		fill_pointer(random, field, msg, depth);
		return;
	case CAMIPC_SHAPE_OPTIONAL:
		present = oracle_below(random, 3) ||
			  field->flags & CAMIPC_FIELD_REQUIRED;
		memcpy(msg + field->aux_offset, &present, sizeof(present));
		if (!present)
			return;
		break;
	default:
		break;
	}
	for (size_t i = 0;
	     i < (field->shape == CAMIPC_SHAPE_FIXED ? field->count : 1u); i++)
		fill_item(random, field, msg + field->offset + i * size, depth);
}

/* Something in it that is not legal as _init() leaves it? */
static bool has_required(const struct camipc_type_info *info)
{
	for (uint32_t i = 0; i < info->n_fields; i++) {
		const struct camipc_field_info *field = &info->fields[i];

		if (field->flags & (CAMIPC_FIELD_REQUIRED | CAMIPC_FIELD_HAS_MIN))
			return true;
		if (field->kind == CAMIPC_KIND_STRUCT &&
		    (field->shape == CAMIPC_SHAPE_SINGLE ||
		     field->shape == CAMIPC_SHAPE_FIXED) &&
		    !oracle_is_bytes_box(field) && has_required(field->type))
			return true;
	}
	return false;
}

static bool has_number(const struct camipc_type_info *info, uint32_t number)
{
	const struct camipc_field_info *field =
		oracle_next_field(info, number - 1).field;

	return field && field->number == number;
}

static uint32_t any_unknown_number(struct oracle_random *random,
				   const struct camipc_type_info *info)
{
	static const uint32_t ends[] = { 15, 2047, 262143, 33554431,
					 (1u << 29) - 1 };
	uint32_t number;

	do
		number = ends[oracle_below(random, 5)] - oracle_below(random, 9);
	while (has_number(info, number));
	return number;
}

/* Fields as a newer peer might send them. */
static void fill_unknown(struct oracle_random *random,
			 const struct camipc_type_info *info, uint8_t *msg)
{
	uint32_t n_fields = oracle_below(random, 4);
	struct camipc_writer w;
	uint8_t *bytes;
	size_t n = 0;

	if (n_fields == 0)
		return;
	bytes = get_memory(random, MAX_UNKNOWN, 1);
	camipc_writer_init(&w, bytes, MAX_UNKNOWN, NULL, 0);
	while (n_fields-- > 0) {
		uint32_t number = any_unknown_number(random, info);
		uint64_t bits = any_bits(random);
		uint8_t text[8];

		switch (oracle_below(random, 4)) {
		case 0:
			w.pos = camipc_put_present_uint64(&w, w.pos, number,
							  bits);
			break;
		case 1:
			w.pos = camipc_put_present_fixed32(&w, w.pos, number,
							   (uint32_t)bits);
			break;
		case 2:
			w.pos = camipc_put_present_fixed64(&w, w.pos, number,
							   bits);
			break;
		default:
			/* The same on machines of either byte order. */
			for (size_t i = 0; i < sizeof(text); i++)
				text[i] = (uint8_t)(bits >> 8 * i);
			w.pos = camipc_put_present_bytes(&w, w.pos, number,
							 text,
							 (size_t)(bits % 9));
		}
	}
	if (camipc_writer_finish(&w, &n) < 0)
		abort();
	memcpy(msg + info->unknown_offset, &bytes, sizeof(bytes));
	memcpy(msg + info->n_unknown_offset, &n, sizeof(n));
}

static void fill_message(struct oracle_random *random,
			 const struct camipc_type_info *info, uint8_t *msg,
			 unsigned int depth)
{
	if (info->kind == CAMIPC_KIND_UNION) {
		uint32_t arm = oracle_below(random, info->n_fields);
		uint32_t tag = info->fields[arm].number;

		memcpy(msg + info->tag_offset, &tag, sizeof(tag));
		fill_field(random, &info->fields[arm], msg, depth);
		return;
	}
	/* Structs that keep their defaults have a path of their own. */
	if (depth > 0 && oracle_below(random, 8) == 0 && !has_required(info))
		return;
	for (uint32_t i = 0; i < info->n_fields; i++)
		fill_field(random, &info->fields[i], msg, depth);
	if (info->flags & CAMIPC_TYPE_KEEPS_UNKNOWN)
		fill_unknown(random, info, msg);
}

void oracle_fill(struct oracle_random *random,
		 const struct camipc_type_info *info, void *msg)
{
	random->minus_zero = false;
	fill_message(random, info, msg, 0);
}
