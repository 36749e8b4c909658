/* SPDX-License-Identifier: MIT */
/*
 * Tests children of unusual hosts, and what becomes of a child when its parent
 * ends.
 */
#include "child_process.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "child_fixture.h"
#include "forked.h"
#include "life_line.h"
#include "under_valgrind.h"

/* The time after which a worker whose parent was killed must be gone. */
#define GONE_MS 1000

/* ---- hosts with habits of their own ------------------------------------ */

static int ignoring_host(void *user)
{
	struct camipc_child *child;
	char text[64];
	int socket;
	int status;
	int pid;

	(void)user;
	signal(SIGCHLD, SIG_IGN);
	if (child_spawn("exit 7", &child, NULL) < 0)
		return 1;
	if (camipc_child_wait(child, CHILD_LIMIT_MS) < 0)
		return 2;
	if (camipc_child_get_status(child, &status))
		return 3;
	camipc_child_destroy(child);

	if (child_spawn("beget", &child, &socket) < 0)
		return 4;
	child_hear(socket, "\n", text, sizeof(text));
	pid = atoi(text);
	camipc_child_destroy(child);
	return pid > 0 && child_ends_within(pid, CHILD_LIMIT_MS) ? 0 : 5;
}

static void a_host_may_ignore_sigchld(void **state)
{
	(void)state;
	assert_int_equal(forked_call(ignoring_host, NULL), 0);
}

static int reaping_host(void *user)
{
	struct camipc_child *child;
	int status;

	(void)user;
	if (child_spawn("exit 7", &child, NULL) < 0)
		return 1;
	if (waitpid(-1, &status, 0) != camipc_child_get_pid(child))
		return 2;
	if (camipc_child_wait(child, CHILD_LIMIT_MS) < 0)
		return 3;
	if (camipc_child_get_status(child, &status))
		return 4;
	camipc_child_kill(child);
	camipc_child_destroy(child);
	return 0;
}

static void a_host_may_reap_all_children(void **state)
{
	(void)state;
	assert_int_equal(forked_call(reaping_host, NULL), 0);
}

/* Some containers and emulators have no CLONE_PIDFD. */
static int old_host(void *user)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			 offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_clone, 0, 3),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			 offsetof(struct seccomp_data, args[0])),
		BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, CLONE_VFORK, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EINVAL),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { sizeof(code) / sizeof(code[0]), code };
	struct camipc_child *child;
	int status;

	(void)user;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) < 0)
		return 77;
	if (child_spawn("exit 7", &child, NULL) < 0)
		return 1;
	if (camipc_child_wait(child, CHILD_LIMIT_MS) < 0)
		return 2;
	if (!camipc_child_get_status(child, &status) ||
	    WEXITSTATUS(status) != 7)
		return 3;
	camipc_child_destroy(child);
	return child_spawn_path("/nowhere/to/be/found") == -ENOENT ? 0 : 4;
}

static void a_kernel_may_lack_clone_pidfd(void **state)
{
	(void)state;
	SKIP_UNDER_VALGRIND();
	assert_int_equal(forked_call(old_host, NULL), 0);
}

/* ---- the parent's death ------------------------------------------------ */

static void *spawn_in_thread(void *data)
{
	const char *role = data;
	bool attaches = strcmp(role, "wait") != 0;
	struct camipc_child *child = NULL;
	char text[64];
	int socket = -1;

	if (child_spawn(role, &child, attaches ? &socket : NULL) < 0)
		return NULL;
	if (!attaches)
		return child;
	child_hear(socket, "attached\n", text, sizeof(text));
	return strstr(text, "attached") ? child : NULL;
}

/* Starts a child in a thread that ends. */
static struct camipc_child *spawn_elsewhere(const char *role)
{
	pthread_t thread;
	void *child = NULL;

	if (pthread_create(&thread, NULL, spawn_in_thread,
			   (void *)(uintptr_t)role) != 0 ||
	    pthread_join(thread, &child) != 0)
		return NULL;
	return child;
}

