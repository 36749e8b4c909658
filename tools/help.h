/* SPDX-License-Identifier: MIT */
/* The help texts of the program and of its commands. */
#ifndef TOOLS_HELP_H
#define TOOLS_HELP_H

#include <stdio.h>

/** Prints the usage line, the commands, common options and exit codes. */
void help_print(FILE *stream);

/** Each prints the usage line and options of one command, and exit codes. */
void help_print_list(FILE *stream);
void help_print_modules(FILE *stream);
void help_print_capture(FILE *stream);

#endif /* TOOLS_HELP_H */
