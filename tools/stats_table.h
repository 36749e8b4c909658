/* SPDX-License-Identifier: MIT */
/* The table of --stats: calls, their number and their times. */
#ifndef TOOLS_STATS_TABLE_H
#define TOOLS_STATS_TABLE_H

#include <stdio.h>

#include <camipc/proxy.h>

/**
 * Prints a row for each method and event that was used, and one for all of
 * them. The times are upper bounds of 50 % and of 99 % of the answered calls.
 */
void stats_table_print(FILE *stream, const struct camipc_proxy *proxy);

#endif /* TOOLS_STATS_TABLE_H */
