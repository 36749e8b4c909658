/* SPDX-License-Identifier: MIT */
/* Tests device messages that come late or never; umockdev's come at once. */
#include <errno.h>
#include <libudev.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "alloc_fail.h"
#include "device_fixture.h"

/* What happens between libudev and the monitor. */
static unsigned long long forced_seqnum; /* 0: as it is */
static bool loses_messages; /* and says so, as a socket that was full */

unsigned long long __real_udev_device_get_seqnum(struct udev_device *device);
unsigned long long __wrap_udev_device_get_seqnum(struct udev_device *device);
struct udev_device *
__real_udev_monitor_receive_device(struct udev_monitor *monitor);
struct udev_device *
__wrap_udev_monitor_receive_device(struct udev_monitor *monitor);

unsigned long long __wrap_udev_device_get_seqnum(struct udev_device *device)
{
	return forced_seqnum ? forced_seqnum
			     : __real_udev_device_get_seqnum(device);
}

struct udev_device *
__wrap_udev_monitor_receive_device(struct udev_monitor *monitor)
{
	struct udev_device *device =
		__real_udev_monitor_receive_device(monitor);
	bool lost = false;

	while (loses_messages && device) {
		udev_device_unref(device);
		lost = true;
		device = __real_udev_monitor_receive_device(monitor);
	}
	if (lost)
		errno = ENOBUFS;
	return device;
}

static int set_up(void **state)
{
	forced_seqnum = 0;
	loses_messages = false;
	return device_fixture_set_up(state);
}

/* ---- order --------------------------------------------------------------- */

/* A device is there, of which a message with this number told. */
static void add_with_seqnum(struct device_fixture *fixture,
			    unsigned long long seqnum)
{
	device_fixture_make_camera(fixture, 0, true);
	device_fixture_watch(fixture, DEVICE_SOURCE_ANY);
	mock_bed_add_media(fixture->bed, 0);
	forced_seqnum = seqnum;
	device_fixture_expect(fixture, "added media0, ");
}

/*
 * The kernel reports that media0 went and that another media0 exists; then
 * udevd reports that the first one went.
 */
static void test_tells_a_stale_removal(void **state)
{
	struct device_fixture *fixture = *state;

	add_with_seqnum(fixture, 1000);
	forced_seqnum = 999;
	mock_bed_send(fixture->bed, 0, "remove");
	device_fixture_expect_silence(fixture, 20);
	assert_non_null(device_fixture_find(fixture, "media0"));
	/* A stale message of another kind does not make it older. */
	forced_seqnum = 500;
	mock_bed_send(fixture->bed, 0, "change");
	device_fixture_expect_silence(fixture, 20);
	forced_seqnum = 999;
	mock_bed_send(fixture->bed, 0, "remove");
	device_fixture_expect_silence(fixture, 20);
	forced_seqnum = 1001;
	mock_bed_remove_media(fixture->bed, 0);
	device_fixture_expect(fixture, "added media0, removed media0, ");
}

/* "add" from udevd, when the kernel already said "remove". */
static void test_forgets_what_is_said_too_late(void **state)
{
	struct device_fixture *fixture = *state;

	add_with_seqnum(fixture, 1000);
	forced_seqnum = 1001;
	mock_bed_send(fixture->bed, 0, "remove");
	device_fixture_expect(fixture, "added media0, removed media0, ");
	forced_seqnum = 1000;
	mock_bed_send(fixture->bed, 0, "add");
	mock_bed_lose_media(fixture->bed, 0);
	device_fixture_expect_silence(fixture, 50);
	assert_null(device_fixture_find(fixture, "media0"));
}

/* ---- loss ---------------------------------------------------------------- */

static void test_makes_up_for_lost_messages(void **state)
{
	struct device_fixture *fixture = *state;

	for (unsigned int i = 0; i < 3; i++)
		device_fixture_make_camera(fixture, i, true);
	device_fixture_watch(fixture, DEVICE_SOURCE_ANY);
	mock_bed_add_media(fixture->bed, 0);
	device_fixture_expect(fixture, "added media0, ");
	loses_messages = true;
	mock_bed_add_media(fixture->bed, 1);
	mock_bed_add_media(fixture->bed, 2);
	device_fixture_expect(fixture,
			      "added media0, added media1, added media2, ");
	fixture->said[0] = '\0';
	mock_bed_remove_media(fixture->bed, 0);
	mock_bed_remove_media(fixture->bed, 2);
	device_fixture_expect(fixture, "removed media0, removed media2, ");
	assert_non_null(device_fixture_find(fixture, "media1"));
}

/* And when there is no memory for that either, a bit later. */
static void test_makes_up_for_them_in_time(void **state)
{
	struct device_fixture *fixture = *state;
	bool happened = true;

	device_fixture_make_camera(fixture, 0, true);
	device_fixture_watch(fixture, DEVICE_SOURCE_KERNEL);
	loses_messages = true;
	for (unsigned long n = 1; happened; n++) {
		fixture->said[0] = '\0';
		mock_bed_add_media(fixture->bed, 0);
		alloc_fail_begin(n);
		(void)device_monitor_dispatch(fixture->monitor);
		happened = alloc_fail_happened();
		(void)alloc_fail_end();
		device_fixture_expect(fixture, "added media0, ");
		mock_bed_remove_media(fixture->bed, 0);
		device_fixture_expect(fixture,
				      "added media0, removed media0, ");
		assert_in_range(n, 1, 100);
	}
}

#define TEST(name) \
	cmocka_unit_test_setup_teardown(name, set_up, device_fixture_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_tells_a_stale_removal),
		TEST(test_forgets_what_is_said_too_late),
		TEST(test_makes_up_for_lost_messages),
		TEST(test_makes_up_for_them_in_time),
	};

	if (!mock_bed_is_possible())
		return 77;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
