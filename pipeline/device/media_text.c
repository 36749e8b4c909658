/* SPDX-License-Identifier: MIT */
/* Makes text of devices safe for terminals. */
#include "media_text.h"

#include <stdint.h>
#include <string.h>

#include <camipc/check.h>

static bool is_clean(const uint8_t *text, size_t len)
{
	if (!camipc_utf8_is_valid(text, len))
		return false;
	for (size_t i = 0; i < len; i++) {
		if (text[i] < 0x20 || text[i] == 0x7f)
			return false;
		/* U+0080 to U+009F are control characters to some terminals. */
		if (text[i] == 0xc2 && text[i + 1] < 0xa0)
			return false;
	}
	return true;
}

void media_text_copy(char *to, const char *from, size_t size)
{
	size_t len = strnlen(from, size);

	memcpy(to, from, len);
	to[len] = '\0';
	if (is_clean((const uint8_t *)to, len))
		return;
	for (size_t i = 0; i < len; i++) {
		if (to[i] < 0x20 || to[i] > 0x7e)
			to[i] = '?';
	}
}
