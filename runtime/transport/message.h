/* SPDX-License-Identifier: MIT */
/* Messages: a message has a fixed header, a body and file descriptors. */
#ifndef CAMIPC_TRANSPORT_MESSAGE_H
#define CAMIPC_TRANSPORT_MESSAGE_H

#include <string.h>

#include <camipc/arena.h>
#include <camipc/base.h>
#include <camipc/limits.h>

struct camipc_fd_source;

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
	CAMIPC_MESSAGE_TRACE = 10, /* of a worker, see below */
	CAMIPC_MESSAGE_BELL = 11, /* wakes who sleeps on a shm channel's socket */
};

/**
 * The body of a TRACE message holds one or more spans, each of this size in
 * bytes: the time that the worker spent on one call. All numbers are
 * little-endian; times are in nanoseconds of CLOCK_MONOTONIC.
 *
 *   0 cookie u32 and     4 id u32, of the call     8 begin u64     16 end u64
 *
 * A worker sends them only if the camera process asked for them in its hello:
 * otherwise a TRACE message breaks the protocol. A camera process that asks
 * numbers its asynchronous calls in their cookies; a worker does not read them.
 */
#define CAMIPC_TRACE_SPAN_SIZE 24

/** Spans of the largest TRACE message. */
#define CAMIPC_TRACE_MAX_SPANS (CAMIPC_MAX_CONTROL_SIZE / CAMIPC_TRACE_SPAN_SIZE)

/** The time that an IPA spent on one call. */
struct camipc_span {
	uint32_t cookie; /* of the call */
	uint32_t id; /* of its method */
	uint64_t begin; /* nanoseconds of CLOCK_MONOTONIC */
	uint64_t end;
};

/** Flag: the body is in a sealed memfd, which is the last descriptor. */
#define CAMIPC_MESSAGE_SPILLED (1u << 0)
/**
 * Flag: on the wire, a reply without outputs, whose status is the error. A
 * received call or event has the flag when this process lacked descriptors or
 * memory for it (status -EMFILE or -ENOMEM): it has no body then, counts as
 * consumed, and is not the peer's fault. A reply that this process had no room
 * for looks like an error reply.
 */
#define CAMIPC_MESSAGE_ERROR (1u << 1)
/** Flag: an asynchronous call, which gets no reply. */
#define CAMIPC_MESSAGE_ONEWAY (1u << 2)

/**
 * The header; the numbers are the offsets of little-endian fields:
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
	uint32_t cookie; /* the same in a call and its reply */
	uint32_t body_size; /* bytes */
	uint32_t consumed; /* async calls or events consumed so far */
	uint16_t n_fds; /* without the spilled body's */
	int16_t status; /* of an error reply: negative errno */
	uint32_t epoch; /* number of starts so far */
};

/** Readable bytes after every body, for decoders that load whole words. */
#define CAMIPC_MESSAGE_SLACK 16

/** One message, with its memory and its descriptors. Thread word: bound. */
struct camipc_message {
	struct camipc_header header;
	uint8_t *bytes; /* CAMIPC_HEADER_SIZE, then the body; owned, kept */
	size_t room; /* bytes of body that fit, without the slack */
	struct camipc_fd_table fds; /* owned unless @is_lent */
	/** The untrusted peer that sent @fds, a reference; NULL: @fds is empty,
	 *  or nobody needs to be afraid of closing them. */
	struct camipc_fd_source *source;
	/** Somebody else closes @fds, after the message was sent: reset and fini
	 *  do not. */
	bool is_lent;
	/** Sending it wakes nobody: camipc_channel_wake() follows. */
	bool quiet;
};

/** Initialises an empty message without memory. Cannot fail. Bound. */
void camipc_message_init(struct camipc_message *message);

/** Closes the descriptors of @table and empties it. Keeps errno. Bound. */
void camipc_fd_table_close(struct camipc_fd_table *table);

/**
 * Closes the descriptors; those of an untrusted peer through closer.h, so that
 * this never blocks. Keeps errno. Bound.
 */
void camipc_message_close_fds(struct camipc_message *message);

/** Closes the descriptors, clears the header, keeps the memory. Bound. */
static inline void camipc_message_reset(struct camipc_message *message)
{
	if (CAMIPC_UNLIKELY(message->fds.n || message->source))
		camipc_message_close_fds(message);
	memset(&message->header, 0, sizeof(message->header));
	message->quiet = false;
}

/**
 * Closes the descriptors, frees the memory; zeroed messages are fine. Bound.
 */
void camipc_message_fini(struct camipc_message *message);

/** Enlarges the memory: the slow path of camipc_message_reserve(). Bound. */
int camipc_message_grow(struct camipc_message *message,
			size_t size) CAMIPC_MUST_CHECK;

/**
 * Makes room for a body of @size bytes; keeps the contents. Returns 0 or
 * -ENOMEM. Thread word: bound.
 */
CAMIPC_MUST_CHECK static inline int
camipc_message_reserve(struct camipc_message *message, size_t size)
{
	if (CAMIPC_LIKELY(message->bytes && size <= message->room))
		return 0;
	return camipc_message_grow(message, size);
}

/**
 * Appends @fd, which the message owns from now on; closes it on failure.
 * Returns 0 or -ENOMEM. Thread word: bound.
 */
int camipc_message_take_fd(struct camipc_message *message,
			   int fd) CAMIPC_MUST_CHECK;

/**
 * Replaces descriptors that are lent by duplicates; does nothing if none is.
 * Returns 0, or -EMFILE or -EBADF, and @message has none then. Bound.
 */
int camipc_message_own_fds(struct camipc_message *message) CAMIPC_MUST_CHECK;

/** Returns where the body begins. Thread word: bound. */
static inline uint8_t *camipc_message_body(struct camipc_message *message)
{
	return message->bytes + CAMIPC_HEADER_SIZE;
}

/** Writes @span as bytes. Thread word: reentrant. */
void camipc_span_encode(const struct camipc_span *span,
			uint8_t bytes[CAMIPC_TRACE_SPAN_SIZE]);

/**
 * Reads a span, which may be anything. Returns 0, or -EPROTO if it ends before it
 * begins. Thread word: reentrant.
 */
int camipc_span_decode(const uint8_t bytes[CAMIPC_TRACE_SPAN_SIZE],
		       struct camipc_span *ret_span) CAMIPC_MUST_CHECK;

/** Writes @header as bytes. Thread word: reentrant. */
void camipc_header_encode(const struct camipc_header *header,
			  uint8_t bytes[CAMIPC_HEADER_SIZE]);

/**
 * Reads a header. Returns 0; -ESTALE (another version of this protocol); or
 * -EPROTO (a wrong magic, an unknown kind, or flags, a status or descriptors
 * that messages of this kind cannot have). Thread word: reentrant.
 */
int camipc_header_decode(const uint8_t bytes[CAMIPC_HEADER_SIZE],
			 struct camipc_header *header) CAMIPC_MUST_CHECK;

#endif /* CAMIPC_TRANSPORT_MESSAGE_H */
