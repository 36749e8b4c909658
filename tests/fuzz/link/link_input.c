/* SPDX-License-Identifier: MIT */
/* Draws and changes inputs of sessions over a link. */
#include "link_input.h"

size_t link_input_seed(struct oracle_random *random,
		       const struct link_input *input, uint8_t *data,
		       size_t room)
{
	input->draw_modes(random, data);
	lie_draw(random, data + LINK_INPUT_LIE);
	if (oracle_below(random, 8) == 0)
		data[LINK_INPUT_LIE] = LIE_NONE;
	return LINK_INPUT_HEADER +
	       sequence_seed(random, input->rules, data + LINK_INPUT_HEADER,
			     room - LINK_INPUT_HEADER);
}

size_t link_input_mutate(struct oracle_random *random,
			 const struct link_input *input, uint8_t *data,
			 size_t size, size_t room, const uint8_t *other,
			 size_t other_size)
{
	const size_t skip = other_size < LINK_INPUT_HEADER ? other_size
							   : LINK_INPUT_HEADER;

	if (size < LINK_INPUT_HEADER)
		return link_input_seed(random, input, data, room);
	if (oracle_below(random, 16) == 0)
		data[oracle_below(random, LINK_INPUT_LIE)] ^= (uint8_t)(
			1u << oracle_below(random, input->n_mode_bits));
	if (oracle_below(random, 2)) {
		lie_mutate(random, data + LINK_INPUT_LIE);
		return size;
	}
	return LINK_INPUT_HEADER +
	       sequence_mutate(random, input->rules, data + LINK_INPUT_HEADER,
			       size - LINK_INPUT_HEADER,
			       room - LINK_INPUT_HEADER,
			       other_size > 0 ? other + skip : other,
			       other_size - skip);
}
