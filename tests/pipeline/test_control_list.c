/* SPDX-License-Identifier: MIT */
/* Tests building control lists, and looking things up in them. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "cam_controls.h"
#include "controls_ipa_types.h"

#define SPACE CAM_CONTROL_ID_SPACE_V4L2

static void sets_and_gets_each_type(void **state)
{
	static const float floats[3] = { 1, 2, 3 };
	static const int32_t integers[2] = { -1, 7 };
	struct cam_control controls[8];
	struct cam_control_builder b;
	struct cam_control_list list;
	float got[3];
	int64_t wide;
	int32_t i;
	float f;
	bool flag;

	(void)state;
	cam_control_builder_init(&b, SPACE, controls, 8);
	cam_control_builder_set_bool(&b, 1, true);
	cam_control_builder_set_int32(&b, 2, INT32_MIN);
	cam_control_builder_set_int64(&b, 3, INT64_MAX);
	cam_control_builder_set_float(&b, 4, 0.5f);
	cam_control_builder_set_float_array(&b, 5, floats, 3);
	cam_control_builder_set_int32_array(&b, 6, integers, 2);
	assert_int_equal(cam_control_builder_finish(&b, &list), 0);
	assert_int_equal(list.controls[0].id_space, SPACE);
	assert_int_equal(list.n_controls, 6);

	assert_int_equal(cam_control_list_get_bool(&list, SPACE, 1, &flag), 0);
	assert_true(flag);
	assert_int_equal(cam_control_list_get_int32(&list, SPACE, 2, &i), 0);
	assert_int_equal(i, INT32_MIN);
	assert_int_equal(cam_control_list_get_int64(&list, SPACE, 3, &wide), 0);
	assert_true(wide == INT64_MAX);
	assert_int_equal(cam_control_list_get_float(&list, SPACE, 4, &f), 0);
	assert_true(f == 0.5f);
	assert_int_equal(cam_control_list_get_floats(&list, SPACE, 5, got, 3), 0);
	assert_memory_equal(got, floats, sizeof(floats));
	assert_int_equal(list.controls[5].value.integer32_array.n_items, 2);
}

static void sets_and_gets_what_is_longer(void **state)
{
	static const uint8_t bytes[5] = { 1, 0, 3, 0, 255 };
	static const int64_t limits[2] = { -1, INT64_MAX };
	static const struct cam_rectangle crop = { -1, 2, 3, UINT32_MAX };
	struct cam_control controls[4];
	struct cam_control_builder b;
	struct cam_control_list list;
	struct cam_rectangle rectangle;
	uint8_t got_bytes[5];
	int64_t got_limits[2];
	const char *text;

	(void)state;
	cam_control_builder_init(&b, SPACE, controls, 4);
	cam_control_builder_set_byte_array(&b, 1, bytes, 5);
	cam_control_builder_set_int64_array(&b, 2, limits, 2);
	cam_control_builder_set_string(&b, 3, "imx219");
	cam_control_builder_set_rectangle(&b, 4, crop);
	assert_int_equal(cam_control_builder_finish(&b, &list), 0);
	assert_int_equal(cam_control_list_get_bytes(&list, SPACE, 1, got_bytes,
						    5),
			 0);
	assert_memory_equal(got_bytes, bytes, 5);
	assert_int_equal(cam_control_list_get_bytes(&list, SPACE, 1, got_bytes,
						    4),
			 -EINVAL);
	assert_int_equal(cam_control_list_get_int64s(&list, SPACE, 2,
						     got_limits, 2),
			 0);
	assert_memory_equal(got_limits, limits, sizeof(limits));
	assert_int_equal(cam_control_list_get_string(&list, SPACE, 3, &text),
			 0);
	assert_string_equal(text, "imx219");
	assert_int_equal(cam_control_list_get_string(&list, SPACE, 4, &text),
			 -EINVAL);
	assert_int_equal(cam_control_list_get_rectangle(&list, SPACE, 4,
							&rectangle),
			 0);
	assert_memory_equal(&rectangle, &crop, sizeof(crop));
}

/* The lists of real IPAs have a sensor's V4L2 controls and a time stamp. */
static void keeps_id_spaces_apart(void **state)
{
	const uint32_t id = CAM_CONTROL_ID_SENSOR_TIMESTAMP;
	struct cam_control controls[4];
	struct cam_control_builder b;
	struct cam_control_list list;
	int64_t time = 0;
	int32_t value = 0;

	(void)state;
	cam_control_builder_init(&b, CAM_CONTROL_ID_SPACE_V4L2, controls, 4);
	cam_control_builder_set_int32(&b, id, 7);
	cam_control_builder_set_id_space(&b, CAM_CONTROL_ID_SPACE_CONTROLS);
	cam_control_builder_set_int64(&b, id, 1);
	cam_control_builder_set_int64(&b, id, 123);
	cam_control_builder_set_id_space(&b, 300);
	cam_control_builder_set_bool(&b, id, true);
	assert_int_equal(cam_control_builder_finish(&b, &list), 0);
	assert_int_equal(list.n_controls, 3);
	assert_int_equal(cam_control_list_get_int64(
				 &list, CAM_CONTROL_ID_SPACE_CONTROLS, id,
				 &time),
			 0);
	assert_true(time == 123);
	assert_int_equal(cam_control_list_get_int32(
				 &list, CAM_CONTROL_ID_SPACE_V4L2, id, &value),
			 0);
	assert_int_equal(value, 7);
	assert_int_equal(cam_control_list_get_int32(&list, 300, id, &value),
			 -EINVAL);
	assert_int_equal(cam_control_list_get_int32(&list, 301, id, &value),
			 -ENOENT);
}

