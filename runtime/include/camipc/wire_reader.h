/* SPDX-License-Identifier: MIT */
/*
 * Reading one message body: the half of camipc/wire.h that decoders call.
 *
 * A position, @p, and the end of the message around it, @end, travel through
 * the calls in registers: each function takes both, and returns the position
 * after what it read. After an error it returns the end of the whole body,
 * which is not before the end of any nested message: every loop over fields
 * then ends, whatever its depth.
 *
 * Thread word of every function in this header: bound, to its reader; those
 * without a reader are reentrant.
 */
#ifndef CAMIPC_WIRE_READER_H
#define CAMIPC_WIRE_READER_H

#include <camipc/arena.h>
#include <camipc/base.h>
#include <camipc/fd.h>
#include <camipc/limits.h>
#include <camipc/wire_format.h>

CAMIPC_BEGIN_DECLS

/** Why a decode failed, and the reader's error that belongs to it. */
enum camipc_wire_fault {
	CAMIPC_FAULT_NONE = 0,
	CAMIPC_FAULT_BYTES, /* -EPROTO: not the encoding of anything */
	CAMIPC_FAULT_RANGE, /* -EPROTO: a value the interface does not allow */
	CAMIPC_FAULT_FD, /* -EPROTO: descriptors missing, used twice, unused or
			   of another kind */
	CAMIPC_FAULT_DEPTH, /* -EMSGSIZE: nested deeper than CAMIPC_MAX_DEPTH */
	CAMIPC_FAULT_LIMIT, /* -EMSGSIZE: the arena's budget is used up */
	CAMIPC_FAULT_MEMORY, /* -ENOMEM: in this process; not the peer's fault */
};

/** Reads one message body. Thread word: bound. */
struct camipc_reader {
	const uint8_t *end; /* of the body */
	struct camipc_arena *arena;
	const int *fds; /* borrowed: the caller's table owns them */
	uint32_t n_fds;
	uint32_t next_fd; /* index of the first one that no field named yet */
	uint32_t unused_fds; /* of fields that this side lacks */
	uint32_t skipped_fields;
	uint32_t depth; /* of recursive messages */
	int error;
	enum camipc_wire_fault fault;
	void *context; /* of external types; NULL: none */
};

/** Sets the fault and its error, unless there is one; returns @r->end. */
CAMIPC_API const uint8_t *camipc_fail(struct camipc_reader *r,
				      enum camipc_wire_fault fault);

/** Reads a varint: the out-of-line part of camipc_get_uint64(). */
CAMIPC_API const uint8_t *camipc_get_long_varint(struct camipc_reader *r,
						 const uint8_t *p,
						 const uint8_t *end,
						 uint64_t *value);

/**
 * camipc_reader_init() - begin to read a body
 * @data: @size bytes, borrowed until the decoded message is no longer used
 * @arena: borrowed; gets arrays and strings; its budget, in bytes, bounds the
 *       decoded size
 * @fds: the @n_fds descriptors of the message, borrowed; fields get the same
 *       numbers
 *
 * Returns the position to begin at; the outermost message ends at @r->end.
 */
CAMIPC_API const uint8_t *camipc_reader_init(struct camipc_reader *r,
					     const void *data, size_t size,
					     struct camipc_arena *arena,
					     const int *fds, uint32_t n_fds);

/**
 * Ends a decode. Descriptors that no field named are a fault, unless unknown
 * fields were skipped; then they are counted in unused_fds. Returns 0 or the
 * reader's error: -EPROTO, -EMSGSIZE or -ENOMEM.
 */
CAMIPC_API int camipc_reader_finish(struct camipc_reader *r);

/**
 * Fails with CAMIPC_FAULT_RANGE unless @condition holds, a rule of the
 * interface that the encoding does not express.
 */
static inline const uint8_t *camipc_require(struct camipc_reader *r,
					    const uint8_t *p, bool condition)
{
	return CAMIPC_LIKELY(condition) ? p :
					  camipc_fail(r, CAMIPC_FAULT_RANGE);
}

