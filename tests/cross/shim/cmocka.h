/* SPDX-License-Identifier: MIT */
/*
 * A subset of cmocka's interface that the tests of the codec need, for machines
 * without an installed cmocka. A failing test ends the program.
 */
#ifndef CAMIPC_TEST_SHIM_CMOCKA_H
#define CAMIPC_TEST_SHIM_CMOCKA_H

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct CMUnitTest {
	const char *name;
	void (*test)(void **state);
	int (*setup)(void **state);
	int (*teardown)(void **state);
};

#define cmocka_unit_test(test)          \
	{                               \
		#test, test, NULL, NULL \
	}
#define cmocka_unit_test_setup(test, setup) \
	{                                   \
		#test, test, setup, NULL    \
	}
#define cmocka_run_group_tests(tests, setup, teardown)                   \
	shim_run(tests, sizeof(tests) / sizeof((tests)[0]), setup, teardown)

__attribute__((noreturn, format(printf, 3, 4))) static inline void
shim_fail(const char *file, int line, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	fprintf(stderr, "%s:%d: ", file, line);
	vfprintf(stderr, format, args);
	fputc('\n', stderr);
	va_end(args);
	exit(1);
}

static inline int shim_run(const struct CMUnitTest *tests, size_t n,
			   int (*setup)(void **state),
			   int (*teardown)(void **state))
{
	void *state = NULL;

	if (setup && setup(&state) != 0)
		shim_fail(__FILE__, __LINE__, "the setup failed");
	for (size_t i = 0; i < n; i++) {
		printf("%s\n", tests[i].name);
		fflush(stdout);
		if (tests[i].setup && tests[i].setup(&state) != 0)
			shim_fail(__FILE__, __LINE__, "a setup failed");
		tests[i].test(&state);
		if (tests[i].teardown)
			tests[i].teardown(&state);
	}
	if (teardown)
		teardown(&state);
	return 0;
}

#define fail_msg(...) shim_fail(__FILE__, __LINE__, __VA_ARGS__)
#define print_message(...) printf(__VA_ARGS__)
/* Its caller has said why. */
#define skip() return

#define shim_check(condition)                                        \
	((condition) ? (void)0 :                                     \
		       shim_fail(__FILE__, __LINE__, "%s", #condition))

#define assert_true(condition) shim_check(condition)
#define assert_false(condition) shim_check(!(condition))
#define assert_null(pointer) shim_check((pointer) == NULL)
#define assert_non_null(pointer) shim_check((pointer) != NULL)
#define assert_ptr_equal(a, b) shim_check((const void *)(a) == (const void *)(b))
#define assert_ptr_not_equal(a, b) \
	shim_check((const void *)(a) != (const void *)(b))
#define assert_string_equal(a, b) shim_check(strcmp(a, b) == 0)
#define assert_memory_equal(a, b, size) shim_check(memcmp(a, b, size) == 0)
#define assert_in_range(value, low, high) \
	shim_check((value) >= (low) && (value) <= (high))
/* As cmocka: both sides as the widest number there is. */
#define assert_int_equal(a, b) \
	shim_check((unsigned long long)(a) == (unsigned long long)(b))
#define assert_int_not_equal(a, b) \
	shim_check((unsigned long long)(a) != (unsigned long long)(b))

#endif /* CAMIPC_TEST_SHIM_CMOCKA_H */
