/* SPDX-License-Identifier: MIT */
/*
 * Attacks on the camera process and on other workers, by every call that takes
 * the number or a descriptor of a process.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <linux/sockios.h>

#include "attacks.h"

#ifndef SYS_pidfd_send_signal
#define SYS_pidfd_send_signal 424
#endif
#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif
#ifndef SYS_pidfd_getfd
#define SYS_pidfd_getfd 438
#endif
#ifndef SYS_process_madvise
#define SYS_process_madvise 440
#endif

/* The channel: a socket that the module has in any case. */
#define CHANNEL 4

/* ioprio_set() of a process. */
#define IOPRIO_PROCESS 1

static int kill_by_thread_number(const struct target *target)
{
	return outcome_of(syscall(SYS_tkill, target->parent, 0));
}

static int kill_everybody(const struct target *target)
{
	(void)target;
	return outcome_of(kill(-1, 0));
}

static int kill_group(const struct target *target)
{
	(void)target;
	return outcome_of(kill(0, 0));
}

/* The kernel reads 32 bits of a pid; a filter that compares more is fooled. */
static int kill_with_high_bits(const struct target *target)
{
	const unsigned long pid = (unsigned long)target->parent |
				  ((unsigned long)1 << (sizeof(long) * 8 - 1));

	return outcome_of(syscall(SYS_kill, pid, 0));
}

/* What rt_tgsigqueueinfo() takes, with a signal that is none. */
static int queue_to_thread(const struct target *target)
{
	siginfo_t info;

	memset(&info, 0, sizeof(info));
	info.si_code = SI_QUEUE;
	return outcome_of(syscall(SYS_rt_tgsigqueueinfo, target->parent,
				  target->parent, 0, &info));
}

static int signal_by_pidfd(const struct target *target)
{
	int pidfd = (int)syscall(SYS_pidfd_open, target->parent, 0);
	int ret;

	/* One that was inherited would do, too. */
	ret = outcome_beyond(syscall(SYS_pidfd_send_signal, pidfd, 0, NULL, 0),
			     EBADF);
	if (pidfd >= 0)
		close(pidfd);
	return ret;
}

static int own_a_socket_s_signals(const struct target *target)
{
	int pid = target->parent;

	return outcome_of(ioctl(CHANNEL, FIOSETOWN, &pid));
}

static int signal_number_of_descriptor(const struct target *target)
{
	(void)target;
	return outcome_of(fcntl(CHANNEL, F_SETSIG, SIGKILL));
}

static int schedule_parent(const struct target *target)
{
	const struct sched_param param = { .sched_priority = 0 };

	return outcome_of(
		sched_setscheduler(target->parent, SCHED_OTHER, &param));
}

static int ask_schedule_of_parent(const struct target *target)
{
	char attributes[48];

	return outcome_of(syscall(SYS_sched_getattr, target->parent, attributes,
				  sizeof(attributes), 0));
}

static int slow_group(const struct target *target)
{
	(void)target;
	return outcome_of(setpriority(PRIO_PGRP, 0,
				      getpriority(PRIO_PROCESS, 0)));
}

static int slow_user(const struct target *target)
{
	(void)target;
	errno = 0;
	(void)getpriority(PRIO_USER, 0);
	return errno;
}

static int slow_disk_of_parent(const struct target *target)
{
	return outcome_of(syscall(SYS_ioprio_set, IOPRIO_PROCESS,
				  target->parent, 0));
}

/* A limit that is the parent's as well, so that nothing changes. */
static int change_limit_of_parent(const struct target *target)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_STACK, &limit) < 0)
		return errno;
	return outcome_of(syscall(SYS_prlimit64, target->parent, RLIMIT_STACK,
				  &limit, NULL));
}

static int list_of_parent(const struct target *target)
{
	void *head;
	size_t size;

	return outcome_of(syscall(SYS_get_robust_list, target->parent, &head,
				  &size));
}

static int compare_parent(const struct target *target)
{
	return outcome_of(syscall(SYS_kcmp, target->parent, target->parent, 0,
				  0, 0));
}

static int advise_parent(const struct target *target)
{
	(void)target;
	return outcome_beyond(syscall(SYS_process_madvise, -1, NULL, 0, 0, 0),
			      EBADF);
}

