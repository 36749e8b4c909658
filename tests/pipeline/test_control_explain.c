/* SPDX-License-Identifier: MIT */
/* Tests controls with names for their values, flags, steps and lengths: what is
 * accepted, and how it is explained. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "cam_controls.h"
#include "controls_ipa_types.h"

#define ID 7

static const struct cam_control_enumerator lamps[] = {
	{ 0, "Off" }, { 2, "Torch" }, { 5, "Flash" }, { -3, "Broken" },
};
static const struct cam_control_enumerator flags[] = {
	{ 1, "Red" }, { 2, "Green" }, { 0x80000000, "Top" },
};

static struct cam_control_value number(enum cam_control_value_tag tag,
				       int64_t value)
{
	struct cam_control_value made;

	memset(&made, 0, sizeof(made));
	made.tag = tag;
	if (tag == CAM_CONTROL_VALUE_UNSIGNED32)
		made.unsigned32 = (uint32_t)value;
	else if (tag == CAM_CONTROL_VALUE_INTEGER64)
		made.integer64 = value;
	else
		made.integer32 = (int32_t)value;
	return made;
}

static struct cam_control_value int32(int64_t value)
{
	return number(CAM_CONTROL_VALUE_INTEGER32, value);
}

static struct cam_control_value uint32(int64_t value)
{
	return number(CAM_CONTROL_VALUE_UNSIGNED32, value);
}

static struct cam_control_value string(const char *text)
{
	return (struct cam_control_value){ .tag = CAM_CONTROL_VALUE_STRING,
					   .string = text };
}

/* Clamps one value, and checks that all functions agree about it. */
static struct cam_control_value
judged(const struct cam_control_info *info, struct cam_control_value value,
       enum cam_control_verdict expected, const char *explained)
{
	const struct cam_uint32_control_info_entry entry = { ID, *info };
	const struct cam_control_info_map infos = { .infos = &entry,
						    .n_infos = 1 };
	struct cam_control control = { .id = ID, .value = value };
	struct cam_control_list list = { &control, 1 };
	struct cam_control room[1];
	struct cam_control_list result;
	struct cam_clamp_counts counts = { 0 };
	char text[256];

	assert_int_equal(cam_control_judge_value(&value, info), expected);
	assert_int_equal(cam_control_explain(&control, &infos, text,
					     sizeof(text)),
			 expected);
	assert_string_equal(text, explained);
	assert_int_equal(cam_control_list_clamp(&list, &infos, room, 1, &counts,
						&result),
			 expected != CAM_CONTROL_KEPT);
	assert_int_equal(counts.clamped, expected == CAM_CONTROL_CLAMPED);
	assert_int_equal(counts.refused, expected == CAM_CONTROL_OUT_OF_RANGE);
	assert_int_equal(result.n_controls, expected <= CAM_CONTROL_CLAMPED);
	memset(&value, 0, sizeof(value));
	return result.n_controls ? room[0].value : value;
}

static void accepts_enumerators_only(void **state)
{
	struct cam_control_info info = {
		.name = "Lamp",
		.type = CAM_CONTROL_TYPE_INTEGER32,
		.def = int32(2),
		.enumerators = lamps,
		.n_enumerators = 4,
	};
	const struct cam_control_value some[] = { int32(0), int32(5) };

	(void)state;
	judged(&info, int32(5), CAM_CONTROL_KEPT, "Lamp: kept");
	judged(&info, int32(-3), CAM_CONTROL_KEPT, "Lamp: kept");
	judged(&info, int32(1), CAM_CONTROL_OUT_OF_RANGE,
	       "Lamp: 1 left out: a value that is not allowed; expected Off "
	       "(0), Torch (2), Flash (5) or Broken (-3)");
	info.min = int32(0);
	info.max = int32(4);
	judged(&info, int32(2), CAM_CONTROL_KEPT, "Lamp: kept");
	judged(&info, int32(5), CAM_CONTROL_OUT_OF_RANGE,
	       "Lamp: Flash (5) left out: a value that is not allowed; "
	       "expected Off (0) or Torch (2)");
	info.min.tag = info.max.tag = CAM_CONTROL_VALUE_NONE;
	info.values = some;
	info.n_values = 2;
	judged(&info, int32(0), CAM_CONTROL_KEPT, "Lamp: kept");
	judged(&info, int32(2), CAM_CONTROL_OUT_OF_RANGE,
	       "Lamp: Torch (2) left out: a value that is not allowed; "
	       "expected Off (0) or Flash (5)");
	judged(&info, uint32(0), CAM_CONTROL_MISTYPED,
	       "Lamp: left out: another type or size; expected a value of type "
	       "int32");
}

