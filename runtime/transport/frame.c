/* SPDX-License-Identifier: MIT */
/* Checks headers against the bytes that came and the limits of the receiver. */
#include "frame.h"

#include <errno.h>

enum camipc_reason camipc_frame_check(const struct camipc_channel_limits *limits,
				      struct camipc_message *message,
				      size_t size, bool is_cut, int *ret_error)
{
	struct camipc_header *header = &message->header;
	size_t body;
	int ret;

	*ret_error = -EPROTO;
	if (is_cut || size < CAMIPC_HEADER_SIZE)
		return CAMIPC_REASON_BAD_FRAMING;
	ret = camipc_header_decode(message->bytes, header);
	if (ret < 0) {
		*ret_error = ret;
		return CAMIPC_REASON_BAD_PROTOCOL;
	}
	if (header->body_size > limits->max_message_size)
		return CAMIPC_REASON_BAD_LIMIT;
	body = header->flags & CAMIPC_MESSAGE_SPILLED ? 0 : header->body_size;
	if (size != CAMIPC_HEADER_SIZE + body)
		return CAMIPC_REASON_BAD_FRAMING;
	if (header->n_fds > limits->max_fds)
		return CAMIPC_REASON_BAD_FD;
	/* Only a camera process hands files over with its hello. */
	if (limits->untrusted && header->kind == CAMIPC_MESSAGE_HELLO &&
	    header->n_fds)
		return CAMIPC_REASON_BAD_PROTOCOL;
	*ret_error = 0;
	return CAMIPC_REASON_NONE;
}

void camipc_frame_drop_body(struct camipc_message *message, int error)
{
	camipc_message_close_fds(message);
	message->header.flags = CAMIPC_MESSAGE_ERROR |
				(message->header.flags & CAMIPC_MESSAGE_ONEWAY);
	message->header.status = (int16_t)error;
	message->header.body_size = 0;
	message->header.n_fds = 0;
}

int camipc_frame_refuse(struct camipc_message *message,
			enum camipc_reason reason, int error,
			enum camipc_reason *ret_reason)
{
	camipc_message_reset(message);
	*ret_reason = reason;
	return error;
}
