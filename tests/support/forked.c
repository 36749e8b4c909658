/* SPDX-License-Identifier: MIT */
/* Runs functions in forked children. */
#include "forked.h"

#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "under_valgrind.h"

int forked_call(int (*body)(void *user), void *user)
{
	int verdict = -1;
	int status = 0;
	ssize_t n;
	int fds[2];
	pid_t pid;

	assert_int_equal(pipe(fds), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		close(fds[0]);
		verdict = body(user);
		if (write(fds[1], &verdict, sizeof(verdict)) < 0)
			verdict = -1;
		kill(getpid(), SIGKILL);
		_exit(1);
	}
	close(fds[1]);
	do {
		n = read(fds[0], &verdict, sizeof(verdict));
	} while (n < 0 && errno == EINTR);
	close(fds[0]);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	if (n != (ssize_t)sizeof(verdict))
		fail_msg("a forked child ended early, with status %#x",
			 (unsigned int)status);
	return verdict;
}

void forked_kill(void (*host)(int fd, void *user), void *user, int ms)
{
	struct pollfd pfd = { .events = POLLIN };
	char text[64] = "";
	size_t used = 0;
	ssize_t n = 0;
	int child = 0;
	int other = 0;
	int fds[2];
	pid_t pid;

	SKIP_UNDER_VALGRIND();
	assert_int_equal(pipe(fds), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		close(fds[0]);
		host(fds[1], user);
		_exit(1);
	}
	close(fds[1]);
	do {
		used += (size_t)n;
		n = read(fds[0], text + used, sizeof(text) - 1 - used);
	} while (n > 0 && !strchr(text, '\n'));
	close(fds[0]);
	assert_true(sscanf(text, "%d %d", &child, &other) >= 1);
	pfd.fd = (int)syscall(SYS_pidfd_open, child, 0);
	assert_true(pfd.fd >= 0);
	/* Alive, though the thread that made it may be gone. */
	assert_int_equal(poll(&pfd, 1, 50), 0);
	kill(pid, SIGKILL);
	assert_int_equal(poll(&pfd, 1, ms), 1);
	close(pfd.fd);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	if (other)
		kill(other, SIGKILL);
}
