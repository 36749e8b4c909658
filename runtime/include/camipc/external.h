/* SPDX-License-Identifier: MIT */
/*
 * External types: structs of another library that an interface passes as they
 * are. The IDL names the struct, its header and a table of functions:
 *
 *	[external, header="pose.h", cname="struct pose", functions=pose_ipc,
 *	 max_len=64]
 *	struct Pose;
 *
 * On the wire a value is a field of bytes: the version of its encoding
 * ([Version], 1 without it), then what encode() writes, at most max_len bytes.
 * The library guards everything around it; the functions below only have to be
 * right about their own bytes. camipc_external_try() finds mistakes in them.
 */
#ifndef CAMIPC_EXTERNAL_H
#define CAMIPC_EXTERNAL_H

#include <camipc/arena.h>
#include <camipc/base.h>
#include <camipc/check.h>
#include <camipc/type_info.h>
#include <camipc/wire_reader.h>
#include <camipc/wire_writer.h>

CAMIPC_BEGIN_DECLS

/** What one value needs, as check() finds out. */
struct camipc_external_need {
	/** Bytes that encode() writes at most; must not exceed [max_len]. */
	size_t encoded;

	/**
	 * Bytes of the arena that decode() takes at most. Count each piece as
	 * rounded up to CAMIPC_ARENA_ALIGN. 0 if it takes none.
	 */
	size_t decoded;
};

/**
 * The two sides of an interface hold different values for the same thing, such
 * as pointers that a context turns into numbers. Values are then encoded on
 * every backend; otherwise a module in a thread gets what copy() makes.
 */
#define CAMIPC_EXTERNAL_TRANSLATES (1u << 0)

/**
 * The functions of an external type. Both sides of an interface have a table
 * of their own, usually from the same source file.
 *
 * @value is a complete struct of the type. @context is what
 * camipc_proxy_set_context() or camipc_host_set_context() has set, of the side
 * that calls; NULL without one, and always in the generated x_copy(): check()
 * must then accept what only the context could judge. The
 * functions must not call the proxy or the host. They run in the thread that
 * makes a call, dispatches or runs the module's op, and in any thread in which
 * a module raises events; only @context is shared. Thread word of each:
 * reentrant.
 */
struct camipc_external {
	uint32_t size; /* sizeof this struct; it grows at the end */
	uint32_t flags; /* CAMIPC_EXTERNAL_* */

	/**
	 * Sets the default in a zeroed @value: a legal one, which a receiver
	 * gets if its peer leaves the value out. NULL: it is all zero.
	 */
	void (*init)(void *value);

	/**
	 * Checks before sending that @value can be encoded, and fills in
	 * @ret_need. Returns 0; -EINVAL, which fails the call as a value does
	 * that the IDL does not allow; or -EMSGSIZE. Never NULL.
	 */
	int (*check)(const void *value, void *context,
		     struct camipc_external_need *ret_need);

	/**
	 * Writes a checked @value into @room bytes. Returns how many bytes it
	 * wrote; -EMSGSIZE if they do not fit: @room may be less than check()
	 * said; or -EINVAL, which fails the call. Never NULL.
	 */
	int (*encode)(const void *value, void *context, uint8_t *bytes,
		      size_t room);

	/**
	 * Reads the @n bytes at @bytes, which a hostile peer may have chosen,
	 * into a @value that init() has set. @version is that of the sender,
	 * from 1 to the IDL's. Memory comes from @arena only
	 * (camipc_arena_alloc()); pointers into @bytes are valid as long as
	 * the value. Returns 0, or -EPROTO for bytes that mean nothing; an
	 * error of the arena needs no other report. Never NULL.
	 */
	int (*decode)(void *value, void *context, const uint8_t *bytes,
		      size_t n, uint32_t version, struct camipc_arena *arena);

	/**
	 * Replaces each pointer in @value, a flat copy, by one to a copy in
	 * @arena, with camipc_copy_array(), camipc_copy_string() and the like.
	 * These return NULL after an error: no pointer may stay as it was.
	 * NULL: a flat copy suffices.
	 */
	void (*copy)(struct camipc_arena *arena, void *value);

	/**
	 * Frees what copy() has put into a heap arena, with
	 * camipc_clear_array() and the like. Accepts a value that init() has
	 * set. NULL if copy() is.
	 */
	void (*clear)(void *value);

	/**
	 * Returns true if @a and @b mean the same. camipc_external_try() needs
	 * it. NULL: two values are equal if their encodings are.
	 */
	bool (*equal)(const void *a, const void *b);

	/**
	 * Writes a text for traces into @size bytes of @text, as snprintf()
	 * does. NULL: traces show the name of the type.
	 */
	int (*print)(const void *value, char *text, size_t size);
};

/*
 * Functions that generated code calls, once per field. @type describes the
 * external type.
 */

/** Zeroes @value and calls init(). Thread word: reentrant. */
CAMIPC_API void camipc_init_external(const struct camipc_type_info *type,
				     void *value);

/**
 * Calls check(), and adds what the value needs. Sets -EINVAL, also for a table
 * without one of its functions, or -EMSGSIZE. Thread word: bound.
 */
CAMIPC_API void camipc_check_external(struct camipc_check *check,
				      const struct camipc_type_info *type,
				      const void *value, const char *field);

/** Writes a field; fails if the value does not fit. Thread word: bound. */
CAMIPC_API uint8_t *camipc_put_external(struct camipc_writer *w, uint8_t *p,
					uint32_t field,
					const struct camipc_type_info *type,
					const void *value);

/**
 * Reads a field. Fails with CAMIPC_FAULT_RANGE for an unknown version, too many
 * bytes, or an error of decode(); with the arena's fault if that has one.
 * @value is then what init() makes. Thread word: bound.
 */
CAMIPC_API const uint8_t *
camipc_get_external(struct camipc_reader *r, const uint8_t *p,
		    const uint8_t *end, const struct camipc_type_info *type,
		    void *value);

/** Calls copy(). Thread word: bound. */
CAMIPC_API void camipc_copy_external(struct camipc_arena *arena,
				     const struct camipc_type_info *type,
				     void *value);

/** Calls clear(), then sets the default. Thread word: reentrant. */
CAMIPC_API void camipc_clear_external(const struct camipc_type_info *type,
				      void *value);

/**
 * camipc_external_try() - try the functions of an external type on a value
 * @value: one that check() accepts
 * @ret_why: which function is wrong, and how: a text that lives for ever
 *
 * For the tests of who writes such functions. Encodes the value into exactly
 * the bytes that check() named, decodes and compares it, with exactly the
 * memory that check() named; copies and clears it; then decodes each beginning
 * of the bytes, and the bytes with each bit changed, which must not crash. Run
 * it under AddressSanitizer.
 *
 * Returns 0; -EINVAL (a function is wrong: @ret_why); or -ENOMEM. Thread word:
 * reentrant.
 */
CAMIPC_API int camipc_external_try(const struct camipc_type_info *type,
				   const void *value, void *context,
				   const char **ret_why) CAMIPC_MUST_CHECK;

CAMIPC_END_DECLS

#endif /* CAMIPC_EXTERNAL_H */
