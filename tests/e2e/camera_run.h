/* SPDX-License-Identifier: MIT */
/* Runs the virtual camera for tests. */
#ifndef TESTS_E2E_CAMERA_RUN_H
#define TESTS_E2E_CAMERA_RUN_H

#include "virtual_camera.h"

/** Ways to run an IPA; NULL at the end. */
extern const char *const camera_isolations[];

/** A manager that sees the modules and the worker of this build only. */
struct camipc_manager *camera_manager(void);

/** A started camera; fails the test if there is none. */
struct virtual_camera *
camera_run_start(struct camipc_manager *manager,
	     const struct virtual_camera_options *options);

/** Takes a frame; fails the test if it cannot. */
void camera_take(struct virtual_camera *camera, struct virtual_frame *frame);

/** Mixes all of a frame, and everything that is known about it, into @hash. */
uint64_t camera_hash(uint64_t hash, const struct virtual_frame *frame);

/**
 * Takes @n frames, and stops; the hash of all of them.
 */
uint64_t camera_hash_run(const struct virtual_camera_options *options,
			 uint32_t n);

/** A float of a frame's metadata; fails the test if it is not there. */
double camera_float(const struct virtual_frame *frame, uint32_t id);

#endif /* TESTS_E2E_CAMERA_RUN_H */
