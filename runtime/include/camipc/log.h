/* SPDX-License-Identifier: MIT */
/* The library's log: one callback of the host, or stderr. */
#ifndef CAMIPC_LOG_H
#define CAMIPC_LOG_H

#include <stdarg.h>

#include <camipc/module.h>

CAMIPC_BEGIN_DECLS

/**
 * One line. @topic says which part speaks ("proxy.process", "module"), @text
 * has neither newline nor control bytes. Called from whichever thread logs,
 * one call at a time.
 */
typedef void (*camipc_log_fn)(void *user, enum camipc_log_level level,
			      const char *topic, const char *text);

/**
 * Sends the log to @log from now on; NULL goes back to stderr. What is less
 * important than @level is not formatted. The default is warnings and errors
 * to stderr.
 *
 * CAMIPC_LOG (read once with secure_getenv) changes that from outside:
 * "proxy.*:debug,ipa.softisp:info,error" has a level for each topic that a glob
 * fits, which also a host's @level leaves alone, and one for all others.
 * Levels are error, warning, info and debug. Thread word: safe.
 */
CAMIPC_API void camipc_log_set(camipc_log_fn log, void *user,
			       enum camipc_log_level level);

/** Logs one line, printf style. Keeps errno. Thread word: safe. */
CAMIPC_API void camipc_log(enum camipc_log_level level, const char *topic,
			   const char *format, ...) CAMIPC_PRINTF(3, 4);

/** True if any topic wants @level; for what is dear to format. */
CAMIPC_API bool camipc_log_wants(enum camipc_log_level level);

/** True if @topic wants @level. Thread word: safe. */
CAMIPC_API bool camipc_log_wants_topic(enum camipc_log_level level,
				       const char *topic);

CAMIPC_END_DECLS

#endif /* CAMIPC_LOG_H */
