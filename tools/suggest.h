/* SPDX-License-Identifier: MIT */
/* Words that a user may have meant, for messages about unknown ones. */
#ifndef TOOLS_SUGGEST_H
#define TOOLS_SUGGEST_H

#include <stddef.h>

/** Bytes of a suggestion, "; did you mean 'capture'?", and of a list. */
#define SUGGESTION_SIZE 96
#define VALUES_SIZE 256

/**
 * suggest_word() - find the known word that is most like another one
 * @known: ends with NULL
 *
 * A word is alike if it differs in its case, continues @word, or differs in at
 * most a third of its characters (inserted, removed, changed or exchanged).
 * Returns a word of @known, or NULL if none is alike. Thread word: reentrant.
 */
const char *suggest_word(const char *word, const char *const *known);

/** Sets @ret_hint to "; did you mean 'WORD'?", or to "" if no word is alike. */
void suggest(const char *word, const char *const *known,
	     char ret_hint[SUGGESTION_SIZE]);

/** The same for names of options: "; did you mean --NAME?". */
void suggest_option(const char *name, const char *const *known,
		    char ret_hint[SUGGESTION_SIZE]);

/** Sets @ret_text to "a, b LAST c"; what does not fit is cut. */
void words_join(const char *const *words, const char *last, char *ret_text,
		size_t size);

#endif /* TOOLS_SUGGEST_H */
