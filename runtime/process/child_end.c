/* SPDX-License-Identifier: MIT */
/*
 * Signals, waits for and reaps a child. A container's profile may refuse any of
 * these calls: whatever works is used instead.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "child.h"
#include "fd_poll.h"
#include "refusal.h"
#include "untrusted_stream.h"

#ifndef SYS_pidfd_send_signal
#define SYS_pidfd_send_signal 424
#endif

/* P_PIDFD; older headers lack it. */
#define WAIT_FOR_PIDFD ((idtype_t)3)

/* ---- what is known about it --------------------------------------------- */

/* True if the kernel reaps the children of this process itself. */
static bool host_ignores_children(void)
{
	struct sigaction action;

	return sigaction(SIGCHLD, NULL, &action) == 0 &&
	       (action.sa_handler == SIG_IGN ||
		(action.sa_flags & SA_NOCLDWAIT));
}

/* 1: it has ended; 0: it has not; -1: nobody says. */
static int poll_end(const struct camipc_child *child, int timeout_ms)
{
	struct pollfd pfd = { .fd = child->pidfd, .events = POLLIN };

	return child->pidfd < 0 ? -1 : camipc_poll(&pfd, 1, timeout_ms);
}

/* "Pid:\t-1" is a process that was reaped. */
static bool is_reaped_by_proc(const struct camipc_child *child)
{
	char path[48];
	char text[512];
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", child->pidfd);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return host_ignores_children();
	n = read(fd, text, sizeof(text) - 1);
	close(fd);
	text[n > 0 ? n : 0] = '\0';
	return strstr(text, "Pid:\t-1") != NULL;
}

/*
 * Whether the pid is still the child's: while it runs, and as a zombie. The
 * host may have reaped it, and the number may be another process's by now.
 */
static bool has_its_pid(const struct camipc_child *child)
{
	if (child->pidfd < 0)
		return !host_ignores_children();
	if (poll_end(child, 0) == 0)
		return true;
	if (syscall(SYS_pidfd_send_signal, child->pidfd, 0, NULL, 0) == 0)
		return true;
	return errno != ESRCH && !is_reaped_by_proc(child);
}

/* ---- signals ------------------------------------------------------------ */

static int signal_by_pid(const struct camipc_child *child, int number)
{
	if (kill(child->pid, number) == 0)
		return 0;
	/* SIGKILL for a thread ends its process. */
	return syscall(SYS_tgkill, child->pid, child->pid, number) == 0 ? 0 :
									  -1;
}

static int signal_child(const struct camipc_child *child, int number)
{
	static atomic_flag said = ATOMIC_FLAG_INIT;
	int error = ENOSYS;

	if (child->pidfd >= 0) {
		if (syscall(SYS_pidfd_send_signal, child->pidfd, number, NULL,
			    0) == 0)
			return 0;
		error = errno;
	}
	if (poll_end(child, 0) == 1 || !has_its_pid(child))
		return 0;
	if (signal_by_pid(child, number) < 0)
		return camipc_system_error(error);
	camipc_say_refused(&said, "pidfd_send_signal", error, "kill() is used");
	return 0;
}

static void kill_group(const struct camipc_child *child)
{
	if (child->grouped)
		kill(-child->pid, SIGKILL);
}

int camipc_child_kill(struct camipc_child *child)
{
	static atomic_flag said = ATOMIC_FLAG_INIT;
	bool runs;
	int ret;

	if (child->ended || child->pid <= 0)
		return 0;
	runs = poll_end(child, 0) == 0;
	if (host_ignores_children()) {
		/* No zombie will keep the number of its process group in use;
		 * a stopped child does. */
		(void)signal_child(child, SIGSTOP);
		if (poll_end(child, 0) == 0)
			kill_group(child);
	}
	ret = signal_child(child, SIGKILL);
	if (ret == 0) {
		child->killed = child->killed || runs;
		return 0;
	}
	/* The child asked the kernel for a signal when this closes. */
	camipc_say_refused(&said, "every way to kill a worker", -ret,
			   "the worker's life-line is closed");
	camipc_life_line_fini(&child->life_line);
	return ret;
}

/* ---- reaping ------------------------------------------------------------ */

static void note_status(struct camipc_child *child, const siginfo_t *info)
{
	child->status_known = true;
	if (info->si_code == CLD_EXITED)
		child->status = (info->si_status & 0xff) << 8;
	else if (info->si_code == CLD_DUMPED)
		child->status = info->si_status | 0x80;
	else
		child->status = info->si_status;
}

/* struct rusage as the kernel writes it; that of libc depends on time_t. */
struct kernel_usage {
	long user_s, user_us;
	long system_s, system_us;
	long max_rss_kib;
	long others[13];
};

