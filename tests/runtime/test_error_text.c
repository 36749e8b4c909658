/* SPDX-License-Identifier: MIT */
/* Tests error codes in words, in any locale and thread. */
#include <camipc/error.h>

#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "german.h"

/* The largest errno value that Linux has names for, but for MIPS. */
#define LAST_ERRNO EHWPOISON

static void system_errors_have_texts_of_either_sign(void **state)
{
	(void)state;
	assert_string_equal(camipc_errno_to_string(0), "success");
	assert_string_equal(camipc_errno_to_string(ENOENT),
			    "no such file or directory");
	assert_string_equal(camipc_errno_to_string(-ENOENT),
			    "no such file or directory");
	assert_string_equal(camipc_errno_to_string(-ENOMEM), "out of memory");
}

/* Numbers that the C library has no name for are the only holes. */
static void every_errno_has_a_text_of_its_own(void **state)
{
	(void)state;
	for (int i = 0; i <= LAST_ERRNO; i++) {
		const char *text = camipc_errno_to_string(i);
		char fallback[32];

		snprintf(fallback, sizeof(fallback), "error %d", i);
		if (strncmp(strerror(i), "Unknown error", 13) == 0) {
			assert_string_equal(text, fallback);
			continue;
		}
		assert_string_not_equal(text, fallback);
		for (int j = 0; j < i; j++) {
			if (strcmp(text, camipc_errno_to_string(j)) == 0)
				fail_msg("%d and %d: %s", i, j, text);
		}
	}
}

static void numbers_without_a_name_are_shown(void **state)
{
	(void)state;
	assert_string_equal(camipc_errno_to_string(4095), "error 4095");
	assert_string_equal(camipc_errno_to_string(-4095), "error 4095");
	assert_string_equal(camipc_errno_to_string(INT_MAX),
			    "error 2147483647");
	assert_string_equal(camipc_errno_to_string(INT_MIN),
			    "error 2147483648");
	assert_string_equal(camipc_strerror(-4095), "error 4095");
	assert_string_equal(camipc_strerror(INT_MIN), "error 2147483648");
}

/* The C library has the names that we compare with. */
static void results_have_the_names_of_their_codes(void **state)
{
	(void)state;
	assert_string_equal(camipc_result_to_string(-ENOENT),
			    "-ENOENT (no such file or directory)");
	assert_string_equal(camipc_result_to_string(-EOPNOTSUPP),
			    "-EOPNOTSUPP (operation not supported)");
	assert_string_equal(camipc_result_to_string(0), "0");
	assert_string_equal(camipc_result_to_string(ENOENT), "2");
	assert_string_equal(camipc_result_to_string(-4095), "-4095");
	assert_string_equal(camipc_result_to_string(INT32_MIN), "-2147483648");
	for (int i = 1; i <= LAST_ERRNO; i++) {
		const char *name = strerrorname_np(i);
		char expected[160];

		if (name)
			snprintf(expected, sizeof(expected), "-%s (%s)", name,
				 camipc_errno_to_string(i));
		else
			snprintf(expected, sizeof(expected), "-%d", i);
		assert_string_equal(camipc_result_to_string(-i), expected);
	}
}

static void errors_of_the_proxy_have_its_meaning(void **state)
{
	(void)state;
	assert_string_equal(camipc_strerror(0), "success");
	assert_string_equal(camipc_strerror(EPIPE), "success");
	assert_string_equal(camipc_strerror(-EPIPE), "the IPA is gone");
	assert_string_equal(camipc_strerror(-ETIMEDOUT),
			    "the IPA did not answer in time");
	assert_string_equal(camipc_strerror(-EIO), "input/output error");
	for (int i = 0; i <= LAST_ERRNO; i++) {
		char text[80];

		snprintf(text, sizeof(text), "%s", camipc_strerror(-i));
		for (int j = 0; j < i; j++) {
			if (strcmp(text, camipc_strerror(-j)) == 0)
				fail_msg("%d and %d: %s", i, j, text);
		}
	}
}

static void *ask(void *number)
{
	return (void *)(uintptr_t)camipc_errno_to_string(*(int *)number);
}

static void another_thread_does_not_change_a_text(void **state)
{
	int number = 4001;
	const char *text = camipc_errno_to_string(4000);
	pthread_t thread;

	(void)state;
	assert_int_equal(pthread_create(&thread, NULL, ask, &number), 0);
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_string_equal(text, "error 4000");
}

static void the_locale_does_not_matter(void **state)
{
	(void)state;
	if (!german_begin())
		skip();
	assert_string_equal(camipc_errno_to_string(EACCES),
			    "permission denied");
	german_end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(system_errors_have_texts_of_either_sign),
		cmocka_unit_test(every_errno_has_a_text_of_its_own),
		cmocka_unit_test(numbers_without_a_name_are_shown),
		cmocka_unit_test(results_have_the_names_of_their_codes),
		cmocka_unit_test(errors_of_the_proxy_have_its_meaning),
		cmocka_unit_test(another_thread_does_not_change_a_text),
		cmocka_unit_test(the_locale_does_not_matter),
	};

	return cmocka_run_group_tests_name("error_text", tests, NULL, NULL);
}
