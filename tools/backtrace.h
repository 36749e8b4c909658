/* SPDX-License-Identifier: MIT */
/* Prints where a worker crashed: functions and lines. */
#ifndef TOOLS_BACKTRACE_H
#define TOOLS_BACKTRACE_H

#include <stdio.h>

#include <camipc/proxy.h>

/**
 * Prints a line for each stack frame, with function and line if addr2line is
 * installed, and the end of the worker's stderr. Prints nothing if the worker
 * did not crash.
 */
void backtrace_print(FILE *stream, const struct camipc_closed_info *info);

#endif /* TOOLS_BACKTRACE_H */
