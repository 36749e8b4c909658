/* SPDX-License-Identifier: MIT */
/*
 * Tests kernel cameras through the interface of all cameras, with their IPA in a
 * worker: vimc's two sensors and vivid. Frames, controls, several at once, an
 * IPA that dies, a device that vanishes and comes back, and what is refused.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <linux/videodev2.h>

#include <camipc/proxy.h>

#include "camera_fixture.h"
#include "controls_ipa_types.h"
#include "device_controls.h"
#include "device_monitor.h"
#include "device_node.h"
#include "vimc_fixture.h"

#define WIDTH CAMERA_FIXTURE_WIDTH
#define HEIGHT CAMERA_FIXTURE_HEIGHT
#define N_FRAMES 6

/* Until a device has come or gone, at most. */
#define WAIT_MS 60000

/* Until a control is in the frames, at most. */
#define MAX_FRAMES 40

#define DRIVER_FOLDER "/sys/bus/platform/drivers/vimc/"

/* ---- frames -------------------------------------------------------------- */

static int find_names(void *user, const struct camera_info *info)
{
	static const char *const expected[] = { "vimc-a", "vimc-b",
						"vivid-000" };
	unsigned int *found = user;

	for (unsigned int i = 0; i < 3; i++) {
		if (strcmp(info->name, expected[i]) != 0)
			continue;
		*found |= 1u << i;
		assert_non_null(info->devnode);
		assert_string_equal(info->interface_name, "ipa.softisp");
	}
	return 0;
}

static void all_cameras_are_listed(void **state)
{
	unsigned int found = 0;

	(void)state;
	assert_int_equal(camera_list(find_names, &found), 0);
	assert_int_equal(found, 7);
}

/* A test pattern has bright and dark places, in colours. */
static void assert_picture(const struct camera_frame *frame)
{
	uint8_t low = 255;
	uint8_t high = 0;
	unsigned int n_coloured = 0;

	for (size_t i = 0; i < (size_t)frame->width * frame->height; i++) {
		const uint8_t *p = frame->rgb + 3 * i;

		low = p[1] < low ? p[1] : low;
		high = p[1] > high ? p[1] : high;
		n_coloured += p[0] > p[1] + 40 || p[2] > p[1] + 40;
	}
	assert_true(high - low > 100);
	assert_true(n_coloured > frame->width);
}

static void take_some(struct camera *camera)
{
	uint64_t last_ns = 0;

	for (uint32_t i = 0; i < N_FRAMES; i++) {
		struct camera_frame frame;

		camera_fixture_take(camera, &frame);
		assert_int_equal(frame.number, i);
		assert_int_equal(frame.width, WIDTH);
		assert_int_equal(frame.height, HEIGHT);
		assert_int_equal(frame.parameters_frame, i);
		assert_int_equal(frame.parameters_reason,
				 CAMERA_PARAMETERS_ON_TIME);
		assert_true(frame.timestamp_ns > last_ns);
		assert_true(frame.metadata->n_controls > 10);
		assert_null(frame.model);
		assert_picture(&frame);
		last_ns = frame.timestamp_ns;
	}
}

static void frames_of(struct camera_fixture *f, const char *name)
{
	struct camera *camera = camera_fixture_start(f, name);
	struct camera_counts counts;

	take_some(camera);
	assert_int_equal(camera_stop(camera), 0);
	assert_int_equal(camera_stop(camera), 0);
	/* Once more: the queue is made anew. */
	assert_int_equal(camera_start(camera), 0);
	{
		struct camera_frame frame;

		camera_fixture_take(camera, &frame);
		assert_int_equal(frame.number, N_FRAMES);
	}
	camera_get_counts(camera, &counts);
	assert_int_equal(counts.damaged, 0);
	assert_int_equal(counts.clamped.unknown, 0);
	assert_int_equal(counts.clamped.refused, 0);
	camera_destroy(camera);
}

