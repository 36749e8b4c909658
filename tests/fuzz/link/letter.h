/* SPDX-License-Identifier: MIT */
/* One datagram of a peer, with its descriptors, before it is sent. */
#ifndef CAMIPC_TEST_FUZZ_LETTER_H
#define CAMIPC_TEST_FUZZ_LETTER_H

#include "port.h"

struct letter {
	struct letter *next;
	int64_t due; /* stage's time; 0: now */
	uint8_t *bytes;
	size_t size;
	int fds[PORT_MAX_FDS]; /* owned */
	uint32_t n_fds;
};

/** An honest one, with @n_fds descriptors that fit any kind. */
struct letter *letter_make(const struct camipc_header *header, const void *body,
			   size_t size, uint32_t n_fds);
struct letter *letter_copy(const struct letter *letter);

/** NULL is fine. */
void letter_free(struct letter *letter);

/** Makes it lie about itself; lies about other things change nothing. */
void letter_lie(struct letter *letter, const struct lie *lie);

/** Returns 0, also if the reader is gone, or -EAGAIN. */
int letter_send(const struct letter *letter, int fd);

#endif /* CAMIPC_TEST_FUZZ_LETTER_H */
