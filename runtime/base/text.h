/* SPDX-License-Identifier: MIT */
/* Makes foreign text safe to log and print. */
#ifndef CAMIPC_BASE_TEXT_H
#define CAMIPC_BASE_TEXT_H

#include <camipc/base.h>

/**
 * camipc_sanitise() - copy text, without control characters
 * @out: @size bytes, at least 1; always NUL-terminated
 * @text: @len bytes of any value
 *
 * Replaces control characters (C0, DEL, C1; also newlines and tabs) and bytes
 * that are not UTF-8 by '?'; cuts a longer text between two characters. Returns
 * the length of @out. Thread word: reentrant.
 */
CAMIPC_API size_t camipc_sanitise(char *out, size_t size, const void *text,
				  size_t len);

#endif /* CAMIPC_BASE_TEXT_H */
