/* SPDX-License-Identifier: MIT */
/*
 * Tests when a device is complete: late nodes, late drivers, removed devices.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "alloc_fail.h"
#include "device_fixture.h"

static void expect_status(struct device_fixture *fixture, int status)
{
	const struct media_device *device =
		device_fixture_find(fixture, "media0");

	assert_non_null(device);
	assert_int_equal(device->status, status);
}

/* Plugged in while somebody listens, and looked at once. */
static void plug_in(struct device_fixture *fixture)
{
	mock_bed_add_media(fixture->bed, 0);
	assert_true(device_monitor_dispatch(fixture->monitor) >= 0);
}

/* ---- late attributes ----------------------------------------------------- */

/* The kernel announces media0 before it has the attribute "model". */
static void test_needs_no_attribute(void **state)
{
	struct device_fixture *fixture = *state;

	device_fixture_make_camera(fixture, 0, true);
	device_fixture_watch(fixture, DEVICE_SOURCE_ANY);
	plug_in(fixture);
	assert_string_equal(fixture->said, "added media0, ");
	assert_string_equal(fixture->last.model, "Mock Camera");
	mock_bed_set_attribute(fixture->bed, 0, "model", "Mock Camera");
	mock_bed_send(fixture->bed, 0, "change");
	device_fixture_expect(fixture, "added media0, ");
}

/* ---- late nodes ---------------------------------------------------------- */

static void test_waits_for_nodes(void **state)
{
	static const enum device_source sources[] = { DEVICE_SOURCE_ANY,
						      DEVICE_SOURCE_KERNEL,
						      DEVICE_SOURCE_UDEV };
	struct device_fixture *fixture = *state;

	for (unsigned int i = 0; i < 3; i++) {
		device_monitor_destroy(fixture->monitor);
		fixture->said[0] = '\0';
		device_fixture_make_camera(fixture, i, false);
		device_fixture_watch(fixture, sources[i]);
		mock_bed_add_media(fixture->bed, i);
		assert_int_equal(device_fixture_dispatch(fixture), 0);
		device_fixture_add_capture_node(fixture, i);
		assert_int_equal(device_fixture_dispatch(fixture), 0);
		/* The order of nodes varies; the last one counts. */
		device_fixture_add_sensor_node(fixture, i);
		assert_int_equal(device_fixture_dispatch(fixture), 1);
		assert_int_equal(strncmp(fixture->said, "added ", 6), 0);
		assert_int_equal(fixture->last.status, 0);
		mock_bed_remove_media(fixture->bed, i);
	}
}

static void test_lists_what_waits(void **state)
{
	struct device_fixture *fixture = *state;
	const struct media_device *device;

	device_fixture_make_camera(fixture, 0, false);
	device_fixture_watch(fixture, DEVICE_SOURCE_ANY);
	plug_in(fixture);
	expect_status(fixture, -EAGAIN);
	device = device_fixture_find(fixture, "media0");
	assert_string_equal(device->devnode, "/dev/media0");
	assert_string_equal(device->driver, "mock");
	assert_null(device->graph);
}

/* It was never announced, so its removal is not reported. */
static void test_forgets_what_waits(void **state)
{
	struct device_fixture *fixture = *state;

	device_fixture_make_camera(fixture, 0, false);
	device_fixture_watch(fixture, DEVICE_SOURCE_ANY);
	plug_in(fixture);
	mock_bed_remove_media(fixture->bed, 0);
	assert_int_equal(device_fixture_dispatch(fixture), 0);
	assert_null(device_fixture_find(fixture, "media0"));
	assert_string_equal(fixture->said, "");
}

/* In sysfs, but not in /dev; and no message says when it gets there. */
static void test_looks_again_for_nodes_by_itself(void **state)
{
	static const char *const nodes[] = { "media0", "v4l-subdev0",
					     "video0" };
	struct device_fixture *fixture = *state;

	device_fixture_make_camera(fixture, 0, true);
	mock_bed_add_media(fixture->bed, 0);
	for (size_t i = 0; i < 3; i++) {
		device_monitor_destroy(fixture->monitor);
		fixture->said[0] = '\0';
		mock_bed_hide_node(fixture->bed, nodes[i]);
		device_fixture_watch(fixture, DEVICE_SOURCE_ANY);
		assert_int_equal(device_fixture_dispatch(fixture), 0);
		expect_status(fixture, -EAGAIN);
		mock_bed_show_node(fixture->bed, nodes[i]);
		device_fixture_expect(fixture, "added media0, ");
	}
}

