/* SPDX-License-Identifier: MIT */
/*
 * Arenas and deep copies: memory of decoded messages, and the functions that
 * generated copy and clear functions call.
 */
#include <camipc/arena.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <camipc/fd.h>

#include "fd_mark.h"
#include "fd_table.h"

/** Smallest block, in bytes: most messages of a camera fit. */
#define MIN_CHUNK_SIZE 4096u

/* A block: this header, then @size bytes, aligned for any type. */
struct camipc_arena_chunk {
	_Alignas(max_align_t) struct camipc_arena_chunk *next;
	size_t size;
};

const char camipc_empty_string[] = "";

/*
 * pos and end of an arena without a block point here: NULL + 0 is undefined in
 * C.
 */
static uint8_t no_block[CAMIPC_ARENA_ALIGN];

static void enter_chunk(struct camipc_arena *arena)
{
	struct camipc_arena_chunk *chunk = arena->chunks;

	arena->pos = chunk ? (uint8_t *)(chunk + 1) : no_block;
	arena->end = chunk ? arena->pos + chunk->size : no_block;
}

static void free_chunks(struct camipc_arena_chunk *chunk)
{
	while (chunk) {
		struct camipc_arena_chunk *next = chunk->next;

		free(chunk);
		chunk = next;
	}
}

static struct camipc_arena_chunk *new_chunk(size_t size)
{
	struct camipc_arena_chunk *chunk;

	if (size > SIZE_MAX - sizeof(*chunk))
		return NULL;
	chunk = malloc(sizeof(*chunk) + size);
	if (!chunk)
		return NULL;
	chunk->next = NULL;
	chunk->size = size;
	return chunk;
}

void camipc_arena_init(struct camipc_arena *arena, size_t budget)
{
	*arena = (struct camipc_arena){ .budget = budget };
	enter_chunk(arena);
}

void camipc_arena_init_heap(struct camipc_arena *arena,
			    enum camipc_fd_mode fd_mode)
{
	*arena = (struct camipc_arena){
		.budget = SIZE_MAX,
		.heap = true,
		.fd_mode = fd_mode,
	};
	enter_chunk(arena);
}

/* Replaces the blocks of the last message by one of the same size. */
static void join_chunks(struct camipc_arena *arena)
{
	struct camipc_arena_chunk *joined;
	size_t total = 0;

	for (struct camipc_arena_chunk *c = arena->chunks; c; c = c->next)
		total += c->size;
	joined = new_chunk(total);
	if (!joined)
		return; /* the arena keeps its newest block, the largest */
	free_chunks(arena->chunks);
	arena->chunks = joined;
}

void camipc_arena_reset(struct camipc_arena *arena, size_t budget)
{
	if (arena->chunks && arena->chunks->next)
		join_chunks(arena);
	if (arena->chunks) {
		free_chunks(arena->chunks->next);
		arena->chunks->next = NULL;
	}
	enter_chunk(arena);
	arena->budget = budget;
	arena->error = 0;
}

size_t camipc_arena_size(const struct camipc_arena *arena)
{
	size_t size = 0;

	for (const struct camipc_arena_chunk *c = arena->chunks; c; c = c->next)
		size += c->size;
	return size;
}

void camipc_arena_fini(struct camipc_arena *arena)
{
	free_chunks(arena->chunks);
	arena->chunks = NULL;
	arena->budget = 0;
	enter_chunk(arena);
}

/* Nothing is handed out after an error, however small. */
static void *fail(struct camipc_arena *arena, int error)
{
	if (!arena->error)
		arena->error = error;
	arena->pos = no_block;
	arena->end = no_block;
	arena->budget = 0;
	return NULL;
}

void *camipc_arena_refill(struct camipc_arena *arena, size_t size)
{
	size_t padded = (size + CAMIPC_ARENA_ALIGN - 1) &
			~(size_t)(CAMIPC_ARENA_ALIGN - 1);
	struct camipc_arena_chunk *chunk;
	size_t wanted;
	void *piece;

	if (arena->error)
		return NULL;
	if (padded < size || padded > arena->budget)
		return fail(arena, -EMSGSIZE);
	if (arena->heap) {
		piece = malloc(padded);
		return piece ? piece : fail(arena, -ENOMEM);
	}

	/* Doubles the size, but stays within the budget. */
	wanted = arena->chunks ? arena->chunks->size : MIN_CHUNK_SIZE / 2;
	wanted = wanted > SIZE_MAX / 2 ? wanted : wanted * 2;
	if (wanted > arena->budget)
		wanted = arena->budget & ~(size_t)(CAMIPC_ARENA_ALIGN - 1);
	if (wanted < padded)
		wanted = padded;
	chunk = new_chunk(wanted);
	if (!chunk)
		return fail(arena, -ENOMEM);
	chunk->next = arena->chunks;
	arena->chunks = chunk;
	enter_chunk(arena);
	piece = arena->pos;
	arena->pos += padded;
	arena->budget -= padded;
	return piece;
}

void *camipc_copy_array(struct camipc_arena *arena, const void *src, size_t n,
			size_t size)
{
	void *copy;

	if (n == 0 || size == 0 || arena->error)
		return NULL;
	if (!src || n > SIZE_MAX / size)
		return fail(arena, src ? -EMSGSIZE : -EINVAL);
	copy = camipc_arena_alloc(arena, n * size);
	if (copy)
		memcpy(copy, src, n * size);
	return copy;
}

const char *camipc_copy_string(struct camipc_arena *arena, const char *src)
{
	size_t size;
	char *copy;

	if (arena->error)
		return NULL;
	if (!src)
		src = camipc_empty_string;
	/*
	 * On the heap even "" is a piece of its own: the code that clears it
	 * may have another camipc_empty_string, in another copy of this
	 * library.
	 */
	if (!*src && !arena->heap)
		return camipc_empty_string;
	size = strlen(src) + 1;
	copy = camipc_arena_alloc(arena, size);
	if (copy)
		memcpy(copy, src, size);
	return copy;
}

const char *camipc_copy_optional_string(struct camipc_arena *arena,
					const char *src)
{
	return src ? camipc_copy_string(arena, src) : NULL;
}

int camipc_copy_fd(struct camipc_arena *arena, int fd)
{
	int copy;
	int ret;

	if (fd < 0 || arena->error)
		return -1;
	if (arena->fd_mode == CAMIPC_FD_MOVE)
		return fd;
	copy = camipc_fd_dup(fd);
	if (copy < 0) {
		fail(arena, copy);
		return -1;
	}
	if (arena->fd_mode == CAMIPC_FD_DUP_FOREIGN)
		camipc_fd_mark(copy);
	if (arena->fd_mode != CAMIPC_FD_DUP_TO_TABLE)
		return copy;
	ret = camipc_fd_table_add(arena->table, copy);
	if (ret < 0) {
		fail(arena, ret);
		camipc_clear_fd(copy);
		return -1;
	}
	return copy;
}

void camipc_clear_array(const void *array)
{
	free((void *)(uintptr_t)array);
}

void camipc_clear_string(const char *text)
{
	if (text != camipc_empty_string)
		free((void *)(uintptr_t)text);
}

void camipc_clear_fd(int fd)
{
	int kept = errno;

	if (fd >= 0 && !camipc_fd_mark_close(fd))
		close(fd);
	errno = kept;
}
