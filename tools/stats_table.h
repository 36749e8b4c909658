/* SPDX-License-Identifier: MIT */
/* The table of --stats: calls, their number and their times. */
#ifndef TOOLS_STATS_TABLE_H
#define TOOLS_STATS_TABLE_H

#include <stdio.h>

#include <camipc/proxy.h>

#include "stage_clock.h"

/**
 * Prints a row for each method and event that was used, and one for all of
 * them. The times are upper bounds of 50 % and of 99 % of the answered calls.
 */
void stats_table_print(FILE *stream, const struct camipc_proxy *proxy);

/**
 * Prints a row for each stage of a frame: its mean, its part of the whole, and
 * the longest time. @write is what the caller needed to write the same number
 * of frames, @worker_ns the worker's processor time meanwhile; 0: not known.
 */
void stats_table_print_stages(FILE *stream,
			      const struct camera_stage_clock *clock,
			      const struct camera_stage_time *write,
			      uint64_t worker_ns);

#endif /* TOOLS_STATS_TABLE_H */
