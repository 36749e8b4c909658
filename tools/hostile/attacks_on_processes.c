/* SPDX-License-Identifier: MIT */
/* Attacks on other processes, and on what processes share. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/shm.h>
#include <sys/syscall.h>
#include <sys/sysinfo.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "attacks.h"

#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif
#ifndef SYS_pidfd_getfd
#define SYS_pidfd_getfd 438
#endif

/* Threads beyond all bounds that a worker could have. */
#define BOMB 2000

/* The life-line, which ends the worker together with its camera process. */
#define LIFE_LINE 3

static int make_process(const struct target *target)
{
	pid_t pid = fork();
	int error = errno;

	(void)target;
	if (pid < 0)
		return error;
	if (pid == 0)
		_exit(0);
	waitpid(pid, NULL, 0);
	return 0;
}

static int make_namespace(const struct target *target)
{
	(void)target;
	return outcome_of(unshare(CLONE_NEWUSER));
}

/* A file that does not exist: where the call is allowed, that is the error. */
static int run_program(const struct target *target)
{
	char *const none[] = { NULL };

	execve(in_folder(target, "nothing"), none, none);
	return errno == ENOENT ? 0 : errno;
}

static void *wait_for_ever(void *user)
{
	pthread_mutex_lock(user);
	pthread_mutex_unlock(user);
	return NULL;
}

static int start_threads(size_t n)
{
	static pthread_mutex_t gate = PTHREAD_MUTEX_INITIALIZER;
	pthread_t *threads = calloc(n, sizeof(*threads));
	pthread_attr_t attributes;
	size_t started = 0;
	int error = 0;

	if (!threads)
		return ENOMEM;
	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, 64 * 1024);
	pthread_mutex_lock(&gate);
	while (started < n && !error) {
		error = pthread_create(&threads[started], &attributes,
				       wait_for_ever, &gate);
		started += !error;
	}
	pthread_mutex_unlock(&gate);
	while (started > 0)
		pthread_join(threads[--started], NULL);
	pthread_attr_destroy(&attributes);
	free(threads);
	return error;
}

static int thread_bomb(const struct target *target)
{
	struct sysinfo info;

	(void)target;
	if (sysinfo(&info) < 0)
		return errno;
	return start_threads((size_t)info.procs + BOMB);
}

/* What a module may do: each of OpenMP's teams needs it. */
static int few_threads(const struct target *target)
{
	(void)target;
	return start_threads(16);
}

static int kill_parent(const struct target *target)
{
	return outcome_of(kill(target->parent, 0));
}

static int kill_thread_of_parent(const struct target *target)
{
	return outcome_of(
		syscall(SYS_tgkill, target->parent, target->parent, 0));
}

static int queue_signal(const struct target *target)
{
	const union sigval value = { .sival_int = 0 };

	return outcome_of(sigqueue(target->parent, 0, value));
}

/* A signal that the kernel sends when a descriptor becomes ready. */
static int signal_by_descriptor(const struct target *target)
{
	int fds[2];
	int ret;

	if (pipe(fds) < 0)
		return errno;
	ret = outcome_of(fcntl(fds[0], F_SETOWN, target->parent));
	close(fds[0]);
	close(fds[1]);
	return ret;
}

static int limit_parent(const struct target *target)
{
	struct rlimit limit;

	return outcome_of(prlimit(target->parent, RLIMIT_NOFILE, NULL, &limit));
}

static int slow_parent(const struct target *target)
{
	errno = 0;
	return outcome_of(setpriority(
		PRIO_PROCESS, (id_t)target->parent,
		getpriority(PRIO_PROCESS, (id_t)target->parent)));
}

static int move_parent(const struct target *target)
{
	cpu_set_t cpus;

	if (sched_getaffinity(target->parent, sizeof(cpus), &cpus) < 0)
		return errno;
	return outcome_of(
		sched_setaffinity(target->parent, sizeof(cpus), &cpus));
}

static int trace_parent(const struct target *target)
{
	return outcome_of(ptrace(PTRACE_SEIZE, target->parent, NULL, NULL));
}

static int read_parent(const struct target *target)
{
	char byte;
	const struct iovec to = { &byte, 1 };
	const struct iovec from = { (void *)target->address, 1 };

	return outcome_of(
		process_vm_readv(target->parent, &to, 1, &from, 1, 0));
}

static int write_parent(const struct target *target)
{
	char byte = 'w';
	const struct iovec from = { &byte, 1 };
	const struct iovec to = { (void *)target->address, 1 };

	return outcome_of(
		process_vm_writev(target->parent, &from, 1, &to, 1, 0));
}

static int steal_descriptor(const struct target *target)
{
	int pidfd = (int)syscall(SYS_pidfd_open, target->parent, 0);
	int fd;
	int error;

	if (pidfd < 0)
		return errno;
	fd = (int)syscall(SYS_pidfd_getfd, pidfd, 2, 0);
	error = errno;
	close(pidfd);
	if (fd < 0)
		return error;
	close(fd);
	return 0;
}

static int drop_life_line(const struct target *target)
{
	int copy;

	(void)target;
	/* It is put back, so that the worker ends as others do. */
	copy = fcntl(LIFE_LINE, F_DUPFD_CLOEXEC, 100);
	if (copy < 0)
		return errno;
	if (close(LIFE_LINE) < 0) {
		close(copy);
		return errno;
	}
	dup2(copy, LIFE_LINE);
	close(copy);
	return 0;
}

static int silence_life_line(const struct target *target)
{
	int flags = fcntl(LIFE_LINE, F_GETFL);

	(void)target;
	if (flags < 0)
		return errno;
	if (fcntl(LIFE_LINE, F_SETFL, flags & ~O_ASYNC) < 0)
		return errno;
	fcntl(LIFE_LINE, F_SETFL, flags);
	return 0;
}

static int system_v_memory(const struct target *target)
{
	int id = shmget(IPC_PRIVATE, 4096, 0600);

	(void)target;
	if (id < 0)
		return errno;
	shmctl(id, IPC_RMID, NULL);
	return 0;
}

const struct attack attacks_on_processes[] = {
	ATTACK(44, make_process, 0, EPERM),
	ATTACK(47, make_namespace, ATTACK_MAY_LACK, EPERM),
	ATTACK(46, run_program, 0, EPERM),
	ATTACK(44, thread_bomb, 0, EAGAIN, ENOMEM),
	ATTACK(0, few_threads, 0, 0),
	ATTACK(47, kill_parent, 0, EPERM),
	ATTACK(47, kill_thread_of_parent, 0, EPERM),
	ATTACK(47, queue_signal, 0, EPERM),
	ATTACK(47, signal_by_descriptor, 0, EPERM),
	ATTACK(47, limit_parent, 0, EPERM),
	ATTACK(47, slow_parent, 0, EPERM),
	ATTACK(47, move_parent, 0, EPERM),
	ATTACK(47, trace_parent, ATTACK_MAY_LACK, EPERM),
	ATTACK(47, read_parent, ATTACK_MAY_LACK, EPERM),
	ATTACK(47, write_parent, ATTACK_MAY_LACK, EPERM),
	ATTACK(47, steal_descriptor, ATTACK_MAY_LACK, EPERM),
	ATTACK(42, drop_life_line, 0, EPERM),
	ATTACK(42, silence_life_line, 0, EPERM),
	ATTACK(47, system_v_memory, 0, EPERM),
	ATTACKS_END,
};