/** Fails with CAMIPC_FAULT_FD unless @condition holds. */
static inline const uint8_t *camipc_require_fd(struct camipc_reader *r,
					       const uint8_t *p,
					       bool condition)
{
	return CAMIPC_LIKELY(condition) ? p : camipc_fail(r, CAMIPC_FAULT_FD);
}

/** Reads a varint. */
static inline const uint8_t *camipc_get_uint64(struct camipc_reader *r,
					       const uint8_t *p,
					       const uint8_t *end,
					       uint64_t *value)
{
	if (CAMIPC_LIKELY(end - p >= 2)) {
		if (p[0] < 0x80) {
			*value = p[0];
			return p + 1;
		}
		if (p[1] < 0x80) {
			*value = (p[0] & 0x7fu) | (uint32_t)p[1] << 7;
			return p + 2;
		}
	}
	return camipc_get_long_varint(r, p, end, value);
}

/** Reads four bytes, little-endian. */
static inline const uint8_t *camipc_get_fixed32(struct camipc_reader *r,
						const uint8_t *p,
						const uint8_t *end,
						uint32_t *value)
{
	if (CAMIPC_UNLIKELY(end - p < 4)) {
		*value = 0;
		return camipc_fail(r, CAMIPC_FAULT_BYTES);
	}
	memcpy(value, p, sizeof(*value));
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	*value = __builtin_bswap32(*value);
#endif
	return p + sizeof(*value);
}

/** Reads eight bytes, little-endian. */
static inline const uint8_t *camipc_get_fixed64(struct camipc_reader *r,
						const uint8_t *p,
						const uint8_t *end,
						uint64_t *value)
{
	if (CAMIPC_UNLIKELY(end - p < 8)) {
		*value = 0;
		return camipc_fail(r, CAMIPC_FAULT_BYTES);
	}
	memcpy(value, p, sizeof(*value));
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	*value = __builtin_bswap64(*value);
#endif
	return p + sizeof(*value);
}

/*
 * camipc_get_T() for each type of protobuf: stores the low bits of a larger
 * varint, as protobuf demands.
 */
#define CAMIPC_DEFINE_GET(name, type, core, core_type, set)                  \
	static inline const uint8_t *camipc_get_##name(                      \
		struct camipc_reader *r, const uint8_t *p,                   \
		const uint8_t *end, type *value)                             \
	{                                                                    \
		core_type raw;                                               \
		p = camipc_get_##core(r, p, end, &raw);                      \
		set;                                                         \
		return p;                                                    \
	}

CAMIPC_DEFINE_GET(bool, bool, uint64, uint64_t, *value = raw != 0)
CAMIPC_DEFINE_GET(uint32, uint32_t, uint64, uint64_t, *value = (uint32_t)raw)
CAMIPC_DEFINE_GET(int32, int32_t, uint64, uint64_t,
		  *value = (int32_t)(uint32_t)raw)
CAMIPC_DEFINE_GET(int64, int64_t, uint64, uint64_t, *value = (int64_t)raw)
CAMIPC_DEFINE_GET(sint32, int32_t, uint64, uint64_t,
		  *value = (int32_t)camipc_unzigzag(raw & UINT32_MAX))
CAMIPC_DEFINE_GET(sint64, int64_t, uint64, uint64_t,
		  *value = camipc_unzigzag(raw))
CAMIPC_DEFINE_GET(sfixed32, int32_t, fixed32, uint32_t, *value = (int32_t)raw)
CAMIPC_DEFINE_GET(sfixed64, int64_t, fixed64, uint64_t, *value = (int64_t)raw)
/* To assign a float may change it: an x87 makes any NaN a quiet one. */
CAMIPC_DEFINE_GET(float, float, fixed32, uint32_t,
		  memcpy(value, &raw, sizeof(raw)))
CAMIPC_DEFINE_GET(double, double, fixed64, uint64_t,
		  memcpy(value, &raw, sizeof(raw)))
#undef CAMIPC_DEFINE_GET

/*
 * camipc_get_T() for types of 8 and 16 bits, which protobuf does not have:
 * fails with CAMIPC_FAULT_RANGE for a larger number.
 */
