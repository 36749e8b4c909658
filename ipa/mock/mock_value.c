/* SPDX-License-Identifier: MIT */
/* Reads values from a script, by the type tables of the interface. */
#include "mock_value.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "print_value.h"

/* Deepest nesting of structs; real interfaces have two or three levels. */
#define MAX_DEPTH 32

#define WORD_SIZE 64

struct reading {
	struct mock_text *text;
	struct camipc_arena *arena;
	const struct mock_arguments *arguments;
	unsigned int depth;
};

static int read_fields(struct reading *r, const struct camipc_type_info *info,
		       uint8_t *value);

/* ---- numbers and names ------------------------------------------------- */

static int store_integer(struct reading *r, uint8_t *at, const char *word,
			 size_t size, int64_t min, uint64_t max)
{
	const bool negative = word[0] == '-';
	uint64_t value;
	char *end;

	errno = 0;
	value = strtoull(word + negative, &end, 0);
	if (end == word + negative || *end || word[negative] == '-' ||
	    word[negative] == '+')
		return mock_text_fail(r->text, "expected an integer, not '%s'",
				      word);
	if (errno == ERANGE || (!negative && value > max) ||
	    (negative && value > (uint64_t)0 - (uint64_t)min))
		return mock_text_fail(r->text,
				      "%s is out of range: %" PRId64
				      " to %" PRIu64,
				      word, min, max);
	if (negative)
		value = (uint64_t)0 - value;
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	memcpy(at, (uint8_t *)&value + sizeof(value) - size, size);
#else
	memcpy(at, &value, size);
#endif
	return 0;
}

static int store_real(struct reading *r, uint8_t *at, const char *word,
		      bool is_double)
{
	char *end;
	double value = strtod(word, &end);
	float narrow = (float)value;

	if (end == word || *end)
		return mock_text_fail(r->text, "expected a number, not '%s'",
				      word);
	if (is_double)
		memcpy(at, &value, sizeof(value));
	else
		memcpy(at, &narrow, sizeof(narrow));
	return 0;
}

static int store_bool(struct reading *r, uint8_t *at, const char *word)
{
	if (strcmp(word, "true") != 0 && strcmp(word, "false") != 0)
		return mock_text_fail(r->text, "expected true or false, not "
					       "'%s'",
				      word);
	*(bool *)at = word[0] == 't';
	return 0;
}

static int store_enumerator(struct reading *r,
			    const struct camipc_type_info *info, uint8_t *at,
			    const char *word)
{
	for (uint32_t i = 0; i < info->n_enumerators; i++) {
		if (strcmp(info->enumerators[i].name, word) == 0) {
			memcpy(at, &info->enumerators[i].value,
			       sizeof(info->enumerators[i].value));
			return 0;
		}
	}
	if (word[0] >= 'A')
		return mock_text_fail(r->text, "%s has no value '%s'",
				      info->name, word);
	if (info->kind == CAMIPC_KIND_FLAGS)
		return store_integer(r, at, word, 4, 0, UINT32_MAX);
	return store_integer(r, at, word, 4, INT32_MIN, INT32_MAX);
}

/* Reads flags: A|B|0x40. */
static int read_flags(struct reading *r, const struct camipc_type_info *info,
		      uint8_t *at)
{
	uint32_t all = 0;
	int ret;

	do {
		char word[WORD_SIZE];
		uint32_t one = 0;

		mock_text_word(r->text, word, sizeof(word));
		ret = store_enumerator(r, info, (uint8_t *)&one, word);
		if (ret < 0)
			return ret;
		all |= one;
	} while (mock_text_take(r->text, "|"));
	memcpy(at, &all, sizeof(all));
	return 0;
}

/* ---- texts and bytes --------------------------------------------------- */

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Reads the character after a backslash; -1 for an unknown escape. */
static int unescape(const char **at)
{
	const char *in = *at;
	int high;
	int low;

	switch (*in) {
	case 'n':
		*at = in + 1;
		return '\n';
	case '"':
	case '\\':
		*at = in + 1;
		return *in;
	case 'x':
		high = hex_digit(in[1]);
		low = high < 0 ? -1 : hex_digit(in[2]);
		*at = in + 3;
		/* A NUL would end the text. */
		return low < 0 || high + low == 0 ? -1 : high * 16 + low;
	default:
		return -1;
	}
}

