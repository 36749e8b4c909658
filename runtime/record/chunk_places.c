/* SPDX-License-Identifier: MIT */
/* Finds the chunks of a recording: by its index, or by their headers. */
#include "chunk_places.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "crc32c.h"
#include "grow.h"
#include "recording_index.pb-c.h"

/* Contents of the end chunk: where the index begins, and how many chunks are
 * before it. */
#define END_SIZE 16

/* A list that grows. */
struct places {
	struct camipc_recording_chunk *chunks;
	size_t n;
	size_t room;
};

ssize_t camipc_read_at(int fd, void *to, size_t size, uint64_t offset)
{
	size_t done = 0;

	while (done < size) {
		ssize_t n = pread(fd, (uint8_t *)to + done, size - done,
				  (off_t)(offset + done));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			break;
		done += (size_t)n;
	}
	return (ssize_t)done;
}

static int add_place(struct places *places, uint64_t offset, uint64_t time,
		     uint32_t type)
{
	struct camipc_recording_chunk *chunks =
		camipc_grow(places->chunks, places->n, &places->room,
			    sizeof(*chunks));

	if (!chunks)
		return -ENOMEM;
	places->chunks = chunks;
	places->chunks[places->n++] = (struct camipc_recording_chunk){
		.offset = offset, .time = time, .type = type
	};
	return 0;
}

/**
 * Reads a chunk of this type and number at @offset, and checks it. Returns the
 * size of its contents, which @bytes has; -EPROTO if there is another one.
 */
static ssize_t read_checked(int fd, uint64_t offset, uint32_t type,
			    uint64_t number, uint8_t *bytes)
{
	uint8_t header[CAMIPC_CHUNK_HEADER_SIZE];
	uint32_t length;
	uint32_t crc;

	if (camipc_read_at(fd, header, sizeof(header), offset) !=
		    (ssize_t)sizeof(header) ||
	    camipc_get_le32(header) != type ||
	    camipc_get_le32(header + 16) != number)
		return -EPROTO;
	length = camipc_get_le32(header + 4);
	if (length > CAMIPC_CHUNK_MAX ||
	    camipc_read_at(fd, bytes, length, offset + sizeof(header)) !=
		    (ssize_t)length)
		return -EPROTO;
	crc = camipc_crc32c(0, header, CAMIPC_CHUNK_CRC_OFFSET);
	crc = camipc_crc32c(crc, bytes, length);
	return crc == camipc_get_le32(header + CAMIPC_CHUNK_CRC_OFFSET)
		       ? (ssize_t)length
		       : -EPROTO;
}

/** Adds the entries of an index chunk. */
static int add_entries(struct places *places, const uint8_t *bytes, size_t size,
		       uint64_t most)
{
	Camipc__Recording__Index *index =
		camipc__recording__index__unpack(NULL, size, bytes);
	int ret = 0;

	if (!index)
		return -EPROTO;
	if (index->n_offset == 0 || index->n_offset != index->n_time ||
	    index->n_offset != index->n_type ||
	    index->n_offset > most - places->n)
		ret = -EPROTO;
	for (size_t i = 0; ret == 0 && i < index->n_offset; i++) {
		const uint64_t least =
			places->n ? places->chunks[places->n - 1].offset +
					    CAMIPC_CHUNK_HEADER_SIZE
				  : CAMIPC_RECORDING_HEADER_SIZE;

		ret = index->offset[i] < least
			      ? -EPROTO
			      : add_place(places, index->offset[i],
					  index->time[i], index->type[i]);
	}
	camipc__recording__index__free_unpacked(index, NULL);
	return ret;
}

/** Reads all index chunks of a file that ends with an end chunk. */
static int read_index(int fd, uint64_t size, struct places *places,
		      uint8_t *bytes)
{
	const uint64_t end_size = CAMIPC_CHUNK_HEADER_SIZE + END_SIZE;
	uint8_t header[CAMIPC_CHUNK_HEADER_SIZE];
	uint64_t offset;
	uint64_t n;
	uint32_t number;
	ssize_t length;

	if (size < CAMIPC_RECORDING_HEADER_SIZE + end_size ||
	    camipc_read_at(fd, header, sizeof(header), size - end_size) !=
		    (ssize_t)sizeof(header))
		return -EPROTO;
	length = read_checked(fd, size - end_size, CAMIPC_CHUNK_END,
			      camipc_get_le32(header + 16), bytes);
	if (length != END_SIZE)
		return -EPROTO;
	offset = camipc_get_le64(bytes);
	n = camipc_get_le64(bytes + 8);
	if (offset > size || n > offset / CAMIPC_CHUNK_HEADER_SIZE)
		return -EPROTO;
	for (number = (uint32_t)n; places->n < n; number++) {
		int ret;

		length = read_checked(fd, offset, CAMIPC_CHUNK_INDEX, number,
				      bytes);
		if (length < 0)
			return -EPROTO;
		ret = add_entries(places, bytes, (size_t)length, n);
		if (ret < 0)
			return ret;
		offset += CAMIPC_CHUNK_HEADER_SIZE + (uint64_t)length;
	}
	return 0;
}

/** Makes the list anew, up to what is no chunk any more. */
static int scan_headers(int fd, struct places *places)
{
	uint64_t offset = CAMIPC_RECORDING_HEADER_SIZE;
	uint8_t header[CAMIPC_CHUNK_HEADER_SIZE];

	places->n = 0;
	while (camipc_read_at(fd, header, sizeof(header), offset) ==
		       (ssize_t)sizeof(header) &&
	       camipc_get_le32(header + 4) <= CAMIPC_CHUNK_MAX &&
	       camipc_get_le32(header + 16) == places->n) {
		if (add_place(places, offset, camipc_get_le64(header + 8),
			      camipc_get_le32(header)) < 0)
			return -ENOMEM;
		offset += CAMIPC_CHUNK_HEADER_SIZE + camipc_get_le32(header + 4);
	}
	return 0;
}

int camipc_chunk_places_find(int fd, struct camipc_recording_chunk **ret_places,
			     size_t *ret_n, bool *ret_by_index)
{
	struct places places = { .n = 0 };
	uint8_t *bytes = malloc(CAMIPC_CHUNK_MAX);
	struct stat st;
	int ret;

	if (!bytes)
		return -ENOMEM;
	ret = fstat(fd, &st) < 0 ? -EPROTO
				 : read_index(fd, (uint64_t)st.st_size, &places,
					      bytes);
	free(bytes);
	*ret_by_index = ret == 0;
	if (ret == -EPROTO)
		ret = scan_headers(fd, &places);
	if (ret < 0) {
		free(places.chunks);
		return ret;
	}
	*ret_places = places.chunks;
	*ret_n = places.n;
	return 0;
}
