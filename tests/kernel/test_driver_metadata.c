/* SPDX-License-Identifier: MIT */
/* Tests the metadata node of vivid: its metadata come with the frame that they
 * belong to, and a camera works without. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <linux/videodev2.h>

#include "camera_fixture.h"
#include "video_capture.h"

#define N_FRAMES 10

/* How much vivid's clocks advance with each frame. */
#define SOF_STEP 30

/* From one frame to the next. */
#define FRAME_US 33333

/* Video nodes that are looked at. */
#define MAX_NODES 64

/* Finds the metadata node of vivid by its name in sysfs. */
static void find_node(char path[64])
{
	for (int i = 0; i < MAX_NODES; i++) {
		char name[64] = "";
		FILE *file;

		snprintf(path, 64, "/sys/class/video4linux/video%d/name", i);
		file = fopen(path, "re");
		if (!file)
			continue;
		(void)!fgets(name, sizeof(name), file);
		fclose(file);
		snprintf(path, 64, "/dev/video%d", i);
		if (strstr(name, "vivid-000-meta-cap"))
			return;
	}
	fail_msg("vivid has no metadata node");
}

/* Returns a value of a frame, or fails the test. */
static uint64_t value_of(const struct camera_frame *frame, const char *name)
{
	for (size_t i = 0; i < frame->driver->n_values; i++)
		if (strcmp(frame->driver->values[i].name, name) == 0)
			return frame->driver->values[i].value;
	fail_msg("no value %s", name);
	return 0;
}

static bool has_value(const struct camera_frame *frame, const char *name)
{
	for (size_t i = 0; i < frame->driver->n_values; i++)
		if (strcmp(frame->driver->values[i].name, name) == 0)
			return true;
	return false;
}

static void take_all(struct camera *camera)
{
	uint64_t last_sof = 0;
	uint64_t last_ns = 0;
	uint64_t last_frame_ns = 0;

	for (int i = 0; i < N_FRAMES; i++) {
		struct camera_frame frame;
		uint64_t ns;

		/* More frames than either queue has buffers: some are lost,
		 * and the next interval is longer. */
		if (i == N_FRAMES / 2)
			usleep(20 * FRAME_US);
		camera_fixture_take(camera, &frame);
		assert_non_null(frame.driver);
		assert_int_equal(frame.driver->fourcc, V4L2_META_FMT_UVC);
		assert_true(frame.driver->size >= 12);
		ns = value_of(&frame, "hostTime");
		/* vivid notes it when it begins a frame, which it stamps when
		 * the frame is complete. */
		assert_in_range(frame.timestamp_ns - ns, 0, 500000000);
		if (i > 0) {
			const uint64_t step =
				value_of(&frame, "hostSof") - last_sof;

			/* Lost frames take theirs along. */
			assert_true(step >= SOF_STEP);
			assert_int_equal(step % SOF_STEP, 0);
			assert_true(ns > last_ns);
			/* Of this frame, not of its neighbour. */
			assert_in_range(ns - last_ns + FRAME_US * 500,
					frame.timestamp_ns - last_frame_ns,
					frame.timestamp_ns - last_frame_ns +
						FRAME_US * 1000);
		}
		last_sof = value_of(&frame, "hostSof");
		last_ns = ns;
		last_frame_ns = frame.timestamp_ns;
		assert_true(has_value(&frame, "pts"));
	}
}

static void each_frame_has_its_own(void **state)
{
	struct camera *camera = camera_fixture_start(*state, "vivid");

	take_all(camera);
	assert_int_equal(camera_stop(camera), 0);
	/* Once more: with a new queue, and numbers from the beginning. */
	assert_int_equal(camera_start(camera), 0);
	take_all(camera);
	camera_destroy(camera);
}

static void values_that_the_driver_leaves_out(void **state)
{
	struct camera *camera;
	struct camera_frame frame;
	char path[64];

	find_node(path);
	camera_fixture_set_control(path, "Generate PTS", 0);
	camera = camera_fixture_start(*state, "vivid");
	camera_fixture_take(camera, &frame);
	assert_non_null(frame.driver);
	assert_false(has_value(&frame, "pts"));
	assert_true(has_value(&frame, "stc"));
	camera_destroy(camera);
	camera_fixture_set_control(path, "Generate PTS", 1);
}

static void a_camera_works_without(void **state)
{
	struct camera *camera;
	struct video_capture other;
	struct camera_frame frame;
	char path[64];

	/* Another program has the node. */
	find_node(path);
	assert_int_equal(video_capture_open_metadata(&other, path), 0);
	assert_int_equal(other.format.fourcc, V4L2_META_FMT_UVC);
	assert_int_equal(video_capture_allocate(&other, VIDEO_MEMORY_DRIVER, 2),
			 0);
	camera = camera_fixture_start(*state, "vivid");
	camera_fixture_take(camera, &frame);
	assert_null(frame.driver);
	assert_int_equal(camera_stop(camera), 0);
	video_capture_close(&other);
	assert_int_equal(camera_start(camera), 0);
	camera_fixture_take(camera, &frame);
	assert_non_null(frame.driver);
	camera_destroy(camera);

	/* vimc has none. */
	camera = camera_fixture_start(*state, "vimc-a");
	camera_fixture_take(camera, &frame);
	assert_null(frame.driver);
	camera_destroy(camera);
}

static void other_nodes_are_refused(void **state)
{
	struct video_capture capture;
	char path[64];

	(void)state;
	assert_int_equal(video_capture_open_metadata(&capture, "/dev/video0"),
			 -ENOTSUP);
	assert_non_null(strstr(capture.node.error, "does not capture metadata"));
	video_capture_close(&capture);
	find_node(path);
	assert_int_equal(video_capture_open(&capture, path), -ENOTSUP);
	assert_non_null(strstr(capture.node.error, "does not capture frames"));
	video_capture_close(&capture);
}

int main(void)
{
#define TEST(name)                                                   \
	cmocka_unit_test_setup_teardown(name, camera_fixture_set_up, \
					camera_fixture_tear_down)
	const struct CMUnitTest tests[] = {
		TEST(each_frame_has_its_own),
		TEST(values_that_the_driver_leaves_out),
		TEST(a_camera_works_without),
		TEST(other_nodes_are_refused),
	};

	if (access("/dev/video0", F_OK) < 0) {
		print_message("skipped: this kernel has no camera\n");
		return 77;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
