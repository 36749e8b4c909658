/* SPDX-License-Identifier: MIT */
/* What a child does between its birth and its program. Internal. */
#ifndef CAMIPC_PROCESS_CHILD_BIRTH_H
#define CAMIPC_PROCESS_CHILD_BIRTH_H

#include <stddef.h>
#include <sys/types.h>

/** Descriptors of a child at most: standard ones, its own. */
#define CAMIPC_CHILD_MAX_FDS 16

/** All of it is made before the birth: a child must not allocate. */
struct camipc_child_birth {
	const char *path;
	char *const *argv;
	char *const *envp;
	const int *fds; /* fds[i] becomes descriptor i */
	size_t n_fds;
	int status_fd; /* close-on-exec; told an errno if exec fails */
	pid_t parent;
};

/**
 * Runs in the child, which may share all memory with a parent that waits: only
 * system calls, nothing of libc that keeps state. @arg is a struct
 * camipc_child_birth. Does not return.
 */
int camipc_child_birth_run(void *arg);

#endif /* CAMIPC_PROCESS_CHILD_BIRTH_H */
