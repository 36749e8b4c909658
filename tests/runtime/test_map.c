/* SPDX-License-Identifier: MIT */
/* Tests the order of maps: stable sort, last of equal keys, find. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <camipc/wire.h>
#include <cmocka.h>

#include "alloc_fail.h"

struct entry {
	int32_t key;
	uint32_t place; /* where it was on the wire */
};

static struct camipc_arena arena;
static struct camipc_reader r;
static unsigned long comparisons;

static int compare_and_count(const void *a, const void *b)
{
	comparisons++;
	return camipc_compare_int32(a, b);
}

static size_t sort(struct entry *entries, size_t n, size_t budget)
{
	camipc_arena_reset(&arena, budget);
	camipc_reader_init(&r, NULL, 0, &arena, NULL, 0);
	comparisons = 0;
	return camipc_get_map_done(&r, entries, n, sizeof(*entries),
				   compare_and_count);
}

/* Each key once, ascending, with the place where it stood last. */
static void check_sorted(const struct entry *entries, size_t n,
			 const struct entry *wire, size_t n_wire)
{
	assert_true(camipc_map_is_sorted(entries, n, sizeof(*entries),
					 camipc_compare_int32));
	for (size_t i = 0; i < n_wire; i++) {
		const struct entry *found =
			camipc_map_find(entries, n, sizeof(*entries),
					&wire[i].key, camipc_compare_int32);

		assert_non_null(found);
		assert_true(found->place >= i);
		assert_int_equal(wire[found->place].key, wire[i].key);
	}
}

static void test_random_orders(void **state)
{
	struct entry wire[300];
	struct entry entries[300];
	uint32_t random = 1;

	(void)state;
	for (int round = 0; round < 2000; round++) {
		size_t n = (size_t)round % 300;
		size_t kept;

		for (size_t i = 0; i < n; i++) {
			random = random * 1664525 + 1013904223;
			wire[i].key = (int32_t)(random >> 8) %
				      (round % 3 ? 50 : 100000);
			wire[i].place = (uint32_t)i;
		}
		if (n > 0)
			memcpy(entries, wire, n * sizeof(*wire));
		kept = sort(entries, n, n * sizeof(*wire));
		assert_int_equal(r.error, 0);
		check_sorted(entries, kept, wire, n);
	}
}

static void test_in_order_costs_no_memory(void **state)
{
	struct entry entries[] = { { -5, 0 }, { 0, 1 }, { 7, 2 } };

	(void)state;
	assert_int_equal(sort(entries, 3, 0), 3);
	assert_int_equal(r.error, 0);
	assert_int_equal(sort(entries, 0, 0), 0);
}

static void test_the_budget_counts(void **state)
{
	struct entry entries[] = { { 2, 0 }, { 1, 1 } };

	(void)state;
	sort(entries, 2, sizeof(entries) - 1);
	assert_int_equal(r.error, -EMSGSIZE);
	assert_int_equal(sort(entries, 2, sizeof(entries)), 2);
	assert_int_equal(entries[0].key, 1);
}

static void test_without_memory(void **state)
{
	struct entry entries[] = { { 2, 0 }, { 1, 1 } };

	(void)state;
	camipc_arena_fini(&arena);
	alloc_fail_begin(1);
	sort(entries, 2, sizeof(entries));
	alloc_fail_end();
	assert_int_equal(r.error, -ENOMEM);
	assert_int_equal(r.fault, CAMIPC_FAULT_MEMORY);
	/* They are as they came. */
	assert_int_equal(entries[0].key, 2);
}

static void test_not_quadratic(void **state)
{
	size_t n = 10000;
	struct entry *entries = calloc(n, sizeof(*entries));

	(void)state;
	for (size_t i = 0; i < n; i++)
		entries[i].key = (int32_t)(n - i);
	assert_int_equal(sort(entries, n, n * sizeof(*entries)), n);
	assert_true(comparisons < n * 20);
	for (size_t i = 0; i < n; i++)
		entries[i] = (struct entry){ 7, (uint32_t)i };
	assert_int_equal(sort(entries, n, n * sizeof(*entries)), 1);
	assert_int_equal(entries[0].place, n - 1);
	assert_true(comparisons < n * 20);
	free(entries);
}

