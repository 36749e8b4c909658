/* SPDX-License-Identifier: MIT */
/*
 * Children: what they inherit, how they end, and what becomes of them when
 * their parent ends. The child is this program again, with a role as argument.
 */
#include "child_process.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "alloc_fail.h"
#include "fd_leak.h"
#include "life_line.h"
#include "test_files.h"
#include "under_valgrind.h"

/* Patience for what has to happen; a failure waits this long. */
#define LIMIT_MS 5000

/* What issue and design promise for a worker whose parent was killed. */
#define GONE_MS 1000

static char self[TEST_PATH_SIZE];

/* ---- roles of the child ------------------------------------------------ */

static int tell(const char *text)
{
	return write(CAMIPC_CHILD_FIRST_FD, text, strlen(text)) < 0;
}

static void tell_descriptors(void)
{
	char line[64];

	/* Above are those of a valgrind that runs this. */
	for (int fd = 0; fd < 1000; fd++) {
		if (fcntl(fd, F_GETFD) < 0)
			continue;
		snprintf(line, sizeof(line), "fd %d\n", fd);
		tell(line);
	}
}

static void tell_signals(void)
{
	char line[64];

	for (int number = 1; number < 64; number++) {
		struct sigaction action;
		sigset_t blocked;

		sigprocmask(SIG_SETMASK, NULL, &blocked);
		if (sigaction(number, NULL, &action) == 0 &&
		    action.sa_handler == SIG_IGN) {
			snprintf(line, sizeof(line), "ignored %d\n", number);
			tell(line);
		}
		if (sigismember(&blocked, number) == 1) {
			snprintf(line, sizeof(line), "blocked %d\n", number);
			tell(line);
		}
	}
}

static int report(void)
{
	char text[4096];
	char cwd[256];
	cpu_set_t cpus;
	mode_t mask = umask(0);

	tell_descriptors();
	tell_signals();
	for (char **p = environ; *p; p++) {
		snprintf(text, sizeof(text), "env %s\n", *p);
		tell(text);
	}
	sched_getaffinity(0, sizeof(cpus), &cpus);
	snprintf(text, sizeof(text),
		 "cwd %s\numask %o\nterminal %d\ngroup %d\npolicy %d\n"
		 "cpus %d\nend\n",
		 getcwd(cwd, sizeof(cwd)), (unsigned int)mask,
		 open("/dev/tty", O_RDWR) >= 0, getpgid(0) == getpid(),
		 sched_getscheduler(0), CPU_COUNT(&cpus));
	tell(text);
	return 0;
}

/* A grandchild in the same process group; its pid goes up the socket. */
static int beget(void)
{
	char line[32];
	pid_t pid = fork();

	if (pid == 0) {
		for (;;)
			pause();
	}
	snprintf(line, sizeof(line), "%d\n", (int)pid);
	return tell(line);
}

static void attach(void)
{
	if (camipc_life_line_attach(CAMIPC_CHILD_LIFE_LINE_FD) < 0)
		_exit(9);
	tell("attached\n");
}

static int child_main(const char *role)
{
	/* Where what is tested fails, nobody ends it: it must not stay. */
	alarm(120);
	if (strcmp(role, "report") == 0)
		return report();
	if (strcmp(role, "exit 7") == 0)
		return 7;
	if (strcmp(role, "segv") == 0) {
		signal(SIGSEGV, SIG_DFL);
		raise(SIGSEGV);
	}
	if (strcmp(role, "stderr") == 0) {
		fprintf(stderr, "a line\n");
		printf("nobody reads this\n");
		return 0;
	}
	if (strcmp(role, "beget and end") == 0)
		return beget();
	if (strcmp(role, "beget") == 0)
		beget();
	if (strcmp(role, "attach") == 0)
		attach();
	if (strcmp(role, "attach and spin") == 0) {
		volatile unsigned int spins = 0;

		attach();
		for (;;)
			spins++;
	}
	for (;;)
		pause();
}

/* ---- helpers ----------------------------------------------------------- */

static const char *const kept[] = { "TEST_KEPT", "TEST_UNSET", NULL };

/* Starts this program in @role; *ret_socket hears what it tells. */
static int spawn(const char *role, struct camipc_child **ret_child,
		 int *ret_socket)
{
	char *argv[] = { self, (char *)(uintptr_t) "child",
			 (char *)(uintptr_t)role, NULL };
	int fds[2];
	const struct camipc_child_options options = {
		.path = self,
		.argv = argv,
		.environment = kept,
		.fds = &fds[1],
		.n_fds = 1,
	};
	int ret;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) < 0)
		return -errno;
	ret = camipc_child_spawn(&options, ret_child);
	close(fds[1]);
	if (ret == 0 && ret_socket)
		*ret_socket = fds[0];
	else
		close(fds[0]);
	return ret;
}

