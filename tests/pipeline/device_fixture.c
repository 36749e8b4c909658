/* SPDX-License-Identifier: MIT */
/* A device monitor in a mock bed, with a record of its events. */
#include "device_fixture.h"

#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

/* Patience in milliseconds; only a failure waits for all of it. */
#define LIMIT_MS 20000

/* ---- io ------------------------------------------------------------------ */

static int hooked_open(void *user, const char *devnode)
{
	struct device_fixture *fixture = user;
	int ret;

	if (fixture->open_error)
		return fixture->open_error;
	ret = media_io_system.open(NULL, devnode);
	if (ret >= 0) {
		fixture->n_open++;
		fixture->n_opened++;
	}
	return ret;
}

/* The device goes while it is asked: the answer is the kernel's for that. */
static int hooked_ioctl(void *user, int fd, unsigned long request,
			void *argument)
{
	struct device_fixture *fixture = user;
	int ret;

	if (fixture->vanish_call && request == fixture->vanish_at &&
	    --fixture->vanish_call == 0) {
		if (fixture->vanish_told)
			mock_bed_send(fixture->bed, 0, "remove");
		mock_bed_lose_media(fixture->bed, 0);
		return -ENODEV;
	}
	mock_bed_synchronise(fixture->bed);
	ret = media_io_system.ioctl(NULL, fd, request, argument);
	mock_bed_synchronise(fixture->bed);
	return ret;
}

static void hooked_close(void *user, int fd)
{
	struct device_fixture *fixture = user;

	fixture->n_open--;
	media_io_system.close(NULL, fd);
}

static bool hooked_is_settled(void *user, struct udev_device *device)
{
	struct device_fixture *fixture = user;

	assert_non_null(device);
	return !fixture->unsettled;
}

const struct media_io device_fixture_io = {
	.open = hooked_open,
	.ioctl = hooked_ioctl,
	.close = hooked_close,
	.is_settled = hooked_is_settled,
};

/* ---- callbacks ----------------------------------------------------------- */

static const char *name_of(const struct media_device *device)
{
	return strrchr(device->syspath, '/') + 1;
}

static int count_listed(void *user, const struct media_device *device)
{
	size_t *n = user;

	assert_non_null(device->syspath);
	++*n;
	return 0;
}

static void say(struct device_fixture *fixture, const char *what,
		const struct media_device *device)
{
	size_t used = strlen(fixture->said);

	snprintf(fixture->said + used, sizeof(fixture->said) - used, "%s %s, ",
		 what, name_of(device));
	fixture->last = *device;
	fixture->last_n_entities = device->graph->n_entities;
	fixture->last_node[0] = '\0';
	if (device->graph->n_interfaces > 0)
		snprintf(fixture->last_node, sizeof(fixture->last_node), "%s",
			 device->graph->interfaces[0].devnode);
	if (fixture->dispatches)
		assert_int_equal(device_monitor_dispatch(fixture->monitor),
				 -EBUSY);
	if (fixture->lists) {
		fixture->n_listed = 0;
		assert_int_equal(device_monitor_list(fixture->monitor,
						     count_listed,
						     &fixture->n_listed),
				 0);
	}
	if (fixture->destroys) {
		device_monitor_destroy(fixture->monitor);
		fixture->monitor = NULL;
		/* What is borrowed stays until the callback returns. */
		assert_int_equal(strncmp(name_of(device), "media", 5), 0);
	}
}

static void on_added(void *user, const struct media_device *device)
{
	say(user, "added", device);
}

static void on_changed(void *user, const struct media_device *device)
{
	say(user, "changed", device);
}

static void on_removed(void *user, const struct media_device *device)
{
	say(user, "removed", device);
}

/* ---- the fixture --------------------------------------------------------- */

int device_fixture_set_up(void **state)
{
	struct device_fixture *fixture = calloc(1, sizeof(*fixture));

	assert_non_null(fixture);
	fixture->bed = mock_bed_create();
	*state = fixture;
	return 0;
}

int device_fixture_tear_down(void **state)
{
	struct device_fixture *fixture = *state;

	device_monitor_destroy(fixture->monitor);
	mock_bed_destroy(fixture->bed);
	assert_int_equal(fixture->n_open, 0);
	free(fixture);
	return 0;
}

