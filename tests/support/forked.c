/* SPDX-License-Identifier: MIT */
#include "forked.h"

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

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
