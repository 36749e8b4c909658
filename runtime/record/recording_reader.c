/* SPDX-License-Identifier: MIT */
/* Reads the chunks of a recording, and the items in them. */
#include "recording_reader.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "chunk_item.h"
#include "chunk_places.h"
#include "crc32c.h"
#include "grow.h"

/** An interface chunk, kept whole. */
struct interface {
	struct camipc_schema *schema;
	uint8_t *bytes;
	size_t size;
};

/** The place of the bytes with a hash. */
struct stored {
	uint8_t hash[CAMIPC_HASH_SIZE];
	uint64_t offset;
	uint32_t size;
};

struct camipc_recording {
	int fd;
	uint64_t offset; /* of the next chunk */
	uint32_t number; /* of the next chunk */
	uint8_t *bytes; /* contents of the current chunk */
	size_t size;
	size_t at; /* of the next item in a records chunk */
	bool has_records;
	enum camipc_recording_end end;
	char why[CAMIPC_RECORDING_WHY_SIZE];

	uint64_t begin; /* of the first proxy; 0: not yet */
	struct camipc_recorded_proxy *proxies;
	struct interface interfaces[CAMIPC_RECORDING_MAX_INTERFACES];
	uint32_t n_interfaces;
	struct stored *stored;
	size_t n_stored;
	size_t stored_room;
	struct camipc_recording_chunk *chunks;
	size_t n_chunks;
	size_t chunks_room;
};

CAMIPC_PRINTF(3, 4)
static int stop_reading(struct camipc_recording *recording,
		enum camipc_recording_end end, const char *format, ...)
{
	va_list args;

	recording->end = end;
	va_start(args, format);
	vsnprintf(recording->why, sizeof(recording->why), format, args);
	va_end(args);
	return 0;
}

/** Reports damage at the current chunk. */
static int damage(struct camipc_recording *recording, const char *what)
{
	return stop_reading(recording, CAMIPC_RECORDING_DAMAGED,
		    "damaged at byte %llu (chunk %u): %s",
		    (unsigned long long)recording->offset, recording->number,
		    what);
}

static int check_header(int fd, char *why)
{
	uint8_t header[CAMIPC_RECORDING_HEADER_SIZE];
	const ssize_t n = camipc_read_at(fd, header, sizeof(header), 0);
	uint32_t version;

	if (n < 0) {
		snprintf(why, CAMIPC_RECORDING_WHY_SIZE,
			 "cannot read the file: %s",
			 camipc_errno_to_string((int)n));
		return (int)n;
	}
	if ((size_t)n < sizeof(header) ||
	    memcmp(header, CAMIPC_RECORDING_MAGIC, 8) != 0 ||
	    camipc_get_le32(header + 16) != camipc_crc32c(0, header, 16)) {
		snprintf(why, CAMIPC_RECORDING_WHY_SIZE,
			 "the file is not a recording of camipc");
		return -EPROTO;
	}
	version = camipc_get_le32(header + 8);
	if (version != CAMIPC_RECORDING_VERSION) {
		snprintf(why, CAMIPC_RECORDING_WHY_SIZE,
			 "the recording has version %u of the format, and this "
			 "camipc reads version %u",
			 version, CAMIPC_RECORDING_VERSION);
		return -ESTALE;
	}
	return 0;
}

int camipc_recording_open(int fd, struct camipc_recording **ret_recording,
			  char *why)
{
	struct camipc_recording *recording;
	int ret = check_header(fd, why);

	if (ret < 0)
		return ret;
	recording = calloc(1, sizeof(*recording));
	if (!recording)
		goto no_memory;
	recording->proxies = calloc(CAMIPC_RECORDING_MAX_PROXIES,
				    sizeof(*recording->proxies));
	recording->bytes = malloc(CAMIPC_CHUNK_MAX);
	if (!recording->proxies || !recording->bytes)
		goto no_memory;
	recording->fd = fd;
	recording->offset = CAMIPC_RECORDING_HEADER_SIZE;
	*ret_recording = recording;
	return 0;

no_memory:
	camipc_recording_close(recording);
	snprintf(why, CAMIPC_RECORDING_WHY_SIZE, "out of memory");
	return -ENOMEM;
}

void camipc_recording_close(struct camipc_recording *recording)
{
	if (!recording)
		return;
	for (uint32_t i = 0; i < recording->n_interfaces; i++) {
		camipc_schema_destroy(recording->interfaces[i].schema);
		free(recording->interfaces[i].bytes);
	}
	free(recording->stored);
	free(recording->chunks);
	free(recording->proxies);
	free(recording->bytes);
	free(recording);
}

