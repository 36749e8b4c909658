/* SPDX-License-Identifier: MIT */
/* The SHA-256 of contents of buffers, if there is a library for it. */
#ifndef CAMIPC_RECORD_BUFFER_HASH_H
#define CAMIPC_RECORD_BUFFER_HASH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Returns whether hashes can be computed. Thread word: reentrant. */
bool camipc_buffer_hash_is_available(void);

/** Computes the 32 bytes of a hash. Returns 0 or -ENOMEM. Reentrant. */
int camipc_buffer_hash(const void *data, size_t size, uint8_t hash[32]);

#endif /* CAMIPC_RECORD_BUFFER_HASH_H */
