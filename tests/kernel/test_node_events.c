/* SPDX-License-Identifier: MIT */
/* Tests events of nodes and frame intervals on vimc and vivid. */
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

#include "device_controls.h"
#include "fd_leak.h"
#include "node_events.h"
#include "subdevice.h"
#include "vimc_fixture.h"

#define WAIT_MS 10000
#define HDMI_INPUT 3

struct fixture {
	struct fd_leak before;
	struct vimc vimc;
	struct device_node sensor;
	struct device_node other; /* the same sensor, opened again */
	struct device_controls of_other;
};

static int set_up(void **state)
{
	static struct fixture f;
	const char *path;

	fd_leak_take(&f.before);
	vimc_open(&f.vimc);
	path = vimc_path(&f.vimc, "Sensor A");
	assert_int_equal(device_node_open(&f.sensor, path), 0);
	assert_int_equal(device_node_open(&f.other, path), 0);
	assert_int_equal(device_controls_read(&f.of_other, &f.other), 0);
	*state = &f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	device_controls_clear(&f->of_other);
	device_node_close(&f->other);
	device_node_close(&f->sensor);
	vimc_close(&f->vimc);
	fd_leak_assert_none(&f->before);
	return 0;
}

static void set_number(struct device_controls *controls, uint32_t id,
		       int32_t value)
{
	struct cam_control control = {
		.id_space = CAM_CONTROL_ID_SPACE_V4L2,
		.id = id,
		.value = { .tag = CAM_CONTROL_VALUE_INTEGER32,
			   .integer32 = value },
	};
	const struct cam_control_list list = { &control, 1 };

	assert_int_equal(device_controls_set(controls, &list), 0);
}

static short events_of(const struct device_node *node, int timeout_ms)
{
	struct pollfd fd = { .fd = node->fd, .events = POLLPRI };

	return poll(&fd, 1, timeout_ms) == 1 ? fd.revents : 0;
}

static void assert_text(const struct device_node *node, const char *text)
{
	if (!strstr(node->error, text))
		fail_msg("\"%s\" has no \"%s\"", node->error, text);
	assert_non_null(strstr(node->error, node->path));
}

static void a_change_of_a_control_is_seen(void **state)
{
	struct fixture *f = *state;
	struct node_event event;

	assert_int_equal(node_events_take(&f->sensor, &event), 0);
	assert_int_equal(node_events_subscribe(&f->sensor, NODE_EVENT_CONTROL,
					       V4L2_CID_CONTRAST),
			 0);
	set_number(&f->of_other, V4L2_CID_BRIGHTNESS, 77);
	set_number(&f->of_other, V4L2_CID_CONTRAST, 99);
	assert_true(events_of(&f->sensor, WAIT_MS) & POLLPRI);
	assert_int_equal(node_events_take(&f->sensor, &event), 1);
	assert_int_equal(event.kind, NODE_EVENT_CONTROL);
	assert_int_equal(event.id, V4L2_CID_CONTRAST);
	assert_int_equal(event.value, 99);
	assert_true(event.changes & V4L2_EVENT_CTRL_CH_VALUE);
	assert_true(event.timestamp_ns > 0);
	assert_int_equal(node_events_take(&f->sensor, &event), 0);
	assert_int_equal(events_of(&f->sensor, 0), 0);

	assert_int_equal(node_events_unsubscribe(&f->sensor, NODE_EVENT_CONTROL,
						 V4L2_CID_CONTRAST),
			 0);
	set_number(&f->of_other, V4L2_CID_CONTRAST, 128);
	set_number(&f->of_other, V4L2_CID_BRIGHTNESS, 128);
	assert_int_equal(node_events_take(&f->sensor, &event), 0);
}

static uint32_t control_id(const struct device_controls *controls,
			   const char *name)
{
	for (size_t i = 0; i < controls->infos.n_infos; i++)
		if (strcmp(controls->infos.infos[i].value.name, name) == 0)
			return controls->infos.infos[i].key;
	fail_msg("no control \"%s\"", name);
	return 0;
}

