/* SPDX-License-Identifier: MIT */
/*
 * Packs and unpacks the bodies of control messages (control.proto), by
 * protobuf-c in bounded memory. The peer's bytes are not trusted.
 */
#ifndef CAMIPC_WIRE_CONTROL_MESSAGE_H
#define CAMIPC_WIRE_CONTROL_MESSAGE_H

#include <camipc/base.h>
#include <camipc/limits.h>

#include "control.pb-c.h"

/**
 * Bytes of memory that unpacking may use, unknown fields and protobuf-c's own
 * slabs included. The most expensive input is unknown fields of 2 bytes, which
 * need about 140 bytes each; a test compares.
 */
#define CAMIPC_CONTROL_BUDGET (96u * CAMIPC_MAX_CONTROL_SIZE)

/** The memory of one unpacked message; empty if zeroed. Thread word: bound. */
struct camipc_control_memory {
	uint8_t *block;
	size_t used;
};

/**
 * camipc_control_pack() - encode a body
 * @bytes: room for CAMIPC_MAX_CONTROL_SIZE bytes
 *
 * Returns how many bytes it wrote, or -EMSGSIZE. Thread word: reentrant.
 */
int camipc_control_pack(const ProtobufCMessage *body,
			uint8_t *bytes) CAMIPC_MUST_CHECK;

/**
 * camipc_control_unpack() - decode a body of @type
 * @bytes: @size bytes of the peer's, borrowed for the call
 * @memory: empty; owns the message until camipc_control_memory_fini()
 *
 * Returns 0, -EMSGSIZE (more than CAMIPC_MAX_CONTROL_SIZE bytes), -EPROTO (not
 * an encoding of @type, or over the memory's bound) or -ENOMEM. Thread word:
 * reentrant.
 */
int camipc_control_unpack(const ProtobufCMessageDescriptor *type,
			  const uint8_t *bytes, size_t size,
			  struct camipc_control_memory *memory,
			  ProtobufCMessage **ret_body) CAMIPC_MUST_CHECK;

/** Frees an unpacked message; zeroed memory is fine. Thread word: bound. */
void camipc_control_memory_fini(struct camipc_control_memory *memory);

/**
 * camipc_control_pack_ids() - convert ascending ids to pairs (first, last)
 * @pairs: room for 2 × @n numbers
 *
 * Returns how many numbers it wrote. Thread word: reentrant.
 */
size_t camipc_control_pack_ids(const uint16_t *ids, size_t n, uint32_t *pairs);

/**
 * camipc_control_unpack_ids() - convert pairs (first, last) to ascending ids
 * @pairs: @n numbers of the peer's
 * @ids: room for all ids; NULL to count them only
 *
 * Returns how many ids there are, or -EPROTO (@n is odd, the ids do not ascend,
 * or one is 0 or above 65,535). Thread word: reentrant.
 */
int camipc_control_unpack_ids(const uint32_t *pairs, size_t n,
			      uint16_t *ids) CAMIPC_MUST_CHECK;

#endif /* CAMIPC_WIRE_CONTROL_MESSAGE_H */
