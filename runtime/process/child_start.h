/* SPDX-License-Identifier: MIT */
/* The code that runs in a child before its program. */
#ifndef CAMIPC_PROCESS_CHILD_START_H
#define CAMIPC_PROCESS_CHILD_START_H

#include <stddef.h>
#include <sys/types.h>

/** Maximum number of a child's descriptors, the standard ones included. */
#define CAMIPC_CHILD_MAX_FDS 16

/**
 * Everything the child needs; the parent makes it, as a child must not
 * allocate.
 */
struct camipc_child_start {
	const char *path;
	char *const *argv;
	char *const *envp;
	const int *fds; /* fds[i] becomes descriptor i */
	size_t n_fds;
	int status_fd; /* close-on-exec; gets an errno if exec fails */
	pid_t parent;
};

/**
 * Prepares the child and runs its program. @arg is a struct camipc_child_start.
 * The child may share all memory with its parent, which waits: this makes
 * system calls only, and uses nothing of libc that has state. Does not return.
 */
int camipc_child_start_run(void *arg);

#endif /* CAMIPC_PROCESS_CHILD_START_H */
