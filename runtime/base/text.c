/* SPDX-License-Identifier: MIT */
/* Escapes the characters of foreign text that a reader must not be fed. */
#include "text.h"

#include <stdio.h>
#include <string.h>

#include <camipc/check.h>

/** Characters from @first to @last. */
struct range {
	uint32_t first;
	uint32_t last;
};

/*
 * Characters that act on the text around them instead of being seen: they move
 * the cursor, end a line, turn the direction of reading, or have no width, so
 * that a line or a name reads as another one. Ascending.
 */
static const struct range hidden[] = {
	{ 0x0000, 0x001f }, /* C0: line ends, the start of escape sequences */
	{ 0x007f, 0x009f }, /* DEL and C1, another start of them */
	{ 0x00ad, 0x00ad }, /* soft hyphen */
	{ 0x034f, 0x034f }, /* combining grapheme joiner */
	{ 0x061c, 0x061c }, /* Arabic letter mark */
	{ 0x115f, 0x1160 }, /* Hangul fillers */
	{ 0x17b4, 0x17b5 }, /* Khmer vowels without a form */
	{ 0x180b, 0x180f }, /* Mongolian selectors and separator */
	{ 0x200b, 0x200f }, /* zero width; marks of direction */
	{ 0x2028, 0x202e }, /* line and paragraph ends; directions */
	{ 0x2060, 0x206f }, /* joiners, isolates, other format characters */
	{ 0x3164, 0x3164 }, /* Hangul filler */
	{ 0xfdd0, 0xfdef }, /* no characters */
	{ 0xfe00, 0xfe0f }, /* variation selectors */
	{ 0xfeff, 0xfeff }, /* byte order mark */
	{ 0xffa0, 0xffa0 }, /* half-width Hangul filler */
	{ 0xfff0, 0xfffb }, /* interlinear annotations */
	{ 0xfffe, 0xffff }, /* no characters */
	{ 0x1d173, 0x1d17a }, /* formats of music */
	{ 0xe0000, 0xe0fff }, /* tags and variation selectors */
};

/* Bytes of the character at @s; 0 if no character begins there. */
static size_t character_length(const uint8_t *s, size_t left)
{
	for (size_t len = 1; len <= 4 && len <= left; len++) {
		if (camipc_utf8_is_valid(s, len))
			return len;
	}
	return 0;
}

/* The number of a valid character. */
static uint32_t decode(const uint8_t *s, size_t len)
{
	static const uint8_t masks[] = { 0, 0x7f, 0x1f, 0x0f, 0x07 };
	uint32_t number = s[0] & masks[len];

	for (size_t i = 1; i < len; i++)
		number = number << 6 | (s[i] & 0x3fu);
	return number;
}

static bool is_hidden(uint32_t number)
{
	for (size_t i = 0; i < sizeof(hidden) / sizeof(hidden[0]); i++) {
		if (number < hidden[i].first)
			return false;
		if (number <= hidden[i].last)
			return true;
	}
	return false;
}

/* JSON has 16 bits in an escape, and two of them for more. */
static void write_json_escape(uint32_t number,
			      char out[CAMIPC_JSON_ESCAPED_SIZE])
{
	if (number < 0x10000) {
		snprintf(out, CAMIPC_JSON_ESCAPED_SIZE, "\\u%04x",
			 (unsigned int)number);
		return;
	}
	number -= 0x10000;
	snprintf(out, CAMIPC_JSON_ESCAPED_SIZE, "\\u%04x\\u%04x",
		 0xd800u | (number >> 10 & 0x3ffu),
		 0xdc00u | (number & 0x3ffu));
}

size_t camipc_escape_json(const void *text, size_t len,
			  char out[CAMIPC_JSON_ESCAPED_SIZE])
{
	const uint8_t *s = text;
	const size_t step = character_length(s, len);
	const uint32_t number = step ? decode(s, step) : s[0];

	if (number == '"' || number == '\\')
		snprintf(out, CAMIPC_JSON_ESCAPED_SIZE, "\\%c", (int)number);
	else if (step == 0 || number == '<' || number == '&' ||
		 is_hidden(number))
		write_json_escape(number, out);
	else
		snprintf(out, CAMIPC_JSON_ESCAPED_SIZE, "%.*s", (int)step,
			 (const char *)s);
	return step ? step : 1;
}

size_t camipc_escape_character(const void *text, size_t len,
			       char out[CAMIPC_ESCAPED_SIZE])
{
	const uint8_t *s = text;
	size_t step = character_length(s, len);
	uint32_t number;

	if (step == 0) {
		snprintf(out, CAMIPC_ESCAPED_SIZE, "\\x%02X", s[0]);
		return 1;
	}
	number = decode(s, step);
	if (number == '\n' || number == '\r' || number == '\t')
		snprintf(out, CAMIPC_ESCAPED_SIZE, "\\%c",
			 number == '\n' ? 'n' : number == '\r' ? 'r' : 't');
	else if (is_hidden(number))
		snprintf(out, CAMIPC_ESCAPED_SIZE, "\\u{%X}",
			 (unsigned int)number);
	else
		snprintf(out, CAMIPC_ESCAPED_SIZE, "%.*s", (int)step,
			 (const char *)s);
	return step;
}

size_t camipc_sanitise(char *out, size_t size, const void *text, size_t len)
{
	const uint8_t *s = text;
	size_t used = 0;

	for (size_t i = 0; i < len;) {
		char piece[CAMIPC_ESCAPED_SIZE];
		size_t step;
		size_t n = 1;

		if (s[i] >= ' ' && s[i] < 0x7f) {
			/* Nearly all of a log. */
			piece[0] = (char)s[i];
			step = 1;
		} else {
			step = camipc_escape_character(s + i, len - i, piece);
			n = strlen(piece);
		}
		if (n >= size - used)
			break;
		memcpy(out + used, piece, n);
		used += n;
		i += step;
	}
	out[used] = '\0';
	return used;
}
