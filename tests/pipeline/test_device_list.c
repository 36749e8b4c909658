/* SPDX-License-Identifier: MIT */
/* Tests what camipc list prints about the media devices in a mock bed. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "device_fixture.h"

static void run_list(char *output, size_t size)
{
	FILE *pipe = popen(CAMIPC_TOOL " list", "re");
	size_t used;
	int status;

	assert_non_null(pipe);
	used = fread(output, 1, size - 1, pipe);
	output[used] = '\0';
	status = pclose(pipe);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

/* The list, with @lines about media devices at its end. */
static void expect_lines(struct device_fixture *fixture, const char *lines)
{
	char output[4096];
	const char *devices;

	mock_bed_synchronise(fixture->bed);
	run_list(output, sizeof(output));
	mock_bed_synchronise(fixture->bed);
	devices = strstr(output, "media devices: ");
	if (!devices)
		devices = strstr(output, "/dev/media");
	assert_non_null(devices);
	assert_string_equal(devices, lines);
}

static void test_says_that_there_is_none(void **state)
{
	struct device_fixture *fixture = *state;

	expect_lines(fixture, "media devices: none found\n");
}

static void test_has_a_line_for_each(void **state)
{
	struct device_fixture *fixture = *state;

	device_fixture_make_camera(fixture, 0, true);
	device_fixture_make_camera(fixture, 1, true);
	snprintf(mock_bed_fake(fixture->bed, 1)->info.model, 32, "Another");
	mock_bed_add_media(fixture->bed, 1);
	mock_bed_add_media(fixture->bed, 0);
	expect_lines(fixture, "/dev/media0: driver mock, model Mock Camera, "
			      "bus platform:mock, 2 entities\n"
			      "/dev/media1: driver mock, model Another, "
			      "bus platform:mock, 2 entities\n");
}

static void test_says_what_is_wrong(void **state)
{
	struct device_fixture *fixture = *state;

	device_fixture_make_camera(fixture, 0, false);
	device_fixture_make_camera(fixture, 1, true);
	mock_bed_fake(fixture->bed, 1)->info_error = -EIO;
	mock_bed_add_media(fixture->bed, 0);
	mock_bed_add_media(fixture->bed, 1);
	expect_lines(fixture,
		     "/dev/media0: driver mock, model Mock Camera, "
		     "bus platform:mock; some of its device nodes do "
		     "not exist yet\n"
		     "/dev/media1: input/output error\n");
}

/* A device names itself; it does not write on our terminal. */
static void test_prints_no_control_characters(void **state)
{
	struct device_fixture *fixture = *state;

	device_fixture_make_camera(fixture, 0, true);
	snprintf(mock_bed_fake(fixture->bed, 0)->info.model, 32,
		 "\x1b]0;owned\x07\n");
	mock_bed_add_media(fixture->bed, 0);
	expect_lines(fixture, "/dev/media0: driver mock, model ?]0;owned??, "
			      "bus platform:mock, 2 entities\n");
}

#define TEST(name)                                                   \
	cmocka_unit_test_setup_teardown(name, device_fixture_set_up, \
					device_fixture_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_says_that_there_is_none),
		TEST(test_has_a_line_for_each),
		TEST(test_says_what_is_wrong),
		TEST(test_prints_no_control_characters),
	};

	if (!mock_bed_is_possible())
		return 77;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
