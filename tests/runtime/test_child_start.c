/* SPDX-License-Identifier: MIT */
/*
 * Tests a child that is killed before its program runs (threat 41). A lease on
 * the program's file holds it there: exec waits until the holder of the lease
 * gives it up, and the kernel reports that somebody waits.
 *
 * A child that is *stopped* there holds up the thread that makes it, as it
 * borrows its memory. Nothing but this process's own code runs in it so far,
 * and who may stop it from outside may stop this process as well.
 */
#include "child_process.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "fd_leak.h"
#include "test_files.h"
#include "under_valgrind.h"

/* Only a failing test waits so long. */
#define LIMIT_S 20

/** Who kills the child, and with what. */
struct killer {
	pid_t parent_thread;
	int lease_fd;
	int number;
	pid_t victim; /* 0: none was found */
};

static pid_t find_child(pid_t thread)
{
	char path[64];
	int pid = 0;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/self/task/%d/children",
		 (int)thread);
	file = fopen(path, "r");
	if (!file)
		return 0;
	if (fscanf(file, "%d", &pid) != 1)
		pid = 0;
	fclose(file);
	return pid;
}

static void *kill_before_exec(void *user)
{
	const struct timespec limit = { .tv_sec = LIMIT_S };
	struct killer *killer = user;
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGIO);
	if (sigtimedwait(&set, NULL, &limit) == SIGIO) {
		killer->victim = find_child(killer->parent_thread);
		if (killer->victim)
			kill(killer->victim, killer->number);
	}
	fcntl(killer->lease_fd, F_SETLEASE, F_UNLCK);
	return NULL;
}

static void expect_killed(const char *path, int number)
{
	char *argv[] = { (char *)(uintptr_t)path, NULL };
	const struct camipc_child_options options = {
		.path = path,
		.argv = argv,
	};
	struct killer killer = { .parent_thread = gettid(), .number = number };
	struct camipc_child *child;
	pthread_t thread;
	int status = 0;

	killer.lease_fd = open(path, O_RDONLY | O_CLOEXEC);
	assert_true(killer.lease_fd >= 0);
	if (fcntl(killer.lease_fd, F_SETLEASE, F_WRLCK) < 0) {
		close(killer.lease_fd);
		print_message("skipped: this file system has no leases\n");
		skip();
	}
	assert_int_equal(pthread_create(&thread, NULL, kill_before_exec,
					&killer),
			 0);
	/* It did not say that exec had failed: it never came so far. */
	assert_int_equal(camipc_child_spawn(&options, &child), 0);
	pthread_join(thread, NULL);
	close(killer.lease_fd);
	assert_int_equal(camipc_child_get_pid(child), killer.victim);
	assert_int_equal(camipc_child_wait(child, LIMIT_S * 1000), 0);
	assert_true(camipc_child_get_status(child, &status));
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), number);
	camipc_child_destroy(child);
}

static void a_child_is_killed_before_exec(void **state)
{
	static const int numbers[] = { SIGKILL, SIGSEGV, SIGABRT };
	char folder[TEST_PATH_SIZE];
	const char *path;
	struct fd_leak before;
	sigset_t set;
	sigset_t saved;

	(void)state;
	SKIP_UNDER_VALGRIND();
	test_folder_make(folder);
	path = test_path(folder, "program");
	test_file_write(path, "#!/bin/true\n", 12, 0755);
	fd_leak_take(&before);
	/* In all threads: one of them waits for it. */
	sigemptyset(&set);
	sigaddset(&set, SIGIO);
	pthread_sigmask(SIG_BLOCK, &set, &saved);
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		expect_killed(path, numbers[i]);
	pthread_sigmask(SIG_SETMASK, &saved, NULL);
	fd_leak_assert_none(&before);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_child_is_killed_before_exec),
	};

	return cmocka_run_group_tests_name("child_start", tests, NULL, NULL);
}
