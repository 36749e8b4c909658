/* SPDX-License-Identifier: MIT */
/*
 * Makes inputs for a servant from captures: the messages of the camera process.
 */
#include "capture.h"
#include "servant_steps.h"

/* Ops that raise events and ops that do not, in turns. */
static struct sequence_step servant_step(struct capture *capture,
					 const struct captured *message)
{
	const struct camipc_header *header = &message->header;
	struct sequence_step step = {
		.op = OP_CREDIT,
		.id = (uint16_t)header->id,
		.pick = (uint8_t)header->cookie,
		.n_fds = (uint8_t)header->n_fds,
		.size = (uint16_t)header->body_size,
		.body = message->body,
	};

	if (header->kind == CAMIPC_MESSAGE_CALL) {
		step.op = OP_CALL;
		if (header->cookie % 2)
			step.flags |= OP_EMITS;
		if (header->epoch != capture->epoch)
			step.flags |= NEXT_EPOCH;
		capture->epoch = header->epoch;
	}
	return step;
}

size_t capture_servant(struct capture *capture, uint8_t *data, size_t room)
{
	struct capture_steps steps = { .data = data, .room = room };
	struct capture before = *capture;
	struct captured message;

	while (steps.size < CAPTURE_ENOUGH && capture_next(capture, &message)) {
		struct sequence_step step;

		if (message.sent &&
		    (message.header.kind == CAMIPC_MESSAGE_CALL ||
		     message.header.kind == CAMIPC_MESSAGE_CREDIT) &&
		    capture_fits(capture, &message, room, MAX_STEP_FDS)) {
			step = servant_step(capture, &message);
			/* It begins the next one, where there is room. */
			if (!capture_add(&steps, &step)) {
				*capture = before;
				break;
			}
		}
		before = *capture;
	}
	return steps.size;
}
