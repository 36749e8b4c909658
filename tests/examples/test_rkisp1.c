/* SPDX-License-Identifier: MIT */
/*
 * Tests Rockchip's IPA as the distribution ships it: exposure and white balance
 * settle in a closed loop, equally in a thread, in a process and in loopback;
 * and the report of each death begins with the IPA's own function.
 */
#include "examples.h"

#include <errno.h>

#include "log_capture.h"
#include "under_valgrind.h"

static void run(struct real_camera *camera, const char *isolation)
{
	const struct real_options options = {
		.isolation = isolation,
		.frames = 160,
	};
	const struct real_fault none = REAL_NO_FAULT;

	assert_int_equal(real_camera_init(camera, &options), 0);
	assert_int_equal(rkisp1_camera_run(camera, &none), 0);
	assert_false(camera->is_closed);
}

static void test_settles(void **state)
{
	static struct real_camera camera;

	(void)state;
	run(&camera, "process");
	examples_assert_settled(&camera, 65);
	/* It estimates daylight first, then a bulb: less red, more blue. */
	assert_true(camera.frames[79].red > 1.3 * camera.frames[159].red);
	assert_true(camera.frames[79].blue < camera.frames[159].blue / 1.3);
	real_camera_fini(&camera);
}

static void test_equal_however_it_runs(void **state)
{
	static const char *const others[] = { "process", "loopback" };
	static struct real_camera thread, other;

	(void)state;
	/* Libraries of the IPA's leak what they allocate when loaded. */
	SKIP_UNDER_VALGRIND();
	run(&thread, "thread");
	assert_true(thread.text_size > 10000);
	for (size_t i = 0; i < 2; i++) {
		run(&other, others[i]);
		assert_int_equal(other.text_size, thread.text_size);
		assert_string_equal(other.text, thread.text);
		real_camera_fini(&other);
	}
	real_camera_fini(&thread);
}

static void test_killed(void **state)
{
	const struct real_fault fault = { 20, -1, -1, false };

	(void)state;
	examples_die(rkisp1_camera_run, &fault, SIGKILL, NULL, NULL);
}

/* A buffer that was never mapped: std::map::at() throws, in an asynchronous op. */
static void test_exception(void **state)
{
	const struct real_fault fault = { -1, 20, -1, false };

	(void)state;
	examples_throw(rkisp1_camera_run, &fault, "processStatsBuffer",
		       "ipa_rkisp1.so");
}

/* Statistics without a measurement of exposure: ASSERT() in its algorithm. */
static void test_assertion(void **state)
{
	const struct real_fault fault = { -1, -1, 20, false };

	(void)state;
	SKIP_UNDER_VALGRIND();
	examples_die(rkisp1_camera_run, &fault, SIGABRT, "ipa_rkisp1.so",
		     "ssert");
}

static void test_log(void **state)
{
	(void)state;
	examples_refuse_tuning(rkisp1_camera_run, "no tuning\n",
			       "IPARkISP1 rkisp1.cpp:",
			       "Invalid tuning file version");
}

/* What the argument of the module may be: refused, with a reason in the log. */
static void test_arguments(void **state)
{
	static const struct {
		const char *argument;
		int error;
		const char *reason; /* NULL: it is accepted */
	} cases[] = {
		{ "", 0, NULL },
		{ LIBCAMERA_IPA_DIR "/ipa_rkisp1.so", 0, NULL },
		{ "ipa_rkisp1.so", -EINVAL, "expected an absolute path" },
		{ LIBCAMERA_IPA_DIR "/none.so", -ENOENT, "cannot be opened" },
		{ "/etc/passwd", -EREMOTEIO, "cannot load" },
		{ LIBCAMERA_IPA_DIR "/../libcamera-base.so", -EREMOTEIO,
		  "is not an IPA module of libcamera" },
		{ LIBCAMERA_IPA_DIR "/ipa_vimc.so", -EREMOTEIO,
		  "is for pipeline 'PipelineHandlerVimc': expected "
		  "'PipelineHandlerRkISP1'" },
	};
	const struct real_fault none = REAL_NO_FAULT;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct real_options options = {
			.isolation = "process",
			.argument = cases[i].argument,
			.frames = 2,
		};
		static struct real_camera camera;

		assert_int_equal(real_camera_init(&camera, &options), 0);
		assert_int_equal(rkisp1_camera_run(&camera, &none),
				 cases[i].error);
		if (cases[i].reason)
			assert_true(log_capture_count(CAMIPC_LOG_ERROR,
						      cases[i].reason) > 0);
		real_camera_fini(&camera);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_settles),
		cmocka_unit_test(test_equal_however_it_runs),
		cmocka_unit_test(test_log),
		cmocka_unit_test(test_arguments),
		cmocka_unit_test(test_killed),
		cmocka_unit_test(test_exception),
		cmocka_unit_test(test_assertion),
	};

	examples_need("ipa_rkisp1.so");
	return cmocka_run_group_tests(tests, examples_setup, examples_teardown);
}
