/* SPDX-License-Identifier: MIT */
/*
 * Helpers for the functions of an external type (camipc/external.h): they write
 * and read numbers and texts, little-endian on every machine, and never leave
 * the bytes that they were given.
 *
 * Thread word of every function in this header: bound, to its struct.
 */
#ifndef CAMIPC_EXTERNAL_BYTES_H
#define CAMIPC_EXTERNAL_BYTES_H

#include <errno.h>
#include <limits.h>
#include <string.h>

#include <camipc/arena.h>
#include <camipc/base.h>
#include <camipc/check.h>

CAMIPC_BEGIN_DECLS

/* ---- writing ---------------------------------------------------------------- */

/**
 * Bytes to write. Without @bytes they are only counted: one function can thus
 * write for encode(), and count for check().
 */
struct camipc_pack {
	uint8_t *bytes; /* NULL: count only */
	size_t room; /* of @bytes */
	size_t size; /* written, or wanted if that is more than @room */
};

/** Writes @n bytes. */
static inline void camipc_pack_raw(struct camipc_pack *pack, const void *data,
				   size_t n)
{
	if (pack->bytes && n > 0 && pack->size <= pack->room &&
	    n <= pack->room - pack->size)
		memcpy(pack->bytes + pack->size, data, n);
	camipc_check_add(&pack->size, n);
}

/** Writes a number of four bytes. */
static inline void camipc_pack_u32(struct camipc_pack *pack, uint32_t value)
{
	const uint8_t bytes[] = { (uint8_t)value, (uint8_t)(value >> 8),
				  (uint8_t)(value >> 16),
				  (uint8_t)(value >> 24) };

	camipc_pack_raw(pack, bytes, sizeof(bytes));
}

/** Writes a number of eight bytes. */
static inline void camipc_pack_u64(struct camipc_pack *pack, uint64_t value)
{
	camipc_pack_u32(pack, (uint32_t)value);
	camipc_pack_u32(pack, (uint32_t)(value >> 32));
}

/** Writes the bits of a double, in eight bytes. */
static inline void camipc_pack_double(struct camipc_pack *pack, double value)
{
	uint64_t bits;

	memcpy(&bits, &value, sizeof(bits));
	camipc_pack_u64(pack, bits);
}

/** Writes a text and its length; NULL counts as "". */
static inline void camipc_pack_text(struct camipc_pack *pack, const char *text)
{
	const size_t n = text ? strlen(text) : 0;

	camipc_pack_u32(pack, n < UINT32_MAX ? (uint32_t)n : UINT32_MAX);
	camipc_pack_raw(pack, text, n);
}

/** The result of encode(): how many bytes were written, or -EMSGSIZE. */
static inline int camipc_pack_result(const struct camipc_pack *pack)
{
	return pack->size <= pack->room && pack->size <= INT_MAX ?
		       (int)pack->size : -EMSGSIZE;
}

/* ---- reading ---------------------------------------------------------------- */

/** Bytes to read. After a failure all functions return 0 or NULL. */
struct camipc_unpack {
	const uint8_t *at;
	size_t left;
	bool failed;
};

/** Returns the next @n bytes; NULL if there are fewer. */
static inline const uint8_t *camipc_unpack_raw(struct camipc_unpack *unpack,
					       size_t n)
{
	const uint8_t *at = unpack->at;

	if (unpack->failed || n > unpack->left) {
		unpack->failed = true;
		return NULL;
	}
	unpack->at += n;
	unpack->left -= n;
	return at;
}

/** Reads a number of four bytes. */
static inline uint32_t camipc_unpack_u32(struct camipc_unpack *unpack)
{
	const uint8_t *at = camipc_unpack_raw(unpack, 4);

	return at ? at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 |
			    (uint32_t)at[3] << 24 : 0;
}

/** Reads a number of eight bytes. */
static inline uint64_t camipc_unpack_u64(struct camipc_unpack *unpack)
{
	const uint64_t low = camipc_unpack_u32(unpack);

	return low | (uint64_t)camipc_unpack_u32(unpack) << 32;
}

/** Reads the bits of a double. */
static inline double camipc_unpack_double(struct camipc_unpack *unpack)
{
	const uint64_t bits = camipc_unpack_u64(unpack);
	double value;

	memcpy(&value, &bits, sizeof(value));
	return value;
}

/**
 * Returns memory for @n elements of @size bytes, of which each takes at least
 * @wire_size bytes of those that are left: a peer cannot ask for more memory
 * than it sends bytes. NULL if @n is 0, after a failure, or without memory.
 */
static inline void *camipc_unpack_array(struct camipc_unpack *unpack, size_t n,
					size_t size, size_t wire_size,
					struct camipc_arena *arena)
{
	if (unpack->failed || n == 0)
		return NULL;
	if (wire_size == 0 || n > unpack->left / wire_size ||
	    n > SIZE_MAX / size) {
		unpack->failed = true;
		return NULL;
	}
	return camipc_arena_alloc(arena, n * size);
}

/**
 * Reads a text of camipc_pack_text(): UTF-8 without NUL. Returns a copy in
 * @arena; NULL for "", after a failure, or without memory.
 */
static inline char *camipc_unpack_text(struct camipc_unpack *unpack,
				       struct camipc_arena *arena)
{
	const size_t n = camipc_unpack_u32(unpack);
	const uint8_t *at = camipc_unpack_raw(unpack, n);
	char *text;

	if (!at || n == 0)
		return NULL;
	if (!camipc_text_is_valid(at, n)) {
		unpack->failed = true;
		return NULL;
	}
	text = (char *)camipc_arena_alloc(arena, n + 1);
	if (text) {
		memcpy(text, at, n);
		text[n] = '\0';
	}
	return text;
}

/** The result of decode(): 0, or -EPROTO for too few bytes or too many. */
static inline int camipc_unpack_result(const struct camipc_unpack *unpack)
{
	return unpack->failed || unpack->left > 0 ? -EPROTO : 0;
}

/** Returns the bytes of an arena that a piece of @size bytes takes. */
static inline size_t camipc_arena_need(size_t size)
{
	return (size + CAMIPC_ARENA_ALIGN - 1) / CAMIPC_ARENA_ALIGN *
	       CAMIPC_ARENA_ALIGN;
}

CAMIPC_END_DECLS

#endif /* CAMIPC_EXTERNAL_BYTES_H */
