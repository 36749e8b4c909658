/* SPDX-License-Identifier: MIT */
/* Packs bytes as a deflate stream (RFC 1951) fast. */
#ifndef TOOLS_LITERAL_PACKER_H
#define TOOLS_LITERAL_PACKER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Bits that do not fill a byte yet. Zeroed memory begins a stream. Thread word:
 *  bound. */
struct literal_packer {
	uint64_t bits;
	unsigned int n_bits;
};

/** Most bytes that a block of @n bytes takes. Thread word: safe. */
size_t literal_packer_bound(size_t n);

/**
 * literal_packer_block() - pack bytes as one block with codes of its own
 * @is_last: ends the stream, and fills the last byte
 * @out: has room for literal_packer_bound(@n) bytes
 *
 * Looks for no repetitions: that is what takes the time of deflate, and finds
 * little in noise. Returns the number of bytes in @out.
 */
size_t literal_packer_block(struct literal_packer *packer, const uint8_t *data,
			    size_t n, bool is_last, uint8_t *out);

#endif /* TOOLS_LITERAL_PACKER_H */
