/* SPDX-License-Identifier: MIT */
/* Text from others, made fit for a log. */
#ifndef CAMIPC_BASE_TEXT_H
#define CAMIPC_BASE_TEXT_H

#include <camipc/base.h>

/**
 * camipc_sanitise() - copy text without what a terminal or log obeys
 * @out: @size bytes, at least 1; always NUL-terminated
 * @text: @len bytes, any
 *
 * Control characters (C0, DEL, C1; newlines and tabs too) and bytes that are
 * no UTF-8 become '?'; what does not fit is cut at a character. Returns the
 * length of @out. Thread word: reentrant.
 */
CAMIPC_API size_t camipc_sanitise(char *out, size_t size, const void *text,
				  size_t len);

#endif /* CAMIPC_BASE_TEXT_H */