static void judges_each_element_of_an_array(void **state)
{
	const struct cam_control_info info = {
		.type = CAM_CONTROL_TYPE_INTEGER32,
		.size = CAM_CONTROL_ANY_SIZE,
		.enumerators = lamps,
		.n_enumerators = 3,
		.min_length = 1,
		.max_length = 3,
	};
	static const int32_t items[] = { 5, 0, 2, 1 };
	struct cam_control_value value = {
		.tag = CAM_CONTROL_VALUE_INTEGER32_ARRAY,
		.integer32_array = { items, 3 },
	};

	(void)state;
	judged(&info, value, CAM_CONTROL_KEPT, "control 0x00000007: kept");
	value.integer32_array.n_items = 4;
	judged(&info, value, CAM_CONTROL_OUT_OF_RANGE,
	       "control 0x00000007: Flash (5),Off (0),Torch (2),1 left out: a "
	       "value that is not allowed; expected 1 to 3 elements, each Off "
	       "(0), Torch (2) or Flash (5)");
	value.integer32_array.items = &items[2];
	value.integer32_array.n_items = 2;
	judged(&info, value, CAM_CONTROL_OUT_OF_RANGE,
	       "control 0x00000007: Torch (2),1 left out: a value that is not "
	       "allowed; expected 1 to 3 elements, each Off (0), Torch (2) or "
	       "Flash (5)");
	value.integer32_array.n_items = 0;
	judged(&info, value, CAM_CONTROL_OUT_OF_RANGE,
	       "control 0x00000007:  left out: a value that is not allowed; "
	       "expected 1 to 3 elements, each Off (0), Torch (2) or Flash "
	       "(5)");
}

static void clears_unknown_flags(void **state)
{
	struct cam_control_info info = {
		.name = "Light",
		.type = CAM_CONTROL_TYPE_UNSIGNED32,
		.is_mask = true,
		.enumerators = flags,
		.n_enumerators = 3,
	};
	struct cam_control_value value;

	(void)state;
	judged(&info, uint32(0x80000003), CAM_CONTROL_KEPT, "Light: kept");
	judged(&info, uint32(0), CAM_CONTROL_KEPT, "Light: kept");
	value = judged(&info, uint32(0x8000000d), CAM_CONTROL_CLAMPED,
		       "Light: Red|Top|0xc brought into its range; expected "
		       "flags, any of Red (0x1), Green (0x2), Top (0x80000000)");
	assert_true(value.unsigned32 == 0x80000001);
	info.min = uint32(0);
	info.max = uint32(6);
	value = judged(&info, uint32(UINT32_MAX), CAM_CONTROL_CLAMPED,
		       "Light: Red|Green|Top|0x7ffffffc brought into its range; "
		       "expected flags, any of Green (0x2), 0x4");
	assert_true(value.unsigned32 == 6);
}

static void rounds_to_steps(void **state)
{
	static const int32_t in[] = { 3, 4, 5, 6, 7, 13, 14, 99 };
	static const int32_t out[] = { 3, 3, 6, 6, 6, 12, 12, 12 };
	struct cam_control_info info = {
		.name = "Lens",
		.type = CAM_CONTROL_TYPE_INTEGER32,
		.min = int32(3),
		.max = int32(14),
		.step = 3,
	};

	(void)state;
	for (size_t i = 0; i < sizeof(in) / sizeof(in[0]); i++) {
		const bool is_kept = in[i] == out[i];
		char text[96];

		snprintf(text, sizeof(text),
			 is_kept ? "Lens: kept" :
				   "Lens: %d brought into its range; expected 3 "
				   "to 14 in steps of 3",
			 in[i]);
		assert_int_equal(
			judged(&info, int32(in[i]),
			       is_kept ? CAM_CONTROL_KEPT : CAM_CONTROL_CLAMPED,
			       text).integer32,
			out[i]);
	}
	/* The whole range of the type, without an overflow. */
	info.type = CAM_CONTROL_TYPE_INTEGER64;
	info.min = number(CAM_CONTROL_VALUE_INTEGER64, INT64_MIN);
	info.max = number(CAM_CONTROL_VALUE_INTEGER64, INT64_MAX);
	info.step = UINT64_MAX;
	assert_true(judged(&info, info.max, CAM_CONTROL_KEPT, "Lens: kept")
			    .integer64 == INT64_MAX);
	assert_true(judged(&info, number(CAM_CONTROL_VALUE_INTEGER64, 8),
			   CAM_CONTROL_CLAMPED,
			   "Lens: 8 brought into its range; expected "
			   "-9223372036854775808 to 9223372036854775807 in "
			   "steps of 18446744073709551615")
			    .integer64 == INT64_MAX);
}

