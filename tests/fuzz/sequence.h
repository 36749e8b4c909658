/* SPDX-License-Identifier: MIT */
/*
 * Inputs that are sequences of steps, each with a message body. A step is eight
 * bytes (op, flags, id u16, pick, descriptors, body size u16) and the body; the
 * target defines their meaning. A truncated step has a shorter body.
 */
#ifndef CAMIPC_TEST_SEQUENCE_H
#define CAMIPC_TEST_SEQUENCE_H

#include "fuzz.h"

/** Bytes of a step without its body. */
#define SEQUENCE_STEP 8u

struct sequence_step {
	uint8_t op;
	uint8_t flags;
	uint16_t id;
	uint8_t pick; /* which of several, or the seed of what is drawn */
	uint8_t n_fds;
	uint16_t size;
	const uint8_t *body;
};

/** Takes the next step of @data; false at the end. */
bool sequence_next(const uint8_t **data, size_t *size,
		   struct sequence_step *step);

/** Writes @step with its body; returns the size, 0 if @room is too small. */
size_t sequence_put(uint8_t *data, size_t room,
		    const struct sequence_step *step);

/** What a target's steps are. */
struct sequence_rules {
	uint8_t n_ops;

	/** The message that a step's body should be; NULL: none. */
	const struct camipc_message_type *(*type_of)(
		const struct sequence_step *step);

	/** Fills in op, flags, id and pick of a step that makes sense. */
	void (*draw)(struct oracle_random *random, struct sequence_step *step);
};

/** For fuzz_target.mutate and .seed. */
size_t sequence_mutate(struct oracle_random *random,
		       const struct sequence_rules *rules, uint8_t *data,
		       size_t size, size_t room, const uint8_t *other,
		       size_t other_size);
size_t sequence_seed(struct oracle_random *random,
		     const struct sequence_rules *rules, uint8_t *data,
		     size_t room);

#endif /* CAMIPC_TEST_SEQUENCE_H */
