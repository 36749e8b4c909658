/* SPDX-License-Identifier: MIT */
/*
 * Tests the sender's check of every message: a valid value is broken in one
 * place, in each way that its type allows, and the check must refuse it and
 * name that place. A caller's mistake is thus reported to the caller and never
 * blamed on the peer.
 */
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "trial.h"

#define ROUNDS 12

/** Elements of an array that are broken; the others are like them. */
#define MAX_ELEMENTS 2u

/** How deep into a message mistakes are made. */
#define MAX_LEVELS 6u

/** No descriptor has this number: the limit of open files is lower. */
#define CLOSED_FD 0x7ffffff0

enum mistake {
	NO_ITEMS,
	TOO_MANY,
	OVER_MAX_LEN,
	UNSORTED,
	NO_UTF8,
	TOO_LONG,
	MISSING,
	NO_ENUMERATOR,
	NO_FLAG,
	NO_DESCRIPTOR,
	NO_ARM,
	BELOW_MIN,
	ABOVE_MAX,
	NOT_A_NUMBER,
	KEPT_NONSENSE,
	N_MISTAKES
};

static const char *const names[N_MISTAKES] = {
	[NO_ITEMS] = "a count without items",
	[TOO_MANY] = "a count over any limit",
	[OVER_MAX_LEN] = "a count over max_len",
	[UNSORTED] = "keys out of order",
	[NO_UTF8] = "a text that is no UTF-8",
	[TOO_LONG] = "a text over max_len",
	[MISSING] = "nothing, where something is required",
	[NO_ENUMERATOR] = "an unknown enumerator",
	[NO_FLAG] = "an unknown flag",
	[NO_DESCRIPTOR] = "a closed descriptor",
	[NO_ARM] = "an unknown arm",
	[BELOW_MIN] = "a number below min",
	[ABOVE_MAX] = "a number above max",
	[NOT_A_NUMBER] = "NaN, where there is a range",
	[KEPT_NONSENSE] = "unknown fields that are none",
};

/* How often each was made: none may be forgotten. */
static unsigned int made[N_MISTAKES];

/* What is walked over, and what a message says of it. */
struct place {
	struct trial *trial;
	const struct camipc_field_info *field;
	const char *told; /* name of the field in errors; NULL: some name */
	unsigned int level;
};

static void break_message(const struct place *at,
			  const struct camipc_type_info *info, uint8_t *msg);

static struct camipc_check check_original(const struct trial *trial)
{
	struct camipc_check check = { 0 };

	trial->type->check(&check, trial->original);
	return check;
}

/* The one mistake is in the message now. */
static void expect(const struct place *at, enum mistake mistake, int error)
{
	struct camipc_check check = check_original(at->trial);

	made[mistake]++;
	if (check.error != error || !check.field ||
	    (at->told && strcmp(check.field, at->told) != 0))
		fail_msg("%s, field %s, %s: %d of %s",
			 at->trial->type->info->name, at->field->name,
			 names[mistake], check.error,
			 check.field ? check.field : "nothing");
}

/* Writes @size bytes of @wrong, looks what the check says, and undoes it. */
static void try_with(const struct place *at, enum mistake mistake, int error,
		     uint8_t *item, const void *wrong, size_t size)
{
	uint8_t right[16];

	assert_true(size <= sizeof(right));
	memcpy(right, item, size);
	memcpy(item, wrong, size);
	expect(at, mistake, error);
	memcpy(item, right, size);
}

/* ---- numbers ------------------------------------------------------------- */

static bool is_signed(enum camipc_kind kind)
{
	return kind == CAMIPC_KIND_INT8 || kind == CAMIPC_KIND_INT16 ||
	       kind == CAMIPC_KIND_INT32 || kind == CAMIPC_KIND_INT64;
}

static bool is_real(enum camipc_kind kind)
{
	return kind == CAMIPC_KIND_FLOAT || kind == CAMIPC_KIND_DOUBLE;
}

