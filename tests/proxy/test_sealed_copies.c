/* SPDX-License-Identifier: MIT */
/* Tests when a manager loads a copy that it made before, and when it must not. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "crypto.h"
#include "module_info.h"
#include "sealed_copies.h"
#include "test_files.h"

/* One more than are kept. */
#define N_FILES (CAMIPC_MAX_SEALED_COPIES + 1)

/* Files that were changed less than two seconds ago are not kept. */
#define SETTLING_SECONDS 3

static struct fixture {
	char folder[TEST_PATH_SIZE];
	char paths[N_FILES][TEST_PATH_SIZE];
	struct camipc_sealed_copies copies;
} fixture;

/** All tests share the wait. */
static int set_up_all(void **state)
{
	(void)state;
	test_folder_make(fixture.folder);
	for (int i = 0; i < N_FILES; i++) {
		char name[16];

		snprintf(name, sizeof(name), "%d.so", i);
		strcpy(fixture.paths[i], test_path(fixture.folder, name));
		test_file_copy(test_path(MODULES_FOLDER, "plain.so"),
			       fixture.paths[i], 0644);
	}
	sleep(SETTLING_SECONDS);
	return 0;
}

static int tear_down_all(void **state)
{
	(void)state;
	test_folder_remove(fixture.folder);
	return 0;
}

static int set_up(void **state)
{
	camipc_sealed_copies_init(&fixture.copies);
	*state = &fixture;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	camipc_sealed_copies_fini(&f->copies);
	return 0;
}

/** Returns the inode of the copy that is loaded: another copy has another. */
static ino_t take(struct camipc_sealed_copies *copies, const char *path,
		  struct camipc_module_hashes *ret_hashes)
{
	char why[CAMIPC_MODULE_WHY_SIZE];
	struct camipc_module_file file;
	struct stat status;

	assert_int_equal(camipc_module_file_open(path, &file, why), 0);
	assert_int_equal(
		camipc_sealed_copies_take(copies, &file, ret_hashes, why), 0);
	assert_true(file.is_sealed);
	assert_int_equal(fstat(file.copy.fd, &status), 0);
	camipc_module_file_close(&file);
	return status.st_ino;
}

static void test_same_file_same_copy(void **state)
{
	struct fixture *f = *state;
	struct camipc_module_hashes first;
	struct camipc_module_hashes second;
	const ino_t inode = take(&f->copies, f->paths[0], &first);

	memset(&second, 0, sizeof(second));
	assert_int_equal(take(&f->copies, f->paths[0], &second), inode);
	assert_memory_equal(&first, &second, sizeof(first));
	/* The same bytes in another file are another copy. */
	assert_int_not_equal(take(&f->copies, f->paths[1], &second), inode);
	assert_memory_equal(&first, &second, sizeof(first));
	/* Nobody keeps anything: all are new, of the same content. */
	assert_int_not_equal(take(NULL, f->paths[0], &second), inode);
	assert_memory_equal(&first, &second, sizeof(first));
}

static void test_changed_file_new_copy(void **state)
{
	struct fixture *f = *state;
	const char *path = f->paths[N_FILES - 1];
	struct camipc_module_hashes old;
	struct camipc_module_hashes new;
	const ino_t inode = take(&f->copies, path, &old);
	struct timespec times[2];
	struct stat status;

	/* Its owner can set the time of its contents, but not of this change. */
	assert_int_equal(stat(path, &status), 0);
	times[0] = status.st_atim;
	times[1] = status.st_mtim;
	assert_int_equal(utimensat(AT_FDCWD, path, times, 0), 0);
	assert_int_not_equal(take(&f->copies, path, &new), inode);
	assert_memory_equal(&old, &new, sizeof(old));
	test_file_copy(test_path(MODULES_FOLDER, "evil.so"), path, 0644);
	assert_int_not_equal(take(&f->copies, path, &new), inode);
	assert_memory_not_equal(&old.content, &new.content,
				sizeof(old.content));
	/* It has just been written, and may be written again unseen. */
	assert_int_not_equal(take(&f->copies, path, &old),
			     take(&f->copies, path, &new));
}

static void test_last_used_are_kept(void **state)
{
	struct fixture *f = *state;
	struct camipc_module_hashes hashes;
	ino_t inodes[N_FILES];

	for (int i = 0; i < N_FILES - 1; i++)
		inodes[i] = take(&f->copies, f->paths[i], &hashes);
	/* The first one was used since; the second one goes out. */
	assert_int_equal(take(&f->copies, f->paths[0], &hashes), inodes[0]);
	take(&f->copies, f->paths[N_FILES - 1], &hashes);
	assert_int_equal(take(&f->copies, f->paths[0], &hashes), inodes[0]);
	assert_int_not_equal(take(&f->copies, f->paths[1], &hashes), inodes[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_same_file_same_copy,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_last_used_are_kept,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_changed_file_new_copy,
						set_up, tear_down),
	};

	if (!camipc_crypto_is_built_in()) {
		puts("skipped: this build has no libcrypto");
		return 77;
	}
	return cmocka_run_group_tests(tests, set_up_all, tear_down_all);
}
