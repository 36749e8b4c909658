/* SPDX-License-Identifier: MIT */
/* Copies a part of a recording to a new one. */
#include "recording_copy.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "chunk_file.h"
#include "grow.h"

/* A chunk of items is written when it has so many bytes. */
#define ENOUGH_BYTES (64u * 1024u)

struct copy {
	const struct recording_part *part;
	struct recording_file from;
	struct camipc_chunk_file to;
	uint64_t interfaces[CAMIPC_RECORDING_MAX_INTERFACES]; /* their places */
	uint32_t n_interfaces;
	size_t n_chunks; /* that were looked at */
	struct camipc_bytes items; /* of the next chunk */
	uint64_t first_time;
	uint8_t (*hashes)[CAMIPC_HASH_SIZE]; /* of buffers in the new file */
	size_t n_hashes;
	size_t hash_room;
	uint8_t *bytes; /* CAMIPC_CHUNK_MAX */
};

/* Reads the contents of a chunk, which the reader has checked. Returns their
 * size, or a negative error. */
static ssize_t read_contents(struct copy *copy, uint64_t offset)
{
	uint8_t header[CAMIPC_CHUNK_HEADER_SIZE];
	ssize_t n = pread(copy->from.fd, header, sizeof(header),
			  (off_t)offset);
	uint32_t size;

	if (n != (ssize_t)sizeof(header))
		return -EIO;
	size = camipc_get_le32(header + 4);
	if (size > CAMIPC_CHUNK_MAX)
		return -EIO;
	n = pread(copy->from.fd, copy->bytes, size,
		  (off_t)offset + CAMIPC_CHUNK_HEADER_SIZE);
	return n == (ssize_t)size ? n : -EIO;
}

static int copy_chunk(struct copy *copy, enum camipc_chunk_type type,
		      uint64_t offset, uint64_t time)
{
	struct camipc_chunk_part part = { .data = copy->bytes };
	const ssize_t n = read_contents(copy, offset);

	if (n < 0)
		return (int)n;
	/* The new file has one proxy and one interface. */
	if (type == CAMIPC_CHUNK_STATE) {
		camipc_put_le(copy->bytes, 0, 4);
		camipc_put_le(copy->bytes + 4, 1, 4);
	}
	part.size = (size_t)n;
	camipc_chunk_file_put(&copy->to, type, time, &part, 1);
	return 0;
}

/* Copies the state of the proxy, after its interface. */
static int copy_state(struct copy *copy,
		      const struct camipc_recording_chunk *chunk)
{
	const ssize_t n = read_contents(copy, chunk->offset);
	uint32_t interface;
	int ret;

	if (n < CAMIPC_STATE_FIXED_SIZE)
		return n < 0 ? (int)n : -EIO;
	if (camipc_get_le32(copy->bytes) != copy->part->proxy)
		return 0;
	interface = camipc_get_le32(copy->bytes + 4);
	if (!interface || interface > copy->n_interfaces)
		return -EIO;
	ret = copy_chunk(copy, CAMIPC_CHUNK_INTERFACE,
			 copy->interfaces[interface - 1], chunk->time);
	if (ret < 0)
		return ret;
	return copy_chunk(copy, CAMIPC_CHUNK_STATE, chunk->offset,
			  chunk->time);
}

/* Looks at the chunks that were read since the last time. */
static int copy_descriptions(struct copy *copy)
{
	size_t n = 0;
	const struct camipc_recording_chunk *chunks =
		camipc_recording_get_chunks(copy->from.recording, &n);
	int ret = 0;

	for (; ret == 0 && copy->n_chunks < n; copy->n_chunks++) {
		const struct camipc_recording_chunk *chunk =
			&chunks[copy->n_chunks];

		if (chunk->type == CAMIPC_CHUNK_INTERFACE)
			copy->interfaces[copy->n_interfaces++] = chunk->offset;
		else if (chunk->type == CAMIPC_CHUNK_STATE)
			ret = copy_state(copy, chunk);
	}
	return ret;
}

