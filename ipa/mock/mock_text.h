/* SPDX-License-Identifier: MIT */
/* The words of a script, and the line of the current one. */
#ifndef CAMIPC_MOCK_TEXT_H
#define CAMIPC_MOCK_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include <camipc/base.h>

/** A position in a script. The text ends with a NUL. Thread word: bound. */
struct mock_text {
	const char *at;
	unsigned int line;
	char error[320]; /* of the first failure */
};

/** Skips blanks, line ends and comments ("# text"). */
void mock_text_skip(struct mock_text *text);

/** Returns true and skips @word if it is the next word, as a whole. */
bool mock_text_take(struct mock_text *text, const char *word);

/** Skips @word. Returns 0, or -EINVAL if it is not the next word. */
int mock_text_expect(struct mock_text *text, const char *word)
	CAMIPC_MUST_CHECK;

/** Reads a name or a number, cut at @size; "" if neither is next. */
void mock_text_word(struct mock_text *text, char *word, size_t size);

/** Writes the error text unless there is one already. Returns -EINVAL. */
int mock_text_fail(struct mock_text *text, const char *format, ...)
	CAMIPC_PRINTF(2, 3);

/** As mock_text_fail(): "expected ..., not ", and what stands there. */
int mock_text_fail_expected(struct mock_text *text, const char *format, ...)
	CAMIPC_PRINTF(2, 3);

#endif /* CAMIPC_MOCK_TEXT_H */
