/* SPDX-License-Identifier: MIT */
/*
 * The last seconds of a recording, kept in memory as chunks until somebody asks
 * for them as a file.
 */
#ifndef CAMIPC_RECORD_CHUNK_RING_H
#define CAMIPC_RECORD_CHUNK_RING_H

#include <pthread.h>

#include <camipc/base.h>

#include "chunk_file.h"
#include "recording_format.h"

/** Most bytes of chunks in memory; the oldest ones go first. */
#define CAMIPC_CHUNK_RING_MAX (64u * 1024u * 1024u)

/** A list of chunks, the oldest first. */
struct camipc_chunk_list {
	struct camipc_kept_chunk *first;
	struct camipc_kept_chunk **last; /* where the next one goes */
};

/** Thread word: safe, by @lock. */
struct camipc_chunk_ring {
	pthread_mutex_t lock;
	uint64_t span; /* nanoseconds that are kept */
	struct camipc_chunk_list base; /* interfaces and proxies: all are kept */
	struct camipc_chunk_list recent; /* items, and contents of buffers */
	size_t size; /* bytes of @recent */
	uint64_t dropped; /* items that were dropped */
	int error; /* why something is missing; 0: nothing is */
};

/** Prepares an empty ring. */
void camipc_chunk_ring_init(struct camipc_chunk_ring *ring, uint64_t span);
void camipc_chunk_ring_fini(struct camipc_chunk_ring *ring);

/**
 * Keeps a chunk with @n_items items, and drops those that are too old at @now.
 */
void camipc_chunk_ring_put(struct camipc_chunk_ring *ring,
			   enum camipc_chunk_type type, uint64_t time,
			   const struct camipc_chunk_part *parts, size_t n,
			   uint32_t n_items, uint64_t now);

/**
 * Returns true if the ring has the contents with this hash, which then are kept
 * for as long as items of @now.
 */
bool camipc_chunk_ring_has(struct camipc_chunk_ring *ring, const uint8_t *hash,
			   uint64_t now);

/**
 * Writes what is kept to a new file, which begins with an item that counts what
 * was dropped. Returns 0 or an error after one line in the log.
 */
int camipc_chunk_ring_save(struct camipc_chunk_ring *ring, const char *path,
			   bool replace) CAMIPC_MUST_CHECK;

#endif /* CAMIPC_RECORD_CHUNK_RING_H */
