/* SPDX-License-Identifier: MIT */
/*
 * Tests [inline] unions and [keep_unknown] structs byte by byte, which only
 * schemas from elsewhere need. test_oracle tests their random values.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "everything_ipa_serializer.h"

#define ROOM 4096

static struct camipc_arena arena;
static struct camipc_reader r;
static uint8_t bytes[ROOM];

static int setup(void **state)
{
	(void)state;
	camipc_arena_reset(&arena, CAMIPC_DECODED_BASE);
	return 0;
}

static int teardown_all(void **state)
{
	(void)state;
	camipc_arena_fini(&arena);
	return 0;
}

/* ---- [inline] ------------------------------------------------------------ */

static int read_inlined(struct test_everything_inlined *msg, const char *data,
			size_t n)
{
	static const int fds[] = { 0, 1 };
	const uint8_t *p = camipc_reader_init(&r, data, n, &arena, fds, 1);

	test_everything_inlined_init(msg);
	test_everything_inlined_get_fields(&r, p, r.end, msg);
	return camipc_reader_finish(&r);
}

/* Field 6, an arm of a union that has to be there. */
#define LONE "\x30\x01"

static void test_arms_are_fields(void **state)
{
	struct test_everything_inlined msg;

	(void)state;
	assert_int_equal(read_inlined(&msg, "\x08\x05\x10\x07" LONE, 6), 0);
	assert_int_equal(msg.first, 5);
	assert_int_equal(msg.spread.tag, TEST_EVERYTHING_SPREAD_LOW);
	assert_int_equal(msg.spread.low, 7);
	assert_int_equal(msg.lone.tag, TEST_EVERYTHING_LONE_ONLY);
	assert_int_equal(msg.lone.only, 0);
}

static void test_the_last_arm_counts(void **state)
{
	struct test_everything_inlined msg;

	(void)state;
	/* inner, low, and inner again: which begins anew. */
	assert_int_equal(read_inlined(&msg,
				      "\x22\x05\x0a\x01x\x10\x07\x10\x02"
				      "\x22\x02\x10\x09" LONE, 15), 0);
	assert_int_equal(msg.spread.tag, TEST_EVERYTHING_SPREAD_INNER);
	assert_string_equal(msg.spread.inner.name, "inner");
	assert_int_equal(msg.spread.inner.value, 9);
	/* Twice in a row they are one. */
	assert_int_equal(read_inlined(&msg,
				      "\x22\x03\x0a\x01x\x22\x02\x10\x09" LONE,
				      11), 0);
	assert_string_equal(msg.spread.inner.name, "x");
	assert_int_equal(msg.spread.inner.value, 9);
}

static void test_rules_hold_in_arms(void **state)
{
	struct test_everything_inlined msg;
	struct camipc_check check = { 0 };

	(void)state;
	assert_int_equal(read_inlined(&msg, "\x10\x00" LONE, 4), -EPROTO);
	assert_int_equal(r.fault, CAMIPC_FAULT_RANGE);
	/* A rule of an arm that another one replaced has held, too. */
	assert_int_equal(read_inlined(&msg, "\x10\x00\x10\x01" LONE, 6),
			 -EPROTO);

	assert_int_equal(read_inlined(&msg, LONE, 2), 0);
	msg.spread.tag = TEST_EVERYTHING_SPREAD_LOW;
	msg.spread.low = 0;
	test_everything_inlined_check(&check, &msg);
	assert_int_equal(check.error, -EINVAL);
	assert_string_equal(check.field, "low");
}

static void test_a_required_one_is_there(void **state)
{
	static const struct test_everything_inlined none = { .first = 1 };
	struct test_everything_inlined msg;
	struct camipc_check check = { 0 };

	(void)state;
	assert_int_equal(read_inlined(&msg, "\x08\x05", 2), -EPROTO);
	assert_int_equal(r.fault, CAMIPC_FAULT_RANGE);
	test_everything_inlined_check(&check, &none);
	assert_int_equal(check.error, -EINVAL);
	assert_string_equal(check.field, "lone");
}

