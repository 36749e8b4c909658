/* SPDX-License-Identifier: MIT */
/* Runs a virtual camera with an IPA of these tests in a closed loop. */
#ifndef TESTS_PIPELINE_ISP_LOOP_H
#define TESTS_PIPELINE_ISP_LOOP_H

#include "fd_leak.h"
#include "virtual_camera.h"

/** A running camera of 320 x 240; the log is captured. */
struct loop {
	struct camipc_manager *manager;
	struct virtual_camera *camera;
	struct fd_leak before;
};

/** Starts a camera with the module at this path; fails the test if it cannot. */
void loop_begin(struct loop *loop, const char *camera, const char *module,
		const char *isolation, const char *light, bool realtime);

/** Takes a frame; fails the test if it cannot. */
void loop_take(struct loop *loop, struct virtual_frame *frame);

/** Stops and destroys the camera; fails the test if descriptors are left. */
void loop_end(struct loop *loop);

/** Returns the mean green of an image. */
double loop_mean_green(const struct virtual_frame *frame);

/** Returns a hash of the images and settings of 40 frames. */
uint64_t loop_hash(const char *camera, const char *module,
		   const char *isolation, const char *light);

#endif /* TESTS_PIPELINE_ISP_LOOP_H */
