/* SPDX-License-Identifier: MIT */
/* Messages whose bytes nobody checks before they are sent. */
#ifndef CAMIPC_HOSTILE_RAW_FRAME_H
#define CAMIPC_HOSTILE_RAW_FRAME_H

#include "message.h"

struct camipc_channel;
struct shm_channel;

/** Largest body of a frame; room for a body and what is appended to it. */
#define RAW_BODY_SIZE 65536

/** Most descriptors that the kernel lets a datagram have. */
#define RAW_MAX_FDS 253

/** One datagram. */
struct raw_frame {
	uint8_t bytes[CAMIPC_HEADER_SIZE + RAW_BODY_SIZE];
	size_t size;
	int fds[RAW_MAX_FDS]; /* borrowed */
	size_t n_fds;
};

/** Makes a frame of @header and a body, without descriptors. */
void raw_frame_make(struct raw_frame *frame, struct camipc_header header,
		    const void *body, size_t size);

/** Makes a frame of what @message would be on the wire. Its body is inline. */
void raw_frame_copy(struct raw_frame *frame,
		    const struct camipc_message *message);

/** Writes @value as a little-endian number of @size bytes. */
void raw_frame_put(struct raw_frame *frame, size_t offset, size_t size,
		   uint64_t value);

/** Reads such a number. */
uint64_t raw_frame_get(const struct raw_frame *frame, size_t offset,
		       size_t size);

/** From now on frames travel as messages of this channel would, a channel over
 *  shared memory. */
void raw_frame_use_ring(struct camipc_channel *channel);

/** Returns the channel of raw_frame_use_ring(), or NULL. */
struct shm_channel *raw_frame_get_ring(void);

/**
 * Sends @frame to the camera process, and waits for room. Returns 0, or a
 * negative errno once the camera process is gone.
 */
int raw_frame_send(const struct raw_frame *frame);

/** The same on the socket, whatever else there is. */
int raw_frame_send_on_socket(const struct raw_frame *frame);

#endif /* CAMIPC_HOSTILE_RAW_FRAME_H */
