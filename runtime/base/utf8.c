/* SPDX-License-Identifier: MIT */
#include <camipc/check.h>

#include <string.h>

static bool is_tail(uint8_t byte)
{
	return (byte & 0xc0) == 0x80;
}

/*
 * Length in bytes of the sequence beyond ASCII that @s begins with, of which
 * @left bytes are there; 0 if it is none. Unicode, table 3-7: the second byte
 * alone tells overlong forms, surrogates and what lies past U+10FFFF.
 */
static size_t sequence_length(const uint8_t *s, size_t left)
{
	uint8_t low = 0x80;
	uint8_t high = 0xbf;
	size_t len;

	if (s[0] >= 0xc2 && s[0] <= 0xdf)
		len = 2;
	else if (s[0] >= 0xe0 && s[0] <= 0xef)
		len = 3;
	else if (s[0] >= 0xf0 && s[0] <= 0xf4)
		len = 4;
	else
		return 0;
	if (left < len)
		return 0;

	if (s[0] == 0xe0)
		low = 0xa0;
	else if (s[0] == 0xed)
		high = 0x9f;
	else if (s[0] == 0xf0)
		low = 0x90;
	else if (s[0] == 0xf4)
		high = 0x8f;
	if (s[1] < low || s[1] > high)
		return 0;
	for (size_t i = 2; i < len; i++) {
		if (!is_tail(s[i]))
			return 0;
	}
	return len;
}

bool camipc_utf8_is_valid(const void *text, size_t len)
{
	const uint8_t *s = text;
	size_t i = 0;

	while (i < len) {
		uint64_t eight;
		size_t step;

		if (len - i >= sizeof(eight)) {
			memcpy(&eight, s + i, sizeof(eight));
			if (!(eight & UINT64_C(0x8080808080808080))) {
				i += sizeof(eight);
				continue;
			}
		}
		if (s[i] < 0x80) {
			i++;
			continue;
		}
		step = sequence_length(s + i, len - i);
		if (step == 0)
			return false;
		i += step;
	}
	return true;
}
