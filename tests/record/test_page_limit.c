/* SPDX-License-Identifier: MIT */
/*
 * Tests the statistics page of a host whose files may not be large: the signal of
 * that limit would end the host. There is no page then, or it stays as it was.
 */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include <camipc/log.h>
#include <camipc/monitor.h>

#include "test_files.h"

static void limit_files(void)
{
	const struct rlimit limit = { 4096, 4096 };

	signal(SIGXFSZ, SIG_DFL);
	if (setrlimit(RLIMIT_FSIZE, &limit) < 0)
		_exit(0);
}

static int start_limited(void)
{
	limit_files();
	return camipc_monitor_start();
}

static int write_limited(void)
{
	int ret = camipc_monitor_start();

	if (ret < 0)
		return ret;
	limit_files();
	/* Lines of the log have a slot of their own, at the end of the page. */
	camipc_log(CAMIPC_LOG_ERROR, "test", "a line for the page");
	camipc_monitor_stop();
	return 0;
}

/** Runs @body in a child, which its exit status answers for. */
static int run(int (*body)(void))
{
	int status;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0)
		_exit(-body());
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return -WEXITSTATUS(status);
}

static void a_limit_ends_nobody(void **state)
{
	char folder[TEST_PATH_SIZE];

	(void)state;
	test_folder_make(folder);
	assert_int_equal(setenv("XDG_RUNTIME_DIR", folder, 1), 0);
	assert_int_equal(run(start_limited), -EFBIG);
	assert_int_equal(run(write_limited), 0);
	test_folder_remove(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_limit_ends_nobody),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
