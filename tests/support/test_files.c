/* SPDX-License-Identifier: MIT */
/* Folders and files for tests. */
#include "test_files.h"

#include <fcntl.h>
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

void test_folder_make(char path[TEST_PATH_SIZE])
{
	const char *parent = getenv("TMPDIR");
	char name[TEST_PATH_SIZE];

	snprintf(name, sizeof(name), "%s/camipc-test-XXXXXX",
		 parent && parent[0] == '/' ? parent : "/tmp");
	assert_non_null(mkdtemp(name));
	assert_non_null(realpath(name, path));
}

static int remove_one(const char *path, const struct stat *status, int kind,
		      struct FTW *position)
{
	(void)status;
	(void)kind;
	(void)position;
	return remove(path);
}

void test_folder_remove(const char *path)
{
	assert_int_equal(nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS), 0);
}

const char *test_path(const char *folder, const char *name)
{
	static _Thread_local char paths[8][TEST_PATH_SIZE];
	static _Thread_local unsigned int next;
	char *path = paths[next++ % 8];
	int size = snprintf(path, TEST_PATH_SIZE, "%s/%s", folder, name);

	assert_true(size > 0 && size < TEST_PATH_SIZE);
	return path;
}

void test_file_write(const char *path, const void *data, size_t size,
		     mode_t mode)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, data, size), (ssize_t)size);
	assert_int_equal(fchmod(fd, mode), 0);
	close(fd);
}

void *test_file_read(const char *path, size_t *ret_size)
{
	FILE *file = fopen(path, "re");
	struct stat status;
	size_t size;
	char *data;

	assert_non_null(file);
	assert_int_equal(fstat(fileno(file), &status), 0);
	size = (size_t)status.st_size;
	data = malloc(size + 1);
	assert_non_null(data);
	assert_int_equal(fread(data, 1, size, file), size);
	data[size] = '\0';
	fclose(file);
	*ret_size = size;
	return data;
}

void test_file_copy(const char *from, const char *to, mode_t mode)
{
	size_t size;
	void *data = test_file_read(from, &size);

	test_file_write(to, data, size, mode);
	free(data);
}

void test_file_replace(const char *from, const char *to, mode_t mode)
{
	char next[TEST_PATH_SIZE];
	int n = snprintf(next, sizeof(next), "%s.next", to);

	assert_true(n > 0 && (size_t)n < sizeof(next));
	test_file_copy(from, next, mode);
	assert_int_equal(rename(next, to), 0);
}

int test_memfd(size_t size, unsigned int seals)
{
	int fd = memfd_create("test", MFD_CLOEXEC | MFD_ALLOW_SEALING);

	assert_true(fd >= 0);
	assert_int_equal(ftruncate(fd, (off_t)size), 0);
	if (seals)
		assert_int_equal(fcntl(fd, F_ADD_SEALS, seals), 0);
	return fd;
}

const char *test_build_path(const char *name)
{
	return test_path(CAMIPC_TEST_BUILD_ROOT, name);
}

const char *test_source_path(const char *name)
{
	return test_path(CAMIPC_TEST_SOURCE_ROOT, name);
}
