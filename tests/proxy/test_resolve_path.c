/* SPDX-License-Identifier: MIT */
/* Tests where the worker program is found: requirements 12 to 18. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "fd_leak.h"
#include "install_folders.h"
#include "log_capture.h"
#include "resolve_path.h"
#include "test_files.h"

/** Folders a, b and c below @root; what is in them is the test's choice. */
struct fixture {
	char root[TEST_PATH_SIZE];
	char a[TEST_PATH_SIZE];
	char b[TEST_PATH_SIZE];
	char c[TEST_PATH_SIZE];
	char found[TEST_PATH_SIZE];
	char variable[4 * TEST_PATH_SIZE];
	struct fd_leak before;
};

/** Checks that the file that is open is the one at the path. */
static int resolve(const char *name, const struct camipc_worker_search *search,
		   char *path, size_t size)
{
	struct stat opened;
	struct stat named;
	int fd = -1;
	int ret = camipc_resolve_worker(name, search, path, size, &fd);

	assert_int_equal(fd >= 0, ret == 0);
	if (ret < 0)
		return ret;
	assert_int_equal(fstat(fd, &opened), 0);
	assert_int_equal(stat(path, &named), 0);
	assert_int_equal(opened.st_ino, named.st_ino);
	close(fd);
	return 0;
}

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	fd_leak_take(&f->before);
	test_folder_make(f->root);
	strcpy(f->a, test_path(f->root, "a"));
	strcpy(f->b, test_path(f->root, "b"));
	strcpy(f->c, test_path(f->root, "c"));
	assert_int_equal(mkdir(f->a, 0755), 0);
	assert_int_equal(mkdir(f->b, 0755), 0);
	assert_int_equal(mkdir(f->c, 0755), 0);
	log_capture_begin();
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	log_capture_end();
	test_folder_remove(f->root);
	fd_leak_assert_none(&f->before);
	free(f);
	return 0;
}

static void put_program(const char *folder, mode_t mode)
{
	test_file_write(test_path(folder, CAMIPC_WORKER_NAME), "#!/bin/sh\n",
			10, mode);
}

/** Looks in the folders of the variable alone. */
static int look_in(struct fixture *f, const char *format, ...)
{
	struct camipc_worker_search search = { .folders = f->variable };
	va_list args;

	va_start(args, format);
	vsnprintf(f->variable, sizeof(f->variable), format, args);
	va_end(args);
	f->found[0] = '\0';
	return resolve(CAMIPC_WORKER_NAME, &search, f->found,
				     sizeof(f->found));
}

static void expect_in(struct fixture *f, const char *folder)
{
	assert_string_equal(f->found, test_path(folder, CAMIPC_WORKER_NAME));
}

/* Requirement 12: explicit files, the install folder, then the variable. */
static void test_order(void **state)
{
	struct fixture *f = *state;
	char file[TEST_PATH_SIZE];
	char *files[] = { file };
	struct camipc_worker_search search = {
		.files = files,
		.n_files = 1,
		.install_folder = f->b,
		.folders = f->c,
	};

	strcpy(file, test_path(f->a, "any-name"));
	test_file_write(file, "x", 1, 0755);
	put_program(f->b, 0755);
	put_program(f->c, 0755);
	assert_int_equal(resolve(CAMIPC_WORKER_NAME, &search,
					       f->found, sizeof(f->found)),
			 0);
	assert_string_equal(f->found, file);
	unlink(file);
	assert_int_equal(resolve(CAMIPC_WORKER_NAME, &search,
					       f->found, sizeof(f->found)),
			 0);
	expect_in(f, f->b);
	unlink(test_path(f->b, CAMIPC_WORKER_NAME));
	assert_int_equal(resolve(CAMIPC_WORKER_NAME, &search,
					       f->found, sizeof(f->found)),
			 0);
	expect_in(f, f->c);
	unlink(test_path(f->c, CAMIPC_WORKER_NAME));
	assert_int_equal(resolve(CAMIPC_WORKER_NAME, &search,
					       f->found, sizeof(f->found)),
			 -ENOENT);
}

/* Requirement 12: the first entry that passes wins. */
static void test_first_of_variable(void **state)
{
	struct fixture *f = *state;

	put_program(f->b, 0755);
	put_program(f->c, 0755);
	assert_int_equal(look_in(f, "%s:%s:%s", f->a, f->b, f->c), 0);
	expect_in(f, f->b);
	assert_int_equal(look_in(f, "%s:%s:%s", f->a, f->c, f->b), 0);
	expect_in(f, f->c);
	assert_int_equal(look_in(f, "%s", f->a), -ENOENT);
}

/* Requirement 14: leading, trailing and doubled colons. */
static void test_empty_components(void **state)
{
	struct fixture *f = *state;

	put_program(f->b, 0755);
	assert_int_equal(look_in(f, "::%s::%s::", f->a, f->b), 0);
	expect_in(f, f->b);
	assert_int_equal(look_in(f, ":%s", f->b), 0);
	assert_int_equal(look_in(f, "%s:", f->b), 0);
	assert_int_equal(look_in(f, "%s", ""), -ENOENT);
	assert_int_equal(look_in(f, "%s", ":"), -ENOENT);
	assert_int_equal(look_in(f, "%s", ":::"), -ENOENT);
	/* An empty entry is not the working directory. */
	assert_int_equal(chdir(f->b), 0);
	assert_int_equal(look_in(f, ":%s:", f->a), -ENOENT);
	assert_int_equal(chdir("/"), 0);
	assert_int_equal(log_capture_count_from(CAMIPC_LOG_WARNING), 0);
}

