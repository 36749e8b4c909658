/* SPDX-License-Identifier: MIT */
/* Prepares a child for its program, by system calls only. */
#include "child_start.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef SYS_close_range
#define SYS_close_range 436
#endif

/*
 * The child runs on a stack of its own in its parent's memory, where sanitizers
 * have their records, too. They must not record what only the child does.
 */
#if defined(__has_attribute)
#if __has_attribute(disable_sanitizer_instrumentation)
#define CHILD_CODE __attribute__((disable_sanitizer_instrumentation))
#endif
#endif
#ifndef CHILD_CODE
#define CHILD_CODE \
	__attribute__((no_sanitize_address, no_sanitize_thread, \
		       no_sanitize_undefined))
#endif

/* Number of signals of the kernel, including those that libc reserves. */
#define N_SIGNALS 64

/* Above the numbers of all the child's descriptors. */
#define FIRST_SPARE_FD (CAMIPC_CHILD_MAX_FDS + 1)

/*
 * Ignored signals survive exec, and a handler of the parent must not run
 * here. Zero is SIG_DFL in the kernel's struct of every architecture.
 */
CHILD_CODE static void reset_signals(void)
{
	uint64_t zero[8] = { 0 };

	for (int signal = 1; signal <= N_SIGNALS; signal++)
		syscall(SYS_rt_sigaction, signal, zero, NULL, N_SIGNALS / 8);
	syscall(SYS_rt_sigprocmask, SIG_SETMASK, zero, NULL, N_SIGNALS / 8);
}

/* The child does not inherit real-time priority, nice value and affinity. */
CHILD_CODE static void reset_scheduling(void)
{
	struct sched_param param = { 0 };
	uint64_t all[16];

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		all[i] = UINT64_MAX;
	syscall(SYS_sched_setscheduler, 0, SCHED_OTHER, &param);
	/* The system call returns 20 - nice. */
	if (syscall(SYS_getpriority, PRIO_PROCESS, 0) > 20)
		syscall(SYS_setpriority, PRIO_PROCESS, 0, 0);
	syscall(SYS_sched_setaffinity, 0, sizeof(all), all);
}

CHILD_CODE static void close_from(int first)
{
	struct rlimit limit;

	if (syscall(SYS_close_range, first, UINT32_MAX, 0) == 0)
		return;
	/* Emulators lack it; the worker closes the rest a second time. */
	if (syscall(SYS_prlimit64, 0, RLIMIT_NOFILE, NULL, &limit) < 0 ||
	    limit.rlim_cur > 65536)
		limit.rlim_cur = 65536;
	for (int fd = first; fd < (int)limit.rlim_cur; fd++)
		syscall(SYS_close, fd);
}

/*
 * Moves all descriptors to spare numbers first, because a source may be the
 * target of another. The status descriptor follows the last one, close-on-exec.
 */
CHILD_CODE static int arrange_fds(struct camipc_child_start *start)
{
	int spare[CAMIPC_CHILD_MAX_FDS + 1];
	size_t n = start->n_fds;

	for (size_t i = 0; i <= n; i++) {
		int fd = i < n ? start->fds[i] : start->status_fd;
		long moved = syscall(SYS_fcntl, fd, F_DUPFD_CLOEXEC,
				     FIRST_SPARE_FD);

		/* EINVAL: the limit is below the first spare number. */
		if (moved < 0)
			return errno == EINVAL ? EMFILE : errno;
		spare[i] = (int)moved;
	}
	start->status_fd = spare[n];
	for (size_t i = 0; i < n; i++) {
		if (syscall(SYS_dup3, spare[i], i, 0) < 0)
			return errno;
	}
	if (syscall(SYS_dup3, spare[n], n, O_CLOEXEC) < 0)
		return errno;
	start->status_fd = (int)n;
	close_from((int)n + 1);
	return 0;
}

/*
 * Leaves the host's terminal: no signals from it, no writing to it, and none of
 * the input that TIOCSTI would put there. setsid() does the same, but where the
 * scheduler groups by session (CONFIG_SCHED_AUTOGROUP) each round trip between
 * the two sessions then takes a quarter longer: 4.9 instead of 3.9 us on one
 * core. The process group also allows killing the child's own children.
 */
CHILD_CODE static int leave_terminal(void)
{
	long fd = syscall(SYS_openat, AT_FDCWD, "/dev/tty",
			  O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	bool left = fd < 0 ? errno == ENXIO :
			     syscall(SYS_ioctl, fd, TIOCNOTTY) == 0;

	if (fd >= 0)
		syscall(SYS_close, fd);
	/* A terminal that cannot be opened is left at a higher cost. */
	if (left ? syscall(SYS_setpgid, 0, 0) < 0 : syscall(SYS_setsid) < 0)
		return errno;
	return 0;
}

CHILD_CODE static int prepare(struct camipc_child_start *start)
{
	int error;

	reset_signals();
	error = leave_terminal();
	if (error)
		return error;
	if (syscall(SYS_prctl, PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) < 0)
		return errno;
	/* If the parent died before that, the signal never comes. */
	if (syscall(SYS_getppid) != start->parent)
		return ESRCH;
	reset_scheduling();
	syscall(SYS_umask, 077);
	if (syscall(SYS_chdir, "/") < 0)
		return errno;
	return arrange_fds(start);
}

CHILD_CODE int camipc_child_start_run(void *arg)
{
	struct camipc_child_start *start = arg;
	int error = prepare(start);

	if (!error) {
		syscall(SYS_execve, start->path, start->argv, start->envp);
		error = errno;
	}
	syscall(SYS_write, start->status_fd, &error, sizeof(error));
	syscall(SYS_exit_group, 127);
	return 127;
}
