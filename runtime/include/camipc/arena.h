/* SPDX-License-Identifier: MIT */
/*
 * Memory for what a decode or a deep copy makes: pieces of a block that is
 * used again, or of the heap.
 */
#ifndef CAMIPC_ARENA_H
#define CAMIPC_ARENA_H

#include <camipc/base.h>

CAMIPC_BEGIN_DECLS

/** Every piece of an arena is a multiple of this, and aligned to it. */
#define CAMIPC_ARENA_ALIGN 8u

struct camipc_arena_chunk;

/**
 * Descriptors that belong to one message. Whoever owns the table closes them;
 * the message's own fields only borrow.
 */
struct camipc_fd_table {
	int *fds;
	uint32_t n;
	uint32_t room;
};

/** What a copy does with file descriptors. */
enum camipc_fd_mode {
	/** Duplicates them; the duplicates are entered in arena->table. */
	CAMIPC_FD_DUP_TO_TABLE = 0,
	/** Duplicates them for the copy's owner, whose _clear() closes them. */
	CAMIPC_FD_DUP,
	/** Takes the source's numbers over as they are. */
	CAMIPC_FD_MOVE,
};

/**
 * Where a message's arrays and strings live.
 *
 * A block arena hands out pieces of a block that camipc_arena_reset() keeps,
 * so that the next message of the same size allocates nothing. A heap arena
 * makes each piece a malloc() of its own, which the message's _clear() frees.
 * Both stop at the budget. Thread word: bound.
 */
struct camipc_arena {
	uint8_t *pos;
	uint8_t *end;
	struct camipc_arena_chunk *chunks;
	size_t budget; /* bytes that may still be handed out */
	bool heap;
	enum camipc_fd_mode fd_mode;
	struct camipc_fd_table *table; /* for CAMIPC_FD_DUP_TO_TABLE */
	int error; /* the first one; sticks until reset */
};

/** A block arena without a block yet. Allocates nothing, cannot fail. */
CAMIPC_API void camipc_arena_init(struct camipc_arena *arena, size_t budget);

/** An arena that gives each piece its own malloc(). Nothing to fini. */
CAMIPC_API void camipc_arena_init_heap(struct camipc_arena *arena,
				       enum camipc_fd_mode fd_mode);

/**
 * Takes back all pieces, keeps the memory as one block if the last use needed
 * several, and clears the error.
 */
CAMIPC_API void camipc_arena_reset(struct camipc_arena *arena, size_t budget);

/** Frees everything of a block arena; zeroed ones too. */
CAMIPC_API void camipc_arena_fini(struct camipc_arena *arena);

/** The slow path of camipc_arena_alloc(): a new chunk, or malloc(). */
CAMIPC_API void *camipc_arena_refill(struct camipc_arena *arena, size_t size);

/**
 * camipc_arena_alloc() - get @size bytes, aligned to 8, not cleared
 *
 * Returns NULL when the budget (error -EMSGSIZE) or the memory (-ENOMEM) is
 * used up; the error is in the arena, too.
 */
static inline void *camipc_arena_alloc(struct camipc_arena *arena, size_t size)
{
	size_t padded = (size + CAMIPC_ARENA_ALIGN - 1) &
			~(size_t)(CAMIPC_ARENA_ALIGN - 1);
	void *piece = arena->pos;

	if (CAMIPC_UNLIKELY(padded < size || padded > arena->budget ||
			    padded > (size_t)(arena->end - arena->pos)))
		return camipc_arena_refill(arena, size);
	arena->pos += padded;
	arena->budget -= padded;
	return piece;
}

/*
 * What generated copy functions call, one line per field. All keep the first
 * error in arena->error and return NULL or -1 after it.
 */

/** A copy of @n elements of @size bytes; NULL if @n is 0. */
CAMIPC_API void *camipc_copy_array(struct camipc_arena *arena, const void *src,
				   size_t n, size_t size);

/** A copy of @src; NULL counts as "". Heap arenas copy "" too. */
CAMIPC_API const char *camipc_copy_string(struct camipc_arena *arena,
					  const char *src);

/** As camipc_copy_string(), but NULL (absent) stays NULL. */
CAMIPC_API const char *camipc_copy_optional_string(struct camipc_arena *arena,
						   const char *src);

/** A descriptor as arena->fd_mode says; -1 stays -1. */
CAMIPC_API int camipc_copy_fd(struct camipc_arena *arena, int fd);

/* What generated clear functions call. */

/** Frees an array of a heap arena; NULL is fine. */
CAMIPC_API void camipc_clear_array(const void *array);

/** Frees a string of a heap arena; NULL, and the literal "", are fine. */
CAMIPC_API void camipc_clear_string(const char *text);

/** Closes a descriptor; -1 is fine. Keeps errno. */
CAMIPC_API void camipc_clear_fd(int fd);

/** The "" that _init() gives strings and _clear() does not free. */
CAMIPC_API extern const char camipc_empty_string[];

CAMIPC_END_DECLS

#endif /* CAMIPC_ARENA_H */