static void frames_come_from_vimc(void **state)
{
	/* The handler's name stands for its first camera. */
	frames_of(*state, "vimc");
}

static void frames_come_from_vivid(void **state)
{
	frames_of(*state, "vivid-000");
}

static void three_cameras_run_at_once(void **state)
{
	static const char *const names[] = { "vimc-a", "vimc-b", "vivid-000" };
	struct camera_fixture *f = *state;
	struct camera *cameras[3];

	for (int i = 0; i < 3; i++)
		cameras[i] = camera_fixture_start(f, names[i]);
	for (uint32_t n = 0; n < N_FRAMES; n++) {
		for (int i = 0; i < 3; i++) {
			struct camera_frame frame;

			camera_fixture_take(cameras[i], &frame);
			assert_int_equal(frame.number, n);
			assert_picture(&frame);
		}
	}
	/* One that goes takes nothing from the others. */
	camera_destroy(cameras[0]);
	for (int i = 1; i < 3; i++) {
		struct camera_frame frame;

		camera_fixture_take(cameras[i], &frame);
		camera_destroy(cameras[i]);
	}
}

/* ---- controls ------------------------------------------------------------ */

static int32_t brightness_of(const char *entity)
{
	const uint32_t id = V4L2_CID_BRIGHTNESS;
	struct device_controls controls;
	struct cam_control_list list;
	struct camipc_arena arena;
	struct device_node node;
	struct vimc vimc;
	int32_t value = 0;

	vimc_open(&vimc);
	assert_int_equal(device_node_open(&node, vimc_path(&vimc, entity)), 0);
	vimc_close(&vimc);
	camipc_arena_init(&arena, 4096);
	assert_int_equal(device_controls_read(&controls, &node), 0);
	assert_int_equal(device_controls_get(&controls, &id, 1, &arena, &list),
			 0);
	assert_int_equal(cam_control_list_get_int32(
				 &list, CAM_CONTROL_ID_SPACE_V4L2, id, &value),
			 0);
	camipc_arena_fini(&arena);
	device_controls_clear(&controls);
	device_node_close(&node);
	return value;
}

static void set_exposure(struct camera *camera, int32_t us)
{
	struct cam_control controls[2];
	struct cam_control_builder builder;
	struct cam_control_list list;

	cam_control_builder_init(&builder, CAM_CONTROL_ID_SPACE_CONTROLS,
				 controls, 2);
	cam_control_builder_set_bool(&builder, CAM_CONTROL_ID_AE_ENABLE, false);
	cam_control_builder_set_int32(&builder, CAM_CONTROL_ID_EXPOSURE_TIME,
				      us);
	assert_int_equal(cam_control_builder_finish(&builder, &list), 0);
	assert_true(camera_set_controls(camera, &list) >= 0);
}

/* Takes frames until one was exposed for @lines or, with @longer, for more. */
static double take_until(struct camera *camera, int32_t lines, bool longer)
{
	for (int i = 0; i < MAX_FRAMES; i++) {
		struct camera_frame frame;

		camera_fixture_take(camera, &frame);
		if (longer ? frame.exposure_lines >= lines :
			     frame.exposure_lines <= lines) {
			/* The kernel may have been a frame late. */
			camera_fixture_take(camera, &frame);
			return camera_fixture_mean(&frame);
		}
	}
	fail_msg("no frame of %d lines came", lines);
	return 0;
}

/* From the application to the IPA, from there to the sensor, into the frame. */
static void an_exposure_reaches_the_sensor(void **state)
{
	struct camera *camera = camera_fixture_start(*state, "vimc-b");
	double dark;
	double bright;

	/* A frame lasts 33 ms, and has twice as many lines as the image. */
	set_exposure(camera, 3300);
	dark = take_until(camera, 2 * HEIGHT / 5, false);
	assert_in_range(brightness_of("Sensor B"), 10, 40);
	set_exposure(camera, 30000);
	bright = take_until(camera, 2 * HEIGHT * 4 / 5, true);
	assert_in_range(brightness_of("Sensor B"), 215, 245);
	assert_true(bright > dark + 40);
	camera_destroy(camera);
}

