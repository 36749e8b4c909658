/* SPDX-License-Identifier: MIT */
/* The table of refused system calls, and a tracer that checks it. */
#include "refused_calls.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef SYS_pidfd_send_signal
#define SYS_pidfd_send_signal 424
#endif
#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif
#ifndef SYS_clone3
#define SYS_clone3 435
#endif
#ifndef SYS_close_range
#define SYS_close_range 436
#endif
#ifndef SYS_faccessat2
#define SYS_faccessat2 439
#endif
#ifndef SYS_landlock_create_ruleset
#define SYS_landlock_create_ruleset 444
#define SYS_landlock_add_rule 445
#define SYS_landlock_restrict_self 446
#endif

#define P_PIDFD_VALUE 3
#define ALL(call) { SYS_##call, 0, 0, 0 }
#define FLAGS(call, argument, bits) { SYS_##call, argument, bits, bits }
#define IS(call, argument, number) { SYS_##call, argument, UINT32_MAX, number }

/* The session works in another way, and one line says so. */
#define REPLACED(name, text, ...) \
	{ name, "process", { __VA_ARGS__ }, \
	  sizeof((struct refused_rule[]){ __VA_ARGS__ }) / \
		  sizeof(struct refused_rule), \
	  false, 0, 0, 0, false, text }

/* There is no IPA without the call. */
#define NEEDED(name, backend, fds, text, ...) \
	{ name, backend, { __VA_ARGS__ }, \
	  sizeof((struct refused_rule[]){ __VA_ARGS__ }) / \
		  sizeof(struct refused_rule), \
	  fds, -ENOSYS, 0, 0, false, text }

