/* SPDX-License-Identifier: MIT */
/*
 * The sender's check: says before anything is queued whether the interface
 * allows a message and whether the receiver will take it, in every backend
 * alike. A caller's mistake so never looks like a worker's crime.
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
 * One walk over a message. Thread word: bound.
 *
 * @wire bounds the encoded size from above: constant per scalar, exact for
 * strings and arrays of fixed-size numbers. Only a message whose bound is over
 * the limit has to be encoded to know. @decoded is exact: the bytes, padding
 * included, that decoding takes of the receiver's arena.
 */
struct camipc_check {
	size_t wire;
	size_t decoded;
	int *fds; /* borrowed, in order of use; room for max_fds */
	uint32_t n_fds; /* goes on counting past max_fds */
	uint32_t max_fds;
	uint32_t open_fd; /* the last that was seen open, plus 1; 0: none */
	uint32_t depth;
	int error; /* the first one: -EINVAL or -EMSGSIZE */
	const char *field; /* name, as in the IDL, of what was wrong */
};

/** Notes the first error, and the name of the field that has it. */
static inline void camipc_check_fail(struct camipc_check *check, int error,
				     const char *field)
{
	if (!check->error) {
		check->error = error;
		check->field = field;
	}
}

/** Adds without wrapping: sizes past the end of memory stay there. */
static inline void camipc_check_add(size_t *sum, size_t n)
{
	if (CAMIPC_UNLIKELY(__builtin_add_overflow(*sum, n, sum)))
		*sum = SIZE_MAX;
}

/** @wire more bytes at most on the wire. */
static inline void camipc_check_wire(struct camipc_check *check, size_t wire)
{
	camipc_check_add(&check->wire, wire);
}

/** UTF-8 as Unicode has it: nothing overlong, no surrogates; NUL is legal. */
CAMIPC_API bool camipc_utf8_is_valid(const void *text, size_t len);

/** The same, without NUL: what a decoded string has to be. */
CAMIPC_API bool camipc_text_is_valid(const void *text, size_t len);

/*
 * One call per field. Each adds to @wire its contents and ten bytes, which no
 * tag with a length exceeds; generated code adds a constant for the scalars
 * and for the prefixes of nested messages. All are total: a NULL string is "",
 * an array of n > 0 elements at NULL is -EINVAL.
 */

/** A string: UTF-8 of at most @max_len bytes (SIZE_MAX: any). */
CAMIPC_API void camipc_check_string(struct camipc_check *check,
				    const char *text, size_t max_len,
				    const char *field);

/** Bytes, which the receiver leaves in the message. */
CAMIPC_API void camipc_check_bytes(struct camipc_check *check,
				   const void *data, size_t n, size_t max_len,
				   const char *field);

/**
 * An array of @n elements that take @size bytes in memory each, and at most
 * @wire_size on the wire (0: the caller counts them itself). Returns false
 * when it cannot be walked (NULL, or more than any limit).
 */
CAMIPC_API bool camipc_check_array(struct camipc_check *check,
				   const void *items, size_t n, size_t size,
				   size_t wire_size, size_t max_len,
				   const char *field);

/**
 * A descriptor that is open; -1 is none. The kernel is asked once for several
 * fields in a row that have the same one: it could be closed between this walk
 * and its sending all the same, and then sending fails.
 */
CAMIPC_API void camipc_check_fd(struct camipc_check *check, int fd,
				const char *field);

/** Besides camipc_check_fd(), where the IDL says what it has to be. */
CAMIPC_API void camipc_check_fd_kind(struct camipc_check *check, int fd,
				     enum camipc_fd_kind kind,
				     enum camipc_fd_access access,
				     bool sealed, uint64_t min_size,
				     const char *field);

/** -EINVAL unless @allowed: enums, flags, ranges, map order, required. */
static inline void camipc_check_that(struct camipc_check *check, bool allowed,
				     const char *field)
{
	if (CAMIPC_UNLIKELY(!allowed))
		camipc_check_fail(check, -EINVAL, field);
}

/** Enters a message as camipc_enter() does; false past CAMIPC_MAX_DEPTH. */
static inline bool camipc_check_enter(struct camipc_check *check,
				      const char *field)
{
	if (check->depth++ < CAMIPC_MAX_DEPTH)
		return true;
	camipc_check_fail(check, -EMSGSIZE, field);
	return false;
}

static inline void camipc_check_leave(struct camipc_check *check)
{
	check->depth--;
}

CAMIPC_END_DECLS

#endif /* CAMIPC_CHECK_H */