/* waitid() of libc lacks the last argument. */
static void reap_by_pidfd(struct camipc_child *child)
{
	struct kernel_usage usage = { .max_rss_kib = -1 };
	siginfo_t info;

	if (syscall(SYS_waitid, WAIT_FOR_PIDFD, child->pidfd, &info,
		    WEXITED | WNOHANG, &usage) < 0)
		return;
	/* An emulator may not write it. */
	child->usage_known = usage.max_rss_kib >= 0;
	child->usage.user_us =
		(uint64_t)usage.user_s * 1000000 + (uint64_t)usage.user_us;
	child->usage.system_us =
		(uint64_t)usage.system_s * 1000000 + (uint64_t)usage.system_us;
	child->usage.max_rss_kib = (uint64_t)usage.max_rss_kib;
}

static uint64_t to_us(const struct timeval *time)
{
	return (uint64_t)time->tv_sec * 1000000 + (uint64_t)time->tv_usec;
}

/*
 * Where waitid() with a pidfd is refused, or missing. Returns false if the child
 * has not ended. If nothing may reap, the zombie stays until this process ends;
 * its status stays unknown.
 */
static bool reap_by_pid(struct camipc_child *child, int refused)
{
	static atomic_flag said = ATOMIC_FLAG_INIT;
	static atomic_flag said_nothing = ATOMIC_FLAG_INIT;
	struct rusage usage;
	siginfo_t info;
	pid_t pid;

	/* The zombie keeps the number of its process group in use. */
	if (poll_end(child, 0) == 1)
		kill_group(child);
	pid = wait4(child->pid, &child->status, WNOHANG, &usage);
	if (pid > 0) {
		camipc_say_refused(&said, "waitid with P_PIDFD", refused,
				   "wait4() is used");
		child->status_known = true;
		child->usage_known = true;
		child->usage.user_us = to_us(&usage.ru_utime);
		child->usage.system_us = to_us(&usage.ru_stime);
		child->usage.max_rss_kib = (uint64_t)usage.ru_maxrss;
		return true;
	}
	if (pid == 0)
		return false;
	memset(&info, 0, sizeof(info));
	if (waitid(P_PID, (id_t)child->pid, &info, WEXITED | WNOHANG) == 0) {
		if (info.si_pid)
			note_status(child, &info);
		return info.si_pid != 0;
	}
	if (errno != ECHILD)
		camipc_say_refused(&said_nothing, "every way to reap a worker",
				   errno, "dead workers stay as zombies");
	return true;
}

/* True once the child has ended. */
static bool try_reap(struct camipc_child *child)
{
	siginfo_t info;
	int error = ENOSYS;

	memset(&info, 0, sizeof(info));
	if (child->pidfd >= 0 &&
	    waitid(WAIT_FOR_PIDFD, (id_t)child->pidfd, &info,
		   WEXITED | WNOHANG | WNOWAIT) == 0) {
		if (info.si_pid == 0)
			return false;
		note_status(child, &info);
		/* The zombie keeps the number of its process group in use. */
		kill_group(child);
		reap_by_pidfd(child);
		child->ended = true;
		return true;
	}
	if (child->pidfd >= 0)
		error = errno;
	/* ECHILD: the host reaped it, and its status is unknown. */
	if (error != ECHILD && has_its_pid(child) && !reap_by_pid(child, error))
		return false;
	child->ended = true;
	return true;
}

static int64_t now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int camipc_child_wait(struct camipc_child *child, int timeout_ms)
{
	const struct timespec nap = { .tv_nsec = 1000000 };
	int64_t deadline = timeout_ms > 0 ? now_ms() + timeout_ms : 0;

	if (child->ended || child->pid <= 0)
		return 0;
	for (;;) {
		int64_t left = timeout_ms > 0 ? deadline - now_ms() : 0;
		int n = poll_end(child, left > 0 ? (int)left : 0);
		bool interrupted = n < 0 && child->pidfd >= 0 && errno == EINTR;

		if (n != 0 && !interrupted && try_reap(child))
			return 0;
		if (left <= 0)
			return -ETIMEDOUT;
		/* Its end is only seen by asking again; or a debugger holds the
		 * zombie. */
		if (n != 0 && !interrupted)
			nanosleep(&nap, NULL);
	}
}

/* ---- what is left --------------------------------------------------------- */

static void close_and_forget(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

void camipc_child_close(struct camipc_child *child)
{
	camipc_life_line_fini(&child->life_line);
	close_and_forget(&child->pidfd);
	if (child->stderr_fd >= 0)
		camipc_untrusted_stream_close(child->stderr_fd);
	child->stderr_fd = -1;
}

void camipc_child_free(struct camipc_child *child)
{
	camipc_child_close(child);
	free(child);
}
