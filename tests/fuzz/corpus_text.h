/* SPDX-License-Identifier: MIT */
/*
 * Inputs as people write them, in tests/fuzz/corpus:
 *
 *   # to the end of the line: why this input is here
 *   0a ff          bytes, in hexadecimal
 *   'text'         bytes of a text, without NUL
 *   {...}          what is inside, after its length as a varint
 *   [...]          what is inside, after its length as a u16 (of a step)
 *   @cam.Settings  the hash of a message's name, which targets know it by
 *   call:add event:tick   the id of the interface's method, as a u16
 *   12*ff          a byte twelve times; 12*(...) all of that
 *   u16:300 u32:7  a number, little-endian; varint:300
 */
#ifndef CAMIPC_TEST_CORPUS_TEXT_H
#define CAMIPC_TEST_CORPUS_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/**
 * Turns @text, which ends in NUL, into bytes. Returns true and the size, or
 * false and the line at fault in @ret_size.
 */
bool corpus_text_read(const char *text, uint8_t *bytes, size_t room,
		      size_t *ret_size);

#endif /* CAMIPC_TEST_CORPUS_TEXT_H */