/* ---- chunks ------------------------------------------------------------- */

static int no_memory(struct camipc_recording *recording)
{
	return stop_reading(recording, CAMIPC_RECORDING_DAMAGED, "out of memory");
}

static int keep_interface(struct camipc_recording *recording)
{
	struct interface *interface =
		&recording->interfaces[recording->n_interfaces];
	const uint8_t *table;
	size_t size = 0;
	int ret;

	if (recording->n_interfaces == CAMIPC_RECORDING_MAX_INTERFACES)
		return damage(recording, "too many interfaces");
	interface->bytes = malloc(recording->size + 1);
	if (!interface->bytes)
		return no_memory(recording);
	memcpy(interface->bytes, recording->bytes, recording->size);
	interface->size = recording->size;
	recording->n_interfaces++;
	table = camipc_recording_get_interface(recording,
					       recording->n_interfaces - 1,
					       CAMIPC_PART_TABLE, &size);
	ret = table ? camipc_schema_read(table, size, &interface->schema)
		    : -EPROTO;
	if (ret == -ENOMEM)
		return no_memory(recording);
	return ret < 0 ? damage(recording, "the table of an interface is wrong")
		       : 1;
}

static int keep_buffer(struct camipc_recording *recording, uint64_t offset)
{
	struct stored *stored;

	if (recording->size < CAMIPC_HASH_SIZE)
		return damage(recording, "a buffer without a hash");
	stored = camipc_grow(recording->stored, recording->n_stored,
			     &recording->stored_room, sizeof(*stored));
	if (!stored)
		return no_memory(recording);
	recording->stored = stored;
	stored += recording->n_stored++;
	memcpy(stored->hash, recording->bytes, CAMIPC_HASH_SIZE);
	stored->offset = offset + CAMIPC_HASH_SIZE;
	stored->size = (uint32_t)(recording->size - CAMIPC_HASH_SIZE);
	return 1;
}

static int keep_state(struct camipc_recording *recording, uint64_t time)
{
	struct camipc_recorded_proxy proxy = { .begin = time };
	uint32_t number;
	uint32_t interface;

	if (!camipc_state_chunk_read(recording->bytes, recording->size, &number,
				     &interface, &proxy) ||
	    number >= CAMIPC_RECORDING_MAX_PROXIES || !interface ||
	    interface > recording->n_interfaces)
		return damage(recording, "the state of a proxy is wrong");
	proxy.is_known = true;
	proxy.schema = recording->interfaces[interface - 1].schema;
	recording->proxies[number] = proxy;
	if (!recording->begin)
		recording->begin = time;
	return 1;
}

/** Uses a chunk whose checksum is right. Returns 1, or 0 at the end. */
static int use_chunk(struct camipc_recording *recording, uint32_t type,
		     uint64_t offset, uint64_t time)
{
	switch (type) {
	case CAMIPC_CHUNK_INTERFACE:
		return keep_interface(recording);
	case CAMIPC_CHUNK_BUFFER:
		return keep_buffer(recording, offset);
	case CAMIPC_CHUNK_STATE:
		return keep_state(recording, time);
	case CAMIPC_CHUNK_RECORDS:
		recording->has_records = true;
		recording->at = 0;
		return 1;
	case CAMIPC_CHUNK_END:
		return stop_reading(recording, CAMIPC_RECORDING_COMPLETE, "complete");
	default:
		return 1; /* of a later version, or the index */
	}
}

static int cut(struct camipc_recording *recording, bool in_chunk)
{
	return stop_reading(recording, CAMIPC_RECORDING_CUT,
		    in_chunk ? "not ended by its recorder: chunk %u, at byte "
			       "%llu, is incomplete"
			     : "not ended by its recorder: it has %u chunks "
			       "and %llu bytes",
		    recording->number, (unsigned long long)recording->offset);
}

