/* SPDX-License-Identifier: MIT */
/* Checks UTF-8, eight bytes at a time while they are ASCII. */
#include <camipc/check.h>

#include <string.h>

static bool is_tail(uint8_t byte)
{
	return (byte & 0xc0) == 0x80;
}

/*
 * Returns the length in bytes of the sequence beyond ASCII at @s, of which
 * @left bytes are readable; 0 if there is none. Unicode, table 3-7: the second
 * byte alone excludes overlong forms, surrogates and characters above U+10FFFF.
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

/*
 * Tests eight bytes at once; the last eight overlap those before, so that every
 * length from 8 on is covered. While all top bits are clear, subtracting 1 from
 * each byte sets the top bit of a byte that is 0.
 */
#define TOPS UINT64_C(0x8080808080808080)
#define ONES UINT64_C(0x0101010101010101)

static inline uint64_t load(const uint8_t *s)
{
	uint64_t eight;

	memcpy(&eight, s, sizeof(eight));
	return eight;
}

/* True if all bytes are ASCII, other than NUL unless @with_nul. */
static inline bool is_ascii(const uint8_t *s, size_t len, bool with_nul)
{
	const uint64_t ones = with_nul ? 0 : ONES;
	uint64_t x;

	if (len >= 8) {
		for (size_t i = 0; i + 8 < len; i += 8) {
			x = load(s + i);
			if ((x | (x - ones)) & TOPS)
				return false;
		}
		x = load(s + len - 8);
		return !((x | (x - ones)) & TOPS);
	}
	if (len >= 4) {
		uint32_t four[2];

		memcpy(&four[0], s, 4);
		memcpy(&four[1], s + len - 4, 4);
		x = four[0] | (uint64_t)four[1] << 32;
	} else if (len > 0) {
		x = s[0] | (uint32_t)s[len / 2] << 8 |
		    (uint32_t)s[len - 1] << 16 | ONES << 24;
	} else {
		return true;
	}
	return !((x | (x - ones)) & TOPS);
}

static bool is_utf8(const uint8_t *s, size_t len)
{
	size_t i = 0;

	while (i < len) {
		size_t step = s[i] < 0x80 ? 1 : sequence_length(s + i, len - i);

		if (step == 0)
			return false;
		i += step;
	}
	return true;
}

bool camipc_utf8_is_valid(const void *text, size_t len)
{
	return is_ascii(text, len, true) || is_utf8(text, len);
}

bool camipc_text_is_valid(const void *text, size_t len)
{
	return is_ascii(text, len, false) ||
	       (is_utf8(text, len) && !memchr(text, '\0', len));
}
