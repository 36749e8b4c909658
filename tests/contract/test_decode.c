/* SPDX-License-Identifier: MIT */
/*
 * Tests that generated decoders refuse what the interface does not allow: a
 * peer need not have checked its values, or may have written the bytes by hand.
 * Encoders do not check, so they make most of the bad bytes here.
 */
#include <errno.h>
#include <math.h>
#include <string.h>

#include <camipc/wire.h>

#include "contract.h"

#define MAX_BYTES 4096u
#define ROOM 65536u

/** An encoded message, and where it is decoded to. */
struct trial {
	uint8_t bytes[MAX_BYTES + CAMIPC_WRITE_ROOM];
	size_t n;
	struct camipc_arena arena;
	struct test_echo_echo_args args;
};

static int set_up(void **state)
{
	static struct trial trial;

	memset(&trial, 0, sizeof(trial));
	camipc_arena_init(&trial.arena, ROOM);
	*state = &trial;
	return 0;
}

static int tear_down(void **state)
{
	struct trial *trial = *state;

	camipc_arena_fini(&trial->arena);
	return 0;
}

/** Appends the bytes of @args, of @type. */
static void encode(struct trial *trial, const struct camipc_message_type *type,
		   const void *args)
{
	struct camipc_writer writer;
	size_t n = 0;

	camipc_writer_init(&writer, trial->bytes + trial->n,
			   sizeof(trial->bytes) - trial->n, NULL, 0);
	type->encode(&writer, args);
	assert_int_equal(camipc_writer_finish(&writer, &n), 0);
	trial->n += n;
}

static void encode_value(struct trial *trial,
			 const struct test_echo_everything *value)
{
	const struct test_echo_echo_args args = { .value = *value };

	encode(trial, &test_echo_echo_args_type, &args);
}

/** Decodes all bytes so far, and forgets them. */
static int decode_as(struct trial *trial,
		     const struct camipc_message_type *type, void *args)
{
	struct camipc_reader reader;
	const uint8_t *p;

	camipc_arena_reset(&trial->arena, ROOM);
	memset(args, 0, type->size);
	if (type->init)
		type->init(args);
	p = camipc_reader_init(&reader, trial->bytes, trial->n, &trial->arena,
			       NULL, 0);
	type->decode(&reader, p, args);
	trial->n = 0;
	return camipc_reader_finish(&reader);
}

static int decode(struct trial *trial)
{
	return decode_as(trial, &test_echo_echo_args_type, &trial->args);
}

static int decode_bytes(struct trial *trial, const void *bytes, size_t n)
{
	memcpy(trial->bytes, bytes, n);
	trial->n = n;
	return decode(trial);
}

/** The defaults, which are allowed, but for what the caller changes. */
static struct test_echo_everything any_value(void)
{
	struct test_echo_everything value;

	test_echo_everything_init(&value);
	return value;
}

static int round_trip(struct trial *trial,
		      const struct test_echo_everything *value)
{
	encode_value(trial, value);
	return decode(trial);
}

/* ---- numbers ----------------------------------------------------------- */

/** Threat 51: [min] and [max] at the limits and one past them. */
static void integers_in_limits(void **state)
{
	static const int32_t good[] = { 1, 50, 100 };
	static const int32_t bad[] = { 0, 101, -1, INT32_MAX, INT32_MIN };
	struct test_echo_everything value = any_value();

	for (size_t i = 0; i < 3; i++) {
		value.bounds.level = good[i];
		assert_int_equal(round_trip(*state, &value), 0);
	}
	for (size_t i = 0; i < 5; i++) {
		value.bounds.level = bad[i];
		assert_int_equal(round_trip(*state, &value), -EPROTO);
	}
}

