/* SPDX-License-Identifier: MIT */
/*
 * Tests the manager's list of modules: order, duplicates, and files that are
 * not modules.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "log_capture.h"
#include "manager_fixture.h"

static char listed[512];

static int append_name(void *user, const struct camipc_module_found *module)
{
	const int *stop_after = user;
	size_t size = strlen(listed);

	snprintf(listed + size, sizeof(listed) - size, "%s ",
		 module->info.name);
	return *stop_after && strlen(listed) > (size_t)*stop_after ? 42 : 0;
}

static int list(const struct manager_fixture *f, int stop_after)
{
	listed[0] = '\0';
	return camipc_manager_list(f->manager, append_name, &stop_after);
}

static void test_list(void **state)
{
	struct manager_fixture *f = *state;

	assert_int_equal(list(f, 0), 0);
	assert_string_equal(listed, "");
	manager_put(f->folder, "b.so", "plain.so");
	manager_put(f->folder, "a.so", "other.so");
	manager_put(f->second, "a.so", "newer.so");
	/* Not called like a module, or hidden: not looked at. */
	manager_put(f->folder, "c.so.1", "plain.so");
	manager_put(f->folder, ".d.so", "plain.so");
	manager_put(f->folder, ".so", "plain.so");
	assert_int_equal(list(f, 0), 0);
	assert_string_equal(listed, "other plain newer ");
	assert_int_equal(list(f, 1), 42);
	assert_string_equal(listed, "other ");
}

/* By name, whatever order the file system has. */
static void test_list_order(void **state)
{
	static const char *const variants[] = { "other", "plain", "newer",
						"skewed", "threads" };
	static const char order[] = "42513";
	struct manager_fixture *f = *state;

	for (size_t i = 0; i < 5; i++) {
		char name[] = { order[i], '.', 's', 'o', '\0' };
		char from[32];

		snprintf(from, sizeof(from), "%s.so", variants[order[i] - '1']);
		manager_put(f->folder, name, from);
	}
	assert_int_equal(list(f, 0), 0);
	assert_string_equal(listed, "other plain newer skewed plain ");
}

/* The same file by another path is the same module. */
static void test_list_duplicates(void **state)
{
	struct manager_fixture *f = *state;

	manager_put(f->folder, "a.so", "plain.so");
	assert_int_equal(symlink("a.so", test_path(f->folder, "b.so")), 0);
	assert_int_equal(link(test_path(f->folder, "a.so"),
			      test_path(f->second, "a.so")),
			 0);
	assert_int_equal(list(f, 0), 0);
	assert_string_equal(listed, "plain ");
	/* A copy is another one; search order decides which is used. */
	manager_put(f->second, "copy.so", "plain.so");
	assert_int_equal(list(f, 0), 0);
	assert_string_equal(listed, "plain plain ");
	assert_int_equal(manager_choose_named(f, "plain"), 0);
	manager_expect_path(f, f->folder, "a.so");
}

/* What is not a module is skipped, with one line. */
static void test_list_skips(void **state)
{
	struct manager_fixture *f = *state;

	manager_put(f->folder, "good.so", "plain.so");
	manager_put(f->folder, "bare.so", "no_note.so");
	test_file_write(test_path(f->folder, "text.so"), "text", 4, 0644);
	assert_int_equal(mkdir(test_path(f->folder, "folder.so"), 0755), 0);
	assert_int_equal(symlink("/nowhere", test_path(f->folder, "gone.so")),
			 0);
	assert_int_equal(mkfifo(test_path(f->folder, "fifo.so"), 0644), 0);
	assert_int_equal(list(f, 0), 0);
	assert_string_equal(listed, "plain ");
	log_capture_expect(1, CAMIPC_LOG_WARNING, "bare.so: ");
	log_capture_expect(1, CAMIPC_LOG_WARNING, "text.so: ");
	log_capture_expect(1, CAMIPC_LOG_WARNING, "folder.so: ");
	log_capture_expect(1, CAMIPC_LOG_WARNING, "gone.so: ");
	log_capture_expect(1, CAMIPC_LOG_WARNING, "fifo.so: ");
	assert_int_equal(log_capture_count_from(CAMIPC_LOG_WARNING), 5);
}

static void test_missing_folder(void **state)
{
	struct manager_fixture *f = *state;

	assert_int_equal(rmdir(f->second), 0);
	manager_put(f->folder, "a.so", "plain.so");
	assert_int_equal(list(f, 0), 0);
	assert_string_equal(listed, "plain ");
	assert_int_equal(log_capture_count_from(CAMIPC_LOG_WARNING), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		MANAGER_TEST(test_list),
		MANAGER_TEST(test_list_order),
		MANAGER_TEST(test_list_duplicates),
		MANAGER_TEST(test_list_skips),
		MANAGER_TEST(test_missing_folder),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
