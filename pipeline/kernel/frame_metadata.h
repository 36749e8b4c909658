/* SPDX-License-Identifier: MIT */
/* The metadata node of a kernel camera: what its driver reports about frames. */
#ifndef KERNEL_FRAME_METADATA_H
#define KERNEL_FRAME_METADATA_H

#include "cam_buffers.h"
#include "uvc_header.h"
#include "video_capture.h"

/** Metadata that wait for their frames. */
#define FRAME_METADATA_KEPT 16

/** Buffers of the node's queue: more than those of frames, so that frames that
 *  are lost for lack of a buffer leave room for the metadata of later ones. */
#define FRAME_METADATA_BUFFERS 8

/** Metadata of one frame. Plain data. */
struct frame_metadata_entry {
	uint64_t timestamp_ns; /* of the frame; 0: unused */
	size_t size;
	uint8_t *bytes;
};

/** Zeroed memory has no node, and is accepted by all functions. Thread word:
 *  bound. */
struct frame_metadata {
	struct video_capture capture;
	struct cam_shared_buffer *buffers[VIDEO_MAX_BUFFERS];
	struct frame_metadata_entry kept[FRAME_METADATA_KEPT];
	uint8_t *memory; /* of kept */
	uint32_t n_kept; /* of all time: entry n is number n % KEPT */
	bool is_open;
	bool is_started;

	/* What frame_metadata_find() returned last. */
	struct camera_driver_value values[UVC_HEADER_MAX_VALUES];
	struct camera_driver_metadata found;
};

/**
 * frame_metadata_open() - open a metadata node
 * @metadata: zeroed memory
 *
 * A camera works without: a failure is logged, and frames then have no metadata
 * of the driver.
 */
void frame_metadata_open(struct frame_metadata *metadata, const char *path);

/** Stops and closes everything. */
void frame_metadata_close(struct frame_metadata *metadata);

/** Makes the queue and starts it, before the frames' own. A failure is logged. */
void frame_metadata_start(struct frame_metadata *metadata);

/** Stops the queue and frees it. */
void frame_metadata_stop(struct frame_metadata *metadata);

/** Keeps what has come, without waiting, and queues the buffers again. Call it
 *  before a frame's own buffer is queued: then no frame lacks its metadata. */
void frame_metadata_take(struct frame_metadata *metadata);

/**
 * frame_metadata_find() - find what belongs to a frame
 * @timestamp_ns: of the frame, which its metadata have, too
 *
 * Takes what has come, without waiting. Returns NULL, or metadata that are valid
 * until the next call of any function here.
 */
const struct camera_driver_metadata *
frame_metadata_find(struct frame_metadata *metadata, uint64_t timestamp_ns);

#endif /* KERNEL_FRAME_METADATA_H */