/** Threat 18: no NaN where there are limits; all bits where there are none. */
static void reals_in_limits(void **state)
{
	struct trial *trial = *state;
	struct test_echo_everything value = any_value();
	const float bad[] = { NAN, -NAN, INFINITY, -INFINITY, 1.0001f, -1e-9f };
	const double bits[] = { NAN, -0.0, INFINITY, 5e-324 };

	value.bounds.ratio = 1.0f;
	assert_int_equal(round_trip(trial, &value), 0);
	for (size_t i = 0; i < 6; i++) {
		value.bounds.ratio = bad[i];
		assert_int_equal(round_trip(trial, &value), -EPROTO);
	}
	value.bounds.ratio = 0;
	for (size_t i = 0; i < 4; i++) {
		value.scalars.wide = bits[i];
		assert_int_equal(round_trip(trial, &value), 0);
		assert_memory_equal(&trial->args.value.scalars.wide, &bits[i],
				    sizeof(bits[i]));
	}
}

/** Threat 13: only [Extensible] enums keep what nobody here knows. */
static void enums_and_flags(void **state)
{
	static const enum test_echo_mood moods[] = { TEST_ECHO_BUSY,
						     (enum test_echo_mood)3 };
	struct trial *trial = *state;
	struct test_echo_everything value = any_value();

	value.scalars.colour = 4711;
	assert_int_equal(round_trip(trial, &value), 0);
	assert_int_equal(trial->args.value.scalars.colour, 4711);
	value.scalars.mood = (enum test_echo_mood)3;
	assert_int_equal(round_trip(trial, &value), -EPROTO);
	value = any_value();
	value.scalars.options = 0x10;
	assert_int_equal(round_trip(trial, &value), -EPROTO);
	value = any_value();
	value.arrays.moods = moods;
	value.arrays.n_moods = 1;
	assert_int_equal(round_trip(trial, &value), 0);
	value.arrays.n_moods = 2;
	assert_int_equal(round_trip(trial, &value), -EPROTO);
}

/* ---- lengths ----------------------------------------------------------- */

/** Threats 12, 51: [max_len], and what is no text. */
static void lengths_and_texts(void **state)
{
	static const uint32_t items[5] = { 1, 2, 3, 4, 5 };
	struct test_echo_everything value = any_value();

	value.bounds.tag = "12345678";
	value.bounds.items = items;
	value.bounds.n_items = 4;
	assert_int_equal(round_trip(*state, &value), 0);
	value.bounds.n_items = 5;
	assert_int_equal(round_trip(*state, &value), -EPROTO);
	value.bounds.n_items = 0;
	value.bounds.tag = "123456789";
	assert_int_equal(round_trip(*state, &value), -EPROTO);
	value.bounds.tag = "\xed\xa0\x80";
	assert_int_equal(round_trip(*state, &value), -EPROTO);
}

/** Threat 17: array<uint32, 4> has four elements, or is not there. */
static void fixed_arrays(void **state)
{
	/* value (1) { arrays (5) { fixed (12): packed, of four bytes each. */
	static const uint8_t four[22] = { 0x0a, 20, 0x2a, 18, 0x62, 16, 1 };
	static const uint8_t three[18] = { 0x0a, 16, 0x2a, 14, 0x62, 12, 1 };
	static const uint8_t five[26] = { 0x0a, 24, 0x2a, 22, 0x62, 20, 1 };
	static const uint8_t odd[21] = { 0x0a, 19, 0x2a, 17, 0x62, 15, 1 };
	struct trial *trial = *state;

	assert_int_equal(decode_bytes(trial, four, sizeof(four)), 0);
	assert_int_equal(trial->args.value.arrays.fixed[0], 1);
	assert_int_equal(decode_bytes(trial, three, sizeof(three)), -EPROTO);
	assert_int_equal(decode_bytes(trial, five, sizeof(five)), -EPROTO);
	assert_int_equal(decode_bytes(trial, odd, sizeof(odd)), -EPROTO);
	assert_int_equal(decode_bytes(trial, "", 0), 0);
	assert_int_equal(trial->args.value.arrays.fixed[0], 0);
}

