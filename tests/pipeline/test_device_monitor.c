/* SPDX-License-Identifier: MIT */
/*
 * Tests devices that come and go, with the kernel's messages and with udevd's.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "device_fixture.h"

static const enum device_source sources[] = {
	DEVICE_SOURCE_ANY,
	DEVICE_SOURCE_KERNEL,
	DEVICE_SOURCE_UDEV,
	DEVICE_SOURCE_NONE,
};

#define N_SOURCES (sizeof(sources) / sizeof(sources[0]))

/* Begins anew: another monitor in the same bed. */
static void watch_again(struct device_fixture *fixture,
			enum device_source source)
{
	device_monitor_destroy(fixture->monitor);
	fixture->monitor = NULL;
	fixture->said[0] = '\0';
	device_fixture_watch(fixture, source);
}

/* ---- what is there ------------------------------------------------------- */

static void test_finds_none(void **state)
{
	struct device_fixture *fixture = *state;

	for (size_t i = 0; i < N_SOURCES; i++) {
		watch_again(fixture, sources[i]);
		assert_null(device_fixture_find(fixture, "media0"));
		assert_int_equal(device_monitor_dispatch(fixture->monitor), 0);
		assert_string_equal(fixture->said, "");
	}
}

static void test_finds_what_is_there(void **state)
{
	struct device_fixture *fixture = *state;
	const struct media_device *device;

	device_fixture_make_camera(fixture, 0, true);
	mock_bed_add_media(fixture->bed, 0);
	for (size_t i = 0; i < N_SOURCES; i++) {
		watch_again(fixture, sources[i]);
		/* Listed before anything was dispatched, and not called. */
		device = device_fixture_find(fixture, "media0");
		assert_non_null(device);
		assert_string_equal(fixture->said, "");
		assert_int_equal(device->status, 0);
		assert_string_equal(device->syspath, mock_bed_syspath(0));
		assert_string_equal(device->devnode, "/dev/media0");
		assert_string_equal(device->driver, "mock");
		assert_string_equal(device->model, "Mock Camera");
		assert_string_equal(device->serial, "");
		assert_string_equal(device->bus_info, "platform:mock");
		assert_int_equal(device->media_version, 0x060100);
		assert_int_equal(device->graph->n_entities, 2);
		assert_string_equal(device->graph->interfaces[0].devnode,
				    "/dev/v4l-subdev0");
		assert_string_equal(device->graph->interfaces[1].devnode,
				    "/dev/video0");
		device_fixture_expect(fixture, "added media0, ");
	}
}

/* The driver's word counts, not what text it has in which field. */
static void test_cleans_text(void **state)
{
	struct device_fixture *fixture = *state;
	struct fake_media *fake = mock_bed_fake(fixture->bed, 0);
	const struct media_device *device;

	device_fixture_make_camera(fixture, 0, true);
	memset(fake->info.driver, 'd', sizeof(fake->info.driver));
	memcpy(fake->info.model, "a\x1b[2J", 6);
	mock_bed_add_media(fixture->bed, 0);
	device_fixture_watch(fixture, DEVICE_SOURCE_NONE);
	device = device_fixture_find(fixture, "media0");
	assert_string_equal(device->driver, "dddddddddddddddd");
	assert_string_equal(device->model, "a?[2J");
}

static void test_refuses_bad_options(void **state)
{
	struct device_monitor_options options = {
		.source = (enum device_source)17,
	};
	struct device_monitor *monitor = NULL;

	(void)state;
	assert_int_equal(device_monitor_create(&options, NULL, NULL, &monitor),
			 -EINVAL);
	assert_null(monitor);
	assert_int_equal(device_monitor_create(NULL, NULL, NULL, NULL),
			 -EINVAL);
	device_monitor_destroy(NULL);
}

/* Without callbacks there is still the list. */
static void test_needs_no_callbacks(void **state)
{
	struct device_fixture *fixture = *state;

	device_fixture_make_camera(fixture, 0, true);
	assert_int_equal(
		device_monitor_create(NULL, NULL, NULL, &fixture->monitor), 0);
	mock_bed_add_media(fixture->bed, 0);
	assert_int_equal(device_monitor_dispatch(fixture->monitor), 0);
	assert_non_null(device_fixture_find(fixture, "media0"));
	mock_bed_remove_media(fixture->bed, 0);
	assert_int_equal(device_monitor_dispatch(fixture->monitor), 0);
	assert_null(device_fixture_find(fixture, "media0"));
}

/* ---- coming and going ---------------------------------------------------- */

