/* SPDX-License-Identifier: MIT */
/*
 * Reading one message body: the half of camipc/wire.h that decoders call.
 *
 * The position, and where the message around it ends, travel through the calls
 * in registers: each function takes both, and returns the position after what
 * it read. After an error that is the end of the whole body, which no message
 * in it goes past: so every loop over fields ends, however deep.
 */
#ifndef CAMIPC_WIRE_READER_H
#define CAMIPC_WIRE_READER_H

#include <camipc/arena.h>
#include <camipc/base.h>
#include <camipc/fd.h>
#include <camipc/limits.h>
#include <camipc/wire_format.h>

CAMIPC_BEGIN_DECLS

/** Why a decode failed; the reader's error is the errno that goes with it. */
enum camipc_wire_fault {
	CAMIPC_FAULT_NONE = 0,
	CAMIPC_FAULT_BYTES, /* -EPROTO: not the encoding of anything */
	CAMIPC_FAULT_RANGE, /* -EPROTO: a value the interface does not allow */
	CAMIPC_FAULT_FD, /* -EPROTO: descriptors missing, twice, unused, of
			   another kind */
	CAMIPC_FAULT_DEPTH, /* -EMSGSIZE: nested deeper than CAMIPC_MAX_DEPTH */
	CAMIPC_FAULT_LIMIT, /* -EMSGSIZE: the arena's budget is used up */
	CAMIPC_FAULT_MEMORY, /* -ENOMEM: here, so not the peer's fault */
};

/** Reads one message body. Thread word: bound. */
struct camipc_reader {
	const uint8_t *end; /* of the body */
	struct camipc_arena *arena;
	const int *fds; /* borrowed: received, owned by the caller's table */
	uint32_t n_fds;
	uint32_t next_fd; /* index of the first one not met yet */
	uint32_t unused_fds; /* of fields that this side lacks */
	uint32_t skipped_fields;
	uint32_t depth; /* of messages that can nest without end */
	int error;
	enum camipc_wire_fault fault;
};

/** Notes the first fault; returns the end of the body: see above. */
CAMIPC_API const uint8_t *camipc_fail(struct camipc_reader *r,
				      enum camipc_wire_fault fault);

/* Out-of-line part of camipc_get_uint64(). */
CAMIPC_API const uint8_t *camipc_get_long_varint(struct camipc_reader *r,
						 const uint8_t *p,
						 const uint8_t *end,
						 uint64_t *value);

/**
 * camipc_reader_init() - read the @size bytes at @data
 * @arena: where arrays and strings go; its budget bounds the decoded size
 * @fds: received with the message, borrowed: fields get the same numbers, and
 *       whoever owns the table closes them
 *
 * Returns the position to begin at; the outermost message ends at @r->end.
 */
CAMIPC_API const uint8_t *camipc_reader_init(struct camipc_reader *r,
					     const void *data, size_t size,
					     struct camipc_arena *arena,
					     const int *fds, uint32_t n_fds);

/**
 * Ends a decode: descriptors that no field named are a fault, unless a field
 * nobody here knows was skipped; then they are counted in unused_fds. Returns
 * 0 or the reader's error.
 */
CAMIPC_API int camipc_reader_finish(struct camipc_reader *r);

/** For what the encoding cannot say: fails unless @condition holds. */
static inline const uint8_t *camipc_require(struct camipc_reader *r,
					    const uint8_t *p, bool condition)
{
	return CAMIPC_LIKELY(condition) ? p :
					  camipc_fail(r, CAMIPC_FAULT_RANGE);
}

/** As camipc_require(), for what is wrong with a descriptor. */
static inline const uint8_t *camipc_require_fd(struct camipc_reader *r,
					       const uint8_t *p,
					       bool condition)
{
	return CAMIPC_LIKELY(condition) ? p : camipc_fail(r, CAMIPC_FAULT_FD);
}

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
 * Wide types take the low bits, as protobuf says; narrow ones, which protobuf
 * does not have, refuse what does not fit.
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

