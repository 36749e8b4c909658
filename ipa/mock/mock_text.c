/* SPDX-License-Identifier: MIT */
/* Splits a script into words. */
#include "mock_text.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Bytes of a script that an error shows. */
#define MAX_EXCERPT 40

/* Returns true in names and numbers: -0x1f, 1.5e+3, DraftMode. */
static bool is_of_word(const char *at)
{
	char c = *at;

	if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
	    (c >= 'A' && c <= 'Z') || c == '_' || c == '.' || c == '-')
		return true;
	return c == '+';
}

void mock_text_skip(struct mock_text *text)
{
	for (;;) {
		switch (*text->at) {
		case '\n':
			text->line++;
			break;
		case ' ':
		case '\t':
		case '\r':
			break;
		case '#':
			/* "#2" is the number of a call, not a comment. */
			if (text->at[1] >= '0' && text->at[1] <= '9')
				return;
			text->at += strcspn(text->at, "\n");
			continue;
		default:
			return;
		}
		text->at++;
	}
}

bool mock_text_take(struct mock_text *text, const char *word)
{
	size_t size = strlen(word);

	mock_text_skip(text);
	if (strncmp(text->at, word, size) != 0)
		return false;
	if (is_of_word(word) && is_of_word(text->at + size))
		return false;
	text->at += size;
	return true;
}

int mock_text_expect(struct mock_text *text, const char *word)
{
	if (mock_text_take(text, word))
		return 0;
	return mock_text_fail_expected(text, "'%s'", word);
}

void mock_text_word(struct mock_text *text, char *word, size_t size)
{
	size_t n = 0;

	mock_text_skip(text);
	for (; is_of_word(text->at); text->at++) {
		if (n + 1 < size)
			word[n++] = *text->at;
	}
	word[n] = '\0';
}

int mock_text_fail_expected(struct mock_text *text, const char *format, ...)
{
	char expected[64];
	va_list args;
	int n;

	va_start(args, format);
	vsnprintf(expected, sizeof(expected), format, args);
	va_end(args);
	mock_text_skip(text);
	n = (int)strcspn(text->at, "\r\n");
	if (!*text->at)
		return mock_text_fail(text, "expected %s, not the end of the "
					    "script",
				      expected);
	return mock_text_fail(text, "expected %s, not '%.*s%s'", expected,
			      n < MAX_EXCERPT ? n : MAX_EXCERPT, text->at,
			      n > MAX_EXCERPT ? "..." : "");
}

int mock_text_fail(struct mock_text *text, const char *format, ...)
{
	va_list args;

	if (text->error[0])
		return -EINVAL;
	va_start(args, format);
	vsnprintf(text->error, sizeof(text->error), format, args);
	va_end(args);
	return -EINVAL;
}
