/* SPDX-License-Identifier: MIT */
/*
 * Protobuf encoding over bounded buffers: the primitives generated code calls.
 *
 * Errors stick: a reader or writer keeps the first one and a reader finds
 * nothing after it, so that generated code needs no test per field; its caller
 * looks once, with camipc_reader_finish() or camipc_writer_finish().
 */
#ifndef CAMIPC_WIRE_H
#define CAMIPC_WIRE_H

#include <errno.h>
#include <string.h>

#include <camipc/arena.h>
#include <camipc/base.h>
#include <camipc/check.h>
#include <camipc/wire_reader.h>
#include <camipc/wire_writer.h>

CAMIPC_BEGIN_DECLS

/*
 * Arrays of numbers. put writes one packed field, and nothing if @n is 0. get
 * adds a packed field, or a run of single elements, as @tag says, to the @n
 * that are there already; @room as in camipc_extend(). get_..._exact fills an
 * array that has exactly @count elements; @seen, a local that begins at 0,
 * counts them, and camipc_exact_done() judges it after the loop.
 */
#define CAMIPC_DECLARE_ARRAY(name, type)                                     \
	CAMIPC_API uint8_t *camipc_put_##name##_array(                       \
		struct camipc_writer *w, uint8_t *p, uint32_t field,         \
		const type *items, size_t n);                                \
	CAMIPC_API const uint8_t *camipc_get_##name##_array(                 \
		struct camipc_reader *r, const uint8_t *p,                   \
		const uint8_t *end, uint32_t tag, const type **items,        \
		size_t *n, size_t *room);                                    \
	CAMIPC_API const uint8_t *camipc_get_##name##_array_exact(           \
		struct camipc_reader *r, const uint8_t *p,                   \
		const uint8_t *end, uint32_t tag, type *items, size_t count, \
		size_t *seen);

CAMIPC_DECLARE_ARRAY(bool, bool) /* varints */
CAMIPC_DECLARE_ARRAY(int16, int16_t)
CAMIPC_DECLARE_ARRAY(uint16, uint16_t)
CAMIPC_DECLARE_ARRAY(int32, int32_t) /* little-endian, copied in bulk */
CAMIPC_DECLARE_ARRAY(uint32, uint32_t)
CAMIPC_DECLARE_ARRAY(int64, int64_t)
CAMIPC_DECLARE_ARRAY(uint64, uint64_t)
CAMIPC_DECLARE_ARRAY(float, float)
CAMIPC_DECLARE_ARRAY(double, double)
CAMIPC_DECLARE_ARRAY(int32_varint, int32_t) /* [wire=varint] */
CAMIPC_DECLARE_ARRAY(uint32_varint, uint32_t)
CAMIPC_DECLARE_ARRAY(int64_varint, int64_t)
CAMIPC_DECLARE_ARRAY(uint64_varint, uint64_t)
CAMIPC_DECLARE_ARRAY(int16_zigzag, int16_t) /* [wire=zigzag] */
CAMIPC_DECLARE_ARRAY(int32_zigzag, int32_t)
CAMIPC_DECLARE_ARRAY(int64_zigzag, int64_t)
CAMIPC_DECLARE_ARRAY(int16_fixed, int16_t) /* [wire=fixed]: four bytes each */
CAMIPC_DECLARE_ARRAY(uint16_fixed, uint16_t)
CAMIPC_DECLARE_ARRAY(fd, int) /* varints: places, 0 for none */
#undef CAMIPC_DECLARE_ARRAY

/* Enums as varints. C does not say which integer an enum is: hence void. */
CAMIPC_API uint8_t *camipc_put_enum_array(struct camipc_writer *w, uint8_t *p,
					  uint32_t field, const void *items,
					  size_t n);
CAMIPC_API const uint8_t *
camipc_get_enum_array(struct camipc_reader *r, const uint8_t *p,
		      const uint8_t *end, uint32_t tag, const void **items,
		      size_t *n, size_t *room);
