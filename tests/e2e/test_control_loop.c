/* SPDX-License-Identifier: MIT */
/*
 * Tests the closed loop of sensor, statistics and algorithms through the
 * generated interface: how fast and how exactly it settles. Brightness and the
 * neutral patch are measured in raw frames, not taken from the IPA's reports.
 */
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "alloc_fail.h"
#include "camera_run.h"
#include "controls_ipa_types.h"
#include "fd_leak.h"
#include "scene.h"

/* Of softisp's own tuning. */
#define TARGET 0.16

static struct camipc_manager *manager;

static int setup(void **state)
{
	(void)state;
	manager = camera_manager();
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	camipc_manager_destroy(manager);
	return 0;
}

/* Mean of green, 0 to 1, with the digital gain that processing adds. */
static double luma(const struct virtual_frame *frame)
{
	double sum = 0;
	size_t n = 0;
	uint32_t x;
	uint32_t y;

	for (y = 0; y < frame->height; y++)
		for (x = 1 - (y & 1); x < frame->width; x += 2, n++)
			sum += frame->raw[(size_t)y * frame->width + x] -
			       VIRTUAL_SENSOR_BLACK;
	return sum / (double)n / (VIRTUAL_SENSOR_WHITE - VIRTUAL_SENSOR_BLACK) *
	       camera_float(frame, CAM_CONTROL_ID_DIGITAL_GAIN);
}

/* A step of light at frame 40: within 5 % from 12 frames later on. */
static void expect_settles(const char *light)
{
	struct virtual_camera_options options = {
		.width = 320,
		.height = 240,
		.seed = 1,
		.light = light,
		.isolation = "thread",
	};
	struct virtual_camera *camera = camera_run_start(manager, &options);
	struct virtual_frame frame;
	int crossings = 0;
	int settled = -1;
	double worst = 0;
	double last = 0;
	int i;

	for (i = 0; i < 40; i++)
		camera_take(camera, &frame);
	assert_true(fabs(luma(&frame) / TARGET - 1) < 0.05);
	for (i = 0; i < 43; i++) {
		double error;

		camera_take(camera, &frame);
		error = luma(&frame) / TARGET - 1;
		if (fabs(error) >= 0.05)
			settled = -1;
		else if (settled < 0)
			settled = i;
		if (i >= 12)
			worst = fmax(worst, fabs(error));
		/* Noise around the target is no crossing. */
		if (fabs(error) > 0.01) {
			crossings += last * error < 0;
			last = error;
		}
	}
	print_message("%-26s settled after %d frames, worst later %.1f %%, "
		      "%d crossings\n",
		      light, settled, worst * 100, crossings);
	assert_true(settled >= 0 && settled <= 12);
	assert_true(worst < 0.05);
	assert_true(crossings <= 1);
	virtual_camera_destroy(camera);
}

static void exposure_settles_after_a_step(void **state)
{
	(void)state;
	expect_settles("0=1@5000,40=4@5000");
	expect_settles("0=4@5000,40=1@5000");
	expect_settles("0=1@5000,40=0.25@5000");
	expect_settles("0=0.25@3000,40=1@3000");
}

/* R/G and B/G of the neutral patch, linear, balanced. */
static void neutral_patch(const struct virtual_frame *frame, double ratio[2])
{
	uint32_t x0, y0, width, height;
	double sum[3] = { 0, 0, 0 };
	float gains[2];
	uint32_t x;
	uint32_t y;

	virtual_scene_chart_neutral(frame->width, frame->height, &x0, &y0,
				    &width, &height);
	for (y = y0; y < y0 + height; y += 2)
		for (x = x0; x < x0 + width; x += 2) {
			const uint16_t *p =
				frame->raw + (size_t)y * frame->width + x;

			sum[0] += p[0] - VIRTUAL_SENSOR_BLACK;
			sum[1] += (p[1] + p[frame->width]) / 2.0 -
				  VIRTUAL_SENSOR_BLACK;
			sum[2] += p[frame->width + 1] - VIRTUAL_SENSOR_BLACK;
		}
	assert_int_equal(cam_control_list_get_floats(
				 frame->metadata, CAM_CONTROL_ID_SPACE_CONTROLS,
				 CAM_CONTROL_ID_COLOUR_GAINS, gains, 2),
			 0);
	ratio[0] = sum[0] / sum[1] * (double)gains[0];
	ratio[1] = sum[2] / sum[1] * (double)gains[1];
}