/* Everything the child tells, up to @end; "" after the limit. */
static void hear(int fd, const char *end, char *text, size_t size)
{
	struct pollfd pfd = { .fd = fd, .events = POLLIN };
	size_t used = 0;

	text[0] = '\0';
	while (!strstr(text, end) && poll(&pfd, 1, LIMIT_MS) == 1) {
		ssize_t n = read(fd, text + used, size - 1 - used);

		if (n <= 0)
			return;
		used += (size_t)n;
		text[used] = '\0';
	}
}

static int open_pidfd(int pid)
{
	return (int)syscall(SYS_pidfd_open, pid, 0);
}

static bool ends_within(int pid, int ms)
{
	int fd = open_pidfd(pid);
	struct pollfd pfd = { .fd = fd, .events = POLLIN };
	bool ended = fd < 0 || poll(&pfd, 1, ms) == 1;

	if (fd >= 0)
		close(fd);
	return ended;
}

static void expect_line(const char *text, const char *line)
{
	char whole[128];

	snprintf(whole, sizeof(whole), "%s\n", line);
	if (strstr(text, whole))
		return;
	print_error("no line \"%s\" in:\n%s", line, text);
	fail();
}

/* Runs @host in a process of its own; its result is 0 if all went well. */
static void in_a_host(int (*host)(int report_fd), int *ret_report)
{
	int fds[2];
	int status;
	pid_t pid;

	assert_int_equal(pipe(fds), 0);
	pid = fork();
	if (pid == 0) {
		close(fds[0]);
		_exit(host(fds[1]));
	}
	close(fds[1]);
	if (ret_report)
		*ret_report = fds[0];
	else
		close(fds[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

/* ---- birth ------------------------------------------------------------- */

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

	assert_int_equal(spawn("report", &child, &socket), 0);
	sigprocmask(SIG_SETMASK, &saved, NULL);
	signal(SIGUSR1, SIG_DFL);
	signal(SIGUSR2, SIG_DFL);
	sched_setaffinity(0, sizeof(cpus), &cpus);
	unsetenv("LD_LIBRARY_PATH");
	hear(socket, "end\n", text, sizeof(text));

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
static int host_on_a_terminal(int report_fd)
{
	struct camipc_child *child;
	char text[8192];
	int socket;
	int own;
	int pty = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);

	(void)report_fd;
	if (pty < 0 || grantpt(pty) < 0 || unlockpt(pty) < 0)
		return 77;
	if (setsid() < 0 || open(ptsname(pty), O_RDWR) < 0)
		return 1;
	own = open("/dev/tty", O_RDWR);
	if (own < 0)
		return 2;
	if (spawn("report", &child, &socket) < 0)
		return 3;
	hear(socket, "end\n", text, sizeof(text));
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
	in_a_host(host_on_a_terminal, NULL);
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
	assert_int_equal(spawn("report", &child, &socket), 0);
	assert_int_equal(sched_setscheduler(0, SCHED_OTHER, &none), 0);
	hear(socket, "end\n", text, sizeof(text));
	expect_line(text, "policy 0");
	close(socket);
	camipc_child_destroy(child);
}

static int spawn_path(const char *path)
{
	char *argv[] = { (char *)(uintptr_t)path, NULL };
	const struct camipc_child_options options = { .path = path,
						      .argv = argv };
	struct camipc_child *child;
	int ret = camipc_child_spawn(&options, &child);

	if (ret == 0)
		camipc_child_destroy(child);
	return ret;
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
	assert_int_equal(spawn_path(test_path(folder, "none")), -ENOENT);
	assert_int_equal(spawn_path(test_path(folder, "plain")), -EACCES);
	assert_int_equal(spawn_path(folder), -EACCES);
	assert_int_equal(spawn_path(test_path(folder, "broken")), -ENOEXEC);
	assert_int_equal(spawn_path("relative"), -EINVAL);
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
		ret = spawn("exit 7", &child, NULL);
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
	int ret = spawn("exit 7", &child, NULL);

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

	assert_int_equal(spawn(role, &child, NULL), 0);
	assert_false(camipc_child_get_status(child, &status));
	assert_int_equal(camipc_child_wait(child, LIMIT_MS), 0);
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

static void stderr_is_a_pipe_and_stdout_is_nothing(void **state)
{
	struct camipc_child *child;
	char text[64];

	(void)state;
	assert_int_equal(spawn("stderr", &child, NULL), 0);
	hear(camipc_child_get_stderr(child), "\n", text, sizeof(text));
	assert_string_equal(text, "a line\n");
	camipc_child_destroy(child);
}

/* Threat 40: a stopped child dies of SIGKILL as any other. */
static void a_stopped_child_is_killed(void **state)
{
	struct camipc_child *child;
	int status;

	(void)state;
	assert_int_equal(spawn("wait", &child, NULL), 0);
	kill(camipc_child_get_pid(child), SIGSTOP);
	assert_int_equal(camipc_child_wait(child, 0), -ETIMEDOUT);
	camipc_child_kill(child);
	assert_int_equal(camipc_child_wait(child, LIMIT_MS), 0);
	assert_true(camipc_child_get_status(child, &status));
	assert_int_equal(WTERMSIG(status), SIGKILL);
	camipc_child_destroy(child);
	assert_int_equal(camipc_child_count_stuck(), 0);
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

		assert_int_equal(spawn(roles[i], &child, &socket), 0);
		hear(socket, "\n", text, sizeof(text));
		assert_true(atoi(text) > 0);
		if (i == 0)
			assert_int_equal(camipc_child_wait(child, LIMIT_MS), 0);
		camipc_child_destroy(child);
		assert_true(ends_within(atoi(text), LIMIT_MS));
		close(socket);
	}
}

static void many_children_leave_nothing(void **state)
{
	struct fd_leak before;

	(void)state;
	assert_int_equal(spawn_and_destroy(NULL), 0);
	fd_leak_take(&before);
	for (int i = 0; i < 50; i++)
		assert_int_equal(spawn_and_destroy(NULL), 0);
	fd_leak_assert_no_growth(&before, 0);
}

/* ---- hosts with habits of their own ------------------------------------ */

static int ignoring_host(int report_fd)
{
	struct camipc_child *child;
	char text[64];
	int socket;
	int status;
	int pid;

	(void)report_fd;
	signal(SIGCHLD, SIG_IGN);
	if (spawn("exit 7", &child, NULL) < 0)
		return 1;
	if (camipc_child_wait(child, LIMIT_MS) < 0)
		return 2;
	if (camipc_child_get_status(child, &status))
		return 3;
	camipc_child_destroy(child);

	if (spawn("beget", &child, &socket) < 0)
		return 4;
	hear(socket, "\n", text, sizeof(text));
	pid = atoi(text);
	camipc_child_destroy(child);
	return pid > 0 && ends_within(pid, LIMIT_MS) ? 0 : 5;
}

static void a_host_may_ignore_sigchld(void **state)
{
	(void)state;
	in_a_host(ignoring_host, NULL);
}

static int reaping_host(int report_fd)
{
	struct camipc_child *child;
	int status;

	(void)report_fd;
	if (spawn("exit 7", &child, NULL) < 0)
		return 1;
	if (waitpid(-1, &status, 0) != camipc_child_get_pid(child))
		return 2;
	if (camipc_child_wait(child, LIMIT_MS) < 0)
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
	in_a_host(reaping_host, NULL);
}

/* Some containers and emulators have no CLONE_PIDFD. */
static int old_host(int report_fd)
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

	(void)report_fd;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) < 0)
		return 77;
	if (spawn("exit 7", &child, NULL) < 0)
		return 1;
	if (camipc_child_wait(child, LIMIT_MS) < 0)
		return 2;
	if (!camipc_child_get_status(child, &status) ||
	    WEXITSTATUS(status) != 7)
		return 3;
	camipc_child_destroy(child);
	return spawn_path("/nowhere/to/be/found") == -ENOENT ? 0 : 4;
}