/** Reads the contents of a chunk, and checks all of it. Returns 1 or 0. */
static int read_chunk(struct camipc_recording *recording,
		      const uint8_t header[CAMIPC_CHUNK_HEADER_SIZE])
{
	const uint32_t length = camipc_get_le32(header + 4);
	uint32_t crc;
	ssize_t n;

	if (length > CAMIPC_CHUNK_MAX)
		return damage(recording, "the chunk is longer than allowed");
	n = camipc_read_at(recording->fd, recording->bytes, length,
		    recording->offset + CAMIPC_CHUNK_HEADER_SIZE);
	if (n < 0)
		return damage(recording, camipc_errno_to_string((int)n));
	if ((size_t)n < length)
		return cut(recording, true);
	crc = camipc_crc32c(0, header, CAMIPC_CHUNK_CRC_OFFSET);
	crc = camipc_crc32c(crc, recording->bytes, length);
	if (crc != camipc_get_le32(header + CAMIPC_CHUNK_CRC_OFFSET))
		return damage(recording, "the checksum is wrong");
	if (camipc_get_le32(header + 16) != recording->number)
		return damage(recording, "a chunk before it is missing");
	recording->size = length;
	return 1;
}

static int next_chunk(struct camipc_recording *recording)
{
	uint8_t header[CAMIPC_CHUNK_HEADER_SIZE];
	struct camipc_recording_chunk *chunk;
	ssize_t n = camipc_read_at(recording->fd, header, sizeof(header),
			    recording->offset);
	uint32_t type;
	uint64_t time;

	if (n < 0)
		return damage(recording, camipc_errno_to_string((int)n));
	if ((size_t)n < sizeof(header))
		return cut(recording, n > 0);
	if (!read_chunk(recording, header))
		return 0;
	type = camipc_get_le32(header);
	time = camipc_get_le64(header + 8);
	chunk = camipc_grow(recording->chunks, recording->n_chunks,
			    &recording->chunks_room, sizeof(*chunk));
	if (!chunk)
		return no_memory(recording);
	recording->chunks = chunk;
	chunk += recording->n_chunks++;
	chunk->offset = recording->offset;
	chunk->time = time;
	chunk->type = type;
	if (!use_chunk(recording, type,
		       recording->offset + CAMIPC_CHUNK_HEADER_SIZE, time))
		return 0;
	recording->offset += CAMIPC_CHUNK_HEADER_SIZE + recording->size;
	recording->number++;
	return 1;
}

/* ---- seeking ------------------------------------------------------------ */

/**
 * Returns the records chunk that has the items of @since, which is the last one
 * that does not begin after it; @n if reading starts at the beginning.
 */
static size_t find_target(const struct camipc_recording_chunk *chunks, size_t n,
			  uint64_t since)
{
	size_t target = n;
	uint64_t begin = 0;

	for (size_t i = 0; i < n; i++) {
		if (chunks[i].type == CAMIPC_CHUNK_STATE && !begin)
			begin = chunks[i].time;
		if (chunks[i].type == CAMIPC_CHUNK_RECORDS &&
		    chunks[i].time > begin && chunks[i].time - begin <= since)
			target = i;
	}
	return target;
}

/** Reads the chunks before @target that later ones need. Returns 1 or 0. */
static int read_before(struct camipc_recording *recording,
		       const struct camipc_recording_chunk *chunks,
		       size_t target)
{
	int ret = 1;

	for (size_t i = 0; ret == 1 && i < target; i++) {
		if (chunks[i].type != CAMIPC_CHUNK_INTERFACE &&
		    chunks[i].type != CAMIPC_CHUNK_STATE)
			continue;
		recording->offset = chunks[i].offset;
		recording->number = (uint32_t)i;
		ret = next_chunk(recording);
	}
	return ret;
}

int camipc_recording_seek(struct camipc_recording *recording, uint64_t since)
{
	struct camipc_recording_chunk *chunks = NULL;
	bool by_index;
	size_t target;
	size_t n = 0;
	int ret;

	if (recording->n_chunks > 0)
		return -EBUSY;
	ret = camipc_chunk_places_find(recording->fd, &chunks, &n, &by_index);
	if (ret < 0)
		return ret;
	target = find_target(chunks, n, since);
	if (target < n && read_before(recording, chunks, target) == 1) {
		recording->offset = chunks[target].offset;
		recording->number = (uint32_t)target;
	}
	free(chunks);
	return 0;
}

/* ---- items -------------------------------------------------------------- */

/** Finds the proxy, the method and the type that an item is about. */
static bool complete(const struct camipc_recording *recording,
		     struct camipc_recorded *item)
{
	const struct camipc_schema *schema;
	const bool is_event = item->message_kind == CAMIPC_WIRE_EVENT ||
			      item->kind == CAMIPC_ITEM_DROPPED;

