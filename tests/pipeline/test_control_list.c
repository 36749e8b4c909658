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
	cam_control_builder_init(&b, CAM_CONTROL_ID_SPACE_V4L2, controls, 8);
	cam_control_builder_set_bool(&b, 1, true);
	cam_control_builder_set_int32(&b, 2, INT32_MIN);
	cam_control_builder_set_int64(&b, 3, INT64_MAX);
	cam_control_builder_set_float(&b, 4, 0.5f);
	cam_control_builder_set_float_array(&b, 5, floats, 3);
	cam_control_builder_set_int32_array(&b, 6, integers, 2);
	assert_int_equal(cam_control_builder_finish(&b, &list), 0);
	assert_int_equal(list.id_space, CAM_CONTROL_ID_SPACE_V4L2);
	assert_int_equal(list.n_controls, 6);

	assert_int_equal(cam_control_list_get_bool(&list, 1, &flag), 0);
	assert_true(flag);
	assert_int_equal(cam_control_list_get_int32(&list, 2, &i), 0);
	assert_int_equal(i, INT32_MIN);
	assert_int_equal(cam_control_list_get_int64(&list, 3, &wide), 0);
	assert_true(wide == INT64_MAX);
	assert_int_equal(cam_control_list_get_float(&list, 4, &f), 0);
	assert_true(f == 0.5f);
	assert_int_equal(cam_control_list_get_floats(&list, 5, got, 3), 0);
	assert_memory_equal(got, floats, sizeof(floats));
	assert_int_equal(list.controls[5].value.integer32_array.n_items, 2);
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
	cam_control_builder_init(&b, CAM_CONTROL_ID_SPACE_CONTROLS, controls,
				 1);
	cam_control_builder_set_float(&b, 1, 2);
	assert_int_equal(cam_control_builder_finish(&b, &list), 0);
	assert_int_equal(cam_control_list_get_int32(&list, 1, &i), -EINVAL);
	assert_int_equal(cam_control_list_get_int32(&list, 2, &i), -ENOENT);
	assert_int_equal(cam_control_list_get_bool(&list, 1, &flag), -EINVAL);
	assert_int_equal(cam_control_list_get_floats(&list, 1, floats, 2),
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
	cam_control_builder_init(&b, CAM_CONTROL_ID_SPACE_CONTROLS, controls,
				 2);
	cam_control_builder_set_int32(&b, 7, 1);
	cam_control_builder_set_float(&b, 8, 1);
	cam_control_builder_set_int32(&b, 7, 2);
	assert_int_equal(cam_control_builder_finish(&b, &list), 0);
	assert_int_equal(list.n_controls, 2);
	assert_int_equal(cam_control_list_get_int32(&list, 7, &i), 0);
	assert_int_equal(i, 2);
}

static void remembers_that_it_was_full(void **state)
{
	struct cam_control controls[1];
	struct cam_control_builder b;
	struct cam_control_list list = { .n_controls = 99 };

	(void)state;
	cam_control_builder_init(&b, CAM_CONTROL_ID_SPACE_CONTROLS, controls,
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
	for (i = 0; i < 70; i++)
		controls[i].id = 1000 - i;
	for (n = 0; n <= 70; n++) {
		list.n_controls = n;
		for (i = 0; i < 70; i++)
			assert_ptr_equal(cam_control_list_find(&list, 1000 - i),
					 i < n ? &controls[i].value : NULL);
		assert_null(cam_control_list_find(&list, 0));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sets_and_gets_each_type),
		cmocka_unit_test(leaves_results_alone_on_failure),
		cmocka_unit_test(setting_again_replaces),
		cmocka_unit_test(remembers_that_it_was_full),
		cmocka_unit_test(finds_at_every_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
