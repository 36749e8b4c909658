/* SPDX-License-Identifier: MIT */
/* Tests opening configuration files, and naming descriptors of a module. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include <camipc/module.h>

#include "cam_configuration.h"
#include "core_ipa_types.h"
#include "fd_leak.h"
#include "test_files.h"

static char folder[TEST_PATH_SIZE];

static int set_up(void **state)
{
	static struct fd_leak before;

	fd_leak_take(&before);
	test_folder_make(folder);
	test_file_write(test_path(folder, "a.yaml"), "text", 4, 0644);
	*state = &before;
	return 0;
}

static int tear_down(void **state)
{
	assert_int_equal(chdir("/"), 0);
	test_folder_remove(folder);
	fd_leak_assert_none(*state);
	return 0;
}

/** Compares the first bytes of the file at @path with those of @fd. */
static void expect_equal_files(const char *path, int fd)
{
	int other = open(path, O_RDONLY | O_CLOEXEC);
	char bytes[8] = "";
	char other_bytes[8] = "";

	assert_true(other >= 0);
	assert_int_equal(pread(fd, bytes, sizeof(bytes), 0), 4);
	assert_int_equal(read(other, other_bytes, sizeof(other_bytes)), 4);
	assert_memory_equal(bytes, other_bytes, 4);
	close(other);
}

/** Opens @path, which must lead to a.yaml in the folder. */
static void expect_opened(const char *path)
{
	struct cam_configuration configuration;
	struct cam_settings settings;
	char name[CAMIPC_HOST_PATH_SIZE];
	struct stat opened;

	cam_settings_init(&settings);
	assert_int_equal(settings.configuration, -1);
	assert_int_equal(cam_configuration_open(path, &configuration), 0);
	cam_configuration_apply(&configuration, &settings);
	assert_int_equal(settings.configuration_file[0], '/');
	expect_equal_files(settings.configuration_file, settings.configuration);
	assert_int_equal(fstat(settings.configuration, &opened), 0);
	assert_int_equal(opened.st_size, 4);
	assert_int_equal(fcntl(settings.configuration, F_GETFL) & O_ACCMODE,
			 O_RDONLY);
	/* As a library in a sandbox opens it, twice from the beginning. */
	assert_int_equal(camipc_host_path(settings.configuration, name), 0);
	expect_equal_files(name, settings.configuration);
	assert_true(fcntl(settings.configuration, F_GETFD) & FD_CLOEXEC);
	cam_configuration_close(&configuration);
	cam_configuration_close(&configuration);
}

static void from_every_folder(void **state)
{
	(void)state;
	expect_opened(test_path(folder, "a.yaml"));
	assert_int_equal(chdir(folder), 0);
	expect_opened("a.yaml");
	expect_opened("./a.yaml");
	assert_int_equal(chdir("/"), 0);
	expect_opened(test_path(folder, "a.yaml") + 1);
}

static void errors(void **state)
{
	char longest[PATH_MAX + 1];
	struct cam_configuration configuration;

	(void)state;
	memset(longest, 'x', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	assert_int_equal(cam_configuration_open(longest, &configuration),
			 -ENAMETOOLONG);
	assert_int_equal(cam_configuration_open("", &configuration), -ENOENT);
	assert_int_equal(cam_configuration_open(test_path(folder, "none"),
						&configuration),
			 -ENOENT);
	assert_int_equal(cam_configuration_open(folder, &configuration),
			 -EINVAL);
	assert_int_equal(mkfifo(test_path(folder, "fifo"), 0644), 0);
	assert_int_equal(cam_configuration_open(test_path(folder, "fifo"),
						&configuration),
			 -EINVAL);
	assert_int_equal(configuration.fd, -1);
}

static void a_name_for_a_descriptor(void **state)
{
	char path[CAMIPC_HOST_PATH_SIZE];
	char text[8] = "";
	FILE *stream;
	int fd = open(test_path(folder, "a.yaml"), O_RDONLY | O_CLOEXEC);

	(void)state;
	assert_int_equal(lseek(fd, 2, SEEK_SET), 2);
	assert_int_equal(camipc_host_path(fd, path), 0);
	stream = fopen(path, "r");
	assert_non_null(stream);
	assert_int_equal(fread(text, 1, sizeof(text) - 1, stream), 4);
	assert_string_equal(text, "text");
	fclose(stream);
	close(fd);
	assert_int_equal(camipc_host_path(fd, path), -EBADF);
	assert_int_equal(camipc_host_path(-1, path), -EBADF);
}

#define T(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(from_every_folder),
		T(errors),
		T(a_name_for_a_descriptor),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
