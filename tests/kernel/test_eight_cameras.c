/* SPDX-License-Identifier: MIT */
/*
 * Tests eight cameras of vivid in one process, each with an IPA in a worker of its
 * own (vivid.n_devs=8): all run at once, a worker is killed, a camera is unplugged
 * and plugged in again, and the others lose no frame.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <linux/videodev2.h>

#include "camera_fixture.h"

#define N_CAMERAS 8
#define N_ROUNDS 4
#define TIMEOUT_MS 60000

/* Slow enough for one processor, and for a machine that has other work: what is
 * tested is that cameras do not disturb each other, not how fast they are. */
#define FRAME_RATE 2

/* Cameras that something happens to. */
#define KILLED 3
#define UNPLUGGED 5

/* Rounds in which a killed worker must be back. */
#define MAX_ROUNDS 20

/* vivid's button that has the nodes of a device do as if it were unplugged, until
 * the last of them is closed. */
#define VIVID_CID_DISCONNECT 0x00f0f041

struct eight {
	struct camera_fixture *fixture;
	struct kernel_camera *cameras[N_CAMERAS];
	uint32_t n_frames[N_CAMERAS];
};

static struct kernel_camera *create(struct camera_fixture *f, unsigned int i)
{
	const struct kernel_route route = {
		.suffix = "",
		.description = "a test",
		.capture = "*-vid-cap",
		.sensor = "*-vid-cap",
		.metadata = "*-meta-cap",
		.fourcc = V4L2_PIX_FMT_SRGGB10,
		.input = 0,
		.frame_rate = FRAME_RATE,
		.exposure = { V4L2_CID_BRIGHTNESS, 0, 255 },
		.uses_requests = true,
		.model = &virtual_sensor_plain,
	};
	/* A camera keeps its route. */
	static struct kernel_route routes[N_CAMERAS];
	char bus[32];

	routes[i] = route;
	snprintf(bus, sizeof(bus), "platform:vivid-%03u", i);
	return camera_fixture_create_route(f, bus, &routes[i], TIMEOUT_MS);
}

static void start(struct kernel_camera *camera)
{
	if (kernel_camera_start(camera) < 0)
		fail_msg("no start: %s", camera->error.text);
}

/* A start takes little of the time in which frames would be lost; finding eight
 * devices takes more. */
static void start_all(struct eight *eight, struct camera_fixture *f)
{
	memset(eight, 0, sizeof(*eight));
	eight->fixture = f;
	for (unsigned int i = 0; i < N_CAMERAS; i++)
		eight->cameras[i] = create(f, i);
	for (unsigned int i = 0; i < N_CAMERAS; i++)
		start(eight->cameras[i]);
}

static void destroy_all(struct eight *eight)
{
	for (unsigned int i = 0; i < N_CAMERAS; i++)
		kernel_camera_destroy(eight->cameras[i]);
}

/* Takes a frame; with @is_calm, one that nothing happened to. */
static void take(struct eight *eight, unsigned int i, bool is_calm)
{
	struct kernel_camera *camera = eight->cameras[i];
	struct camera_frame frame;

	if (kernel_camera_capture(camera, &frame) < 0)
		fail_msg("camera %u: %s", i, camera->error.text);
	assert_int_equal(frame.number, eight->n_frames[i]);
	eight->n_frames[i]++;
	if (!is_calm)
		return;
	assert_int_equal(frame.parameters_frame, frame.number);
	assert_int_equal(frame.parameters_reason, CAMERA_PARAMETERS_ON_TIME);
	assert_non_null(frame.driver);
}

/* A frame of each camera that exists, except @other. */
static void take_round(struct eight *eight, unsigned int other)
{
	for (unsigned int i = 0; i < N_CAMERAS; i++)
		if (i != other && eight->cameras[i])
			take(eight, i, true);
}

static void assert_nothing_lost(const struct eight *eight, unsigned int other)
{
	for (unsigned int i = 0; i < N_CAMERAS; i++) {
		struct camera_counts counts;

		if (i == other || !eight->cameras[i])
			continue;
		kernel_camera_get_counts(eight->cameras[i], &counts);
		if (counts.lost || counts.damaged || counts.restarts ||
		    counts.frames_without_ipa)
			fail_msg("camera %u: %llu lost, %llu damaged, %llu "
				 "restarts",
				 i, (unsigned long long)counts.lost,
				 (unsigned long long)counts.damaged,
				 (unsigned long long)counts.restarts);
	}
}

