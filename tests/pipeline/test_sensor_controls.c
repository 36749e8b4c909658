/* SPDX-License-Identifier: MIT */
/* Tests that the sensor stays within its ranges whatever an IPA asks for. */
#include <linux/v4l2-controls.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sensor_controls.h"

static struct virtual_sensor sensor;
static struct virtual_sensor_controls controls;

static int setup(void **state)
{
	(void)state;
	if (virtual_sensor_init(&sensor, 640, 480, 1) < 0)
		return -1;
	virtual_sensor_controls_init(&controls, &sensor);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	virtual_sensor_fini(&sensor);
	return 0;
}

static struct virtual_sensor_settings
take(const struct cam_control *list_controls, size_t n,
     enum cam_control_id_space id_space)
{
	struct virtual_sensor_settings settings = { 100, 20 };
	struct cam_control_list list = {
		.id_space = id_space,
		.controls = list_controls,
		.n_controls = n,
	};

	virtual_sensor_controls_take(&controls, &list, &settings);
	return settings;
}

static struct cam_control control(uint32_t id, int32_t value)
{
	struct cam_control c = { .id = id };

	c.value.tag = CAM_CONTROL_VALUE_INTEGER32;
	c.value.integer32 = value;
	return c;
}

static void clamps_to_its_ranges(void **state)
{
	struct cam_control list[2] = {
		control(V4L2_CID_EXPOSURE, INT32_MAX),
		control(V4L2_CID_ANALOGUE_GAIN, -1),
	};
	struct virtual_sensor_settings got;

	(void)state;
	got = take(list, 2, CAM_CONTROL_ID_SPACE_V4L2);
	assert_int_equal(got.lines, virtual_sensor_max_lines(&sensor));
	assert_int_equal(got.gain, VIRTUAL_SENSOR_GAIN_UNIT);
	assert_int_equal(controls.counts.clamped, 2);
	got = take(list, 1, CAM_CONTROL_ID_SPACE_V4L2);
	assert_int_equal(got.gain, 20);
}

static void ignores_what_it_lacks(void **state)
{
	struct cam_control list[3] = {
		control(V4L2_CID_VBLANK, 1),
		control(V4L2_CID_EXPOSURE, 50),
		control(V4L2_CID_FLASH_LED_MODE, 2),
	};
	struct virtual_sensor_settings got;

	(void)state;
	got = take(list, 2, CAM_CONTROL_ID_SPACE_V4L2);
	assert_int_equal(got.lines, 50);
	got = take(list, 2, CAM_CONTROL_ID_SPACE_CONTROLS);
	assert_int_equal(got.lines, 100);
	list[1].value.tag = CAM_CONTROL_VALUE_FLOAT32;
	got = take(list, 2, CAM_CONTROL_ID_SPACE_V4L2);
	assert_int_equal(got.lines, 100);
	assert_true(controls.counts.unknown >= 4);
	assert_int_equal(controls.counts.mistyped, 1);
}

/* The sensor uses exactly the values that it was given. */
static void puts_what_it_takes(void **state)
{
	struct virtual_sensor_settings settings = { 77, 33 };
	struct cam_control_list list;
	struct virtual_sensor_settings got = { 0, 0 };

	(void)state;
	virtual_sensor_controls_put(&controls, settings, &list);
	virtual_sensor_controls_take(&controls, &list, &got);
	assert_int_equal(got.lines, 77);
	assert_int_equal(got.gain, 33);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(clamps_to_its_ranges),
		cmocka_unit_test(ignores_what_it_lacks),
		cmocka_unit_test(puts_what_it_takes),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
