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
#include <camipc/fd.h>
#include <camipc/limits.h>

CAMIPC_BEGIN_DECLS

/** Room one scalar field can need: a five-byte tag and a ten-byte varint. */
#define CAMIPC_SCALAR_ROOM 16

/* Tags as they stand on the wire: the field number and its wire type. */
#define CAMIPC_VARINT(field) ((uint32_t)(field) << 3 | 0u)
#define CAMIPC_FIXED64(field) ((uint32_t)(field) << 3 | 1u)
#define CAMIPC_BYTES(field) ((uint32_t)(field) << 3 | 2u)
#define CAMIPC_FIXED32(field) ((uint32_t)(field) << 3 | 5u)

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

/** Writes one message body. Thread word: bound. */
struct camipc_writer {
	uint8_t *pos;
	uint8_t *end; /* CAMIPC_SCALAR_ROOM before the buffer's end */
	uint8_t *start;
	int *fds; /* borrowed: collected, never closed here */
	uint32_t n_fds;
	uint32_t max_fds;
	int error; /* -EMSGSIZE */
};

/** Reads one message body. Thread word: bound. */
struct camipc_reader {
	const uint8_t *end; /* of the message being read, not of the body */
	const uint8_t *limit; /* of the body: how far loads may reach */
	struct camipc_arena *arena;
	const int *fds; /* borrowed: received, owned by the caller's table */
	uint32_t n_fds;
	uint32_t next_fd; /* index of the first one not met yet */
	uint32_t unused_fds; /* of fields that this side lacks */
	uint32_t skipped_fields;
	uint32_t depth;
	int error;
	enum camipc_wire_fault fault;
};

/* ---- out-of-line parts of the functions below -------------------------- */

CAMIPC_API const uint8_t *camipc_get_long_varint(struct camipc_reader *r,
						 const uint8_t *p,
						 uint64_t *value);
CAMIPC_API uint8_t *camipc_write_long_varint(uint8_t *pos, uint64_t value);
CAMIPC_API void camipc_close_long(struct camipc_writer *w, uint8_t *body,
				  size_t len);
CAMIPC_API void camipc_put_present_fd(struct camipc_writer *w, uint32_t field,
				      int fd);

/** Notes the first fault; returns the end, which ends every loop. */
CAMIPC_API const uint8_t *camipc_fail(struct camipc_reader *r,
				      enum camipc_wire_fault fault);

/* ---- writer ----------------------------------------------------------- */

/**
 * camipc_writer_init() - write to @size bytes at @buffer
 * @size: CAMIPC_SCALAR_ROOM more than the largest message that has to fit
 * @fds: room for @max_fds descriptors, borrowed from the message
 */
CAMIPC_API void camipc_writer_init(struct camipc_writer *w, void *buffer,
				   size_t size, int *fds, uint32_t max_fds);

/** How many bytes were written. */
static inline size_t camipc_writer_size(const struct camipc_writer *w)
{
	return (size_t)(w->pos - w->start);
}

/** Returns 0 with the size in @ret_size, or -EMSGSIZE. */
static inline int camipc_writer_finish(const struct camipc_writer *w,
				       size_t *ret_size)
{
	if (w->error)
		return w->error;
	*ret_size = camipc_writer_size(w);
	return 0;
}

static inline void camipc_writer_fail(struct camipc_writer *w, int error)
{
	if (!w->error)
		w->error = error;
}

/* One scalar may go past end, never past the buffer: then nothing more. */
static inline bool camipc_has_room(struct camipc_writer *w, size_t n)
{
	if (CAMIPC_LIKELY(w->pos <= w->end &&
			  n <= (size_t)(w->end - w->pos)))
		return true;
	camipc_writer_fail(w, -EMSGSIZE);
	return false;
}

/* Tags are constants, so that the compiler keeps one of the branches. */
static inline uint8_t *camipc_write_tag(uint8_t *pos, uint32_t tag)
{
	if (tag < 0x80) {
		*pos = (uint8_t)tag;
		return pos + 1;
	}
	if (tag < 0x4000) {
		pos[0] = (uint8_t)(tag | 0x80);
		pos[1] = (uint8_t)(tag >> 7);
		return pos + 2;
	}
	return camipc_write_long_varint(pos, tag);
}

