/* SPDX-License-Identifier: MIT */
/*
 * Reads a recording from its beginning, item by item. The file may be damaged,
 * hostile or still growing: the reader takes bounded memory, stops at the first
 * damage, and says where that is.
 */
#ifndef CAMIPC_RECORD_RECORDING_READER_H
#define CAMIPC_RECORD_RECORDING_READER_H

#include <camipc/proxy.h>

#include "recording_format.h"
#include "schema.h"

#define CAMIPC_RECORDING_WHY_SIZE 160

/** A proxy of the recording. */
struct camipc_recorded_proxy {
	bool is_known;
	char name[128]; /* of the module, with its argument */
	char isolation[32];
	char module[256]; /* path */
	char argument[256];
	uint32_t host_pid;
	uint64_t begin; /* nanoseconds of CLOCK_MONOTONIC */
	uint64_t time_of_day; /* nanoseconds of CLOCK_REALTIME at that time */
	const struct camipc_schema *schema;
};

/** How the wire describes a descriptor of a message. */
struct camipc_recorded_fd {
	uint64_t object; /* the same for the same file */
	uint64_t size; /* bytes */
	enum camipc_item_fd_kind kind;
	int access; /* O_RDONLY, O_WRONLY or O_RDWR */
	uint32_t seals;
};

/** An item; its pointers are valid until the next one is read. */
struct camipc_recorded {
	enum camipc_item_kind kind;
	uint32_t flags; /* CAMIPC_ITEM_* */
	uint32_t proxy; /* number, from 0 */
	const struct camipc_recorded_proxy *of; /* NULL: ACCESS, LOST and LOG */
	uint64_t time; /* nanoseconds of CLOCK_MONOTONIC */
	uint64_t since; /* the first proxy of the recording began */
	uint32_t thread;
	uint32_t value;
	const uint8_t *bytes; /* the whole item, @size bytes */
	size_t size;

	uint64_t took; /* nanoseconds; of a reply, and of a span */

	/* Of a message. */
	const struct camipc_schema_method *method;
	uint8_t message_kind; /* 3 call, 4 reply, 5 event, as on the wire */
	bool is_async;
	uint32_t cookie;
	int status; /* of a reply: an error of the library, or 0 */
	const uint8_t *header; /* CAMIPC_ITEM_WIRE_HEADER_SIZE bytes */
	const uint8_t *body;
	size_t body_size;
	const struct camipc_schema_type *type; /* of the body; NULL: none */
	const uint8_t *fds; /* for camipc_recorded_get_fd() */
	uint32_t n_fds;

	/* Of a span, which may lie; its call has the same @method and @cookie. */
	uint64_t ran_from; /* nanoseconds of CLOCK_MONOTONIC */
	uint64_t ran_until; /* not before @ran_from */

	enum camipc_item_stall stall; /* of a stall */

	/* Of an access. */
	uint64_t object;
	uint64_t offset;
	uint32_t length;
	const uint8_t *hash; /* CAMIPC_HASH_SIZE bytes; all 0: not recorded */

	/* Of an IPA's end. */
	enum camipc_reason reason;
	int error;
	int wait_status;

	/* Of a line of the log, whose level is @value. */
	char topic[CAMIPC_ITEM_MAX_TOPIC + 1];

	char text[1024]; /* of an end, or of a line of the log */
};

/** Why the reader has stopped. */
enum camipc_recording_end {
	CAMIPC_RECORDING_GOES_ON = 0,
	CAMIPC_RECORDING_COMPLETE, /* the recorder ended it */
	CAMIPC_RECORDING_CUT, /* the recorder died, or still writes */
	CAMIPC_RECORDING_DAMAGED,
};

/** Where a chunk lies. */
struct camipc_recording_chunk {
	uint64_t offset;
	uint64_t time;
	uint32_t type;
};

struct camipc_recording;

/**
 * camipc_recording_open() - begin to read
 * @fd: of a regular file, borrowed as long as the recording is open
 * @why: CAMIPC_RECORDING_WHY_SIZE bytes; on failure what is wrong
 *
 * Returns 0, -EPROTO (not a recording), -ESTALE (of a later version), -ENOMEM or
 * what reading returned. Thread word: reentrant.
 */
int camipc_recording_open(int fd, struct camipc_recording **ret_recording,
			  char *why) CAMIPC_MUST_CHECK;

/** Ends reading; NULL is fine. Thread word: bound. */
void camipc_recording_close(struct camipc_recording *recording);

/**
 * Reads the next item. Returns 1; 0 at the end or at damage: see
 * camipc_recording_get_end(). After CAMIPC_RECORDING_CUT it may be called again
 * once the file has grown. Thread word: bound.
 */
int camipc_recording_next(struct camipc_recording *recording,
			  struct camipc_recorded *ret_item) CAMIPC_MUST_CHECK;

/**
 * camipc_recording_seek() - begin in the middle
 * @since: nanoseconds since the recording began
 *
 * The first item that is read is not later than @since, and at most one chunk
 * before it. Uses the index, or the headers of all chunks if there is none.
 * Contents of buffers before that place cannot be read any more. Damage on the
 * way ends reading, as in camipc_recording_next().
 *
 * Returns 0; -EBUSY (something was read before) or -ENOMEM. Thread word: bound.
 */
int camipc_recording_seek(struct camipc_recording *recording,
			  uint64_t since) CAMIPC_MUST_CHECK;

/**
 * Returns why the last item was the last one; @ret_why gets one line, which
 * names the place in the file. Thread word: bound.
 */
enum camipc_recording_end
camipc_recording_get_end(const struct camipc_recording *recording,
			 const char **ret_why);

/** Returns a proxy of an item that was read. Thread word: bound. */
const struct camipc_recorded_proxy *
camipc_recording_get_proxy(const struct camipc_recording *recording,
			   uint32_t number);

/** Reads the @index-th descriptor of a message. Thread word: reentrant. */
struct camipc_recorded_fd
camipc_recorded_get_fd(const struct camipc_recorded *item, uint32_t index);

/**
 * camipc_recording_read_buffer() - get the bytes of an access
 * @item: an access that was read
 * @to: @item->length bytes
 *
 * Returns 0; -ENOENT (the recording lacks them: recorded without buffers, or
 * damaged) or what reading returned. Thread word: bound.
 */
int camipc_recording_read_buffer(struct camipc_recording *recording,
				 const struct camipc_recorded *item,
				 void *to) CAMIPC_MUST_CHECK;

/**
 * Returns the chunks that were read so far, @ret_n of them. Thread word: bound.
 */
const struct camipc_recording_chunk *
camipc_recording_get_chunks(const struct camipc_recording *recording,
			    size_t *ret_n);

/** Returns true if interface @number, from 0, is @schema. Thread word: bound. */
bool camipc_recording_is_interface(const struct camipc_recording *recording,
				   uint32_t number,
				   const struct camipc_schema *schema);

/**
 * Returns the @part of interface @number, from 0, which was read before, as
 * @ret_size bytes; NULL if there is no such interface. Thread word: bound.
 */
const uint8_t *
camipc_recording_get_interface(const struct camipc_recording *recording,
			       uint32_t number, enum camipc_interface_part part,
			       size_t *ret_size);

#endif /* CAMIPC_RECORD_RECORDING_READER_H */
