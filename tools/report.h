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
	EXIT_NOTHING_FAILS = 3, /* minimise: the recording replays without a failure */
	EXIT_SIGNAL = 128, /* plus the number of the signal */
};

/**
 * Takes over the library's log. Keeps errors, and warnings until
 * report_running(), for report_error(). With @verbose, or if the environment
 * variable CAMIPC_LOG chooses what is logged, prints all lines to stderr.
 * Thread word of all: safe.
 */
void report_init(bool verbose);

/** Returns the name of a level of the log, "unknown" of another number. */
const char *report_level_name(uint32_t level);

/**
 * Hands each line of the library's log to @takes first, in any thread, one at a
 * time; a line for which it returns true is not printed. NULL: to nobody.
 */
void report_divert(bool (*takes)(void *user, const char *text), void *user);

/** Forgets what was kept for report_error(). */
void report_forget(void);

/** Called when the set-up has succeeded: prints what was kept, and from now on
 *  prints warnings at once. */
void report_running(void);

/**
 * Prepares standard streams: opens /dev/null for those that are closed, so that
 * no file of the tool takes their place, but using them fails. Writing to a
 * pipe without a reader, or past a limit, becomes an error instead of a signal.
 * Call it first.
 */
void report_prepare_streams(void);

/** Says that stderr now has a line without its end, which is to be written again:
 *  the next message, or report_end_line(), ends it first. */
void report_open_line(void);
void report_end_line(void);

/** Reports that text for standard output was lost, by the errno of the write.
 *  Returns EXIT_FAILED. */
int report_lost_stdout(int error);

/**
 * Has @settle called before a message, or report_end_line(), ends such a line, in
 * any thread: whatever else writes to the terminal completes what it has begun. It
 * must not report anything. NULL: nothing.
 */
void report_settle_with(void (*settle)(void *user), void *user);

/** Returns how often such a line was ended: a number that grows with messages. */
unsigned int report_count_lines(void);

/** Flushes standard output. Returns @code or, after it has reported that text
 *  was lost, EXIT_FAILED. */
int report_finish_stdout(int code) CAMIPC_MUST_CHECK;

/**
 * Prints one line on standard output. What it says about files, modules and
 * devices may have any bytes: characters that act on a terminal are escaped, line
 * ends among them.
 */
void report_line(const char *format, ...) CAMIPC_PRINTF(1, 2);

/** Prints "camipc: ..." and, in parentheses, what the library logged last. */
void report_error(const char *format, ...) CAMIPC_PRINTF(1, 2);

/** Prints "camipc: --NAME VALUE: ..." like report_error(); a long value is
 *  shortened. */
void report_option(const char *name, const char *value, const char *format, ...)
	CAMIPC_PRINTF(3, 4);

#endif /* TOOLS_REPORT_H */
