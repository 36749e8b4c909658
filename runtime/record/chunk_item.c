/* SPDX-License-Identifier: MIT */
/* Reads one item of a records chunk, and the contents of a state chunk. */
#include "chunk_item.h"

#include <fcntl.h>
#include <string.h>

#include "text.h"

#define MESSAGE_SIZE (CAMIPC_ITEM_TOOK_SIZE + CAMIPC_ITEM_WIRE_HEADER_SIZE)

/* Flags of the header on the wire. */
#define WIRE_ONEWAY (1u << 2)

/**
 * Copies a text with its length to @to, for people to read: anybody may have made
 * the file. Returns the bytes it took, or 0 if it is not whole.
 */
static size_t read_text(const uint8_t *bytes, size_t left, char *to,
			size_t size)
{
	size_t n;

	if (left < 2)
		return 0;
	n = camipc_get_le16(bytes);
	if (n > left - 2)
		return 0;
	camipc_sanitise(to, size, bytes + 2, n);
	return n + 2;
}

static bool read_message_item(const uint8_t *at, size_t left,
			 struct camipc_recorded *item)
{
	const uint8_t *header = at + CAMIPC_ITEM_TOOK_SIZE;
	uint32_t body;

	if (left < MESSAGE_SIZE)
		return false;
	item->took = camipc_get_le64(at);
	item->header = header;
	item->message_kind = header[5];
	item->is_async = camipc_get_le16(header + 6) & WIRE_ONEWAY;
	item->value = camipc_get_le32(header + 8);
	item->cookie = camipc_get_le32(header + 12);
	body = camipc_get_le32(header + 16);
	item->n_fds = camipc_get_le16(header + 24);
	item->status = (int16_t)camipc_get_le16(header + 26);
	left -= MESSAGE_SIZE;
	if (item->message_kind < CAMIPC_WIRE_CALL ||
	    item->message_kind > CAMIPC_WIRE_EVENT || body > left ||
	    (left - body) / CAMIPC_ITEM_FD_SIZE < item->n_fds)
		return false;
	item->body = at + MESSAGE_SIZE;
	item->body_size = body;
	item->fds = item->body + body;
	return true;
}

static bool read_access(const uint8_t *at, size_t left,
			struct camipc_recorded *item)
{
	if (left < CAMIPC_ITEM_ACCESS_SIZE)
		return false;
	item->object = camipc_get_le64(at);
	item->offset = camipc_get_le64(at + 8);
	item->length = camipc_get_le32(at + 16);
	item->hash = at + 24;
	return item->length <= CAMIPC_ACCESS_MAX;
}

static bool read_ended(const uint8_t *at, size_t left,
		       struct camipc_recorded *item)
{
	if (left < CAMIPC_ITEM_ENDED_SIZE)
		return false;
	item->reason = (enum camipc_reason)camipc_get_le32(at);
	item->error = (int)camipc_get_le32(at + 4);
	item->wait_status = (int)camipc_get_le32(at + 8);
	return read_text(at + CAMIPC_ITEM_ENDED_SIZE,
			 left - CAMIPC_ITEM_ENDED_SIZE, item->text,
			 sizeof(item->text)) > 0;
}

static bool read_span(const uint8_t *at, size_t left,
		      struct camipc_recorded *item)
{
	if (left < CAMIPC_ITEM_SPAN_SIZE)
		return false;
	item->cookie = camipc_get_le32(at);
	item->ran_from = camipc_get_le64(at + 8);
	item->ran_until = camipc_get_le64(at + 16);
	if (item->ran_until < item->ran_from)
		return false;
	item->took = item->ran_until - item->ran_from;
	return true;
}

static bool read_stall(const uint8_t *at, size_t left,
		       struct camipc_recorded *item)
{
	if (left < CAMIPC_ITEM_STALL_SIZE)
		return false;
	item->stall = (enum camipc_item_stall)camipc_get_le32(at);
	return item->stall >= CAMIPC_ITEM_STALL_WAITS &&
	       item->stall <= CAMIPC_ITEM_STALL_REFUSED;
}

static bool read_log(const uint8_t *at, size_t left,
		     struct camipc_recorded *item)
{
	const size_t n = read_text(at, left, item->topic, sizeof(item->topic));

