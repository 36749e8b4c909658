/* SPDX-License-Identifier: MIT */
/* Tests the formats of kernel cameras: what is listed can be captured, and shows
 * the same picture in every format. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <linux/videodev2.h>

#include "camera_fixture.h"

/* Bayer formats of 8, 10 and 12 bits in four orders. */
#define N_FORMATS 12

/* The first frames are still adapted to. */
#define N_FRAMES 12

/* Share of values of a picture that may differ from another one. */
#define MAX_DIFFERENCE 0.25

#define N_PIXELS ((size_t)CAMERA_FIXTURE_WIDTH * CAMERA_FIXTURE_HEIGHT)

/* What was listed of one camera. */
struct listed {
	uint32_t formats[N_FORMATS + 1];
	size_t n;
	uint32_t own;
	unsigned int n_sizes; /* of the camera's own format */
	bool has_fixture_size;
	bool has_30; /* frames per second, at that size */
};

static int add(void *user, const struct camera_format *format)
{
	struct listed *listed = user;

	if (!listed->n || listed->formats[listed->n - 1] != format->fourcc) {
		assert_true(listed->n < N_FORMATS);
		listed->formats[listed->n++] = format->fourcc;
	}
	assert_true(format->min_width >= 64);
	assert_true(format->max_width >= format->min_width);
	assert_true(format->max_height >= format->min_height);
	assert_true(format->step_width >= 2 && format->step_height >= 2);
	if (!format->is_default)
		return 0;
	listed->own = format->fourcc;
	listed->n_sizes++;
	if (format->min_width > CAMERA_FIXTURE_WIDTH ||
	    format->max_width < CAMERA_FIXTURE_WIDTH)
		return 0;
	listed->has_fixture_size = true;
	for (size_t i = 0; i < format->n_intervals; i++)
		listed->has_30 |= format->intervals[i].denominator ==
				  30 * format->intervals[i].numerator;
	return 0;
}

static void list(const char *name, struct listed *listed)
{
	char error[1024] = "";

	memset(listed, 0, sizeof(*listed));
	if (camera_list_formats(name, add, listed, error, sizeof(error)) != 0)
		fail_msg("no formats: %s", error);
	assert_int_equal(listed->n, N_FORMATS);
	assert_int_equal(listed->own, V4L2_PIX_FMT_SRGGB10);
	assert_true(listed->has_fixture_size);
}

static int stop(void *user, const struct camera_format *format)
{
	(void)format;
	++*(unsigned int *)user;
	return 42;
}

static void formats_are_listed(void **state)
{
	struct listed listed;
	unsigned int n = 0;
	char error[1024] = "";

	(void)state;
	list("vivid", &listed);
	assert_true(listed.n_sizes >= 5);
	assert_true(listed.has_30);
	/* A range of sizes; the driver says nothing about time. */
	list("vimc-b", &listed);
	assert_int_equal(listed.n_sizes, 1);
	assert_false(listed.has_30);
	assert_int_equal(camera_list_formats("vivid-000", stop, &n, error,
					     sizeof(error)),
			 42);
	assert_int_equal(n, 1);
	assert_int_equal(camera_list_formats("vivid-9", stop, &n, error,
					     sizeof(error)),
			 -ENODEV);
	assert_non_null(strstr(error, "vivid-000"));
}

/* Sets the picture of the last frame, and its mean colours. */
static void capture(struct camera_fixture *f, const char *name, uint32_t format,
		    uint8_t *rgb, double means[3])
{
	struct camera *camera = NULL;
	struct camera_frame frame;
	char error[1024];

	if (camera_fixture_create_as(f, name, format, error, &camera) < 0)
		fail_msg("no camera: %s", error);
	assert_int_equal(camera_start(camera), 0);
	for (int i = 0; i < N_FRAMES; i++)
		camera_fixture_take(camera, &frame);
	memcpy(rgb, frame.rgb, 3 * N_PIXELS);
	camera_destroy(camera);
	for (size_t c = 0; c < 3; c++) {
		means[c] = 0;
		for (size_t i = 0; i < N_PIXELS; i++)
			means[c] += rgb[3 * i + c];
		means[c] /= N_PIXELS;
	}
}

