/* SPDX-License-Identifier: MIT */
/* Tests which modules may run in the camera process: requirement 20. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "module_file.h"
#include "module_trust.h"
#include "test_files.h"

#define NOBODY "not on the trusted list"
#define BY_HOST "trusted by the host"
#define BY_INSTALL "installed, and only root can change it"

/* On each system, and nobody's but root's; not a link. */
#define ROOTS_FOLDER "/usr/bin"
#define ROOTS_FILE "/usr/bin/env"

/** Judges the file at @path, which need not be a module; returns the reason. */
static const char *judge(const struct camipc_trust *trust, const char *path,
			 int expected)
{
	static char why[CAMIPC_TRUST_WHY_SIZE];
	struct camipc_module_file file = { .fd = -1 };
	struct stat status;

	assert_int_equal(stat(path, &status), 0);
	assert_non_null(realpath(path, file.path));
	file.device = status.st_dev;
	file.inode = status.st_ino;
	why[0] = '\0';
	assert_int_equal(camipc_trust_judge(trust, &file, why), expected);
	return why;
}

static void expect_trusted(const struct camipc_trust *trust, const char *path,
			   const char *why)
{
	assert_string_equal(judge(trust, path, 1), why);
}

/** Not trusted, because of @why. */
static void expect_not(const struct camipc_trust *trust, const char *path,
		       const char *why)
{
	const char *text = judge(trust, path, 0);

	if (!strstr(text, why))
		fail_msg("\"%s\" does not say \"%s\"", text, why);
}

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

	expect_trusted(&all, module, BY_HOST);
	expect_not(&none, module, NOBODY);
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
	expect_trusted(&trust, ROOTS_FILE, BY_INSTALL);
	expect_not(&other, ROOTS_FILE, NOBODY);
	expect_not(&gone, ROOTS_FILE, NOBODY);
	/* It is the file that counts, not the name it was found under. */
	snprintf(link, sizeof(link), "%s", test_path(*state, "link.so"));
	assert_int_equal(symlink(ROOTS_FILE, link), 0);
	expect_trusted(&trust, link, BY_INSTALL);
}

/* A user who may write the file, or rename it, decides what runs. */
static void installation_of_others(void **state)
{
	const struct camipc_trust trust = { .install_folder = *state };
	const char *module = test_path(*state, "a.so");

	assert_int_equal(chmod(module, 0666), 0);
	expect_not(&trust, module, "others can write to this file");
	assert_int_equal(chmod(module, 0644), 0);
	assert_int_equal(chmod(*state, 0777), 0);
	expect_not(&trust, module, "others can write to this folder");
}

/* The same holds for what the host trusts, if others may write there. */
static void trusted_but_of_others(void **state)
{
	char *paths[] = { *state };
	const struct camipc_trust trust = { .paths = paths, .n_paths = 1 };
	const char *module = test_path(*state, "a.so");

	assert_int_equal(chmod(module, 0664), 0);
	expect_not(&trust, module, "a.so: others can write to this file");
	assert_int_equal(chmod(module, 0644), 0);
	expect_trusted(&trust, module, BY_HOST);
	assert_int_equal(chmod(*state, 0775), 0);
	expect_not(&trust, module, "others can write to this folder");
	/* In a sticky folder they cannot rename what is not theirs. */
	assert_int_equal(chmod(*state, 01777), 0);
	expect_trusted(&trust, module, BY_HOST);
	assert_int_equal(chmod(*state, 0755), 0);
	if (geteuid() != 0)
		skip();
	assert_int_equal(chown(module, 65534, 65534), 0);
	expect_not(&trust, module, "belongs to another user");
	assert_int_equal(chmod(*state, 01777), 0);
	expect_not(&trust, module, "others can write to this folder");
	assert_int_equal(chmod(*state, 0755), 0);
	assert_int_equal(chown(module, 0, 0), 0);
	/* Which of the two folders is named depends on where this one lies. */
	assert_int_equal(chown(*state, 65534, 65534), 0);
	expect_not(&trust, module, ": ");
}

/* A trusted path that is a link counts only if nobody can turn it round. */
static void trusted_link_of_others(void **state)
{
	char link[TEST_PATH_SIZE];
	char *paths[] = { link };
	const struct camipc_trust trust = { .paths = paths, .n_paths = 1 };
	const char *module = test_path(*state, "good/a.so");
	const char *open_folder = test_path(*state, "open");

	assert_int_equal(mkdir(test_path(*state, "good"), 0755), 0);
	test_file_write(module, "", 0, 0644);
	assert_int_equal(mkdir(open_folder, 0755), 0);
	snprintf(link, sizeof(link), "%s", test_path(*state, "open/link"));
	assert_int_equal(symlink("../good", link), 0);
	expect_trusted(&trust, module, BY_HOST);
	assert_int_equal(chmod(open_folder, 0777), 0);
	expect_not(&trust, module, "open: others can write to this folder");
}

/* Another file at the path than the one that was opened. */
static void replaced_since(void **state)
{
	char *paths[] = { *state };
	const struct camipc_trust trust = { .paths = paths, .n_paths = 1 };
	const char *module = test_path(*state, "a.so");
	struct camipc_module_file file = { .fd = -1 };
	char why[CAMIPC_TRUST_WHY_SIZE];
	struct stat status;

	assert_int_equal(stat(module, &status), 0);
	snprintf(file.path, sizeof(file.path), "%s", module);
	file.device = status.st_dev;
	file.inode = status.st_ino + 1;
	assert_int_equal(camipc_trust_judge(&trust, &file, why), 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(by_host, set_up, tear_down),
		cmocka_unit_test_setup_teardown(by_installation, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(installation_of_others, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(trusted_but_of_others, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(trusted_link_of_others, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(replaced_since, set_up,
						tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