	return n > 0 && read_text(at + n, left - n, item->text,
				  sizeof(item->text)) > 0;
}

size_t camipc_item_read(const uint8_t *bytes, size_t left,
			struct camipc_recorded *ret_item)
{
	const uint8_t *at = bytes + CAMIPC_ITEM_HEADER_SIZE;
	bool is_right = true;
	size_t size;

	if (left < CAMIPC_ITEM_HEADER_SIZE)
		return 0;
	size = camipc_get_le32(bytes);
	if (size < CAMIPC_ITEM_HEADER_SIZE || size > left)
		return 0;
	left = size - CAMIPC_ITEM_HEADER_SIZE;
	memset(ret_item, 0, offsetof(struct camipc_recorded, text) + 1);
	ret_item->kind = (enum camipc_item_kind)bytes[4];
	ret_item->flags = bytes[5];
	ret_item->proxy = camipc_get_le16(bytes + 6);
	ret_item->time = camipc_get_le64(bytes + 8);
	ret_item->thread = camipc_get_le32(bytes + 16);
	ret_item->value = camipc_get_le32(bytes + 20);
	ret_item->bytes = bytes;
	ret_item->size = size;
	switch (bytes[4]) {
	case CAMIPC_ITEM_MESSAGE:
		is_right = read_message_item(at, left, ret_item);
		break;
	case CAMIPC_ITEM_ACCESS:
		is_right = read_access(at, left, ret_item);
		break;
	case CAMIPC_ITEM_ENDED:
		is_right = read_ended(at, left, ret_item);
		break;
	case CAMIPC_ITEM_LOG:
		is_right = read_log(at, left, ret_item);
		break;
	case CAMIPC_ITEM_SPAN:
		is_right = read_span(at, left, ret_item);
		break;
	case CAMIPC_ITEM_STALL:
		is_right = read_stall(at, left, ret_item);
		break;
	case CAMIPC_ITEM_DROPPED:
	case CAMIPC_ITEM_CREDIT:
	case CAMIPC_ITEM_STATE:
	case CAMIPC_ITEM_CLOSED:
	case CAMIPC_ITEM_LOST:
		break;
	default:
		ret_item->kind = (enum camipc_item_kind)0;
		break;
	}
	return is_right ? size : 0;
}

struct camipc_recorded_fd
camipc_recorded_get_fd(const struct camipc_recorded *item, uint32_t index)
{
	const uint8_t *at = item->fds + (size_t)index * CAMIPC_ITEM_FD_SIZE;
	const unsigned int kind = camipc_get_le16(at + 16);

	return (struct camipc_recorded_fd){
		.object = camipc_get_le64(at),
		.size = camipc_get_le64(at + 8),
		.kind = kind <= CAMIPC_ITEM_FD_FILE
				? (enum camipc_item_fd_kind)kind
				: CAMIPC_ITEM_FD_OTHER,
		.access = camipc_get_le16(at + 18) & O_ACCMODE,
		.seals = camipc_get_le32(at + 20),
	};
}

bool camipc_state_chunk_read(const uint8_t *bytes, size_t size,
			     uint32_t *ret_number, uint32_t *ret_interface,
			     struct camipc_recorded_proxy *proxy)
{
	const struct {
		char *to;
		size_t size;
	} texts[CAMIPC_STATE_TEXTS] = {
		{ proxy->name, sizeof(proxy->name) },
		{ proxy->isolation, sizeof(proxy->isolation) },
		{ proxy->module, sizeof(proxy->module) },
		{ proxy->argument, sizeof(proxy->argument) },
	};
	size_t at = CAMIPC_STATE_FIXED_SIZE;

	if (size < CAMIPC_STATE_FIXED_SIZE)
		return false;
	*ret_number = camipc_get_le32(bytes);
	*ret_interface = camipc_get_le32(bytes + 4);
	proxy->host_pid = camipc_get_le32(bytes + 8);
	proxy->time_of_day = camipc_get_le64(bytes + 16);
	for (unsigned int i = 0; i < CAMIPC_STATE_TEXTS; i++) {
		const size_t n = read_text(bytes + at, size - at, texts[i].to,
					   texts[i].size);

		if (!n)
			return false;
		at += n;
	}
	return true;
}