const struct refused_call refused_calls[] = {
	/* Birth, in the host. */
	NEEDED("socketpair", "process", true, "socketpair", ALL(socketpair)),
	REPLACED("/dev/null", "/dev/null",
		 IS(openat, 2, O_RDWR | O_CLOEXEC)),
	REPLACED("/dev/null and pipe2", "pipe2",
		 IS(openat, 2, O_RDWR | O_CLOEXEC), ALL(pipe2)),
	REPLACED("clone with shared memory", "clone",
		 FLAGS(clone, 0, CLONE_VFORK)),
	NEEDED("clone", "process", false, "refuses clone", ALL(clone),
	       ALL(clone3)),
	NEEDED("pidfd_open and clone", "process", true, "refuses pidfd_open",
	       ALL(pidfd_open), FLAGS(clone, 0, CLONE_VFORK)),
	REPLACED("getrandom", "getrandom", ALL(getrandom)),
	REPLACED("faccessat2", "faccessat2", ALL(faccessat2)),
	NEEDED("epoll_create1", "process", true, "epoll",
	       ALL(epoll_create1)),
	NEEDED("epoll_ctl", "process", false, "epoll", ALL(epoll_ctl)),
	NEEDED("timerfd_create", "process", true, "timerfd",
	       ALL(timerfd_create)),
	NEEDED("timerfd_settime", "process", false, "timerfd",
	       ALL(timerfd_settime)),
	REPLACED("poll", "poll", ALL(poll)),
	NEEDED("sendto", "process", false, "system call", ALL(sendto)),
	NEEDED("recvmsg", "process", false, "system call",
	       FLAGS(recvmsg, 2, MSG_DONTWAIT)),
	NEEDED("recvmsg of the worker", "process", false, "cannot exchange",
	       IS(recvmsg, 2, MSG_CMSG_CLOEXEC)),

	/* Birth, in the child before its program. */
	REPLACED("rt_sigaction of SIGHUP", "rt_sigaction",
		 IS(rt_sigaction, 0, SIGHUP)),
	REPLACED("rt_sigprocmask", NULL, ALL(rt_sigprocmask)),
	REPLACED("setpgid", "setpgid", ALL(setpgid)),
	REPLACED("setsid", NULL, ALL(setsid)),
	REPLACED("setpgid and setsid", "setpgid", ALL(setpgid), ALL(setsid)),
	REPLACED("TIOCNOTTY", NULL, IS(ioctl, 1, TIOCNOTTY)),
	REPLACED("/dev/tty", NULL, FLAGS(openat, 2, O_RDWR | O_NOCTTY)),
	REPLACED("PR_SET_PDEATHSIG", "prctl", IS(prctl, 0, PR_SET_PDEATHSIG)),
	REPLACED("sched_setscheduler", "sched_setscheduler",
		 ALL(sched_setscheduler)),
	REPLACED("sched_getscheduler", NULL, ALL(sched_getscheduler)),
	REPLACED("getpriority", NULL, ALL(getpriority)),
	REPLACED("setpriority", NULL, ALL(setpriority)),
	REPLACED("sched_setaffinity", "sched_setaffinity",
		 ALL(sched_setaffinity)),
	REPLACED("umask", NULL, ALL(umask)),
	REPLACED("chdir", "chdir", ALL(chdir)),
	NEEDED("F_DUPFD_CLOEXEC", "process", true, "fcntl",
	       IS(fcntl, 1, F_DUPFD_CLOEXEC)),
#ifdef SYS_dup2
	REPLACED("dup3", "dup3", ALL(dup3)),
	NEEDED("dup3 and dup2", "process", false, "refuses dup3", ALL(dup3),
	       ALL(dup2)),
#else
	NEEDED("dup3", "process", false, "refuses dup3", ALL(dup3)),
#endif
	REPLACED("close_range", "close_range", ALL(close_range)),
	NEEDED("execve", "process", false, "refuses execve", ALL(execve)),

	/* In the worker. */
	REPLACED("getsockopt", NULL, ALL(getsockopt)),
	REPLACED("setsockopt", NULL, ALL(setsockopt)),
	REPLACED("F_SETSIG", "fcntl", IS(fcntl, 1, F_SETSIG)),
	REPLACED("F_SETOWN", "fcntl", IS(fcntl, 1, F_SETOWN)),
	REPLACED("sigaltstack", NULL, ALL(sigaltstack)),
	REPLACED("gettid", NULL, ALL(gettid)),

	/* The worker's sandbox, which then lacks a layer at most. */
	REPLACED("capset", "lacks privileges", ALL(capset)),
	REPLACED("no_new_privs", "lacks privileges",
		 IS(prctl, 0, PR_SET_NO_NEW_PRIVS)),
	REPLACED("landlock", "lacks files", ALL(landlock_create_ruleset)),
	REPLACED("landlock_add_rule", "lacks files", ALL(landlock_add_rule)),
	REPLACED("landlock_restrict_self", "lacks files",
		 ALL(landlock_restrict_self)),
	/* Where the host is not root, the worker does not make these. */
	REPLACED("setresuid", NULL, ALL(setresuid), ALL(setresgid)),
	REPLACED("setfsuid", NULL, ALL(setfsuid), ALL(setfsgid)),
	REPLACED("setgroups", NULL, ALL(setgroups)),
	/* What is refused is what the layer is tried with. */
	REPLACED("socket", NULL, ALL(socket)),
	REPLACED("chroot", NULL, ALL(chroot)),

	/* Messages. */
	{ "memfd_create", "process", { ALL(memfd_create) }, 1, true, 0,
	  -ENOSYS, 0, false, "memfd_create" },
	{ "sendmsg", "process", { ALL(sendmsg) }, 1, false, 0, -ENOSYS, 0,
	  false, NULL },
	{ "F_ADD_SEALS", "process", { IS(fcntl, 1, F_ADD_SEALS) }, 1, false, 0,
	  -ENOSYS, 0, false, "fcntl" },
	{ "F_GET_SEALS", "process", { IS(fcntl, 1, F_GET_SEALS) }, 1, false, 0,
	  -ENOSYS, 0, false, NULL },
	{ "pread64", "process", { FLAGS(pread64, 2, 0x8000) }, 1, false, 0,
	  -ENOSYS, 0, false, NULL },
	REPLACED("shutdown", NULL, ALL(shutdown)),

	/* Death. */
	REPLACED("pidfd_send_signal", "pidfd_send_signal",
		 ALL(pidfd_send_signal)),
	REPLACED("kill", NULL, ALL(kill)),
	REPLACED("pidfd_send_signal and kill", "pidfd_send_signal",
		 ALL(pidfd_send_signal), ALL(kill)),
	REPLACED("all signals", "every way to kill", ALL(pidfd_send_signal),
		 ALL(kill), IS(tgkill, 2, SIGKILL)),
	REPLACED("waitid with P_PIDFD", "waitid",
		 IS(waitid, 0, P_PIDFD_VALUE)),
	REPLACED("waitid", "waitid", ALL(waitid)),
	REPLACED("wait4", NULL, ALL(wait4)),
	REPLACED("waitid with P_PIDFD, and wait4", NULL,
		 IS(waitid, 0, P_PIDFD_VALUE), ALL(wait4)),
	{ "all reaping", "process", { ALL(waitid), ALL(wait4) }, 2, false, 0, 0,
	  0, true, "every way to reap" },
	REPLACED("signals and waitid", "waitid", ALL(pidfd_send_signal),
		 ALL(kill), IS(tgkill, 2, SIGKILL), ALL(waitid)),

	/* Shared memory: without it the link is a socket. */
	{ "memfd_create of a ring", "shm", { ALL(memfd_create) }, 1, true, 0,
	  -ENOSYS, 0, false, "a socket is used" },
	{ "ftruncate", "shm", { ALL(ftruncate) }, 1, false, 0, 0, 0, false,
	  "a socket is used" },
	{ "get_robust_list", "shm", { ALL(get_robust_list) }, 1, false, 0, 0, 0,
	  false, NULL },
	{ "recvfrom", "shm", { ALL(recvfrom) }, 1, false, 0, 0, 0, false,
	  NULL },

	/* An IPA in this process. */
	NEEDED("eventfd2", "thread", true, "eventfd", ALL(eventfd2)),
	NEEDED("epoll_create1", "thread", true, "epoll", ALL(epoll_create1)),
	NEEDED("epoll_ctl", "thread", false, "epoll", ALL(epoll_ctl)),
	NEEDED("timerfd_create", "thread", true, "timerfd",
	       ALL(timerfd_create)),
	{ "clone3 and clone", "thread", { ALL(clone3), ALL(clone) }, 2, false,
	  0, 0, -ENOSYS, false, "cannot create a thread" },
};
const size_t refused_n_calls =
	sizeof(refused_calls) / sizeof(refused_calls[0]);

