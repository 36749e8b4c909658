/* SPDX-License-Identifier: MIT */
/* The writer's work: from a buffer of items to chunks of the file. */
#include "write_items.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "chunk_item.h"
#include "buffer_hash.h"
#include "clock.h"
#include "redact.h"

/* Where an access item has its hash; the bytes themselves follow it. */
#define HASH_AT (CAMIPC_ITEM_HEADER_SIZE + 24)
#define ACCESS_SIZE (CAMIPC_ITEM_HEADER_SIZE + CAMIPC_ITEM_ACCESS_SIZE)

static uint8_t *slot_of(const struct camipc_recorder *recorder,
			const uint8_t *hash)
{
	static const uint8_t empty[CAMIPC_HASH_SIZE];
	size_t i = camipc_get_le64(hash) & (recorder->hash_room - 1);

	while (memcmp(recorder->hashes[i], empty, CAMIPC_HASH_SIZE) != 0 &&
	       memcmp(recorder->hashes[i], hash, CAMIPC_HASH_SIZE) != 0)
		i = (i + 1) & (recorder->hash_room - 1);
	return recorder->hashes[i];
}

static int grow_hashes(struct camipc_recorder *recorder)
{
	const size_t room = recorder->hash_room;
	uint8_t(*old)[CAMIPC_HASH_SIZE] = recorder->hashes;
	uint8_t(*hashes)[CAMIPC_HASH_SIZE];

	if (recorder->n_hashes * 2 < room)
		return 0;
	hashes = calloc(room ? room * 2 : 1024, sizeof(*hashes));
	if (!hashes)
		return -ENOMEM;
	recorder->hashes = hashes;
	recorder->hash_room = room ? room * 2 : 1024;
	for (size_t i = 0; i < room; i++)
		memcpy(slot_of(recorder, old[i]), old[i], CAMIPC_HASH_SIZE);
	free(old);
	return 0;
}

/** Returns true if the output lacks the contents with this hash. */
static bool is_new(struct camipc_recorder *recorder, const uint8_t *hash)
{
	uint8_t *slot;

	if (recorder->output.is_ring)
		return !camipc_chunk_ring_has(&recorder->output.ring, hash,
					      camipc_now_ns());
	/* Without memory for the table, contents are written again. */
	if (grow_hashes(recorder) < 0)
		return true;
	slot = slot_of(recorder, hash);
	if (memcmp(slot, hash, CAMIPC_HASH_SIZE) == 0)
		return false;
	memcpy(slot, hash, CAMIPC_HASH_SIZE);
	recorder->n_hashes++;
	return true;
}

/** Replaces the bytes of an access by their hash. Returns the item's new size. */
static size_t write_contents(struct camipc_recorder *recorder, uint8_t *item,
			     size_t size, uint64_t time)
{
	const uint8_t *bytes = item + ACCESS_SIZE;
	const struct camipc_chunk_part parts[] = {
		{ item + HASH_AT, CAMIPC_HASH_SIZE },
		{ bytes, size - ACCESS_SIZE },
	};

	if (size == ACCESS_SIZE)
		return size;
	if (camipc_buffer_hash(bytes, size - ACCESS_SIZE, item + HASH_AT) < 0)
		memset(item + HASH_AT, 0, CAMIPC_HASH_SIZE);
	else if (is_new(recorder, item + HASH_AT))
		camipc_record_output_put(&recorder->output,
					 CAMIPC_CHUNK_BUFFER, time, parts, 2,
					 0);
	return ACCESS_SIZE;
}

/** Takes redacted fields out of a message. Returns the item's new size. */
static size_t redact_item(struct camipc_recorder *recorder, uint8_t *item,
		     size_t size)
{
	const uint16_t number = camipc_get_le16(item + 6);
	const struct camipc_schema *schema = recorder->of_proxy[number];
	const struct camipc_schema_method *method;
	const struct camipc_schema_type *type;
	struct camipc_recorded message;
	uint8_t *body;
	size_t shorter;

	if (camipc_item_read(item, size, &message) == 0)
		return size;
	if (message.message_kind == CAMIPC_WIRE_EVENT)
		method = camipc_schema_find(schema->events, schema->n_events,
					    message.value);
	else
		method = camipc_schema_find(schema->methods, schema->n_methods,
					    message.value);
	type = !method				       ? NULL
	       : message.message_kind == CAMIPC_WIRE_REPLY ? method->outs
							   : method->args;
	if (!type)
		return size;
	body = item + (message.body - item);
	shorter = camipc_redact(type, (const char *const *)recorder->redact,
				body, message.body_size, body);
	if (shorter == message.body_size)
		return size;
	memmove(body + shorter, message.fds,
		message.n_fds * (size_t)CAMIPC_ITEM_FD_SIZE);
	size -= message.body_size - shorter;
	/* The header's size of the body. */
	camipc_put_le(body - CAMIPC_ITEM_WIRE_HEADER_SIZE + 16, shorter, 4);
	item[5] |= CAMIPC_ITEM_REDACTED;
	return size;
}

void camipc_recorder_write(struct camipc_recorder *recorder,
			   struct camipc_item_buffer *buffer)
{
	uint8_t *bytes = buffer->bytes;
	struct camipc_chunk_part part = { bytes, 0 };
	uint32_t n = 0;
	size_t at = 0;

	while (at < buffer->used) {
		uint8_t *item = bytes + at;
		size_t size = camipc_get_le32(item);

		at += size;
		if (item[4] == CAMIPC_ITEM_ACCESS)
			size = write_contents(recorder, item, size,
					      buffer->first_time);
		else if (item[4] == CAMIPC_ITEM_MESSAGE && recorder->redact)
			size = redact_item(recorder, item, size);
		camipc_put_le(item, size, 4);
		/* Items only get smaller: they move up. */
		memmove(bytes + part.size, item, size);
		part.size += size;
		n++;
	}
	if (part.size > 0)
		camipc_record_output_put(&recorder->output,
					 CAMIPC_CHUNK_RECORDS,
					 buffer->first_time, &part, 1, n);
}
