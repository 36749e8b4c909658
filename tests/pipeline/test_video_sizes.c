/* SPDX-License-Identifier: MIT */
/* Tests the lists of frame sizes and intervals with drivers that are made up,
 * also such that answer nonsense. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include <linux/videodev2.h>

#include "video_sizes.h"

#define MAX_ANSWERS 8

/* What the driver answers, by index; then -EINVAL. */
static struct {
	struct v4l2_frmsizeenum sizes[MAX_ANSWERS];
	struct v4l2_frmivalenum intervals[MAX_ANSWERS];
	unsigned int n;
	bool is_endless; /* the first answer for every index */
	int error; /* of every call; 0: none */
} driver;

int __wrap_ioctl(int fd, unsigned long request, ...);

int __wrap_ioctl(int fd, unsigned long request, ...)
{
	va_list arguments;
	void *argument;
	uint32_t index;

	(void)fd;
	va_start(arguments, request);
	argument = va_arg(arguments, void *);
	va_end(arguments);
	memcpy(&index, argument, sizeof(index));
	if (driver.error) {
		errno = driver.error;
		return -1;
	}
	if (driver.is_endless)
		index = 0;
	if (index >= driver.n) {
		errno = EINVAL;
		return -1;
	}
	if (request == VIDIOC_ENUM_FRAMESIZES)
		memcpy(argument, &driver.sizes[index],
		       sizeof(driver.sizes[index]));
	else if (request == VIDIOC_ENUM_FRAMEINTERVALS)
		memcpy(argument, &driver.intervals[index],
		       sizeof(driver.intervals[index]));
	else
		fail_msg("an unexpected ioctl");
	return 0;
}

static int set_up(void **state)
{
	static struct video_capture capture;

	memset(&driver, 0, sizeof(driver));
	memset(&capture, 0, sizeof(capture));
	strcpy(capture.node.path, "/dev/video7");
	*state = &capture;
	return 0;
}

struct seen {
	struct video_sizes sizes[MAX_ANSWERS];
	unsigned int n;
};

static int see(void *user, const struct video_sizes *sizes)
{
	struct seen *seen = user;

	seen->sizes[seen->n++] = *sizes;
	return seen->n == MAX_ANSWERS ? 7 : 0;
}

static void add_size(uint32_t width, uint32_t height)
{
	driver.sizes[driver.n++] = (struct v4l2_frmsizeenum){
		.type = V4L2_FRMSIZE_TYPE_DISCRETE,
		.discrete = { width, height },
	};
}

static void single_sizes(void **state)
{
	struct seen seen = { .n = 0 };

	add_size(320, 180);
	add_size(640, 480);
	assert_int_equal(video_sizes_each(*state, 1, see, &seen), 0);
	assert_int_equal(seen.n, 2);
	assert_int_equal(seen.sizes[0].min_width, 320);
	assert_int_equal(seen.sizes[1].max_width, 640);
	assert_int_equal(seen.sizes[1].min_height, 480);
	assert_int_equal(seen.sizes[1].step_height, 1);
	/* A visitor ends the list, of whatever length. */
	driver.is_endless = true;
	assert_int_equal(video_sizes_each(*state, 1, see, &seen), 7);
}

static void ranges_of_sizes(void **state)
{
	struct seen seen = { .n = 0 };

	driver.n = 2;
	driver.sizes[0] = (struct v4l2_frmsizeenum){
		.type = V4L2_FRMSIZE_TYPE_STEPWISE,
		.stepwise = { 16, 4096, 2, 8, 2160, 0 },
	};
	assert_int_equal(video_sizes_each(*state, 1, see, &seen), 0);
	assert_int_equal(seen.n, 1);
	assert_int_equal(seen.sizes[0].min_width, 16);
	assert_int_equal(seen.sizes[0].max_width, 4096);
	assert_int_equal(seen.sizes[0].step_width, 2);
	assert_int_equal(seen.sizes[0].min_height, 8);
	assert_int_equal(seen.sizes[0].max_height, 2160);
	assert_int_equal(seen.sizes[0].step_height, 1);
	driver.sizes[0].type = V4L2_FRMSIZE_TYPE_CONTINUOUS;
	assert_int_equal(video_sizes_each(*state, 1, see, &seen), 0);
	assert_int_equal(seen.sizes[1].step_width, 1);
}

