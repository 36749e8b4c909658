/* SPDX-License-Identifier: MIT */
/* Tests --control for controls of a device: each type, and what is wrong. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "device_control.h"

#define LARGE 4000u

static const struct cam_control_value pressed = {
	.tag = CAM_CONTROL_VALUE_BOOLEAN,
	.boolean = true,
};

#define NUMBER(tag_of, arm, value) \
	{ .tag = CAM_CONTROL_VALUE_##tag_of, .arm = value }
#define INFO(id, its_name, its_type, ...)                                 \
	{ id,                                                             \
	  { .name = its_name,                                             \
	    .type = CAM_CONTROL_TYPE_##its_type,                          \
	    .direction = CAM_CONTROL_DIRECTION_IN,                        \
	    __VA_ARGS__ } }

static const struct cam_uint32_control_info_entry entries[] = {
	INFO(1, "Press", BOOLEAN, .values = &pressed, .n_values = 1),
	INFO(2, "Flags", BOOLEAN, .size = 3),
	INFO(3, "Cell", SIZE, .size = 0),
	INFO(4, "Window", RECTANGLE, .size = 0),
	INFO(5, "Text", STRING, .size = 0),
	INFO(6, "Table", BYTE, .size = LARGE,
	     .min = NUMBER(BYTE, byte, 5), .max = NUMBER(BYTE, byte, 250)),
	INFO(7, "Wide", INTEGER64, .size = 2,
	     .min = NUMBER(INTEGER64, integer64, INT64_MIN),
	     .max = NUMBER(INTEGER64, integer64, INT64_MAX)),
	INFO(8, "Sizes", SIZE, .size = 2),
	INFO(9, "Huge", BYTE, .size = UINT32_MAX),
};
static const struct cam_control_info_map infos = {
	.id_space = CAM_CONTROL_ID_SPACE_V4L2,
	.infos = entries,
	.n_infos = sizeof(entries) / sizeof(entries[0]),
};

static struct control_option option;
static char error[CONTROL_OPTION_ERROR_SIZE];

/* @text must be valid until the option is cleared. */
static int parse(const char *text)
{
	error[0] = '\0';
	assert_int_equal(control_option_parse(&option, text, error), 0);
	assert_true(option.is_device);
	return device_control_parse(&option, &infos, error);
}

/* What is accepted, and what becomes of it. */
static const struct cam_control_value *accept(const char *text)
{
	if (parse(text) < 0)
		fail_msg("%s: %s", text, error);
	assert_int_equal(option.control.id_space, CAM_CONTROL_ID_SPACE_V4L2);
	return &option.control.value;
}

static void each_type_has_a_notation(void **state)
{
	const struct cam_control_value *value;

	(void)state;
	value = accept("Press=on");
	assert_int_equal(value->tag, CAM_CONTROL_VALUE_BOOLEAN);
	assert_true(value->boolean);
	value = accept("Flags=1,0,1");
	assert_int_equal(value->tag, CAM_CONTROL_VALUE_BOOLEAN_ARRAY);
	assert_int_equal(value->boolean_array.n_items, 3);
	assert_true(value->boolean_array.items[2]);
	assert_false(value->boolean_array.items[1]);
	device_control_clear(&option);
	value = accept("Cell=4294967295x0");
	assert_int_equal(value->tag, CAM_CONTROL_VALUE_SIZE);
	assert_int_equal(value->size.width, UINT32_MAX);
	assert_int_equal(value->size.height, 0);
	value = accept("Window=-1,2,3,4294967295");
	assert_int_equal(value->tag, CAM_CONTROL_VALUE_RECTANGLE);
	assert_int_equal(value->rectangle.x, -1);
	assert_int_equal(value->rectangle.height, UINT32_MAX);
	value = accept("Text=a,b=c");
	assert_int_equal(value->tag, CAM_CONTROL_VALUE_STRING);
	assert_string_equal(value->string, "a,b=c");
	value = accept("Wide=-9223372036854775808,9223372036854775807");
	assert_int_equal(value->tag, CAM_CONTROL_VALUE_INTEGER64_ARRAY);
	assert_true(value->integer64_array.items[0] == INT64_MIN);
	device_control_clear(&option);
	device_control_clear(&option);
}

/* "Table=5,6,7,..." with so many elements. */
static char *make_table(size_t n)
{
	char *text = malloc(8 + 4 * n);
	size_t used = 6;

	assert_non_null(text);
	memcpy(text, "Table=", used);
	for (size_t i = 0; i < n; i++)
		used += (size_t)sprintf(text + used, i ? ",%zu" : "%zu",
					5 + i % 200);
	return text;
}

static void large_arrays(void **state)
{
	char *text = make_table(LARGE);
	const struct cam_control_value *value = accept(text);

	(void)state;
	assert_int_equal(value->tag, CAM_CONTROL_VALUE_BYTE_ARRAY);
	assert_int_equal(value->byte_array.n_items, LARGE);
	for (size_t i = 0; i < LARGE; i++)
		assert_int_equal(value->byte_array.items[i], 5 + i % 200);
	device_control_clear(&option);
	/* The third element becomes 4. */
	text[10] = '4';
	assert_true(parse(text) < 0);
	assert_string_equal(error, "expected 4000 values of type byte, "
				   "separated by commas, each 5 to 250; the "
				   "first wrong one is number 3");
	free(text);
	text = make_table(LARGE - 1);
	assert_true(parse(text) < 0);
	assert_non_null(strstr(error, "; their number is 3999"));
	free(text);
	text = make_table(LARGE + 1);
	assert_true(parse(text) < 0);
	assert_non_null(strstr(error, "; their number is 4001"));
	free(text);
	device_control_clear(&option);
}

static void says_what_is_expected(void **state)
{
	static const char *const wrong[][2] = {
		{ "Press=off", "expected true" },
		{ "Press=", "expected true" },
		{ "Flags=1,2,0", "each true or false; the first wrong one is "
				 "number 2" },
		{ "Flags=", "their number is 1" },
		{ "Cell=", "expected a size: WIDTHxHEIGHT" },
		{ "Cell=3,4", "expected a size: WIDTHxHEIGHT" },
		{ "Cell=3x", "expected a size: WIDTHxHEIGHT" },
		{ "Cell= 3x4", "expected a size: WIDTHxHEIGHT" },
		{ "Cell=3x-4", "expected a size: WIDTHxHEIGHT" },
		{ "Cell=3x4 ", "expected a size: WIDTHxHEIGHT" },
		{ "Cell=4294967296x1", "expected a size: WIDTHxHEIGHT" },
		{ "Cell=99999999999999999999x1",
		  "expected a size: WIDTHxHEIGHT" },
		{ "Window=1,2,3", "expected a rectangle: X,Y,WIDTH,HEIGHT" },
		{ "Window=1,2,3,4,5",
		  "expected a rectangle: X,Y,WIDTH,HEIGHT" },
		{ "Window=1,2,-3,4", "expected a rectangle: X,Y,WIDTH,HEIGHT" },
		{ "Wide=1,9223372036854775808", "wrong one is number 2" },
		{ "Sizes=1x2,3x4", "too many values of type Size, which "
				   "--control cannot set" },
		{ "Huge=1", "too many values of type byte" },
		{ "Pres=on", "did you mean 'Press'?" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		assert_true(parse(wrong[i][0]) < 0);
		if (!strstr(error, wrong[i][1]))
			fail_msg("%s: %s", wrong[i][0], error);
		device_control_clear(&option);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_type_has_a_notation),
		cmocka_unit_test(large_arrays),
		cmocka_unit_test(says_what_is_expected),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
