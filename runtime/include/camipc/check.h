/* SPDX-License-Identifier: MIT */
/*
 * The sender's check: finds out, before a message is queued, whether the
 * interface allows it and the receiver will accept it. The check is the same
 * for every isolation. A caller's mistake is thus never blamed on the worker.
 */
#ifndef CAMIPC_CHECK_H
#define CAMIPC_CHECK_H

#include <errno.h>

#include <camipc/arena.h>
#include <camipc/base.h>
#include <camipc/fd.h>
#include <camipc/limits.h>

CAMIPC_BEGIN_DECLS

/**
 * The state of one walk over a message. Thread word: bound.
 *
 * @wire is an upper bound of the encoded size, in bytes: a constant per scalar,
 * exact for strings and arrays of fixed-size numbers. Only a message whose
 * bound exceeds the limit must be encoded to learn its size. @decoded is exact:
 * the bytes of the receiver's arena that the decoded message needs, padding
 * included.
 */
struct camipc_check {
	size_t wire;
	size_t decoded;
	int *fds; /* borrowed, in order of use; room for max_fds */
	uint32_t n_fds; /* counts on when @fds is full */
	uint32_t max_fds;
	uint32_t open_fd; /* the last one that was found open, plus 1; or 0 */
	uint32_t depth;
	int error; /* the first one: -EINVAL or -EMSGSIZE */
	const char *field; /* the wrong one's name, as in the IDL */
	void *context; /* of external types; NULL: none */
};

/**
 * Sets the error, -EINVAL or -EMSGSIZE, and the name of the wrong field, unless
 * an error is set already. Thread word: bound.
 */
static inline void camipc_check_fail(struct camipc_check *check, int error,
				     const char *field)
{
	if (!check->error) {
		check->error = error;
		check->field = field;
	}
}

/** Adds @n to @sum; stops at SIZE_MAX instead of wrapping. Reentrant. */
static inline void camipc_check_add(size_t *sum, size_t n)
{
	if (CAMIPC_UNLIKELY(__builtin_add_overflow(*sum, n, sum)))
		*sum = SIZE_MAX;
}

/** Adds @wire bytes to the bound of the encoded size. Thread word: bound. */
static inline void camipc_check_wire(struct camipc_check *check, size_t wire)
{
	camipc_check_add(&check->wire, wire);
}

/**
 * Returns true if the @len bytes at @text are UTF-8 without overlong forms and
 * surrogates; NUL is legal. Thread word: reentrant.
 */
CAMIPC_API bool camipc_utf8_is_valid(const void *text, size_t len);

/**
 * Returns true if the bytes are UTF-8 as above without NUL, as a decoded string
 * must be. Thread word: reentrant.
 */
CAMIPC_API bool camipc_text_is_valid(const void *text, size_t len);

/*
 * Functions that generated code calls, once per field. Each adds to @wire the
 * size of the contents and ten bytes, which no tag with a length exceeds;
 * generated code adds a constant for the scalars and for the prefixes of nested
 * messages. @field is the field's name for errors, borrowed for ever. Every
 * value is handled: a NULL string counts as "", an array of n > 0 elements at
 * NULL is an error (-EINVAL).
 */

/**
 * Checks that @text is UTF-8 and has at most @max_len bytes (SIZE_MAX: any
 * number); else sets -EINVAL. Thread word: bound.
 */
CAMIPC_API void camipc_check_string(struct camipc_check *check,
				    const char *text, size_t max_len,
				    const char *field);

/**
 * Checks that @n is at most @max_len bytes; else sets -EINVAL. They need no
 * memory of the arena: the receiver leaves them in the message. Thread word:
 * bound.
 */
CAMIPC_API void camipc_check_bytes(struct camipc_check *check,
				   const void *data, size_t n, size_t max_len,
				   const char *field);

/**
 * Checks an array of @n elements that need @size bytes of memory each and at
 * most @wire_size bytes on the wire (0: the caller adds them). Returns false,
 * with -EINVAL (NULL, or more than @max_len elements) or -EMSGSIZE, when its
 * elements must not be read. Thread word: bound.
 */
CAMIPC_API bool camipc_check_array(struct camipc_check *check,
				   const void *items, size_t n, size_t size,
				   size_t wire_size, size_t max_len,
				   const char *field);

/**
 * Checks that @fd is open or -1 (none), and adds it to the message's list; else
 * sets -EINVAL. Asks the kernel once for several fields in a row with the same
 * descriptor. A descriptor that is closed after the check makes sending fail.
 * Thread word: bound.
 */
CAMIPC_API void camipc_check_fd(struct camipc_check *check, int fd,
				const char *field);

/**
 * Checks, after camipc_check_fd(), that @fd refers to what the IDL demands, by
 * camipc_fd_check_kind(); else sets -EINVAL. Thread word: bound.
 */
CAMIPC_API void camipc_check_fd_kind(struct camipc_check *check, int fd,
				     enum camipc_fd_kind kind,
				     enum camipc_fd_access access,
				     bool sealed, uint64_t min_size,
				     const char *field);

/**
 * Sets -EINVAL unless @allowed, the result of a test of an enum, a set of
 * flags, a range, the order of a map or a required field. Thread word: bound.
 */
static inline void camipc_check_that(struct camipc_check *check, bool allowed,
				     const char *field)
{
	if (CAMIPC_UNLIKELY(!allowed))
		camipc_check_fail(check, -EINVAL, field);
}

/**
 * Enters a message that can nest without bound. Returns false, with -EMSGSIZE,
 * beyond CAMIPC_MAX_DEPTH; camipc_check_leave() is due in any case. Thread
 * word: bound.
 */
static inline bool camipc_check_enter(struct camipc_check *check,
				      const char *field)
{
	if (check->depth++ < CAMIPC_MAX_DEPTH)
		return true;
	camipc_check_fail(check, -EMSGSIZE, field);
	return false;
}

/** Leaves the message that camipc_check_enter() entered. Bound. */
static inline void camipc_check_leave(struct camipc_check *check)
{
	check->depth--;
}

CAMIPC_END_DECLS

#endif /* CAMIPC_CHECK_H */
