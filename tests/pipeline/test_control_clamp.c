/* SPDX-License-Identifier: MIT */
/* Tests that an IPA's controls are limited to the ranges that it was given. */
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "cam_controls.h"

enum {
	EXPOSURE = 1, /* int32 4 ... 100 */
	GAIN, /* float 1 ... 16, default 2 */
	MODE, /* int32, one of 3, 5, 7; default 5 */
	CROP, /* rectangle */
	GAINS, /* floats 0.5 ... 8 */
	FLAG, /* bool, only false */
	NAME, /* string, "a" or "b" */
	WIDE, /* int64 */
	TABLE, /* 4 bytes, whatever they are */
	TEXT, /* string, whatever it is */
	PAIR, /* 2 floats, 0 ... 1 */
	ANY, /* int32s, 0 ... 9, as many as one likes */
	ONE, /* float, whatever it is; default 3 */
	N_CONTROLS = ONE,
};

static struct cam_uint32_control_info_entry entries[N_CONTROLS];
static struct cam_control_value modes[3];
static struct cam_control_value names[2];
static const struct cam_control_info_map infos = {
	.id_space = CAM_CONTROL_ID_SPACE_CONTROLS,
	.infos = entries,
	.n_infos = N_CONTROLS,
};

static struct cam_control_info *range(uint32_t id,
				      enum cam_control_value_tag tag)
{
	struct cam_control_info *info = &entries[id - 1].value;

	entries[id - 1].key = id;
	info->min.tag = info->max.tag = info->def.tag = tag;
	return info;
}

static int setup(void **state)
{
	struct cam_control_info *info;
	int i;

	(void)state;
	info = range(EXPOSURE, CAM_CONTROL_VALUE_INTEGER32);
	info->min.integer32 = 4;
	info->max.integer32 = 100;
	info = range(GAIN, CAM_CONTROL_VALUE_FLOAT32);
	info->min.float32 = 1;
	info->max.float32 = 16;
	info->def.float32 = 2;
	info = range(MODE, CAM_CONTROL_VALUE_INTEGER32);
	info->max.integer32 = 10;
	info->def.integer32 = 5;
	for (i = 0; i < 3; i++) {
		modes[i].tag = CAM_CONTROL_VALUE_INTEGER32;
		modes[i].integer32 = 3 + 2 * i;
	}
	info->values = modes;
	info->n_values = 3;
	info = range(CROP, CAM_CONTROL_VALUE_RECTANGLE);
	info->max.rectangle = (struct cam_rectangle){ 100, 100, 640, 480 };
	info = range(GAINS, CAM_CONTROL_VALUE_FLOAT32);
	info->min.float32 = 0.5f;
	info->max.float32 = 8;
	range(FLAG, CAM_CONTROL_VALUE_BOOLEAN);
	info = range(NAME, CAM_CONTROL_VALUE_STRING);
	info->def.string = "a";
	names[0] = info->def;
	names[1].tag = CAM_CONTROL_VALUE_STRING;
	names[1].string = "b";
	info->values = names;
	info->n_values = 2;
	info = range(WIDE, CAM_CONTROL_VALUE_INTEGER64);
	info->min.integer64 = INT64_MIN;
	info->max.integer64 = INT64_MAX - 1;
	return 0;
}

static void give_type(uint32_t id, enum cam_control_type type, uint32_t size)
{
	entries[id - 1].key = id;
	entries[id - 1].value.type = type;
	entries[id - 1].value.size = size;
}

static int setup_given_types(void **state)
{
	(void)state;
	give_type(TABLE, CAM_CONTROL_TYPE_BYTE, 4);
	give_type(TEXT, CAM_CONTROL_TYPE_STRING, 0);
	range(PAIR, CAM_CONTROL_VALUE_FLOAT32)->max.float32 = 1;
	give_type(PAIR, CAM_CONTROL_TYPE_FLOAT32, 2);
	range(ANY, CAM_CONTROL_VALUE_INTEGER32)->max.integer32 = 9;
	give_type(ANY, CAM_CONTROL_TYPE_INTEGER32, CAM_CONTROL_ANY_SIZE);
	give_type(ONE, CAM_CONTROL_TYPE_FLOAT32, 0);
	entries[ONE - 1].value.def.tag = CAM_CONTROL_VALUE_FLOAT32;
	entries[ONE - 1].value.def.float32 = 3;
	return setup(state);
}

