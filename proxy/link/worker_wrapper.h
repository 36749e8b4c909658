/* SPDX-License-Identifier: MIT */
/*
 * CAMIPC_WORKER_WRAPPER="gdbserver :1" names a program, such as a debugger,
 * that runs the worker. It turns off deadlines (deadline.c) and the sandbox.
 */
#ifndef CAMIPC_PROXY_WORKER_WRAPPER_H
#define CAMIPC_PROXY_WORKER_WRAPPER_H

#include <camipc/base.h>

#define CAMIPC_WRAPPER_SIZE 1024
#define CAMIPC_WRAPPER_WORDS 32

/** A command line. Must not move: @argv points into it. */
struct camipc_worker_wrapper {
	char text[CAMIPC_WRAPPER_SIZE]; /* cut into words */
	char path[4096]; /* of the program, the first word */
	char *argv[CAMIPC_WRAPPER_WORDS + 3]; /* and worker, module, NULL */
};

/** Returns the variable; NULL if it is unset, blank or not secure to use. */
const char *camipc_worker_wrapper_get(void);

/**
 * camipc_worker_wrapper_make() - make the command that runs a worker
 * @text: of the variable: words, separated by blanks; no quotes
 * @worker, @module: the last two words; borrowed
 *
 * The first word is a path, or is searched in PATH. Returns 0, -ENOENT, -EACCES
 * or -E2BIG (too many words, or too long).
 */
int camipc_worker_wrapper_make(struct camipc_worker_wrapper *wrapper,
			       const char *text, const char *worker,
			       const char *module);

#endif /* CAMIPC_PROXY_WORKER_WRAPPER_H */
