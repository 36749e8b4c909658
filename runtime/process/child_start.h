/* SPDX-License-Identifier: MIT */
/* The code that runs in a child before its program. */
#ifndef CAMIPC_PROCESS_CHILD_START_H
#define CAMIPC_PROCESS_CHILD_START_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct camipc_schedule;

/*
 * Marks code of a child before exec. It runs on a stack of its own in its
 * parent's memory, where sanitizers have their records, too: they must not
 * record what only the child does.
 */
#if defined(__has_attribute)
#if __has_attribute(disable_sanitizer_instrumentation)
#define CHILD_CODE __attribute__((disable_sanitizer_instrumentation))
#endif
#endif
#ifndef CHILD_CODE
#define CHILD_CODE \
	__attribute__((no_sanitize_address, no_sanitize_thread, \
		       no_sanitize_undefined))
#endif

/** Maximum number of a child's descriptors, the standard ones included. */
#define CAMIPC_CHILD_MAX_FDS 16

/** Refused system calls that a child reports; each is reported once. */
#define CAMIPC_CHILD_MAX_REFUSED 8

/** A system call that failed. */
struct camipc_child_refused {
	const char *call; /* its name, a constant */
	int error;
};

/**
 * Everything the child needs, and what it reports. The parent makes it, as a
 * child must not allocate, in memory that both share: no pipe can be held open
 * by a process that has nothing to do with them.
 */
struct camipc_child_start {
	const char *path;
	char *const *argv;
	char *const *envp;
	const int *fds; /* fds[i] becomes descriptor i */
	size_t n_fds;
	int status_fd; /* close-on-exec: its end says that exec is over; or -1 */
	pid_t parent;
	const struct camipc_schedule *schedule; /* NULL: as usual */

	/* Written by the child. */
	struct camipc_child_refused failed; /* no error: its program runs */
	struct camipc_child_refused refused[CAMIPC_CHILD_MAX_REFUSED];
	size_t n_refused; /* calls that it did without */
	bool schedule_refused; /* that is what @failed tells */
	bool grouped; /* it has a process group of its own */
};

/**
 * Prepares the child and runs its program. @arg is a struct camipc_child_start.
 * The child may share all memory with its parent, which waits: this makes
 * system calls only, and uses nothing of libc that has state. Does not return.
 */
int camipc_child_start_run(void *arg);

#endif /* CAMIPC_PROCESS_CHILD_START_H */
