/* SPDX-License-Identifier: MIT */
/*
 * Lets a chosen allocation fail. Works on everything that is linked statically
 * into a test with alloc_fail_dep; libc's own allocations are not affected.
 */
#ifndef CAMIPC_TEST_ALLOC_FAIL_H
#define CAMIPC_TEST_ALLOC_FAIL_H

#include <stdbool.h>

/**
 * From now on counts allocations, of all threads, and lets number @n fail (1:
 * the next one); 0 lets none fail.
 */
void alloc_fail_begin(unsigned long n);

/** Ends that; returns how many there were. */
unsigned long alloc_fail_end(void);

/** Allocations since the begin. */
unsigned long alloc_fail_count(void);

/** True if the chosen one was reached. */
bool alloc_fail_happened(void);

/**
 * A test that calls @work with each of its allocations failing in turn: until
 * it runs through without reaching the chosen one. @work returns what the
 * function under test returned, and cleans up. Fails the test unless every
 * failure gave -ENOMEM and the last run @success.
 */
void alloc_fail_each(int (*work)(void *user), void *user, int success);

#endif /* CAMIPC_TEST_ALLOC_FAIL_H */
