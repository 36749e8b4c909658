/* SPDX-License-Identifier: MIT */
/*
 * Arenas: the memory of decoded messages and deep copies. An arena hands out
 * pieces of a block that it uses again for the next message, or of the heap.
 */
#ifndef CAMIPC_ARENA_H
#define CAMIPC_ARENA_H

#include <camipc/base.h>

CAMIPC_BEGIN_DECLS

/** Every piece of an arena is a multiple of this, and aligned to it. */
#define CAMIPC_ARENA_ALIGN 8u

struct camipc_arena_chunk;

/**
 * The file descriptors of one message. The table's owner closes them; the
 * fields of the message only borrow them. Thread word: bound.
 */
struct camipc_fd_table {
	int *fds;
	uint32_t n;
	uint32_t room; /* numbers that fit in @fds */
};

/** How a deep copy treats file descriptors. */
enum camipc_fd_mode {
	/** Duplicates them; arena->table owns the duplicates. */
	CAMIPC_FD_DUP_TO_TABLE = 0,
	/** Duplicates them; the copy's _clear() closes the duplicates. */
	CAMIPC_FD_DUP,
	/** Uses the source's numbers: the copy owns the descriptors then. */
	CAMIPC_FD_MOVE,
	/**
	 * As CAMIPC_FD_DUP, for descriptors of a peer that nobody trusts:
	 * _clear() closes the duplicates without waiting for the peer.
	 */
	CAMIPC_FD_DUP_FOREIGN,
};

/**
 * The memory of a message's arrays and strings.
 *
 * A block arena hands out pieces of a block that camipc_arena_reset() keeps,
 * so that the next message of the same size allocates nothing. A heap arena
 * makes each piece a malloc() of its own, which the message's _clear() frees.
 * Neither hands out more than its budget. Thread word: bound.
 */
struct camipc_arena {
	uint8_t *pos;
	uint8_t *end;
	struct camipc_arena_chunk *chunks;
	size_t budget; /* bytes that may still be handed out */
	bool heap;
	enum camipc_fd_mode fd_mode;
	struct camipc_fd_table *table; /* for CAMIPC_FD_DUP_TO_TABLE */
	int error; /* the first one; nothing is handed out until reset */
};

/**
 * Initialises a block arena with a budget of @budget bytes. Allocates nothing
 * and cannot fail. Thread word: bound.
 */
CAMIPC_API void camipc_arena_init(struct camipc_arena *arena, size_t budget);

/**
 * Initialises a heap arena without a budget. Cannot fail; camipc_arena_fini()
 * is not needed. Thread word: bound.
 */
CAMIPC_API void camipc_arena_init_heap(struct camipc_arena *arena,
				       enum camipc_fd_mode fd_mode);

/**
 * Invalidates all pieces, clears the error and sets the budget to @budget
 * bytes. Joins the blocks of the last message into one. Thread word: bound.
 */
CAMIPC_API void camipc_arena_reset(struct camipc_arena *arena, size_t budget);

/** Returns the bytes of the blocks of a block arena. Thread word: bound. */
CAMIPC_API size_t camipc_arena_size(const struct camipc_arena *arena);

/** Frees all memory of a block arena; zeroed ones are fine. Bound. */
CAMIPC_API void camipc_arena_fini(struct camipc_arena *arena);

/**
 * Hands out a piece of a new block or of the heap: the slow path of
 * camipc_arena_alloc(), with the same result. Thread word: bound.
 */
CAMIPC_API void *camipc_arena_refill(struct camipc_arena *arena, size_t size);

/**
 * Returns @size bytes, aligned to 8 and not cleared, which are valid until the
 * arena is reset; or NULL, with arena->error set to -EMSGSIZE (over the budget)
 * or -ENOMEM. Thread word: bound.
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
 * Functions that generated copy functions call, once per field. All set
 * arena->error to the first error (-EMSGSIZE, -EINVAL, -EBADF, -EMFILE or
 * -ENOMEM), and return NULL or -1 from then on.
 */

/**
 * Returns a copy of @n elements of @size bytes; NULL if @n is 0. Fails with
 * -EINVAL if @src is NULL and @n is not 0. Thread word: bound.
 */
CAMIPC_API void *camipc_copy_array(struct camipc_arena *arena, const void *src,
				   size_t n, size_t size);

/**
 * Returns a copy of @src; NULL counts as "". A block arena returns
 * camipc_empty_string for ""; a heap arena copies it. Thread word: bound.
 */
CAMIPC_API const char *camipc_copy_string(struct camipc_arena *arena,
					  const char *src);

/**
 * Returns a copy as camipc_copy_string() does, but NULL, an absent string, for
 * NULL. Thread word: bound.
 */
CAMIPC_API const char *camipc_copy_optional_string(struct camipc_arena *arena,
						   const char *src);

/**
 * Returns a descriptor for the copy, by arena->fd_mode: a duplicate or @fd
 * itself; -1 for -1. Thread word: bound.
 */
CAMIPC_API int camipc_copy_fd(struct camipc_arena *arena, int fd);

/* Functions that generated clear functions call. */

/** Frees an array of a heap arena; NULL is fine. Thread word: reentrant. */
CAMIPC_API void camipc_clear_array(const void *array);

/**
 * Frees a string of a heap arena; NULL and camipc_empty_string are fine. Thread
 * word: reentrant.
 */
CAMIPC_API void camipc_clear_string(const char *text);

/** Closes @fd; -1 is fine. Keeps errno. Thread word: reentrant. */
CAMIPC_API void camipc_clear_fd(int fd);

/** The "" that _init() sets strings to and _clear() does not free. */
CAMIPC_API extern const char camipc_empty_string[];

CAMIPC_END_DECLS

#endif /* CAMIPC_ARENA_H */