/** A set of flags, of those in @mask only. */
static inline const uint8_t *camipc_get_flags(struct camipc_reader *r,
					      const uint8_t *p,
					      const uint8_t *end,
					      uint32_t *value, uint32_t mask)
{
	p = camipc_get_uint32(r, p, end, value);
	return camipc_require(r, p, !(*value & ~mask));
}

/** A length, which is known to lie inside the message afterwards. */
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
 * The tag of the next field, in its shortest form: five bytes at most. Call it
 * only while @p is before the end.
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
 *
 * For the elements of an array, which follow each other as a rule. It sees
 * exactly the fields that camipc_count_run() counted.
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
 * camipc_next() - step over @wanted, and make it the @tag, if it comes next
 *
 * Fields lie in the order of their numbers as a rule: to compare with the next
 * one's tag takes less time than to read a tag and find its case.
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
 * Enters a message that can nest without end: they are at most
 * CAMIPC_MAX_DEPTH in each other, the outermost included. How deep others can
 * nest stands in the interface.
 */
static inline const uint8_t *camipc_enter(struct camipc_reader *r,
					  const uint8_t *p)
{
	if (CAMIPC_LIKELY(r->depth++ < CAMIPC_MAX_DEPTH))
		return p;
	return camipc_fail(r, CAMIPC_FAULT_DEPTH);
}

static inline void camipc_leave(struct camipc_reader *r)
{
	r->depth--;
}

/**
 * Skips a field nobody here knows, and counts it; fails on groups, on the
 * two wire types nobody uses, and on field number 0.
 */
CAMIPC_API const uint8_t *camipc_skip(struct camipc_reader *r,
				      const uint8_t *p, const uint8_t *end,
				      uint32_t tag);

/**
 * How many fields with this @tag follow each other, beginning with the one
 * whose tag ends at @p: at least 1.
 */
CAMIPC_API size_t camipc_count_run(const uint8_t *p, const uint8_t *end,
				   uint32_t tag);

/**
 * camipc_extend() - make room in an array that is being decoded
 * @array: with @n elements, NULL if there are none
 * @room: elements it has room for; a local of the decoder that begins at 0
 * @extra: elements about to come
 * @size: of an element
 *
 * A first run gets exactly what it needs; later ones double the room, so that
 * interleaved fields cost no more than twice. The new room is zeroed. Returns
 * where the array is now, or NULL once the reader failed.
 */
CAMIPC_API void *camipc_extend(struct camipc_reader *r, const void *array,
			       size_t n, size_t *room, size_t extra,
			       size_t size);

/** @size zeroed bytes of the arena, for a nullable struct; or NULL. */
CAMIPC_API void *camipc_new(struct camipc_reader *r, size_t size);

/** UTF-8 without NUL, terminated by one, in the arena. */
CAMIPC_API const uint8_t *camipc_get_string(struct camipc_reader *r,
					    const uint8_t *p,
					    const uint8_t *end,
					    const char **text);

/** Bytes, which stay in the message; NULL if there are none. */
CAMIPC_API const uint8_t *camipc_get_bytes(struct camipc_reader *r,
					   const uint8_t *p,
					   const uint8_t *end,
					   const uint8_t **data, size_t *n);

/** Bytes of a field that has exactly @count of them. */
CAMIPC_API const uint8_t *camipc_get_bytes_exact(struct camipc_reader *r,
						 const uint8_t *p,
						 const uint8_t *end,
						 void *data, size_t count);

/** A descriptor, borrowed from the reader's list; -1 for none. */
CAMIPC_API const uint8_t *camipc_get_fd(struct camipc_reader *r,
					const uint8_t *p, const uint8_t *end,
					int *fd);

/** For [fd=] and its relatives: fails unless @fd is of that kind. */
CAMIPC_API const uint8_t *
camipc_require_fd_kind(struct camipc_reader *r, const uint8_t *p, int fd,
		       enum camipc_fd_kind kind, enum camipc_fd_access access,
		       bool sealed, uint64_t min_size);

CAMIPC_END_DECLS

#endif /* CAMIPC_WIRE_READER_H */
