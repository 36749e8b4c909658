/* SPDX-License-Identifier: MIT */
/*
 * Tests the camera virtual-rkisp1 with a small IPA of its interface: the calls
 * come in Rockchip's order with the right settings, the loop settles, and frames
 * are the same however the IPA runs.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "controls_ipa_types.h"
#include "ipa_session.h"
#include "isp_loop.h"
#include "log_capture.h"
#include "rkisp1_ipa_proxy.h"

#define STEP 40u /* the frame at which the light changes */
#define FRAMES 80u
#define WRONG "wrong: "

/* Eight times the light: settled within 10 frames, then steady. */
static void settles(const char *light)
{
	double before = 0;
	double worst = 0;
	struct loop run;

	loop_begin(&run, "virtual-rkisp1", FAKE_MODULE, "thread", light, false);
	for (uint32_t i = 0; i < FRAMES; i++) {
		struct virtual_frame frame;

		loop_take(&run, &frame);
		if (i == STEP - 1)
			before = loop_mean_green(&frame);
		if (i >= STEP + 10)
			worst = fmax(worst,
				     fabs(loop_mean_green(&frame) / before - 1));
	}
	print_message("%s: mean %.1f, worst %.1f %%\n", light, before,
		      worst * 100);
	assert_true(before > 60 && before < 160);
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

/* The greys of the chart are as grey under a bulb as under the sky. */
static void balance_follows_the_light(void **state)
{
	static const char *const lights[] = { "0=1@2800", "0=1@4000",
					      "0=1@5000", "0=1@6500" };
	float red = 0;

	(void)state;
	for (int i = 0; i < 4; i++) {
		struct virtual_frame frame;
		uint32_t x, y, width, height;
		float gains[2];
		const uint8_t *p;
		struct loop run;

		loop_begin(&run, "virtual-rkisp1", FAKE_MODULE, "thread", lights[i], false);
		for (int n = 0; n < 20; n++)
			loop_take(&run, &frame);
		virtual_scene_chart_neutral(320, 240, &x, &y, &width, &height);
		p = frame.rgb + 3 * ((size_t)(y + height / 2) * 320 + x +
				     width / 2);
		assert_true(abs(p[0] - p[1]) < 16 && abs(p[2] - p[1]) < 24);
		assert_int_equal(
			cam_control_list_get_floats(
				frame.metadata, CAM_CONTROL_ID_SPACE_CONTROLS,
				CAM_CONTROL_ID_COLOUR_GAINS, gains, 2),
			0);
		assert_true(gains[0] > red);
		red = gains[0];
		loop_end(&run);
	}
}

static uint64_t hash_run(const char *isolation)
{
	uint64_t hash = loop_hash("virtual-rkisp1", FAKE_MODULE, isolation,
				  "0=1@5000,20=8@3000");

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

/* After stop and start, frames go on, and so do calls and settings. */
static void starts_again(void **state)
{
	struct virtual_frame frame;
	struct loop run;

	(void)state;
	loop_begin(&run, "virtual-rkisp1", FAKE_MODULE, "thread", NULL, false);
	for (int i = 0; i < 5; i++)
		loop_take(&run, &frame);
	assert_int_equal(virtual_camera_stop(run.camera), 0);
	assert_int_equal(virtual_camera_start(run.camera), 0);
	loop_take(&run, &frame);
	assert_int_equal(frame.number, 5);
	loop_end(&run);
}

/* In real time parameters are asked for one frame ahead. */
static void keeps_the_order_in_real_time(void **state)
{
	struct loop run;

	(void)state;
	loop_begin(&run, "virtual-rkisp1", FAKE_MODULE, "process", NULL, true);
	for (uint32_t i = 0; i < 6; i++) {
		struct virtual_frame frame;

		loop_take(&run, &frame);
		assert_int_equal(frame.number, i);
	}
	loop_end(&run);
	log_capture_expect(0, CAMIPC_LOG_ERROR, "before its parameters");
	log_capture_expect(0, CAMIPC_LOG_ERROR, "queueRequest before it");
}

/* ---- the checks can fail ------------------------------------------------- */

static int forget_the_request(struct virtual_ipa *ipa, uint32_t frame)
{
	return ipa_rkisp1_fill_params_buffer(ipa->handle, frame,
					     VIRTUAL_PARAMETERS_ID +
						     frame % VIRTUAL_N_BUFFERS);
}

static void the_fake_notices_mistakes(void **state)
{
	static struct virtual_isp isp;
	struct virtual_frame frame;
	struct loop run;

	(void)state;
	isp = *virtual_isp_find("virtual-rkisp1");
	isp.name = "virtual-forgetful";
	isp.before_frame = forget_the_request;
	virtual_isp_register(&isp);
	loop_begin(&run, isp.name, FAKE_MODULE, "thread", NULL, false);
	loop_take(&run, &frame);
	loop_take(&run, &frame);
	loop_end(&run);
	assert_true(log_capture_count(CAMIPC_LOG_ERROR, WRONG) > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(exposure_settles),
		cmocka_unit_test(balance_follows_the_light),
		cmocka_unit_test(frames_are_the_same_everywhere),
		cmocka_unit_test(starts_again),
		cmocka_unit_test(keeps_the_order_in_real_time),
		cmocka_unit_test(the_fake_notices_mistakes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