CAMIPC_API const uint8_t *
camipc_get_enum_array_exact(struct camipc_reader *r, const uint8_t *p,
			    const uint8_t *end, uint32_t tag, void *items,
			    size_t count, size_t *seen);

/** An array of fixed length is absent, or has all its elements. */
static inline const uint8_t *camipc_exact_done(struct camipc_reader *r,
					       const uint8_t *p, size_t seen,
					       size_t count)
{
	return camipc_require(r, p, seen == 0 || seen == count);
}

/* ---- maps --------------------------------------------------------------
 *
 * Entries are structs that begin with their key, in ascending order of it.
 */

/** Less than, equal to, or greater than 0: the order of two keys. */
typedef int (*camipc_compare_fn)(const void *a, const void *b);

CAMIPC_API int camipc_compare_bool(const void *a, const void *b);
CAMIPC_API int camipc_compare_int8(const void *a, const void *b);
CAMIPC_API int camipc_compare_uint8(const void *a, const void *b);
CAMIPC_API int camipc_compare_int16(const void *a, const void *b);
CAMIPC_API int camipc_compare_uint16(const void *a, const void *b);
CAMIPC_API int camipc_compare_int32(const void *a, const void *b);
CAMIPC_API int camipc_compare_uint32(const void *a, const void *b);
CAMIPC_API int camipc_compare_int64(const void *a, const void *b);
CAMIPC_API int camipc_compare_uint64(const void *a, const void *b);
/** By bytes, unsigned; NULL counts as "". */
CAMIPC_API int camipc_compare_string(const void *a, const void *b);

/**
 * Sorts entries as they came from the wire, where any order is legal, drops
 * all but the last of equal keys, and returns how many are left. Keeps the
 * order of equal keys, needs O(n log n) time and no recursion, and no memory
 * if they are in order already.
 */
CAMIPC_API size_t camipc_get_map_done(struct camipc_reader *r, void *entries,
				      size_t n, size_t size,
				      camipc_compare_fn compare);

/** True if the keys ascend strictly: what a sender's map has to do. */
CAMIPC_API bool camipc_map_is_sorted(const void *entries, size_t n,
				     size_t size, camipc_compare_fn compare);

/** Puts a caller's own entries in order. */
CAMIPC_API void camipc_map_sort(void *entries, size_t n, size_t size,
				camipc_compare_fn compare);

/** The entry with the key at @key in a sorted map; NULL if there is none. */
CAMIPC_API const void *camipc_map_find(const void *entries, size_t n,
				       size_t size, const void *key,
				       camipc_compare_fn compare);

/* ---- [keep_unknown] ----------------------------------------------------
 *
 * Fields that a struct does not have, one behind the other, as they came.
 */

/**
 * camipc_keep() - step over an unknown field, and keep it
 * @start: where its tag begins
 * @kept: with @n bytes, NULL if there are none
 * @room: a local of the decoder that begins at @n
 *
 * Fields that follow each other stay in the message, as bytes do; others are
 * brought together in the arena. Counts and fails as camipc_skip().
 */
CAMIPC_API const uint8_t *camipc_keep(struct camipc_reader *r,
				      const uint8_t *start,
				      const uint8_t *end,
				      const uint8_t **kept, size_t *n,
				      size_t *room);

/** Writes the @n bytes of kept fields as they are. */
CAMIPC_API uint8_t *camipc_put_kept(struct camipc_writer *w, uint8_t *p,
				    const uint8_t *kept, size_t n);

/**
 * The sender's check of kept fields: whole ones, and none with a tag that the
 * struct's own decoder takes, as @has_tag says; NULL: it takes none.
 */
CAMIPC_API void camipc_check_kept(struct camipc_check *check,
				  const uint8_t *kept, size_t n,
				  bool (*has_tag)(uint32_t tag),
				  const char *field);

CAMIPC_END_DECLS

#endif /* CAMIPC_WIRE_H */
