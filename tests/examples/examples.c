/* SPDX-License-Identifier: MIT */
/* Checks that both IPAs share. */
#include "examples.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <camipc/log.h>

#include "fd_leak.h"
#include "log_capture.h"
#include "under_valgrind.h"

void examples_need(const char *file)
{
	const char *needed = getenv("CAMIPC_TEST_NEED_EXAMPLES");

	if (real_has_ipa(file))
		return;
	printf("skipped: %s/%s is not installed (Debian: libcamera-ipa)\n",
	       LIBCAMERA_IPA_DIR, file);
	exit(needed && *needed ? 1 : 77);
}

int examples_setup(void **state)
{
	(void)state;
	log_capture_begin();
	return 0;
}

int examples_teardown(void **state)
{
	(void)state;
	log_capture_end();
	return 0;
}

/* ---- settling ------------------------------------------------------------- */

static double light_taken(const struct real_camera *camera, unsigned int frame)
{
	const struct real_sensor *sensor = &camera->frames[frame].sensor;

	return sensor->exposure * real_gain(sensor->gain);
}

static void assert_steady(const struct real_camera *camera, unsigned int from,
			  unsigned int end)
{
	for (unsigned int i = from + 1; i < end; i++) {
		double ratio = light_taken(camera, i) /
			       light_taken(camera, i - 1);

		if (fabs(ratio - 1) > 0.02)
			fail_msg("frame %u: exposure is %.3f times that of the "
				 "frame before", i, ratio);
	}
}

void examples_assert_settled(const struct real_camera *camera,
			     unsigned int frames)
{
	const unsigned int end = camera->options.frames;
	const unsigned int half = end / 2;

	assert_steady(camera, frames, half);
	assert_steady(camera, half + frames, end);
	/* An eighth of the green light is left, and the IPA makes up for it. */
	assert_true(light_taken(camera, end - 1) >
		    4 * light_taken(camera, half - 1));
	assert_true(camera->frames[half - 1].brightness > 0.05);
	assert_true(camera->frames[half - 1].brightness < 0.6);
	assert_true(camera->frames[end - 1].brightness > 0.05);
	assert_true(camera->frames[end - 1].brightness < 0.6);
}

/* ---- dying ---------------------------------------------------------------- */

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static void assert_told(const struct real_camera *camera, int signal,
			const char *file, const char *words)
{
	assert_true(camera->is_closed);
	if (camera->status_known) {
		assert_true(WIFSIGNALED(camera->status));
		assert_int_equal(WTERMSIG(camera->status), signal);
	}
	if (!file) {
		assert_int_equal(camera->n_frames, 0);
		return;
	}
	if (!camera->n_frames ||
	    strcmp(base_name(camera->modules[0]), file) != 0)
		fail_msg("the first of %u frames is in %s, expected %s: %s",
			 camera->n_frames, camera->modules[0], file,
			 camera->closed_text);
	assert_true(camera->n_frames <= 8);
	assert_non_null(strstr(camera->closed_text, file));
	if (words && !strstr(camera->stderr_tail, words) &&
	    !log_capture_count(CAMIPC_LOG_ERROR, words))
		fail_msg("neither stderr nor the log has '%s': %s", words,
			 camera->stderr_tail);
}

void examples_die(int (*run)(struct real_camera *camera,
			     const struct real_fault *fault),
		  const struct real_fault *fault, int signal, const char *file,
		  const char *words)
{
	const struct real_options options = {
		.isolation = "process",
		.frames = 40,
	};
	const struct real_fault none = REAL_NO_FAULT;
	static struct real_camera camera, next;
	struct fd_leak before;

	fd_leak_take(&before); /* an earlier worker may still be ending */
	assert_int_equal(real_camera_init(&camera, &options), 0);
	assert_int_equal(run(&camera, fault), -EPIPE);
	assert_told(&camera, signal, file, words);
	/* The camera process is none the worse for it. */
	assert_int_equal(real_camera_init(&next, &options), 0);
	assert_int_equal(run(&next, &none), 0);
	real_camera_fini(&next);
	real_camera_fini(&camera);
	fd_leak_assert_no_more(&before);
}

/* ---- refusing --------------------------------------------------------------- */

void examples_refuse_tuning(int (*run)(struct real_camera *camera,
				       const struct real_fault *fault),
			    const char *text, const char *place,
			    const char *words)
{
	static const char *const isolations[] = { "thread", "process" };
	const struct real_fault none = REAL_NO_FAULT;
	char path[] = "/tmp/camipc-test-XXXXXX";
	const int fd = mkstemp(path);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
	for (size_t i = 0; i < 2; i++) {
		const struct real_options options = {
			.isolation = isolations[i],
			.tuning = path,
			.frames = 2,
		};
		static struct real_camera camera;
		const unsigned int lines =
			log_capture_count(CAMIPC_LOG_ERROR, place);
		const unsigned int errors =
			log_capture_count(CAMIPC_LOG_ERROR, words);

		assert_int_equal(real_camera_init(&camera, &options), 0);
		assert_int_equal(run(&camera, &none), -EINVAL);
		assert_int_equal(log_capture_count(CAMIPC_LOG_ERROR, place),
				 lines + 1);
		assert_int_equal(log_capture_count(CAMIPC_LOG_ERROR, words),
				 errors + 1);
		/* No time, no thread and no colours in front of it. */
		assert_int_equal(log_capture_count(CAMIPC_LOG_ERROR, "\033"),
				 0);
		assert_int_equal(log_capture_count(CAMIPC_LOG_ERROR,
						   "ERROR IPA"),
				 0);
		real_camera_fini(&camera);
	}
	unlink(path);
}

/* ---- throwing -------------------------------------------------------------- */

static void throw_here(int (*run)(struct real_camera *camera,
				  const struct real_fault *fault),
		       const struct real_fault *fault, const char *isolation,
		       const char *method)
{
	const struct real_options options = {
		.isolation = isolation,
		.frames = 40,
	};
	const struct real_fault none = REAL_NO_FAULT;
	static struct real_camera camera, next;
	char words[128];
	unsigned int lines;

	snprintf(words, sizeof(words), "%s() ended by an exception: map::at",
		 method);
	lines = log_capture_count(CAMIPC_LOG_ERROR, words);
	assert_int_equal(real_camera_init(&camera, &options), 0);
	assert_int_equal(run(&camera, fault), -EREMOTEIO);
	assert_int_equal(camera.call_reason, CAMIPC_REASON_EXCEPTION);
	assert_int_equal(log_capture_count(CAMIPC_LOG_ERROR, words), lines + 1);
	assert_false(camera.is_closed);
	/* Another IPA of the same module works nevertheless. */
	assert_int_equal(real_camera_init(&next, &options), 0);
	assert_int_equal(run(&next, &none), 0);
	real_camera_fini(&next);
	real_camera_fini(&camera);
}

void examples_throw(int (*run)(struct real_camera *camera,
			       const struct real_fault *fault),
		    const struct real_fault *fault, const char *method,
		    const char *file)
{
	/* A worker that ends so leaves its files open, which counts there. */
	SKIP_UNDER_VALGRIND();
	/* clang's ASan, linked into a program in C, does not find the function
	 * that throws, and ends the program by an error of its own. */
#ifdef __clang__
	if (TEST_SANITIZED)
		skip();
#endif
	examples_die(run, fault, SIGABRT, file, "out_of_range");
	throw_here(run, fault, "thread", method);
	throw_here(run, fault, "loopback", method);
}
