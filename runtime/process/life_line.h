/* SPDX-License-Identifier: MIT */
/*
 * A socket that ends its child's life together with its parent's, however the
 * parent dies, and whichever of its threads made the child.
 */
#ifndef CAMIPC_PROCESS_LIFE_LINE_H
#define CAMIPC_PROCESS_LIFE_LINE_H

#include <camipc/base.h>

/**
 * The parent's end. Copies of it in children that the host forks are closed
 * there: else such a child would keep the worker alive. A child made by a raw
 * clone() call escapes that. Thread word: safe.
 */
struct camipc_life_line {
	struct camipc_life_line *next;
	struct camipc_life_line *previous;
	int fd; /* -1: none */
};

/**
 * camipc_life_line_init() - make both ends
 * @ret_child_fd: close-on-exec; the caller hands it to the child and closes it
 *
 * Returns 0, -EMFILE or -ENOMEM. Thread word: safe.
 */
int camipc_life_line_init(struct camipc_life_line *line,
			  int *ret_child_fd) CAMIPC_MUST_CHECK;

/** Closes it, which kills a child that is attached. Thread word: safe. */
void camipc_life_line_fini(struct camipc_life_line *line);

/**
 * camipc_life_line_attach() - in the child: die by SIGKILL when the other end
 * of @fd is closed
 *
 * From here on the signal that PR_SET_PDEATHSIG asked for is no longer needed,
 * and cleared: it would come when the creating *thread* ends. Returns 0, or
 * -EPIPE (it was closed already), or what fcntl() says.
 */
int camipc_life_line_attach(int fd) CAMIPC_MUST_CHECK;

#endif /* CAMIPC_PROCESS_LIFE_LINE_H */