void device_fixture_watch(struct device_fixture *fixture,
			  enum device_source source)
{
	static const struct device_monitor_events events = {
		.added = on_added,
		.changed = on_changed,
		.removed = on_removed,
	};
	const struct device_monitor_options options = {
		.source = source,
		.io = &device_fixture_io,
		.io_user = fixture,
	};

	assert_int_equal(device_monitor_create(&options, &events, fixture,
					       &fixture->monitor),
			 0);
}

static bool is_readable(const struct device_fixture *fixture, int ms)
{
	struct pollfd pollfd = {
		.fd = device_monitor_get_fd(fixture->monitor),
		.events = POLLIN,
	};

	return poll(&pollfd, 1, ms) > 0;
}

int device_fixture_dispatch(struct device_fixture *fixture)
{
	int n = 0;

	while (fixture->monitor && is_readable(fixture, 0)) {
		int ret = device_monitor_dispatch(fixture->monitor);

		assert_true(ret >= 0);
		n += ret;
	}
	return n;
}

static int64_t now_in_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Until the monitor said as much as that, or there is no monitor any more. */
static void wait_for(struct device_fixture *fixture, size_t length, int ms)
{
	int64_t end = now_in_ms() + ms;

	while (fixture->monitor && strlen(fixture->said) < length) {
		int64_t left = end - now_in_ms();

		if (left < 0 || !is_readable(fixture, (int)left))
			return;
		(void)device_fixture_dispatch(fixture);
	}
}

void device_fixture_expect(struct device_fixture *fixture, const char *expected)
{
	wait_for(fixture, strlen(expected), LIMIT_MS);
	(void)device_fixture_dispatch(fixture);
	assert_string_equal(fixture->said, expected);
}

void device_fixture_expect_silence(struct device_fixture *fixture, int ms)
{
	char before[sizeof(fixture->said)];

	memcpy(before, fixture->said, sizeof(before));
	wait_for(fixture, strlen(before) + 1, ms);
	assert_string_equal(fixture->said, before);
}

struct search {
	const char *name;
	const struct media_device *found;
};

static int compare_name(void *user, const struct media_device *device)
{
	struct search *search = user;

	if (strcmp(name_of(device), search->name) != 0)
		return 0;
	search->found = device;
	return 1;
}

const struct media_device *
device_fixture_find(const struct device_fixture *fixture, const char *name)
{
	struct search search = { .name = name };
	int ret = device_monitor_list(fixture->monitor, compare_name, &search);

	assert_int_equal(ret, search.found != NULL);
	return search.found;
}

/* ---- cameras ------------------------------------------------------------- */

#define SENSOR_MINOR(number) (128 + (number))

void device_fixture_add_sensor_node(struct device_fixture *fixture,
				    unsigned int number)
{
	char name[32];

	snprintf(name, sizeof(name), "v4l-subdev%u", number);
	mock_bed_add_node(fixture->bed, name, SENSOR_MINOR(number));
}

void device_fixture_add_capture_node(struct device_fixture *fixture,
				     unsigned int number)
{
	char name[32];

	snprintf(name, sizeof(name), "video%u", number);
	mock_bed_add_node(fixture->bed, name, number);
}

void device_fixture_make_camera(struct device_fixture *fixture,
				unsigned int number, bool with_nodes)
{
	struct fake_media *fake = mock_bed_fake(fixture->bed, number);
	uint32_t sensor;
	uint32_t capture;

	fake_media_init(fake, "mock", "Mock Camera");
	sensor = fake_media_add_entity(fake, "Sensor", MEDIA_ENT_F_CAM_SENSOR);
	capture = fake_media_add_entity(fake, "Capture", MEDIA_ENT_F_IO_V4L);
	(void)fake_media_add_link(
		fake, fake_media_add_pad(fake, sensor, 0, MEDIA_PAD_FL_SOURCE),
		fake_media_add_pad(fake, capture, 0, MEDIA_PAD_FL_SINK),
		MEDIA_LNK_FL_ENABLED);
	(void)fake_media_add_interface(fake, sensor, MEDIA_INTF_T_V4L_SUBDEV,
				       MOCK_V4L_MAJOR, SENSOR_MINOR(number));
	(void)fake_media_add_interface(fake, capture, MEDIA_INTF_T_V4L_VIDEO,
				       MOCK_V4L_MAJOR, number);
	if (!with_nodes)
		return;
	device_fixture_add_sensor_node(fixture, number);
	device_fixture_add_capture_node(fixture, number);
}