/* Requirement 15: entries that do not start with '/' are refused. */
static void test_relative_entries(void **state)
{
	struct fixture *f = *state;

	put_program(f->b, 0755);
	assert_int_equal(chdir(f->root), 0);
	assert_int_equal(look_in(f, "b:./b:../b:~/b"), -ENOENT);
	log_capture_expect(4, CAMIPC_LOG_WARNING, "skipped: the path must be absolute");
	assert_int_equal(look_in(f, "b:%s", f->b), 0);
	expect_in(f, f->b);
	assert_int_equal(chdir("/"), 0);
}

/* Requirement 16: a regular file with execute permission. */
static void test_kinds(void **state)
{
	struct fixture *f = *state;
	const char *path = test_path(f->a, CAMIPC_WORKER_NAME);

	put_program(f->a, 0644);
	assert_int_equal(look_in(f, "%s", f->a), -EACCES);
	log_capture_expect(1, CAMIPC_LOG_WARNING, "is not an executable file");
	put_program(f->b, 0755);
	assert_int_equal(look_in(f, "%s:%s", f->a, f->b), 0);
	expect_in(f, f->b);

	unlink(path);
	assert_int_equal(mkdir(path, 0755), 0);
	assert_int_equal(look_in(f, "%s", f->a), -EACCES);
	assert_int_equal(rmdir(path), 0);
	assert_int_equal(mkfifo(path, 0755), 0);
	assert_int_equal(look_in(f, "%s", f->a), -EACCES);
	unlink(path);
	assert_int_equal(symlink("/nowhere", path), 0);
	assert_int_equal(look_in(f, "%s", f->a), -ENOENT);
	unlink(path);
	/* Distributions link to alternatives: links are followed. */
	assert_int_equal(symlink(test_path(f->b, CAMIPC_WORKER_NAME), path),
			 0);
	assert_int_equal(look_in(f, "%s", f->a), 0);
	expect_in(f, f->a);
}

/* Requirement 16: the name has no '/' and no "..". */
static void test_names(void **state)
{
	static const char *const bad[] = { "",	   "/",	 "a/b", "../x",
					   "..",   ".",	 "a..b", "/bin/sh" };
	struct fixture *f = *state;
	struct camipc_worker_search search = { .folders = f->a };

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(resolve(bad[i], &search,
						       f->found,
						       sizeof(f->found)),
				 -EINVAL);
	test_file_write(test_path(f->a, "other"), "x", 1, 0755);
	assert_int_equal(resolve("other", &search, f->found,
					       sizeof(f->found)),
			 0);
	assert_string_equal(f->found, test_path(f->a, "other"));
}

static void test_little_room(void **state)
{
	struct fixture *f = *state;
	struct camipc_worker_search search = { .folders = f->a };
	size_t size;

	put_program(f->a, 0755);
	size = strlen(test_path(f->a, CAMIPC_WORKER_NAME)) + 1;
	memset(f->found, 'x', sizeof(f->found));
	assert_int_equal(resolve(CAMIPC_WORKER_NAME, &search,
					       f->found, size - 1),
			 -ENAMETOOLONG);
	assert_int_equal(f->found[0], 'x');
	assert_int_equal(resolve(CAMIPC_WORKER_NAME, &search,
					       f->found, size),
			 0);
	expect_in(f, f->a);
}

static void test_long_entries(void **state)
{
	struct fixture *f = *state;
	char *huge = malloc(100001);

	put_program(f->b, 0755);
	memset(huge, 'd', 100000);
	huge[0] = '/';
	huge[100000] = '\0';
	snprintf(f->variable, sizeof(f->variable), "%s", f->b);
	huge = realloc(huge, 100001 + 1 + sizeof(f->variable));
	assert_non_null(huge);
	strcat(strcat(huge, ":"), f->b);
	assert_int_equal(resolve(
				 CAMIPC_WORKER_NAME,
				 &(struct camipc_worker_search){
					 .folders = huge },
				 f->found, sizeof(f->found)),
			 0);
	expect_in(f, f->b);
	free(huge);
}

/* Requirement 17: beside the modules, below the same prefix. */
static void test_install_folders(void **state)
{
	const char *ipa = CAMIPC_IPA_FOLDER;
	const char *worker = CAMIPC_WORKER_FOLDER;
	size_t parent = (size_t)(strrchr(ipa, '/') - ipa);

	(void)state;
	assert_int_equal(ipa[0], '/');
	assert_true(strncmp(ipa, worker, parent + 1) == 0);
	assert_null(strchr(worker + parent + 1, '/'));
	assert_string_not_equal(ipa, worker);
}

#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(test_order),	   T(test_first_of_variable),
		T(test_empty_components), T(test_relative_entries),
		T(test_kinds),	   T(test_names),
		T(test_little_room), T(test_long_entries),
		T(test_install_folders),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