static void refuses_strings_of_another_length(void **state)
{
	struct cam_control_info info = {
		.name = "Label",
		.type = CAM_CONTROL_TYPE_STRING,
		.min_length = 2,
		.max_length = 6,
	};
	static const char *const words[] = { "ab", "abc" };
	const struct cam_control_value both = {
		.tag = CAM_CONTROL_VALUE_STRING_ARRAY,
		.string_array = { words, 2 },
	};

	(void)state;
	judged(&info, string("ab"), CAM_CONTROL_KEPT, "Label: kept");
	judged(&info, string("abcdef"), CAM_CONTROL_KEPT, "Label: kept");
	judged(&info, string("a"), CAM_CONTROL_OUT_OF_RANGE,
	       "Label: a left out: a value that is not allowed; expected 2 to 6 "
	       "bytes");
	judged(&info, string("abcdefg"), CAM_CONTROL_OUT_OF_RANGE,
	       "Label: abcdefg left out: a value that is not allowed; expected "
	       "2 to 6 bytes");
	info.step = 2;
	judged(&info, string("abc"), CAM_CONTROL_OUT_OF_RANGE,
	       "Label: abc left out: a value that is not allowed; expected 2 to "
	       "6 bytes in steps of 2");
	info.size = CAM_CONTROL_ANY_SIZE;
	judged(&info, both, CAM_CONTROL_OUT_OF_RANGE,
	       "Label: ab,abc left out: a value that is not allowed; expected 2 "
	       "to 6 bytes in steps of 2");
	info.max_length = 0;
	info.step = 0;
	judged(&info, both, CAM_CONTROL_KEPT, "Label: kept");
	info.size = 1;
	judged(&info, both, CAM_CONTROL_MISTYPED,
	       "Label: left out: another type or size; expected an array of "
	       "1 string");
}

static void names_unknown_controls(void **state)
{
	const struct cam_control_info_map infos = { .n_infos = 0 };
	const struct cam_control control = { .id = 0x9a0901 };
	char text[32];

	(void)state;
	assert_int_equal(cam_control_explain(&control, &infos, text,
					     sizeof(text)),
			 CAM_CONTROL_UNKNOWN);
	/* What does not fit is cut. */
	assert_string_equal(text, "control 0x009a0901: left out: t");
	assert_int_equal(cam_control_explain(&control, &infos, NULL, 0),
			 CAM_CONTROL_UNKNOWN);
}

static void describes_the_names_of_values(void **state)
{
	struct cam_control_info info;
	char text[256];

	(void)state;
	for (const struct camipc_control_type *control = cam_control_ids;
	     control->name; control++) {
		cam_control_info_init(&info);
		cam_control_info_describe(&info, control->id);
		assert_int_equal(info.n_enumerators,
				 control->values ?
					 control->values->n_enumerators :
					 0);
		for (uint32_t i = 0; i < info.n_enumerators; i++) {
			assert_string_equal(
				info.enumerators[i].name,
				control->values->enumerators[i].name);
			assert_int_equal(
				info.enumerators[i].value,
				control->values->enumerators[i].value);
		}
	}
	cam_control_info_init(&info);
	cam_control_info_describe(&info, CAM_CONTROL_ID_NOISE_REDUCTION_MODE);
	cam_control_range_to_string(&info, text, sizeof(text));
	assert_string_equal(text, "Off (0), Fast (1), HighQuality (2), Minimal "
				  "(3) or ZSL (4)");
	info.def = int32(CAM_NOISE_REDUCTION_MODE_FAST);
	cam_control_value_to_string(&info.def, &info, text, sizeof(text));
	assert_string_equal(text, "Fast (1)");
	cam_control_value_to_string(&info.def, NULL, text, sizeof(text));
	assert_string_equal(text, "1");
}

static void writes_values_of_all_types(void **state)
{
	static const struct {
		struct cam_control_value value;
		const char *text;
	} values[] = {
		{ { .tag = CAM_CONTROL_VALUE_NONE }, "" },
		{ { .tag = CAM_CONTROL_VALUE_BOOLEAN, .boolean = true },
		  "true" },
		{ { .tag = CAM_CONTROL_VALUE_BYTE, .byte = 255 }, "255" },
		{ { .tag = CAM_CONTROL_VALUE_FLOAT32, .float32 = 0.5f },
		  "0.5" },
		{ { .tag = CAM_CONTROL_VALUE_RECTANGLE,
		    .rectangle = { -1, 2, 3, 4 } },
		  "-1,2,3,4" },
		{ { .tag = CAM_CONTROL_VALUE_SIZE, .size = { 3, 4 } }, "3x4" },
		{ { .tag = CAM_CONTROL_VALUE_POINT, .point = { -3, 4 } },
		  "-3,4" },
		{ { .tag = CAM_CONTROL_VALUE_STRING, .string = "a b" }, "a b" },
	};
	char text[32];

	(void)state;
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		cam_control_value_to_string(&values[i].value, NULL, text,
					    sizeof(text));
		assert_string_equal(text, values[i].text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(accepts_enumerators_only),
		cmocka_unit_test(judges_each_element_of_an_array),
		cmocka_unit_test(clears_unknown_flags),
		cmocka_unit_test(rounds_to_steps),
		cmocka_unit_test(refuses_strings_of_another_length),
		cmocka_unit_test(names_unknown_controls),
		cmocka_unit_test(describes_the_names_of_values),
		cmocka_unit_test(writes_values_of_all_types),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
