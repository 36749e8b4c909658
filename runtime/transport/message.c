/* SPDX-License-Identifier: MIT */
/* Messages: their memory, their descriptors and the codec of their headers. */
#include "message.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <camipc/fd.h>
#include <camipc/wire_format.h>

#include "closer.h"

/* Most messages are smaller; their records then never grow. */
#define FIRST_ROOM 480u

/* Larger messages get what they need: doubled, they would take twice as much
 * memory as those who count bodies believe. */
#define LAST_DOUBLED CAMIPC_MAX_INLINE_SIZE

void camipc_message_init(struct camipc_message *message)
{
	memset(message, 0, sizeof(*message));
}

void camipc_fd_table_close(struct camipc_fd_table *table)
{
	int saved = errno;

	for (uint32_t i = 0; i < table->n; i++) {
		if (table->fds[i] >= 0)
			close(table->fds[i]);
	}
	table->n = 0;
	errno = saved;
}

void camipc_message_close_fds(struct camipc_message *message)
{
	struct camipc_fd_table *table = &message->fds;

	if (message->is_lent) {
		message->is_lent = false;
		table->n = 0;
		return;
	}
	if (!message->source) {
		camipc_fd_table_close(table);
		return;
	}
	for (uint32_t i = 0; i < table->n; i++)
		camipc_closer_close(table->fds[i], message->source);
	table->n = 0;
	camipc_fd_source_unref(message->source);
	message->source = NULL;
}

void camipc_message_fini(struct camipc_message *message)
{
	camipc_message_reset(message);
	free(message->bytes);
	free(message->fds.fds);
	camipc_message_init(message);
}

int camipc_message_grow(struct camipc_message *message, size_t size)
{
	size_t room = message->room ? message->room : FIRST_ROOM;
	uint8_t *bytes;

	/* Encoders need the room beyond the largest body. */
	if (size > CAMIPC_MAX_MESSAGE_SIZE_CEILING + CAMIPC_WRITE_ROOM)
		return -ENOMEM;
	while (room < size && room < LAST_DOUBLED)
		room *= 2;
	room = room < size ? size : room;
	bytes = realloc(message->bytes,
			CAMIPC_HEADER_SIZE + room + CAMIPC_MESSAGE_SLACK);
	if (!bytes)
		return -ENOMEM;
	message->bytes = bytes;
	message->room = room;
	return 0;
}

int camipc_message_take_fd(struct camipc_message *message, int fd)
{
	struct camipc_fd_table *table = &message->fds;

	if (table->n == table->room) {
		uint32_t room = table->room ? 2 * table->room : 4;
		int *fds = realloc(table->fds, room * sizeof(*fds));

		if (!fds && message->source)
			camipc_closer_close(fd, message->source);
		else if (!fds)
			close(fd);
		if (!fds)
			return -ENOMEM;
		table->fds = fds;
		table->room = room;
	}
	table->fds[table->n++] = fd;
	return 0;
}

int camipc_message_own_fds(struct camipc_message *message)
{
	struct camipc_fd_table *table = &message->fds;
	const uint32_t n = table->n;

	if (!message->is_lent)
		return 0;
	message->is_lent = false;
	for (table->n = 0; table->n < n; table->n++) {
		int fd = camipc_fd_dup(table->fds[table->n]);

		if (fd < 0) {
			camipc_fd_table_close(table);
			return fd;
		}
		table->fds[table->n] = fd;
	}
	return 0;
}

static void put_u16(uint8_t *p, uint16_t value)
{
	p[0] = (uint8_t)value;
	p[1] = (uint8_t)(value >> 8);
}

static void put_u32(uint8_t *p, uint32_t value)
{
	p[0] = (uint8_t)value;
	p[1] = (uint8_t)(value >> 8);
	p[2] = (uint8_t)(value >> 16);
	p[3] = (uint8_t)(value >> 24);
}

static uint16_t get_u16(const uint8_t *p)
{
	return (uint16_t)(p[0] | p[1] << 8);
}

static uint32_t get_u32(const uint8_t *p)
{
	return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 |
	       (uint32_t)p[3] << 24;
}

static void put_u64(uint8_t *p, uint64_t value)
{
	put_u32(p, (uint32_t)value);
	put_u32(p + 4, (uint32_t)(value >> 32));
}

static uint64_t get_u64(const uint8_t *p)
{
	return get_u32(p) | (uint64_t)get_u32(p + 4) << 32;
}

