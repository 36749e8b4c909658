/* SPDX-License-Identifier: MIT */
/* Signal handlers that report where a child crashed, before it dies. */
#ifndef CAMIPC_PROCESS_CRASH_HANDLER_H
#define CAMIPC_PROCESS_CRASH_HANDLER_H

#include "crash_record.h"

/**
 * camipc_crash_handler_install() - install handlers for the signals of a crash
 * @send: called in a signal handler, at most twice, with a complete record
 * @user: passed to @send
 *
 * Handles SIGSEGV, SIGBUS, SIGABRT, SIGILL, SIGFPE and SIGSYS, in the calling thread on
 * a separate stack. The process dies of the signal afterwards. An existing
 * handler (a sanitizer's) is kept. Must be called once per process. Thread
 * word: bound.
 */
void camipc_crash_handler_install(
	void (*send)(void *user, const struct camipc_crash_record *record),
	void *user);

/**
 * Makes reports name the file that is loaded through /proc/self/fd/@fd as
 * @path, which must stay valid. Must be called before the file is loaded, for
 * the module and for at most CAMIPC_MAX_LOADS files that it loads.
 * Thread word: bound.
 */
void camipc_crash_handler_name_file(int fd, const char *path);

/**
 * Records the addresses of all loaded files for the handler. Must be called
 * after a module was loaded. Thread word: bound.
 */
void camipc_crash_handler_note_modules(void);

#endif /* CAMIPC_PROCESS_CRASH_HANDLER_H */