static void a_kernel_may_lack_clone_pidfd(void **state)
{
	(void)state;
	SKIP_UNDER_VALGRIND();
	in_a_host(old_host, NULL);
}

/* ---- the parent's death ------------------------------------------------ */

/* Starts an attached child in a thread that ends, tells its pid, and stays. */
static const char *thread_role;

static void *spawn_in_thread(void *data)
{
	struct camipc_child *child = NULL;
	char text[64];
	int socket = -1;

	(void)data;
	if (spawn(thread_role, &child, &socket) < 0)
		return NULL;
	hear(socket, "attached\n", text, sizeof(text));
	return strstr(text, "attached") ? child : NULL;
}

static int tell_pid_and_stay(int report_fd, const char *role)
{
	struct camipc_child *child;
	pthread_t thread;
	void *result;

	thread_role = role;
	if (pthread_create(&thread, NULL, spawn_in_thread, NULL) != 0 ||
	    pthread_join(thread, &result) != 0 || !result)
		return 1;
	child = result;
	dprintf(report_fd, "%d\n", camipc_child_get_pid(child));
	for (;;)
		pause();
}

static int plain_host(int report_fd)
{
	return tell_pid_and_stay(report_fd, "attach");
}

static int host_of_a_spinning_child(int report_fd)
{
	return tell_pid_and_stay(report_fd, "attach and spin");
}

