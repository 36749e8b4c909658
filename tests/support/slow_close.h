/* SPDX-License-Identifier: MIT */
/*
 * Descriptors whose close takes as long as their maker likes: TCP sockets with
 * a linger time and data that nobody reads.
 */
#ifndef CAMIPC_TEST_SLOW_CLOSE_H
#define CAMIPC_TEST_SLOW_CLOSE_H

#include <stdint.h>

/** Seconds that closing one takes. */
#define SLOW_CLOSE_S 20

/** Milliseconds that nobody may be held up: a small part of the above. */
#define SLOW_CLOSE_LIMIT_MS 5000

/** A socket that takes connections and never reads from them. */
struct slow_close {
	int listener;
	uint16_t port; /* of loopback */
};

/** Opens the socket; fails the test if that is not possible. */
void slow_close_begin(struct slow_close *slow);

/** Ends all closes that are waiting: their connections are reset. */
void slow_close_end(struct slow_close *slow);

/** Returns a connected socket whose last close is slow, or -1. */
int slow_close_open(uint16_t port);

#endif /* CAMIPC_TEST_SLOW_CLOSE_H */
