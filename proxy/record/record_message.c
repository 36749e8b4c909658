/* SPDX-License-Identifier: MIT */
/* Records messages: encodes them as on the wire, and describes descriptors. */
#include "record_message.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "chunk_item.h"
#include "clock.h"
#include "message.h"

#define FIXED_SIZE                                      \
	(CAMIPC_ITEM_HEADER_SIZE + CAMIPC_ITEM_TOOK_SIZE + \
	 CAMIPC_ITEM_WIRE_HEADER_SIZE)

/* A reader's definitions of numbers on the wire are the same. */
CAMIPC_STATIC_ASSERT((int)CAMIPC_WIRE_CALL == (int)CAMIPC_MESSAGE_CALL &&
			     (int)CAMIPC_WIRE_REPLY ==
				     (int)CAMIPC_MESSAGE_REPLY &&
			     (int)CAMIPC_WIRE_EVENT ==
				     (int)CAMIPC_MESSAGE_EVENT &&
			     CAMIPC_ITEM_WIRE_HEADER_SIZE == CAMIPC_HEADER_SIZE,
		     "a recording has headers as on the wire");

/* Read at once from a descriptor. */
#define PIECE_SIZE (64u * 1024u)

/** Records what a file holds when it is passed to the IPA. */
static void put_file(struct camipc_recorder *recorder, int fd, uint64_t object,
		     uint64_t size)
{
	uint8_t *piece = malloc(PIECE_SIZE);
	uint64_t offset = 0;

	while (piece && offset < size && offset < CAMIPC_RECORDER_MAX_FILE) {
		ssize_t n = pread(fd, piece, PIECE_SIZE, (off_t)offset);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		camipc_recorder_put_access(recorder, object, offset, piece,
					   (size_t)n, true, true);
		offset += (uint64_t)n;
	}
	free(piece);
}

/** Describes a descriptor, and records the contents of one that is new. */
static void put_fd(struct camipc_recorder *recorder, int fd, bool of_host,
		   uint8_t *to)
{
	struct stat st;
	uint64_t object;
	int seals;

	memset(to, 0, CAMIPC_ITEM_FD_SIZE);
	/* To ask an IPA's descriptor may take as long as its maker likes. */
	if (!of_host || fstat(fd, &st) < 0)
		return;
	object = camipc_recorder_object(st.st_dev, st.st_ino);
	camipc_put_le(to, object, 8);
	if (!S_ISREG(st.st_mode))
		return;
	seals = fcntl(fd, F_GET_SEALS);
	camipc_put_le(to + 8, (uint64_t)st.st_size, 8);
	camipc_put_le(to + 16,
		      seals >= 0 ? CAMIPC_ITEM_FD_MEMORY : CAMIPC_ITEM_FD_FILE,
		      2);
	camipc_put_le(to + 18, (unsigned int)fcntl(fd, F_GETFL) & O_ACCMODE, 2);
	camipc_put_le(to + 20, seals >= 0 ? (uint32_t)seals : 0, 4);
	/* The watcher sees later changes of memory, but not those of files. */
	if ((camipc_recorder_note(recorder, object) || seals < 0) &&
	    !recorder->no_buffers)
		put_file(recorder, fd, object, (uint64_t)st.st_size);
}

/** Writes header and body at @item. Returns the size of the body. */
static uint32_t put_body(const struct camipc_record_message *message,
			 uint8_t *item, size_t bound, uint32_t n_fds)
{
	struct camipc_header header = {
		.kind = message->kind,
		.flags = (uint16_t)((message->is_async ? CAMIPC_MESSAGE_ONEWAY
						       : 0u) |
				    (message->error ? CAMIPC_MESSAGE_ERROR
						    : 0u)),
		.id = message->method->id,
		.cookie = message->cookie,
		.n_fds = (uint16_t)n_fds,
		.status = (int16_t)message->error,
	};
	uint8_t *at = item + CAMIPC_ITEM_HEADER_SIZE + CAMIPC_ITEM_TOOK_SIZE;
	struct camipc_writer writer;
	int fds[CAMIPC_MAX_FDS];
	size_t size = 0;

	if (bound > 0) {
		camipc_writer_init(&writer, at + CAMIPC_HEADER_SIZE,
				   bound + CAMIPC_WRITE_ROOM, fds,
				   CAMIPC_MAX_FDS);
		writer.context = message->context;
		message->type->encode(&writer, message->data);
		if (camipc_writer_finish(&writer, &size) < 0)
			size = 0;
	}
	header.body_size = (uint32_t)size;
	camipc_put_le(at - CAMIPC_ITEM_TOOK_SIZE, message->took_ns,
		      CAMIPC_ITEM_TOOK_SIZE);
	camipc_header_encode(&header, at);
	return (uint32_t)size;
}

/** Finds a bound of the encoded size, and the descriptors. */
static size_t measure(const struct camipc_record_message *message, int *fds,
		      uint32_t *ret_n_fds)
{
	struct camipc_check check = {
		.fds = fds,
		.max_fds = CAMIPC_MAX_FDS,
		.context = message->context,
	};

	*ret_n_fds = 0;
	if (!message->type || !message->data)
		return 0;
	if (!message->type->check)
		return message->type->max_wire;
	message->type->check(&check, message->data);
	*ret_n_fds = check.n_fds < CAMIPC_MAX_FDS ? check.n_fds
						  : CAMIPC_MAX_FDS;
	return check.error ? 0 : check.wire;
}

/** Encodes a message whose bound is too large for a chunk, if it fits. */
static void put_message(const struct camipc_record_message *message, size_t bound,
		const uint8_t *described, uint32_t n_fds)
{
	const size_t fds_size = (size_t)n_fds * CAMIPC_ITEM_FD_SIZE;
	const size_t most = CAMIPC_CHUNK_MAX - FIXED_SIZE - fds_size -
			    CAMIPC_WRITE_ROOM - CAMIPC_ITEM_HEADER_SIZE;
	unsigned int flags = message->kind == CAMIPC_WIRE_CALL
				     ? 0
				     : CAMIPC_ITEM_FROM_IPA;
	const uint64_t now = camipc_now_ns();
	uint8_t *item;
	size_t size;

	if (bound > most)
		bound = most;
	item = camipc_item_queue_begin(&message->recorder->queue,
					 FIXED_SIZE + bound +
						 CAMIPC_WRITE_ROOM + fds_size,
					 now, false);
	if (!item)
		return;
	size = put_body(message, item, bound, n_fds);
	if (size == 0 && bound == most)
		flags |= CAMIPC_ITEM_NO_BODY;
	size += FIXED_SIZE;
	if (fds_size)
		memcpy(item + size, described, fds_size);
	size += fds_size;
	camipc_recorder_put_header(item, size, CAMIPC_ITEM_MESSAGE, flags,
				   message->proxy, now, message->method->id);
	camipc_item_queue_end(&message->recorder->queue, size);
}

void camipc_record_message(const struct camipc_record_message *message)
{
	uint8_t described[CAMIPC_MAX_FDS * CAMIPC_ITEM_FD_SIZE];
	int fds[CAMIPC_MAX_FDS];
	uint32_t n_fds;
	size_t bound;

	if (!camipc_recorder_is_open(message->recorder))
		return;
	bound = measure(message, fds, &n_fds);
	for (uint32_t i = 0; i < n_fds; i++)
		put_fd(message->recorder, fds[i],
		       message->kind == CAMIPC_WIRE_CALL,
		       described + (size_t)i * CAMIPC_ITEM_FD_SIZE);
	put_message(message, bound, described, n_fds);
}