static struct cam_clamp_counts counts;
static struct cam_control clamped[8];

/* Clamps one value; returns the result, or NULL if it was left out. */
static const struct cam_control_value *
clamp_one(uint32_t id, const struct cam_control_value *value, int expected)
{
	struct cam_control control = { .id = id, .value = *value };
	struct cam_control_list list = { .controls = &control,
					 .n_controls = 1 };
	struct cam_control_list result;

	memset(&counts, 0, sizeof(counts));
	assert_int_equal(cam_control_list_clamp(&list, &infos, clamped, 8,
						&counts, &result),
			 expected);
	assert_memory_equal(&control.value, value, sizeof(*value));
	return result.n_controls ? &result.controls[0].value : NULL;
}

static struct cam_control_value int32_value(int32_t i)
{
	struct cam_control_value value;

	memset(&value, 0, sizeof(value));
	value.tag = CAM_CONTROL_VALUE_INTEGER32;
	value.integer32 = i;
	return value;
}

static struct cam_control_value float_value(float f)
{
	struct cam_control_value value;

	memset(&value, 0, sizeof(value));
	value.tag = CAM_CONTROL_VALUE_FLOAT32;
	value.float32 = f;
	return value;
}

static void clamps_integers(void **state)
{
	static const int32_t in[] = { 4, 100, 3, 101, INT32_MIN, INT32_MAX };
	static const int32_t out[] = { 4, 100, 4, 100, 4, 100 };
	size_t i;

	(void)state;
	for (i = 0; i < 6; i++) {
		struct cam_control_value value = int32_value(in[i]);
		const struct cam_control_value *got =
			clamp_one(EXPOSURE, &value, in[i] != out[i]);

		assert_non_null(got);
		assert_int_equal(got->integer32, out[i]);
		assert_int_equal(counts.clamped, in[i] != out[i]);
	}
}

static void clamps_64_bits_without_overflow(void **state)
{
	struct cam_control_value value = int32_value(0);

	(void)state;
	value.tag = CAM_CONTROL_VALUE_INTEGER64;
	value.integer64 = INT64_MAX;
	assert_true(clamp_one(WIDE, &value, 1)->integer64 == INT64_MAX - 1);
	value.integer64 = INT64_MIN;
	assert_true(clamp_one(WIDE, &value, 0)->integer64 == INT64_MIN);
}

static void clamps_floats_and_what_is_none(void **state)
{
	static const float in[] = { 1, 16, 0.5f, 17, -INFINITY, INFINITY };
	static const float out[] = { 1, 16, 1, 16, 1, 16 };
	struct cam_control_value value;
	size_t i;

	(void)state;
	for (i = 0; i < 6; i++) {
		value = float_value(in[i]);
		assert_true(clamp_one(GAIN, &value, i >= 2)->float32 == out[i]);
	}
	value = float_value(NAN);
	assert_true(clamp_one(GAIN, &value, 1)->float32 == 2);
}

static void takes_only_listed_values(void **state)
{
	struct cam_control_value value = int32_value(7);

	(void)state;
	assert_int_equal(clamp_one(MODE, &value, 0)->integer32, 7);
	value = int32_value(4);
	assert_int_equal(clamp_one(MODE, &value, 1)->integer32, 5);
	memset(&value, 0, sizeof(value));
	value.tag = CAM_CONTROL_VALUE_STRING;
	value.string = "b";
	assert_string_equal(clamp_one(NAME, &value, 0)->string, "b");
	value.string = "c";
	assert_string_equal(clamp_one(NAME, &value, 1)->string, "a");
}

static void clamps_rectangles_by_component(void **state)
{
	struct cam_control_value value = int32_value(0);
	const struct cam_control_value *got;

	(void)state;
	value.tag = CAM_CONTROL_VALUE_RECTANGLE;
	value.rectangle = (struct cam_rectangle){ -5, 50, UINT32_MAX, 480 };
	got = clamp_one(CROP, &value, 1);
	assert_int_equal(got->rectangle.x, 0);
	assert_int_equal(got->rectangle.y, 50);
	assert_int_equal(got->rectangle.width, 640);
	assert_int_equal(got->rectangle.height, 480);
}