static void test_order_of_strings(void **state)
{
	/* Keys are sorted as unsigned bytes. */
	static const char *const names[] = { "", "A", "Z", "a", "ab", "b",
					     "\xc3\xa4", "\xf0\x90\x80\x80" };
	const char *none = NULL;

	(void)state;
	assert_true(camipc_map_is_sorted(names, 8, sizeof(*names),
					 camipc_compare_string));
	assert_int_equal(camipc_compare_string(&none, &names[0]), 0);
	assert_int_equal(camipc_compare_string(&names[0], &none), 0);
	assert_true(camipc_compare_string(&none, &names[1]) < 0);
	assert_ptr_equal(camipc_map_find(names, 8, sizeof(*names), &names[4],
					 camipc_compare_string),
			 &names[4]);
}

static void test_order_of_numbers(void **state)
{
	static const uint64_t u64[] = { 0, 1, INT64_MAX, UINT64_MAX };
	static const int64_t i64[] = { INT64_MIN, -1, 0, INT64_MAX };
	static const uint32_t u32[] = { 0, INT32_MAX, UINT32_MAX };
	static const int32_t i32[] = { INT32_MIN, -1, 0, INT32_MAX };
	static const uint16_t u16[] = { 0, UINT16_MAX };
	static const int16_t i16[] = { INT16_MIN, 0, INT16_MAX };
	static const uint8_t u8[] = { 0, 255 };
	static const int8_t i8[] = { -128, 0, 127 };
	static const bool b[] = { false, true };

	(void)state;
	assert_true(camipc_map_is_sorted(u64, 4, 8, camipc_compare_uint64));
	assert_true(camipc_map_is_sorted(i64, 4, 8, camipc_compare_int64));
	assert_true(camipc_map_is_sorted(u32, 3, 4, camipc_compare_uint32));
	assert_true(camipc_map_is_sorted(i32, 4, 4, camipc_compare_int32));
	assert_true(camipc_map_is_sorted(u16, 2, 2, camipc_compare_uint16));
	assert_true(camipc_map_is_sorted(i16, 3, 2, camipc_compare_int16));
	assert_true(camipc_map_is_sorted(u8, 2, 1, camipc_compare_uint8));
	assert_true(camipc_map_is_sorted(i8, 3, 1, camipc_compare_int8));
	assert_true(camipc_map_is_sorted(b, 2, 1, camipc_compare_bool));
	assert_false(camipc_map_is_sorted("bb", 2, 1, camipc_compare_uint8));
	assert_false(camipc_map_is_sorted("ba", 2, 1, camipc_compare_uint8));
}

static void test_callers_sort_and_find(void **state)
{
	struct entry entries[] = { { 3, 0 }, { 1, 1 }, { 2, 2 } };
	int32_t key = 4;

	(void)state;
	camipc_map_sort(entries, 3, sizeof(*entries), camipc_compare_int32);
	assert_int_equal(entries[0].key, 1);
	assert_int_equal(entries[2].key, 3);
	assert_null(camipc_map_find(entries, 3, sizeof(*entries), &key,
				    camipc_compare_int32));
	assert_null(camipc_map_find(NULL, 0, sizeof(*entries), &key,
				    camipc_compare_int32));
	camipc_map_sort(NULL, 0, sizeof(*entries), camipc_compare_int32);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_random_orders),
		cmocka_unit_test(test_in_order_costs_no_memory),
		cmocka_unit_test(test_the_budget_counts),
		cmocka_unit_test(test_without_memory),
		cmocka_unit_test(test_not_quadratic),
		cmocka_unit_test(test_order_of_strings),
		cmocka_unit_test(test_order_of_numbers),
		cmocka_unit_test(test_callers_sort_and_find),
	};
	int ret;

	camipc_arena_init(&arena, 0);
	ret = cmocka_run_group_tests(tests, NULL, NULL);
	camipc_arena_fini(&arena);
	return ret;
}