static void try_real(const struct place *at, enum mistake mistake,
		     uint8_t *item, double wrong)
{
	float narrow = (float)wrong;

	if (at->field->kind == CAMIPC_KIND_FLOAT)
		try_with(at, mistake, -EINVAL, item, &narrow, sizeof(narrow));
	else
		try_with(at, mistake, -EINVAL, item, &wrong, sizeof(wrong));
}

/* Little or big endian: the low bytes of a number are one of its own size. */
static void try_integer(const struct place *at, enum mistake mistake,
			uint8_t *item, uint64_t wrong)
{
	size_t size = oracle_value_size(at->field);
	uint8_t narrow8 = (uint8_t)wrong;
	uint16_t narrow16 = (uint16_t)wrong;
	uint32_t narrow32 = (uint32_t)wrong;
	const void *bytes = size == 1	? (const void *)&narrow8
			    : size == 2 ? (const void *)&narrow16
			    : size == 4 ? (const void *)&narrow32
					: (const void *)&wrong;

	try_with(at, mistake, -EINVAL, item, bytes, size);
}

static void break_number(const struct place *at, uint8_t *item)
{
	const struct camipc_field_info *field = at->field;
	bool has_min = field->flags & CAMIPC_FIELD_HAS_MIN;
	bool has_max = field->flags & CAMIPC_FIELD_HAS_MAX;

	if (is_real(field->kind)) {
		if (has_min)
			try_real(at, BELOW_MIN, item, field->min.f - 1);
		if (has_max)
			try_real(at, ABOVE_MAX, item, field->max.f + 1);
		if (has_min || has_max)
			try_real(at, NOT_A_NUMBER, item, (double)NAN);
		return;
	}
	/* At the type's own limit there is nothing beyond. */
	if (has_min && (is_signed(field->kind) || field->min.u > 0))
		try_integer(at, BELOW_MIN, item, field->min.u - 1);
	if (has_max)
		try_integer(at, ABOVE_MAX, item, field->max.u + 1);
}

/* ---- texts, enums, descriptors ------------------------------------------- */

static void break_text(const struct place *at, uint8_t *item)
{
	static const char nonsense[] = "no\xff";
	static const char empty[] = "";
	const struct camipc_field_info *field = at->field;
	const char *wrong = nonsense;

	try_with(at, NO_UTF8, -EINVAL, item, &wrong, sizeof(wrong));
	if (field->shape == CAMIPC_SHAPE_ARRAY ||
	    field->shape == CAMIPC_SHAPE_FIXED)
		return;
	if (field->flags & CAMIPC_FIELD_HAS_MAX_LEN) {
		size_t n = (size_t)field->max_len + 1;
		char *text = malloc(n + 1);

		assert_non_null(text);
		memset(text, 'a', n);
		text[n] = '\0';
		wrong = text;
		try_with(at, TOO_LONG, -EINVAL, item, &wrong, sizeof(wrong));
		free(text);
	}
	if (field->flags & CAMIPC_FIELD_REQUIRED) {
		wrong = empty;
		try_with(at, MISSING, -EINVAL, item, &wrong, sizeof(wrong));
		wrong = NULL;
		try_with(at, MISSING, -EINVAL, item, &wrong, sizeof(wrong));
	}
}

static void break_enum(const struct place *at, uint8_t *item)
{
	const struct camipc_type_info *info = at->field->type;
	int32_t unknown = 0x7fffff01;
	uint32_t flags = 0;

	if (info->flags & CAMIPC_TYPE_EXTENSIBLE)
		return;
	if (at->field->kind == CAMIPC_KIND_ENUM) {
		try_with(at, NO_ENUMERATOR, -EINVAL, item, &unknown,
			 sizeof(unknown));
		return;
	}
	for (uint32_t i = 0; i < info->n_enumerators; i++)
		flags |= (uint32_t)info->enumerators[i].value;
	flags = ~flags;
	if (flags)
		try_with(at, NO_FLAG, -EINVAL, item, &flags, sizeof(flags));
}

static void break_fd(const struct place *at, uint8_t *item)
{
	static const int wrong[] = { CLOSED_FD, -2 };

	for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++)
		try_with(at, NO_DESCRIPTOR, -EINVAL, item, &wrong[i],
			 sizeof(wrong[i]));
}

