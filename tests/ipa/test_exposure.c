/* SPDX-License-Identifier: MIT */
/* Tests exposure control with a simple model of a sensor and its delay. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "exposure.h"

#define DELAY 2

static const struct softisp_exposure_limits limits = { 4, 952, 16, 256, 34.7 };

/* Mean at full exposure and brightness 1. */
#define SENSITIVITY 0.0006

struct loop {
	struct softisp_tuning tuning;
	struct softisp_exposure exposure;
	struct softisp_exposure_values pipe[DELAY];
	double shown; /* mean of the last frame, digital gain included */
	struct softisp_exposure_values taken;
};

static void begin(struct loop *loop)
{
	int i;

	memset(loop, 0, sizeof(*loop));
	softisp_tuning_init(&loop->tuning);
	softisp_exposure_init(&loop->exposure, &loop->tuning, &limits);
	for (i = 0; i < DELAY; i++)
		loop->pipe[i] = loop->exposure.request;
}

/* One frame. Half the image is four times as bright as the other half. */
static void step(struct loop *loop, double light)
{
	struct softisp_exposure_values v = loop->pipe[0];
	double full = SENSITIVITY * light * v.lines * (v.code / 16.0);
	double dark = fmin(0.4 * full, 1);
	double bright = fmin(1.6 * full, 1);
	double clipped = (dark >= 1 ? 0.5 : 0) + (bright >= 1 ? 0.5 : 0);
	double mean = (dark + bright) / 2;

	loop->taken = v;
	loop->shown = mean * softisp_exposure_digital_gain(&loop->exposure,
							   v.lines, v.code);
	loop->pipe[0] = loop->pipe[1];
	if (softisp_exposure_update(&loop->exposure, v.lines, v.code, mean,
				    clipped))
		loop->pipe[1] = loop->exposure.request;
}

static double error(const struct loop *loop)
{
	return loop->shown / loop->tuning.target - 1;
}

/* A step from one light to another: settled by frame 12, crossed once. */
static void expect_settles(double from, double to)
{
	struct loop loop;
	int crossings = 0;
	double last = 0;
	int i;

	begin(&loop);
	for (i = 0; i < 60; i++)
		step(&loop, from);
	assert_true(fabs(error(&loop)) < 0.02);
	for (i = 0; i < 42; i++) {
		step(&loop, to);
		if (i >= 12)
			assert_true(fabs(error(&loop)) < 0.05);
		if (fabs(error(&loop)) > 0.01) {
			crossings += last * error(&loop) < 0;
			last = error(&loop);
		}
	}
	assert_true(crossings <= 1);
	assert_true(loop.exposure.locked);
}

static void settles_after_steps(void **state)
{
	(void)state;
	expect_settles(1, 4);
	expect_settles(4, 1);
	expect_settles(1, 0.25);
	expect_settles(0.25, 1);
	expect_settles(0.5, 8);
	expect_settles(1, 1);
}

static void prefers_time_to_gain(void **state)
{
	struct loop loop;
	int i;

	(void)state;
	begin(&loop);
	for (i = 0; i < 50; i++) {
		step(&loop, 1);
		assert_true(loop.taken.code == limits.min_code ||
			    loop.taken.lines == limits.max_lines);
	}
	assert_int_equal(loop.taken.code, limits.min_code);
	for (i = 0; i < 50; i++)
		step(&loop, 0.05);
	assert_int_equal(loop.taken.lines, limits.max_lines);
	assert_true(loop.taken.code > limits.min_code);
}

/* Where the sensor ends the digital gain goes on, up to its own limit. */
static void ends_at_its_limits(void **state)
{
	struct loop loop;
	int i;

	(void)state;
	begin(&loop);
	for (i = 0; i < 100; i++)
		step(&loop, 0.00001);
	assert_int_equal(loop.taken.lines, limits.max_lines);
	assert_int_equal(loop.taken.code, limits.max_code);
	assert_true(softisp_exposure_digital_gain(
			    &loop.exposure, limits.max_lines, limits.max_code) >
		    0.98 * loop.tuning.max_digital_gain);
	/* It will not get better: settled. */
	assert_true(loop.exposure.locked);
	for (i = 0; i < 100; i++)
		step(&loop, 10000);
	assert_int_equal(loop.taken.lines, limits.min_lines);
	assert_int_equal(loop.taken.code, limits.min_code);
}

static void obeys_manual_values(void **state)
{
	struct loop loop;
	int i;

	(void)state;
	begin(&loop);
	/* While it chooses by itself they are nothing. */
	softisp_exposure_set_time(&loop.exposure, 1000);
	assert_int_equal(loop.exposure.request.lines, limits.max_lines / 4);
	loop.exposure.enabled = false;
	softisp_exposure_set_time(&loop.exposure, 3470);
	softisp_exposure_set_gain(&loop.exposure, 2.5);
	for (i = 0; i < 10; i++)
		step(&loop, 1);
	assert_int_equal(loop.taken.lines, 100);
	assert_int_equal(loop.taken.code, 40);
	assert_true(loop.exposure.locked);
	softisp_exposure_set_time(&loop.exposure, 1e12);
	softisp_exposure_set_gain(&loop.exposure, NAN);
	assert_int_equal(loop.exposure.request.lines, limits.max_lines);
	assert_int_equal(loop.exposure.request.code, limits.min_code);
	loop.exposure.enabled = true;
	for (i = 0; i < 30; i++)
		step(&loop, 1);
	assert_true(fabs(error(&loop)) < 0.02);
}

