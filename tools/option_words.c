/* SPDX-License-Identifier: MIT */
/* Tells the tool's own words from a program with arguments that follows them. */
#include "option_words.h"

#include <string.h>

#include "command_table.h"

int option_words_count(int argc, char **argv)
{
	int i = 1;

	for (; i < argc && argv[i][0] == '-' && argv[i][1]; i++) {
		const struct option_row *row = NULL;

		if (strcmp(argv[i], "--") == 0)
			return i;
		for (size_t o = 0; o < N_OPTIONS; o++) {
			if (argv[i][1] == '-' &&
			    strcmp(argv[i] + 2, option_rows[o].name) == 0)
				row = &option_rows[o];
		}
		/* "--only NAME"; "--only=NAME" is one word. */
		if (row && row->takes_value)
			i++;
	}
	return i < argc ? i : argc;
}
