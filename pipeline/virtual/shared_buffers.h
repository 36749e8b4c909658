/* SPDX-License-Identifier: MIT */
/* Statistics and parameters buffers that the camera shares with its IPA. */
#ifndef VIRTUAL_SHARED_BUFFERS_H
#define VIRTUAL_SHARED_BUFFERS_H

#include "cam_buffers.h"
#include "isp.h"

/** Frames alternate, so that a late reader never sees the next frame's data. */
#define VIRTUAL_N_BUFFERS 2

/** Ids of the first buffer of each kind; the others count up from there. */
#define VIRTUAL_STATISTICS_ID 1
#define VIRTUAL_PARAMETERS_ID 101

/** Zeroed memory holds no buffers. Thread word: bound. */
struct virtual_shared_buffers {
	struct cam_shared_buffer *statistics[VIRTUAL_N_BUFFERS];
	struct cam_shared_buffer *parameters[VIRTUAL_N_BUFFERS];
};

/** The buffers as arguments of mapBuffers, with open descriptors. */
struct virtual_buffer_offer {
	struct cam_buffer statistics[VIRTUAL_N_BUFFERS];
	struct cam_buffer parameters[VIRTUAL_N_BUFFERS];
	struct cam_frame_buffer_plane planes[2 * VIRTUAL_N_BUFFERS];
	size_t n_planes;
};

/**
 * virtual_shared_buffers_init() - create the buffers
 * @buffers: zeroed memory; call fini also after a failure
 * @isp: has their sizes; no parameters buffers are created if its parameters
 *       come by event
 * @ret_offer: call virtual_buffer_offer_fini() also after a failure; do not
 *             move it
 *
 * Returns 0, or what cam_shared_buffer_create() returns.
 */
int virtual_shared_buffers_init(struct virtual_shared_buffers *buffers,
				const struct virtual_isp *isp,
				struct virtual_buffer_offer *ret_offer);

/** Destroys the buffers; accepts zeroed memory. */
void virtual_shared_buffers_fini(struct virtual_shared_buffers *buffers);

/** Closes the descriptors; the mappings stay. */
void virtual_buffer_offer_fini(struct virtual_buffer_offer *offer);

#endif /* VIRTUAL_SHARED_BUFFERS_H */
