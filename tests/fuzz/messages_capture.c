/* SPDX-License-Identifier: MIT */
/* Makes inputs for the decoders from captures: each body of a message. */
#include <string.h>

#include "capture.h"
#include "targets.h"

size_t capture_messages(struct capture *capture, uint8_t *data, size_t room)
{
	struct captured message;

	while (capture_next(capture, &message)) {
		const struct camipc_header *header = &message.header;
		const struct camipc_message_type *type = NULL;

		if (header->kind >= CAMIPC_MESSAGE_CALL &&
		    header->kind <= CAMIPC_MESSAGE_EVENT &&
		    !(header->flags & CAMIPC_MESSAGE_ERROR))
			type = capture_type(header);
		if (!type)
			continue;
		if (header->body_size > room - FUZZ_MESSAGES_HEADER ||
		    header->n_fds >= FUZZ_MESSAGES_FDS) {
			capture->n_too_large++;
			continue;
		}
		fuzz_put_u32(data, fuzz_hash(type->info->name,
					     strlen(type->info->name)));
		data[4] = (uint8_t)header->n_fds;
		data[5] = 0;
		if (header->body_size > 0)
			memcpy(data + FUZZ_MESSAGES_HEADER, message.body,
			       header->body_size);
		return FUZZ_MESSAGES_HEADER + (size_t)header->body_size;
	}
	return 0;
}