#define CAMIPC_DEFINE_GET_NARROW(name, type, core, core_type)                \
	static inline const uint8_t *camipc_get_##name(                      \
		struct camipc_reader *r, const uint8_t *p,                   \
		const uint8_t *end, type *value)                             \
	{                                                                    \
		core_type wide;                                              \
		p = camipc_get_##core(r, p, end, &wide);                     \
		*value = (type)wide;                                         \
		return camipc_require(r, p, *value == wide);                 \
	}

CAMIPC_DEFINE_GET_NARROW(uint8, uint8_t, uint64, uint64_t)
CAMIPC_DEFINE_GET_NARROW(uint16, uint16_t, uint64, uint64_t)
CAMIPC_DEFINE_GET_NARROW(int8, int8_t, int64, int64_t)
CAMIPC_DEFINE_GET_NARROW(int16, int16_t, int64, int64_t)
CAMIPC_DEFINE_GET_NARROW(sint8, int8_t, sint64, int64_t)
CAMIPC_DEFINE_GET_NARROW(sint16, int16_t, sint64, int64_t)
CAMIPC_DEFINE_GET_NARROW(fixed8, uint8_t, fixed32, uint32_t)
CAMIPC_DEFINE_GET_NARROW(fixed16, uint16_t, fixed32, uint32_t)
CAMIPC_DEFINE_GET_NARROW(sfixed8, int8_t, sfixed32, int32_t)
CAMIPC_DEFINE_GET_NARROW(sfixed16, int16_t, sfixed32, int32_t)
#undef CAMIPC_DEFINE_GET_NARROW

/** Reads a set of flags; fails with CAMIPC_FAULT_RANGE for any not in @mask. */
static inline const uint8_t *camipc_get_flags(struct camipc_reader *r,
					      const uint8_t *p,
					      const uint8_t *end,
					      uint32_t *value, uint32_t mask)
{
	p = camipc_get_uint32(r, p, end, value);
	return camipc_require(r, p, !(*value & ~mask));
}

/** Reads a length; fails unless the message has that many bytes left. */
static inline const uint8_t *camipc_get_len(struct camipc_reader *r,
					    const uint8_t *p,
					    const uint8_t *end, size_t *len)
{
	uint64_t wide;

	p = camipc_get_uint64(r, p, end, &wide);
	*len = (size_t)wide;
	if (CAMIPC_LIKELY(wide <= (uint64_t)(end - p)))
		return p;
	*len = 0;
	return camipc_fail(r, CAMIPC_FAULT_BYTES);
}

/**
 * Reads the tag of the next field; fails unless it has its shortest form, which
 * is at most five bytes. Must be called only while @p is before @end.
 */
static inline const uint8_t *camipc_get_tag(struct camipc_reader *r,
					    const uint8_t *p,
					    const uint8_t *end, uint32_t *tag)
{
	uint64_t wide;

	*tag = *p;
	if (CAMIPC_LIKELY(*p < 0x80))
		return p + 1;
	p = camipc_get_uint64(r, p, end, &wide);
	*tag = (uint32_t)wide;
	if (CAMIPC_LIKELY(wide <= UINT32_MAX && p[-1] != 0))
		return p;
	return camipc_fail(r, CAMIPC_FAULT_BYTES);
}

/**
 * camipc_again() - step over @tag if the next field has it too
 * @p: the position, in and out
 *
 * Made for the elements of an array, which follow each other as a rule. Returns
 * true if the position is behind @tag now: for exactly the fields that
 * camipc_count_run() counts.
 */
static inline bool camipc_again(const uint8_t **p, const uint8_t *end,
				uint32_t tag)
{
	const uint8_t *next = *p;

	/* Other forms are no tags: camipc_get_tag() tells. */
	while (tag >= 0x80) {
		if (next >= end || *next++ != (uint8_t)(tag | 0x80))
			return false;
		tag >>= 7;
	}
	if (next >= end || *next++ != tag)
		return false;
	*p = next;
	return true;
}

