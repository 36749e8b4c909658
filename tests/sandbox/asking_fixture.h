/* SPDX-License-Identifier: MIT */
/* Runs the module that does what it is asked to, in workers that anybody can start. */
#ifndef CAMIPC_TEST_ASKING_FIXTURE_H
#define CAMIPC_TEST_ASKING_FIXTURE_H

#include <camipc/manager.h>
#include <camipc/sandbox.h>

#include "asking_ipa_proxy.h"
#include "test_files.h"

/** The folder with copies of the worker and of the modules. */
extern char asking_folder[TEST_PATH_SIZE];

/** A proxy, its manager, and what the module said of the steps in create(). */
struct asking_ipa {
	struct camipc_manager *manager;
	struct test_asking *ipa; /* NULL: it was refused */
	int error; /* of the creation */
	int32_t outcome; /* of create(), once init was called */
	/* What `closed` said. */
	unsigned int n_closed;
	enum camipc_reason reason;
	char system_call[32];
};

/**
 * Copies the programs to a folder that every user can read, after having become
 * @user: "self", or "nobody", which only root can. Returns 0, or 77 with the
 * reason printed: the sandbox is off under sanitizers and valgrind.
 */
int asking_begin(const char *user);

/** Removes the copies. */
void asking_end(void);

/**
 * Makes a manager with @options, whose members of workers are filled in, and a
 * proxy for @module (a file name in the folder), which makes @steps.
 */
void asking_create(struct asking_ipa *asking, const char *module,
		   const struct camipc_manager_options *options,
		   const char *steps);

/** Calls init: the outcome of the steps is then known, and the seal is there. */
void asking_init(struct asking_ipa *asking);

/** The outcome of steps after init; -1 if the worker ended. */
int asking_attempt(struct asking_ipa *asking, const char *steps);

/** Destroys both; they may be NULL. */
void asking_destroy(struct asking_ipa *asking);

/** All four in one: the outcome in create(); a negative errno if it failed. */
int asking_once(const char *module,
		const struct camipc_manager_options *options,
		const char *steps);

/** Whether the worker of @asking reached a layer. */
enum camipc_layer_state asking_layer(const struct asking_ipa *asking,
				     enum camipc_sandbox_layer layer);

#endif /* CAMIPC_TEST_ASKING_FIXTURE_H */