static void takes_an_array_whole_or_not_at_all(void **state)
{
	float floats[3] = { 0.5f, 8, 1 };
	struct cam_control_value value;

	(void)state;
	memset(&value, 0, sizeof(value));
	value.tag = CAM_CONTROL_VALUE_FLOAT32_ARRAY;
	value.float32_array.items = floats;
	value.float32_array.n_items = 3;
	assert_ptr_equal(clamp_one(GAINS, &value, 0)->float32_array.items,
			 floats);
	floats[2] = 9;
	assert_null(clamp_one(GAINS, &value, 1));
	assert_int_equal(counts.refused, 1);
	floats[2] = NAN;
	assert_null(clamp_one(GAINS, &value, 1));
}

static void expect_mistyped(uint32_t id, const struct cam_control_value *value)
{
	assert_null(clamp_one(id, value, 1));
	assert_int_equal(counts.mistyped, 1);
}

static void takes_any_value_of_a_given_type(void **state)
{
	static const uint8_t bytes[5] = { 0, 255, 7, 0, 1 };
	struct cam_control_value value = int32_value(1);

	(void)state;
	value.tag = CAM_CONTROL_VALUE_BYTE_ARRAY;
	value.byte_array.items = bytes;
	value.byte_array.n_items = 4;
	assert_ptr_equal(clamp_one(TABLE, &value, 0)->byte_array.items, bytes);
	value.byte_array.n_items = 5;
	expect_mistyped(TABLE, &value);
	value.tag = CAM_CONTROL_VALUE_BYTE;
	expect_mistyped(TABLE, &value);
	expect_mistyped(TEXT, &value);
	memset(&value, 0, sizeof(value));
	value.tag = CAM_CONTROL_VALUE_STRING;
	value.string = "whatever";
	assert_string_equal(clamp_one(TEXT, &value, 0)->string, "whatever");
	value = float_value(-1e30f);
	assert_true(clamp_one(ONE, &value, 0)->float32 == -1e30f);
	value = float_value(NAN);
	assert_true(clamp_one(ONE, &value, 1)->float32 == 3);
}

static void takes_arrays_of_a_given_size(void **state)
{
	static const int32_t integers[4] = { 0, 9, 9, 10 };
	static const float floats[3] = { 0, 1, 0.5f };
	struct cam_control_value value = float_value(1);

	(void)state;
	expect_mistyped(PAIR, &value);
	value.tag = CAM_CONTROL_VALUE_FLOAT32_ARRAY;
	value.float32_array.items = floats;
	value.float32_array.n_items = 3;
	expect_mistyped(PAIR, &value);
	value.float32_array.n_items = 2;
	assert_non_null(clamp_one(PAIR, &value, 0));
	expect_mistyped(ONE, &value);
	expect_mistyped(ANY, &value);
	value.tag = CAM_CONTROL_VALUE_INTEGER32_ARRAY;
	value.integer32_array.items = integers;
	value.integer32_array.n_items = 0;
	assert_non_null(clamp_one(ANY, &value, 0));
	value.integer32_array.n_items = 3;
	assert_non_null(clamp_one(ANY, &value, 0));
	value.integer32_array.n_items = 4;
	assert_null(clamp_one(ANY, &value, 1));
	assert_int_equal(counts.refused, 1);
	value = int32_value(5);
	expect_mistyped(ANY, &value);
}

/* Each control is judged in its own id space. */
static void clamps_a_mixed_list(void **state)
{
	struct cam_control controls[2] = {
		{ .id = EXPOSURE, .value = int32_value(500) },
		{ .id_space = CAM_CONTROL_ID_SPACE_V4L2,
		  .id = EXPOSURE,
		  .value = int32_value(500) },
	};
	struct cam_control_list list = { controls, 2 };
	struct cam_control_list result;

	(void)state;
	memset(&counts, 0, sizeof(counts));
	assert_int_equal(cam_control_list_clamp(&list, &infos, clamped, 8,
						&counts, &result),
			 2);
	assert_int_equal(result.n_controls, 1);
	assert_int_equal(result.controls[0].value.integer32, 100);
	assert_int_equal(result.controls[0].id_space,
			 CAM_CONTROL_ID_SPACE_CONTROLS);
	assert_int_equal(counts.unknown, 1);
}

static void leaves_out_what_has_no_range(void **state)
{
	struct cam_control_value value = int32_value(50);

	(void)state;
	assert_null(clamp_one(99, &value, 1));
	assert_int_equal(counts.unknown, 1);
	assert_null(clamp_one(GAIN, &value, 1));
	assert_int_equal(counts.mistyped, 1);
	memset(&value, 0, sizeof(value));
	assert_null(clamp_one(GAIN, &value, 1));
	assert_int_equal(counts.mistyped, 1);
}

