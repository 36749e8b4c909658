/* SPDX-License-Identifier: MIT */
/* In a child: it says where it crashed before it dies of it. */
#ifndef CAMIPC_PROCESS_CRASH_HANDLER_H
#define CAMIPC_PROCESS_CRASH_HANDLER_H

#include "crash_record.h"

/**
 * camipc_crash_handler_install() - handlers for the signals of a crash
 * @send: called in a signal handler, at most twice
 *
 * For SIGSEGV, SIGBUS, SIGABRT, SIGILL and SIGFPE, on a stack of their own in
 * the calling thread. Afterwards the process dies of the signal as if nothing
 * had been there. A handler that is there already (a sanitizer's) stays. Thread
 * word: bound, once.
 */
void camipc_crash_handler_install(
	void (*send)(void *user, const struct camipc_crash_record *record),
	void *user);

/** Notes where the files loaded so far lie; the handler will know them. */
void camipc_crash_handler_note_modules(void);

#endif /* CAMIPC_PROCESS_CRASH_HANDLER_H */