static inline uint8_t *camipc_write_fixed32(uint8_t *pos, uint32_t value)
{
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	value = __builtin_bswap32(value);
#endif
	memcpy(pos, &value, sizeof(value));
	return pos + sizeof(value);
}

/*
 * Up to four bytes at once, without a branch on how many: real values come in
 * all lengths, and a wrong guess costs more than all of this.
 */
static inline uint8_t *camipc_write_varint(uint8_t *pos, uint64_t value)
{
	uint32_t low = (uint32_t)value;
	uint32_t spread;
	unsigned int more; /* bytes before the last one */

	if (value < 0x80) {
		*pos = (uint8_t)value;
		return pos + 1;
	}
	if (CAMIPC_UNLIKELY(value >= UINT32_C(1) << 28))
		return camipc_write_long_varint(pos, value);
	spread = (low & 0x7f) | (low & 0x3f80) << 1 | (low & 0x1fc000) << 2 |
		 (low & 0xfe00000) << 3;
	more = (31u - (unsigned int)__builtin_clz(spread)) / 8;
	spread |= UINT32_C(0x808080) >> (8 * (3 - more));
	camipc_write_fixed32(pos, spread);
	return pos + more + 1;
}

static inline uint8_t *camipc_write_fixed64(uint8_t *pos, uint64_t value)
{
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	value = __builtin_bswap64(value);
#endif
	memcpy(pos, &value, sizeof(value));
	return pos + sizeof(value);
}

static inline void camipc_put_present_uint64(struct camipc_writer *w,
					     uint32_t field, uint64_t value)
{
	uint8_t *pos = w->pos;

	if (!camipc_has_room(w, 0))
		return;
	pos = camipc_write_tag(pos, CAMIPC_VARINT(field));
	w->pos = camipc_write_varint(pos, value);
}

static inline void camipc_put_present_fixed32(struct camipc_writer *w,
					      uint32_t field, uint32_t value)
{
	uint8_t *pos = w->pos;

	if (!camipc_has_room(w, 0))
		return;
	pos = camipc_write_tag(pos, CAMIPC_FIXED32(field));
	w->pos = camipc_write_fixed32(pos, value);
}

static inline void camipc_put_present_fixed64(struct camipc_writer *w,
					      uint32_t field, uint64_t value)
{
	uint8_t *pos = w->pos;

	if (!camipc_has_room(w, 0))
		return;
	pos = camipc_write_tag(pos, CAMIPC_FIXED64(field));
	w->pos = camipc_write_fixed64(pos, value);
}

static inline uint32_t camipc_float_bits(float value)
{
	uint32_t bits;

	memcpy(&bits, &value, sizeof(bits));
	return bits;
}

static inline uint64_t camipc_double_bits(double value)
{
	uint64_t bits;

	memcpy(&bits, &value, sizeof(bits));
	return bits;
}

static inline uint64_t camipc_zigzag(int64_t value)
{
	return (uint64_t)value << 1 ^ (value < 0 ? UINT64_MAX : 0);
}

/*
 * camipc_put_present_T() always writes; camipc_put_T() leaves the proto3
 * default out. Floats compare bits, or -0.0 would be lost.
 */
#define CAMIPC_DEFINE_PUT(name, type, core, raw)                            \
	static inline void camipc_put_present_##name(                       \
		struct camipc_writer *w, uint32_t field, type value)        \
	{                                                                   \
		camipc_put_present_##core(w, field, raw);                   \
	}                                                                   \
	static inline void camipc_put_##name(struct camipc_writer *w,       \
					     uint32_t field, type value)    \
	{                                                                   \
		if (raw)                                                    \
			camipc_put_present_##core(w, field, raw);           \
	}

static inline void camipc_put_uint64(struct camipc_writer *w, uint32_t field,
				     uint64_t value)
{
	if (value)
		camipc_put_present_uint64(w, field, value);
}

