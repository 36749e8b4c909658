/* SPDX-License-Identifier: MIT */
/* Tests what headers offer beside the codec: names, maps, defaults, bounds. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "everything_ipa_interface.h"

static void test_names_of_values(void **state)
{
	(void)state;
	assert_string_equal(
		test_everything_sparse_to_string(TEST_EVERYTHING_MINUS),
		"Minus");
	/* Two names of one value: the first. */
	assert_string_equal(
		test_everything_sparse_to_string(TEST_EVERYTHING_UNO), "One");
	assert_string_equal(test_everything_sparse_to_string(
				    (enum test_everything_sparse)77),
			    "unknown");
}

static void test_names_of_sets(void **state)
{
	char text[sizeof("kFirst|kThird")];

	(void)state;
	assert_int_equal(TEST_EVERYTHING_STRICT_MASK, 7);
	assert_int_equal(test_everything_strict_set_to_string(5, text,
							      sizeof(text)),
			 13);
	assert_string_equal(text, "kFirst|kThird");
	assert_int_equal(test_everything_strict_set_to_string(5, text,
							      sizeof(text) - 1),
			 -ENOSPC);
	assert_int_equal(test_everything_strict_set_to_string(0, text,
							      sizeof(text)),
			 1);
	assert_string_equal(text, "0");
	assert_int_equal(test_everything_strict_set_to_string(0x12, text,
							      sizeof(text)),
			 12);
	assert_string_equal(text, "kSecond|0x10");
}

static void test_unknown_values_have_a_default(void **state)
{
	(void)state;
	assert_int_equal(
		test_everything_later_or_default(TEST_EVERYTHING_LATER_FIRST),
		TEST_EVERYTHING_LATER_FIRST);
	assert_int_equal(test_everything_later_or_default(77),
			 TEST_EVERYTHING_LATER_SECOND);
	assert_int_equal(test_everything_later_or_default(-1),
			 TEST_EVERYTHING_LATER_SECOND);
}

static void test_maps_are_sorted_and_searched(void **state)
{
	struct test_everything_string_string_entry words[] = {
		{ "b", "2" }, { "", "0" }, { "\xc3\xa9", "4" }, { "ba", "3" },
	};
	struct test_everything_uint64_double_entry wide[] = {
		{ UINT64_MAX, 2.0 }, { 0, 0.0 }, { 1, 1.0 },
	};

	(void)state;
	test_everything_string_string_sort(words, 4);
	assert_string_equal(words[0].key, "");
	assert_string_equal(words[1].key, "b");
	assert_string_equal(words[2].key, "ba");
	assert_string_equal(
		*test_everything_string_string_find(words, 4, "\xc3\xa9"), "4");
	assert_null(test_everything_string_string_find(words, 4, "c"));
	assert_null(test_everything_string_string_find(NULL, 0, "c"));

	test_everything_uint64_double_sort(wide, 3);
	assert_true(wide[0].key == 0 && wide[2].key == UINT64_MAX);
	assert_true(*test_everything_uint64_double_find(wide, 3, 1) == 1.0);
}

static void test_defaults_and_bounds(void **state)
{
	struct test_everything_inner inner;
	struct test_everything_inner copy;
	struct test_everything_limits limits;

	(void)state;
	test_everything_inner_init(&inner);
	assert_string_equal(inner.name, "inner");
	assert_int_equal(inner.value, -1);
	assert_int_equal(test_everything_inner_copy(&copy, &inner), 0);
	assert_string_equal(copy.name, "inner");
	test_everything_inner_clear(&copy);
	test_everything_inner_clear(&copy);
	assert_string_equal(copy.name, "inner");

	/* Much is [required] of it, so its defaults are not allowed. */
	test_everything_limits_init(&limits);
	assert_int_equal(test_everything_limits_copy(&limits, &limits),
			 -EINVAL);

	assert_int_equal(TEST_EVERYTHING_EMPTY_MAX_ENCODED_SIZE, 0);
	assert_int_equal(TEST_EVERYTHING_SCALARS_OUTS_MAX_ENCODED_SIZE, 13);
}

/** [restore], [key] and [undo] are data for the engine. */
static void test_what_a_restart_needs(void **state)
{
	const struct camipc_method *push =
		camipc_find_method(test_everything_second_interface.methods, 3,
				   TEST_EVERYTHING_SECOND_METHOD_PUSH);
	const struct camipc_method *nulls = camipc_find_method(
		test_everything_interface.methods,
		test_everything_interface.n_methods,
		TEST_EVERYTHING_METHOD_NULLS);
	const struct camipc_method *text = camipc_find_method(
		test_everything_interface.methods,
		test_everything_interface.n_methods,
		TEST_EVERYTHING_METHOD_TEXT);

	(void)state;
	/* inners.name: field 1 of the arguments, then field 1 of an Inner. */
	assert_int_equal(push->flags, CAMIPC_METHOD_RESTORE);
	assert_int_equal(push->key[0], 1);
	assert_int_equal(push->key[1], 1);
	assert_int_equal(push->key[2], 0);
	assert_int_equal(push->undo, TEST_EVERYTHING_SECOND_METHOD_FORGET);
	assert_true(push[1].flags & CAMIPC_METHOD_RESTART_WAIT);
	assert_true(nulls->flags & CAMIPC_METHOD_RESTORE);
	assert_true(nulls->flags & CAMIPC_METHOD_IGNORE_RESULT);
	assert_int_equal(nulls->key[0], 3);
	assert_int_equal(nulls->key[1], 0);
	assert_int_equal(nulls->undo, 0);
	assert_false(text->flags & CAMIPC_METHOD_RESTORE);
	assert_int_equal(text->key[0], 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names_of_values),
		cmocka_unit_test(test_names_of_sets),
		cmocka_unit_test(test_unknown_values_have_a_default),
		cmocka_unit_test(test_maps_are_sorted_and_searched),
		cmocka_unit_test(test_defaults_and_bounds),
		cmocka_unit_test(test_what_a_restart_needs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
