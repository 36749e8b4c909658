/* SPDX-License-Identifier: MIT */
/* Protobuf tags and numbers, for the readers and the writers of the wire. */
#ifndef CAMIPC_WIRE_FORMAT_H
#define CAMIPC_WIRE_FORMAT_H

#include <string.h>

#include <camipc/base.h>

CAMIPC_BEGIN_DECLS

/**
 * Bytes that a writer guarantees before each field, so that generated code
 * need not check: enough for one scalar field (a tag of 5 bytes and a varint of
 * 10), or for all fields of a small struct. A struct is small to camipc-gen if
 * its fields and the 6 bytes before them fit.
 */
#define CAMIPC_WRITE_ROOM 64

/* Tags as they are encoded: the field number and its wire type. */
#define CAMIPC_VARINT(field) (CAMIPC_CAST(uint32_t, field) << 3 | 0u)
#define CAMIPC_FIXED64(field) (CAMIPC_CAST(uint32_t, field) << 3 | 1u)
#define CAMIPC_BYTES(field) (CAMIPC_CAST(uint32_t, field) << 3 | 2u)
#define CAMIPC_FIXED32(field) (CAMIPC_CAST(uint32_t, field) << 3 | 5u)

/* Numbers to their bits on the wire, and back. Thread word: reentrant. */
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

static inline int64_t camipc_unzigzag(uint64_t raw)
{
	return (int64_t)(raw >> 1 ^ (raw & 1 ? UINT64_MAX : 0));
}

/**
 * Copies @len bytes, like memcpy(). Most strings and arrays are short, and a
 * call of memcpy() costs more than the copy. The two halves overlap, so that no
 * length needs a loop. Thread word: reentrant.
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

CAMIPC_END_DECLS

#endif /* CAMIPC_WIRE_FORMAT_H */
