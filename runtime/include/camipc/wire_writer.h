/* SPDX-License-Identifier: MIT */
/*
 * Writing one message body: the half of camipc/wire.h that encoders call.
 *
 * The position, @p, travels through the calls in a register: each function
 * writes there and returns the position after what it wrote.
 *
 * Thread word of every function in this header: bound, to its writer; those
 * without a writer are reentrant.
 */
#ifndef CAMIPC_WIRE_WRITER_H
#define CAMIPC_WIRE_WRITER_H

#include <errno.h>

#include <camipc/base.h>
#include <camipc/wire_format.h>

CAMIPC_BEGIN_DECLS

/**
 * Writes one message body.
 *
 * A position past @end marks a failure: later functions return it unchanged, so
 * that the encoder needs no test per field. Thread word: bound.
 */
struct camipc_writer {
	uint8_t *pos; /* where the encoder begins; later, where it ended */
	uint8_t *end; /* CAMIPC_WRITE_ROOM before the buffer's end */
	uint8_t *start;
	int *fds; /* borrowed: collected, never closed here */
	uint32_t n_fds;
	uint32_t max_fds;
	uint8_t full[CAMIPC_WRITE_ROOM]; /* for a buffer that is too small */
	void *context; /* of external types; NULL: none */
	int error; /* of an external type's encode(); 0: none */
};

/** Writes a long varint: the rare case of camipc_write_varint(). */
CAMIPC_API uint8_t *camipc_write_long_varint(uint8_t *p, uint64_t value);

/** Ends a nested message of 128 bytes or more: see camipc_close(). */
CAMIPC_API uint8_t *camipc_close_long(struct camipc_writer *w, uint8_t *body,
				      uint8_t *p);

/** Writes a descriptor that is not -1: see camipc_put_fd(). */
CAMIPC_API uint8_t *camipc_put_present_fd(struct camipc_writer *w, uint8_t *p,
					  uint32_t field, int fd);

/**
 * camipc_writer_init() - begin to write a body
 * @buffer: borrowed
 * @size: bytes of @buffer: CAMIPC_WRITE_ROOM more than the largest message that
 *	must fit
 * @fds: room for @max_fds descriptors; both borrowed
 */
static inline void camipc_writer_init(struct camipc_writer *w, void *buffer,
				      size_t size, int *fds, uint32_t max_fds)
{
	w->fds = fds;
	w->n_fds = 0;
	w->max_fds = max_fds;
	w->context = NULL;
	w->error = 0;
	if (CAMIPC_LIKELY(size >= CAMIPC_WRITE_ROOM)) {
		w->start = (uint8_t *)buffer;
		w->end = w->start + (size - CAMIPC_WRITE_ROOM);
	} else {
		/* Too small for anything: it looks full from the start. */
		w->start = &w->full[1];
		w->end = &w->full[0];
	}
	w->pos = w->start;
}

/** Returns how many bytes were written, if nothing failed. */
static inline size_t camipc_writer_size(const struct camipc_writer *w)
{
	return (size_t)(w->pos - w->start);
}

/**
 * Returns 0, with the bytes written in @ret_size; -EMSGSIZE (the buffer is too
 * small, or there are more than max_fds descriptors); or -EINVAL (an external
 * type's encode() failed).
 */
static inline int camipc_writer_finish(const struct camipc_writer *w,
				       size_t *ret_size)
{
	if (w->pos > w->end)
		return w->error ? w->error : -EMSGSIZE;
	*ret_size = camipc_writer_size(w);
	return 0;
}

/** Returns the position that marks a failure. */
static inline uint8_t *camipc_writer_fail(const struct camipc_writer *w)
{
	return w->end + 1;
}

/**
 * Returns true if one scalar, or one small struct, may be written at @p. It may
 * end past @w->end, but never past the buffer.
 */
static inline bool camipc_has_room(const struct camipc_writer *w,
				   const uint8_t *p)
{
	return CAMIPC_LIKELY(p <= w->end);
}

/** Writes a tag: a constant, so that the compiler keeps one branch only. */
static inline uint8_t *camipc_write_tag(uint8_t *p, uint32_t tag)
{
	if (tag < 0x80) {
		*p = (uint8_t)tag;
		return p + 1;
	}
	if (tag < 0x4000) {
		p[0] = (uint8_t)(tag | 0x80);
		p[1] = (uint8_t)(tag >> 7);
		return p + 2;
	}
	return camipc_write_long_varint(p, tag);
}

/** Writes four bytes, little-endian. */
static inline uint8_t *camipc_write_fixed32(uint8_t *p, uint32_t value)
{
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	value = __builtin_bswap32(value);
#endif
	memcpy(p, &value, sizeof(value));
	return p + sizeof(value);
}

/**
 * Writes a varint. One or two bytes are written without a branch between them:
 * real values have all lengths, and a branch that is predicted wrong costs more
 * than the rest. x + (x & high) doubles the part under the mask, which moves
 * its seven bits to a byte of their own.
 */
