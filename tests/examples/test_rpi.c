/* SPDX-License-Identifier: MIT */
/*
 * Tests the Raspberry Pi's IPA as the distribution ships it: exposure and white
 * balance settle in a closed loop, however it runs; and the camera outlives it.
 *
 * Its white balance and lens shading run in threads of their own, and take
 * their statistics when they have time. Frames therefore come at least 8 ms
 * apart, and never before these threads sleep, which a loaded machine makes a
 * later moment; and colour temperatures are compared within 1 %.
 */
#include "examples.h"

#include <math.h>
#include <stdlib.h>

#include "under_valgrind.h"

#define PACE_MS 8

static void run(struct real_camera *camera, const char *isolation)
{
	const struct real_options options = {
		.isolation = isolation,
		.frames = 100,
		.pace_ms = PACE_MS,
		.waits_for_threads = true,
	};
	const struct real_fault none = REAL_NO_FAULT;

	assert_int_equal(real_camera_init(camera, &options), 0);
	assert_int_equal(rpi_camera_run(camera, &none), 0);
	assert_false(camera->is_closed);
	print_message("%s: transcript of %zu bytes, hash %016llx\n", isolation,
		      camera->text_size,
		      (unsigned long long)real_hash(camera->text,
						    camera->text_size));
}

static void test_settles(void **state)
{
	static struct real_camera camera;

	(void)state;
	run(&camera, "process");
	examples_assert_settled(&camera, 30);
	assert_true(camera.frames[49].kelvin > 4500);
	assert_true(camera.frames[99].kelvin < 3500);
	real_camera_fini(&camera);
}

static void test_equal_however_it_runs(void **state)
{
	static const char *const others[] = { "process", "loopback" };
	static struct real_camera thread, other;

	(void)state;
	/* Its threads do not keep up with frames there. */
	SKIP_UNDER_VALGRIND();
	run(&thread, "thread");
	for (size_t i = 0; i < 2; i++) {
		run(&other, others[i]);
		for (unsigned int k = 0; k < thread.options.frames; k++) {
			const struct real_frame *a = &thread.frames[k];
			const struct real_frame *b = &other.frames[k];

			assert_int_equal(a->sensor.exposure,
					 b->sensor.exposure);
			assert_int_equal(a->sensor.gain, b->sensor.gain);
			assert_true(abs(a->kelvin - b->kelvin) <=
				    a->kelvin / 100);
		}
		real_camera_fini(&other);
	}
	real_camera_fini(&thread);
}

static void test_killed(void **state)
{
	const struct real_fault fault = { 20, -1, -1, false };

	(void)state;
	examples_die(rpi_camera_run, &fault, SIGKILL, NULL, NULL);
}

static void test_log(void **state)
{
	(void)state;
	examples_refuse_tuning(rpi_camera_run,
			       "{ \"version\": 2.0, \"algorithms\": "
			       "[ { \"rpi.awb\": { \"modes\": {} } } ] }\n",
			       "IPARPI raspberrypi.cpp:",
			       "Failed to load tuning data file");
}

/* Controls of an entity that it does not know: std::map::at() throws. */
static void test_exception(void **state)
{
	const struct real_fault fault = { -1, -1, -1, true };

	(void)state;
	examples_throw(rpi_camera_run, &fault, "configure", "ipa_rpi.so");
}

/* Registers of the sensor in a buffer that was never mapped: ASSERT(). */
static void test_assertion(void **state)
{
	const struct real_fault fault = { -1, 20, -1, false };

	(void)state;
	SKIP_UNDER_VALGRIND();
	examples_die(rpi_camera_run, &fault, SIGABRT, "ipa_rpi.so", "ssert");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_settles),
		cmocka_unit_test(test_equal_however_it_runs),
		cmocka_unit_test(test_log),
		cmocka_unit_test(test_killed),
		cmocka_unit_test(test_exception),
		cmocka_unit_test(test_assertion),
	};

	examples_need("ipa_rpi.so");
	return cmocka_run_group_tests(tests, examples_setup, examples_teardown);
}