/* Returns the share of values that differ clearly. In another order than RGGB,
 * edges and fine patterns move by a pixel. */
static double difference(const uint8_t *a, const uint8_t *b)
{
	size_t n = 0;

	for (size_t i = 0; i < 3 * N_PIXELS; i++)
		n += abs(a[i] - b[i]) > 24;
	return (double)n / (double)(3 * N_PIXELS);
}

/* What a wrong order would look like differs from the picture. */
static void check_measure(const uint8_t *picture)
{
	static uint8_t swapped[3 * N_PIXELS];

	for (size_t i = 0; i < 3 * N_PIXELS; i += 3) {
		swapped[i] = picture[i + 2];
		swapped[i + 1] = picture[i + 1];
		swapped[i + 2] = picture[i];
	}
	assert_true(difference(swapped, picture) > MAX_DIFFERENCE);
}

/* @step: 1: in each format; 5: in one of each depth, in three orders. */
static void formats_show_the_picture(void **state, const char *name,
				     size_t step)
{
	static uint8_t expected[3 * N_PIXELS];
	static uint8_t rgb[3 * N_PIXELS];
	struct listed listed;
	double expected_means[3];
	double means[3];

	list(name, &listed);
	capture(*state, name, 0, expected, expected_means);
	check_measure(expected);
	for (size_t i = 0; i < listed.n; i += step) {
		capture(*state, name, listed.formats[i], rgb, means);
		for (size_t c = 0; c < 3; c++)
			if (means[c] < expected_means[c] - 8 ||
			    means[c] > expected_means[c] + 8)
				fail_msg("format %08x: colour %zu is %g, not %g",
					 listed.formats[i], c, means[c],
					 expected_means[c]);
		if (difference(rgb, expected) > MAX_DIFFERENCE)
			fail_msg("format %08x: %g of the picture differs",
				 listed.formats[i], difference(rgb, expected));
	}
}

static void formats_of_vivid(void **state)
{
	formats_show_the_picture(state, "vivid", 1);
}

static void formats_of_vimc(void **state)
{
	formats_show_the_picture(state, "vimc-a", 5);
}

static void other_formats_are_refused(void **state)
{
	struct camera_fixture *f = *state;
	struct camera *camera = NULL;
	char error[1024];

	assert_int_equal(camera_fixture_create_as(f, "vivid",
						  V4L2_PIX_FMT_YUYV, error,
						  &camera),
			 -EOPNOTSUPP);
	assert_non_null(strstr(error, "YUYV"));
	assert_non_null(strstr(error, "SRGGB10"));
	assert_int_equal(camera_fixture_create_as(f, "virtual",
						  V4L2_PIX_FMT_SRGGB8, error,
						  &camera),
			 -EOPNOTSUPP);
	assert_non_null(strstr(error, "SRGGB10"));
}

/* vivid takes no 30 frames of this size per second, but is listed with it. */
static void a_size_may_have_a_lower_rate(void **state)
{
	struct camera_fixture *f = *state;
	const struct camera_options options = {
		.size = sizeof(options),
		.width = 3840,
		.height = 2160,
		.isolation = "process",
		.frame_timeout_ms = 60000,
	};
	struct camera *camera = NULL;
	struct camera_frame frame;
	char error[1024];

	if (camera_create("vivid", f->manager, &options, error, sizeof(error),
			  &camera) < 0)
		fail_msg("no camera: %s", error);
	assert_int_equal(camera_start(camera), 0);
	camera_fixture_take(camera, &frame);
	assert_int_equal(frame.width, 3840);
	camera_destroy(camera);
}

int main(void)
{
#define TEST(name)                                                 \
	cmocka_unit_test_setup_teardown(name, camera_fixture_set_up, \
					camera_fixture_tear_down)
	const struct CMUnitTest tests[] = {
		TEST(formats_are_listed),
		TEST(formats_of_vivid),
		TEST(formats_of_vimc),
		TEST(other_formats_are_refused),
		TEST(a_size_may_have_a_lower_rate),
	};

	if (access("/dev/video0", F_OK) < 0) {
		print_message("skipped: this kernel has no camera\n");
		return 77;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