static inline void camipc_put_fixed32(struct camipc_writer *w, uint32_t field,
				      uint32_t value)
{
	if (value)
		camipc_put_present_fixed32(w, field, value);
}

static inline void camipc_put_fixed64(struct camipc_writer *w, uint32_t field,
				      uint64_t value)
{
	if (value)
		camipc_put_present_fixed64(w, field, value);
}

CAMIPC_DEFINE_PUT(bool, bool, uint64, value)
CAMIPC_DEFINE_PUT(uint8, uint8_t, uint64, value)
CAMIPC_DEFINE_PUT(uint16, uint16_t, uint64, value)
CAMIPC_DEFINE_PUT(uint32, uint32_t, uint64, value)
CAMIPC_DEFINE_PUT(int8, int8_t, uint64, (uint64_t)value)
CAMIPC_DEFINE_PUT(int16, int16_t, uint64, (uint64_t)value)
CAMIPC_DEFINE_PUT(int32, int32_t, uint64, (uint64_t)value)
CAMIPC_DEFINE_PUT(int64, int64_t, uint64, (uint64_t)value)
CAMIPC_DEFINE_PUT(sint8, int8_t, uint64, camipc_zigzag(value))
CAMIPC_DEFINE_PUT(sint16, int16_t, uint64, camipc_zigzag(value))
CAMIPC_DEFINE_PUT(sint32, int32_t, uint64, camipc_zigzag(value))
CAMIPC_DEFINE_PUT(sint64, int64_t, uint64, camipc_zigzag(value))
CAMIPC_DEFINE_PUT(fixed8, uint8_t, fixed32, value)
CAMIPC_DEFINE_PUT(fixed16, uint16_t, fixed32, value)
CAMIPC_DEFINE_PUT(sfixed8, int8_t, fixed32, (uint32_t)value)
CAMIPC_DEFINE_PUT(sfixed16, int16_t, fixed32, (uint32_t)value)
CAMIPC_DEFINE_PUT(sfixed32, int32_t, fixed32, (uint32_t)value)
CAMIPC_DEFINE_PUT(sfixed64, int64_t, fixed64, (uint64_t)value)
CAMIPC_DEFINE_PUT(float, float, fixed32, camipc_float_bits(value))
CAMIPC_DEFINE_PUT(double, double, fixed64, camipc_double_bits(value))
#undef CAMIPC_DEFINE_PUT

/*
 * Most strings and arrays are short: then a call costs more than the copy. The
 * two halves overlap, so that no length needs a loop.
 */
static inline void camipc_copy_short(uint8_t *to, const void *from, size_t len)
{
	const uint8_t *bytes = (const uint8_t *)from;
	uint64_t eight[2];
	uint32_t four[2];

	if (len > 16) {
		memcpy(to, from, len);
	} else if (len >= 8) {
		memcpy(&eight[0], bytes, 8);
		memcpy(&eight[1], bytes + len - 8, 8);
		memcpy(to, &eight[0], 8);
		memcpy(to + len - 8, &eight[1], 8);
	} else if (len >= 4) {
		memcpy(&four[0], bytes, 4);
		memcpy(&four[1], bytes + len - 4, 4);
		memcpy(to, &four[0], 4);
		memcpy(to + len - 4, &four[1], 4);
	} else if (len > 0) {
		to[0] = bytes[0];
		to[len / 2] = bytes[len / 2];
		to[len - 1] = bytes[len - 1];
	}
}

/** Also an array of (u)int8, whose elements are bytes of one field. */
static inline void camipc_put_present_bytes(struct camipc_writer *w,
					    uint32_t field, const void *data,
					    size_t len)
{
	uint8_t *pos = w->pos;

	if (!camipc_has_room(w, len))
		return;
	pos = camipc_write_tag(pos, CAMIPC_BYTES(field));
	pos = camipc_write_varint(pos, len);
	camipc_copy_short(pos, data, len);
	w->pos = pos + len;
}

static inline void camipc_put_bytes(struct camipc_writer *w, uint32_t field,
				    const void *data, size_t len)
{
	if (len)
		camipc_put_present_bytes(w, field, data, len);
}

