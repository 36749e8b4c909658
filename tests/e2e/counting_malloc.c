/* SPDX-License-Identifier: MIT */
/*
 * Counts the allocations of a worker: linked into a worker of its own, it
 * counts those of the engine, the module and libc, and prints the number to
 * stderr at the end. glibc lets a program replace malloc(), and uses other
 * names for it as well.
 */
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t n, size_t size);
extern void *__libc_realloc(void *memory, size_t size);

static atomic_ulong allocations;

__attribute__((visibility("default"))) void *malloc(size_t size)
{
	atomic_fetch_add(&allocations, 1);
	return __libc_malloc(size);
}

__attribute__((visibility("default"))) void *calloc(size_t n, size_t size)
{
	atomic_fetch_add(&allocations, 1);
	return __libc_calloc(n, size);
}

__attribute__((visibility("default"))) void *realloc(void *memory, size_t size)
{
	atomic_fetch_add(&allocations, 1);
	return __libc_realloc(memory, size);
}

__attribute__((destructor)) static void tell(void)
{
	fprintf(stderr, "allocations: %lu\n", atomic_load(&allocations));
}
