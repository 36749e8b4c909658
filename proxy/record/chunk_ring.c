/* SPDX-License-Identifier: MIT */
/* The last seconds of a recording, kept in memory as chunks. */
#include "chunk_ring.h"

#include <errno.h>
#include <stdlib.h>

struct camipc_kept_chunk {
	struct camipc_kept_chunk *next;
	enum camipc_chunk_type type;
	uint64_t time; /* of its first item */
	uint64_t used; /* when it was kept, or its contents were used again */
	uint32_t n_items;
	size_t size;
	uint8_t bytes[];
};

static void init_list(struct camipc_chunk_list *list)
{
	list->first = NULL;
	list->last = &list->first;
}

static void free_list(struct camipc_chunk_list *list)
{
	while (list->first) {
		struct camipc_kept_chunk *chunk = list->first;

		list->first = chunk->next;
		free(chunk);
	}
}

void camipc_chunk_ring_init(struct camipc_chunk_ring *ring, uint64_t span)
{
	memset(ring, 0, sizeof(*ring));
	pthread_mutex_init(&ring->lock, NULL);
	ring->span = span;
	init_list(&ring->base);
	init_list(&ring->recent);
}

void camipc_chunk_ring_fini(struct camipc_chunk_ring *ring)
{
	free_list(&ring->base);
	free_list(&ring->recent);
	pthread_mutex_destroy(&ring->lock);
}

/** Drops the chunk at @place of the recent ones. */
static void drop_chunk(struct camipc_chunk_ring *ring,
		       struct camipc_kept_chunk **place)
{
	struct camipc_kept_chunk *chunk = *place;

	*place = chunk->next;
	if (!chunk->next)
		ring->recent.last = place;
	ring->size -= chunk->size;
	ring->dropped += chunk->n_items;
	free(chunk);
}

static void drop_old(struct camipc_chunk_ring *ring, uint64_t now)
{
	struct camipc_kept_chunk **place = &ring->recent.first;

	while (*place) {
		if ((*place)->used + ring->span < now)
			drop_chunk(ring, place);
		else
			place = &(*place)->next;
	}
}

static struct camipc_kept_chunk *
make_chunk(const struct camipc_chunk_part *parts, size_t n)
{
	struct camipc_kept_chunk *chunk;
	size_t size = 0;

	for (size_t i = 0; i < n; i++)
		size += parts[i].size;
	chunk = malloc(sizeof(*chunk) + size);
	if (!chunk)
		return NULL;
	chunk->size = 0;
	for (size_t i = 0; i < n; i++) {
		memcpy(chunk->bytes + chunk->size, parts[i].data,
		       parts[i].size);
		chunk->size += parts[i].size;
	}
	return chunk;
}

static void keep_chunk(struct camipc_chunk_ring *ring,
		       struct camipc_kept_chunk *chunk)
{
	const bool is_base = chunk->type == CAMIPC_CHUNK_INTERFACE ||
			     chunk->type == CAMIPC_CHUNK_STATE;
	struct camipc_chunk_list *list = is_base ? &ring->base : &ring->recent;

	chunk->next = NULL;
	*list->last = chunk;
	list->last = &chunk->next;
	if (is_base)
		return;
	ring->size += chunk->size;
	while (ring->size > CAMIPC_CHUNK_RING_MAX)
		drop_chunk(ring, &ring->recent.first);
}

void camipc_chunk_ring_put(struct camipc_chunk_ring *ring,
			   enum camipc_chunk_type type, uint64_t time,
			   const struct camipc_chunk_part *parts, size_t n,
			   uint32_t n_items, uint64_t now)
{
	struct camipc_kept_chunk *chunk = make_chunk(parts, n);

	pthread_mutex_lock(&ring->lock);
	if (chunk) {
		chunk->type = type;
		chunk->time = time;
		chunk->used = now;
		chunk->n_items = n_items;
		keep_chunk(ring, chunk);
	} else {
		ring->error = -ENOMEM;
		ring->dropped += n_items;
	}
	if (type == CAMIPC_CHUNK_RECORDS)
		drop_old(ring, now);
	pthread_mutex_unlock(&ring->lock);
}

bool camipc_chunk_ring_has(struct camipc_chunk_ring *ring, const uint8_t *hash,
			   uint64_t now)
{
	struct camipc_kept_chunk *chunk;

	pthread_mutex_lock(&ring->lock);
	for (chunk = ring->recent.first; chunk; chunk = chunk->next)
		if (chunk->type == CAMIPC_CHUNK_BUFFER &&
		    !memcmp(chunk->bytes, hash, CAMIPC_HASH_SIZE)) {
			chunk->used = now;
			break;
		}
	pthread_mutex_unlock(&ring->lock);
	return chunk != NULL;
}

static void write_list(struct camipc_chunk_file *file,
		       const struct camipc_chunk_list *list)
{
	const struct camipc_kept_chunk *chunk;

	for (chunk = list->first; chunk; chunk = chunk->next) {
		const struct camipc_chunk_part part = { chunk->bytes,
							chunk->size };

		camipc_chunk_file_put(file, chunk->type, chunk->time, &part, 1);
	}
}

/** Says how many items are missing at the beginning. */
static void write_dropped(struct camipc_chunk_file *file,
			  const struct camipc_chunk_ring *ring)
{
	const uint64_t time = ring->recent.first ? ring->recent.first->time : 0;
	uint8_t item[CAMIPC_ITEM_HEADER_SIZE] = { 0 };
	const struct camipc_chunk_part part = { item, sizeof(item) };

	if (!ring->dropped)
		return;
	camipc_put_le(item, sizeof(item), 4);
	item[4] = CAMIPC_ITEM_LOST;
	camipc_put_le(item + 8, time, 8);
	camipc_put_le(item + 20,
		      ring->dropped < UINT32_MAX ? ring->dropped : UINT32_MAX,
		      4);
	camipc_chunk_file_put(file, CAMIPC_CHUNK_RECORDS, time, &part, 1);
}

int camipc_chunk_ring_save(struct camipc_chunk_ring *ring, const char *path,
			   bool replace)
{
	struct camipc_chunk_file file;
	int ret = camipc_chunk_file_open(&file, path, replace);

	if (ret < 0)
		return ret;
	pthread_mutex_lock(&ring->lock);
	write_list(&file, &ring->base);
	write_dropped(&file, ring);
	write_list(&file, &ring->recent);
	pthread_mutex_unlock(&ring->lock);
	return camipc_chunk_file_close(&file);
}
