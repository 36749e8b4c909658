/* SPDX-License-Identifier: MIT */
/* The worker's way into its sandbox, before it loads the module. */
#ifndef CAMIPC_SERVANT_ENTER_SANDBOX_H
#define CAMIPC_SERVANT_ENTER_SANDBOX_H

#include "handshake.h"

/** Where the worker is, and whom it reports to. */
struct camipc_worker_place {
	const char *program; /* path of the worker */
	const char *module; /* path of the module */
	/** Called with each thing that the module needs, if the parent wants to
	 *  learn; also in signal handlers. */
	void (*note)(void *user, const char *text);
	void *user;
};

/**
 * camipc_worker_enter_sandbox() - give up all that the parent does not grant
 * @answer: its layers are set to how far each was reached
 *
 * From then on the process can do nothing but what a module may. Thread word:
 * bound; call it once, in the only thread.
 */
void camipc_worker_enter_sandbox(const struct camipc_worker_place *place,
				 const struct camipc_parent_hello *hello,
				 struct camipc_worker_hello *answer);

/**
 * Takes away what a module needs only until it is initialised: from now on files
 * are open and code is loaded. @user is ignored. Thread word: bound, as above.
 */
void camipc_worker_seal(void *user);

#endif /* CAMIPC_SERVANT_ENTER_SANDBOX_H */
