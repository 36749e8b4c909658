/* SPDX-License-Identifier: MIT */
/* One message: fixed header, body, file descriptors. */
#ifndef CAMIPC_TRANSPORT_MESSAGE_H
#define CAMIPC_TRANSPORT_MESSAGE_H

#include <string.h>

#include <camipc/arena.h>
#include <camipc/base.h>
#include <camipc/limits.h>

#define CAMIPC_WIRE_MAGIC UINT32_C(0x43504943) /* "CIPC" */
#define CAMIPC_WIRE_VERSION 1

enum camipc_message_kind {
	CAMIPC_MESSAGE_HELLO = 1,
	CAMIPC_MESSAGE_LOADED = 2,
	CAMIPC_MESSAGE_CALL = 3,
	CAMIPC_MESSAGE_REPLY = 4,
	CAMIPC_MESSAGE_EVENT = 5,
	CAMIPC_MESSAGE_LOG = 6,
	CAMIPC_MESSAGE_CREDIT = 7,
	CAMIPC_MESSAGE_BYE = 8,
	CAMIPC_MESSAGE_CRASH = 9, /* of a worker: its very last */
};

/** The body is in a sealed memfd, which is the last descriptor. */
#define CAMIPC_MESSAGE_SPILLED (1u << 0)
/**
 * On the wire: a reply without outputs; status says why. A received call or
 * event has it when this process could not take it in (status -EMFILE or
 * -ENOMEM): it has no body then, counts as consumed, and is not the peer's
 * fault. A reply that could not be taken in looks like an error reply.
 */
#define CAMIPC_MESSAGE_ERROR (1u << 1)
/** Nobody waits for a reply: an async call. */
#define CAMIPC_MESSAGE_ONEWAY (1u << 2)

/**
 * The header, as in idl/README.md:
 *
 *   0 magic u32       4 version u8, kind u8   6 flags u16
 *   8 id u32         12 cookie u32           16 body u32
 *  20 consumed u32   24 fds u16              26 status i16
 *  28 epoch u32
 */
struct camipc_header {
	uint8_t kind;
	uint16_t flags;
	uint32_t id; /* of the method or event */
	uint32_t cookie; /* joins a reply to its call */
	uint32_t body_size; /* bytes */
	uint32_t consumed; /* async calls or events consumed so far */
	uint16_t n_fds; /* without the spilled body's */
	int16_t status; /* of an error reply: negative errno */
	uint32_t epoch; /* +1 per start */
};

/** Readable bytes behind every body, for decoders that load in words. */
#define CAMIPC_MESSAGE_SLACK 16

/** One message and what belongs to it. Thread word: bound. */
struct camipc_message {
	struct camipc_header header;
	uint8_t *bytes; /* CAMIPC_HEADER_SIZE, then the body; owned, kept */
	size_t room; /* bytes of body that fit, without the slack */
	struct camipc_fd_table fds; /* owned: closed by reset and fini */
};

/** An empty message without memory. Cannot fail. */
void camipc_message_init(struct camipc_message *message);


/** Closes the descriptors of @table and empties it; keeps errno. */
void camipc_fd_table_close(struct camipc_fd_table *table);

/** Closes its fds and clears its header, keeps its memory. */
static inline void camipc_message_reset(struct camipc_message *message)
{
	if (CAMIPC_UNLIKELY(message->fds.n))
		camipc_fd_table_close(&message->fds);
	memset(&message->header, 0, sizeof(message->header));
}

/** Closes its fds and frees its memory; zeroed messages too. */
void camipc_message_fini(struct camipc_message *message);

/** The slow path of the next one. */
int camipc_message_grow(struct camipc_message *message,
			size_t size) CAMIPC_MUST_CHECK;

/**
 * Makes room for a body of @size bytes; what was in it is kept. Returns 0 or
 * -ENOMEM.
 */
CAMIPC_MUST_CHECK static inline int
camipc_message_reserve(struct camipc_message *message, size_t size)
{
	if (CAMIPC_LIKELY(message->bytes && size <= message->room))
		return 0;
	return camipc_message_grow(message, size);
}

/**
 * Adds @fd, which the message owns from now on, also when this fails: it is
 * closed then. Returns 0 or -ENOMEM.
 */
int camipc_message_take_fd(struct camipc_message *message,
			   int fd) CAMIPC_MUST_CHECK;


static inline uint8_t *camipc_message_body(struct camipc_message *message)
{
	return message->bytes + CAMIPC_HEADER_SIZE;
}

void camipc_header_encode(const struct camipc_header *header,
			  uint8_t bytes[CAMIPC_HEADER_SIZE]);

/**
 * Returns 0; -ESTALE for another version of this protocol; or -EPROTO: magic,
 * kind or flags nobody knows, flags or descriptors that do not fit the kind.
 */
int camipc_header_decode(const uint8_t bytes[CAMIPC_HEADER_SIZE],
			 struct camipc_header *header) CAMIPC_MUST_CHECK;

#endif /* CAMIPC_TRANSPORT_MESSAGE_H */
