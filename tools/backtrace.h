/* SPDX-License-Identifier: MIT */
/* What is known of a worker's crash, for people: functions and lines. */
#ifndef TOOLS_BACKTRACE_H
#define TOOLS_BACKTRACE_H

#include <stdio.h>

#include <camipc/proxy.h>

/**
 * A line for each call, with what addr2line says of it if that is installed,
 * and what the worker wrote to stderr last; nothing if it did not crash.
 */
void backtrace_print(FILE *stream, const struct camipc_closed_info *info);

#endif /* TOOLS_BACKTRACE_H */