/* Nobody can tell it from any other unknown field. */
static void test_an_unknown_arm_is_an_unknown_field(void **state)
{
	struct test_everything_inlined msg;
	const uint8_t *p;

	(void)state;
	assert_int_equal(read_inlined(&msg, "\x48\x01" LONE, 4), 0);
	assert_int_equal(r.skipped_fields, 1);
	assert_int_equal(msg.spread.tag, TEST_EVERYTHING_SPREAD_NONE);
	/* While a union that is a message would lose its value by it. */
	p = camipc_reader_init(&r, "\x48\x01", 2, &arena, NULL, 0);
	test_everything_spread_get_fields(&r, p, r.end, &msg.spread);
	assert_int_equal(camipc_reader_finish(&r), -EPROTO);
}

static void test_arms_are_written_among_the_fields(void **state)
{
	struct test_everything_inlined msg;
	struct camipc_writer w;
	int fds[2];
	size_t n = 0;

	(void)state;
	test_everything_inlined_init(&msg);
	msg.first = 5;
	msg.spread.tag = TEST_EVERYTHING_SPREAD_LOW;
	msg.spread.low = 7;
	msg.middle = "m";
	msg.text = true;
	msg.lone.tag = TEST_EVERYTHING_LONE_ONLY;
	msg.lone.only = 1;
	msg.last = 2;
	camipc_writer_init(&w, bytes, ROOM, fds, 2);
	w.pos = test_everything_inlined_put_fields(&w, w.pos, &msg);
	assert_int_equal(camipc_writer_finish(&w, &n), 0);
	assert_int_equal(n, 13);
	assert_memory_equal(bytes, "\x08\x05\x10\x07\x1a\x01m\x28\x01\x30\x01"
				   "\x38\x02", 13);
	assert_int_equal(w.n_fds, 2);

	msg.spread.tag = TEST_EVERYTHING_SPREAD_TEXT;
	msg.spread.text = "t";
	camipc_writer_init(&w, bytes, ROOM, fds, 2);
	w.pos = test_everything_inlined_put_fields(&w, w.pos, &msg);
	assert_int_equal(camipc_writer_finish(&w, &n), 0);
	assert_memory_equal(bytes, "\x08\x05\x1a\x01m\x28\x01\x30\x01\x38\x02"
				   "\xc2\x0c\x01t", n);
}

/* ---- [keep_unknown] ------------------------------------------------------ */

static int read_keeper(struct test_everything_keeper *msg, const void *data,
		       size_t n)
{
	const uint8_t *p = camipc_reader_init(&r, data, n, &arena, NULL, 0);

	test_everything_keeper_init(msg);
	test_everything_keeper_get_fields(&r, p, r.end, msg);
	return camipc_reader_finish(&r);
}

static size_t write_keeper(const struct test_everything_keeper *msg)
{
	struct camipc_check check = { 0 };
	struct camipc_writer w;
	size_t n = 0;

	test_everything_keeper_check(&check, msg);
	assert_int_equal(check.error, 0);
	camipc_writer_init(&w, bytes, ROOM, NULL, 0);
	w.pos = test_everything_keeper_put_fields(&w, w.pos, msg);
	assert_int_equal(camipc_writer_finish(&w, &n), 0);
	assert_true(n <= check.wire);
	return n;
}

/* In front, between, in a struct inside, and of another wire type. */
static const char scattered[] =
	"\x48\x01\x18\x05\x4d\1\2\3\4\x5a\x03\x0a\x01y\x1a\x01z";
static const char gathered[] =
	"\x18\x05\x5a\x03\x0a\x01y\x48\x01\x4d\1\2\3\4\x1a\x01z";

static void test_unknown_fields_go_on(void **state)
{
	struct test_everything_keeper msg;

	(void)state;
	assert_int_equal(read_keeper(&msg, scattered, 17), 0);
	assert_int_equal(msg.number, 5);
	assert_int_equal(msg.n_unknown_fields, 10);
	assert_int_equal(msg.empty.n_unknown_fields, 3);
	assert_int_equal(r.skipped_fields, 4);
	assert_int_equal(write_keeper(&msg), 17);
	assert_memory_equal(bytes, gathered, 17);
}

