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
	if (virtual_sensor_init(&sensor, &virtual_sensor_plain, 640, 480, 1) < 0)
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
take(struct cam_control *list_controls, size_t n,
     enum cam_control_id_space id_space)
{
	struct virtual_sensor_settings settings =
		virtual_sensor_current(&sensor);
	struct cam_control_list list = {
		.controls = list_controls,
		.n_controls = n,
	};
	size_t i;

	for (i = 0; i < n; i++)
		list_controls[i].id_space = (int32_t)id_space;
	settings.lines = 100;
	settings.gain = 20;
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
	assert_int_equal(got.gain, sensor.model->min_gain);
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
	struct virtual_sensor_settings settings = virtual_sensor_current(&sensor);
	struct cam_control_list list;
	struct virtual_sensor_settings got = settings;

	(void)state;
	settings.lines = 77;
	settings.gain = 33;
	virtual_sensor_controls_put(&controls, settings, &list);
	virtual_sensor_controls_take(&controls, &list, &got);
	assert_int_equal(got.lines, 77);
	assert_int_equal(got.gain, 33);
}

/* As in a driver, the blanking decides how long an exposure can be. */
static void blanking_limits_exposure(void **state)
{
	struct cam_control asked[2] = {
		control(V4L2_CID_EXPOSURE, 5000),
		control(V4L2_CID_VBLANK, 6000 - 480),
	};
	struct virtual_sensor_settings settings;
	static struct virtual_sensor_controls own;
	struct virtual_sensor imx219;
	struct cam_control_list list = { asked, 1 };

	(void)state;
	assert_int_equal(virtual_sensor_init(&imx219,
					     virtual_sensor_model_find("imx219"),
					     640, 480, 1),
			 0);
	virtual_sensor_controls_init(&own, &imx219);
	asked[0].id_space = CAM_CONTROL_ID_SPACE_V4L2;
	asked[1].id_space = CAM_CONTROL_ID_SPACE_V4L2;
	assert_int_equal(own.infos.n_infos, 4);
	settings = virtual_sensor_current(&imx219);
	virtual_sensor_controls_take(&own, &list, &settings);
	assert_int_equal(settings.lines, 1763 - 4);
	list.n_controls = 2;
	virtual_sensor_controls_take(&own, &list, &settings);
	assert_int_equal(settings.lines, 5000);
	assert_int_equal(settings.frame_length, 6000);
	/* Short frames again: the exposure that was set before is shortened. */
	asked[1].value.integer32 = -1;
	list.controls = asked + 1;
	list.n_controls = 1;
	virtual_sensor_controls_take(&own, &list, &settings);
	assert_int_equal(settings.frame_length, 484);
	assert_int_equal(settings.lines, 480);
	virtual_sensor_controls_put(&own, settings, &list);
	assert_int_equal(list.n_controls, 4);
	virtual_sensor_fini(&imx219);
}

/* The crop has the output's shape, and lies in the middle. */
static void describes_the_crop(void **state)
{
	struct cam_camera_sensor_info info;
	struct virtual_sensor imx219;

	(void)state;
	assert_int_equal(virtual_sensor_init(&imx219,
					     virtual_sensor_model_find("imx219"),
					     1640, 616, 1),
			 0);
	virtual_sensor_describe(&imx219, &info);
	assert_string_equal(info.model, "imx219");
	assert_int_equal(info.analog_crop.width, 3280);
	assert_int_equal(info.analog_crop.height, 1232);
	assert_int_equal(info.analog_crop.y, 616);
	assert_int_equal(info.output_size.width, 1640);
	assert_int_equal(info.min_frame_length, 620);
	virtual_sensor_fini(&imx219);
}

/* Of a sensor whose pixel rate is chosen. A nonsensical interval is ignored. */
static void describes_the_interval(void **state)
{
	static const uint32_t wrong[][2] = {
		{ 0, 0 }, { 0, 1 }, { 1, 0 }, { 1, 1001 }, { 101, 1 }
	};
	struct cam_camera_sensor_info info;
	struct virtual_sensor imx219;

	(void)state;
	for (size_t i = 0; i < 5; i++) {
		virtual_sensor_set_interval(&sensor, wrong[i][0], wrong[i][1]);
		virtual_sensor_describe(&sensor, &info);
		assert_int_equal(info.pixel_rate,
				 30ull * info.min_line_length *
					 info.min_frame_length);
	}
	virtual_sensor_set_interval(&sensor, 2, 25);
	virtual_sensor_describe(&sensor, &info);
	assert_int_equal(2 * info.pixel_rate, 25ull * info.min_line_length *
						      info.min_frame_length);
	virtual_sensor_set_interval(&sensor, 1, 30);
	assert_int_equal(virtual_sensor_init(&imx219,
					     virtual_sensor_model_find("imx219"),
					     640, 480, 1),
			 0);
	virtual_sensor_set_interval(&imx219, 1, 15);
	assert_int_equal(virtual_sensor_pixel_rate(&imx219), 182400000);
	virtual_sensor_fini(&imx219);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(clamps_to_its_ranges),
		cmocka_unit_test(blanking_limits_exposure),
		cmocka_unit_test(describes_the_crop),
		cmocka_unit_test(describes_the_interval),
		cmocka_unit_test(ignores_what_it_lacks),
		cmocka_unit_test(puts_what_it_takes),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
