/* SPDX-License-Identifier: MIT */
/* Child processes: starting a program, waiting for its end, and killing it. */
#ifndef CAMIPC_PROCESS_CHILD_PROCESS_H
#define CAMIPC_PROCESS_CHILD_PROCESS_H

#include <camipc/base.h>

/** A child process. Thread word: bound. */
struct camipc_child;
struct camipc_schedule;

/** The child's descriptors; 0 and 1 are /dev/null, 2 is the log pipe. */
#define CAMIPC_CHILD_LIFE_LINE_FD 3
#define CAMIPC_CHILD_FIRST_FD 4
#define CAMIPC_CHILD_MAX_OWN_FDS 8

/** Which program to run, and how. All pointers are borrowed for the call. */
struct camipc_child_options {
	const char *path; /* absolute */
	char *const *argv; /* NULL-terminated */
	/** Names of the variables that the child inherits if they are set, and
	 *  "NAME=value" of others; it gets no other one. NULL-terminated. */
	const char *const *environment;
	const int *fds; /* become CAMIPC_CHILD_FIRST_FD and following */
	size_t n_fds;
	const struct camipc_schedule *schedule; /* NULL: as usual */
	/** NULL, or gets the name of the system call that failed, a constant;
	 *  unchanged if none did, or if exec() found no program to run. */
	const char **ret_call;
};

/**
 * camipc_child_spawn() - start a program
 *
 * The child has a process group of its own and no terminal, runs in "/" with
 * default signals, with the scheduling of @options or the usual one, and has only
 * the descriptors above.
 * It dies with this process: through the life-line once the child has attached
 * it (camipc_life_line_attach()); before that also when the calling thread
 * ends.
 *
 * Nothing here waits for a pipe that another process may hold open. What the
 * system refuses (container profiles do) is replaced or done without, with one
 * line of the log for each process; if there is no other way, the call fails
 * with -ENOSYS.
 *
 * Returns 0; the error of exec (-ENOENT, -EACCES, -ENOEXEC …); -EINVAL (a
 * relative path, or more than CAMIPC_CHILD_MAX_OWN_FDS descriptors, or no
 * processor of the schedule may be used); -EPERM (the schedule is not permitted,
 * *ret_call names the call); -EMFILE;
 * -EAGAIN (too many processes); -ENOMEM; or -ENOSYS (the system refuses a call,
 * or the kernel has no pidfd). Thread word: safe.
 */
int camipc_child_spawn(const struct camipc_child_options *options,
		       struct camipc_child **ret_child) CAMIPC_MUST_CHECK;

/** Returns the pid. Thread word: bound. */
int camipc_child_get_pid(const struct camipc_child *child);

/**
 * Returns a borrowed descriptor that polls readable once the child has ended.
 * Thread word: bound.
 */
int camipc_child_get_pidfd(const struct camipc_child *child);

/**
 * Returns a borrowed descriptor of the child's stderr, to be read by
 * camipc_untrusted_stream_read() alone. Thread word: bound.
 */
int camipc_child_get_stderr(const struct camipc_child *child);

/**
 * Sends SIGKILL to a child that has not ended, in whichever way the system
 * allows. Returns 0, or -ENOSYS if it allows none: the child's life-line is then
 * closed, which kills a child that attached it. Thread word: bound.
 */
int camipc_child_kill(struct camipc_child *child);

/**
 * camipc_child_wait() - wait until the child has ended, and reap it
 * @timeout_ms: milliseconds; 0 does not wait
 *
 * Kills the rest of the child's process group. Returns 0 or -ETIMEDOUT. Thread
 * word: bound.
 */
int camipc_child_wait(struct camipc_child *child,
		      int timeout_ms) CAMIPC_MUST_CHECK;

/**
 * Gets how a child that was waited for has ended, as waitpid() reports it; or
 * SIGKILL if it was killed while it ran, and has not ended yet. Returns false if
 * that is unknown: the host ignores SIGCHLD, reaps its children itself, or may
 * not reap them. Thread word: bound.
 */
bool camipc_child_get_status(const struct camipc_child *child,
			     int *ret_status);

/** Resources a child used over its lifetime, with the children it reaped. */
struct camipc_child_usage {
	uint64_t user_us; /* of processor time, in microseconds */
	uint64_t system_us;
	uint64_t max_rss_kib; /* largest resident memory */
};

/**
 * Gets the resources a child used. Returns false where
 * camipc_child_get_status() does, and where an emulator does not count them.
 * Thread word: bound.
 */
bool camipc_child_get_usage(const struct camipc_child *child,
			    struct camipc_child_usage *ret_usage);

/**
 * Kills the child if it has not ended, and frees it. One that takes more than a
 * moment to die, or is stuck in the kernel, is reaped in a thread (reaper.h).
 * NULL is fine. Thread word: bound.
 */
void camipc_child_destroy(struct camipc_child *child);

#endif /* CAMIPC_PROCESS_CHILD_PROCESS_H */
