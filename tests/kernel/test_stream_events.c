/* SPDX-License-Identifier: MIT */
/*
 * Tests what happens to a kernel camera whose source changes, whose stream ends,
 * or whose sensor begins frames that never come. vivid's HDMI input sends a real
 * change; for the others, which no test driver sends, ioctl() and poll() add
 * events to a stream of vivid.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include <linux/videodev2.h>

#include "camera_fixture.h"
#include "vimc_fixture.h"

#define HDMI_INPUT 3

/* vivid's menus: the signal is what "DV Timings" says, and two entries of that,
 * 1920x1080 and 640x480. */
#define SELECTED_TIMINGS 4
#define SECOND_TIMINGS 10
#define THIRD_TIMINGS 0
#define N_FRAMES 4
#define MAX_EVENTS 8

/* ---- events that are made up --------------------------------------------- */

static struct {
	bool is_allowed; /* subscribing to them succeeds */
	unsigned int n_subscribed;
	uint32_t types[MAX_EVENTS]; /* that wait */
	unsigned int n;
	int fd; /* where the subscription was made last */
	bool hides_frames; /* no descriptor polls readable */
	bool alternates; /* two sources take turns */
	unsigned int n_asked;
} made;

int __wrap_ioctl(int fd, unsigned long request, ...);
int __real_ioctl(int fd, unsigned long request, ...);
int __wrap_poll(struct pollfd *fds, nfds_t n, int timeout_ms);
int __real_poll(struct pollfd *fds, nfds_t n, int timeout_ms);

int __wrap_ioctl(int fd, unsigned long request, ...)
{
	va_list arguments;
	void *argument;

	va_start(arguments, request);
	argument = va_arg(arguments, void *);
	va_end(arguments);
	if (request == VIDIOC_SUBSCRIBE_EVENT && made.is_allowed) {
		const struct v4l2_event_subscription *wanted = argument;

		if (wanted->type == V4L2_EVENT_EOS ||
		    wanted->type == V4L2_EVENT_FRAME_SYNC) {
			made.n_subscribed++;
			made.fd = fd;
			return 0;
		}
	}
	if (request == VIDIOC_QUERY_DV_TIMINGS && made.alternates) {
		struct v4l2_enum_dv_timings one = {
			.index = made.n_asked++ % 2 ? SECOND_TIMINGS :
						      THIRD_TIMINGS,
		};

		assert_int_equal(__real_ioctl(fd, VIDIOC_ENUM_DV_TIMINGS, &one),
				 0);
		*(struct v4l2_dv_timings *)argument = one.timings;
		return 0;
	}
	if (request == VIDIOC_DQEVENT && made.n > 0 && fd == made.fd) {
		*(struct v4l2_event *)argument = (struct v4l2_event){
			.type = made.types[--made.n],
		};
		return 0;
	}
	return __real_ioctl(fd, request, argument);
}

int __wrap_poll(struct pollfd *fds, nfds_t n, int timeout_ms)
{
	int ret = __real_poll(fds, n, made.n ? 0 : timeout_ms);

	for (nfds_t i = 0; i < n; i++) {
		if (made.hides_frames && (fds[i].events & POLLPRI))
			fds[i].revents = 0;
		if (made.n && fds[i].fd == made.fd &&
		    (fds[i].events & POLLPRI)) {
			fds[i].revents |= POLLPRI;
			ret = ret > 0 ? ret : 1;
		}
	}
	return ret;
}

/* ---- a camera ------------------------------------------------------------- */

/* vivid at an input, without what only its webcam has. */
static struct kernel_route route_of(int input)
{
	const struct kernel_route route = {
		.suffix = "",
		.description = "a test",
		.capture = "*-vid-cap",
		.sensor = "*-vid-cap",
		.fourcc = V4L2_PIX_FMT_SRGGB10,
		.input = input,
		/* The range of vivid's brightness depends on its input. */
		.exposure = { V4L2_CID_CONTRAST, 0, 255 },
		.model = &virtual_sensor_plain,
	};

	return route;
}

static void set_source(struct kernel_camera *camera, int32_t value)
{
	camera_fixture_set_control(camera->device.capture.node.path,
				   "DV Timings Signal Mode", value);
}

