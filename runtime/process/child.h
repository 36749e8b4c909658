/* SPDX-License-Identifier: MIT */
/* A child process as the files of this folder see it. */
#ifndef CAMIPC_PROCESS_CHILD_H
#define CAMIPC_PROCESS_CHILD_H

#include <sys/types.h>

#include "child_process.h"
#include "life_line.h"

struct camipc_child {
	struct camipc_child *next; /* in a list of the reaper */
	struct camipc_life_line life_line;
	pid_t pid; /* 0: not started */
	int pidfd; /* -1: none */
	int stderr_fd;
	bool grouped; /* it has a process group of its own */
	bool killed; /* by us, while it ran */
	bool ended;
	bool status_known;
	int status;
	bool usage_known;
	struct camipc_child_usage usage;
};

/**
 * Starts the program of @options as @child, whose members are unset. Errors are
 * those of camipc_child_spawn(). After a failure a child that was started may
 * still have to be killed and reaped. Thread word: safe.
 */
int camipc_child_start_program(struct camipc_child *child,
			       const struct camipc_child_options *options)
	CAMIPC_MUST_CHECK;

/** Closes the descriptors of a child. Thread word: safe. */
void camipc_child_close(struct camipc_child *child);

/** Frees a child that has ended, or was never started. Thread word: safe. */
void camipc_child_free(struct camipc_child *child);

#endif /* CAMIPC_PROCESS_CHILD_H */