static int read_string(struct reading *r, uint8_t *at)
{
	const char *in;
	char *out;
	char *start;

	if (mock_text_expect(r->text, "\"") < 0)
		return -EINVAL;
	in = r->text->at;
	start = out = camipc_arena_alloc(r->arena, strcspn(in, "\n") + 1);
	if (!start)
		return -ENOMEM;
	while (*in != '"') {
		int c = (unsigned char)*in++;

		if (c == '\\')
			c = unescape(&in);
		else if (c == '\n' || c == '\0')
			c = -1;
		if (c < 0)
			return mock_text_fail(r->text, "a text has no closing "
						       "quote, or an unknown "
						       "escape after \\");
		*out++ = (char)c;
	}
	*out = '\0';
	r->text->at = in + 1;
	memcpy(at, &start, sizeof(start));
	return 0;
}

/* ---- one value ---------------------------------------------------------- */

static void init_item(const struct camipc_field_info *field, uint8_t *at)
{
	const int none = -1;

	memset(at, 0, camipc_item_size(field));
	if (field->kind == CAMIPC_KIND_EXTERNAL)
		camipc_init_external(field->type, at);
	else if (camipc_is_bytes_box(field) || field->kind == CAMIPC_KIND_STRUCT ||
	    field->kind == CAMIPC_KIND_UNION) {
		if (field->type->init)
			field->type->init(at);
	} else if (field->kind == CAMIPC_KIND_FD) {
		memcpy(at, &none, sizeof(none));
	}
}

static int read_struct(struct reading *r, const struct camipc_type_info *info,
		       uint8_t *at)
{
	int ret = mock_text_expect(r->text, "{");

	if (ret < 0)
		return ret;
	if (++r->depth > MAX_DEPTH)
		return mock_text_fail(r->text, "structs are nested more than "
					       "%d deep",
				      MAX_DEPTH);
	ret = read_fields(r, info, at);
	r->depth--;
	return ret < 0 ? ret : mock_text_expect(r->text, "}");
}

static int read_number(struct reading *r, const struct camipc_field_info *field,
		       uint8_t *at)
{
	char word[WORD_SIZE];

	mock_text_word(r->text, word, sizeof(word));
	switch (field->kind) {
	case CAMIPC_KIND_BOOL:
		return store_bool(r, at, word);
	case CAMIPC_KIND_INT8:
		return store_integer(r, at, word, 1, INT8_MIN, INT8_MAX);
	case CAMIPC_KIND_UINT8:
		return store_integer(r, at, word, 1, 0, UINT8_MAX);
	case CAMIPC_KIND_INT16:
		return store_integer(r, at, word, 2, INT16_MIN, INT16_MAX);
	case CAMIPC_KIND_UINT16:
		return store_integer(r, at, word, 2, 0, UINT16_MAX);
	case CAMIPC_KIND_INT32:
		return store_integer(r, at, word, 4, INT32_MIN, INT32_MAX);
	case CAMIPC_KIND_UINT32:
		return store_integer(r, at, word, 4, 0, UINT32_MAX);
	case CAMIPC_KIND_INT64:
		return store_integer(r, at, word, 8, INT64_MIN, INT64_MAX);
	case CAMIPC_KIND_UINT64:
		return store_integer(r, at, word, 8, 0, UINT64_MAX);
	case CAMIPC_KIND_FLOAT:
	case CAMIPC_KIND_DOUBLE:
		return store_real(r, at, word,
				  field->kind == CAMIPC_KIND_DOUBLE);
	default:
		return store_enumerator(r, field->type, at, word);
	}
}

static int read_item(struct reading *r, const struct camipc_field_info *field,
		     uint8_t *at)
{
	if (camipc_is_bytes_box(field))
		return read_struct(r, field->type, at);
	switch (field->kind) {
	case CAMIPC_KIND_STRUCT:
	case CAMIPC_KIND_UNION:
		return read_struct(r, field->type, at);
	case CAMIPC_KIND_STRING:
		return read_string(r, at);
	case CAMIPC_KIND_FLAGS:
		return read_flags(r, field->type, at);
	case CAMIPC_KIND_EXTERNAL:
		return mock_text_fail(r->text, "a script cannot make a %s: "
					       "leave it out, or use $argument",
				      field->type->name);
	case CAMIPC_KIND_FD:
		if (mock_text_take(r->text, "none"))
			return 0;
		return mock_text_fail(r->text, "a script cannot make file "
					       "descriptors: use none, or "
					       "$argument");
	default:
		return read_number(r, field, at);
	}
}

