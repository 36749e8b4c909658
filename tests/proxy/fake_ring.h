/* SPDX-License-Identifier: MIT */
/* The shared memory of a worker that misbehaves: fake_worker.c. */
#ifndef CAMIPC_TEST_FAKE_RING_H
#define CAMIPC_TEST_FAKE_RING_H

#include "channel.h"
#include "handshake.h"

/**
 * Says hello with @answer, and shares memory if the camera process wants to: then
 * *channel becomes another one.
 */
void fake_ring_say_hello(struct camipc_channel **channel,
			 const struct camipc_parent_hello *hello,
			 struct camipc_worker_hello *answer);

/** Puts a message into the ring, and waits for room. Returns false if there is no
 *  ring, or the message is too large for it. */
bool fake_ring_put(const void *bytes, size_t size);

/** Puts the mark of a message that was sent on the socket, if there is a ring. */
void fake_ring_put_mark(void);

/** Forgets the ring, as in a child, which does not have it. */
void fake_ring_drop(void);

#endif /* CAMIPC_TEST_FAKE_RING_H */
