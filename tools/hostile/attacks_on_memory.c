/* SPDX-License-Identifier: MIT */
/* Attacks on what all processes share: memory, descriptors, timers, the log; and
 * on the rule that memory is not writable and executable at once. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "attacks.h"

#define GIB ((size_t)1 << 30)

#ifndef MFD_EXEC
#define MFD_EXEC 0x0010u
#endif

/* More timers than any module has, far below what a user may have. */
#define TIMERS 3000

#define FLOOD_LINES 20000
#define SPIN_MS 100
#define SPINNERS 4

static int map_much(size_t size, int flags)
{
	void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
			    flags | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (memory == MAP_FAILED)
		return errno;
	munmap(memory, size);
	return 0;
}

static int memory_hog(const struct target *target)
{
	(void)target;
	return map_much(2 * GIB, MAP_PRIVATE);
}

static int shared_memory_hog(const struct target *target)
{
	(void)target;
	return map_much(16 * GIB, MAP_SHARED);
}

static int grown_memory_hog(const struct target *target)
{
	void *memory = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	void *more;

	(void)target;
	if (memory == MAP_FAILED)
		return errno;
	more = mremap(memory, 4096, 2 * GIB, MREMAP_MAYMOVE);
	if (more == MAP_FAILED) {
		int error = errno;

		munmap(memory, 4096);
		return error;
	}
	munmap(more, 2 * GIB);
	return 0;
}

/* glibc's brk() hides the error of the system call: the kernel returns where
 * the heap ends. */
static int heap_hog(const struct target *target)
{
	const uintptr_t end = (uintptr_t)syscall(SYS_brk, 0);
	const uintptr_t wanted = end + GIB;

	(void)target;
	if ((uintptr_t)syscall(SYS_brk, wanted) != wanted)
		return ENOMEM;
	syscall(SYS_brk, end);
	return 0;
}

static int descriptor_hog(const struct target *target)
{
	int last = 2;
	int error = 0;

	(void)target;
	for (int i = 0; i < 900 && !error; i++) {
		int fd = fcntl(2, F_DUPFD_CLOEXEC, 10);

		if (fd < 0)
			error = errno;
		else
			last = fd;
	}
	for (int fd = 10; fd <= last; fd++)
		close(fd);
	return error;
}

/* Each takes one of the signals that may be pending for all of a user. */
static int timer_hog(const struct target *target)
{
	static timer_t timers[TIMERS];
	struct sigevent event = { .sigev_notify = SIGEV_SIGNAL,
				  .sigev_signo = SIGUSR1 };
	int error = 0;
	size_t n = 0;

	(void)target;
	while (n < TIMERS && !error) {
		if (timer_create(CLOCK_MONOTONIC, &event, &timers[n]) < 0)
			error = errno;
		else
			n++;
	}
	while (n > 0)
		timer_delete(timers[--n]);
	return error;
}

/* A page that cannot be swapped is taken from everybody. */
static int locked_memory_hog(const struct target *target)
{
	const size_t size = 64u << 20;
	void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int ret;

	(void)target;
	if (memory == MAP_FAILED)
		return errno;
	ret = outcome_of(mlock(memory, size));
	munmap(memory, size);
	return ret;
}

static int raise_limit(const struct target *target)
{
	const struct rlimit none = { RLIM_INFINITY, RLIM_INFINITY };

	(void)target;
	return outcome_of(setrlimit(RLIMIT_AS, &none));
}

static void *spin(void *end)
{
	struct timespec now;

	do
		clock_gettime(CLOCK_MONOTONIC, &now);
	while (now.tv_sec * 1000 + now.tv_nsec / 1000000 < *(int64_t *)end);
	return NULL;
}

