/* SPDX-License-Identifier: MIT */
/*
 * A module loaded into this process, and the thread it runs in between start
 * and stop. Link and thread each hold a reference: a thread that hangs is left
 * alone with everything it may still touch.
 */
#ifndef CAMIPC_PROXY_IPA_THREAD_H
#define CAMIPC_PROXY_IPA_THREAD_H

#include <pthread.h>
#include <stdatomic.h>

#include "ipa_link.h"
#include "mailbox.h"
#include "servant.h"

struct camipc_module;

/** Thread word: bound to the proxy's thread, but for what is atomic. */
struct camipc_ipa_core {
	atomic_uint references;
	struct camipc_module *module;
	struct camipc_record_pool *pool; /* the proxy's: a reference */
	struct camipc_servant *servant;
	struct camipc_mailbox calls; /* the IPA thread's */
	struct camipc_mailbox answers; /* the proxy's */
	int event_fd; /* tells of answers */
	uint16_t *event_ids; /* that the pipeline knows */
	char name[64]; /* of the module */
	pthread_t thread;
	atomic_bool busy; /* in an op */
	atomic_bool ending; /* end once all calls were run */
	atomic_bool abandoned; /* end at once, nobody waits */
	atomic_int ended; /* a futex */
};

/** Loads the module, makes everything but the IPA. See ipa_link.h for errors. */
int camipc_ipa_core_create(const struct camipc_link_params *params,
			   struct camipc_ipa_core **ret_core);

/** Makes the IPA: the module's create() runs here. */
int camipc_ipa_core_open(struct camipc_ipa_core *core,
			 const struct camipc_link_params *params, bool encode);

/** The module's own descriptor. */
const struct camipc_interface *
camipc_ipa_core_interface(const struct camipc_ipa_core *core);

/** The last one frees, destroying the IPA. Thread word: safe. */
void camipc_ipa_core_unref(struct camipc_ipa_core *core);

/** Runs a call in this thread, while there is no other. Takes @record. */
void camipc_ipa_run_here(struct camipc_ipa_core *core,
			 struct camipc_record *record);

/** Returns 0 or -ENOMEM. */
int camipc_ipa_thread_start(struct camipc_ipa_core *core);

/**
 * Has the thread end once it has run what was handed to it, and joins it.
 * Returns 0, or -ETIMEDOUT: it did not by @deadline and was abandoned.
 */
int camipc_ipa_thread_end(struct camipc_ipa_core *core, int64_t deadline);

#endif /* CAMIPC_PROXY_IPA_THREAD_H */
