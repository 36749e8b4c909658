/* SPDX-License-Identifier: MIT */
/* Makes inputs for the targets of the runtime from captures. */
#include <string.h>

#include "capture.h"

/* Room for a few of these in one input, which is tried more often then. */
#define ENOUGH 1024u

/* Which body it is: the first byte of an input of control_target.c. */
static int control_of(const struct captured *message)
{
	switch (message->header.kind) {
	case CAMIPC_MESSAGE_HELLO:
		return message->sent ? 0 : 1;
	case CAMIPC_MESSAGE_LOADED:
		return 2;
	case CAMIPC_MESSAGE_BYE:
		return 3;
	default:
		return -1;
	}
}

size_t capture_control(struct capture *capture, uint8_t *data, size_t room)
{
	struct captured message;

	while (capture_next(capture, &message)) {
		const size_t size = message.header.body_size;
		int what = control_of(&message);

		if (what < 0)
			continue;
		if (size > room - 1) {
			capture->n_too_large++;
			continue;
		}
		data[0] = (uint8_t)what;
		if (size > 0)
			memcpy(data + 1, message.body, size);
		return 1 + size;
	}
	return 0;
}

/* A datagram that a worker sent: channel_target.c takes no larger ones. */
static bool is_datagram(struct capture *capture, const struct captured *message)
{
	if (message->sent)
		return false;
	if (message->header.n_fds <= 4 &&
	    message->header.body_size <= ENOUGH - CAMIPC_HEADER_SIZE - 8)
		return true;
	capture->n_too_large++;
	return false;
}

size_t capture_channel(struct capture *capture, uint8_t *data, size_t room)
{
	struct capture_steps steps = { .data = data, .room = room };
	uint8_t datagram[ENOUGH];
	struct captured message;

	while (steps.size <= room - ENOUGH && steps.size < ENOUGH &&
	       capture_next(capture, &message)) {
		const uint32_t size = message.header.body_size;
		struct sequence_step step = { .body = datagram };

		if (!is_datagram(capture, &message))
			continue;
		camipc_header_encode(&message.header, datagram);
		if (size > 0)
			memcpy(datagram + CAMIPC_HEADER_SIZE, message.body,
			       size);
		step.n_fds = (uint8_t)message.header.n_fds;
		step.size = (uint16_t)(CAMIPC_HEADER_SIZE + size);
		FUZZ_REQUIRE(capture_add(&steps, &step));
	}
	return steps.size;
}