static struct kernel_camera *create(struct camera_fixture *f,
				    const struct kernel_route *route,
				    int timeout_ms)
{
	struct kernel_camera *camera = camera_fixture_create_route(
		f, "platform:vivid-000", route, timeout_ms);

	if (kernel_camera_start(camera) < 0)
		fail_msg("no start: %s", camera->error.text);
	return camera;
}

static void take(struct kernel_camera *camera, unsigned int n)
{
	struct camera_frame frame;

	for (unsigned int i = 0; i < n; i++)
		if (kernel_camera_capture(camera, &frame) < 0)
			fail_msg("no frame: %s", camera->error.text);
}

static void assert_text(const struct kernel_camera *camera, const char *text)
{
	if (!strstr(camera->error.text, text) ||
	    !strstr(camera->error.text, "/dev/video"))
		fail_msg("\"%s\" has no \"%s\"", camera->error.text, text);
}

static int set_up(void **state)
{
	memset(&made, 0, sizeof(made));
	made.fd = -1;
	return camera_fixture_set_up(state);
}

/* ---- tests ---------------------------------------------------------------- */

static void a_changed_source_stops_the_stream(void **state)
{
	const struct kernel_route route = route_of(HDMI_INPUT);
	struct kernel_camera *camera = create(*state, &route, 60000);
	struct camera_frame frame;
	int ret;

	assert_true(camera->device.events.sees_source);
	assert_false(camera->device.events.sees_end);
	assert_false(camera->device.events.sees_frames);
	take(camera, N_FRAMES);
	set_source(camera, 1); /* no signal */
	/* At once: frames that are ready have another size, perhaps. */
	ret = kernel_camera_capture(camera, &frame);
	assert_int_equal(ret, -EREMCHG);
	assert_text(camera, "the source changed its size or standard");
	assert_text(camera, "stop and start the camera");
	assert_false(camera->device.capture.is_streaming);
	assert_int_equal(camera->device.capture.n_buffers, 0);
	/* It stays so, and says so. */
	assert_int_equal(kernel_camera_capture(camera, &frame), -EREMCHG);
	assert_text(camera, "the source changed");
	assert_int_equal(kernel_camera_stop(camera), 0);
	/* Nothing to be set up for, and the camera knows it each time. */
	for (int i = 0; i < 2; i++) {
		assert_int_equal(kernel_camera_start(camera), -ENOLINK);
		assert_text(camera, "no source sends a signal");
	}
	set_source(camera, 2);
	assert_int_equal(kernel_camera_start(camera), -ENOLCK);
	assert_text(camera, "the signal is unstable");
	set_source(camera, 3);
	assert_int_equal(kernel_camera_start(camera), -ERANGE);
	assert_text(camera, "cannot receive these timings");
	set_source(camera, 0);
	made.alternates = true;
	assert_int_equal(kernel_camera_start(camera), -ENOLCK);
	assert_text(camera, "the source changes all the time");
	made.alternates = false;
	assert_int_equal(kernel_camera_start(camera), 0);
	take(camera, N_FRAMES);
	assert_int_equal(kernel_camera_stop(camera), 0);
	kernel_camera_destroy(camera);
}

static void get_timings(const struct kernel_camera *camera,
			struct v4l2_bt_timings *ret_timings)
{
	struct v4l2_dv_timings timings = { .type = 0 };

	assert_int_equal(__real_ioctl(camera->device.capture.node.fd,
				      VIDIOC_G_DV_TIMINGS, &timings),
			 0);
	*ret_timings = timings.bt;
}

/* A source of another size, and then of a third while nothing streams. */
static void a_new_source_is_followed(void **state)
{
	const struct kernel_route route = route_of(HDMI_INPUT);
	struct kernel_camera *camera = create(*state, &route, 60000);
	const char *path = camera->device.capture.node.path;
	struct v4l2_bt_timings before;
	struct v4l2_bt_timings second;
	struct v4l2_bt_timings third;
	struct camera_frame frame;

	get_timings(camera, &before);
	take(camera, N_FRAMES);
	camera_fixture_set_control(path, "DV Timings", SECOND_TIMINGS);
	set_source(camera, SELECTED_TIMINGS);
	assert_int_equal(kernel_camera_capture(camera, &frame), -EREMCHG);
	assert_int_equal(kernel_camera_stop(camera), 0);
	assert_int_equal(kernel_camera_start(camera), 0);
	get_timings(camera, &second);
	assert_true(second.width != before.width);
	take(camera, N_FRAMES);
	assert_int_equal(kernel_camera_capture(camera, &frame), 0);
	assert_int_equal(frame.width, CAMERA_FIXTURE_WIDTH);

	assert_int_equal(kernel_camera_stop(camera), 0);
	camera_fixture_set_control(path, "DV Timings", THIRD_TIMINGS);
	assert_int_equal(kernel_camera_start(camera), 0);
	get_timings(camera, &third);
	assert_true(third.width != second.width);
	take(camera, N_FRAMES);
	set_source(camera, 0);
	kernel_camera_destroy(camera);
}