/* A name left over, or given to another device. */
static void test_takes_no_other_node_for_it(void **state)
{
	struct device_fixture *fixture = *state;

	device_fixture_make_camera(fixture, 0, true);
	mock_bed_renumber_node(fixture->bed, "video0", "81:77");
	device_fixture_watch(fixture, DEVICE_SOURCE_ANY);
	plug_in(fixture);
	expect_status(fixture, -EAGAIN);
	mock_bed_renumber_node(fixture->bed, "video0", "81:0");
	device_fixture_expect(fixture, "added media0, ");
}

/* ---- late drivers -------------------------------------------------------- */

/* As vimc does it: all entities, the message, then nodes of sub-devices. */
static void test_waits_for_a_driver_at_work(void **state)
{
	struct device_fixture *fixture = *state;
	struct fake_media *fake = mock_bed_fake(fixture->bed, 0);
	uint32_t lens;

	device_fixture_make_camera(fixture, 0, true);
	lens = fake_media_add_entity(fake, "Lens", MEDIA_ENT_F_LENS);
	device_fixture_watch(fixture, DEVICE_SOURCE_ANY);
	plug_in(fixture);
	assert_string_equal(fixture->said, "");
	expect_status(fixture, -EAGAIN);
	(void)fake_media_add_interface(fake, lens, MEDIA_INTF_T_V4L_SUBDEV,
				       MOCK_V4L_MAJOR, 200);
	mock_bed_add_node(fixture->bed, "v4l-subdev72", 200);
	device_fixture_expect(fixture, "added media0, ");
	assert_int_equal(fixture->last_n_entities, 3);
	device_fixture_expect_silence(fixture, 150);
}

/* Some entities never get a node: after some time that is so. */
static void test_settles_for_less(void **state)
{
	struct device_fixture *fixture = *state;

	device_fixture_make_camera(fixture, 0, true);
	(void)fake_media_add_entity(mock_bed_fake(fixture->bed, 0), "Lens",
				    MEDIA_ENT_F_LENS);
	device_fixture_watch(fixture, DEVICE_SOURCE_ANY);
	plug_in(fixture);
	assert_string_equal(fixture->said, "");
	device_fixture_expect(fixture, "added media0, ");
	device_fixture_expect_silence(fixture, 50);
}

/* What was there before need not wait: its driver is long done. */
static void test_takes_what_is_there_as_it_is(void **state)
{
	struct device_fixture *fixture = *state;

	device_fixture_make_camera(fixture, 0, true);
	(void)fake_media_add_entity(mock_bed_fake(fixture->bed, 0), "Lens",
				    MEDIA_ENT_F_LENS);
	mock_bed_add_media(fixture->bed, 0);
	device_fixture_watch(fixture, DEVICE_SOURCE_ANY);
	expect_status(fixture, 0);
	assert_int_equal(device_fixture_dispatch(fixture), 1);
	assert_string_equal(fixture->said, "added media0, ");
}

static void test_tells_of_changes(void **state)
{
	struct device_fixture *fixture = *state;
	struct fake_media *fake = mock_bed_fake(fixture->bed, 0);
	uint32_t flash;

	device_fixture_make_camera(fixture, 0, true);
	device_fixture_watch(fixture, DEVICE_SOURCE_ANY);
	plug_in(fixture);
	/* Messages that change nothing. */
	mock_bed_send(fixture->bed, 0, "change");
	mock_bed_add_node(fixture->bed, "video55", 55);
	device_fixture_expect_silence(fixture, 20);
	flash = fake_media_add_entity(fake, "Flash", MEDIA_ENT_F_FLASH);
	(void)fake_media_add_interface(fake, flash, MEDIA_INTF_T_V4L_SUBDEV,
				       MOCK_V4L_MAJOR, 201);
	mock_bed_send(fixture->bed, 0, "change");
	assert_int_equal(device_fixture_dispatch(fixture), 0);
	/* Until the new node is there, the old graph stands. */
	assert_int_equal(
		device_fixture_find(fixture, "media0")->graph->n_entities, 2);
	mock_bed_add_node(fixture->bed, "v4l-subdev73", 201);
	device_fixture_expect(fixture, "added media0, changed media0, ");
	assert_int_equal(fixture->last_n_entities, 3);
	mock_bed_remove_media(fixture->bed, 0);
	device_fixture_expect(fixture, "added media0, changed media0, "
				       "removed media0, ");
}

