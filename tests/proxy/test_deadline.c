/* SPDX-License-Identifier: MIT */
/* Tests deadlines, and how CAMIPC_DEADLINE_SCALE stretches them. */
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "deadline.h"

#define MS INT64_C(1000000)

static void scales(void **state)
{
	(void)state;
	assert_int_equal(camipc_deadline_parse_scale(NULL), 1000);
	assert_int_equal(camipc_deadline_parse_scale("1"), 1000);
	assert_int_equal(camipc_deadline_parse_scale("20"), 20000);
	assert_int_equal(camipc_deadline_parse_scale("0.5"), 500);
	assert_int_equal(camipc_deadline_parse_scale(".25"), 250);
	assert_int_equal(camipc_deadline_parse_scale("1.0009"), 1000);
	assert_int_equal(camipc_deadline_parse_scale("0"), 0);
	assert_int_equal(camipc_deadline_parse_scale("0.0000"), 0);
	/* Tiny is not off. */
	assert_int_equal(camipc_deadline_parse_scale("0.0001"), 1);
	assert_int_equal(camipc_deadline_parse_scale(".000000000000000001"), 1);
	assert_int_equal(camipc_deadline_parse_scale("0.001"), 1);
	/* At most a million; a text that is not a number counts as 1. */
	assert_int_equal(camipc_deadline_parse_scale("99999999999999999999"),
			 1000000000);
	assert_int_equal(camipc_deadline_parse_scale(""), 1000);
	assert_int_equal(camipc_deadline_parse_scale("."),
			 CAMIPC_NO_SCALE);
	assert_int_equal(camipc_deadline_parse_scale("2x"),
			 CAMIPC_NO_SCALE);
	assert_int_equal(camipc_deadline_parse_scale("-1"),
			 CAMIPC_NO_SCALE);
	assert_int_equal(camipc_deadline_parse_scale("0,5"),
			 CAMIPC_NO_SCALE);
}

/** The variable is 2.5 for this test, see main(). */
static void stretched(void **state)
{
	(void)state;
	assert_int_equal(camipc_deadline_after(1000, 100), 1000 + 250 * MS);
	assert_int_equal(camipc_deadline_after(0, 0), 0);
	assert_true(camipc_deadline_after(INT64_MAX - 5, 1000) ==
		    CAMIPC_NO_DEADLINE);
	assert_true(camipc_deadline_after(0, UINT32_MAX) > 0);
}

/** Short ones are exact, long ones late rather than early. */
static void begins(void **state)
{
	static const uint32_t timeouts[] = { 1, 50, 999, 1000, 10000 };

	(void)state;
	for (size_t i = 0; i < sizeof(timeouts) / sizeof(timeouts[0]); i++) {
		int64_t before = camipc_now();
		int64_t deadline = camipc_deadline_begin(timeouts[i]);
		int64_t asked = timeouts[i] * MS * 5 / 2;

		assert_true(deadline >= before + asked);
		assert_true(deadline <= camipc_now() + asked + asked / 32);
	}
	assert_true(camipc_deadline_begin(UINT32_MAX) > camipc_now());
	assert_true(camipc_now_roughly() <= camipc_now());
}

static void for_poll(void **state)
{
	(void)state;
	assert_int_equal(camipc_deadline_to_poll(CAMIPC_NO_DEADLINE, 0), -1);
	assert_int_equal(camipc_deadline_to_poll(5, 5), 0);
	assert_int_equal(camipc_deadline_to_poll(5, 6), 0);
	/* Rounded up: waking early would mean to spin. */
	assert_int_equal(camipc_deadline_to_poll(6, 5), 1);
	assert_int_equal(camipc_deadline_to_poll(MS, 0), 1);
	assert_int_equal(camipc_deadline_to_poll(MS + 1, 0), 2);
	assert_int_equal(camipc_deadline_to_poll(INT64_MAX - 1, 0), INT_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(scales),
		cmocka_unit_test(stretched),
		cmocka_unit_test(begins),
		cmocka_unit_test(for_poll),
	};

	setenv("CAMIPC_DEADLINE_SCALE", "2.5", 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