/* ---- messages ------------------------------------------------------------ */

static void break_union(const struct place *at, uint8_t *item)
{
	const struct camipc_type_info *info = at->field->type;
	struct place tag = *at;
	uint32_t wrong = 0x7fffff01;

	/* The error carries the name of the union. */
	tag.told = NULL;
	try_with(&tag, NO_ARM, -EINVAL, item + info->tag_offset, &wrong,
		 sizeof(wrong));
	wrong = 0;
	if (at->field->flags & CAMIPC_FIELD_REQUIRED)
		try_with(&tag, MISSING, -EINVAL, item + info->tag_offset,
			 &wrong, sizeof(wrong));
	break_message(at, info, item);
}

static void break_value(const struct place *at, uint8_t *item)
{
	switch (at->field->kind) {
	case CAMIPC_KIND_STRING:
		break_text(at, item);
		break;
	case CAMIPC_KIND_ENUM:
	case CAMIPC_KIND_FLAGS:
		break_enum(at, item);
		break;
	case CAMIPC_KIND_FD:
		break_fd(at, item);
		break;
	case CAMIPC_KIND_STRUCT:
		break_message(at, at->field->type, item);
		break;
	case CAMIPC_KIND_UNION:
		break_union(at, item);
		break;
	case CAMIPC_KIND_BOOL:
		break;
	default:
		break_number(at, item);
	}
}

/* A pointer and a count, which cannot both be believed. */
static void break_count(const struct place *at,
			const struct oracle_values *values, uint8_t *msg)
{
	const struct camipc_field_info *field = at->field;
	uint8_t *pointer = msg + field->offset;
	uint8_t *count = msg + field->aux_offset;
	const void *no_items = NULL;
	const void *some = "";
	size_t n = 1;
	uint8_t *right_items;
	size_t right_n;

	memcpy(&right_items, pointer, sizeof(right_items));
	memcpy(&right_n, count, sizeof(right_n));
	memcpy(count, &n, sizeof(n));
	try_with(at, NO_ITEMS, -EINVAL, pointer, &no_items, sizeof(no_items));
	/* Nothing of it is looked at. */
	memcpy(pointer, &some, sizeof(some));
	if (field->flags & CAMIPC_FIELD_HAS_MAX_LEN) {
		n = (size_t)field->max_len + 1;
		try_with(at, OVER_MAX_LEN, -EINVAL, count, &n, sizeof(n));
	} else if (!values->is_bytes) {
		n = SIZE_MAX;
		try_with(at, TOO_MANY, -EMSGSIZE, count, &n, sizeof(n));
		n = CAMIPC_MAX_MESSAGE_SIZE_CEILING + (size_t)1;
		try_with(at, TOO_MANY, -EMSGSIZE, count, &n, sizeof(n));
	}
	memcpy(pointer, &right_items, sizeof(right_items));
	memcpy(count, &right_n, sizeof(right_n));
}

/* The same key twice, and the keys the other way round. */
static void break_order(const struct place *at,
			const struct oracle_values *values)
{
	const struct camipc_field_info *key = &at->field->type->fields[0];
	uint8_t *first = (uint8_t *)values->items + key->offset;
	uint8_t *second = first + values->size;
	size_t size = oracle_value_size(key);
	uint8_t kept[16];

	if (values->n < 2)
		return;
	try_with(at, UNSORTED, -EINVAL, second, first, size);
	assert_true(size <= sizeof(kept));
	memcpy(kept, first, size);
	memcpy(first, second, size);
	try_with(at, UNSORTED, -EINVAL, second, kept, size);
	memcpy(first, kept, size);
}

static void break_field(const struct place *at,
			const struct camipc_type_info *info, uint8_t *msg)
{
	struct oracle_values values = oracle_look(info, at->field, msg);
	bool is_arm = info->kind == CAMIPC_KIND_UNION;
	enum camipc_shape shape = at->field->shape;

	if (is_arm && values.n == 0)
		return;
	if (shape == CAMIPC_SHAPE_ARRAY || shape == CAMIPC_SHAPE_MAP)
		break_count(at, &values, msg);
	if (shape == CAMIPC_SHAPE_MAP)
		break_order(at, &values);
	for (size_t i = 0; i < values.n && i < MAX_ELEMENTS; i++) {
		if (!values.is_bytes)
			break_value(at,
				    (uint8_t *)values.items + i * values.size);
	}
}