/* vivid has requests: a frame is as bright as its own settings say, from the
 * very frame on that has other ones. */
static void settings_of_a_request_are_those_of_its_frame(void **state)
{
	struct camera *camera = camera_fixture_start(*state, "vivid-000");
	struct camera_frame frame;
	unsigned int n_dark = 0;
	double dark;

	set_exposure(camera, 3300);
	dark = take_until(camera, 2 * HEIGHT / 5, false);
	set_exposure(camera, 30000);
	for (int i = 0; i < MAX_FRAMES; i++) {
		camera_fixture_take(camera, &frame);
		if (frame.exposure_lines > HEIGHT)
			break;
		assert_true(camera_fixture_mean(&frame) < dark + 20);
		n_dark++;
	}
	assert_true(frame.exposure_lines > HEIGHT);
	assert_true(camera_fixture_mean(&frame) > dark + 40);
	/* Buffers were queued before the exposure was requested. */
	assert_true(n_dark > 0);
	camera_destroy(camera);
}

/* ---- what goes wrong ----------------------------------------------------- */

static void frames_go_on_after_the_ipa_was_killed(void **state)
{
	struct camera *camera = camera_fixture_start(*state, "vimc-a");
	struct camera_counts counts;
	struct camera_frame frame;

	camera_fixture_take(camera, &frame);
	assert_int_equal(
		kill(camipc_proxy_get_pid(camera_get_proxy(camera)), SIGKILL),
		0);
	for (int i = 0; i < MAX_FRAMES; i++) {
		camera_fixture_take(camera, &frame);
		camera_get_counts(camera, &counts);
		if (counts.restarts)
			break;
	}
	assert_int_equal(counts.restarts, 1);
	camera_fixture_take(camera, &frame);
	assert_int_equal(frame.parameters_frame, frame.number);
	camera_destroy(camera);
}

static void write_driver(const char *name)
{
	char path[64] = DRIVER_FOLDER;
	int fd;

	strcat(path, name);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, "vimc.0", 6), 6);
	close(fd);
}

static void assert_unplugged(struct camera *camera, int ret)
{
	assert_int_equal(ret, -ENODEV);
	if (!strstr(camera_error(camera), "unplugged") ||
	    !strstr(camera_error(camera), "/dev/v"))
		fail_msg("a bad text: %s", camera_error(camera));
}

static void a_camera_vanishes_in_each_state(void **state)
{
	struct camera_fixture *f = *state;
	struct camera *streaming = camera_fixture_start(f, "vimc-a");
	struct camera *idle = NULL;
	struct camera *stopped = camera_fixture_start(f, "vimc-b");
	struct camera_frame frame;
	char error[1024];
	int ret;

	camera_fixture_take(streaming, &frame);
	camera_fixture_take(stopped, &frame);
	assert_int_equal(camera_stop(stopped), 0);
	write_driver("unbind");
	do {
		ret = camera_capture(streaming, &frame);
	} while (ret == 0);
	assert_unplugged(streaming, ret);
	assert_unplugged(streaming, camera_stop(streaming));
	assert_int_equal(camera_stop(streaming), 0);
	assert_unplugged(stopped, camera_start(stopped));
	camera_destroy(streaming);
	camera_destroy(stopped);
	assert_int_equal(camera_fixture_create(f, "vimc-a", error, &idle), -ENODEV);
	assert_non_null(strstr(error, "expected virtual"));

	write_driver("bind");
	assert_int_equal(camera_fixture_create(f, "vimc-a", error, &idle), 0);
	write_driver("unbind");
	assert_unplugged(idle, camera_start(idle));
	camera_destroy(idle);
	write_driver("bind");
	frames_of(f, "vimc-a");
}

/* What a monitor has told of vimc. */
struct seen {
	unsigned int added;
	unsigned int removed;
};