static void test_a_copy_has_its_own(void **state)
{
	char message[sizeof(scattered)];
	struct test_everything_keeper msg;
	struct test_everything_keeper copy;

	(void)state;
	memcpy(message, scattered, sizeof(message));
	assert_int_equal(read_keeper(&msg, message, 17), 0);
	assert_int_equal(test_everything_keeper_copy(&copy, &msg), 0);
	memset(message, 0, sizeof(message));
	camipc_arena_reset(&arena, 0);
	assert_int_equal(write_keeper(&copy), 17);
	assert_memory_equal(bytes, gathered, 17);
	test_everything_keeper_clear(&copy);
	assert_null(copy.unknown_fields);
	assert_int_equal(copy.n_unknown_fields, 0);
	test_everything_keeper_clear(&copy);
}

/* Else a caller could say what the rules of its own fields forbid. */
static void test_what_a_sender_may_not_keep(void **state)
{
	static const struct {
		const char *bytes;
		size_t size;
	} bad[] = {
		{ "\x18\x05", 2 }, /* number, past its rules */
		{ "\x10\x00", 2 }, /* an arm of spread */
		{ "\x5a\x00", 2 }, /* empty, a struct */
		{ "\x48", 1 },	   { "\x4b", 1 },
		{ "\x00\x01", 2 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct test_everything_keeper msg;
		struct test_everything_keeper copy;
		struct camipc_check check = { 0 };

		test_everything_keeper_init(&msg);
		msg.unknown_fields = (const uint8_t *)bad[i].bytes;
		msg.n_unknown_fields = bad[i].size;
		test_everything_keeper_check(&check, &msg);
		assert_int_equal(check.error, -EINVAL);
		assert_string_equal(check.field, "unknown fields");
		assert_int_equal(test_everything_keeper_copy(&copy, &msg),
				 -EINVAL);
	}
}

/* ---- depth: what may be sent is what is taken ----------------------------- */

static int send_and_receive(const struct test_everything_tree *tree)
{
	struct camipc_check check = { 0 };
	struct test_everything_tree back;
	struct camipc_writer w;
	const uint8_t *p;
	size_t n = 0;

	test_everything_tree_check(&check, tree);
	camipc_writer_init(&w, bytes, ROOM, NULL, 0);
	w.pos = test_everything_tree_put_fields(&w, w.pos, tree);
	assert_int_equal(camipc_writer_finish(&w, &n), 0);
	camipc_arena_reset(&arena, CAMIPC_DECODED_BASE);
	p = camipc_reader_init(&r, bytes, n, &arena, NULL, 0);
	test_everything_tree_init(&back);
	test_everything_tree_get_fields(&r, p, r.end, &back);
	assert_int_equal(camipc_reader_finish(&r), check.error);
	return check.error;
}

static void test_depth_is_the_receivers(void **state)
{
	int deepest[2] = { 0, 0 };

	(void)state;
	for (int with_entry = 0; with_entry < 2; with_entry++) {
		struct test_everything_tree trees[40];
		struct test_everything_string_tree_entry entry;

		for (size_t i = 0; i < 40; i++) {
			test_everything_tree_init(&trees[i]);
			if (i == 0 && with_entry) {
				entry.key = "k";
				test_everything_tree_init(&entry.value);
				trees[0].named = &entry;
				trees[0].n_named = 1;
			}
			if (i > 0)
				trees[i].next = &trees[i - 1];
			if (send_and_receive(&trees[i]) == 0)
				deepest[with_entry]++;
		}
	}
	/* The last of them holds a pair and a forest, one level each; an
	 * entry and its tree are two more. */
	assert_int_equal(deepest[0], CAMIPC_MAX_DEPTH - 1);
	assert_int_equal(deepest[1], CAMIPC_MAX_DEPTH - 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_arms_are_fields, setup),
		cmocka_unit_test_setup(test_the_last_arm_counts, setup),
		cmocka_unit_test_setup(test_rules_hold_in_arms, setup),
		cmocka_unit_test_setup(test_a_required_one_is_there, setup),
		cmocka_unit_test_setup(test_an_unknown_arm_is_an_unknown_field,
				       setup),
		cmocka_unit_test_setup(test_arms_are_written_among_the_fields,
				       setup),
		cmocka_unit_test_setup(test_unknown_fields_go_on, setup),
		cmocka_unit_test_setup(test_a_copy_has_its_own, setup),
		cmocka_unit_test(test_what_a_sender_may_not_keep),
		cmocka_unit_test_setup(test_depth_is_the_receivers, setup),
	};

	return cmocka_run_group_tests(tests, NULL, teardown_all);
}