void camipc_span_encode(const struct camipc_span *span,
			uint8_t bytes[CAMIPC_TRACE_SPAN_SIZE])
{
	put_u32(bytes, span->cookie);
	put_u32(bytes + 4, span->id);
	put_u64(bytes + 8, span->begin);
	put_u64(bytes + 16, span->end);
}

int camipc_span_decode(const uint8_t bytes[CAMIPC_TRACE_SPAN_SIZE],
		       struct camipc_span *ret_span)
{
	const struct camipc_span span = {
		.cookie = get_u32(bytes),
		.id = get_u32(bytes + 4),
		.begin = get_u64(bytes + 8),
		.end = get_u64(bytes + 16),
	};

	if (span.end < span.begin)
		return -EPROTO;
	*ret_span = span;
	return 0;
}

void camipc_header_encode(const struct camipc_header *header,
			  uint8_t bytes[CAMIPC_HEADER_SIZE])
{
	put_u32(bytes, CAMIPC_WIRE_MAGIC);
	bytes[4] = CAMIPC_WIRE_VERSION;
	bytes[5] = header->kind;
	put_u16(bytes + 6, header->flags);
	put_u32(bytes + 8, header->id);
	put_u32(bytes + 12, header->cookie);
	put_u32(bytes + 16, header->body_size);
	put_u32(bytes + 20, header->consumed);
	put_u16(bytes + 24, header->n_fds);
	put_u16(bytes + 26, (uint16_t)header->status);
	put_u32(bytes + 28, header->epoch);
}

/* Marks a kind that exists, beside the flags that its messages may have. A kind
 * without an entry does not exist. */
#define KIND 0x8000u
static const uint16_t legal_flags[] = {
	[CAMIPC_MESSAGE_HELLO] = KIND,
	[CAMIPC_MESSAGE_LOADED] = KIND,
	[CAMIPC_MESSAGE_CALL] = KIND | CAMIPC_MESSAGE_SPILLED |
				CAMIPC_MESSAGE_ONEWAY,
	[CAMIPC_MESSAGE_REPLY] = KIND | CAMIPC_MESSAGE_SPILLED |
				 CAMIPC_MESSAGE_ERROR,
	[CAMIPC_MESSAGE_EVENT] = KIND | CAMIPC_MESSAGE_SPILLED,
	[CAMIPC_MESSAGE_LOG] = KIND,
	[CAMIPC_MESSAGE_CREDIT] = KIND,
	[CAMIPC_MESSAGE_BYE] = KIND,
	[CAMIPC_MESSAGE_CRASH] = KIND,
	[CAMIPC_MESSAGE_TRACE] = KIND,
	[CAMIPC_MESSAGE_BELL] = KIND,
};
#define N_KINDS (sizeof(legal_flags) / sizeof(legal_flags[0]))
CAMIPC_STATIC_ASSERT(N_KINDS == CAMIPC_MESSAGE_BELL + 1,
		     "every kind says which flags it may have");

int camipc_header_decode(const uint8_t bytes[CAMIPC_HEADER_SIZE],
			 struct camipc_header *header)
{
	uint16_t legal = bytes[5] < N_KINDS ? legal_flags[bytes[5]] : 0;
	uint16_t flags = get_u16(bytes + 6);
	uint16_t status = get_u16(bytes + 26);

	if (get_u32(bytes) != CAMIPC_WIRE_MAGIC)
		return -EPROTO;
	if (bytes[4] != CAMIPC_WIRE_VERSION)
		return -ESTALE;
	if (!(legal & KIND) || (flags & ~(legal & ~KIND)))
		return -EPROTO;
	/* Only error replies have a status; only hello and kinds with a body that
	 * may be spilled (calls, replies, events) carry descriptors. */
	if (status && !(flags & CAMIPC_MESSAGE_ERROR))
		return -EPROTO;
	if ((flags & CAMIPC_MESSAGE_ERROR) && (status & 0x8000) == 0)
		return -EPROTO;
	if (!(legal & CAMIPC_MESSAGE_SPILLED) &&
	    bytes[5] != CAMIPC_MESSAGE_HELLO && get_u16(bytes + 24))
		return -EPROTO;

	header->kind = bytes[5];
	header->flags = flags;
	header->id = get_u32(bytes + 8);
	header->cookie = get_u32(bytes + 12);
	header->body_size = get_u32(bytes + 16);
	header->consumed = get_u32(bytes + 20);
	header->n_fds = get_u16(bytes + 24);
	header->status = (int16_t)status;
	header->epoch = get_u32(bytes + 28);
	return 0;
}