/** NULL counts as "". */
static inline void camipc_put_present_string(struct camipc_writer *w,
					     uint32_t field, const char *text)
{
	camipc_put_present_bytes(w, field, text, text ? strlen(text) : 0);
}

static inline void camipc_put_string(struct camipc_writer *w, uint32_t field,
				     const char *text)
{
	if (text && *text)
		camipc_put_present_string(w, field, text);
}

/** A descriptor goes as its place in the message's list, from 1 on. */
static inline void camipc_put_fd(struct camipc_writer *w, uint32_t field,
				 int fd)
{
	if (fd >= 0)
		camipc_put_present_fd(w, field, fd);
}

/**
 * camipc_open() - begin a nested message
 *
 * One byte is kept free for its length, which nearly always fits; field 0
 * stands for the outermost message, which has neither tag nor length.
 */
static inline uint8_t *camipc_open(struct camipc_writer *w, uint32_t field)
{
	uint8_t *pos = w->pos;

	if (!field || !camipc_has_room(w, 0))
		return NULL;
	w->pos = camipc_write_tag(pos, CAMIPC_BYTES(field)) + 1;
	return w->pos;
}

/** camipc_close() - end the message which camipc_open() returned @body for */
static inline void camipc_close(struct camipc_writer *w, uint8_t *body)
{
	size_t len;

	if (!body)
		return;
	len = (size_t)(w->pos - body);
	if (CAMIPC_LIKELY(len < 0x80))
		body[-1] = (uint8_t)len;
	else
		camipc_close_long(w, body, len);
}

/* ---- reader -----------------------------------------------------------
 *
 * The position travels through the calls in a register: each function takes
 * it, and returns the one after what it read. After an error that is the end.
 */

/**
 * camipc_reader_init() - read the @size bytes at @data
 * @arena: where arrays and strings go; its budget bounds the decoded size
 * @fds: received with the message, borrowed: fields get the same numbers, and
 *       whoever owns the table closes them
 *
 * Returns the position to begin at.
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
					       uint64_t *value)
{
	if (CAMIPC_LIKELY(r->end - p >= 2)) {
		if (p[0] < 0x80) {
			*value = p[0];
			return p + 1;
		}
		if (p[1] < 0x80) {
			*value = (p[0] & 0x7fu) | (uint32_t)p[1] << 7;
			return p + 2;
		}
	}
	return camipc_get_long_varint(r, p, value);
}

static inline const uint8_t *camipc_get_fixed32(struct camipc_reader *r,
						const uint8_t *p,
						uint32_t *value)
{
	if (CAMIPC_UNLIKELY(r->end - p < 4)) {
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
						uint64_t *value)
{
	if (CAMIPC_UNLIKELY(r->end - p < 8)) {
		*value = 0;
		return camipc_fail(r, CAMIPC_FAULT_BYTES);
	}
	memcpy(value, p, sizeof(*value));
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	*value = __builtin_bswap64(*value);
#endif
	return p + sizeof(*value);
}

static inline int64_t camipc_unzigzag(uint64_t raw)
{
	return (int64_t)(raw >> 1 ^ (raw & 1 ? UINT64_MAX : 0));
}

static inline float camipc_float_of_bits(uint32_t bits)
{
	float value;

	memcpy(&value, &bits, sizeof(value));
	return value;
}

static inline double camipc_double_of_bits(uint64_t bits)
{
	double value;

	memcpy(&value, &bits, sizeof(value));
	return value;
}

/*
 * Wide types take the low bits, as protobuf says; narrow ones, which protobuf
 * does not have, refuse what does not fit.
 */
#define CAMIPC_DEFINE_GET(name, type, core, core_type, convert)              \
	static inline const uint8_t *camipc_get_##name(                      \
		struct camipc_reader *r, const uint8_t *p, type *value)      \
	{                                                                    \
		core_type raw;                                               \
		p = camipc_get_##core(r, p, &raw);                           \
		*value = (convert);                                          \
		return p;                                                    \
	}