static void grey_is_grey_under_eight_lights(void **state)
{
	static const unsigned int lights[] = { 2800, 3200, 3700, 4200,
					       4800, 5400, 6000, 6500 };
	size_t i;

	(void)state;
	for (i = 0; i < 8; i++) {
		char light[64];
		struct virtual_camera_options options = {
			.width = 320,
			.height = 240,
			.seed = 1,
			.light = light,
			.isolation = "thread",
		};
		struct virtual_camera *camera;
		struct virtual_frame frame;
		double ratio[2];
		int k;

		/* From another light, so that it has to be found. */
		snprintf(light, sizeof(light), "0=1@%u,1=1@%u", lights[7 - i],
			 lights[i]);
		camera = camera_run_start(manager, &options);
		for (k = 0; k < 30; k++)
			camera_take(camera, &frame);
		neutral_patch(&frame, ratio);
		print_message("%u K: R/G %.4f, B/G %.4f\n", lights[i], ratio[0],
			      ratio[1]);
		assert_true(fabs(ratio[0] - 1) < 0.03);
		assert_true(fabs(ratio[1] - 1) < 0.03);
		virtual_camera_destroy(camera);
	}
}

static void manual_controls_reach_the_sensor(void **state)
{
	static const float gains[2] = { 1.5f, 2.5f };
	struct virtual_camera_options options = {
		.width = 160,
		.height = 120,
		.light = "0=1@5000",
		.isolation = "process",
	};
	struct virtual_camera *camera = camera_run_start(manager, &options);
	struct cam_control controls[6];
	struct cam_control_builder builder;
	struct cam_control_list list;
	struct virtual_frame frame;
	int i;

	(void)state;
	cam_control_builder_init(&builder, CAM_CONTROL_ID_SPACE_CONTROLS,
				 controls, 6);
	cam_control_builder_set_bool(&builder, CAM_CONTROL_ID_AE_ENABLE, false);
	cam_control_builder_set_int32(&builder, CAM_CONTROL_ID_EXPOSURE_TIME,
				      10000);
	cam_control_builder_set_float(&builder, CAM_CONTROL_ID_ANALOGUE_GAIN,
				      1000); /* more than there is */
	cam_control_builder_set_bool(&builder, CAM_CONTROL_ID_AWB_ENABLE,
				     false);
	cam_control_builder_set_float_array(
		&builder, CAM_CONTROL_ID_COLOUR_GAINS, gains, 2);
	/* Comes out of the camera, does not go in; unknown to nobody. */
	cam_control_builder_set_float(&builder, CAM_CONTROL_ID_GAMMA, 1);
	assert_int_equal(cam_control_builder_finish(&builder, &list), 0);
	assert_int_equal(virtual_camera_set_controls(camera, &list), 1);
	for (i = 0; i < 6; i++)
		camera_take(camera, &frame);
	/* 240 lines at 30 frames a second: 138.9 us each. */
	assert_int_equal(frame.settings.lines, 72);
	assert_int_equal(frame.settings.gain, virtual_sensor_plain.max_gain);
	assert_true(camera_float(&frame, CAM_CONTROL_ID_GAMMA) == 1);
	virtual_camera_destroy(camera);
}

/* The tool's own test covers its output and its speed. */
/* Takes frames of the chart with one more control each; the last one stays. */
static void take_with(const struct cam_control *control,
		      struct virtual_camera *camera,
		      struct virtual_frame *frame)
{
	struct cam_control copy = *control;
	const struct cam_control_list list = {
		.controls = &copy,
		.n_controls = 1,
	};