static int count_vivid(void *user, const struct camera_info *info)
{
	unsigned int *n = user;

	*n += strncmp(info->name, "vivid-00", 8) == 0;
	return 0;
}

static void all_are_listed(void **state)
{
	unsigned int n = 0;

	(void)state;
	assert_int_equal(camera_list(count_vivid, &n), 0);
	assert_int_equal(n, N_CAMERAS);
}

/* What the tests do not find is found where it happens: nobody takes frames for
 * longer than there are buffers. */
static void assert_a_loss_counts(struct eight *eight)
{
	struct camera_counts counts;

	sleep(5);
	for (int i = 0; i < 6; i++)
		take(eight, 0, false);
	kernel_camera_get_counts(eight->cameras[0], &counts);
	assert_true(counts.lost > 0);
}

static void all_run_and_stop_at_once(void **state)
{
	struct eight eight;

	start_all(&eight, *state);
	for (int i = 0; i < N_ROUNDS; i++)
		take_round(&eight, N_CAMERAS);
	assert_nothing_lost(&eight, N_CAMERAS);
	assert_a_loss_counts(&eight);
	for (unsigned int i = 0; i < N_CAMERAS; i++) {
		/* Each worker is another one. */
		for (unsigned int k = 0; k < i; k++)
			assert_int_not_equal(
				camipc_proxy_get_pid(eight.cameras[i]->ipa.proxy),
				camipc_proxy_get_pid(
					eight.cameras[k]->ipa.proxy));
		assert_int_equal(kernel_camera_stop(eight.cameras[i]), 0);
	}
	destroy_all(&eight);
}

static void a_killed_worker_disturbs_nobody(void **state)
{
	struct camera_counts counts = { .restarts = 0 };
	struct eight eight;

	start_all(&eight, *state);
	take_round(&eight, N_CAMERAS);
	assert_int_equal(
		kill(camipc_proxy_get_pid(eight.cameras[KILLED]->ipa.proxy),
		     SIGKILL),
		0);
	for (int i = 0; i < MAX_ROUNDS && !counts.restarts; i++) {
		take(&eight, KILLED, false);
		take_round(&eight, KILLED);
		kernel_camera_get_counts(eight.cameras[KILLED], &counts);
	}
	assert_int_equal(counts.restarts, 1);
	for (int i = 0; i < N_ROUNDS; i++)
		take_round(&eight, N_CAMERAS);
	assert_nothing_lost(&eight, KILLED);
	destroy_all(&eight);
}

static void unplug(const struct kernel_camera *camera)
{
	struct v4l2_control control = { .id = VIVID_CID_DISCONNECT };
	struct device_node node;

	assert_int_equal(device_node_open(&node,
					  camera->device.capture.node.path),
			 0);
	assert_int_equal(ioctl(node.fd, VIDIOC_S_CTRL, &control), 0);
	device_node_close(&node);
}

static void an_unplugged_camera_disturbs_nobody(void **state)
{
	struct kernel_camera **gone;
	struct camera_frame frame;
	struct eight eight;
	int ret;

	start_all(&eight, *state);
	gone = &eight.cameras[UNPLUGGED];
	take_round(&eight, N_CAMERAS);
	unplug(*gone);
	do {
		ret = kernel_camera_capture(*gone, &frame);
	} while (ret == 0);
	assert_int_equal(ret, -ENODEV);
	assert_non_null(strstr((*gone)->error.text, "unplugged"));
	for (int i = 0; i < N_ROUNDS; i++)
		take_round(&eight, UNPLUGGED);
	kernel_camera_destroy(*gone);
	*gone = NULL;
	take_round(&eight, UNPLUGGED);
	/* Plugged in again, while the others go on. */
	*gone = create(*state, UNPLUGGED);
	start(*gone);
	eight.n_frames[UNPLUGGED] = 0;
	for (int i = 0; i < N_ROUNDS; i++)
		take_round(&eight, N_CAMERAS);
	assert_nothing_lost(&eight, N_CAMERAS);
	destroy_all(&eight);
}

int main(void)
{
#define TEST(name)                                                   \
	cmocka_unit_test_setup_teardown(name, camera_fixture_set_up, \
					camera_fixture_tear_down)
	const struct CMUnitTest tests[] = {
		TEST(all_are_listed),
		TEST(all_run_and_stop_at_once),
		TEST(a_killed_worker_disturbs_nobody),
		TEST(an_unplugged_camera_disturbs_nobody),
	};

	if (access("/dev/media8", F_OK) < 0) {
		print_message("skipped: this kernel does not have eight "
			      "cameras of vivid\n");
		return 77;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
