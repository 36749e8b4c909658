/* SPDX-License-Identifier: MIT */
/* Finds the chunks of a recording without reading their contents. */
#ifndef CAMIPC_RECORD_CHUNK_PLACES_H
#define CAMIPC_RECORD_CHUNK_PLACES_H

#include <sys/types.h>

#include "recording_reader.h"

/**
 * Reads up to @size bytes at @offset. Returns how many there were, or an error.
 * Thread word: reentrant.
 */
ssize_t camipc_read_at(int fd, void *to, size_t size, uint64_t offset);

/**
 * camipc_chunk_places_find() - list the chunks of a file
 * @ret_places: free() it; the number of a chunk is its index
 * @ret_by_index: whether the file's index was used; else it was missing or wrong,
 *	and the headers of all chunks were read
 *
 * What it returns is as trustworthy as the file: a reader still checks each chunk.
 * Returns 0 or -ENOMEM. Thread word: reentrant.
 */
int camipc_chunk_places_find(int fd, struct camipc_recording_chunk **ret_places,
			     size_t *ret_n,
			     bool *ret_by_index) CAMIPC_MUST_CHECK;

#endif /* CAMIPC_RECORD_CHUNK_PLACES_H */
