/* SPDX-License-Identifier: MIT */
/* Tests child processes: what they inherit, and how they end. */
#include "child_process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "alloc_fail.h"
#include "child_fixture.h"
#include "deadline.h"
#include "fd_leak.h"
#include "forked.h"
#include "slow_end.h"
#include "test_files.h"
#include "under_valgrind.h"

static void expect_line(const char *text, const char *line)
{
	char whole[128];

	snprintf(whole, sizeof(whole), "%s\n", line);
	if (strstr(text, whole))
		return;
	print_error("no line \"%s\" in:\n%s", line, text);
	fail();
}

/* ---- start ------------------------------------------------------------- */

static void handler(int number)
{
	(void)number;
}

/* Threat 49: everything that a host can have set has its default again. */
static void a_child_inherits_nothing(void **state)
{
	struct sigaction action = { .sa_handler = handler };
	struct camipc_child *child;
	char text[8192];
	sigset_t blocked;
	sigset_t saved;
	cpu_set_t cpus;
	cpu_set_t one;
	int socket;
	/* Not where the child's own are put. */
	int leaked = fcntl(0, F_DUPFD, 100);
	int expected = 0;

	(void)state;
	sched_getaffinity(0, sizeof(cpus), &cpus);
	CPU_ZERO(&one);
	for (size_t i = 0; i < CPU_SETSIZE && !CPU_COUNT(&one); i++) {
		if (CPU_ISSET(i, &cpus))
			CPU_SET(i, &one);
	}
	sched_setaffinity(0, sizeof(one), &one);
	setenv("TEST_KEPT", "yes", 1);
	setenv("TEST_SECRET", "no", 1);
	setenv("LD_LIBRARY_PATH", "/nowhere", 1);
	signal(SIGUSR1, SIG_IGN);
	sigaction(SIGUSR2, &action, NULL);
	sigemptyset(&blocked);
	sigaddset(&blocked, SIGTERM);
	sigprocmask(SIG_BLOCK, &blocked, &saved);

	assert_int_equal(child_spawn("report", &child, &socket), 0);
	sigprocmask(SIG_SETMASK, &saved, NULL);
	signal(SIGUSR1, SIG_DFL);
	signal(SIGUSR2, SIG_DFL);
	sched_setaffinity(0, sizeof(cpus), &cpus);
	unsetenv("LD_LIBRARY_PATH");
	child_hear(socket, "end\n", text, sizeof(text));

	for (int fd = 0; fd <= CAMIPC_CHILD_FIRST_FD; fd++) {
		char line[32];

		snprintf(line, sizeof(line), "fd %d", fd);
		expect_line(text, line);
		expected++;
	}
	for (const char *p = text; (p = strstr(p, "fd ")); p++)
		expected--;
	/* A valgrind that runs the child keeps a log of its own open. */
	if (!under_valgrind())
		assert_int_equal(expected, 0);
	assert_null(strstr(text, "ignored"));
	assert_null(strstr(text, "blocked"));
	expect_line(text, "env TEST_KEPT=yes");
	assert_null(strstr(text, "TEST_SECRET"));
	assert_null(strstr(text, "TEST_UNSET"));
	assert_null(strstr(text, "/nowhere"));
	expect_line(text, "cwd /");
	expect_line(text, "umask 77");
	expect_line(text, "terminal 0");
	expect_line(text, "group 1");
	expect_line(text, "policy 0");
	if (CPU_COUNT(&cpus) > 1)
		assert_null(strstr(text, "cpus 1\n"));
	close(leaked);
	close(socket);
	camipc_child_destroy(child);
}

/* A host with a terminal, which is the child's no more. */
static int host_on_a_terminal(void *user)
{
	struct camipc_child *child;
	char text[8192];
	int socket;
	int own;
	int pty = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);

	(void)user;
	if (pty < 0 || grantpt(pty) < 0 || unlockpt(pty) < 0)
		return 77;
	if (setsid() < 0 || open(ptsname(pty), O_RDWR) < 0)
		return 1;
	own = open("/dev/tty", O_RDWR);
	if (own < 0)
		return 2;
	if (child_spawn("report", &child, &socket) < 0)
		return 3;
	child_hear(socket, "end\n", text, sizeof(text));
	if (!strstr(text, "terminal 0\n") || !strstr(text, "group 1\n"))
		return 4;
	/* And still the host's own. */
	close(own);
	if (open("/dev/tty", O_RDWR) < 0)
		return 5;
	camipc_child_destroy(child);
	return 0;
}

/* Threat 48: no way to put words into the host's terminal. */
static void a_child_has_no_terminal(void **state)
{
	(void)state;
	assert_int_equal(forked_call(host_on_a_terminal, NULL), 0);
}

