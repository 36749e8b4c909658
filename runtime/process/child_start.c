/* SPDX-License-Identifier: MIT */
/* Prepares a child for its program, by system calls only. */
#include "child_start.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "schedule.h"

#ifndef SYS_close_range
#define SYS_close_range 436
#endif
#ifndef CLOSE_RANGE_CLOEXEC
#define CLOSE_RANGE_CLOEXEC (1u << 2)
#endif

/* Number of signals of the kernel, including those that libc reserves. */
#define N_SIGNALS 64

/*
 * Seconds that a child with a real-time policy may compute without waiting: then
 * it gets SIGXCPU, and SIGKILL as much later. It would keep its processor from
 * all others, also from a parent that wants to kill it.
 */
#define REAL_TIME_SECONDS 1
#define US_PER_SECOND 1000000u

/* Above the numbers of all the child's descriptors. */
#define FIRST_SPARE_FD (CAMIPC_CHILD_MAX_FDS + 1)

/* Reports a call that the child can do without. */
CHILD_CODE static void note_refused(struct camipc_child_start *start,
				    const char *call)
{
	struct camipc_child_refused *next = &start->refused[start->n_refused];

	for (size_t i = 0; i < start->n_refused; i++) {
		if (start->refused[i].call == call)
			return;
	}
	if (start->n_refused == CAMIPC_CHILD_MAX_REFUSED)
		return;
	next->call = call;
	next->error = errno;
	start->n_refused++;
}

/* Reports the call without which there is no child. */
CHILD_CODE static int fail(struct camipc_child_start *start, const char *call,
			   int error)
{
	start->failed.call = call;
	start->failed.error = error;
	return -1;
}

CHILD_CODE static bool is_refused(void)
{
	return errno == EPERM || errno == ENOSYS;
}

/*
 * Ignored signals survive exec, and a handler of the parent must not run
 * here. Zero is SIG_DFL in the kernel's struct of every architecture.
 */
CHILD_CODE static void reset_signals(struct camipc_child_start *start)
{
	static const char action[] = "rt_sigaction";
	uint64_t zero[8] = { 0 };

	for (int signal = 1; signal <= N_SIGNALS; signal++) {
		/* EINVAL: the two that cannot be ignored. */
		if (syscall(SYS_rt_sigaction, signal, zero, NULL,
			    N_SIGNALS / 8) < 0 &&
		    is_refused())
			note_refused(start, action);
	}
	if (syscall(SYS_rt_sigprocmask, SIG_SETMASK, zero, NULL,
		    N_SIGNALS / 8) < 0)
		note_refused(start, "rt_sigprocmask");
}

/* The child does not inherit real-time priority, nice value and affinity. */
CHILD_CODE static void reset_scheduling(struct camipc_child_start *start)
{
	struct sched_param param = { 0 };
	uint64_t all[16];

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		all[i] = UINT64_MAX;
	if (syscall(SYS_sched_setscheduler, 0, SCHED_OTHER, &param) < 0)
		note_refused(start, "sched_setscheduler");
	/* The system call returns 20 - nice. */
	if (syscall(SYS_getpriority, PRIO_PROCESS, 0) > 20 &&
	    syscall(SYS_setpriority, PRIO_PROCESS, 0, 0) < 0)
		note_refused(start, "setpriority");
	if (syscall(SYS_sched_setaffinity, 0, sizeof(all), all) < 0)
		note_refused(start, "sched_setaffinity");
}

/* Lets the child lock all that it maps, as far as that is permitted. */
CHILD_CODE static void permit_locking(void)
{
	struct rlimit limit = { RLIM_INFINITY, RLIM_INFINITY };

	if (syscall(SYS_prlimit64, 0, RLIMIT_MEMLOCK, &limit, NULL) == 0 ||
	    syscall(SYS_prlimit64, 0, RLIMIT_MEMLOCK, NULL, &limit) < 0)
		return;
	limit.rlim_cur = limit.rlim_max;
	syscall(SYS_prlimit64, 0, RLIMIT_MEMLOCK, &limit, NULL);
}

/* What the host wants for this child, which does not run without it. */
CHILD_CODE static int enter_schedule(struct camipc_child_start *start)
{
	const struct camipc_schedule *schedule = start->schedule;
	const struct rlimit limit = {
		(rlim_t)REAL_TIME_SECONDS * US_PER_SECOND,
		(rlim_t)2 * REAL_TIME_SECONDS * US_PER_SECOND,
	};
	const char *call = "";
	int error;

	if (!schedule)
		return 0;
	error = camipc_schedule_enter(schedule, &call);
	if (error) {
		start->schedule_refused = true;
		return fail(start, call, error);
	}
	if (schedule->policy != SCHED_OTHER &&
	    syscall(SYS_prlimit64, 0, RLIMIT_RTTIME, &limit, NULL) < 0)
		return fail(start, "prlimit64", errno);
	if (schedule->lock_memory)
		permit_locking();
	return 0;
}