	assert_int_equal(virtual_camera_set_controls(camera, &list), 0);
	for (int i = 0; i < 20; i++)
		camera_take(camera, frame);
}

static struct cam_control a_float(uint32_t id, float value)
{
	return (struct cam_control){
		.id_space = CAM_CONTROL_ID_SPACE_CONTROLS,
		.id = id,
		.value = { .tag = CAM_CONTROL_VALUE_FLOAT32,
			   .float32 = value },
	};
}

static struct cam_control an_int32(uint32_t id, int32_t value)
{
	return (struct cam_control){
		.id_space = CAM_CONTROL_ID_SPACE_CONTROLS,
		.id = id,
		.value = { .tag = CAM_CONTROL_VALUE_INTEGER32,
			   .integer32 = value },
	};
}

/* Largest difference between two colours of a pixel. */
static int strongest_colour(const struct virtual_frame *frame)
{
	int most = 0;

	for (size_t i = 0; i < (size_t)frame->width * frame->height; i++)
		for (int k = 0; k < 3; k++) {
			const uint8_t *p = frame->rgb + 3 * i;
			int difference = p[k] - p[(k + 1) % 3];

			most = difference > most ? difference : most;
		}
	return most;
}

static void the_look_of_pictures_can_be_set(void **state)
{
	const struct virtual_camera_options options = {
		.width = 160,
		.height = 120,
		.light = "0=0.3@5000",
		.isolation = "process",
	};
	struct virtual_camera *camera = camera_run_start(manager, &options);
	struct cam_control control = a_float(CAM_CONTROL_ID_SATURATION, 0);
	struct virtual_frame frame;
	double whole;

	(void)state;
	take_with(&control, camera, &frame);
	assert_in_range(strongest_colour(&frame), 0, 2);
	control = a_float(CAM_CONTROL_ID_SATURATION, 1);
	take_with(&control, camera, &frame);
	assert_true(strongest_colour(&frame) > 60);
	control = a_float(CAM_CONTROL_ID_CONTRAST, 0);
	take_with(&control, camera, &frame);
	for (size_t i = 0; i < (size_t)3 * frame.width * frame.height; i++)
		assert_in_range(frame.rgb[i], 127, 128);
	whole = luma(&frame);
	/* The middle of the chart has another brightness than the whole. */
	control = an_int32(CAM_CONTROL_ID_AE_METERING_MODE, 1);
	take_with(&control, camera, &frame);
	assert_true(fabs(luma(&frame) / whole - 1) > 0.1);
	/* 240 lines at 30 frames a second: 72 of them are 10 ms. */
	control = an_int32(CAM_CONTROL_ID_AE_FLICKER_PERIOD, 10000);
	take_with(&control, camera, &frame);
	assert_true(frame.settings.lines >= 72);
	assert_int_equal(frame.settings.lines % 72, 0);
	virtual_camera_destroy(camera);
}

static void death_of_the_worker_ends_the_capture(void **state)
{
	struct virtual_camera_options options = {
		.width = 160,
		.height = 120,
		.isolation = "process",
		.max_restarts = -1,
	};
	struct virtual_camera *camera = camera_run_start(manager, &options);
	struct virtual_frame frame;
	int pid = camipc_proxy_get_pid(virtual_camera_get_proxy(camera));
	int ret = 0;
	int i;

	(void)state;
	camera_take(camera, &frame);
	assert_true(pid > 0);
	assert_int_equal(kill(pid, SIGKILL), 0);
	for (i = 0; i < 3 && ret == 0; i++)
		ret = virtual_camera_capture(camera, &frame);
	assert_int_equal(ret, -EPIPE);
	assert_non_null(strstr(virtual_camera_error(camera), "softisp"));
	assert_non_null(strstr(virtual_camera_error(camera), "killed"));
	assert_int_equal(virtual_camera_capture(camera, &frame), -EPIPE);
	virtual_camera_destroy(camera);
	fd_leak_assert_gone(pid);
}

