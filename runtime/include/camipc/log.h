/* SPDX-License-Identifier: MIT */
/* The library's log, which goes to a callback of the host or to stderr. */
#ifndef CAMIPC_LOG_H
#define CAMIPC_LOG_H

#include <stdarg.h>

#include <camipc/log_level.h>

CAMIPC_BEGIN_DECLS

/**
 * Called for each line of the log. @topic is the part of the library that logs
 * ("proxy.process", "module"), @text has neither newlines nor control bytes;
 * both are borrowed for the call. Called in the thread that logs, one call at a
 * time; what the callback itself logs is dropped. It must return: the library
 * logs in the middle of what it does, and an exception interrupts that. Never
 * leave it by longjmp().
 */
typedef void (*camipc_log_fn)(void *user, enum camipc_log_level level,
			      const char *topic, const char *text);

/**
 * camipc_log_set() - send the log to a callback
 * @log: NULL: to stderr, with a rate limit
 * @user: handed to @log
 * @level: lines less important than this are not logged
 *
 * When it returns, no call of the former callback is under way any more. The
 * default is warnings and errors to stderr.
 *
 * The environment variable CAMIPC_LOG, which a set-user-ID program ignores,
 * overrides @level, so that every program can be debugged with it:
 * "proxy.*:debug,ipa.softisp:info,error" sets a level for the topics that each
 * glob matches, and the level of all other topics. Without the latter, these
 * have @level. The levels are error, warning, info and debug. A wrong value is
 * ignored, with one line on stderr. Thread word: safe.
 */
CAMIPC_API void camipc_log_set(camipc_log_fn log, void *user,
			       enum camipc_log_level level);

/**
 * Logs one line, formatted as by printf(). Longer lines than 1023 bytes are
 * cut. Keeps errno. Thread word: safe.
 */
CAMIPC_API void camipc_log(enum camipc_log_level level, const char *topic,
			   const char *format, ...) CAMIPC_PRINTF(3, 4);

/**
 * Returns true if any topic is logged at @level; use it to skip expensive
 * formatting. Thread word: safe.
 */
CAMIPC_API bool camipc_log_wants(enum camipc_log_level level);

/** Returns true if @topic is logged at @level. Thread word: safe. */
CAMIPC_API bool camipc_log_wants_topic(enum camipc_log_level level,
				       const char *topic);

CAMIPC_END_DECLS

#endif /* CAMIPC_LOG_H */