static void leaves_results_alone_on_failure(void **state)
{
	struct cam_control controls[1];
	struct cam_control_builder b;
	struct cam_control_list list;
	float floats[2] = { 8, 9 };
	int32_t i = 42;
	bool flag = true;

	(void)state;
	cam_control_builder_init(&b, SPACE, controls,
				 1);
	cam_control_builder_set_float(&b, 1, 2);
	assert_int_equal(cam_control_builder_finish(&b, &list), 0);
	assert_int_equal(cam_control_list_get_int32(&list, SPACE, 1, &i), -EINVAL);
	assert_int_equal(cam_control_list_get_int32(&list, SPACE, 2, &i), -ENOENT);
	assert_int_equal(cam_control_list_get_bool(&list, SPACE, 1, &flag), -EINVAL);
	assert_int_equal(cam_control_list_get_floats(&list, SPACE, 1, floats, 2),
			 -EINVAL);
	assert_int_equal(i, 42);
	assert_true(flag && floats[0] == 8);
}

static void setting_again_replaces(void **state)
{
	struct cam_control controls[2];
	struct cam_control_builder b;
	struct cam_control_list list;
	int32_t i;

	(void)state;
	cam_control_builder_init(&b, SPACE, controls,
				 2);
	cam_control_builder_set_int32(&b, 7, 1);
	cam_control_builder_set_float(&b, 8, 1);
	cam_control_builder_set_int32(&b, 7, 2);
	assert_int_equal(cam_control_builder_finish(&b, &list), 0);
	assert_int_equal(list.n_controls, 2);
	assert_int_equal(cam_control_list_get_int32(&list, SPACE, 7, &i), 0);
	assert_int_equal(i, 2);
}

static void remembers_that_it_was_full(void **state)
{
	struct cam_control controls[1];
	struct cam_control_builder b;
	struct cam_control_list list = { .n_controls = 99 };

	(void)state;
	cam_control_builder_init(&b, SPACE, controls,
				 1);
	cam_control_builder_set_int32(&b, 1, 1);
	cam_control_builder_set_int32(&b, 2, 1);
	cam_control_builder_set_int32(&b, 1, 3);
	assert_int_equal(cam_control_builder_finish(&b, &list), -ENOSPC);
	assert_int_equal(list.n_controls, 99);
}

/* Every length, every position: the search takes four at a time. */
static void finds_at_every_place(void **state)
{
	struct cam_control controls[70];
	struct cam_control_list list = { .controls = controls };
	uint32_t n;
	uint32_t i;

	(void)state;
	memset(controls, 0, sizeof(controls));
	for (i = 0; i < 70; i++) {
		controls[i].id_space = SPACE;
		controls[i].id = 1000 - i;
	}
	for (n = 0; n <= 70; n++) {
		list.n_controls = n;
		for (i = 0; i < 70; i++)
			assert_ptr_equal(cam_control_list_find(&list, SPACE, 1000 - i),
					 i < n ? &controls[i].value : NULL);
		assert_null(cam_control_list_find(&list, SPACE, 0));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sets_and_gets_each_type),
		cmocka_unit_test(sets_and_gets_what_is_longer),
		cmocka_unit_test(keeps_id_spaces_apart),
		cmocka_unit_test(leaves_results_alone_on_failure),
		cmocka_unit_test(setting_again_replaces),
		cmocka_unit_test(remembers_that_it_was_full),
		cmocka_unit_test(finds_at_every_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