static bool is_multiple(int32_t lines, double us)
{
	double periods = lines * limits.line_us / us;

	return fabs(periods - floor(periods + 0.5)) < limits.line_us / us;
}

/* Each time is a multiple of the period, except where a multiple is too long. */
static void avoids_flicker(void **state)
{
	static const double lights[] = { 0.5, 0.35, 0.1, 0.8 };
	struct loop loop;
	int i;

	(void)state;
	begin(&loop);
	softisp_exposure_set_flicker(&loop.exposure, 10000);
	for (i = 0; i < 160; i++) {
		step(&loop, lights[i / 40]);
		if (i % 40 < 20)
			continue;
		assert_true(fabs(error(&loop)) < 0.02);
		assert_true(is_multiple(loop.taken.lines, 10000));
	}
	/* A sunny day needs less than one period. */
	for (i = 0; i < 60; i++)
		step(&loop, 60);
	assert_true(loop.taken.lines * limits.line_us < 10000);
	assert_true(fabs(error(&loop)) < 0.05);
	/* Takes effect at once, though the exposure is right. */
	for (i = 0; i < 60; i++)
		step(&loop, 0.5);
	softisp_exposure_set_flicker(&loop.exposure, 8333);
	for (i = 0; i < 3; i++)
		step(&loop, 0.5);
	assert_true(is_multiple(loop.taken.lines, 8333));
	assert_true(fabs(error(&loop)) < 0.02);
	softisp_exposure_set_flicker(&loop.exposure, -5);
	assert_true(loop.exposure.flicker_us == 0);
	softisp_exposure_set_flicker(&loop.exposure, NAN);
	assert_true(loop.exposure.flicker_us == 0);
}

static void keeps_a_manual_digital_gain(void **state)
{
	struct loop loop;
	int i;

	(void)state;
	begin(&loop);
	/* Waits until exposure is manual. */
	softisp_exposure_set_digital_gain(&loop.exposure, 2);
	assert_true(loop.exposure.request.digital_gain < 1.01);
	loop.exposure.enabled = false;
	softisp_exposure_set_time(&loop.exposure, 3470);
	for (i = 0; i < 4; i++)
		step(&loop, 1);
	assert_true(softisp_exposure_digital_gain(&loop.exposure,
						  loop.taken.lines,
						  loop.taken.code) == 2);
	softisp_exposure_set_digital_gain(&loop.exposure, 1000);
	assert_true(loop.exposure.request.digital_gain ==
		    loop.tuning.max_digital_gain);
	softisp_exposure_set_digital_gain(&loop.exposure, NAN);
	assert_true(loop.exposure.request.digital_gain == 1);
}

static void compensates_in_stops(void **state)
{
	struct loop loop;
	int i;

	(void)state;
	begin(&loop);
	softisp_exposure_set_compensation(&loop.exposure, 1);
	for (i = 0; i < 40; i++)
		step(&loop, 1);
	assert_true(fabs(loop.shown / (2 * loop.tuning.target) - 1) < 0.02);
	softisp_exposure_set_compensation(&loop.exposure, 1000);
	assert_true(loop.exposure.compensation == 16);
	softisp_exposure_set_compensation(&loop.exposure, NAN);
	assert_true(loop.exposure.compensation == 1.0 / 16);
}

/* Numbers that no frame has; nothing may leave the ranges. */
static void survives_nonsense(void **state)
{
	static const double odd[] = { NAN, INFINITY, -INFINITY, -1, 0, 1e300 };
	struct loop loop;
	size_t i;
	size_t k;

	(void)state;
	begin(&loop);
	for (i = 0; i < 6; i++)
		for (k = 0; k < 6; k++) {
			(void)softisp_exposure_update(&loop.exposure, 100, 16,
						      odd[i], odd[k]);
			assert_in_range(loop.exposure.request.lines,
					limits.min_lines, limits.max_lines);
			assert_in_range(loop.exposure.request.code,
					limits.min_code, limits.max_code);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(settles_after_steps),
		cmocka_unit_test(prefers_time_to_gain),
		cmocka_unit_test(ends_at_its_limits),
		cmocka_unit_test(obeys_manual_values),
		cmocka_unit_test(avoids_flicker),
		cmocka_unit_test(keeps_a_manual_digital_gain),
		cmocka_unit_test(compensates_in_stops),
		cmocka_unit_test(survives_nonsense),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