static void a_change_of_the_source_is_seen(void **state)
{
	struct device_controls controls;
	struct video_capture capture;
	struct device_node vivid;
	struct node_event event;
	uint32_t signal;

	(void)state;
	vivid_open(&vivid);
	assert_int_equal(video_capture_open(&capture, vivid.path), 0);
	assert_int_equal(video_capture_set_input(&capture, HDMI_INPUT), 0);
	assert_int_equal(node_events_subscribe(&vivid, NODE_EVENT_SOURCE_CHANGE,
					       HDMI_INPUT),
			 0);
	assert_int_equal(device_controls_read(&controls, &capture.node), 0);
	signal = control_id(&controls, "DV Timings Signal Mode");
	set_number(&controls, signal, 1); /* no signal */
	assert_true(events_of(&vivid, WAIT_MS) & POLLPRI);
	assert_int_equal(node_events_take(&vivid, &event), 1);
	assert_int_equal(event.kind, NODE_EVENT_SOURCE_CHANGE);
	assert_int_equal(event.id, HDMI_INPUT);
	assert_true(event.changes & V4L2_EVENT_SRC_CH_RESOLUTION);
	set_number(&controls, signal, 0);
	assert_int_equal(video_capture_set_input(&capture, 0), 0);
	device_controls_clear(&controls);
	video_capture_close(&capture);
	device_node_close(&vivid);
}

static void what_cannot_be_subscribed_to_is_explained(void **state)
{
	struct fixture *f = *state;

	/* Neither test driver says when a frame begins. */
	assert_int_equal(node_events_subscribe(&f->sensor,
					       NODE_EVENT_FRAME_SYNC, 0),
			 -EINVAL);
	assert_text(&f->sensor, "the node does not send such events");
	assert_int_equal(node_events_subscribe(&f->sensor, NODE_EVENT_END, 0),
			 -EINVAL);
	assert_int_equal(node_events_subscribe(&f->sensor, NODE_EVENT_CONTROL,
					       0x12345678),
			 -EINVAL);
	assert_int_equal(node_events_subscribe(&f->sensor, NODE_EVENT_OTHER, 0),
			 -EINVAL);
	assert_text(&f->sensor, "kind 0");
	/* A media device is no node with events at all. */
	assert_int_equal(node_events_subscribe(&f->vimc.media,
					       NODE_EVENT_CONTROL, 1),
			 -ENOTTY);
	assert_text(&f->vimc.media, "the node sends no events");
}

static void frame_intervals_are_set_exactly(void **state)
{
	struct fixture *f = *state;
	struct video_capture capture;
	struct device_node vivid;

	vivid_open(&vivid);
	assert_int_equal(video_capture_open(&capture, vivid.path), 0);
	assert_int_equal(video_capture_set_input(&capture, 9), -EINVAL);
	assert_text(&capture.node, "the node does not have this input");
	assert_int_equal(video_capture_set_input(&capture, 0), 0);
	assert_int_equal(video_capture_set_interval(&capture, 1, 25), 0);
	assert_int_equal(video_capture_set_interval(&capture, 2, 50), 0);
	assert_int_equal(video_capture_set_interval(&capture, 1, 1000),
			 -ERANGE);
	assert_text(&capture.node, "a frame each 1/1000 s (1000 frames per second); "
		    "the nearest is 1/");
	assert_int_equal(video_capture_set_interval(&capture, 1, 30), 0);
	video_capture_close(&capture);
	device_node_close(&vivid);

	assert_int_equal(subdevice_set_interval(&f->sensor, 0, 1, 30), -ENOTTY);
	assert_text(&f->sensor, "the frame rate of the sub-device is fixed");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(a_change_of_a_control_is_seen),
		TEST(a_change_of_the_source_is_seen),
		TEST(what_cannot_be_subscribed_to_is_explained),
		TEST(frame_intervals_are_set_exactly),
	};

	if (access("/dev/video0", F_OK) < 0) {
		print_message("skipped: this kernel has no camera\n");
		return 77;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
