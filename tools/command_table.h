/* SPDX-License-Identifier: MIT */
/* The table of commands and options, and the help texts. The build makes them,
 * and the header with their numbers, from command_line.py. */
#ifndef TOOLS_COMMAND_TABLE_H
#define TOOLS_COMMAND_TABLE_H

#include <stdbool.h>
#include <stdint.h>

#include "command_ids.h"

/** A command; its number is the index of its row. */
struct command_row {
	const char *name;
	const char *const *help; /* lines, ends with NULL */
	int n_arguments; /* that it takes besides options, ... */
	bool is_optional; /* it needs none of them */
	const char *arguments; /* ... and their names: "MODULE" */
};

/** An option; its number is the index of its row. */
struct option_row {
	const char *name; /* without dashes */
	const char *const *values; /* all, ends with NULL; NULL: any value */
	uint32_t commands; /* that have it: bits by number */
	char letter; /* 0: none */
	bool takes_value;
	bool repeats; /* may be given several times */
};

extern const struct command_row command_rows[N_COMMANDS];
extern const struct option_row option_rows[N_OPTIONS];

/** What --help and --version print without a command. */
extern const char *const program_help[];
extern const char program_version[];

#endif /* TOOLS_COMMAND_TABLE_H */