	if (item->kind == CAMIPC_ITEM_LOST ||
	    item->kind == CAMIPC_ITEM_ACCESS || item->kind == CAMIPC_ITEM_LOG)
		return true;
	if (item->proxy >= CAMIPC_RECORDING_MAX_PROXIES ||
	    !recording->proxies[item->proxy].is_known)
		return false;
	item->of = &recording->proxies[item->proxy];
	schema = item->of->schema;
	if (item->kind != CAMIPC_ITEM_MESSAGE &&
	    item->kind != CAMIPC_ITEM_DROPPED &&
	    item->kind != CAMIPC_ITEM_SPAN && item->kind != CAMIPC_ITEM_STALL)
		return true;
	item->method = is_event ? camipc_schema_find(schema->events,
						     schema->n_events,
						     item->value)
				: camipc_schema_find(schema->methods,
						     schema->n_methods,
						     item->value);
	/* A dropped event may be one that this interface lacks. */
	if (item->kind == CAMIPC_ITEM_DROPPED)
		return true;
	if (!item->method)
		return false;
	if (item->kind != CAMIPC_ITEM_MESSAGE)
		return true;
	item->type = item->message_kind == CAMIPC_WIRE_REPLY
			     ? item->method->outs
			     : item->method->args;
	return true;
}

int camipc_recording_next(struct camipc_recording *recording,
			  struct camipc_recorded *ret_item)
{
	size_t size;

	if (recording->end == CAMIPC_RECORDING_CUT)
		recording->end = CAMIPC_RECORDING_GOES_ON;
	if (recording->end)
		return 0;
	for (;;) {
		const size_t left = recording->size - recording->at;

		if (recording->has_records && left > 0) {
			size = camipc_item_read(recording->bytes +
							recording->at,
						left, ret_item);
			if (!size)
				return damage(recording,
					      "an item of the chunk before it "
					      "is wrong");
			recording->at += size;
			ret_item->since = recording->begin &&
							  ret_item->time >
								  recording->begin
						  ? ret_item->time -
							    recording->begin
						  : 0;
			/* Of a later version. */
			if (!ret_item->kind)
				continue;
			if (!complete(recording, ret_item))
				return damage(recording,
					      "an item of the chunk before it "
					      "names something unknown");
			return 1;
		}
		recording->has_records = false;
		if (!next_chunk(recording))
			return 0;
	}
}

enum camipc_recording_end
camipc_recording_get_end(const struct camipc_recording *recording,
			 const char **ret_why)
{
	*ret_why = recording->why;
	return recording->end;
}

const struct camipc_recorded_proxy *
camipc_recording_get_proxy(const struct camipc_recording *recording,
			   uint32_t number)
{
	if (number >= CAMIPC_RECORDING_MAX_PROXIES ||
	    !recording->proxies[number].is_known)
		return NULL;
	return &recording->proxies[number];
}

int camipc_recording_read_buffer(struct camipc_recording *recording,
				 const struct camipc_recorded *item, void *to)
{
	/* The latest first: that is where it usually is. */
	for (size_t i = recording->n_stored; i > 0; i--) {
		const struct stored *stored = &recording->stored[i - 1];
		ssize_t n;

		if (memcmp(stored->hash, item->hash, CAMIPC_HASH_SIZE) != 0)
			continue;
		if (stored->size != item->length)
			return -ENOENT;
		n = camipc_read_at(recording->fd, to, stored->size, stored->offset);
		if (n < 0)
			return (int)n;
		return (size_t)n == stored->size ? 0 : -ENOENT;
	}
	return -ENOENT;
}

const struct camipc_recording_chunk *
camipc_recording_get_chunks(const struct camipc_recording *recording,
			    size_t *ret_n)
{
	*ret_n = recording->n_chunks;
	return recording->chunks;
}

bool camipc_recording_is_interface(const struct camipc_recording *recording,
				   uint32_t number,
				   const struct camipc_schema *schema)
{
	return number < recording->n_interfaces &&
	       recording->interfaces[number].schema == schema;
}

const uint8_t *
camipc_recording_get_interface(const struct camipc_recording *recording,
			       uint32_t number, enum camipc_interface_part part,
			       size_t *ret_size)
{
	const struct interface *interface = &recording->interfaces[number];
	size_t at = 0;

	if (number >= recording->n_interfaces)
		return NULL;
	while (interface->size - at >= 8) {
		const uint32_t kind = camipc_get_le32(interface->bytes + at);
		const uint32_t size = camipc_get_le32(interface->bytes + at +
						      4);

		at += 8;
		if (size > interface->size - at)
			return NULL;
		if (kind == part) {
			*ret_size = size;
			return interface->bytes + at;
		}
		at += size;
	}
	return NULL;
}
