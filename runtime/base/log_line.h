/* SPDX-License-Identifier: MIT */
/* Logging of traces, without levels and rate limit. */
#ifndef CAMIPC_BASE_LOG_LINE_H
#define CAMIPC_BASE_LOG_LINE_H

/**
 * Passes a line to the host's callback (at level debug) or to stderr, whatever
 * the levels are, because somebody asked for it by name. Sanitises the line
 * like every other, and cuts it after 4 KiB. Keeps errno. Thread word: safe.
 */
void camipc_log_line(const char *topic, const char *text);

#endif /* CAMIPC_BASE_LOG_LINE_H */
