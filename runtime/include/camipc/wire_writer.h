/* SPDX-License-Identifier: MIT */
/*
 * Writing one message body: the half of camipc/wire.h that encoders call.
 */
#ifndef CAMIPC_WIRE_WRITER_H
#define CAMIPC_WIRE_WRITER_H

#include <errno.h>

#include <camipc/base.h>
#include <camipc/wire_format.h>

CAMIPC_BEGIN_DECLS

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

/* Out-of-line parts of the functions below. */
CAMIPC_API uint8_t *camipc_write_long_varint(uint8_t *pos, uint64_t value);
CAMIPC_API void camipc_close_long(struct camipc_writer *w, uint8_t *body,
				  size_t len);
CAMIPC_API void camipc_put_present_fd(struct camipc_writer *w, uint32_t field,
				      int fd);

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

CAMIPC_END_DECLS

#endif /* CAMIPC_WIRE_WRITER_H */
