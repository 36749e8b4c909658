/* SPDX-License-Identifier: MIT */
/*
 * Recognises valgrind, for tests of what it does not do as the kernel does, and
 * for those that repeat something too often for it.
 */
#ifndef CAMIPC_TEST_UNDER_VALGRIND_H
#define CAMIPC_TEST_UNDER_VALGRIND_H

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/** It runs programs with a library of its own in front. */
static inline bool under_valgrind(void)
{
	const char *preload = getenv("LD_PRELOAD");

	return preload && strstr(preload, "vgpreload");
}

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define TEST_SANITIZED true
#endif
#elif defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define TEST_SANITIZED true
#endif
#ifndef TEST_SANITIZED
#define TEST_SANITIZED false
#endif

/** How often to repeat something: as it is, sanitized, and under valgrind. */
static inline int test_amount(int plain, int sanitized, int valgrind)
{
	if (under_valgrind())
		return valgrind;
	return TEST_SANITIZED ? sanitized : plain;
}

/** Skips a test of limits on descriptors, or of system calls it lacks. */
#define SKIP_UNDER_VALGRIND()                                   \
	do {                                                    \
		if (under_valgrind()) {                         \
			print_message("not under valgrind\n");  \
			skip();                                 \
		}                                               \
	} while (0)

#endif /* CAMIPC_TEST_UNDER_VALGRIND_H */