/* Returns true if the new file lacks the contents with this hash. */
static int note_hash(struct copy *copy, const uint8_t *hash)
{
	uint8_t(*hashes)[CAMIPC_HASH_SIZE];

	for (size_t i = copy->n_hashes; i > 0; i--)
		if (!memcmp(copy->hashes[i - 1], hash, CAMIPC_HASH_SIZE))
			return 0;
	hashes = camipc_grow(copy->hashes, copy->n_hashes, &copy->hash_room,
			     sizeof(*hashes));
	if (!hashes)
		return -ENOMEM;
	copy->hashes = hashes;
	memcpy(hashes[copy->n_hashes++], hash, CAMIPC_HASH_SIZE);
	return 1;
}

static int copy_buffer(struct copy *copy, const struct camipc_recorded *item)
{
	const struct camipc_chunk_part parts[] = {
		{ item->hash, CAMIPC_HASH_SIZE },
		{ copy->bytes, item->length },
	};
	int ret = camipc_recording_read_buffer(copy->from.recording, item,
					       copy->bytes);

	if (ret < 0)
		return ret == -ENOENT ? 0 : ret; /* not recorded */
	ret = note_hash(copy, item->hash);
	if (ret == 1)
		camipc_chunk_file_put(&copy->to, CAMIPC_CHUNK_BUFFER,
				      item->time, parts, 2);
	return ret < 0 ? ret : 0;
}

static void flush_items(struct copy *copy)
{
	const struct camipc_chunk_part part = { copy->items.data,
						copy->items.size };

	if (part.size > 0)
		camipc_chunk_file_put(&copy->to, CAMIPC_CHUNK_RECORDS,
				      copy->first_time, &part, 1);
	copy->items.size = 0;
}

/* Takes the body out of a message. Returns the new size of the item. */
static size_t remove_body(const struct camipc_recorded *item, uint8_t *at)
{
	const size_t before = (size_t)(item->body - item->bytes);
	const size_t fds = (size_t)item->n_fds * CAMIPC_ITEM_FD_SIZE;

	memcpy(at, item->bytes, before);
	memcpy(at + before, item->fds, fds);
	at[5] |= CAMIPC_ITEM_REDACTED;
	/* The header's size of the body. */
	camipc_put_le(at + before - CAMIPC_ITEM_WIRE_HEADER_SIZE + 16, 0, 4);
	return before + fds;
}

static int copy_item(struct copy *copy, const struct camipc_recorded *item,
		     enum replay_fate fate)
{
	size_t size = item->size;
	uint8_t *at;
	int ret = 0;

	if (item->kind == CAMIPC_ITEM_ACCESS)
		ret = copy_buffer(copy, item);
	if (ret < 0)
		return ret;
	if (copy->items.size + size > ENOUGH_BYTES)
		flush_items(copy);
	if (!copy->items.size)
		copy->first_time = item->time;
	at = camipc_bytes_add(&copy->items, size);
	if (!at)
		return -ENOMEM;
	if (fate == REPLAY_USE_UNCOMPARED && item->body_size > 0) {
		size = remove_body(item, at);
		copy->items.size -= item->size - size;
	} else {
		memcpy(at, item->bytes, size);
	}
	camipc_put_le(at, size, 4);
	camipc_put_le(at + 6, 0, 2);
	return 0;
}

static int copy_items(struct copy *copy)
{
	struct camipc_recorded item;
	uint32_t number = 0;
	int ret = 0;

	for (; ret == 0; number++) {
		const enum replay_fate fate =
			copy->part->fate(copy->part->user, number);

		if (fate == REPLAY_STOP ||
		    camipc_recording_next(copy->from.recording, &item) != 1)
			break;
		ret = copy_descriptions(copy);
		if (ret == 0 && fate != REPLAY_SKIP)
			ret = copy_item(copy, &item, fate);
	}
	flush_items(copy);
	return ret;
}

int recording_copy(const struct recording_part *part, const char *to)
{
	struct copy copy = { .part = part };
	int error;
	int ret;

	if (recording_file_open(&copy.from, part->path) != 0)
		return -EIO;
	ret = camipc_chunk_file_open(&copy.to, to, false);
	if (ret == 0) {
		copy.bytes = malloc(CAMIPC_CHUNK_MAX);
		ret = copy.bytes ? copy_items(&copy) : -ENOMEM;
		error = camipc_chunk_file_close(&copy.to);
		ret = ret < 0 ? ret : error;
	}
	recording_file_close(&copy.from);
	camipc_bytes_fini(&copy.items);
	free(copy.hashes);
	free(copy.bytes);
	return ret;
}
