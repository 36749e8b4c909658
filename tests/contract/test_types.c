/* SPDX-License-Identifier: MIT */
/* Tests that values of every type arrive and return equal to the last bit. */
#include <errno.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <camipc/wire.h>

#include "contract.h"

#define MAX_BYTES 65536u

/* ---- comparing: by encoding, which knows every field ------------------- */

struct bytes {
	uint8_t data[MAX_BYTES + CAMIPC_WRITE_ROOM];
	size_t n;
};

static void encode(const struct test_echo_everything *value, struct bytes *ret)
{
	const struct test_echo_echo_args args = { .value = *value };
	struct camipc_writer writer;

	camipc_writer_init(&writer, ret->data, sizeof(ret->data), NULL, 0);
	test_echo_echo_args_type.encode(&writer, &args);
	assert_int_equal(camipc_writer_finish(&writer, &ret->n), 0);
}

static void expect_equal(const struct test_echo_everything *a,
			 const struct test_echo_everything *b)
{
	struct bytes *first = malloc(sizeof(*first));
	struct bytes *second = malloc(sizeof(*second));

	assert_non_null(first);
	assert_non_null(second);
	encode(a, first);
	encode(b, second);
	assert_int_equal(first->n, second->n);
	assert_memory_equal(first->data, second->data, first->n);
	free(first);
	free(second);
}

/* ---- a value with everything in it ------------------------------------- */

static const bool flags[3] = { true, false, true };
static const uint8_t bytes[5] = { 0, 1, 0xff, 0, 7 };
static const int16_t shorts[3] = { INT16_MIN, 0, INT16_MAX };
static const int32_t numbers[4] = { INT32_MIN, -1, 0, INT32_MAX };
static const uint64_t larges[2] = { 0, UINT64_MAX };
static const float reals[4] = { -0.0f, FLT_MIN / 4, FLT_MAX, 1.5f };
static const double wides[3] = { -0.0, DBL_MAX, 0.1 };
static const enum test_echo_mood moods[3] = { TEST_ECHO_ANGRY, TEST_ECHO_CALM,
					      TEST_ECHO_BUSY };
static const char *const texts[3] = { "", "h\xc3\xa9", "third" };
static const struct test_echo_point points[3] = { { 1, -1 },
						  { 0, 0 },
						  { INT32_MAX, INT32_MIN } };
static const struct test_echo_value values[] = {
	{ .tag = TEST_ECHO_VALUE_NONE },
	{ .tag = TEST_ECHO_VALUE_BOOLEAN, .boolean = true },
	{ .tag = TEST_ECHO_VALUE_NUMBER, .number = 0 },
	{ .tag = TEST_ECHO_VALUE_LARGE, .large = UINT64_MAX },
	{ .tag = TEST_ECHO_VALUE_REAL, .real = -0.0 },
	{ .tag = TEST_ECHO_VALUE_TEXT, .text = "arm" },
	{ .tag = TEST_ECHO_VALUE_POINT, .point = { -3, 4 } },
	{ .tag = TEST_ECHO_VALUE_BYTES, .bytes = { bytes, 5 } },
	{ .tag = TEST_ECHO_VALUE_REALS, .reals = { reals, 4 } },
};
static const struct test_echo_int32_array rows[3] = {
	{ numbers, 4 },
	{ NULL, 0 },
	{ numbers, 1 },
};
static const struct test_echo_uint32_string_entry by_number[] = {
	{ 0, "zero" },
	{ 7, "" },
	{ UINT32_MAX, "most" },
};
static const struct test_echo_string_point_entry by_name[] = {
	{ "", { 1, 2 } },
	{ "a", { 0, 0 } },
	{ "\xc3\xa9", { 5, 6 } },
};
static const struct test_echo_mood_int32_entry by_mood[] = {
	{ TEST_ECHO_CALM, -1 },
	{ TEST_ECHO_ANGRY, 0 },
};
static const struct test_echo_int32_uint8_array_entry blobs[] = {
	{ INT32_MIN, { bytes, 5 } },
	{ 0, { NULL, 0 } },
};