/* A worker must not run at a host's real-time priority. */
static void real_time_priority_is_not_inherited(void **state)
{
	struct sched_param param = { .sched_priority = 1 };
	const struct sched_param none = { .sched_priority = 0 };
	struct camipc_child *child;
	char text[8192];
	int socket;

	(void)state;
	if (sched_setscheduler(0, SCHED_RR, &param) < 0) {
		print_message("not allowed to be a real-time process\n");
		skip();
	}
	assert_int_equal(child_spawn("report", &child, &socket), 0);
	assert_int_equal(sched_setscheduler(0, SCHED_OTHER, &none), 0);
	child_hear(socket, "end\n", text, sizeof(text));
	expect_line(text, "policy 0");
	close(socket);
	camipc_child_destroy(child);
}

static void what_exec_says_is_what_spawn_says(void **state)
{
	char folder[TEST_PATH_SIZE];
	struct fd_leak before;

	(void)state;
	test_folder_make(folder);
	test_file_write(test_path(folder, "plain"), "text", 4, 0644);
	test_file_write(test_path(folder, "broken"), "\177ELF", 4, 0755);
	fd_leak_take(&before);
	assert_int_equal(child_spawn_path(test_path(folder, "none")), -ENOENT);
	assert_int_equal(child_spawn_path(test_path(folder, "plain")), -EACCES);
	assert_int_equal(child_spawn_path(folder), -EACCES);
	assert_int_equal(child_spawn_path(test_path(folder, "broken")),
			 -ENOEXEC);
	assert_int_equal(child_spawn_path("relative"), -EINVAL);
	fd_leak_assert_none(&before);
	test_folder_remove(folder);
}

static void without_descriptors_nothing_is_left_behind(void **state)
{
	struct camipc_child *child;
	struct rlimit saved;
	struct fd_leak before;
	int first;
	int ret = -EMFILE;
	unsigned int failures = 0;

	(void)state;
	SKIP_UNDER_VALGRIND();
	first = dup(0);
	close(first);
	fd_leak_take(&before);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &saved), 0);
	for (int room = 0; ret == -EMFILE; room++) {
		struct rlimit tight = saved;

		tight.rlim_cur = (rlim_t)(first + room);
		assert_int_equal(setrlimit(RLIMIT_NOFILE, &tight), 0);
		ret = child_spawn("exit 7", &child, NULL);
		assert_int_equal(setrlimit(RLIMIT_NOFILE, &saved), 0);
		failures += ret != 0;
		if (ret == 0)
			camipc_child_destroy(child);
		fd_leak_assert_none(&before);
	}
	assert_int_equal(ret, 0);
	assert_true(failures > 5);
}

static int spawn_and_destroy(void *user)
{
	struct camipc_child *child;
	int ret = child_spawn("exit 7", &child, NULL);

	(void)user;
	if (ret == 0)
		camipc_child_destroy(child);
	return ret;
}

static void without_memory_nothing_is_left_behind(void **state)
{
	struct fd_leak before;

	(void)state;
	fd_leak_take(&before);
	alloc_fail_each(spawn_and_destroy, NULL, 0);
	fd_leak_assert_none(&before);
}

/* ---- death ------------------------------------------------------------- */

static void expect_status(const char *role, bool signaled, int value)
{
	struct camipc_child *child;
	int status = 0;

	assert_int_equal(child_spawn(role, &child, NULL), 0);
	assert_false(camipc_child_get_status(child, &status));
	assert_int_equal(camipc_child_wait(child, CHILD_LIMIT_MS), 0);
	assert_true(camipc_child_get_status(child, &status));
	if (signaled) {
		assert_true(WIFSIGNALED(status));
		assert_int_equal(WTERMSIG(status), value);
	} else {
		assert_true(WIFEXITED(status));
		assert_int_equal(WEXITSTATUS(status), value);
	}
	/* It is no zombie. */
	assert_false(fd_leak_process_exists(camipc_child_get_pid(child)));
	camipc_child_destroy(child);
}

static void how_a_child_ended_is_known(void **state)
{
	(void)state;
	expect_status("exit 7", false, 7);
	expect_status("segv", true, SIGSEGV);
}

static void stderr_is_read_and_stdout_is_nothing(void **state)
{
	struct camipc_child *child;
	char text[64];

	(void)state;
	assert_int_equal(child_spawn("stderr", &child, NULL), 0);
	child_hear(camipc_child_get_stderr(child), "\n", text, sizeof(text));
	assert_string_equal(text, "a line\n");
	camipc_child_destroy(child);
}