/* The IPA is no worse off: the next camera finds everything as it should be. */
static void a_changed_source_leaves_nothing_behind(void **state)
{
	const struct kernel_route route = route_of(HDMI_INPUT);
	struct kernel_camera *camera = create(*state, &route, 60000);
	struct camera_frame frame;

	take(camera, 1);
	set_source(camera, 1);
	assert_int_equal(kernel_camera_capture(camera, &frame), -EREMCHG);
	set_source(camera, 0);
	/* Without a stop, too. */
	kernel_camera_destroy(camera);
	camera = create(*state, &route, 60000);
	take(camera, N_FRAMES);
	kernel_camera_destroy(camera);
}

/* vivid's brightness has another range at each input. */
static void another_input_has_other_ranges(void **state)
{
	const struct kernel_route route = route_of(HDMI_INPUT);
	struct kernel_camera *before = create(*state, &route, 60000);
	struct camera_frame frame;
	struct camera *camera;

	kernel_camera_destroy(before);
	camera = camera_fixture_start(*state, "vivid-000");
	camera_fixture_take(camera, &frame);
	camera_destroy(camera);
}

static void frames_before_the_end_are_taken(void **state)
{
	const struct kernel_route route = route_of(0);
	struct kernel_camera *camera;
	struct camera_frame frame;
	unsigned int n = 0;
	int ret;

	made.is_allowed = true;
	camera = create(*state, &route, 60000);
	assert_true(camera->device.events.sees_end);
	assert_int_equal(made.n_subscribed, 2);
	made.fd = camera->device.capture.node.fd;
	take(camera, 1);
	/* Until buffers are full: those come before the end. */
	usleep(300000);
	made.types[made.n++] = V4L2_EVENT_EOS;
	while ((ret = kernel_camera_capture(camera, &frame)) == 0)
		assert_true(++n < 100);
	assert_true(n >= 1);
	assert_int_equal(ret, -ENODATA);
	assert_text(camera, "the stream has ended");
	assert_int_equal(kernel_camera_capture(camera, &frame), -ENODATA);
	assert_int_equal(kernel_camera_stop(camera), 0);
	assert_int_equal(kernel_camera_start(camera), 0);
	take(camera, N_FRAMES);
	kernel_camera_destroy(camera);
}

static void frames_that_begin_and_never_come(void **state)
{
	const struct kernel_route route = route_of(0);
	struct kernel_camera *camera;
	struct camera_frame frame;

	made.is_allowed = true;
	camera = create(*state, &route, 500);
	assert_true(camera->device.events.sees_frames);
	take(camera, 1);
	made.hides_frames = true;
	assert_int_equal(kernel_camera_capture(camera, &frame), -ETIMEDOUT);
	assert_text(camera, "check that the sensor is connected");
	made.fd = camera->device.sensor.fd;
	made.types[0] = made.types[1] = V4L2_EVENT_FRAME_SYNC;
	made.n = 2;
	assert_int_equal(kernel_camera_capture(camera, &frame), -ETIMEDOUT);
	assert_text(camera, "the sensor has begun 2");
	made.hides_frames = false;
	take(camera, 1);
	kernel_camera_destroy(camera);
}

int main(void)
{
#define TEST(name)                                    \
	cmocka_unit_test_setup_teardown(name, set_up, \
					camera_fixture_tear_down)
	const struct CMUnitTest tests[] = {
		TEST(a_changed_source_stops_the_stream),
		TEST(a_new_source_is_followed),
		TEST(a_changed_source_leaves_nothing_behind),
		TEST(another_input_has_other_ranges),
		TEST(frames_before_the_end_are_taken),
		TEST(frames_that_begin_and_never_come),
	};

	if (access("/dev/video0", F_OK) < 0) {
		print_message("skipped: this kernel has no camera\n");
		return 77;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