/* ---- udevd --------------------------------------------------------------- */

/* Its rules may not have given the node to our user yet. */
static void test_waits_for_udevd(void **state)
{
	struct device_fixture *fixture = *state;

	device_fixture_make_camera(fixture, 0, true);
	device_fixture_watch(fixture, DEVICE_SOURCE_ANY);
	fixture->unsettled = true;
	plug_in(fixture);
	expect_status(fixture, -EAGAIN);
	assert_int_equal(fixture->n_opened, 0);
	fixture->unsettled = false;
	mock_bed_send(fixture->bed, 0, "add");
	assert_int_equal(device_fixture_dispatch(fixture), 1);
	assert_string_equal(fixture->said, "added media0, ");
}

static void test_need_not_wait_for_udevd(void **state)
{
	struct device_fixture *fixture = *state;

	device_fixture_make_camera(fixture, 0, true);
	device_fixture_watch(fixture, DEVICE_SOURCE_KERNEL);
	fixture->unsettled = true;
	plug_in(fixture);
	assert_string_equal(fixture->said, "added media0, ");
}

/* ---- what cannot be used ------------------------------------------------- */

static void test_lists_what_may_not_be_opened(void **state)
{
	struct device_fixture *fixture = *state;

	device_fixture_make_camera(fixture, 0, true);
	fixture->open_error = -EACCES;
	device_fixture_watch(fixture, DEVICE_SOURCE_ANY);
	plug_in(fixture);
	assert_string_equal(fixture->said, "");
	expect_status(fixture, -EACCES);
	fixture->open_error = 0;
	device_fixture_expect(fixture, "added media0, ");
}

static void test_lists_what_makes_no_sense(void **state)
{
	static const struct {
		int info_error;
		int topology_error;
		uint32_t n_pads;
		int status;
	} cases[] = {
		{ -ENOTTY, 0, 2, -ENOTTY },
		{ 0, -ENOTTY, 2, -ENOTTY },
		{ 0, 0, UINT32_MAX, -EMSGSIZE },
		{ 0, 0, 1, -EBADMSG },
	};
	struct device_fixture *fixture = *state;
	struct fake_media *fake = mock_bed_fake(fixture->bed, 0);

	device_fixture_make_camera(fixture, 0, true);
	device_fixture_watch(fixture, DEVICE_SOURCE_ANY);
	fake->info_error = -ENODEV;
	plug_in(fixture);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		fake->info_error = cases[i].info_error;
		fake->topology_error = cases[i].topology_error;
		fake->counts.num_pads = cases[i].n_pads;
		mock_bed_send(fixture->bed, 0, "change");
		assert_int_equal(device_fixture_dispatch(fixture), 0);
		expect_status(fixture, cases[i].status);
	}
	fake->counts.num_pads = 2;
	mock_bed_send(fixture->bed, 0, "change");
	device_fixture_expect(fixture, "added media0, ");
	expect_status(fixture, 0);
}

/* ---- what goes while it is looked at ------------------------------------- */

static const struct {
	unsigned long request;
	unsigned int call;
} moments[] = {
	{ MEDIA_IOC_DEVICE_INFO, 1 },
	{ MEDIA_IOC_G_TOPOLOGY, 1 },
	{ MEDIA_IOC_G_TOPOLOGY, 2 },
};

#define N_MOMENTS (sizeof(moments) / sizeof(moments[0]))

static void test_lets_new_devices_vanish(void **state)
{
	struct device_fixture *fixture = *state;

	device_fixture_make_camera(fixture, 0, true);
	device_fixture_watch(fixture, DEVICE_SOURCE_ANY);
	for (size_t i = 0; i < 2 * N_MOMENTS; i++) {
		fixture->vanish_at = moments[i % N_MOMENTS].request;
		fixture->vanish_call = moments[i % N_MOMENTS].call;
		fixture->vanish_told = i < N_MOMENTS;
		mock_bed_add_media(fixture->bed, 0);
		(void)device_fixture_dispatch(fixture);
		assert_int_equal(fixture->vanish_call, 0);
		/* Told or not, it is soon forgotten. */
		device_fixture_expect_silence(fixture, 50);
		assert_null(device_fixture_find(fixture, "media0"));
	}
	mock_bed_add_media(fixture->bed, 0);
	device_fixture_expect(fixture, "added media0, ");
}

