/* SPDX-License-Identifier: MIT */
/* A camera whose lens is moved by the IPA; any event loop may run it. */
#ifndef FOCUS_CAMERA_H
#define FOCUS_CAMERA_H

#include <stdbool.h>
#include <stdint.h>

#include "focus_ipa_proxy.h"

struct camera {
	struct camipc_manager *manager;
	struct ipa_focus *ipa;
	uint32_t frame;
	uint32_t lens;
	bool focused;
	int error; /* negative once something failed */
};

/**
 * Runs the module "focus" of a folder, in a "thread" or a "process". Returns 0
 * or a negative errno; camera_close() either way.
 */
int camera_open(struct camera *camera, const char *folder,
		const char *isolation);

/** Readable when camera_dispatch() has something to do. */
int camera_get_fd(const struct camera *camera);

/** True while there is more to come: wait, and dispatch again. */
bool camera_dispatch(struct camera *camera);

/** Stops the camera; says what it came to. Returns an exit status. */
int camera_close(struct camera *camera);

#endif /* FOCUS_CAMERA_H */