static int open_parent(const struct target *target, const char *file, int flags)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)target->parent, file);
	return outcome_of_open(open(path, flags | O_CLOEXEC));
}

static int memory_of_parent(const struct target *target)
{
	return open_parent(target, "mem", O_RDWR);
}

static int map_of_parent(const struct target *target)
{
	return open_parent(target, "maps", O_RDONLY);
}

static int descriptors_of_parent(const struct target *target)
{
	return open_parent(target, "fd", O_RDONLY | O_DIRECTORY);
}

static int descriptor_of_parent(const struct target *target)
{
	return open_parent(target, "fd/0", O_RDONLY);
}

static int spare_oneself(const struct target *target)
{
	(void)target;
	return outcome_of_open(
		open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC));
}

static int kill_sibling(const struct target *target)
{
	return outcome_of(kill(target->sibling, 0));
}

static int trace_sibling(const struct target *target)
{
	return outcome_of(ptrace(PTRACE_SEIZE, target->sibling, NULL, NULL));
}

static int read_sibling(const struct target *target)
{
	char byte;
	const struct iovec to = { &byte, 1 };
	const struct iovec from = { (void *)target->sibling_address, 1 };

	return outcome_of(
		process_vm_readv(target->sibling, &to, 1, &from, 1, 0));
}

static int steal_from_sibling(const struct target *target)
{
	int pidfd = (int)syscall(SYS_pidfd_open, target->sibling, 0);
	int ret;

	if (pidfd < 0)
		return errno;
	ret = outcome_of_open(syscall(SYS_pidfd_getfd, pidfd, CHANNEL, 0));
	close(pidfd);
	return ret;
}

static int limit_sibling(const struct target *target)
{
	struct rlimit limit;

	return outcome_of(
		prlimit(target->sibling, RLIMIT_NOFILE, NULL, &limit));
}

/* So that killing the group would miss this process. */
static int leave_group(const struct target *target)
{
	if (getpgrp() == getpid())
		return outcome_beyond(
			syscall(SYS_setpgid, target->parent, 0), ESRCH);
	return outcome_of(setpgid(0, 0));
}

const struct attack attacks_on_others[] = {
	ATTACK(47, kill_by_thread_number, 0, EPERM),
	ATTACK(47, kill_everybody, 0, EPERM),
	ATTACK(47, kill_group, 0, EPERM),
	ATTACK(47, kill_with_high_bits, 0, EPERM),
	ATTACK(47, queue_to_thread, 0, EPERM),
	ATTACK(47, signal_by_pidfd, 0, EPERM),
	ATTACK(47, own_a_socket_s_signals, 0, EPERM),
	ATTACK(47, signal_number_of_descriptor, 0, EPERM),
	ATTACK(47, schedule_parent, 0, EPERM),
	ATTACK(47, ask_schedule_of_parent, 0, EPERM),
	ATTACK(47, slow_group, 0, EPERM),
	ATTACK(47, slow_user, 0, EPERM),
	ATTACK(47, slow_disk_of_parent, 0, EPERM),
	ATTACK(47, change_limit_of_parent, 0, EPERM),
	ATTACK(47, list_of_parent, ATTACK_MAY_LACK, EPERM),
	ATTACK(47, compare_parent, ATTACK_MAY_LACK, EPERM),
	ATTACK(47, advise_parent, ATTACK_MAY_LACK, EPERM),
	ATTACK(47, memory_of_parent, ATTACK_MAY_LACK, EPERM, EACCES),
	ATTACK(47, map_of_parent, ATTACK_MAY_LACK, EACCES),
	ATTACK(47, descriptors_of_parent, ATTACK_MAY_LACK, EACCES),
	ATTACK(47, descriptor_of_parent, ATTACK_MAY_LACK, EACCES),
	ATTACK(47, spare_oneself, 0, EACCES, EPERM),
	ATTACK(47, kill_sibling, 0, EPERM),
	ATTACK(47, trace_sibling, ATTACK_MAY_LACK, EPERM),
	ATTACK(47, read_sibling, ATTACK_MAY_LACK, EPERM),
	ATTACK(47, steal_from_sibling, ATTACK_MAY_LACK, EPERM),
	ATTACK(47, limit_sibling, 0, EPERM),
	ATTACK(42, leave_group, 0, EPERM),
	ATTACKS_END,
};
