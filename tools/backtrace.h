/* SPDX-License-Identifier: MIT */
/* Prints where a worker crashed: functions and lines. */
#ifndef TOOLS_BACKTRACE_H
#define TOOLS_BACKTRACE_H

#include <stdio.h>

#include <camipc/proxy.h>

/**
 * backtrace_print() - print where a worker crashed
 * @info: of its end
 * @files: absolute paths that are looked up beside the module and the libraries
 *	of this process, such as the worker program and what the module loads;
 *	ends with NULL
 *
 * Prints a line for each stack frame, with function and line if addr2line is
 * installed, and the end of the worker's stderr. Prints nothing if the worker
 * did not crash. Thread word: safe.
 */
void backtrace_print(FILE *stream, const struct camipc_closed_info *info,
		     const char *const *files);

#endif /* TOOLS_BACKTRACE_H */