/** Threat 17: [required] is there, and not empty. */
static void required(void **state)
{
	struct trial *trial = *state;
	struct test_echo_greet_args args = { .name = "x" };

	encode(trial, &test_echo_greet_args_type, &args);
	assert_int_equal(decode_as(trial, &test_echo_greet_args_type, &args),
			 0);
	assert_string_equal(args.name, "x");
	/* What is empty is not written: no bytes at all. */
	assert_int_equal(decode_as(trial, &test_echo_greet_args_type, &args),
			 -EPROTO);
}

/** Threat 11: a length past the end of its message, not of all bytes. */
static void inner_lengths(void **state)
{
	/* value (1) { value (4) { text (5) } }, and where each ends. */
	static const uint8_t good[] = {
		0x0a, 7, 0x22, 5, 0x2a, 3, 'a', 'b', 'c',
	};
	static const uint8_t past_the_union[] = {
		0x0a, 7, 0x22, 2, 0x2a, 3, 'a', 'b', 'c',
	};
	static const uint8_t past_the_value[] = {
		0x0a, 4, 0x22, 5, 0x2a, 3, 'a', 'b', 'c',
	};
	static const uint8_t past_all[] = {
		0x0a, 7, 0x22, 5, 0x2a, 4, 'a', 'b', 'c',
	};
	struct trial *trial = *state;

	assert_int_equal(decode_bytes(trial, good, sizeof(good)), 0);
	assert_string_equal(trial->args.value.value.text, "abc");
	assert_int_equal(decode_bytes(trial, past_the_union,
				      sizeof(past_the_union)),
			 -EPROTO);
	assert_int_equal(decode_bytes(trial, past_the_value,
				      sizeof(past_the_value)),
			 -EPROTO);
	assert_int_equal(decode_bytes(trial, past_all, sizeof(past_all)),
			 -EPROTO);
}

/* ---- maps and unions --------------------------------------------------- */

/** Threat 15: of one key there is one entry, the last. */
static void duplicate_keys(void **state)
{
	static const struct test_echo_uint32_string_entry twice[] = {
		{ 7, "first" },
		{ 3, "between" },
		{ 7, "last" },
	};
	struct trial *trial = *state;
	struct test_echo_everything value = any_value();
	const struct test_echo_maps *maps = &trial->args.value.maps;

	value.maps.by_number = twice;
	value.maps.n_by_number = 3;
	assert_int_equal(round_trip(trial, &value), 0);
	assert_int_equal(maps->n_by_number, 2);
	assert_int_equal(maps->by_number[0].key, 3);
	assert_int_equal(maps->by_number[1].key, 7);
	assert_string_equal(maps->by_number[1].value, "last");
}

/** Threat 16: of two arms the last; of an unknown one nothing at all. */
static void arms(void **state)
{
	/* value (1) { value (4) { 15: 1 } } */
	static const uint8_t unknown[] = { 0x0a, 4, 0x22, 2, 0x78, 1 };
	struct trial *trial = *state;
	struct test_echo_everything value = any_value();

	value.value.tag = TEST_ECHO_VALUE_TEXT;
	value.value.text = "an arm";
	encode_value(trial, &value);
	value.value.tag = TEST_ECHO_VALUE_NUMBER;
	value.value.number = -4;
	encode_value(trial, &value);
	assert_int_equal(decode(trial), 0);
	assert_int_equal(trial->args.value.value.tag, TEST_ECHO_VALUE_NUMBER);
	assert_int_equal(trial->args.value.value.number, -4);
	assert_int_equal(decode_bytes(trial, unknown, sizeof(unknown)),
			 -EPROTO);
	/* None is legal, unless [required]. */
	value.value.tag = TEST_ECHO_VALUE_NONE;
	assert_int_equal(round_trip(trial, &value), 0);
	assert_int_equal(trial->args.value.value.tag, TEST_ECHO_VALUE_NONE);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(integers_in_limits), TEST(reals_in_limits),
		TEST(enums_and_flags),	  TEST(lengths_and_texts),
		TEST(fixed_arrays),	  TEST(required),
		TEST(inner_lengths),	  TEST(duplicate_keys),
		TEST(arms),
	};

	return cmocka_run_group_tests_name("decode", tests, NULL, NULL);
}
