/* SPDX-License-Identifier: MIT */
/* Holds children of a test with a debugger. */
#include "slow_end.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static void hold(int line, const pid_t *pids, size_t n)
{
	char byte = 'y';

	for (size_t i = 0; i < n; i++) {
		if (ptrace(PTRACE_SEIZE, pids[i], NULL, NULL) < 0)
			byte = 'n';
	}
	if (write(line, &byte, 1) == 1)
		(void)!read(line, &byte, 1);
	_exit(0);
}

bool slow_end_begin(struct slow_end *slow, const pid_t *pids, size_t n)
{
	int line[2];
	char byte = 'n';

	assert_int_equal(
		socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, line), 0);
	slow->debugger = fork();
	assert_true(slow->debugger >= 0);
	if (slow->debugger == 0) {
		close(line[0]);
		hold(line[1], pids, n);
	}
	close(line[1]);
	slow->line = line[0];
	if (read(slow->line, &byte, 1) == 1 && byte == 'y')
		return true;
	slow_end_end(slow);
	return false;
}

void slow_end_end(struct slow_end *slow)
{
	close(slow->line);
	assert_int_equal(waitpid(slow->debugger, NULL, 0), slow->debugger);
}
