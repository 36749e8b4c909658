/* SPDX-License-Identifier: MIT */
/*
 * The command that starts a worker: its program, its environment, and the
 * wrapper that a developer may put in front of it (CAMIPC_WORKER_WRAPPER).
 */
#ifndef CAMIPC_PROXY_WORKER_SPAWN_H
#define CAMIPC_PROXY_WORKER_SPAWN_H

#include <camipc/base.h>

struct camipc_child;
struct camipc_schedule;

/** What to start; borrowed for the call. */
struct camipc_worker_command {
	const char *worker; /* path of the program, for argv[0] and wrappers */
	int worker_fd; /* the program that was found: this is run */
	const char *module; /* path of the file that it loads, for messages */
	int module_fd; /* the file that it loads */
	const char *name; /* of the module, for log lines */
	int channel_fd; /* the worker's end */
	/** Variables besides the usual ones, "NAME" or "NAME=value"; NULL: none.
	 *  They were checked. */
	const char *const *environment;
	const struct camipc_schedule *schedule;
};

/**
 * camipc_worker_spawn() - start a worker program
 * @ret_wrapped: whether it runs under CAMIPC_WORKER_WRAPPER
 *
 * Returns 0 or an error of camipc_child_spawn() or of
 * camipc_worker_wrapper_make(), which one log line explains. Thread word: safe.
 */
int camipc_worker_spawn(const struct camipc_worker_command *command,
			struct camipc_child **ret_child,
			bool *ret_wrapped) CAMIPC_MUST_CHECK;

#endif /* CAMIPC_PROXY_WORKER_SPAWN_H */