/* Threat 40: a stopped child dies of SIGKILL as any other. */
static void a_stopped_child_is_killed(void **state)
{
	struct camipc_child *child;
	int status;

	(void)state;
	assert_int_equal(child_spawn("wait", &child, NULL), 0);
	kill(camipc_child_get_pid(child), SIGSTOP);
	assert_int_equal(camipc_child_wait(child, 0), -ETIMEDOUT);
	camipc_child_kill(child);
	assert_int_equal(camipc_child_wait(child, CHILD_LIMIT_MS), 0);
	assert_true(camipc_child_get_status(child, &status));
	assert_int_equal(WTERMSIG(status), SIGKILL);
	camipc_child_destroy(child);
}

/* Threat 42: what a child leaves in its process group ends with it. */
static void grandchildren_end_with_the_child(void **state)
{
	static const char *const roles[] = { "beget and end", "beget" };

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct camipc_child *child;
		char text[64];
		int socket;

		assert_int_equal(child_spawn(roles[i], &child, &socket), 0);
		child_hear(socket, "\n", text, sizeof(text));
		assert_true(atoi(text) > 0);
		if (i == 0)
			assert_int_equal(
				camipc_child_wait(child, CHILD_LIMIT_MS), 0);
		camipc_child_destroy(child);
		assert_true(child_ends_within(atoi(text), CHILD_LIMIT_MS));
		close(socket);
	}
}

#define N_SLOW 8

/** Nobody waits for a child that takes its time to end, and each is reaped. */
static void slow_ends_are_not_waited_for(void **state)
{
	struct camipc_child *children[N_SLOW];
	pid_t pids[N_SLOW];
	struct fd_leak before;
	struct slow_end slow;
	bool is_held;
	int64_t began;

	(void)state;
	assert_int_equal(spawn_and_destroy(NULL), 0);
	fd_leak_take(&before);
	for (int i = 0; i < N_SLOW; i++) {
		assert_int_equal(child_spawn("wait", &children[i], NULL), 0);
		pids[i] = camipc_child_get_pid(children[i]);
	}
	is_held = slow_end_begin(&slow, pids, N_SLOW);
	began = camipc_now();
	for (int i = 0; i < N_SLOW; i++)
		camipc_child_destroy(children[i]);
	assert_true(camipc_now() - began < INT64_C(2000000000));
	for (int i = 0; is_held && i < N_SLOW; i++)
		assert_true(fd_leak_process_exists(pids[i]));
	if (is_held)
		slow_end_end(&slow);
	/* Without another spawn. */
	fd_leak_assert_none(&before);
	if (!is_held)
		skip();
}

/** What is said of a child that was killed and has not ended. */
static void killed_and_not_ended(void **state)
{
	struct camipc_child_usage usage;
	struct camipc_child *child;
	struct slow_end slow;
	pid_t pid;
	int status = 0;

	(void)state;
	assert_int_equal(child_spawn("wait", &child, NULL), 0);
	pid = camipc_child_get_pid(child);
	if (!slow_end_begin(&slow, &pid, 1)) {
		camipc_child_destroy(child);
		skip();
	}
	assert_int_equal(camipc_child_kill(child), 0);
	assert_int_equal(camipc_child_wait(child, 0), -ETIMEDOUT);
	assert_true(camipc_child_get_status(child, &status));
	assert_int_equal(status, SIGKILL);
	assert_false(camipc_child_get_usage(child, &usage));
	camipc_child_destroy(child);
	slow_end_end(&slow);
	while (fd_leak_process_exists(pid))
		poll(NULL, 0, 1);
}

/* Stacks of threads that reap: libc keeps as many as there were at once. */
#define STACK_MAPS 16

static void many_children_leave_nothing(void **state)
{
	struct fd_leak before;

	(void)state;
	assert_int_equal(spawn_and_destroy(NULL), 0);
	fd_leak_take(&before);
	for (int i = 0; i < 4 * STACK_MAPS; i++)
		assert_int_equal(spawn_and_destroy(NULL), 0);
	fd_leak_assert_no_growth(&before, STACK_MAPS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_child_inherits_nothing),
		cmocka_unit_test(a_child_has_no_terminal),
		cmocka_unit_test(real_time_priority_is_not_inherited),
		cmocka_unit_test(what_exec_says_is_what_spawn_says),
		cmocka_unit_test(without_descriptors_nothing_is_left_behind),
		cmocka_unit_test(without_memory_nothing_is_left_behind),
		cmocka_unit_test(how_a_child_ended_is_known),
		cmocka_unit_test(stderr_is_read_and_stdout_is_nothing),
		cmocka_unit_test(a_stopped_child_is_killed),
		cmocka_unit_test(grandchildren_end_with_the_child),
		cmocka_unit_test(slow_ends_are_not_waited_for),
		cmocka_unit_test(killed_and_not_ended),
		cmocka_unit_test(many_children_leave_nothing),
	};

	return cmocka_run_group_tests_name("child_process", tests, NULL, NULL);
}
