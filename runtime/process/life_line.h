/* SPDX-License-Identifier: MIT */
/*
 * Life-lines: a life-line is a socket pair that kills a child when its parent
 * dies, however the parent dies and whichever of its threads created the child.
 */
#ifndef CAMIPC_PROCESS_LIFE_LINE_H
#define CAMIPC_PROCESS_LIFE_LINE_H

#include <camipc/base.h>

/**
 * The parent's end. Children that the host forks close their copy; otherwise
 * such a child would keep the worker alive. A child made by a raw clone() call
 * does not. Thread word: safe, for different life-lines.
 */
struct camipc_life_line {
	struct camipc_life_line *next;
	struct camipc_life_line *previous;
	int fd; /* -1: none */
};

/**
 * camipc_life_line_init() - create both ends
 * @ret_child_fd: close-on-exec; the caller passes it to the child and closes it
 *
 * Returns 0, -EMFILE, -ENOMEM, or the error of socketpair() where the system
 * refuses it. Thread word: safe.
 */
int camipc_life_line_init(struct camipc_life_line *line,
			  int *ret_child_fd) CAMIPC_MUST_CHECK;

/** Closes the parent's end, which kills an attached child. Safe. */
void camipc_life_line_fini(struct camipc_life_line *line);

/**
 * camipc_life_line_attach() - make SIGKILL follow the end of the parent
 * @fd: the child's end, which stays open
 *
 * Called in the child. Cancels the signal that PR_SET_PDEATHSIG asked for,
 * which would come when the creating *thread* ends. Returns 0; 1 (the system
 * refuses F_SETSIG: the caller must use camipc_life_line_watch(), too); -EPIPE
 * (the parent is dead already); or an error of fcntl(). Thread word: bound.
 */
int camipc_life_line_attach(int fd) CAMIPC_MUST_CHECK;

/**
 * camipc_life_line_watch() - make a thread that waits for the end of the parent
 * @fd: the child's end, which stays open
 *
 * Called in the child, once it has restricted itself: a thread that was made
 * before would not be restricted by all of that. Returns 0 or a negative errno of
 * pthread_create(). Thread word: bound.
 */
int camipc_life_line_watch(int fd) CAMIPC_MUST_CHECK;

#endif /* CAMIPC_PROCESS_LIFE_LINE_H */
