/* SPDX-License-Identifier: MIT */
/* A program run as a child: its birth, its life-line, its death. */
#ifndef CAMIPC_PROCESS_CHILD_PROCESS_H
#define CAMIPC_PROCESS_CHILD_PROCESS_H

#include <camipc/base.h>

struct camipc_child;

/** The child's descriptors: 0 and 1 are /dev/null, 2 is the log pipe. */
#define CAMIPC_CHILD_LIFE_LINE_FD 3
#define CAMIPC_CHILD_FIRST_FD 4
#define CAMIPC_CHILD_MAX_OWN_FDS 8

/** What to run. Everything is borrowed for the call. */
struct camipc_child_options {
	const char *path; /* absolute */
	char *const *argv; /* NULL-terminated */
	/** Names of variables that it gets, if they are set; everything else
	 *  of the environment stays here. NULL-terminated. */
	const char *const *environment;
	const int *fds; /* become CAMIPC_CHILD_FIRST_FD and on */
	size_t n_fds;
};

/**
 * camipc_child_spawn() - start a program
 *
 * The child has a process group of its own and no terminal, is in "/", with
 * default signals, scheduling and affinity, and has no descriptor but those
 * named. It is killed when this process dies: by the life-line once it is
 * attached (camipc_life_line_attach()), before that also when the calling
 * thread ends.
 *
 * Returns 0; what exec says (-ENOENT, -EACCES, -ENOEXEC …); -EINVAL; -EMFILE;
 * -EAGAIN (too many processes); -ENOMEM; -ENOSYS (a kernel without pidfd).
 * Thread word: safe.
 */
int camipc_child_spawn(const struct camipc_child_options *options,
		       struct camipc_child **ret_child) CAMIPC_MUST_CHECK;

int camipc_child_get_pid(const struct camipc_child *child);

/** Readable once the child has ended. Borrowed. */
int camipc_child_get_pidfd(const struct camipc_child *child);

/** The child's stderr; never blocks. Borrowed. */
int camipc_child_get_stderr(const struct camipc_child *child);

/** Sends SIGKILL, if it still lives. */
void camipc_child_kill(struct camipc_child *child);

/**
 * camipc_child_wait() - wait until the child has ended, and reap it
 * @timeout_ms: 0 looks once
 *
 * What is left of its process group is killed. Returns 0 or -ETIMEDOUT.
 * Thread word: bound.
 */
int camipc_child_wait(struct camipc_child *child,
		      int timeout_ms) CAMIPC_MUST_CHECK;

/**
 * How a child that was waited for has ended, as waitpid() has it. Returns
 * false if nobody knows: the host ignores SIGCHLD, or reaps children itself.
 */
bool camipc_child_get_status(const struct camipc_child *child,
			     int *ret_status);

/** What a child took in all its life, those that it reaped included. */
struct camipc_child_usage {
	uint64_t user_us; /* of processor time, in microseconds */
	uint64_t system_us;
	uint64_t max_rss_kib; /* most memory it had at once */
};

/** Returns false where camipc_child_get_status() does, or without kernel help. */
bool camipc_child_get_usage(const struct camipc_child *child,
			    struct camipc_child_usage *ret_usage);

/**
 * Kills it if need be, and frees. One that does not even die by SIGKILL (it is
 * stuck in the kernel) is set aside and reaped later. NULL is fine. Thread
 * word: bound.
 */
void camipc_child_destroy(struct camipc_child *child);

#endif /* CAMIPC_PROCESS_CHILD_PROCESS_H */
