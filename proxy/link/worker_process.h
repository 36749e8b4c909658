/* SPDX-License-Identifier: MIT */
/*
 * The process of a worker as the camera process sees it: its exit (a pidfd) and
 * its stderr. Nothing here depends on the channel.
 */
#ifndef CAMIPC_PROXY_WORKER_PROCESS_H
#define CAMIPC_PROXY_WORKER_PROCESS_H

#include <camipc/base.h>

struct camipc_child;
struct camipc_worker_log;
struct pollfd;

/** Entries that camipc_worker_process_get_poll() fills in. */
enum camipc_worker_poll {
	CAMIPC_WORKER_POLL_EXIT = 0,
	CAMIPC_WORKER_POLL_STDERR,
	CAMIPC_WORKER_POLL_COUNT,
};

/** Thread word: bound. */
struct camipc_worker_process {
	struct camipc_child *child; /* NULL: not started */
	int epoll_fd; /* that watches it, borrowed; -1: none */
	bool stderr_open; /* it has not ended */
	bool exited; /* as seen by poll(): nothing more will be sent */
	bool polled; /* since the last check() */
};

void camipc_worker_process_init(struct camipc_worker_process *process);

/** Owns @child from now on. */
void camipc_worker_process_take(struct camipc_worker_process *process,
				struct camipc_child *child);

/**
 * Adds exit and stderr to an epoll descriptor, which is borrowed until kill()
 * or fini(). Returns 0, -ENOSPC or -ENOMEM.
 */
int camipc_worker_process_watch(struct camipc_worker_process *process,
				int epoll_fd) CAMIPC_MUST_CHECK;

/** Fills in CAMIPC_WORKER_POLL_COUNT entries for poll(). */
void camipc_worker_process_get_poll(const struct camipc_worker_process *process,
				    struct pollfd *pfds);

/** Handles what poll() returned in these entries; lines go to @log. */
void camipc_worker_process_handle_poll(struct camipc_worker_process *process,
				       const struct pollfd *pfds,
				       struct camipc_worker_log *log);

/** Polls without waiting, unless a wait has polled since the last check. */
void camipc_worker_process_check(struct camipc_worker_process *process,
				 struct camipc_worker_log *log);

/**
 * Kills the process unless it has ended, and reads the end of its stderr;
 * nothing watches it afterwards. Waits 10 ms at most to reap it: fini() has it
 * done otherwise.
 */
void camipc_worker_process_kill(struct camipc_worker_process *process,
				struct camipc_worker_log *log);

/** Has the child reaped, unless it was, and freed. Without one: nothing. */
void camipc_worker_process_fini(struct camipc_worker_process *process);

#endif /* CAMIPC_PROXY_WORKER_PROCESS_H */
