/* SPDX-License-Identifier: MIT */
/* Messages to people: one line for each failure. */
#ifndef TOOLS_REPORT_H
#define TOOLS_REPORT_H

#include <stdbool.h>

#include <camipc/base.h>

/** Exit codes; --help and README.md list them. */
enum exit_code {
	EXIT_OK = 0,
	EXIT_FAILED = 1, /* the IPA died, a disk is full */
	EXIT_USAGE = 2, /* wrong options, or wrong files that they name */
	EXIT_SIGNAL = 128, /* plus the number of the signal */
};

/**
 * Takes over the library's log. Keeps errors, and warnings until
 * report_running(), for report_error(); with @verbose prints everything to
 * stderr. Thread word of all: safe.
 */
void report_init(bool verbose);

/** Called when the set-up has succeeded: prints what was kept, and from now on
 *  prints warnings at once. */
void report_running(void);

/** Prints "camipc: ..." and, in parentheses, what the library logged last. */
void report_error(const char *format, ...) CAMIPC_PRINTF(1, 2);

#endif /* TOOLS_REPORT_H */