/* A new IPA gets the settings of the old one: this exposure was set once. */
static void the_camera_outlives_workers(void **state)
{
	struct virtual_camera_options options = {
		.width = 160,
		.height = 120,
		.isolation = "process",
	};
	struct virtual_camera *camera = camera_run_start(manager, &options);
	struct camipc_proxy *proxy = virtual_camera_get_proxy(camera);
	struct cam_control controls[2];
	struct cam_control_builder builder;
	struct cam_control_list list;
	struct virtual_frame frame;
	uint32_t lost = 0;
	uint32_t next;
	int ret;

	(void)state;
	cam_control_builder_init(&builder, CAM_CONTROL_ID_SPACE_CONTROLS,
				 controls, 2);
	cam_control_builder_set_bool(&builder, CAM_CONTROL_ID_AE_ENABLE, false);
	cam_control_builder_set_int32(&builder, CAM_CONTROL_ID_EXPOSURE_TIME,
				      10000);
	assert_int_equal(cam_control_builder_finish(&builder, &list), 0);
	assert_int_equal(virtual_camera_set_controls(camera, &list), 0);
	for (next = 0; next < 40; next++) {
		int pid = camipc_proxy_get_pid(proxy);

		if (next == 10 || next == 20 || next == 30)
			assert_int_equal(kill(pid, SIGKILL), 0);
		camera_take(camera, &frame);
		assert_int_equal(frame.number, next);
		if (frame.parameters_reason == VIRTUAL_PARAMETERS_NO_IPA) {
			assert_int_equal(frame.parameters_frame, next - 1);
			lost++;
		} else {
			assert_int_equal(frame.parameters_frame, next);
		}
	}
	/* A worker may die after it has answered all. */
	assert_true(lost <= 3);
	assert_int_equal(virtual_camera_get_restart_counts(camera)->restarts, 3);
	assert_int_equal(virtual_camera_get_restart_counts(camera)->frames,
			 lost);
	/* 240 lines at 30 frames a second: 138.9 us each. */
	assert_int_equal(frame.settings.lines, 72);
	/* The fourth within ten seconds. */
	assert_int_equal(kill(camipc_proxy_get_pid(proxy), SIGKILL), 0);
	do {
		ret = virtual_camera_capture(camera, &frame);
	} while (ret == 0);
	assert_int_equal(ret, -EPIPE);
	assert_non_null(strstr(virtual_camera_error(camera), "killed"));
	virtual_camera_destroy(camera);
}

/* Allocations of @n frames, in this process. */
static unsigned long count_allocations(struct virtual_camera *camera, int n)
{
	struct virtual_frame frame;

	alloc_fail_begin(0);
	while (n--)
		camera_take(camera, &frame);
	return alloc_fail_end();
}

/*
 * Pools grow to the most messages that ever were on their way at once, which
 * is a matter of timing: so the steady state is waited for, but not long.
 */
static void frames_allocate_nothing(void **state)
{
	unsigned long n;
	size_t i;
	int round;

	(void)state;
	for (i = 0; camera_isolations[i]; i++) {
		struct virtual_camera_options options = {
			.width = 160,
			.height = 120,
			.isolation = camera_isolations[i],
		};
		struct virtual_camera *camera = camera_run_start(manager, &options);

		(void)count_allocations(camera, 20);
		n = 1;
		for (round = 0; n && round < 5; round++)
			n = count_allocations(camera, 60);
		if (n)
			fail_msg("%s: still %lu allocations in 60 frames",
				 camera_isolations[i], n);
		virtual_camera_destroy(camera);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(exposure_settles_after_a_step),
		cmocka_unit_test(grey_is_grey_under_eight_lights),
		cmocka_unit_test(manual_controls_reach_the_sensor),
		cmocka_unit_test(the_look_of_pictures_can_be_set),
		cmocka_unit_test(death_of_the_worker_ends_the_capture),
		cmocka_unit_test(the_camera_outlives_workers),
		cmocka_unit_test(frames_allocate_nothing),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
