/* SPDX-License-Identifier: MIT */
/* A way into the log past its levels and its rate limit. */
#ifndef CAMIPC_BASE_LOG_LINE_H
#define CAMIPC_BASE_LOG_LINE_H

/**
 * Hands a line to the host's callback (as debug) or to stderr, whatever levels
 * are wanted: for what somebody switched on by name. Cleaned as others, and cut
 * after 4 KiB. Keeps errno. Thread word: safe.
 */
void camipc_log_line(const char *topic, const char *text);

#endif /* CAMIPC_BASE_LOG_LINE_H */