/*
 * The kernel closes them after exec() has let the parent go on. A close can take
 * as long as a peer likes: if the parent has closed its own descriptor meanwhile,
 * this one is the last of its file.
 */
CHILD_CODE static void close_from(struct camipc_child_start *start, int first)
{
	struct rlimit limit;

	if (syscall(SYS_close_range, first, UINT32_MAX, CLOSE_RANGE_CLOEXEC) == 0)
		return;
	/* Kernels before 5.11 can only close them now. */
	if (errno == EINVAL &&
	    syscall(SYS_close_range, first, UINT32_MAX, 0) == 0)
		return;
	note_refused(start, "close_range");
	/* Emulators lack it; the worker closes the rest a second time. */
	if (syscall(SYS_prlimit64, 0, RLIMIT_NOFILE, NULL, &limit) < 0 ||
	    limit.rlim_cur > 65536)
		limit.rlim_cur = 65536;
	for (int fd = first; fd < (int)limit.rlim_cur; fd++)
		syscall(SYS_close, fd);
}

/* Makes @to a copy of @from. */
CHILD_CODE static int copy_fd(struct camipc_child_start *start, int from, int to,
			      int flags)
{
	if (syscall(SYS_dup3, from, to, flags) >= 0)
		return 0;
#ifdef SYS_dup2
	if (is_refused()) {
		note_refused(start, "dup3");
		if (syscall(SYS_dup2, from, to) >= 0 &&
		    (!flags ||
		     syscall(SYS_fcntl, to, F_SETFD, FD_CLOEXEC) >= 0))
			return 0;
	}
#endif
	return fail(start, "dup3", errno);
}

/*
 * Moves all descriptors to spare numbers first, because a source may be the
 * target of another. The status descriptor follows the last one, close-on-exec.
 */
CHILD_CODE static int arrange_fds(struct camipc_child_start *start)
{
	int spare[CAMIPC_CHILD_MAX_FDS + 1];
	const bool has_status = start->status_fd >= 0;
	size_t n = start->n_fds;

	for (size_t i = 0; i < n + has_status; i++) {
		int fd = i < n ? start->fds[i] : start->status_fd;
		long moved = syscall(SYS_fcntl, fd, F_DUPFD_CLOEXEC,
				     FIRST_SPARE_FD);

		/* EINVAL: the limit is below the first spare number. */
		if (moved < 0)
			return fail(start, "fcntl",
				    errno == EINVAL ? EMFILE : errno);
		spare[i] = (int)moved;
	}
	for (size_t i = 0; i < n; i++) {
		if (copy_fd(start, spare[i], (int)i, 0) < 0)
			return -1;
	}
	if (has_status && copy_fd(start, spare[n], (int)n, O_CLOEXEC) < 0)
		return -1;
	close_from(start, (int)n + has_status);
	return 0;
}

/*
 * Leaves the host's terminal: no signals from it, no writing to it, and none of
 * the input that TIOCSTI would put there. setsid() does the same, but where the
 * scheduler groups by session (CONFIG_SCHED_AUTOGROUP) each round trip between
 * the two sessions then takes a quarter longer: 4.9 instead of 3.9 us on one
 * core. The process group also allows killing the child's own children.
 */
CHILD_CODE static void leave_terminal(struct camipc_child_start *start)
{
	long fd = syscall(SYS_openat, AT_FDCWD, "/dev/tty",
			  O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
	bool left = fd < 0 ? errno == ENXIO :
			     syscall(SYS_ioctl, fd, TIOCNOTTY) == 0;

	if (fd >= 0)
		syscall(SYS_close, fd);
	/* A terminal that cannot be opened is left at a higher cost. */
	if (!left) {
		start->grouped = syscall(SYS_setsid) >= 0;
		if (!start->grouped)
			note_refused(start, "setsid");
	}
	if (!start->grouped) {
		start->grouped = syscall(SYS_setpgid, 0, 0) >= 0;
		if (!start->grouped)
			note_refused(start, "setpgid");
	}
	if (!start->grouped && left)
		start->grouped = syscall(SYS_setsid) >= 0;
}

CHILD_CODE static int prepare(struct camipc_child_start *start)
{
	reset_signals(start);
	leave_terminal(start);
	/* Without it the parent's death is noticed once the child attaches its
	 * life-line. */
	if (syscall(SYS_prctl, PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) < 0)
		note_refused(start, "prctl");
	/* If the parent died before that, the signal never comes. */
	if (syscall(SYS_getppid) != start->parent)
		return fail(start, "getppid", ESRCH);
	reset_scheduling(start);
	if (enter_schedule(start) < 0)
		return -1;
	syscall(SYS_umask, 077);
	if (syscall(SYS_chdir, "/") < 0)
		note_refused(start, "chdir");
	return arrange_fds(start);
}

CHILD_CODE int camipc_child_start_run(void *arg)
{
	struct camipc_child_start *start = arg;

	if (prepare(start) == 0) {
		syscall(SYS_execve, start->path, start->argv, start->envp);
		fail(start, "execve", errno);
	}
	syscall(SYS_exit_group, 127);
	return 127;
}
