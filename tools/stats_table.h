/* SPDX-License-Identifier: MIT */
/* capture --stats: what was called, how often, and how long it took. */
#ifndef TOOLS_STATS_TABLE_H
#define TOOLS_STATS_TABLE_H

#include <stdio.h>

#include <camipc/proxy.h>

/**
 * A row for each method and event that was used, and one for all. Times are
 * those that half, and 99 of 100, of the answered calls stayed below.
 */
void stats_table_print(FILE *stream, const struct camipc_proxy *proxy);

#endif /* TOOLS_STATS_TABLE_H */
