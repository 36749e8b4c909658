/* SPDX-License-Identifier: MIT */
/*
 * The file format of recordings: numbers, sizes and byte order. README.md has
 * the layout of each chunk.
 */
#ifndef CAMIPC_RECORD_RECORDING_FORMAT_H
#define CAMIPC_RECORD_RECORDING_FORMAT_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/** The file begins with these 8 bytes, the version, 4 zeros and a checksum. */
#define CAMIPC_RECORDING_MAGIC "CAMIPCRC"
#define CAMIPC_RECORDING_VERSION 1u
#define CAMIPC_RECORDING_HEADER_SIZE 20

/** Header of a chunk: type u32, length u32, first time u64, number u32, crc32c
 *  u32 of these 20 bytes and of the contents. */
#define CAMIPC_CHUNK_HEADER_SIZE 24
#define CAMIPC_CHUNK_CRC_OFFSET 20

/** Contents of a chunk in bytes: a reader needs no more memory for one. */
#define CAMIPC_CHUNK_MAX (1024u * 1024u)

/** Types of chunks; a reader skips those that it does not know. */
enum camipc_chunk_type {
	CAMIPC_CHUNK_INTERFACE = 1,
	CAMIPC_CHUNK_RECORDS = 2,
	CAMIPC_CHUNK_BUFFER = 3,
	CAMIPC_CHUNK_STATE = 4, /* of a proxy when its recording begins */
	CAMIPC_CHUNK_INDEX = 6,
	CAMIPC_CHUNK_END = 7,
};

/** Parts of an interface chunk. */
enum camipc_interface_part {
	CAMIPC_PART_TABLE = 1, /* schema.h */
	CAMIPC_PART_PROTO = 2, /* text */
	CAMIPC_PART_IDL = 3, /* text */
};

/** Kinds of items in a records chunk. */
enum camipc_item_kind {
	CAMIPC_ITEM_MESSAGE = 1, /* a call, a reply or an event */
	CAMIPC_ITEM_ACCESS = 2, /* the host's access to a shared buffer ended */
	CAMIPC_ITEM_DROPPED = 3, /* an event was dropped */
	CAMIPC_ITEM_CREDIT = 4,
	CAMIPC_ITEM_STATE = 5, /* the proxy's state changed */
	CAMIPC_ITEM_ENDED = 6, /* the IPA ended */
	CAMIPC_ITEM_CLOSED = 7, /* the proxy was destroyed */
	CAMIPC_ITEM_LOST = 8, /* the recorder had no room for some items */
	CAMIPC_ITEM_LOG = 9, /* a line of the log of the camera process */
	CAMIPC_ITEM_SPAN = 10, /* how long the IPA says it ran a call's op */
	CAMIPC_ITEM_STALL = 11, /* an asynchronous call found no credit */
};

/** Header of an item: size u32 (with this header), kind u8, flags u8, proxy
 *  u16, time u64, thread u32, value u32. */
#define CAMIPC_ITEM_HEADER_SIZE 24

/** Flags of an item. */
#define CAMIPC_ITEM_FROM_IPA (1u << 0)
#define CAMIPC_ITEM_REDACTED (1u << 1) /* fields were taken out */
#define CAMIPC_ITEM_NO_BODY (1u << 2) /* the body was too large to record */
#define CAMIPC_ITEM_WROTE (1u << 3) /* an access that may have written */

/** A message: nanoseconds that the call took u64, header, body, descriptors. */
#define CAMIPC_ITEM_TOOK_SIZE 8
#define CAMIPC_ITEM_WIRE_HEADER_SIZE 32

/** A descriptor: object u64, size u64, kind u16, access mode u16 as of open(),
 *  seals u32. */
#define CAMIPC_ITEM_FD_SIZE 24

/** State chunk: proxy u32, interface u32, pid of the host u32, state u32, time
 *  of day u64; texts: name, isolation, module, argument. A text is its length,
 *  u16, and its bytes. */
#define CAMIPC_STATE_FIXED_SIZE 24
#define CAMIPC_STATE_TEXTS 4

/** The IPA's end: reason u32, error i32, wait status i32, pid u32; a text. */
#define CAMIPC_ITEM_ENDED_SIZE 16

/** A span: cookie of the call u32, 4 zeros, begin u64, end u64. */
#define CAMIPC_ITEM_SPAN_SIZE 24

/** A stall: what becomes of the call u32, as below. */
#define CAMIPC_ITEM_STALL_SIZE 4
enum camipc_item_stall {
	CAMIPC_ITEM_STALL_WAITS = 1,
	CAMIPC_ITEM_STALL_DROPPED = 2,
	CAMIPC_ITEM_STALL_REFUSED = 3,
};

/** A line of the log: two texts, the topic and the line; at most so long. */
#define CAMIPC_ITEM_MAX_TOPIC 95
#define CAMIPC_ITEM_MAX_TEXT 1000

/** Proxies of one recording. */
#define CAMIPC_RECORDING_MAX_PROXIES 1024

/** Interfaces of one recording. */
#define CAMIPC_RECORDING_MAX_INTERFACES 256

/** Kinds of descriptors. */
enum camipc_item_fd_kind {
	CAMIPC_ITEM_FD_OTHER = 0,
	CAMIPC_ITEM_FD_MEMORY = 1, /* a memfd */
	CAMIPC_ITEM_FD_FILE = 2, /* a regular file */
};

/** An access: object u64, offset u64, length u32, 4 zeros, SHA-256. */
#define CAMIPC_HASH_SIZE 32
#define CAMIPC_ITEM_ACCESS_SIZE 56

/** Most bytes of one access item; a longer access takes several. */
#define CAMIPC_ACCESS_MAX (512u * 1024u)

static inline void camipc_put_le(uint8_t *at, uint64_t value, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++)
		at[i] = (uint8_t)(value >> 8 * i);
}

static inline uint64_t camipc_get_le(const uint8_t *at, unsigned int n)
{
	uint64_t value = 0;

	for (unsigned int i = 0; i < n; i++)
		value |= (uint64_t)at[i] << 8 * i;
	return value;
}

static inline uint16_t camipc_get_le16(const uint8_t *at)
{
	return (uint16_t)camipc_get_le(at, 2);
}

static inline uint32_t camipc_get_le32(const uint8_t *at)
{
	return (uint32_t)camipc_get_le(at, 4);
}

static inline uint64_t camipc_get_le64(const uint8_t *at)
{
	return camipc_get_le(at, 8);
}

#endif /* CAMIPC_RECORD_RECORDING_FORMAT_H */
