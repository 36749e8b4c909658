/* SPDX-License-Identifier: MIT */
/* Tests that every signal of the system has a name and a text. */
#include "signal_name.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void signals_have_names_and_texts(void **state)
{
	(void)state;
	assert_string_equal(camipc_signal_to_name(SIGSEGV), "SIGSEGV");
	assert_string_equal(camipc_signal_to_string(SIGSEGV),
			    "segmentation fault");
	assert_string_equal(camipc_signal_to_name(SIGSYS), "SIGSYS");
	assert_string_equal(camipc_signal_to_string(SIGSYS),
			    "forbidden system call");
}

/* Below the real-time signals, Linux has 1 to 31. */
static void no_signal_is_missing_or_twice(void **state)
{
	(void)state;
	for (int i = 1; i <= 31; i++) {
		const char *name = camipc_signal_to_name(i);

		assert_non_null(name);
		assert_non_null(camipc_signal_to_string(i));
		assert_memory_equal(name, "SIG", 3);
		for (int j = 1; j < i; j++) {
			assert_string_not_equal(name,
						camipc_signal_to_name(j));
			assert_string_not_equal(camipc_signal_to_string(i),
						camipc_signal_to_string(j));
		}
	}
}

static void other_numbers_have_none(void **state)
{
	const int numbers[] = { -1, 0, 32, SIGRTMIN, SIGRTMAX, NSIG, 10000 };

	(void)state;
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		assert_null(camipc_signal_to_name(numbers[i]));
		assert_null(camipc_signal_to_string(numbers[i]));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(signals_have_names_and_texts),
		cmocka_unit_test(no_signal_is_missing_or_twice),
		cmocka_unit_test(other_numbers_have_none),
	};

	return cmocka_run_group_tests_name("signal_name", tests, NULL, NULL);
}