/* ---- many of them ------------------------------------------------------- */

/** The elements read so far of an array; they move when the array grows. */
struct items {
	uint8_t *first;
	size_t n;
	size_t room;
	size_t size; /* of one */
};

static uint8_t *next_item(struct reading *r, struct items *items)
{
	if (items->n == items->room) {
		size_t room = items->room ? 2 * items->room : 8;
		uint8_t *first;

		first = camipc_arena_alloc(r->arena, room * items->size);
		if (!first)
			return NULL;
		if (items->n)
			memcpy(first, items->first, items->n * items->size);
		items->first = first;
		items->room = room;
	}
	return items->first + items->n++ * items->size;
}

static bool is_bytes(const struct camipc_field_info *field)
{
	return field->wire == CAMIPC_WIRE_BYTES && !camipc_is_bytes_box(field);
}

/* Reads bytes: <00 1f>. */
static int read_bytes(struct reading *r, struct items *items)
{
	while (!mock_text_take(r->text, ">")) {
		char word[3];
		uint8_t *at;

		mock_text_word(r->text, word, sizeof(word));
		if (hex_digit(word[0]) < 0 || hex_digit(word[1]) < 0)
			return mock_text_fail(r->text, "expected two "
						       "hexadecimal digits, "
						       "not '%s'",
					      word);
		at = next_item(r, items);
		if (!at)
			return -ENOMEM;
		*at = (uint8_t)(hex_digit(word[0]) * 16 + hex_digit(word[1]));
	}
	return 0;
}

static int read_items(struct reading *r, const struct camipc_field_info *field,
		      struct items *items)
{
	*items = (struct items){ .size = camipc_item_size(field) };
	if (is_bytes(field) && mock_text_take(r->text, "<"))
		return read_bytes(r, items);
	if (mock_text_expect(r->text, "[") < 0)
		return -EINVAL;
	if (mock_text_take(r->text, "]"))
		return 0;
	do {
		uint8_t *at = next_item(r, items);
		int ret;

		if (!at)
			return -ENOMEM;
		init_item(field, at);
		ret = read_item(r, field, at);
		if (ret < 0)
			return ret;
	} while (mock_text_take(r->text, ","));
	return mock_text_expect(r->text, "]");
}

/* ---- fields -------------------------------------------------------------- */

static const struct camipc_field_info *
find_field(const struct camipc_type_info *info, const char *name)
{
	for (uint32_t i = 0; i < info->n_fields; i++) {
		if (strcmp(info->fields[i].name, name) == 0)
			return &info->fields[i];
	}
	return NULL;
}

static size_t slot_size(const struct camipc_field_info *field)
{
	switch (field->shape) {
	case CAMIPC_SHAPE_FIXED:
		return field->count * camipc_item_size(field);
	case CAMIPC_SHAPE_POINTER:
	case CAMIPC_SHAPE_ARRAY:
	case CAMIPC_SHAPE_MAP:
		return sizeof(void *);
	default:
		return camipc_item_size(field);
	}
}

static size_t aux_size(const struct camipc_field_info *field)
{
	switch (field->shape) {
	case CAMIPC_SHAPE_OPTIONAL:
		return sizeof(bool);
	case CAMIPC_SHAPE_ARRAY:
	case CAMIPC_SHAPE_MAP:
		return sizeof(size_t);
	default:
		return 0;
	}
}

