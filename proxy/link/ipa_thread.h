/* SPDX-License-Identifier: MIT */
/*
 * A module loaded into this process, and the thread it runs in between start
 * and stop. Link and thread each hold a reference: a thread that hangs keeps
 * everything that it may still use.
 */
#ifndef CAMIPC_PROXY_IPA_THREAD_H
#define CAMIPC_PROXY_IPA_THREAD_H

#include <pthread.h>
#include <stdatomic.h>

#include "ipa_link.h"
#include "mailbox.h"
#include "schedule.h"
#include "load_files.h"
#include "log_share.h"
#include "servant.h"

struct camipc_module;

/** Thread word: bound to the proxy's thread, except for atomic members. */
struct camipc_ipa_core {
	atomic_uint references;
	struct camipc_module *module;
	struct camipc_record_pool *pool; /* the proxy's: a reference */
	struct camipc_servant *servant;
	struct camipc_mailbox calls; /* the IPA thread's */
	struct camipc_mailbox answers; /* the proxy's; alert: an op has ended
					* the thread */
	int event_fd; /* readable while there are answers; -1: none yet */
	uint16_t *event_ids; /* those that the pipeline knows */
	char name[CAMIPC_INSTANCE_NAME_SIZE];
	struct camipc_load_files loads; /* by the module itself */
	struct camipc_log_share log_share;
	struct camipc_schedule schedule; /* of the thread */
	pthread_t thread;
	atomic_bool busy; /* runs an op */
	atomic_bool ending; /* the thread must end after the last call */
	atomic_bool abandoned; /* it must end at once: nobody waits */
	atomic_int ended; /* a futex */
};

/** Loads the module. Returns 0 or an error of camipc_proxy_create(). */
int camipc_ipa_core_create(const struct camipc_link_params *params,
			   struct camipc_ipa_core **ret_core);

/** Creates the IPA: the module's create() runs in this thread. */
int camipc_ipa_core_open(struct camipc_ipa_core *core,
			 const struct camipc_link_params *params,
			 enum camipc_packing packing);

/** Returns the descriptor of the module, not of the pipeline. */
const struct camipc_interface *
camipc_ipa_core_interface(const struct camipc_ipa_core *core);

/** Drops a reference; the last one destroys the IPA. Thread word: safe. */
void camipc_ipa_core_unref(struct camipc_ipa_core *core);

/** Runs a call in this thread while no IPA thread exists. Takes @record. */
void camipc_ipa_run_here(struct camipc_ipa_core *core,
			 struct camipc_record *record);

/** Starts the IPA thread. Returns 0, -ENOMEM or -ENOSYS. */
int camipc_ipa_thread_start(struct camipc_ipa_core *core);

/**
 * Makes the thread end after the calls that were posted to it, and joins it.
 * Fails with -ETIMEDOUT at @deadline: the thread is then abandoned.
 */
int camipc_ipa_thread_end(struct camipc_ipa_core *core, int64_t deadline);

#endif /* CAMIPC_PROXY_IPA_THREAD_H */