static void refuses_another_id_space(void **state)
{
	struct cam_control control = { .id = EXPOSURE,
				       .id_space = CAM_CONTROL_ID_SPACE_V4L2,
				       .value = int32_value(50) };
	struct cam_control_list list = {
		.controls = &control,
		.n_controls = 1,
	};
	struct cam_control_list result;

	(void)state;
	memset(&counts, 0, sizeof(counts));
	assert_int_equal(cam_control_list_clamp(&list, &infos, clamped, 8,
						&counts, &result),
			 1);
	assert_int_equal(result.n_controls, 0);
	assert_int_equal(counts.unknown, 1);
}

static void says_that_there_is_no_room(void **state)
{
	struct cam_control controls[2] = {
		{ .id = EXPOSURE, .value = int32_value(50) },
		{ .id = MODE, .value = int32_value(3) },
	};
	struct cam_control_list list = { .controls = controls,
					 .n_controls = 2 };
	struct cam_control_list result = { .n_controls = 77 };

	(void)state;
	assert_int_equal(cam_control_list_clamp(&list, &infos, clamped, 1,
						&counts, &result),
			 -ENOSPC);
	assert_int_equal(result.n_controls, 77);
}

/** The verdict of one control, which is that of a list with it alone. */
static void judged(uint32_t id, struct cam_control_value value,
		   enum cam_control_verdict expected, const char *words)
{
	const struct cam_control control = { .id = id, .value = value };
	const struct cam_control before = control;

	assert_int_equal(cam_control_judge(&control, &infos), expected);
	assert_string_equal(cam_control_verdict_to_string(expected), words);
	assert_memory_equal(&control, &before, sizeof(before));
	(void)clamp_one(id, &value, expected != CAM_CONTROL_KEPT);
	assert_int_equal(counts.clamped, expected == CAM_CONTROL_CLAMPED);
	assert_int_equal(counts.unknown, expected == CAM_CONTROL_UNKNOWN);
	assert_int_equal(counts.mistyped, expected == CAM_CONTROL_MISTYPED);
	assert_int_equal(counts.refused, expected == CAM_CONTROL_OUT_OF_RANGE);
}

static void says_what_became_of_each_control(void **state)
{
	const struct cam_control_value yes = {
		.tag = CAM_CONTROL_VALUE_BOOLEAN,
		.boolean = true,
	};
	const float low[] = { 1.0f, 0.25f };
	const struct cam_control_value gains = {
		.tag = CAM_CONTROL_VALUE_FLOAT32_ARRAY,
		.float32_array = { low, 2 },
	};

	(void)state;
	judged(EXPOSURE, int32_value(50), CAM_CONTROL_KEPT, "kept");
	judged(EXPOSURE, int32_value(500), CAM_CONTROL_CLAMPED,
	       "brought into its range");
	judged(99, int32_value(5), CAM_CONTROL_UNKNOWN,
	       "left out: there is no such control");
	judged(EXPOSURE, yes, CAM_CONTROL_MISTYPED,
	       "left out: another type or size");
	judged(GAINS, gains, CAM_CONTROL_OUT_OF_RANGE,
	       "left out: a value that is not allowed");
	assert_string_equal(cam_control_verdict_to_string(
				    (enum cam_control_verdict)99),
			    "unknown");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(clamps_integers),
		cmocka_unit_test(clamps_64_bits_without_overflow),
		cmocka_unit_test(clamps_floats_and_what_is_none),
		cmocka_unit_test(takes_only_listed_values),
		cmocka_unit_test(clamps_rectangles_by_component),
		cmocka_unit_test(takes_an_array_whole_or_not_at_all),
		cmocka_unit_test(takes_any_value_of_a_given_type),
		cmocka_unit_test(takes_arrays_of_a_given_size),
		cmocka_unit_test(clamps_a_mixed_list),
		cmocka_unit_test(leaves_out_what_has_no_range),
		cmocka_unit_test(refuses_another_id_space),
		cmocka_unit_test(says_that_there_is_no_room),
		cmocka_unit_test(says_what_became_of_each_control),
	};

	return cmocka_run_group_tests(tests, setup_given_types, NULL);
}
