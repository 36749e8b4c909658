/* SPDX-License-Identifier: MIT */
/* Collects the library's log, so that a test can assert its lines. */
#ifndef CAMIPC_TEST_LOG_CAPTURE_H
#define CAMIPC_TEST_LOG_CAPTURE_H

#include <camipc/log.h>

/** Collects everything from now on, instead of writing it to stderr. */
void log_capture_begin(void);

/** Back to stderr. What was collected stays until the next begin. */
void log_capture_end(void);

/** Lines of this level that contain @text, so far. Thread word: safe. */
unsigned int log_capture_count(enum camipc_log_level level, const char *text);

/** Lines of this level or worse. */
unsigned int log_capture_count_from(enum camipc_log_level level);

/** Fails the test, showing the log, unless there are exactly @n lines. */
void log_capture_expect(unsigned int n, enum camipc_log_level level,
			const char *text);

#endif /* CAMIPC_TEST_LOG_CAPTURE_H */
