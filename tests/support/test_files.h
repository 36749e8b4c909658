/* SPDX-License-Identifier: MIT */
/*
 * Folders and files for tests: temporary ones, and those of the build and the
 * source.
 */
#ifndef CAMIPC_TEST_TEST_FILES_H
#define CAMIPC_TEST_TEST_FILES_H

#include <limits.h>
#include <stddef.h>
#include <sys/types.h>

/** Room for a path, with a file name behind it. */
#define TEST_PATH_SIZE PATH_MAX

/** Makes an empty folder for this test; its path is absolute and real. */
void test_folder_make(char path[TEST_PATH_SIZE]);

/** Removes it with everything in it. */
void test_folder_remove(const char *path);

/** "@folder/@name" in one of a few static buffers, used in turn. */
const char *test_path(const char *folder, const char *name);

/** Writes a file, whatever the umask says. */
void test_file_write(const char *path, const void *data, size_t size,
		     mode_t mode);

/** Reads a whole file; the caller frees it. */
void *test_file_read(const char *path, size_t *ret_size);

/** Copies a file. */
void test_file_copy(const char *from, const char *to, mode_t mode);

/** Puts a copy of @from in the place of @to in one step: another file. */
void test_file_replace(const char *from, const char *to, mode_t mode);

/** A memfd of @size zeros with these seals, which the caller closes. */
int test_memfd(size_t size, unsigned int seals);

/** "@name" in the build folder, or the source folder. As test_path(). */
const char *test_build_path(const char *name);
const char *test_source_path(const char *name);

#endif /* CAMIPC_TEST_TEST_FILES_H */
