/* SPDX-License-Identifier: MIT */
/* CRC-32C (Castagnoli), the checksum of the chunks of a recording. */
#ifndef CAMIPC_RECORD_CRC32C_H
#define CAMIPC_RECORD_CRC32C_H

#include <stddef.h>
#include <stdint.h>

/**
 * Returns the checksum of the bytes that @crc is the checksum of, followed by
 * @size bytes at @data; 0 is the checksum of no bytes. Thread word: reentrant.
 */
uint32_t camipc_crc32c(uint32_t crc, const void *data, size_t size);

#endif /* CAMIPC_RECORD_CRC32C_H */
