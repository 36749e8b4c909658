/* SPDX-License-Identifier: MIT */
/* Tests which stage gets a time, and which frames count, under a clock that the
 * test sets. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include <cmocka.h>

#include "stage_clock.h"

static uint64_t now_ns;

int __wrap_clock_gettime(clockid_t id, struct timespec *ts);

int __wrap_clock_gettime(clockid_t id, struct timespec *ts)
{
	assert_int_equal(id, CLOCK_MONOTONIC);
	ts->tv_sec = (time_t)(now_ns / 1000000000);
	ts->tv_nsec = (long)(now_ns % 1000000000);
	return 0;
}

static void expect(const struct camera_stage_clock *clock,
		   enum camera_stage stage, uint64_t total, uint64_t longest)
{
	assert_int_equal(clock->stages[stage].total_ns, total);
	assert_int_equal(clock->stages[stage].longest_ns, longest);
}

static void each_stage_gets_its_time(void **state)
{
	struct camera_stage_clock clock = { 0 };
	enum camera_stage before;

	(void)state;
	now_ns = 1999999990;
	camera_stage_begin(&clock, CAMERA_STAGE_IPC);
	now_ns += 20;
	before = camera_stage_go(&clock, CAMERA_STAGE_DEVELOP);
	assert_int_equal(before, CAMERA_STAGE_IPC);
	now_ns += 300;
	assert_int_equal(camera_stage_go(&clock, before), CAMERA_STAGE_DEVELOP);
	now_ns += 4000;
	camera_stage_end(&clock);
	assert_int_equal(clock.frames, 1);
	expect(&clock, CAMERA_STAGE_IPC, 4020, 4020);
	expect(&clock, CAMERA_STAGE_DEVELOP, 300, 300);
	expect(&clock, CAMERA_STAGE_IPA, 0, 0);

	/* What the caller does between two frames is of no stage. */
	now_ns += 1000000;
	camera_stage_go(&clock, CAMERA_STAGE_SENSOR);
	camera_stage_begin(&clock, CAMERA_STAGE_IPC);
	now_ns += 5;
	camera_stage_end(&clock);
	assert_int_equal(clock.frames, 2);
	expect(&clock, CAMERA_STAGE_IPC, 4025, 4020);
	expect(&clock, CAMERA_STAGE_SENSOR, 0, 0);
}

static void a_frame_that_fails_does_not_count(void **state)
{
	struct camera_stage_clock clock = { 0 };

	(void)state;
	camera_stage_begin(&clock, CAMERA_STAGE_SENSOR);
	now_ns += 700;
	camera_stage_go(&clock, CAMERA_STAGE_IPA);
	now_ns += 700;
	/* It timed out; the next one is complete. */
	camera_stage_begin(&clock, CAMERA_STAGE_SENSOR);
	now_ns += 1;
	camera_stage_end(&clock);
	assert_int_equal(clock.frames, 1);
	expect(&clock, CAMERA_STAGE_SENSOR, 1, 1);
	expect(&clock, CAMERA_STAGE_IPA, 0, 0);
}

static void each_stage_has_a_name(void **state)
{
	(void)state;
	for (int i = 0; i < CAMERA_STAGES; i++) {
		assert_non_null(camera_stage_name((enum camera_stage)i));
		for (int k = 0; k < i; k++)
			assert_string_not_equal(
				camera_stage_name((enum camera_stage)i),
				camera_stage_name((enum camera_stage)k));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_stage_gets_its_time),
		cmocka_unit_test(a_frame_that_fails_does_not_count),
		cmocka_unit_test(each_stage_has_a_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