/* Hosts of forked_kill(); @user is the child's role. */
static void plain_host(int fd, void *user)
{
	struct camipc_child *child = spawn_elsewhere(user);

	if (!child)
		return;
	dprintf(fd, "%d\n", camipc_child_get_pid(child));
	for (;;)
		pause();
}

static void host_that_ignores_children(int fd, void *user)
{
	signal(SIGCHLD, SIG_IGN);
	plain_host(fd, user);
}

/* A child of the host's that never runs another program, and stays. */
static void host_that_forks(int fd, void *user)
{
	struct camipc_child *child = spawn_elsewhere(user);
	pid_t pid;

	if (!child)
		return;
	pid = fork();
	if (pid == 0) {
		for (;;)
			pause();
	}
	dprintf(fd, "%d %d\n", camipc_child_get_pid(child), (int)pid);
	for (;;)
		pause();
}

static char attach[] = "attach";
static char attach_and_spin[] = "attach and spin";

static void a_child_dies_with_its_parent(void **state)
{
	(void)state;
	forked_kill(plain_host, attach, GONE_MS);
}

static void a_spinning_child_dies_with_its_parent(void **state)
{
	(void)state;
	forked_kill(plain_host, attach_and_spin, GONE_MS);
}

static void a_child_dies_with_a_parent_that_ignores_it(void **state)
{
	(void)state;
	forked_kill(host_that_ignores_children, attach, GONE_MS);
}

/* The forked copy must not hold the life-line. */
static void a_child_dies_with_a_parent_that_forked(void **state)
{
	(void)state;
	forked_kill(host_that_forks, attach, GONE_MS);
}

/* Until it is attached, it ends with the thread that made it. */
static void an_unattached_child_dies_with_its_thread(void **state)
{
	struct camipc_child *child = spawn_elsewhere("wait");

	(void)state;
	assert_non_null(child);
	assert_int_equal(camipc_child_wait(child, CHILD_LIMIT_MS), 0);
	camipc_child_destroy(child);
}

static void an_attached_child_dies_with_its_life_line(void **state)
{
	struct camipc_life_line line;
	int child_fd;
	int ready[2];
	int status;
	char byte;
	pid_t pid;

	(void)state;
	assert_int_equal(camipc_life_line_init(&line, &child_fd), 0);
	camipc_life_line_fini(&line);
	/* Too late: the child itself reports it. */
	assert_int_equal(camipc_life_line_attach(child_fd), -EPIPE);
	close(child_fd);
	assert_true(camipc_life_line_attach(-1) < 0);

	assert_int_equal(camipc_life_line_init(&line, &child_fd), 0);
	assert_int_equal(pipe(ready), 0);
	pid = fork();
	if (pid == 0) {
		if (camipc_life_line_attach(child_fd) != 0 ||
		    write(ready[1], "r", 1) != 1)
			_exit(1);
		for (;;)
			pause();
	}
	close(child_fd);
	close(ready[1]);
	assert_int_equal(read(ready[0], &byte, 1), 1);
	close(ready[0]);
	/* If it were not to die, the suite's time limit would tell. */
	camipc_life_line_fini(&line);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGKILL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_host_may_ignore_sigchld),
		cmocka_unit_test(a_host_may_reap_all_children),
		cmocka_unit_test(a_kernel_may_lack_clone_pidfd),
		cmocka_unit_test(a_child_dies_with_its_parent),
		cmocka_unit_test(a_spinning_child_dies_with_its_parent),
		cmocka_unit_test(a_child_dies_with_a_parent_that_ignores_it),
		cmocka_unit_test(a_child_dies_with_a_parent_that_forked),
		cmocka_unit_test(an_unattached_child_dies_with_its_thread),
		cmocka_unit_test(an_attached_child_dies_with_its_life_line),
	};

	return cmocka_run_group_tests_name("child_hosts", tests, NULL, NULL);
}
