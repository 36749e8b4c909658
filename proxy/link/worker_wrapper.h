/* SPDX-License-Identifier: MIT */
/*
 * CAMIPC_WORKER_WRAPPER="gdbserver :1": a program of the developer's that runs
 * the worker. Deadlines are off with it (deadline.c), and so is the sandbox.
 */
#ifndef CAMIPC_PROXY_WORKER_WRAPPER_H
#define CAMIPC_PROXY_WORKER_WRAPPER_H

#include <camipc/base.h>

#define CAMIPC_WRAPPER_SIZE 1024
#define CAMIPC_WRAPPER_WORDS 32

/** A command line. Does not move: @argv points into it. */
struct camipc_worker_wrapper {
	char text[CAMIPC_WRAPPER_SIZE]; /* cut into words */
	char path[4096]; /* of the first of them */
	char *argv[CAMIPC_WRAPPER_WORDS + 3]; /* with worker and module */
};

/** The variable (secure_getenv); NULL if it is not set, or is empty. */
const char *camipc_worker_wrapper_get(void);

/**
 * camipc_worker_wrapper_make() - the command that runs @worker with @module
 * @text: of the variable: words, separated by blanks; no quotes
 *
 * The first word is a path, or is looked for in PATH. Both strings are
 * borrowed. Returns 0, -ENOENT, -EACCES or -E2BIG.
 */
int camipc_worker_wrapper_make(struct camipc_worker_wrapper *wrapper,
			       const char *text, const char *worker,
			       const char *module);

#endif /* CAMIPC_PROXY_WORKER_WRAPPER_H */
