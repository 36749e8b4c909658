/* SPDX-License-Identifier: MIT */
/*
 * Packs and unpacks the bodies of control.proto by protobuf-c, within bounds.
 * A peer's bytes may be anything.
 */
#ifndef CAMIPC_WIRE_CONTROL_MESSAGE_H
#define CAMIPC_WIRE_CONTROL_MESSAGE_H

#include <camipc/base.h>
#include <camipc/limits.h>

#include "control.pb-c.h"

/**
 * Memory that unpacking may take, unknown fields and protobuf-c's own slabs
 * included: its worst is some 140 bytes for an unknown field of two, which the
 * tests hold against this.
 */
#define CAMIPC_CONTROL_BUDGET (96u * CAMIPC_MAX_CONTROL_SIZE)

/** Everything that one unpacked message takes. Zeroed: empty. */
struct camipc_control_memory {
	uint8_t *block;
	size_t used;
};

/**
 * camipc_control_pack() - make the bytes of @body
 * @bytes: CAMIPC_MAX_CONTROL_SIZE of them
 *
 * Returns how many, or -EMSGSIZE. Thread word: reentrant.
 */
int camipc_control_pack(const ProtobufCMessage *body,
			uint8_t *bytes) CAMIPC_MUST_CHECK;

/**
 * camipc_control_unpack() - read the bytes of a message of @type
 * @memory: empty; holds the message until camipc_control_memory_fini()
 *
 * Returns 0, -EMSGSIZE (more than CAMIPC_MAX_CONTROL_SIZE), -EPROTO or
 * -ENOMEM. Thread word: reentrant.
 */
int camipc_control_unpack(const ProtobufCMessageDescriptor *type,
			  const uint8_t *bytes, size_t size,
			  struct camipc_control_memory *memory,
			  ProtobufCMessage **ret_body) CAMIPC_MUST_CHECK;

/** Frees what was unpacked; zeroed memory is fine. */
void camipc_control_memory_fini(struct camipc_control_memory *memory);

/**
 * camipc_control_pack_ids() - ascending ids as pairs (first, last)
 * @pairs: room for 2 × @n numbers
 *
 * Returns how many numbers there are.
 */
size_t camipc_control_pack_ids(const uint16_t *ids, size_t n, uint32_t *pairs);

/**
 * camipc_control_unpack_ids() - pairs (first, last) as ascending ids
 * @ids: NULL only counts
 *
 * Returns how many ids there are, or -EPROTO: not pairs, not ascending, or ids
 * that are none.
 */
int camipc_control_unpack_ids(const uint32_t *pairs, size_t n,
			      uint16_t *ids) CAMIPC_MUST_CHECK;

#endif /* CAMIPC_WIRE_CONTROL_MESSAGE_H */
