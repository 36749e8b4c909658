/* SPDX-License-Identifier: MIT */
/*
 * Makes foreign text safe to log and print: what a worker wrote, and names of
 * files. Every such text goes through one of these functions.
 */
#ifndef CAMIPC_BASE_TEXT_H
#define CAMIPC_BASE_TEXT_H

#include <camipc/base.h>

/** Room for one escaped character with its NUL: "\u{10FFFF}". */
#define CAMIPC_ESCAPED_SIZE 12

/**
 * camipc_escape_character() - make one character visible
 * @text: @len bytes of any value, at least 1
 * @out: the character itself; \n, \r, \t or \u{202E} for a character that would
 *	not be seen but act on what is around it (control characters, line and
 *	paragraph ends, directions, zero width, tags); \xFF for a byte that is
 *	not UTF-8
 *
 * Returns how many bytes of @text this was. Thread word: reentrant.
 */
CAMIPC_API size_t camipc_escape_character(const void *text, size_t len,
					  char out[CAMIPC_ESCAPED_SIZE]);

/** Room for one character of a JSON string with its NUL: two escapes of 16 bits. */
#define CAMIPC_JSON_ESCAPED_SIZE 13

/**
 * camipc_escape_json() - write one character of a JSON string
 * @text: @len bytes of any value, at least 1
 * @out: the character itself, or an escape of JSON for the same characters as
 *	above, for quotes and backslashes, for < and &, so that the string can
 *	stand in a page of HTML, and for a byte that is not UTF-8
 *
 * Returns how many bytes of @text this was. Thread word: reentrant.
 */
CAMIPC_API size_t camipc_escape_json(const void *text, size_t len,
				     char out[CAMIPC_JSON_ESCAPED_SIZE]);

/**
 * camipc_sanitise() - copy text, with characters escaped that act on a reader
 * @out: @size bytes, at least 1; always NUL-terminated
 * @text: @len bytes of any value
 *
 * The result is one line of UTF-8 and starts no escape sequence of a terminal.
 * Cuts a longer text between two characters. Returns the length of @out. Thread
 * word: reentrant.
 */
CAMIPC_API size_t camipc_sanitise(char *out, size_t size, const void *text,
				  size_t len);

#endif /* CAMIPC_BASE_TEXT_H */
