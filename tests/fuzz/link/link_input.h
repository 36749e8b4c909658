/* SPDX-License-Identifier: MIT */
/* Inputs of sessions over a link: two bytes of modes, a lie, and steps. */
#ifndef CAMIPC_TEST_LINK_INPUT_H
#define CAMIPC_TEST_LINK_INPUT_H

#include "port.h"
#include "sequence.h"

/** Bytes before the first step; the lie begins after the modes. */
#define LINK_INPUT_HEADER (LINK_INPUT_LIE + LIE_SIZE)
#define LINK_INPUT_LIE 2u

/** What a target's inputs are. */
struct link_input {
	const struct sequence_rules *rules;

	/** Bits of a mode that mean something. */
	uint32_t n_mode_bits;

	/** Fills in both modes. */
	void (*draw_modes)(struct oracle_random *random, uint8_t *data);
};

/** For fuzz_target.seed and .mutate. */
size_t link_input_seed(struct oracle_random *random,
		       const struct link_input *input, uint8_t *data,
		       size_t room);
size_t link_input_mutate(struct oracle_random *random,
			 const struct link_input *input, uint8_t *data,
			 size_t size, size_t room, const uint8_t *other,
			 size_t other_size);

#endif /* CAMIPC_TEST_LINK_INPUT_H */