static void test_lets_known_devices_vanish(void **state)
{
	struct device_fixture *fixture = *state;

	device_fixture_make_camera(fixture, 0, true);
	device_fixture_watch(fixture, DEVICE_SOURCE_ANY);
	for (size_t i = 0; i < 2 * N_MOMENTS; i++) {
		fixture->said[0] = '\0';
		mock_bed_add_media(fixture->bed, 0);
		device_fixture_expect(fixture, "added media0, ");
		fixture->vanish_at = moments[i % N_MOMENTS].request;
		fixture->vanish_call = moments[i % N_MOMENTS].call;
		fixture->vanish_told = i < N_MOMENTS;
		mock_bed_send(fixture->bed, 0, "change");
		device_fixture_expect(fixture,
				      "added media0, removed media0, ");
		assert_null(device_fixture_find(fixture, "media0"));
	}
}

static void test_lets_devices_vanish_from_the_start(void **state)
{
	struct device_fixture *fixture = *state;

	device_fixture_make_camera(fixture, 0, true);
	for (size_t i = 0; i < N_MOMENTS; i++) {
		device_monitor_destroy(fixture->monitor);
		mock_bed_add_media(fixture->bed, 0);
		fixture->vanish_at = moments[i].request;
		fixture->vanish_call = moments[i].call;
		device_fixture_watch(fixture, DEVICE_SOURCE_ANY);
		device_fixture_expect_silence(fixture, 50);
		assert_null(device_fixture_find(fixture, "media0"));
	}
}

/* ---- shortage ------------------------------------------------------------ */

static int create_and_destroy(void *user)
{
	const struct device_monitor_options options = {
		.source = DEVICE_SOURCE_ANY,
		.io = &device_fixture_io,
		.io_user = user,
	};
	struct device_monitor *monitor = NULL;
	int ret = device_monitor_create(&options, NULL, NULL, &monitor);

	device_monitor_destroy(monitor);
	return ret;
}

static void test_is_created_whole_or_not_at_all(void **state)
{
	struct device_fixture *fixture = *state;

	device_fixture_make_camera(fixture, 0, true);
	mock_bed_add_media(fixture->bed, 0);
	alloc_fail_each(create_and_destroy, fixture, 0);
	assert_int_equal(fixture->n_open, 0);
}

/* Whatever is lost for want of memory is made up for. */
static void test_loses_nothing_for_want_of_memory(void **state)
{
	struct device_fixture *fixture = *state;
	bool happened = true;

	device_fixture_make_camera(fixture, 0, true);
	/* One source: two would make up for each other. */
	device_fixture_watch(fixture, DEVICE_SOURCE_KERNEL);
	for (unsigned long n = 1; happened; n++) {
		int ret;

		fixture->said[0] = '\0';
		mock_bed_add_media(fixture->bed, 0);
		alloc_fail_begin(n);
		ret = device_monitor_dispatch(fixture->monitor);
		happened = alloc_fail_happened();
		(void)alloc_fail_end();
		if (happened)
			assert_true(ret == -ENOMEM || ret == 0 || ret == 1);
		device_fixture_expect(fixture, "added media0, ");
		mock_bed_remove_media(fixture->bed, 0);
		device_fixture_expect(fixture,
				      "added media0, removed media0, ");
		assert_in_range(n, 1, 100);
	}
}

#define TEST(name)                                                   \
	cmocka_unit_test_setup_teardown(name, device_fixture_set_up, \
					device_fixture_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_needs_no_attribute),
		TEST(test_waits_for_nodes),
		TEST(test_lists_what_waits),
		TEST(test_forgets_what_waits),
		TEST(test_looks_again_for_nodes_by_itself),
		TEST(test_takes_no_other_node_for_it),
		TEST(test_waits_for_a_driver_at_work),
		TEST(test_settles_for_less),
		TEST(test_takes_what_is_there_as_it_is),
		TEST(test_tells_of_changes),
		TEST(test_waits_for_udevd),
		TEST(test_need_not_wait_for_udevd),
		TEST(test_lists_what_may_not_be_opened),
		TEST(test_lists_what_makes_no_sense),
		TEST(test_lets_new_devices_vanish),
		TEST(test_lets_known_devices_vanish),
		TEST(test_lets_devices_vanish_from_the_start),
		TEST(test_is_created_whole_or_not_at_all),
		TEST(test_loses_nothing_for_want_of_memory),
	};

	if (!mock_bed_is_possible())
		return 77;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
