/* SPDX-License-Identifier: MIT */
/* Takes one value of one message through our codec. */
#ifndef CAMIPC_TEST_TRIAL_H
#define CAMIPC_TEST_TRIAL_H

#include "oracle.h"

/** Enough for nearly every random value; for others it grows. */
#define TRIAL_BUFFER_SIZE (256u * 1024u)

/** What a message may carry in these tests. */
#define TRIAL_MAX_FDS 64

struct trial {
	const struct camipc_message_type *type;
	const ProtobufCMessageDescriptor *descriptor; /* NULL: a map's entry */
	struct oracle_random random;
	struct camipc_arena values; /* of the original */
	struct camipc_arena arena; /* of the decoded one */
	void *original;
	void *decoded;
	uint8_t *bytes;
	size_t room; /* of it */
	size_t size; /* encoded there */
	int fds[TRIAL_MAX_FDS + 1]; /* test_damage adds one */
	uint32_t n_fds;
};

/** Opens the descriptor that all messages carry: setup of the tests. */
int trial_open_fd(void **state);
int trial_close_fd(void **state);

/** Runs @work @rounds times for each message there is. */
void trial_for_each(void (*work)(struct trial *trial), int rounds,
		    uint64_t seed);

/** Draws another original. */
void trial_draw(struct trial *trial);

/** Clears @msg and sets the IDL's defaults. */
void trial_init(const struct trial *trial, void *msg);

/**
 * Checks and encodes @msg, and fails the test unless the check allows it and
 * told the truth about its size. Returns what the check said.
 */
struct camipc_check trial_encode(struct trial *trial, const void *msg);

/**
 * Decodes @size bytes at @bytes, which come with @n_fds descriptors, within
 * the budget of a real receiver. Returns the reader's word; *ret_taken is how
 * much memory it took.
 */
int trial_decode(struct trial *trial, const void *bytes, size_t size,
		 uint32_t n_fds, size_t *ret_taken);

#endif /* CAMIPC_TEST_TRIAL_H */
