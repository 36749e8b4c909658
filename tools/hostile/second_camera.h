/* SPDX-License-Identifier: MIT */
/*
 * A second camera in the same process: a thread with a proxy of its own, whose
 * worker answers calls and raises events 60 times a second while somebody else
 * is attacked.
 */
#ifndef CAMIPC_HOSTILE_SECOND_CAMERA_H
#define CAMIPC_HOSTILE_SECOND_CAMERA_H

#include <stdbool.h>
#include <stdint.h>

struct second_camera;

/** What the camera saw since it was asked last. */
struct second_camera_view {
	uint64_t calls; /* answered */
	uint64_t events; /* delivered */
	uint64_t failures; /* calls that failed, and closed */
	int64_t p99_ms; /* of the time until an answer */
	uint64_t late; /* answers after more than a frame */
};

/**
 * Starts it, and waits for its first answer. @worker: the program; NULL: the one
 * that the library finds. Returns NULL if the camera does not run.
 */
struct second_camera *second_camera_start(const char *worker,
					  const char *module);

/** Waits for @n further answers. Returns whether they came, and no call failed. */
bool second_camera_wait(struct second_camera *camera, unsigned int n);

/** Reads what was seen, and begins anew. */
void second_camera_look(struct second_camera *camera,
			struct second_camera_view *ret_view);

/** Ends it; NULL is fine. */
void second_camera_stop(struct second_camera *camera);

#endif /* CAMIPC_HOSTILE_SECOND_CAMERA_H */