/* Legal for a while: deadlines notice who goes on. Nobody else may notice. */
static int processor_hog(const struct target *target)
{
	pthread_t threads[SPINNERS];
	struct timespec now;
	int64_t end;
	size_t n = 0;

	(void)target;
	clock_gettime(CLOCK_MONOTONIC, &now);
	end = now.tv_sec * 1000 + now.tv_nsec / 1000000 + SPIN_MS;
	while (n < SPINNERS && !pthread_create(&threads[n], NULL, spin, &end))
		n++;
	for (size_t i = 0; i < n; i++)
		pthread_join(threads[i], NULL);
	return n == SPINNERS ? 0 : EAGAIN;
}

/* Lines that would clear a terminal, and rename its window. */
static int flood_of_escapes(const struct target *target)
{
	static const char line[] = "\033[2J\033]0;owned\007\xe2\x80\xae\r\x9b" "1m\n";

	(void)target;
	for (int i = 0; i < FLOOD_LINES; i++) {
		/* What finds no room is lost. */
		if (write(2, line, sizeof(line) - 1) < 0 && errno != EAGAIN)
			return errno;
	}
	return 0;
}

static int map_code(int protection)
{
	void *memory = mmap(NULL, 4096, protection,
			    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (memory == MAP_FAILED)
		return errno;
	munmap(memory, 4096);
	return 0;
}

static int code_that_can_be_written(const struct target *target)
{
	(void)target;
	return map_code(PROT_READ | PROT_WRITE | PROT_EXEC);
}

static int protect_page(int protection)
{
	void *memory = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int ret;

	if (memory == MAP_FAILED)
		return errno;
	ret = outcome_of(mprotect(memory, 4096, protection));
	munmap(memory, 4096);
	return ret;
}

static int code_that_becomes_writable(const struct target *target)
{
	(void)target;
	return protect_page(PROT_READ | PROT_WRITE | PROT_EXEC);
}

static int memory_with_a_key(const struct target *target)
{
	void *memory = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int ret;

	(void)target;
	if (memory == MAP_FAILED)
		return errno;
	/* Key -1: none, as mprotect(). */
	ret = outcome_of(syscall(SYS_pkey_mprotect, memory, 4096,
				 PROT_READ | PROT_WRITE | PROT_EXEC, -1));
	munmap(memory, 4096);
	return ret;
}

/* Legal until init has succeeded: libraries are loaded so. */
static int new_code(const struct target *target)
{
	(void)target;
	return map_code(PROT_READ | PROT_EXEC);
}

static int made_code(const struct target *target)
{
	(void)target;
	return protect_page(PROT_READ | PROT_EXEC);
}

static int file_that_can_run(const struct target *target)
{
	(void)target;
	return outcome_of_open(memfd_create("run", MFD_CLOEXEC | MFD_EXEC));
}

const struct attack attacks_on_memory[] = {
	ATTACK(45, memory_hog, 0, ENOMEM),
	ATTACK(45, shared_memory_hog, 0, ENOMEM),
	ATTACK(45, grown_memory_hog, 0, ENOMEM),
	ATTACK(45, heap_hog, ATTACK_MAY_LACK, ENOMEM),
	ATTACK(45, descriptor_hog, 0, EMFILE),
	ATTACK(45, timer_hog, 0, EAGAIN),
	ATTACK(45, locked_memory_hog, ATTACK_BY_ROOT, ENOMEM, EPERM),
	ATTACK(45, raise_limit, 0, EPERM),
	ATTACK(45, processor_hog, 0, 0),
	ATTACK(50, flood_of_escapes, 0, 0),
	ATTACK(46, code_that_can_be_written, 0, EPERM),
	ATTACK(46, code_that_becomes_writable, 0, EPERM),
	ATTACK(46, memory_with_a_key, ATTACK_MAY_LACK, EPERM),
	ATTACK(0, new_code, 0, 0),
	ATTACK(0, made_code, 0, 0),
	ATTACK(46, file_that_can_run, ATTACK_MAY_LACK, EPERM),
	ATTACKS_END,
};