/* What is kept of a newer peer has to be fields, too. */
static void break_unknown(const struct place *at,
			  const struct camipc_type_info *info, uint8_t *msg)
{
	static const uint8_t nonsense[] = { 0x07 };
	const void *wrong = nonsense;
	uint8_t *count = msg + info->n_unknown_offset;
	size_t n = sizeof(nonsense);
	struct place kept = *at;
	size_t right;

	kept.told = NULL;
	memcpy(&right, count, sizeof(right));
	memcpy(count, &n, sizeof(n));
	try_with(&kept, KEPT_NONSENSE, -EINVAL, msg + info->unknown_offset,
		 &wrong, sizeof(wrong));
	memcpy(count, &right, sizeof(right));
}

/* What an error in @field, which lies in @owner, calls it. */
static const char *told_for(const struct camipc_field_info *owner,
			    const struct camipc_field_info *field)
{
	if (owner && oracle_is_bytes_box(owner))
		return owner->name;
	/* Of a map's entry it is the map. */
	return owner && owner->shape == CAMIPC_SHAPE_MAP ? NULL : field->name;
}

static void break_message(const struct place *at,
			  const struct camipc_type_info *info, uint8_t *msg)
{
	struct place inner = *at;

	if (++inner.level > MAX_LEVELS)
		return;
	for (uint32_t i = 0; i < info->n_fields; i++) {
		inner.field = &info->fields[i];
		inner.told = told_for(at->field, inner.field);
		break_field(&inner, info, msg);
	}
	if (info->flags & CAMIPC_TYPE_KEEPS_UNKNOWN)
		break_unknown(&inner, info, msg);
}

/* A union is a message, too: as if it were the only field of one. */
static void break_original(struct trial *trial)
{
	const struct camipc_type_info *info = trial->type->info;
	const struct camipc_field_info whole = {
		.name = info->name,
		.kind = info->kind,
		.type = info,
	};
	struct place top = { .trial = trial };

	if (info->kind == CAMIPC_KIND_UNION) {
		top.field = &whole;
		break_union(&top, trial->original);
	} else {
		break_message(&top, info, trial->original);
	}
}

static void one_mistake_at_a_time(struct trial *trial)
{
	if (!trial->type->check)
		return;
	trial_draw(trial);
	assert_int_equal(check_original(trial).error, 0);
	break_original(trial);
	/* Nothing else was wrong, or this was no test. */
	assert_int_equal(check_original(trial).error, 0);
}

static void test_one_mistake_is_refused(void **state)
{
	(void)state;
	trial_for_each(one_mistake_at_a_time, ROUNDS, 31);
	for (int i = 0; i < N_MISTAKES; i++) {
		if (!made[i])
			fail_msg("never made: %s", names[i]);
	}
}

/* ---- depth --------------------------------------------------------------- */

static unsigned int too_deep;

/* As if it were in so many others already, and in one less. */
static void at_the_bottom(struct trial *trial)
{
	if (!trial->type->check)
		return;
	trial_draw(trial);
	for (uint32_t above = 0; above < 2; above++) {
		struct camipc_check check = { .depth = CAMIPC_MAX_DEPTH -
						       above };

		trial->type->check(&check, trial->original);
		if (check.error == 0)
			continue;
		assert_int_equal(check.error, -EMSGSIZE);
		assert_non_null(check.field);
		too_deep++;
	}
}

static void test_depth_is_refused(void **state)
{
	(void)state;
	trial_for_each(at_the_bottom, ROUNDS, 32);
	assert_true(too_deep > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_mistake_is_refused),
		cmocka_unit_test(test_depth_is_refused),
	};

	return cmocka_run_group_tests(tests, trial_open_fd, trial_close_fd);
}
