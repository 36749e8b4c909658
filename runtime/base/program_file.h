/* SPDX-License-Identifier: MIT */
/* Whether a file is a program that this process may run. */
#ifndef CAMIPC_BASE_PROGRAM_FILE_H
#define CAMIPC_BASE_PROGRAM_FILE_H

#include <sys/types.h>

#include <camipc/base.h>

/**
 * camipc_may_execute() - see whether exec() would run a file
 * @mode: of the file, as stat() reports it
 *
 * Judges by the effective ids, as exec() does. Where the system refuses
 * faccessat2() (container profiles answer EPERM), only @mode is judged, and
 * exec() has the last word. Thread word: safe.
 */
bool camipc_may_execute(const char *path, mode_t mode);

#endif /* CAMIPC_BASE_PROGRAM_FILE_H */
