/* SPDX-License-Identifier: MIT */
/*
 * Protobuf encoding over bounded buffers: the functions that generated code
 * calls.
 *
 * Errors stick: a reader or writer keeps the first one, and a reader finds
 * nothing after it. Generated code thus needs no test per field; its caller
 * asks once, with camipc_reader_finish() or camipc_writer_finish().
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
 * Arrays of numbers.
 *
 * camipc_put_T_array() writes one packed field, or nothing if @n is 0.
 *
 * camipc_get_T_array() appends elements to the @n that the array has already:
 * those of a packed field or of a run of single fields, depending on @tag;
 * @room is as in camipc_extend().
 *
 * camipc_get_T_array_exact() fills an array of exactly @count elements. @seen,
 * a local of the decoder that begins at 0, counts them; camipc_exact_done()
 * checks it after the loop.
 *
 * Thread word of each: bound, to its reader or writer.
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

/*
 * Arrays of enums, as varints; otherwise as above. C leaves open which integer
 * type an enum has: hence void. Thread word of each: bound.
 */
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

/**
 * Fails with a fault of range unless an array of fixed length is absent or has
 * all its elements. Thread word: bound.
 */
static inline const uint8_t *camipc_exact_done(struct camipc_reader *r,
					       const uint8_t *p, size_t seen,
					       size_t count)
{
	return camipc_require(r, p, seen == 0 || seen == count);
}

/* ---- maps --------------------------------------------------------------
 *
 * A map is an array of entries in ascending order of their keys; an entry is a
 * struct that begins with its key.
 */

/**
 * Returns a number less than, equal to or greater than 0, as the key at @a
 * comes before, equals or comes after the key at @b. Thread word: reentrant.
 */
typedef int (*camipc_compare_fn)(const void *a, const void *b);

/* One for each type of key. Thread word of each: reentrant. */
CAMIPC_API int camipc_compare_bool(const void *a, const void *b);
CAMIPC_API int camipc_compare_int8(const void *a, const void *b);
CAMIPC_API int camipc_compare_uint8(const void *a, const void *b);
CAMIPC_API int camipc_compare_int16(const void *a, const void *b);
CAMIPC_API int camipc_compare_uint16(const void *a, const void *b);
CAMIPC_API int camipc_compare_int32(const void *a, const void *b);
CAMIPC_API int camipc_compare_uint32(const void *a, const void *b);
CAMIPC_API int camipc_compare_int64(const void *a, const void *b);
CAMIPC_API int camipc_compare_uint64(const void *a, const void *b);
/** Compares strings by unsigned bytes; NULL counts as "". Reentrant. */
CAMIPC_API int camipc_compare_string(const void *a, const void *b);

/**
 * camipc_get_map_done() - sort the entries of a decoded map
 * @entries: @n entries of @size bytes, in the order of the wire, where any
 *	order is legal
 *
 * Keeps the last of several entries with equal keys. Needs O(n log n) time, no
 * recursion, and no memory if the entries are in order already. Returns the
 * number of entries that are left. Thread word: bound.
 */
CAMIPC_API size_t camipc_get_map_done(struct camipc_reader *r, void *entries,
				      size_t n, size_t size,
				      camipc_compare_fn compare);

/**
 * Returns true if the keys of @n entries of @size bytes ascend strictly, as the
 * keys of a map that is sent must. Thread word: reentrant.
 */
CAMIPC_API bool camipc_map_is_sorted(const void *entries, size_t n,
				     size_t size, camipc_compare_fn compare);

/** Sorts the @n entries of @size bytes of a map to send. Reentrant. */
CAMIPC_API void camipc_map_sort(void *entries, size_t n, size_t size,
				camipc_compare_fn compare);

/**
 * Returns the entry whose key equals the one at @key, in a sorted map of @n
 * entries of @size bytes; NULL if there is none. Thread word: reentrant.
 */
CAMIPC_API const void *camipc_map_find(const void *entries, size_t n,
				       size_t size, const void *key,
				       camipc_compare_fn compare);

/* ---- [keep_unknown] ----------------------------------------------------
 *
 * Kept fields are those that a struct does not have, one after the other, in
 * their encoded form.
 */

/**
 * camipc_keep() - step over an unknown field, and keep it
 * @start: where the field's tag begins
 * @kept: the @n bytes kept so far; NULL if there are none
 * @room: a local of the decoder that begins at @n
 *
 * Fields that follow each other stay in the message, as bytes do; others are
 * copied to the arena. Counts and fails as camipc_skip() does. Returns the
 * position after the field. Thread word: bound.
 */
CAMIPC_API const uint8_t *camipc_keep(struct camipc_reader *r,
				      const uint8_t *start,
				      const uint8_t *end,
				      const uint8_t **kept, size_t *n,
				      size_t *room);

/** Writes the @n bytes of kept fields unchanged. Thread word: bound. */
CAMIPC_API uint8_t *camipc_put_kept(struct camipc_writer *w, uint8_t *p,
				    const uint8_t *kept, size_t n);

/**
 * camipc_check_kept() - check kept fields before they are sent
 * @has_tag: returns true for the tags of fields that the struct has; NULL if it
 *	has none
 *
 * Sets -EINVAL unless the @n bytes at @kept are whole fields that the struct
 * does not have. Thread word: bound.
 */
CAMIPC_API void camipc_check_kept(struct camipc_check *check,
				  const uint8_t *kept, size_t n,
				  bool (*has_tag)(uint32_t tag),
				  const char *field);

CAMIPC_END_DECLS

#endif /* CAMIPC_WIRE_H */
