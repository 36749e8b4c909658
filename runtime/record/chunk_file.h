/* SPDX-License-Identifier: MIT */
/* A file of chunks that is being written: opened, appended to, ended. */
#ifndef CAMIPC_RECORD_CHUNK_FILE_H
#define CAMIPC_RECORD_CHUNK_FILE_H

#include <pthread.h>
#include <stdatomic.h>

#include <camipc/base.h>

#include "recording_format.h"

/** Thread word: safe, by @lock. */
struct camipc_chunk_file {
	pthread_mutex_t lock;
	int fd;
	uint64_t size;
	uint32_t number; /* of the next chunk */
	atomic_int error; /* why writing has stopped; 0: it has not */
	char *path; /* for messages */
	uint64_t *offsets; /* of all chunks, for the index */
	uint64_t *times;
	uint32_t *types;
	size_t room;
};

/** A part of a chunk's contents. */
struct camipc_chunk_part {
	const void *data;
	size_t size;
};

/**
 * Opens a new file, or empties one that exists if @replace. Returns 0 or an
 * error after one line in the log. Thread word: reentrant.
 */
int camipc_chunk_file_open(struct camipc_chunk_file *file, const char *path,
			   bool replace) CAMIPC_MUST_CHECK;

/**
 * Appends a chunk of @n parts; @time is that of its first item. After the first
 * error, which takes one line in the log, it does nothing; the file then ends
 * with its last whole chunk.
 */
void camipc_chunk_file_put(struct camipc_chunk_file *file,
			   enum camipc_chunk_type type, uint64_t time,
			   const struct camipc_chunk_part *parts, size_t n);

/** Writes index and end, and closes the file. Returns 0 or the first error. */
int camipc_chunk_file_close(struct camipc_chunk_file *file);

#endif /* CAMIPC_RECORD_CHUNK_FILE_H */