/*
 * Calls without which no program starts or goes on, as the loader, the
 * allocator and libc itself make them; and calls of the test.
 */
static const long unrefusable[] = {
	SYS_brk,	 SYS_mmap,	      SYS_munmap,
	SYS_mprotect,	 SYS_madvise,	      SYS_mremap,
	SYS_openat,	 SYS_read,	      SYS_write,
	SYS_close,	 SYS_lseek,	      SYS_fstat,
	SYS_newfstatat,	 SYS_futex,	      SYS_set_tid_address,
	SYS_rseq,	 SYS_set_robust_list, SYS_prlimit64,
	SYS_exit,	 SYS_exit_group,      SYS_getdents64,
	SYS_uname,	 SYS_sysinfo,	      SYS_getpid,
	SYS_getppid,	 SYS_seccomp,	      SYS_ppoll,
	SYS_restart_syscall, SYS_rt_sigreturn, SYS_clock_nanosleep,
#ifdef SYS_arch_prctl
	SYS_arch_prctl,
#endif
#ifdef SYS_access
	SYS_access,
#endif
	/* Folders and links of modules, before anything is born. */
	SYS_readlinkat,
#ifdef SYS_readlink
	SYS_readlink,
#endif
	/* Who may change a module: asked before anything is born. */
	SYS_getuid, SYS_geteuid, SYS_getgid, SYS_getegid,
	/* What the worker has: asked before its layers count as reached. */
	SYS_capget, SYS_getresuid,
#ifdef SYS_getpgrp
	SYS_getpgrp,
#endif
	SYS_getpgid, SYS_getsid,
	/* Kinds of descriptors: a refusal is an answer about the argument. */
	SYS_fstatfs,
};