static void on_added(void *user, const struct media_device *device)
{
	struct seen *seen = user;

	seen->added += strcmp(device->driver, "vimc") == 0;
}

static void on_removed(void *user, const struct media_device *device)
{
	struct seen *seen = user;

	seen->removed += strcmp(device->driver, "vimc") == 0;
}

static void watch(struct device_monitor *monitor, const unsigned int *count,
		  unsigned int expected)
{
	while (*count < expected) {
		struct pollfd fd = { .fd = device_monitor_get_fd(monitor),
				     .events = POLLIN };

		assert_int_equal(poll(&fd, 1, WAIT_MS), 1);
		assert_true(device_monitor_dispatch(monitor) >= 0);
	}
	assert_int_equal(*count, expected);
}

/* What a program does that lives longer than its cameras. */
static void a_camera_is_plugged_in_again(void **state)
{
	const struct device_monitor_events events = { .added = on_added,
						      .removed = on_removed };
	struct seen seen = { 0, 0 };
	struct device_monitor *monitor;
	struct camera *camera = camera_fixture_start(*state, "vimc-a");
	struct camera_frame frame;

	assert_int_equal(device_monitor_create(NULL, &events, &seen, &monitor),
			 0);
	watch(monitor, &seen.added, 1);
	for (unsigned int i = 1; i <= 2; i++) {
		camera_fixture_take(camera, &frame);
		write_driver("unbind");
		watch(monitor, &seen.removed, i);
		while (camera_capture(camera, &frame) == 0)
			;
		camera_destroy(camera);
		write_driver("bind");
		watch(monitor, &seen.added, i + 1);
		camera = camera_fixture_start(*state, "vimc-a");
	}
	camera_fixture_take(camera, &frame);
	camera_destroy(camera);
	device_monitor_destroy(monitor);
}

static void a_busy_camera_is_refused(void **state)
{
	struct camera *camera = camera_fixture_start(*state, "vimc-a");
	struct camera *second = NULL;
	char error[1024];

	assert_int_equal(camera_fixture_create(*state, "vimc-a", error, &second), -EBUSY);
	assert_non_null(strstr(error, "stop"));
	camera_destroy(camera);
}

static void wrong_options_are_refused(void **state)
{
	struct camera_fixture *f = *state;
	struct camera_options options = { .size = sizeof(options) };
	struct camera *camera = NULL;
	char error[1024];

	options.scene = "picture.png";
	assert_int_equal(camera_create("vimc-a", f->manager, &options, error,
				       sizeof(error), &camera),
			 -EOPNOTSUPP);
	assert_non_null(strstr(error, "option scene"));
	options.scene = NULL;
	options.width = 66;
	options.height = 66;
	assert_int_equal(camera_create("vivid", f->manager, &options, error,
				       sizeof(error), &camera),
			 -ERANGE);
	assert_non_null(strstr(error, "the nearest is"));
	options.size--;
	assert_int_equal(camera_create("vivid", f->manager, &options, error,
				       sizeof(error), &camera),
			 -EINVAL);
}

int main(void)
{
#define TEST(name)                                                   \
	cmocka_unit_test_setup_teardown(name, camera_fixture_set_up, \
					camera_fixture_tear_down)
	const struct CMUnitTest tests[] = {
		TEST(all_cameras_are_listed),
		TEST(frames_come_from_vimc),
		TEST(frames_come_from_vivid),
		TEST(three_cameras_run_at_once),
		TEST(an_exposure_reaches_the_sensor),
		TEST(settings_of_a_request_are_those_of_its_frame),
		TEST(frames_go_on_after_the_ipa_was_killed),
		TEST(a_busy_camera_is_refused),
		TEST(wrong_options_are_refused),
		TEST(a_camera_vanishes_in_each_state),
		TEST(a_camera_is_plugged_in_again),
	};

	if (access(DRIVER_FOLDER, F_OK) < 0) {
		print_message("skipped: this kernel has no vimc\n");
		return 77;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
