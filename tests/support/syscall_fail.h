/* SPDX-License-Identifier: MIT */
/*
 * Lets a chosen system call fail, as alloc_fail.h does with allocations: a call
 * from code that is linked statically into a test with syscall_fail_dep.
 */
#ifndef CAMIPC_TEST_SYSCALL_FAIL_H
#define CAMIPC_TEST_SYSCALL_FAIL_H

#include <stdbool.h>
#include <stddef.h>

/** How a call fails. Each only comes where the kernel may say so. */
enum syscall_failure {
	SYSCALL_EINTR,
	SYSCALL_EAGAIN,
	SYSCALL_EMFILE,
	SYSCALL_ENFILE,
	SYSCALL_ENOMEM,
	SYSCALL_ENOBUFS,
	SYSCALL_ETOOMANYREFS,
	SYSCALL_SHORT, /* half of what was asked for is read or written */
	SYSCALL_CTRUNC, /* descriptors of a message were not installed */
	N_SYSCALL_FAILURES
};

extern const char *const syscall_failure_names[N_SYSCALL_FAILURES];

/**
 * From now on counts the calls, of all threads, that can fail like @how, and
 * lets number @n do so (1: the next one).
 */
void syscall_fail_begin(enum syscall_failure how, unsigned long n);

/**
 * From now on each call of @name that can fail like @how does so: a lack that
 * lasts. "clone" stands for all ways to create a process.
 */
void syscall_fail_always(enum syscall_failure how, const char *name);

/** Ends that. Returns true if the chosen one was reached, or any of them all. */
bool syscall_fail_end(void);

/** Name of the function that failed, or NULL. */
const char *syscall_fail_where(void);

#endif /* CAMIPC_TEST_SYSCALL_FAIL_H */