bool refused_concerns_death(const struct refused_call *call)
{
	static const long numbers[] = {
		SYS_pidfd_send_signal, SYS_pidfd_open, SYS_kill, SYS_tgkill,
		SYS_waitid, SYS_wait4, SYS_fcntl, SYS_setpgid, SYS_prctl,
	};

	for (size_t i = 0; i < call->n_rules; i++) {
		for (size_t j = 0; j < sizeof(numbers) / sizeof(numbers[0]);
		     j++) {
			if (call->rules[i].number == numbers[j])
				return true;
		}
	}
	return false;
}

bool refused_is_known(int number)
{
	for (size_t i = 0; i < refused_n_calls; i++) {
		for (size_t j = 0; j < refused_calls[i].n_rules; j++) {
			if (refused_calls[i].rules[j].number == number)
				return true;
		}
	}
	for (size_t i = 0; i < sizeof(unrefusable) / sizeof(unrefusable[0]);
	     i++) {
		if (unrefusable[i] == number)
			return true;
	}
	return false;
}

/* ---- the tracer --------------------------------------------------------- */

int refused_trace_me(void)
{
	if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) < 0)
		return -1;
	return raise(SIGSTOP) == 0 ? 0 : -1;
}

static void note_call(pid_t pid, bool *made)
{
	struct __ptrace_syscall_info info;
	void *size = (void *)(uintptr_t)sizeof(info);

	if (ptrace(PTRACE_GET_SYSCALL_INFO, pid, size, &info) <= 0 ||
	    info.op != PTRACE_SYSCALL_INFO_ENTRY)
		return;
	if (info.entry.nr < REFUSED_MAX_CALLS)
		made[info.entry.nr] = true;
}

/* The signal that a stopped process gets when it goes on. */
static int signal_of(int status, pid_t pid, bool *made)
{
	int number = WSTOPSIG(status);

	if (number == (SIGTRAP | 0x80)) {
		note_call(pid, made);
		return 0;
	}
	/* Starts, execs, and the first stop of a new process. */
	if (number == SIGTRAP || number == SIGSTOP)
		return 0;
	return number;
}

static void follow(pid_t child, bool *made)
{
	for (;;) {
		int status;
		pid_t pid = waitpid(-1, &status, __WALL);

		if (pid < 0)
			return;
		if (WIFSTOPPED(status))
			ptrace(PTRACE_SYSCALL, pid, NULL,
			       (void *)(intptr_t)signal_of(status, pid, made));
		else if (pid == child)
			return;
	}
}

int refused_trace(int (*body)(void *user), void *user, bool *made)
{
	void *options = (void *)(uintptr_t)(
		PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACECLONE |
		PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACEEXEC |
		PTRACE_O_EXITKILL);
	pid_t pid = fork();
	int status;

	if (pid < 0)
		return -1;
	if (pid == 0)
		_exit(body(user));
	if (waitpid(pid, &status, 0) != pid || !WIFSTOPPED(status))
		return -1;
	if (ptrace(PTRACE_SETOPTIONS, pid, NULL, options) < 0 ||
	    ptrace(PTRACE_SYSCALL, pid, NULL, NULL) < 0) {
		kill(pid, SIGKILL);
		waitpid(pid, &status, 0);
		return -1;
	}
	follow(pid, made);
	return 0;
}
