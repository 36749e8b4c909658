/* SPDX-License-Identifier: MIT */
/* Finds the known word that a wrong one is most like. */
#include "suggest.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

/* Longer words than this are like no known one. */
#define MAX_WORD 40

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/*
 * Returns how many characters must be inserted, removed, changed, or exchanged
 * with their neighbour, to make @b of @a. Both have at most MAX_WORD.
 */
static size_t distance(const char *a, const char *b)
{
	size_t rows[3][MAX_WORD + 1];
	const size_t n_a = strlen(a);
	const size_t n_b = strlen(b);
	size_t i;
	size_t j;

	for (j = 0; j <= n_b; j++)
		rows[0][j] = j;
	for (i = 1; i <= n_a; i++) {
		size_t *row = rows[i % 3];
		const size_t *before = rows[(i - 1) % 3];
		const size_t *two_before = rows[(i + 1) % 3];

		row[0] = i;
		for (j = 1; j <= n_b; j++) {
			const bool same = lower(a[i - 1]) == lower(b[j - 1]);

			row[j] = least(before[j - 1] + !same,
				       least(before[j], row[j - 1]) + 1);
			if (i > 1 && j > 1 &&
			    lower(a[i - 1]) == lower(b[j - 2]) &&
			    lower(a[i - 2]) == lower(b[j - 1]))
				row[j] = least(row[j], two_before[j - 2] + 1);
		}
	}
	return rows[n_a % 3][n_b];
}

const char *suggest_word(const char *word, const char *const *known)
{
	const size_t length = strlen(word);
	const char *best = NULL;
	size_t best_distance = 0;

	if (!length || length > MAX_WORD)
		return NULL;
	for (; *known; known++) {
		const size_t longest = length > strlen(*known) ?
					       length :
					       strlen(*known);
		size_t found;

		if (longest > MAX_WORD)
			continue;
		found = distance(word, *known);
		/* Somebody who types "cap" means "capture". */
		if (length >= 2 && !strncasecmp(word, *known, length))
			found = found ? 1 : 0;
		else if (found * 3 > longest + 1)
			continue;
		if (!best || found < best_distance) {
			best = *known;
			best_distance = found;
		}
	}
	return best;
}

void suggest(const char *word, const char *const *known,
	     char ret_hint[SUGGESTION_SIZE])
{
	const char *found = suggest_word(word, known);

	ret_hint[0] = '\0';
	if (found)
		snprintf(ret_hint, SUGGESTION_SIZE, "; did you mean '%s'?",
			 found);
}

void suggest_option(const char *name, const char *const *known,
		    char ret_hint[SUGGESTION_SIZE])
{
	const char *found = suggest_word(name, known);

	ret_hint[0] = '\0';
	if (found)
		snprintf(ret_hint, SUGGESTION_SIZE, "; did you mean --%s?",
			 found);
}

void words_join(const char *const *words, const char *last, char *ret_text,
		size_t size)
{
	size_t used = 0;
	size_t i;

	ret_text[0] = '\0';
	for (i = 0; words[i] && used < size; i++) {
		const char *before = i == 0 ? "" : ", ";

		if (i > 0 && !words[i + 1])
			used += (size_t)snprintf(ret_text + used, size - used,
						 " %s %s", last, words[i]);
		else
			used += (size_t)snprintf(ret_text + used, size - used,
						 "%s%s", before, words[i]);
	}
}