/* Reads $name: the call's argument of that name, which must have this type. */
static int read_argument(struct reading *r,
			 const struct camipc_field_info *field, uint8_t *base)
{
	const struct mock_arguments *arguments = r->arguments;
	const struct camipc_field_info *source;
	const uint8_t *from = arguments->values;
	char word[WORD_SIZE];

	mock_text_word(r->text, word, sizeof(word));
	source = arguments->info ? find_field(arguments->info, word) : NULL;
	if (!source)
		return mock_text_fail(r->text, "the call has no argument '%s'",
				      word);
	if (source->kind != field->kind || source->shape != field->shape ||
	    source->type != field->type || source->count != field->count)
		return mock_text_fail(r->text, "$%s has another type than %s",
				      word, field->name);
	if (!from)
		return 0;
	memcpy(base + field->offset, from + source->offset, slot_size(field));
	memcpy(base + field->aux_offset, from + source->aux_offset,
	       aux_size(field));
	return 0;
}

static int read_array(struct reading *r, const struct camipc_field_info *field,
		      uint8_t *base)
{
	struct items items;
	int ret = read_items(r, field, &items);

	if (ret < 0)
		return ret;
	if (field->shape != CAMIPC_SHAPE_FIXED) {
		memcpy(base + field->offset, &items.first, sizeof(items.first));
		memcpy(base + field->aux_offset, &items.n, sizeof(items.n));
		return 0;
	}
	if (items.n != field->count)
		return mock_text_fail(r->text,
				      "%s must have %" PRIu32 " elements, not "
				      "%zu",
				      field->name, field->count, items.n);
	memcpy(base + field->offset, items.first, slot_size(field));
	return 0;
}

/* Reads an optional value behind a pointer: allocates the value first. */
static int read_pointer(struct reading *r,
			const struct camipc_field_info *field, uint8_t *at)
{
	uint8_t *target;

	if (field->kind == CAMIPC_KIND_STRING)
		return read_string(r, at);
	target = camipc_arena_alloc(r->arena, camipc_item_size(field));
	if (!target)
		return -ENOMEM;
	init_item(field, target);
	memcpy(at, &target, sizeof(target));
	return read_item(r, field, target);
}

static int read_value(struct reading *r, const struct camipc_field_info *field,
		      uint8_t *base)
{
	const bool is_optional = field->shape == CAMIPC_SHAPE_OPTIONAL ||
				 field->shape == CAMIPC_SHAPE_POINTER;
	uint8_t *at = base + field->offset;

	if (mock_text_take(r->text, "$"))
		return read_argument(r, field, base);
	if (is_optional && mock_text_take(r->text, "none")) {
		memset(at, 0, slot_size(field));
		memset(base + field->aux_offset, 0, aux_size(field));
		return 0;
	}
	switch (field->shape) {
	case CAMIPC_SHAPE_ARRAY:
	case CAMIPC_SHAPE_MAP:
	case CAMIPC_SHAPE_FIXED:
		return read_array(r, field, base);
	case CAMIPC_SHAPE_POINTER:
		return read_pointer(r, field, at);
	case CAMIPC_SHAPE_OPTIONAL:
		*(bool *)(base + field->aux_offset) = true;
		break;
	case CAMIPC_SHAPE_SINGLE:
		break;
	}
	return read_item(r, field, at);
}

static int read_fields(struct reading *r, const struct camipc_type_info *info,
		       uint8_t *value)
{
	char name[WORD_SIZE];
	int ret;

	mock_text_word(r->text, name, sizeof(name));
	while (name[0]) {
		const struct camipc_field_info *field = find_field(info, name);

		if (!field)
			return mock_text_fail(r->text, "%s has no field '%s'",
					      info->name, name);
		if (mock_text_expect(r->text, ":") < 0)
			return -EINVAL;
		if (info->kind == CAMIPC_KIND_UNION)
			memcpy(value + info->tag_offset, &field->number,
			       sizeof(field->number));
		ret = read_value(r, field, value);
		if (ret < 0)
			return ret;
		if (!mock_text_take(r->text, ","))
			return 0;
		mock_text_word(r->text, name, sizeof(name));
		if (!name[0])
			return mock_text_fail_expected(
				r->text, "a field after ','");
	}
	return 0;
}

int mock_read_fields(struct mock_text *text, struct camipc_arena *arena,
		     const struct mock_arguments *arguments,
		     const struct camipc_type_info *info, void *value)
{
	struct reading r = {
		.text = text,
		.arena = arena,
		.arguments = arguments,
	};

	return read_fields(&r, info, value);
}
