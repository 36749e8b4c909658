/* SPDX-License-Identifier: MIT */
/* Tests which modules may run in the camera process: requirement 20. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "module_trust.h"
#include "test_files.h"

#define BY_HOST "trusted by the host"
#define BY_INSTALL "installed, and only root can change it"

/* On each system, and nobody's but root's; not a link. */
#define ROOTS_FOLDER "/usr/bin"
#define ROOTS_FILE "/usr/bin/env"

static int set_up(void **state)
{
	static char folder[TEST_PATH_SIZE];

	test_folder_make(folder);
	test_file_write(test_path(folder, "a.so"), "", 0, 0644);
	*state = folder;
	return 0;
}

static int tear_down(void **state)
{
	test_folder_remove(*state);
	return 0;
}

static void by_host(void **state)
{
	char *paths[] = { "/nowhere/at/all", *state };
	const struct camipc_trust all = { .paths = paths, .n_paths = 2 };
	const struct camipc_trust none = { .paths = paths, .n_paths = 1 };
	const char *module = test_path(*state, "a.so");

	assert_string_equal(camipc_trust_in(&all, module), BY_HOST);
	assert_null(camipc_trust_in(&none, module));
	assert_null(camipc_trust_in(&all, test_path(*state, "none.so")));
}

static bool is_roots(const char *path)
{
	struct stat status;

	return lstat(path, &status) == 0 && status.st_uid == 0 &&
	       !(status.st_mode & (S_IWGRP | S_IWOTH)) &&
	       !S_ISLNK(status.st_mode);
}

static void by_installation(void **state)
{
	const struct camipc_trust trust = { .install_folder = ROOTS_FOLDER };
	const struct camipc_trust other = { .install_folder = "/usr/lib" };
	const struct camipc_trust gone = { .install_folder = "/nowhere" };
	char link[TEST_PATH_SIZE];

	if (!is_roots("/") || !is_roots("/usr") || !is_roots(ROOTS_FOLDER) ||
	    !is_roots(ROOTS_FILE))
		skip();
	assert_string_equal(camipc_trust_in(&trust, ROOTS_FILE), BY_INSTALL);
	assert_null(camipc_trust_in(&other, ROOTS_FILE));
	assert_null(camipc_trust_in(&gone, ROOTS_FILE));
	/* It is the file that counts, not the name it was found under. */
	snprintf(link, sizeof(link), "%s", test_path(*state, "link.so"));
	assert_int_equal(symlink(ROOTS_FILE, link), 0);
	assert_string_equal(camipc_trust_in(&trust, link), BY_INSTALL);
}

/* A user who may write the file, or rename it, decides what runs. */
static void installation_of_others(void **state)
{
	const struct camipc_trust trust = { .install_folder = *state };
	const char *module = test_path(*state, "a.so");

	assert_int_equal(chmod(module, 0666), 0);
	assert_null(camipc_trust_in(&trust, module));
	assert_int_equal(chmod(module, 0644), 0);
	assert_int_equal(chmod(*state, 0777), 0);
	assert_null(camipc_trust_in(&trust, module));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(by_host, set_up, tear_down),
		cmocka_unit_test_setup_teardown(by_installation, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(installation_of_others, set_up,
						tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
