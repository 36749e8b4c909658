/* SPDX-License-Identifier: MIT */
/* Kernel cameras for tests, with the IPA softisp in a worker. */
#ifndef TEST_CAMERA_FIXTURE_H
#define TEST_CAMERA_FIXTURE_H

#include <camipc/proxy.h>

#include "camera.h"
#include "fd_leak.h"
#include "kernel_camera.h"

/** The size of every frame here. */
#define CAMERA_FIXTURE_WIDTH 320
#define CAMERA_FIXTURE_HEIGHT 180

struct camera_fixture {
	struct camipc_manager *manager;
	struct fd_leak before;
};

/** For cmocka: the state is a struct camera_fixture. The end of a test finds
 *  leaked descriptors. */
int camera_fixture_set_up(void **state);
int camera_fixture_tear_down(void **state);

/** Creates the camera @name; returns what camera_create() does. */
int camera_fixture_create(struct camera_fixture *f, const char *name,
			  char error[1024], struct camera **ret_camera);

/** The same with a format; 0: the camera's own. */
int camera_fixture_create_as(struct camera_fixture *f, const char *name,
			     uint32_t format, char error[1024],
			     struct camera **ret_camera);

/** Creates and starts the camera @name; fails the test if it cannot. */
struct camera *camera_fixture_start(struct camera_fixture *f, const char *name);

/** Creates the camera that @route makes of the device at @bus, which may lack what
 *  the routes of pipeline handlers have; fails the test if it cannot. */
struct kernel_camera *
camera_fixture_create_route(struct camera_fixture *f, const char *bus,
			    const struct kernel_route *route, int timeout_ms);

/** Takes a frame; fails the test if none comes. */
void camera_fixture_take(struct camera *camera, struct camera_frame *frame);

/** Returns the mean of all bytes of a frame. */
double camera_fixture_mean(const struct camera_frame *frame);

/** Sets a number or switch of the device node @path, by the driver's name of it. */
void camera_fixture_set_control(const char *path, const char *name,
				int32_t value);

#endif /* TEST_CAMERA_FIXTURE_H */