static void no_lists(void **state)
{
	struct video_capture *capture = *state;
	struct video_interval interval;
	struct seen seen = { .n = 0 };
	bool is_range = true;

	assert_int_equal(video_sizes_each(capture, 1, see, &seen), 0);
	driver.error = ENOTTY;
	assert_int_equal(video_sizes_each(capture, 1, see, &seen), 0);
	assert_int_equal(video_sizes_intervals(capture, 1, 64, 64, &interval, 1,
					       &is_range),
			 0);
	assert_false(is_range);
	driver.error = ENODEV;
	assert_int_equal(video_sizes_each(capture, 1, see, &seen), -ENODEV);
	assert_non_null(strstr(capture->node.error, "unplugged"));
	assert_int_equal(video_sizes_intervals(capture, 1, 64, 64, &interval, 1,
					       &is_range),
			 -ENODEV);
	assert_int_equal(seen.n, 0);
}

static void sizes_that_cannot_be(void **state)
{
	struct video_capture *capture = *state;
	struct seen seen = { .n = 0 };

	add_size(0, 480);
	assert_int_equal(video_sizes_each(capture, 1, see, &seen), -EPROTO);
	assert_non_null(strstr(capture->node.error, "/dev/video7: "));
	assert_non_null(strstr(capture->node.error, "0x480"));
	driver.sizes[0] = (struct v4l2_frmsizeenum){
		.type = V4L2_FRMSIZE_TYPE_STEPWISE,
		.stepwise = { 640, 320, 2, 480, 480, 2 },
	};
	assert_int_equal(video_sizes_each(capture, 1, see, &seen), -EPROTO);
	assert_int_equal(seen.n, 0);
}

static void add_interval(uint32_t numerator, uint32_t denominator)
{
	driver.intervals[driver.n++] = (struct v4l2_frmivalenum){
		.type = V4L2_FRMIVAL_TYPE_DISCRETE,
		.discrete = { numerator, denominator },
	};
}

static void single_intervals(void **state)
{
	struct video_interval intervals[4];
	bool is_range = true;

	add_interval(1, 30);
	add_interval(0, 30);
	add_interval(1, 0);
	add_interval(2, 25);
	assert_int_equal(video_sizes_intervals(*state, 1, 64, 64, intervals, 4,
					       &is_range),
			 2);
	assert_false(is_range);
	assert_int_equal(intervals[0].denominator, 30);
	assert_int_equal(intervals[1].numerator, 2);
	/* Neither a long list nor one of nothing goes on for ever. */
	driver.is_endless = true;
	assert_int_equal(video_sizes_intervals(*state, 1, 64, 64, intervals, 4,
					       &is_range),
			 4);
	driver.intervals[0].discrete.numerator = 0;
	assert_int_equal(video_sizes_intervals(*state, 1, 64, 64, intervals, 4,
					       &is_range),
			 0);
}

static void ranges_of_intervals(void **state)
{
	struct video_interval intervals[4];
	bool is_range = false;

	driver.n = 1;
	driver.intervals[0] = (struct v4l2_frmivalenum){
		.type = V4L2_FRMIVAL_TYPE_STEPWISE,
		.stepwise = { { 1, 60 }, { 1, 1 }, { 1, 60 } },
	};
	assert_int_equal(video_sizes_intervals(*state, 1, 64, 64, intervals, 4,
					       &is_range),
			 2);
	assert_true(is_range);
	assert_int_equal(intervals[0].denominator, 60);
	assert_int_equal(intervals[1].denominator, 1);
	driver.intervals[0].stepwise.max.denominator = 0;
	assert_int_equal(video_sizes_intervals(*state, 1, 64, 64, intervals, 4,
					       &is_range),
			 1);
	assert_false(is_range);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, set_up)
	const struct CMUnitTest tests[] = {
		TEST(single_sizes),	    TEST(ranges_of_sizes),
		TEST(no_lists),		    TEST(sizes_that_cannot_be),
		TEST(single_intervals),	    TEST(ranges_of_intervals),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
