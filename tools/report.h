/* SPDX-License-Identifier: MIT */
/* What the tool says to people: one line for each failure. */
#ifndef TOOLS_REPORT_H
#define TOOLS_REPORT_H

#include <stdbool.h>

#include <camipc/base.h>

/** Exit codes; --help lists them, so does README.md. */
enum exit_code {
	EXIT_OK = 0,
	EXIT_FAILED = 1, /* while running: the IPA died, a disk is full */
	EXIT_USAGE = 2, /* options, or what they name */
	EXIT_SIGNAL = 128, /* + the signal that ended it */
};

/**
 * Takes over the library's log: errors and, until report_running(), warnings
 * are kept for report_error(); with @verbose everything goes to stderr.
 */
void report_init(bool verbose);

/** All is set up: shows what was kept, and warnings at once from now on. */
void report_running(void);

/** Prints "camipc: ..." with what the library logged about it last. */
void report_error(const char *format, ...) CAMIPC_PRINTF(1, 2);

#endif /* TOOLS_REPORT_H */