static void fill_scalars(struct test_echo_scalars *s)
{
	*s = (struct test_echo_scalars){
		.flag = true,
		.i8 = INT8_MIN,
		.u8 = UINT8_MAX,
		.i16 = INT16_MIN,
		.u16 = UINT16_MAX,
		.i32 = INT32_MIN,
		.u32 = UINT32_MAX,
		.i64 = INT64_MIN,
		.u64 = UINT64_MAX,
		.real = -0.0f,
		.wide = DBL_MIN / 8,
		.mood = TEST_ECHO_ANGRY,
		.colour = 4711, /* extensible: any number */
		.options = TEST_ECHO_OPTION_MASK,
		.text = "scalars",
	};
}

#define LIST(to, field) \
	((to).field = field, (to).n_##field = sizeof(field) / sizeof(*(field)))

static void fill(struct test_echo_everything *value)
{
	test_echo_everything_init(value);
	fill_scalars(&value->scalars);
	/* Zeros where the defaults are not. */
	value->defaults.width = 0;
	value->defaults.enabled = false;
	value->defaults.mood = TEST_ECHO_CALM;
	value->defaults.name = "";
	value->bounds.level = 1;
	value->bounds.ratio = 1.0f;
	value->bounds.tag = "12345678";
	value->value = values[7];
	LIST(value->arrays, flags);
	LIST(value->arrays, bytes);
	LIST(value->arrays, shorts);
	LIST(value->arrays, numbers);
	LIST(value->arrays, larges);
	LIST(value->arrays, reals);
	LIST(value->arrays, wides);
	LIST(value->arrays, moods);
	LIST(value->arrays, texts);
	LIST(value->arrays, points);
	LIST(value->arrays, values);
	LIST(value->arrays, rows);
	value->arrays.fixed[3] = 9;
	value->arrays.corners[1].x = -8;
	LIST(value->maps, by_number);
	LIST(value->maps, by_name);
	LIST(value->maps, by_mood);
	LIST(value->maps, blobs);
	value->nullables.has_number = true;
	value->nullables.has_flag = true;
	value->nullables.text = "";
	value->nullables.point = &points[0];
	value->nullables.numbers = &rows[0];
}

/* ---- the tests --------------------------------------------------------- */

static void there_and_back(void **state)
{
	struct contract *c = *state;
	struct test_echo_everything value;
	struct test_echo_everything back;

	fill(&value);
	contract_ready(c);
	/* In the caller's thread, and where calls run otherwise. */
	for (int i = 0; i < 2; i++) {
		assert_int_equal(test_echo_echo(c->ipa, &value, &back), 0);
		expect_equal(&value, &back);
		assert_true(signbit(back.scalars.real));
		assert_string_equal(back.arrays.texts[1], "h\xc3\xa9");
		assert_int_equal(back.scalars.colour, 4711);
		assert_true(back.nullables.has_number);
		assert_false(back.nullables.has_mood);
		assert_string_equal(back.nullables.text, "");
		test_echo_everything_clear(&back);
		if (i == 0)
			contract_start(c);
	}
}

static void defaults_there_and_back(void **state)
{
	struct contract *c = *state;
	struct test_echo_everything value;
	struct test_echo_everything back;

	test_echo_everything_init(&value);
	contract_ready(c);
	assert_int_equal(test_echo_echo(c->ipa, &value, &back), 0);
	expect_equal(&value, &back);
	assert_int_equal(back.defaults.width, 640);
	assert_int_equal(back.defaults.offset, -5);
	assert_string_equal(back.defaults.name, "unnamed");
	assert_int_equal(back.bounds.level, 50);
	assert_string_equal(back.scalars.text, "");
	assert_null(back.nullables.text);
	test_echo_everything_clear(&back);
}

static void compare_value(struct contract *c,
			  const struct test_echo_everything *value)
{
	expect_equal(c->context, value);
}

static void in_async_calls_and_events(void **state)
{
	struct contract *c = *state;
	struct test_echo_everything value;

	fill(&value);
	c->context = &value;
	c->on_value = compare_value;
	contract_running(c);
	assert_int_equal(test_echo_push_value(c->ipa, &value), 0);
	contract_dispatch_events(c, 1);
	assert_int_equal(c->n_values, 1);
}

static void scalars_as_parameters(void **state)
{
	struct contract *c = *state;
	struct test_echo_scalars s;
	struct test_echo_scalars back;

	fill_scalars(&s);
	contract_ready(c);
	assert_int_equal(
		test_echo_echo_scalars(c->ipa, s.flag, s.i8, s.u8, s.i16, s.u16,
				       s.i32, s.u32, s.i64, s.u64, s.real,
				       s.wide, s.mood, s.colour, s.text, &back),
		0);
	assert_int_equal(back.i8, INT8_MIN);
	assert_int_equal(back.u16, UINT16_MAX);
	assert_true(back.i64 == INT64_MIN && back.u64 == UINT64_MAX);
	assert_true(back.wide == s.wide);
	assert_int_equal(back.options, TEST_ECHO_FAST | TEST_ECHO_QUIET);
	assert_string_equal(back.text, "scalars");
	test_echo_scalars_clear(&back);
}

static void maps_and_unions_as_parameters(void **state)
{
	const struct test_echo_uint32_point_entry streams[] = {
		{ 1, { 10, 20 } },
		{ 5, { 30, 40 } },
	};
	const struct test_echo_uint32_point_entry *adjusted = NULL;
	const struct test_echo_point *found;
	struct contract *c = *state;
	uint32_t count = 0;
	size_t n = 0;

	contract_ready(c);
	assert_int_equal(test_echo_configure(c->ipa, streams, 2, values, 9,
					     &count, &adjusted, &n),
			 0);
	assert_int_equal(count, 9);
	assert_int_equal(n, 2);
	found = test_echo_uint32_point_find(adjusted, n, 5);
	assert_non_null(found);
	assert_int_equal(found->x, 31);
	assert_null(test_echo_uint32_point_find(adjusted, n, 2));
	camipc_clear_array(adjusted);
}

/** A NULL string is "", in every backend and every place. */
static void null_strings(void **state)
{
	struct contract *c = *state;
	struct test_echo_everything value;
	struct test_echo_everything back;
	uint64_t length = 99;

	contract_ready(c);
	assert_int_equal(
		test_echo_measure(c->ipa, NULL, 0, NULL, NULL, &length), 0);
	assert_int_equal(length, 0);
	test_echo_everything_init(&value);
	value.scalars.text = NULL;
	assert_int_equal(test_echo_echo(c->ipa, &value, &back), 0);
	assert_string_equal(back.scalars.text, "");
	test_echo_everything_clear(&back);
}

/** What a process could not decode, a thread refuses, too. */
static void refused_everywhere(void **state)
{
	static const char *const bad[] = { "\xff", "\xc0\x80", "\xed\xa0\x80" };
	struct contract *c = *state;
	struct test_echo_everything value;

	contract_running(c);
	for (size_t i = 0; i < 3; i++) {
		test_echo_everything_init(&value);
		value.scalars.text = bad[i];
		assert_int_equal(test_echo_echo(c->ipa, &value, NULL), -EINVAL);
		assert_int_equal(test_echo_push_value(c->ipa, &value), -EINVAL);
	}
	test_echo_everything_init(&value);
	value.scalars.mood = (enum test_echo_mood)3;
	assert_int_equal(test_echo_echo(c->ipa, &value, NULL), -EINVAL);
	test_echo_everything_init(&value);
	value.scalars.options = 0x10;
	assert_int_equal(test_echo_echo(c->ipa, &value, NULL), -EINVAL);
	test_echo_everything_init(&value);
	value.value.tag = (enum test_echo_value_tag)77;
	assert_int_equal(test_echo_echo(c->ipa, &value, NULL), -EINVAL);
	test_echo_everything_init(&value);
	value.arrays.n_points = 3; /* at NULL */
	assert_int_equal(test_echo_echo(c->ipa, &value, NULL), -EINVAL);
	assert_int_equal(test_echo_greet(c->ipa, "", NULL), -EINVAL);
	assert_int_equal(test_echo_greet(c->ipa, NULL, NULL), -EINVAL);
	assert_int_equal(test_echo_greet(c->ipa, "x", NULL), 0);
	/* Nobody died of it, and nothing was queued. */
	assert_int_equal(test_echo_slow(c->ipa, 4), 4);
	assert_int_equal(contract_stats(c).async_calls, 0);
}

static const struct CMUnitTest tests[] = {
	CONTRACT_TEST(there_and_back),
	CONTRACT_TEST(defaults_there_and_back),
	CONTRACT_TEST(in_async_calls_and_events),
	CONTRACT_TEST(scalars_as_parameters),
	CONTRACT_TEST(maps_and_unions_as_parameters),
	CONTRACT_TEST(null_strings),
	CONTRACT_TEST(refused_everywhere),
};

CONTRACT_MAIN(tests)
