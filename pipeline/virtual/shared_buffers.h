/* SPDX-License-Identifier: MIT */
/* The memory that the camera shares with its IPA. */
#ifndef VIRTUAL_SHARED_BUFFERS_H
#define VIRTUAL_SHARED_BUFFERS_H

#include "cam_buffers.h"

/** Frames take turns, so that a late reader never sees the next one's data. */
#define VIRTUAL_N_BUFFERS 2

/** Ids of the first of each kind; the others follow. */
#define VIRTUAL_STATISTICS_ID 1
#define VIRTUAL_PARAMETERS_ID 101

/** All zero is none. Thread word: bound. */
struct virtual_shared_buffers {
	struct cam_shared_buffer *statistics[VIRTUAL_N_BUFFERS]; /* IPA reads */
	struct cam_shared_buffer *parameters[VIRTUAL_N_BUFFERS]; /* IPA writes */
};

/** The same as an IPA is told of it; descriptors are there until the end. */
struct virtual_buffer_offer {
	struct cam_buffer statistics[VIRTUAL_N_BUFFERS];
	struct cam_buffer parameters[VIRTUAL_N_BUFFERS];
	struct cam_frame_buffer_plane planes[2 * VIRTUAL_N_BUFFERS];
	size_t n_planes;
};

/**
 * virtual_shared_buffers_init() - make the memory
 * @ret_offer: to be ended, whatever this returns; do not move it
 *
 * Returns 0, -ENOMEM, -EMFILE or what memfd_create gave.
 */
int virtual_shared_buffers_init(struct virtual_shared_buffers *buffers,
				struct virtual_buffer_offer *ret_offer);

/** Unmaps it; what is not there is fine. */
void virtual_shared_buffers_fini(struct virtual_shared_buffers *buffers);

/** Closes the descriptors: the mappings stay. */
void virtual_buffer_offer_end(struct virtual_buffer_offer *offer);

#endif /* VIRTUAL_SHARED_BUFFERS_H */