static inline uint8_t *camipc_write_varint(uint8_t *p, uint64_t value)
{
	uint32_t x = (uint32_t)value;
	uint32_t more = (x + 0x3f80) >> 14; /* 1 from 0x80 on */

	if (CAMIPC_UNLIKELY(value >= 0x4000))
		return camipc_write_long_varint(p, value);
	x += x & 0x3f80;
	x += more << 7;
	p[0] = (uint8_t)x;
	p[1] = (uint8_t)(x >> 8);
	return p + 1 + more;
}

/** Writes a varint that nearly always has one byte, such as a length. */
static inline uint8_t *camipc_write_short_varint(uint8_t *p, uint64_t value)
{
	if (CAMIPC_UNLIKELY(value >= 0x80))
		return camipc_write_varint(p, value);
	*p = (uint8_t)value;
	return p + 1;
}

/** Writes eight bytes, little-endian. */
static inline uint8_t *camipc_write_fixed64(uint8_t *p, uint64_t value)
{
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	value = __builtin_bswap64(value);
#endif
	memcpy(p, &value, sizeof(value));
	return p + sizeof(value);
}

/* camipc_write_..._field(): write a tag and a value, without a test of room. */

static inline uint8_t *camipc_write_varint_field(uint8_t *p, uint32_t field,
						 uint64_t value)
{
	p = camipc_write_tag(p, CAMIPC_VARINT(field));
	return camipc_write_varint(p, value);
}

static inline uint8_t *camipc_write_byte_field(uint8_t *p, uint32_t field,
					       uint8_t value)
{
	p = camipc_write_tag(p, CAMIPC_VARINT(field));
	return camipc_write_short_varint(p, value);
}

static inline uint8_t *camipc_write_fixed32_field(uint8_t *p, uint32_t field,
						  uint32_t value)
{
	p = camipc_write_tag(p, CAMIPC_FIXED32(field));
	return camipc_write_fixed32(p, value);
}

static inline uint8_t *camipc_write_fixed64_field(uint8_t *p, uint32_t field,
						  uint64_t value)
{
	p = camipc_write_tag(p, CAMIPC_FIXED64(field));
	return camipc_write_fixed64(p, value);
}

/* camipc_put_..._field(): the same, if there is room. */
#define CAMIPC_DEFINE_PUT_FIELD(form, type)                                  \
	static inline uint8_t *camipc_put_##form##_field(                    \
		const struct camipc_writer *w, uint8_t *p, uint32_t field,   \
		type value)                                                  \
	{                                                                    \
		if (!camipc_has_room(w, p))                                  \
			return p;                                            \
		return camipc_write_##form##_field(p, field, value);         \
	}

CAMIPC_DEFINE_PUT_FIELD(varint, uint64_t)
CAMIPC_DEFINE_PUT_FIELD(byte, uint8_t)
CAMIPC_DEFINE_PUT_FIELD(fixed32, uint32_t)
CAMIPC_DEFINE_PUT_FIELD(fixed64, uint64_t)
#undef CAMIPC_DEFINE_PUT_FIELD

/*
 * One field of type T:
 *
 *   camipc_put_present_T()  writes it, if there is room
 *   camipc_put_T()          writes it, unless it has the default of proto3
 *   camipc_add_present_T()  and
 *   camipc_add_T()          do the same without a test of room
 *
 * Floats are compared as bits with the default; otherwise -0.0 would be lost,
 * and an x87 may change a float that is passed on.
 */
#define CAMIPC_DEFINE_PUT(name, type, form, raw)                             \
	static inline uint8_t *camipc_add_present_##name(                    \
		uint8_t *p, uint32_t field, type value)                      \
	{                                                                    \
		return camipc_write_##form##_field(p, field, raw);           \
	}                                                                    \
	static inline uint8_t *camipc_add_##name(                            \
		uint8_t *p, uint32_t field, type value)                      \
	{                                                                    \
		if (CAMIPC_LIKELY(raw))                                      \
			p = camipc_write_##form##_field(p, field, raw);      \
		return p;                                                    \
	}                                                                    \
	static inline uint8_t *camipc_put_present_##name(                    \
		const struct camipc_writer *w, uint8_t *p, uint32_t field,   \
		type value)                                                  \
	{                                                                    \
		return camipc_put_##form##_field(w, p, field, raw);          \
	}                                                                    \
	static inline uint8_t *camipc_put_##name(                            \
		const struct camipc_writer *w, uint8_t *p, uint32_t field,   \
		type value)                                                  \
	{                                                                    \
		if (CAMIPC_LIKELY(raw))                                      \
			p = camipc_put_##form##_field(w, p, field, raw);     \
		return p;                                                    \
	}