static void test_hears_of_plugging(void **state)
{
	struct device_fixture *fixture = *state;

	device_fixture_make_camera(fixture, 0, true);
	for (size_t i = 0; i < N_SOURCES - 1; i++) {
		watch_again(fixture, sources[i]);
		device_fixture_expect(fixture, "");
		mock_bed_add_media(fixture->bed, 0);
		device_fixture_expect(fixture, "added media0, ");
		mock_bed_remove_media(fixture->bed, 0);
		device_fixture_expect(fixture,
				      "added media0, removed media0, ");
		assert_null(device_fixture_find(fixture, "media0"));
	}
}

static void test_hears_nothing_without_a_source(void **state)
{
	struct device_fixture *fixture = *state;

	device_fixture_watch(fixture, DEVICE_SOURCE_NONE);
	device_fixture_make_camera(fixture, 0, true);
	mock_bed_add_media(fixture->bed, 0);
	assert_int_equal(device_monitor_dispatch(fixture->monitor), 0);
	assert_null(device_fixture_find(fixture, "media0"));
}

/* Both sources tell all of it, one after the other. */
static void test_hears_of_replugging_once(void **state)
{
	struct device_fixture *fixture = *state;

	device_fixture_make_camera(fixture, 0, true);
	for (size_t i = 0; i < N_SOURCES - 1; i++) {
		mock_bed_add_media(fixture->bed, 0);
		watch_again(fixture, sources[i]);
		device_fixture_expect(fixture, "added media0, ");
		mock_bed_remove_media(fixture->bed, 0);
		mock_bed_add_media(fixture->bed, 0);
		device_fixture_expect(
			fixture,
			"added media0, removed media0, added media0, ");
		assert_non_null(device_fixture_find(fixture, "media0"));
		mock_bed_remove_media(fixture->bed, 0);
		device_fixture_expect(fixture,
				      "added media0, removed media0, "
				      "added media0, removed media0, ");
	}
}

/* Came and went before anybody looked: nobody need know. */
static void test_keeps_quiet_about_a_moment(void **state)
{
	struct device_fixture *fixture = *state;

	device_fixture_watch(fixture, DEVICE_SOURCE_ANY);
	device_fixture_make_camera(fixture, 0, true);
	mock_bed_add_media(fixture->bed, 0);
	mock_bed_remove_media(fixture->bed, 0);
	device_fixture_expect_silence(fixture, 50);
	assert_null(device_fixture_find(fixture, "media0"));
}

#define MANY 24

static int check_order(void *user, const struct media_device *device)
{
	unsigned int *n = user;

	assert_string_equal(device->syspath, mock_bed_syspath(*n));
	++*n;
	return 0;
}

static void test_keeps_many_apart(void **state)
{
	struct device_fixture *fixture = *state;
	char expected[sizeof(fixture->said)] = "";
	unsigned int n = 0;
	size_t used = 0;

	device_fixture_watch(fixture, DEVICE_SOURCE_ANY);
	/* The last one first: names decide the order, not time. */
	for (unsigned int i = MANY; i-- > 0;) {
		device_fixture_make_camera(fixture, i, true);
		mock_bed_add_media(fixture->bed, i);
		(void)device_fixture_dispatch(fixture);
	}
	for (unsigned int i = MANY; i-- > 0;)
		used += (size_t)snprintf(expected + used,
					 sizeof(expected) - used,
					 "added media%u, ", i);
	device_fixture_expect(fixture, expected);
	assert_int_equal(device_monitor_list(fixture->monitor, check_order, &n),
			 0);
	assert_int_equal(n, MANY);
	for (unsigned int i = 0; i < MANY; i++) {
		mock_bed_remove_media(fixture->bed, i);
		assert_int_equal(device_fixture_dispatch(fixture), 1);
	}
	assert_null(device_fixture_find(fixture, "media0"));
}

static void test_finds_many(void **state)
{
	struct device_fixture *fixture = *state;
	unsigned int n = 0;

	for (unsigned int i = 0; i < MANY; i++) {
		device_fixture_make_camera(fixture, i, true);
		mock_bed_add_media(fixture->bed, i);
	}
	device_fixture_watch(fixture, DEVICE_SOURCE_ANY);
	assert_int_equal(device_monitor_list(fixture->monitor, check_order, &n),
			 0);
	assert_int_equal(n, MANY);
	assert_int_equal(device_monitor_dispatch(fixture->monitor), MANY);
	assert_int_equal(device_fixture_dispatch(fixture), 0);
}

/* ---- callbacks ----------------------------------------------------------- */