CAMIPC_DEFINE_GET(bool, bool, uint64, uint64_t, raw != 0)
CAMIPC_DEFINE_GET(uint32, uint32_t, uint64, uint64_t, (uint32_t)raw)
CAMIPC_DEFINE_GET(int32, int32_t, uint64, uint64_t, (int32_t)(uint32_t)raw)
CAMIPC_DEFINE_GET(int64, int64_t, uint64, uint64_t, (int64_t)raw)
CAMIPC_DEFINE_GET(sint32, int32_t, uint64, uint64_t,
		  (int32_t)camipc_unzigzag(raw & UINT32_MAX))
CAMIPC_DEFINE_GET(sint64, int64_t, uint64, uint64_t, camipc_unzigzag(raw))
CAMIPC_DEFINE_GET(sfixed32, int32_t, fixed32, uint32_t, (int32_t)raw)
CAMIPC_DEFINE_GET(sfixed64, int64_t, fixed64, uint64_t, (int64_t)raw)
CAMIPC_DEFINE_GET(float, float, fixed32, uint32_t, camipc_float_of_bits(raw))
CAMIPC_DEFINE_GET(double, double, fixed64, uint64_t,
		  camipc_double_of_bits(raw))
#undef CAMIPC_DEFINE_GET

#define CAMIPC_DEFINE_GET_NARROW(name, type, core, core_type)                \
	static inline const uint8_t *camipc_get_##name(                      \
		struct camipc_reader *r, const uint8_t *p, type *value)      \
	{                                                                    \
		core_type wide;                                              \
		p = camipc_get_##core(r, p, &wide);                          \
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
					      uint32_t *value, uint32_t mask)
{
	p = camipc_get_uint32(r, p, value);
	return camipc_require(r, p, !(*value & ~mask));
}

/** A length, which is known to lie inside the message afterwards. */
static inline const uint8_t *camipc_get_len(struct camipc_reader *r,
					    const uint8_t *p, size_t *len)
{
	uint64_t wide;

	p = camipc_get_uint64(r, p, &wide);
	*len = (size_t)wide;
	if (CAMIPC_LIKELY(wide <= (uint64_t)(r->end - p)))
		return p;
	*len = 0;
	return camipc_fail(r, CAMIPC_FAULT_BYTES);
}

/** The tag of the next field; call it only while @p is before the end. */
static inline const uint8_t *camipc_get_tag(struct camipc_reader *r,
					    const uint8_t *p, uint32_t *tag)
{
	uint64_t wide;

	*tag = *p;
	if (CAMIPC_LIKELY(*p < 0x80))
		return p + 1;
	p = camipc_get_uint64(r, p, &wide);
	*tag = (uint32_t)wide;
	if (CAMIPC_LIKELY(wide <= UINT32_MAX))
		return p;
	return camipc_fail(r, CAMIPC_FAULT_BYTES);
}

/** The slow path of camipc_again(). */
CAMIPC_API bool camipc_again_long(const struct camipc_reader *r,
				  const uint8_t **p, uint32_t tag);

/**
 * camipc_again() - step over @tag if the next field has it too
 *
 * For the elements of an array, which follow each other as a rule. It sees
 * exactly the fields that camipc_count_run() counted.
 */
static inline bool camipc_again(const struct camipc_reader *r,
				const uint8_t **p, uint32_t tag)
{
	if (*p >= r->end)
		return false;
	if (CAMIPC_UNLIKELY(tag >= 0x80))
		return camipc_again_long(r, p, tag);
	if (**p != tag)
		return false;
	(*p)++;
	return true;
}

/**
 * Enters a message; the outermost one has no length in front of it. Messages
 * nested in each other, the outermost included, are at most CAMIPC_MAX_DEPTH.
 */
static inline const uint8_t *camipc_enter(struct camipc_reader *r,
					  const uint8_t *p,
					  const uint8_t **outer)
{
	size_t len;

	*outer = r->end;
	if (r->depth++ == 0)
		return p;
	p = camipc_get_len(r, p, &len);
	if (CAMIPC_UNLIKELY(r->depth > CAMIPC_MAX_DEPTH))
		return camipc_fail(r, CAMIPC_FAULT_DEPTH);
	if (CAMIPC_LIKELY(!r->error))
		r->end = p + len;
	return p;
}