CAMIPC_DEFINE_PUT(bool, bool, byte, value)
CAMIPC_DEFINE_PUT(uint8, uint8_t, byte, value)
CAMIPC_DEFINE_PUT(uint16, uint16_t, varint, value)
CAMIPC_DEFINE_PUT(uint32, uint32_t, varint, value)
CAMIPC_DEFINE_PUT(uint64, uint64_t, varint, value)
CAMIPC_DEFINE_PUT(int8, int8_t, varint, (uint64_t)value)
CAMIPC_DEFINE_PUT(int16, int16_t, varint, (uint64_t)value)
CAMIPC_DEFINE_PUT(int32, int32_t, varint, (uint64_t)value)
CAMIPC_DEFINE_PUT(int64, int64_t, varint, (uint64_t)value)
CAMIPC_DEFINE_PUT(sint8, int8_t, varint, camipc_zigzag(value))
CAMIPC_DEFINE_PUT(sint16, int16_t, varint, camipc_zigzag(value))
CAMIPC_DEFINE_PUT(sint32, int32_t, varint, camipc_zigzag(value))
CAMIPC_DEFINE_PUT(sint64, int64_t, varint, camipc_zigzag(value))
CAMIPC_DEFINE_PUT(fixed8, uint8_t, fixed32, value)
CAMIPC_DEFINE_PUT(fixed16, uint16_t, fixed32, value)
CAMIPC_DEFINE_PUT(fixed32, uint32_t, fixed32, value)
CAMIPC_DEFINE_PUT(fixed64, uint64_t, fixed64, value)
CAMIPC_DEFINE_PUT(sfixed8, int8_t, fixed32, (uint32_t)value)
CAMIPC_DEFINE_PUT(sfixed16, int16_t, fixed32, (uint32_t)value)
CAMIPC_DEFINE_PUT(sfixed32, int32_t, fixed32, (uint32_t)value)
CAMIPC_DEFINE_PUT(sfixed64, int64_t, fixed64, (uint64_t)value)
CAMIPC_DEFINE_PUT(float, float, fixed32, camipc_float_bits(value))
CAMIPC_DEFINE_PUT(double, double, fixed64, camipc_double_bits(value))
#undef CAMIPC_DEFINE_PUT

/**
 * Writes a field of @len bytes, which may be an array of (u)int8. Fails if they
 * do not fit.
 */
static inline uint8_t *camipc_put_present_bytes(const struct camipc_writer *w,
						uint8_t *p, uint32_t field,
						const void *data, size_t len)
{
	if (!camipc_has_room(w, p))
		return p;
	if (len > (size_t)(w->end - p))
		return camipc_writer_fail(w);
	p = camipc_write_tag(p, CAMIPC_BYTES(field));
	p = camipc_write_short_varint(p, len);
	camipc_copy_short(p, data, len);
	return p + len;
}

/** Writes a field of @len bytes; nothing if @len is 0. */
static inline uint8_t *camipc_put_bytes(const struct camipc_writer *w,
					uint8_t *p, uint32_t field,
					const void *data, size_t len)
{
	return len ? camipc_put_present_bytes(w, p, field, data, len) : p;
}

/** Writes a string; NULL counts as "". */
static inline uint8_t *camipc_put_present_string(const struct camipc_writer *w,
						 uint8_t *p, uint32_t field,
						 const char *text)
{
	return camipc_put_present_bytes(w, p, field, text,
					text ? strlen(text) : 0);
}

/** Writes a string; nothing if it is NULL or "". */
static inline uint8_t *camipc_put_string(const struct camipc_writer *w,
					 uint8_t *p, uint32_t field,
					 const char *text)
{
	return text && *text ? camipc_put_present_string(w, p, field, text) :
			       p;
}

/**
 * Writes a descriptor as its place in the message's list, from 1 on, and adds
 * it to the list; nothing if @fd is -1. Fails if the list is full.
 */
static inline uint8_t *camipc_put_fd(struct camipc_writer *w, uint8_t *p,
				     uint32_t field, int fd)
{
	return fd >= 0 ? camipc_put_present_fd(w, p, field, fd) : p;
}

/**
 * camipc_open() - begin a nested message
 *
 * Leaves one byte for the length, which nearly always suffices. Returns the
 * position of the nested message's fields, which camipc_close() needs.
 */
static inline uint8_t *camipc_open(const struct camipc_writer *w, uint8_t *p,
				   uint32_t field)
{
	if (!camipc_has_room(w, p))
		return camipc_writer_fail(w);
	return camipc_write_tag(p, CAMIPC_BYTES(field)) + 1;
}

/**
 * camipc_close() - end a nested message
 * @body: what camipc_open() returned
 * @p: the position after the nested message's last field
 *
 * Returns the position of the next field: @p, or a later one if the length
 * needs more than one byte.
 */
static inline uint8_t *camipc_close(struct camipc_writer *w, uint8_t *body,
				    uint8_t *p)
{
	size_t len = (size_t)(p - body);

	if (CAMIPC_UNLIKELY(len >= 0x80))
		return camipc_close_long(w, body, p);
	body[-1] = (uint8_t)len;
	return p;
}

CAMIPC_END_DECLS

#endif /* CAMIPC_WIRE_WRITER_H */
