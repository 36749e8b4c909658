/* SPDX-License-Identifier: MIT */
/*
 * Tests the camera virtual-rpi with a small IPA of its interface: the calls come
 * in the Raspberry Pi's order with the right contexts, the loop settles, long
 * exposures make long frames, and frames are the same however the IPA runs.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "isp_loop.h"
#include "log_capture.h"

#define CAMERA "virtual-rpi"
#define STEP 40u /* the frame at which the light changes */
#define FRAMES 80u
#define WRONG "wrong: "

static void settles(const char *light)
{
	double before = 0;
	double worst = 0;
	struct loop run;

	loop_begin(&run, CAMERA, FAKE_MODULE, "thread", light, false);
	for (uint32_t i = 0; i < FRAMES; i++) {
		struct virtual_frame frame;

		loop_take(&run, &frame);
		if (i == STEP - 1)
			before = loop_mean_green(&frame);
		if (i >= STEP + 12)
			worst = fmax(worst, fabs(loop_mean_green(&frame) /
							 before - 1));
	}
	print_message("%s: mean %.1f, worst %.1f %%\n", light, before,
		      worst * 100);
	assert_true(before > 20 && before < 60);
	assert_true(worst < 0.06);
	loop_end(&run);
	log_capture_expect(0, CAMIPC_LOG_ERROR, WRONG);
}

static void exposure_settles(void **state)
{
	(void)state;
	settles("0=0.5@5000,40=4@5000");
	settles("0=4@5000,40=0.5@5000");
	settles("0=1@2800,40=1@6500");
}

/* In a dark place frames last longer than 1/30 s, and their times say so. */
static void long_exposures_make_long_frames(void **state)
{
	struct virtual_frame frame;
	struct loop run;
	uint64_t before = 0;
	uint64_t length = 0;

	(void)state;
	loop_begin(&run, CAMERA, FAKE_MODULE, "thread",
		   "0=0.3@5000,15=3@5000", false);
	for (int i = 0; i < 40; i++) {
		loop_take(&run, &frame);
		length = frame.timestamp_ns - before;
		before = frame.timestamp_ns;
		if (i == 14)
			assert_true(length > 60000000);
	}
	assert_true(length > 33000000 && length < 33500000);
	loop_end(&run);
	log_capture_expect(0, CAMIPC_LOG_ERROR, WRONG);
}

/* Grey stays grey to the corners: lens shading came through shared memory. */
static void lens_shading_reaches_the_image(void **state)
{
	struct virtual_frame frame;
	struct loop run;
	const uint8_t *middle;
	const uint8_t *left;

	(void)state;
	loop_begin(&run, CAMERA, FAKE_MODULE, "process", "0=1@5000", false);
	for (int i = 0; i < 20; i++)
		loop_take(&run, &frame);
	/* The chart's background, between patches and at the left edge. */
	middle = frame.rgb + 3 * ((size_t)102 * frame.width + 160);
	left = frame.rgb + 3 * ((size_t)102 * frame.width + 4);
	for (int i = 0; i < 3; i++)
		assert_in_range(left[i], middle[i] * 0.7, middle[i] * 1.4);
	loop_end(&run);
}

static uint64_t hash_run(const char *isolation)
{
	uint64_t hash = loop_hash(CAMERA, FAKE_MODULE, isolation,
				  "0=0.2@5000,20=2@3000");

	log_capture_expect(0, CAMIPC_LOG_ERROR, WRONG);
	return hash;
}

static void frames_are_the_same_everywhere(void **state)
{
	uint64_t hash = hash_run("thread");

	(void)state;
	assert_int_equal(hash, hash_run("process"));
	assert_int_equal(hash, hash_run("loopback"));
}

static void keeps_the_order_in_real_time(void **state)
{
	struct loop run;

	(void)state;
	loop_begin(&run, CAMERA, FAKE_MODULE, "process", NULL, true);
	for (uint32_t i = 0; i < 6; i++) {
		struct virtual_frame frame;

		loop_take(&run, &frame);
		assert_int_equal(frame.number, i);
	}
	loop_end(&run);
	log_capture_expect(0, CAMIPC_LOG_ERROR, "without its");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(exposure_settles),
		cmocka_unit_test(long_exposures_make_long_frames),
		cmocka_unit_test(lens_shading_reaches_the_image),
		cmocka_unit_test(frames_are_the_same_everywhere),
		cmocka_unit_test(keeps_the_order_in_real_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