/**
 * camipc_next() - step over the tag @wanted if it comes next
 * @p: the position, in and out
 * @tag: set to @wanted if this returns true
 *
 * Fields lie in the order of their numbers as a rule: comparing with the next
 * field's tag takes less time than reading a tag and finding its case.
 */
static inline bool camipc_next(const uint8_t **p, const uint8_t *end,
			       uint32_t *tag, uint32_t wanted)
{
	if (!camipc_again(p, end, wanted))
		return false;
	*tag = wanted;
	return true;
}

/**
 * Enters a recursive message; fails with CAMIPC_FAULT_DEPTH beyond
 * CAMIPC_MAX_DEPTH. The depth of other messages follows from the interface.
 */
static inline const uint8_t *camipc_enter(struct camipc_reader *r,
					  const uint8_t *p)
{
	if (CAMIPC_LIKELY(r->depth++ < CAMIPC_MAX_DEPTH))
		return p;
	return camipc_fail(r, CAMIPC_FAULT_DEPTH);
}

/** Leaves the message that camipc_enter() entered. */
static inline void camipc_leave(struct camipc_reader *r)
{
	r->depth--;
}

/**
 * Skips an unknown field, whose @tag was read, and counts it. Fails on groups,
 * on the two wire types that protobuf does not define, and on field number 0.
 */
CAMIPC_API const uint8_t *camipc_skip(struct camipc_reader *r,
				      const uint8_t *p, const uint8_t *end,
				      uint32_t tag);

/**
 * Returns how many fields with @tag follow each other, at least 1; the first is
 * the one whose tag ends at @p.
 */
CAMIPC_API size_t camipc_count_run(const uint8_t *p, const uint8_t *end,
				   uint32_t tag);

/**
 * camipc_extend() - make room in an array that is being decoded
 * @array: has @n elements; NULL if @n is 0
 * @room: elements that fit; a local of the decoder that begins at 0
 * @extra: elements to come
 * @size: bytes of an element
 *
 * The first run of elements gets exactly the room that it needs; later ones
 * double the room, so that interleaved fields need at most twice the memory.
 * New room is zeroed. Returns the array's new place, or NULL if the reader
 * failed.
 */
CAMIPC_API void *camipc_extend(struct camipc_reader *r, const void *array,
			       size_t n, size_t *room, size_t extra,
			       size_t size);

/** Returns @size zeroed bytes of the arena, or NULL if the reader failed. */
CAMIPC_API void *camipc_new(struct camipc_reader *r, size_t size);

/**
 * Reads a string of UTF-8 without NUL. @text gets a copy in the arena,
 * terminated by NUL.
 */
CAMIPC_API const uint8_t *camipc_get_string(struct camipc_reader *r,
					    const uint8_t *p,
					    const uint8_t *end,
					    const char **text);

/** Reads bytes. @data gets their place in the message; NULL if @n is 0. */
CAMIPC_API const uint8_t *camipc_get_bytes(struct camipc_reader *r,
					   const uint8_t *p,
					   const uint8_t *end,
					   const uint8_t **data, size_t *n);

/**
 * Copies the bytes of a field to @data; fails with CAMIPC_FAULT_RANGE unless it
 * has exactly @count of them.
 */
CAMIPC_API const uint8_t *camipc_get_bytes_exact(struct camipc_reader *r,
						 const uint8_t *p,
						 const uint8_t *end,
						 void *data, size_t count);

/** Reads a descriptor, which the reader's table owns; @fd gets -1 for none. */
CAMIPC_API const uint8_t *camipc_get_fd(struct camipc_reader *r,
					const uint8_t *p, const uint8_t *end,
					int *fd);

/**
 * Fails with CAMIPC_FAULT_FD unless @fd is as camipc_fd_check_kind() demands it
 * for the attributes [fd=], [access=], [sealed] and [min_size=].
 */
CAMIPC_API const uint8_t *
camipc_require_fd_kind(struct camipc_reader *r, const uint8_t *p, int fd,
		       enum camipc_fd_kind kind, enum camipc_fd_access access,
		       bool sealed, uint64_t min_size);

CAMIPC_END_DECLS

#endif /* CAMIPC_WIRE_READER_H */
