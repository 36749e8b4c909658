/* SPDX-License-Identifier: MIT */
/* Tests when a thread looks before it sleeps, and when it gives up looking. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "spin.h"

/** Looks that one turn had, which found nothing. */
static uint32_t look_in_vain(struct camipc_spin *spin, int64_t ns)
{
	struct camipc_spin_turn turn;
	uint32_t looks = 0;

	for (camipc_spin_begin(spin, ns, &turn); camipc_spin_goes_on(&turn);)
		looks++;
	camipc_spin_miss(spin, &turn);
	return looks;
}

static void never_without_a_limit(void **state)
{
	struct camipc_spin spin = { .limit_us = 0 };

	(void)state;
	assert_int_equal(look_in_vain(&spin, -1), 0);
	assert_int_equal(spin.skipped, 0);
}

static void until_the_time_is_over(void **state)
{
	struct camipc_spin spin = { .limit_us = 1000 };
	const uint64_t begin = camipc_now_ns();

	(void)state;
	assert_true(look_in_vain(&spin, -1) >= CAMIPC_SPIN_LOOKS - 1);
	assert_true(camipc_now_ns() - begin >= 1000000);
}

/** A sleep that is over at once is not preceded by a long look. */
static void no_longer_than_the_sleep(void **state)
{
	struct camipc_spin spin = { .limit_us = 1000 };

	(void)state;
	assert_int_equal(look_in_vain(&spin, 0), CAMIPC_SPIN_LOOKS - 1);
}

static void seldom_after_misses(void **state)
{
	struct camipc_spin spin = { .limit_us = 1 };
	uint32_t skipped = 0;
	uint32_t expected = 1;

	(void)state;
	for (uint32_t looks = 0; looks < 10; looks++) {
		assert_true(look_in_vain(&spin, -1) > 0);
		for (skipped = 0; spin.left > 0; skipped++)
			assert_int_equal(look_in_vain(&spin, -1), 0);
		assert_int_equal(skipped, expected);
		expected = 2 * expected + 1;
		if (expected > CAMIPC_SPIN_MAX_SKIPPED)
			expected = CAMIPC_SPIN_MAX_SKIPPED;
	}
	assert_int_equal(skipped, CAMIPC_SPIN_MAX_SKIPPED);
}

static void always_after_a_hit(void **state)
{
	struct camipc_spin spin = { .limit_us = 1 };
	struct camipc_spin_turn turn;

	(void)state;
	while (spin.skipped < CAMIPC_SPIN_MAX_SKIPPED) {
		spin.left = 0;
		(void)look_in_vain(&spin, -1);
	}
	spin.left = 0;
	camipc_spin_begin(&spin, -1, &turn);
	assert_true(camipc_spin_goes_on(&turn));
	assert_true(camipc_spin_hit(&spin));
	assert_true(look_in_vain(&spin, -1) > 0);
	assert_int_equal(spin.left, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(never_without_a_limit),
		cmocka_unit_test(until_the_time_is_over),
		cmocka_unit_test(no_longer_than_the_sleep),
		cmocka_unit_test(seldom_after_misses),
		cmocka_unit_test(always_after_a_hit),
	};

	return cmocka_run_group_tests_name("test_spin", tests, NULL, NULL);
}