static void test_can_be_destroyed_by_added(void **state)
{
	struct device_fixture *fixture = *state;

	device_fixture_make_camera(fixture, 0, true);
	device_fixture_make_camera(fixture, 1, true);
	mock_bed_add_media(fixture->bed, 0);
	mock_bed_add_media(fixture->bed, 1);
	device_fixture_watch(fixture, DEVICE_SOURCE_ANY);
	fixture->destroys = true;
	/* There is no second one. */
	assert_int_equal(device_fixture_dispatch(fixture), 1);
	assert_string_equal(fixture->said, "added media0, ");
	assert_null(fixture->monitor);
}

static void test_can_be_destroyed_by_removed(void **state)
{
	struct device_fixture *fixture = *state;

	device_fixture_make_camera(fixture, 0, true);
	device_fixture_make_camera(fixture, 1, true);
	device_fixture_make_camera(fixture, 2, true);
	mock_bed_add_media(fixture->bed, 0);
	mock_bed_add_media(fixture->bed, 1);
	device_fixture_watch(fixture, DEVICE_SOURCE_ANY);
	device_fixture_expect(fixture, "added media0, added media1, ");
	fixture->said[0] = '\0';
	mock_bed_remove_media(fixture->bed, 0);
	mock_bed_remove_media(fixture->bed, 1);
	mock_bed_add_media(fixture->bed, 2);
	fixture->destroys = true;
	assert_int_equal(device_fixture_dispatch(fixture), 1);
	assert_string_equal(fixture->said, "removed media0, ");
	assert_null(fixture->monitor);
}

static void test_can_be_destroyed_by_changed(void **state)
{
	struct device_fixture *fixture = *state;

	device_fixture_make_camera(fixture, 0, true);
	mock_bed_add_media(fixture->bed, 0);
	device_fixture_watch(fixture, DEVICE_SOURCE_ANY);
	device_fixture_expect(fixture, "added media0, ");
	mock_bed_fake(fixture->bed, 0)->counts.topology_version++;
	mock_bed_send(fixture->bed, 0, "change");
	fixture->destroys = true;
	assert_int_equal(device_fixture_dispatch(fixture), 1);
	assert_null(fixture->monitor);
}

static void test_lists_but_does_not_nest(void **state)
{
	struct device_fixture *fixture = *state;

	device_fixture_make_camera(fixture, 0, true);
	device_fixture_make_camera(fixture, 1, true);
	mock_bed_add_media(fixture->bed, 0);
	mock_bed_add_media(fixture->bed, 1);
	device_fixture_watch(fixture, DEVICE_SOURCE_ANY);
	fixture->dispatches = true;
	fixture->lists = true;
	device_fixture_expect(fixture, "added media0, added media1, ");
	assert_int_equal(fixture->n_listed, 2);
	mock_bed_remove_media(fixture->bed, 0);
	(void)device_fixture_dispatch(fixture);
	assert_int_equal(fixture->n_listed, 1);
}

/* ---- descriptors --------------------------------------------------------- */

static void test_leaks_no_descriptors(void **state)
{
	struct device_fixture *fixture = *state;
	struct fd_leak before;

	device_fixture_make_camera(fixture, 0, true);
	mock_bed_add_media(fixture->bed, 0);
	watch_again(fixture, DEVICE_SOURCE_ANY);
	device_monitor_destroy(fixture->monitor);
	fixture->monitor = NULL;
	fd_leak_take(&before);
	for (int i = 0; i < 20; i++) {
		watch_again(fixture, sources[i % (int)N_SOURCES]);
		device_fixture_expect(fixture, "added media0, ");
		device_monitor_destroy(fixture->monitor);
		fixture->monitor = NULL;
	}
	fd_leak_assert_no_more(&before);
	assert_in_range(fixture->n_opened, 20, 1000);
}

#define TEST(name)                                                   \
	cmocka_unit_test_setup_teardown(name, device_fixture_set_up, \
					device_fixture_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_finds_none),
		TEST(test_finds_what_is_there),
		TEST(test_cleans_text),
		TEST(test_refuses_bad_options),
		TEST(test_needs_no_callbacks),
		TEST(test_hears_of_plugging),
		TEST(test_hears_nothing_without_a_source),
		TEST(test_hears_of_replugging_once),
		TEST(test_keeps_quiet_about_a_moment),
		TEST(test_keeps_many_apart),
		TEST(test_finds_many),
		TEST(test_can_be_destroyed_by_added),
		TEST(test_can_be_destroyed_by_removed),
		TEST(test_can_be_destroyed_by_changed),
		TEST(test_lists_but_does_not_nest),
		TEST(test_leaks_no_descriptors),
	};

	if (!mock_bed_is_possible())
		return 77;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
