/* SPDX-License-Identifier: MIT */
/* Tests what camipc says about kernel cameras in a build without libudev. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "media_devices.h"

static void list_says_so(void **state)
{
	FILE *file = tmpfile();
	const int out = dup(STDOUT_FILENO);
	char text[256] = "";
	int code;

	(void)state;
	assert_non_null(file);
	assert_true(out >= 0);
	fflush(stdout);
	dup2(fileno(file), STDOUT_FILENO);
	code = media_devices_print();
	fflush(stdout);
	dup2(out, STDOUT_FILENO);
	close(out);
	rewind(file);
	assert_non_null(fgets(text, sizeof(text), file));
	assert_null(fgets(text + strlen(text), 2, file));
	fclose(file);
	assert_int_equal(code, 0);
	assert_string_equal(text, "media devices: cannot search for them, "
				  "because camipc was built without libudev\n");
}

static void a_missing_camera_is_explained(void **state)
{
	char text[128] = "";

	(void)state;
	media_devices_explain("/dev/media0", text, sizeof(text));
	assert_string_equal(text, "camipc was built without libudev, which "
				  "finds kernel cameras; ");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(list_says_so),
		cmocka_unit_test(a_missing_camera_is_explained),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
