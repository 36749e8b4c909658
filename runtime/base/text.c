/* SPDX-License-Identifier: MIT */
/* Replaces the characters of foreign text that a log must not contain. */
#include "text.h"

#include <string.h>

#include <camipc/check.h>

/* Bytes of the character at @s; 0 if no character begins there. */
static size_t character_length(const uint8_t *s, size_t left)
{
	for (size_t len = 1; len <= 4 && len <= left; len++) {
		if (camipc_utf8_is_valid(s, len))
			return len;
	}
	return 0;
}

static bool is_control(const uint8_t *s, size_t len)
{
	if (len == 1)
		return s[0] < 0x20 || s[0] == 0x7f;
	return len == 2 && s[0] == 0xc2 && s[1] < 0xa0;
}

size_t camipc_sanitise(char *out, size_t size, const void *text, size_t len)
{
	const uint8_t *s = text;
	size_t used = 0;
	size_t i = 0;

	while (i < len) {
		size_t step = character_length(s + i, len - i);
		bool clean = step > 0 && !is_control(s + i, step);
		size_t needed = clean ? step : 1;

		if (needed >= size - used)
			break;
		if (clean)
			memcpy(out + used, s + i, step);
		else
			out[used] = '?';
		used += needed;
		i += step ? step : 1;
	}
	out[used] = '\0';
	return used;
}