static int host_that_ignores_children(int report_fd)
{
	signal(SIGCHLD, SIG_IGN);
	return tell_pid_and_stay(report_fd, "attach");
}

/* A child of the host's that never runs another program, and stays. */
static int host_that_forks(int report_fd)
{
	struct camipc_child *child;
	pthread_t thread;
	void *result;
	pid_t pid;

	thread_role = "attach";
	if (pthread_create(&thread, NULL, spawn_in_thread, NULL) != 0 ||
	    pthread_join(thread, &result) != 0 || !result)
		return 1;
	child = result;
	pid = fork();
	if (pid == 0) {
		for (;;)
			pause();
	}
	dprintf(report_fd, "%d %d\n", camipc_child_get_pid(child), (int)pid);
	for (;;)
		pause();
}

static void kill_a_host(int (*host)(int report_fd))
{
	char text[64];
	int fds[2];
	int child = 0;
	int other = 0;
	int pidfd;
	struct pollfd pfd;
	pid_t pid;

	SKIP_UNDER_VALGRIND();
	assert_int_equal(pipe(fds), 0);
	pid = fork();
	if (pid == 0) {
		close(fds[0]);
		_exit(host(fds[1]));
	}
	close(fds[1]);
	hear(fds[0], "\n", text, sizeof(text));
	close(fds[0]);
	assert_true(sscanf(text, "%d %d", &child, &other) >= 1);
	pidfd = open_pidfd(child);
	assert_true(pidfd >= 0);
	pfd = (struct pollfd){ .fd = pidfd, .events = POLLIN };
	/* The thread that made it has ended, and it lives. */
	assert_int_equal(poll(&pfd, 1, 50), 0);
	kill(pid, SIGKILL);
	assert_int_equal(poll(&pfd, 1, GONE_MS), 1);
	close(pidfd);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	if (other)
		kill(other, SIGKILL);
}

static void a_child_dies_with_its_parent(void **state)
{
	(void)state;
	kill_a_host(plain_host);
}

static void a_spinning_child_dies_with_its_parent(void **state)
{
	(void)state;
	kill_a_host(host_of_a_spinning_child);
}

static void a_child_dies_with_a_parent_that_ignores_it(void **state)
{
	(void)state;
	kill_a_host(host_that_ignores_children);
}

/* The forked copy must not hold the life-line. */
static void a_child_dies_with_a_parent_that_forked(void **state)
{
	(void)state;
	kill_a_host(host_that_forks);
}

static void *spawn_unattached(void *data)
{
	struct camipc_child *child = NULL;

	(void)data;
	return spawn("wait", &child, NULL) == 0 ? child : NULL;
}

/* Until it is attached, it ends with the thread that made it. */
static void an_unattached_child_dies_with_its_thread(void **state)
{
	struct camipc_child *child;
	pthread_t thread;
	void *result;

	(void)state;
	assert_int_equal(pthread_create(&thread, NULL, spawn_unattached, NULL),
			 0);
	assert_int_equal(pthread_join(thread, &result), 0);
	assert_non_null(result);
	child = result;
	assert_int_equal(camipc_child_wait(child, LIMIT_MS), 0);
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
	/* Too late: it says so itself. */
	assert_int_equal(camipc_life_line_attach(child_fd), -EPIPE);
	close(child_fd);
	assert_true(camipc_life_line_attach(-1) < 0);

	assert_int_equal(camipc_life_line_init(&line, &child_fd), 0);
	assert_int_equal(pipe(ready), 0);
	pid = fork();
	if (pid == 0) {
		if (camipc_life_line_attach(child_fd) < 0 ||
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

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_child_inherits_nothing),
		cmocka_unit_test(a_child_has_no_terminal),
		cmocka_unit_test(real_time_priority_is_not_inherited),
		cmocka_unit_test(what_exec_says_is_what_spawn_says),
		cmocka_unit_test(without_descriptors_nothing_is_left_behind),
		cmocka_unit_test(without_memory_nothing_is_left_behind),
		cmocka_unit_test(how_a_child_ended_is_known),
		cmocka_unit_test(stderr_is_a_pipe_and_stdout_is_nothing),
		cmocka_unit_test(a_stopped_child_is_killed),
		cmocka_unit_test(grandchildren_end_with_the_child),
		cmocka_unit_test(many_children_leave_nothing),
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

	if (argc == 3 && strcmp(argv[1], "child") == 0)
		return child_main(argv[2]);
	if (readlink("/proc/self/exe", self, sizeof(self) - 1) < 0)
		return 1;
	return cmocka_run_group_tests_name("child_process", tests, NULL, NULL);
}
