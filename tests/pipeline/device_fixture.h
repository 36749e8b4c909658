/* SPDX-License-Identifier: MIT */
/* A device monitor in a mock bed, with a record of its events. */
#ifndef DEVICE_FIXTURE_H
#define DEVICE_FIXTURE_H

#include "device_monitor.h"
#include "fd_leak.h"
#include "mock_bed.h"

struct device_fixture {
	struct mock_bed *bed;
	struct device_monitor *monitor;
	char said[4096]; /* "added media0, removed media0, " */
	struct media_device last; /* of the last callback; strings copied */
	size_t last_n_entities;
	char last_node[64]; /* of its first interface */

	/* What the monitor's io does; between it and umockdev. */
	int open_error;
	bool unsettled;
	unsigned int n_open; /* how many are open */
	unsigned int n_opened; /* how many were */
	unsigned long vanish_at; /* the device is lost at that ioctl... */
	unsigned int vanish_call; /* ... when it comes for this time */
	bool vanish_told; /* with a "remove" message */

	/* What the callbacks do. */
	bool destroys; /* the monitor */
	bool dispatches; /* and expects -EBUSY */
	bool lists; /* and counts */
	size_t n_listed;
};

/** An empty bed; no monitor yet. As cmocka's set-up and tear-down. */
int device_fixture_set_up(void **state);
int device_fixture_tear_down(void **state);

/** Makes the monitor, with the fixture's io and callbacks. */
void device_fixture_watch(struct device_fixture *fixture,
			  enum device_source source);

/** Handles all pending messages; returns the number of callbacks. */
int device_fixture_dispatch(struct device_fixture *fixture);

/** Waits until the monitor said @expected in all, and fails otherwise. */
void device_fixture_expect(struct device_fixture *fixture,
			   const char *expected);

/** Waits for @ms, and fails if the monitor says anything. */
void device_fixture_expect_silence(struct device_fixture *fixture, int ms);

/** A device by its name, or NULL. */
const struct media_device *
device_fixture_find(const struct device_fixture *fixture, const char *name);

/**
 * A camera: a sensor with /dev/v4l-subdev<number> and a capture with
 * /dev/video<number>, each with its interface. @with_nodes adds the nodes.
 */
void device_fixture_make_camera(struct device_fixture *fixture,
				unsigned int number, bool with_nodes);

/** The names and minors of its nodes. */
void device_fixture_add_sensor_node(struct device_fixture *fixture,
				    unsigned int number);
void device_fixture_add_capture_node(struct device_fixture *fixture,
				     unsigned int number);

/** The monitor's io, whose user is the fixture. */
extern const struct media_io device_fixture_io;

#endif /* DEVICE_FIXTURE_H */
