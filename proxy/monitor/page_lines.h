/* SPDX-License-Identifier: MIT */
/* The latest lines of the log, for the statistics page. */
#ifndef CAMIPC_MONITOR_PAGE_LINES_H
#define CAMIPC_MONITOR_PAGE_LINES_H

#include <camipc/log_level.h>

#include "monitor_page.h"

/** Adds a line, and forgets the oldest one. Of lines that two threads log at the
 *  same time one may be left out. Never waits. Thread word: safe. */
void camipc_page_lines_add(enum camipc_log_level level, const char *topic,
			   const char *text);

/**
 * Fills @slot with the latest lines. Returns false if there are no further ones
 * since the last time. Thread word: safe.
 */
bool camipc_page_lines_take(struct camipc_monitor_slot *slot);

#endif /* CAMIPC_MONITOR_PAGE_LINES_H */
