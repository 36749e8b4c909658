/* SPDX-License-Identifier: MIT */
/*
 * Workers that never answer while a proxy is created (threats 37 and 40). All
 * deadlines are short here, because every creation must miss them.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "create_fixture.h"

static void test_no_hello(void **state)
{
	static const char script[] = "#!/bin/sh\nexec sleep 1000\n";
	struct create_fixture *f = *state;
	const char *path = test_path(f->folder, "worker.sh");

	test_file_write(path, script, sizeof(script) - 1, 0755);
	create_use_worker(f, path, false);
	create_expect_variant(f, "process", "plain.so", -ETIMEDOUT, "plain: ");
}

static void test_stopped_before_hello(void **state)
{
	static const char script[] = "#!/bin/sh\nkill -STOP $$\n";
	struct create_fixture *f = *state;
	const char *path = test_path(f->folder, "worker.sh");

	test_file_write(path, script, sizeof(script) - 1, 0755);
	create_use_worker(f, path, false);
	create_expect_variant(f, "process", "plain.so", -ETIMEDOUT, "plain: ");
}

/*
 * The constructor of a module is the first code of it that runs. (Where the
 * worker itself is too slow for these deadlines, the line names the worker.)
 */
static void test_never_loaded(void **state)
{
	create_expect_variant(*state, "process", "load_hangs.so", -ETIMEDOUT,
			      "plain: ");
}

#define T(name) cmocka_unit_test_setup_teardown(name, create_set_up, \
						create_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_no_hello),
		T(test_stopped_before_hello),
		T(test_never_loaded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
