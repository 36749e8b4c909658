/* SPDX-License-Identifier: MIT */
/* Reads one item of a records chunk, and the contents of a state chunk. */
#ifndef CAMIPC_RECORD_CHUNK_ITEM_H
#define CAMIPC_RECORD_CHUNK_ITEM_H

#include "recording_reader.h"

/** Kinds of messages, as in the header on the wire. */
#define CAMIPC_WIRE_CALL 3
#define CAMIPC_WIRE_REPLY 4
#define CAMIPC_WIRE_EVENT 5

/**
 * Reads the item at @bytes, of which @left are in the chunk. Sets everything
 * but @of, @method and @type; @kind is 0 for an unknown kind. Returns the size
 * of the item; 0 if it is wrong. Thread word: reentrant.
 */
size_t camipc_item_read(const uint8_t *bytes, size_t left,
			struct camipc_recorded *ret_item);

/** Reads a state chunk; returns false if it is wrong. Thread word: reentrant. */
bool camipc_state_chunk_read(const uint8_t *bytes, size_t size,
			     uint32_t *ret_number, uint32_t *ret_interface,
			     struct camipc_recorded_proxy *proxy);

#endif /* CAMIPC_RECORD_CHUNK_ITEM_H */
