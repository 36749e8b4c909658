/* SPDX-License-Identifier: MIT */
/* Lets a chosen allocation fail. */
#include "alloc_fail.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* More than any function under test makes: ends a loop that never would. */
#define MAX_ROUNDS 100000

static atomic_bool counting;
static atomic_ulong count;
static atomic_ulong chosen;

void *__real_malloc(size_t size);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *old, size_t size);
char *__real_strdup(const char *text);

void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *old, size_t size);
char *__wrap_strdup(const char *text);

static bool is_chosen(void)
{
	unsigned long number;

	if (!atomic_load(&counting))
		return false;
	number = atomic_fetch_add(&count, 1) + 1;
	if (number != atomic_load(&chosen))
		return false;
	errno = ENOMEM;
	return true;
}

void *__wrap_malloc(size_t size)
{
	return is_chosen() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t n, size_t size)
{
	return is_chosen() ? NULL : __real_calloc(n, size);
}

void *__wrap_realloc(void *old, size_t size)
{
	return is_chosen() ? NULL : __real_realloc(old, size);
}

char *__wrap_strdup(const char *text)
{
	return is_chosen() ? NULL : __real_strdup(text);
}

void alloc_fail_begin(unsigned long n)
{
	atomic_store(&chosen, n);
	atomic_store(&count, 0);
	atomic_store(&counting, true);
}

unsigned long alloc_fail_end(void)
{
	atomic_store(&counting, false);
	return atomic_load(&count);
}

unsigned long alloc_fail_count(void)
{
	return atomic_load(&count);
}

bool alloc_fail_happened(void)
{
	return atomic_load(&chosen) != 0 &&
	       atomic_load(&count) >= atomic_load(&chosen);
}

void alloc_fail_each(int (*work)(void *user), void *user, int success)
{
	for (unsigned long n = 1; n < MAX_ROUNDS; n++) {
		int ret;

		alloc_fail_begin(n);
		ret = work(user);
		alloc_fail_end();
		if (!alloc_fail_happened()) {
			assert_int_equal(ret, success);
			/* Else nothing was tested. */
			assert_true(n > 1);
			return;
		}
		if (ret != -ENOMEM)
			fail_msg("allocation %lu failed: got %d", n, ret);
	}
	fail_msg("no end of allocations");
}
