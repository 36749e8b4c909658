/* SPDX-License-Identifier: MIT */
/* Reading a script: words, numbers and texts, with the line they stand on. */
#ifndef CAMIPC_MOCK_TEXT_H
#define CAMIPC_MOCK_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include <camipc/base.h>

/** Where reading is; the text ends with a NUL. */
struct mock_text {
	const char *at;
	unsigned int line;
	char error[160]; /* of the first failure */
};

/** Goes to the next thing that is neither blank nor "# comment". */
void mock_text_skip(struct mock_text *text);

/** True, and steps over it, if @word comes next as a whole. */
bool mock_text_take(struct mock_text *text, const char *word);

/** As mock_text_take(), but fails with "'@word' is expected". */
int mock_text_expect(struct mock_text *text, const char *word)
	CAMIPC_MUST_CHECK;

/** A name or a number, cut at @size; "" if neither comes next. */
void mock_text_word(struct mock_text *text, char *word, size_t size);

/** Keeps the first failure, printf style. Returns -EINVAL. */
int mock_text_fail(struct mock_text *text, const char *format, ...)
	CAMIPC_PRINTF(2, 3);

#endif /* CAMIPC_MOCK_TEXT_H */