static inline const uint8_t *camipc_leave(struct camipc_reader *r,
					  const uint8_t *p,
					  const uint8_t *outer)
{
	r->depth--;
	r->end = outer;
	return CAMIPC_LIKELY(!r->error) ? p : outer;
}

/**
 * camipc_absent_begin() - read a message that is not there
 *
 * It has its defaults, which its own rules may not allow: so it is decoded as
 * if it were there and empty. Returns where to read it; camipc_absent_end()
 * goes back to @p, which is the end of the message around it.
 */
CAMIPC_API const uint8_t *camipc_absent_begin(struct camipc_reader *r);

static inline const uint8_t *camipc_absent_end(struct camipc_reader *r,
					       const uint8_t *p)
{
	r->end = p;
	return p;
}

/**
 * Skips a field nobody here knows, and counts it; fails on groups, on the
 * two wire types nobody uses, and on field number 0.
 */
CAMIPC_API const uint8_t *camipc_skip(struct camipc_reader *r,
				      const uint8_t *p, uint32_t tag);

/**
 * How many fields with this @tag follow each other, beginning with the one
 * whose tag ends at @p: at least 1.
 */
CAMIPC_API size_t camipc_count_run(const struct camipc_reader *r,
				   const uint8_t *p, uint32_t tag);

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
					    const char **text);

/** Bytes, which stay in the message; NULL if there are none. */
CAMIPC_API const uint8_t *camipc_get_bytes(struct camipc_reader *r,
					   const uint8_t *p,
					   const uint8_t **data, size_t *n);

/** Bytes of a field that has exactly @count of them. */
CAMIPC_API const uint8_t *camipc_get_bytes_exact(struct camipc_reader *r,
						 const uint8_t *p, void *data,
						 size_t count);

/** A descriptor, borrowed from the reader's list; -1 for none. */
CAMIPC_API const uint8_t *camipc_get_fd(struct camipc_reader *r,
					const uint8_t *p, int *fd);

/** For [fd=] and its relatives: fails unless @fd is of that kind. */
CAMIPC_API const uint8_t *
camipc_require_fd_kind(struct camipc_reader *r, const uint8_t *p, int fd,
		       enum camipc_fd_kind kind, enum camipc_fd_access access,
		       bool sealed, uint64_t min_size);

/*
 * Arrays of numbers. put writes one packed field, and nothing if @n is 0. get
 * adds a packed field, or a run of single elements, as @tag says, to the @n
 * that are there already; @room as in camipc_extend(). get_..._exact fills an
 * array that has exactly @count elements; @seen, a local that begins at 0,
 * counts them, and camipc_exact_done() judges it after the loop.
 */
#define CAMIPC_DECLARE_ARRAY(name, type)                                     \
	CAMIPC_API void camipc_put_##name##_array(                           \
		struct camipc_writer *w, uint32_t field, const type *items,  \
		size_t n);                                                   \
	CAMIPC_API const uint8_t *camipc_get_##name##_array(                 \
		struct camipc_reader *r, const uint8_t *p, uint32_t tag,     \
		const type **items, size_t *n, size_t *room);                \
	CAMIPC_API const uint8_t *camipc_get_##name##_array_exact(           \
		struct camipc_reader *r, const uint8_t *p, uint32_t tag,     \
		type *items, size_t count, size_t *seen);

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
CAMIPC_API void camipc_put_enum_array(struct camipc_writer *w, uint32_t field,
				      const void *items, size_t n);
CAMIPC_API const uint8_t *
camipc_get_enum_array(struct camipc_reader *r, const uint8_t *p, uint32_t tag,
		      const void **items, size_t *n, size_t *room);
CAMIPC_API const uint8_t *
camipc_get_enum_array_exact(struct camipc_reader *r, const uint8_t *p,
			    uint32_t tag, void *items, size_t count,
			    size_t *seen);

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

CAMIPC_END_DECLS

#endif /* CAMIPC_WIRE_H */
