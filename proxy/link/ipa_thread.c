/* SPDX-License-Identifier: MIT */
/* Loads a module into this process, and runs its ops in one of two threads. */
#include "ipa_thread.h"

#include <errno.h>
#include <fenv.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <camipc/error.h>
#include <camipc/log.h>

#include "handshake.h"
#include "module_loader.h"

#define STACK_SIZE (8u * 1024u * 1024u)
#define TOPIC "ipa"

/*
 * What differs between hosts: some set locales (a comma in numbers) or flush
 * denormals to zero. Module code must compute the same in all of them.
 */
struct surroundings {
	fenv_t fenv;
	locale_t locale;
	locale_t c_locale;
};

static void enter_module(struct surroundings *host)
{
	fegetenv(&host->fenv);
	fesetenv(FE_DFL_ENV);
	host->c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
	host->locale = host->c_locale ? uselocale(host->c_locale) : (locale_t)0;
}

static void leave_module(const struct surroundings *host)
{
	if (host->c_locale) {
		uselocale(host->locale);
		freelocale(host->c_locale);
	}
	fesetenv(&host->fenv);
}

/* ---- functions for the servant ----------------------------------------- */

static int send_answer(void *user, struct camipc_record *record)
{
	struct camipc_ipa_core *core = user;

	camipc_mailbox_post(&core->answers, record);
	return 0;
}

static void write_log(void *user, enum camipc_log_level level, const char *text)
{
	const struct camipc_ipa_core *core = user;

	camipc_log(level, TOPIC, "%s: %s", core->name, text);
}

/* ---- the core ---------------------------------------------------------- */

static int load_module(struct camipc_ipa_core *core, const char *path)
{
	struct surroundings host;
	int ret;

	enter_module(&host);
	ret = camipc_module_load(path, &core->module);
	leave_module(&host);
	return ret;
}

static int fill_core(struct camipc_ipa_core *core,
		     const struct camipc_link_params *params)
{
	const struct camipc_interface *interface = params->interface;

	core->event_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (core->event_fd < 0)
		return -errno;
	camipc_mailbox_init(&core->calls, -1);
	camipc_mailbox_init(&core->answers, core->event_fd);
	core->event_ids = camipc_list_ids(interface->events,
					  interface->n_events);
	if (!core->event_ids)
		return -ENOMEM;
	return load_module(core, params->module->path);
}

int camipc_ipa_core_create(const struct camipc_link_params *params,
			   struct camipc_ipa_core **ret_core)
{
	struct camipc_ipa_core *core = calloc(1, sizeof(*core));
	int ret;

	if (!core)
		return -ENOMEM;
	atomic_init(&core->references, 1);
	core->pool = camipc_record_pool_ref(params->pool);
	snprintf(core->name, sizeof(core->name), "%s",
		 params->module->info.name);
	ret = fill_core(core, params);
	if (ret < 0) {
		camipc_ipa_core_unref(core);
		return ret;
	}
	*ret_core = core;
	return 0;
}

int camipc_ipa_core_open(struct camipc_ipa_core *core,
			 const struct camipc_link_params *params, bool encode)
{
	const struct camipc_servant_params servant = {
		.entry = camipc_module_entry(core->module),
		.pool = core->pool,
		.max_message_size = params->max_message_size,
		.window = params->window,
		.encode = encode,
		.events = core->event_ids,
		.n_events = params->interface->n_events,
		.argument = params->argument,
		.send = send_answer,
		.log = write_log,
		.user = core,
	};
	struct surroundings host;
	int ret;

	enter_module(&host);
	ret = camipc_servant_create(&servant, &core->servant);
	leave_module(&host);
	if (ret < 0) {
		camipc_log(CAMIPC_LOG_ERROR, TOPIC,
			   "%s: create() failed with %d (%s)",
			   camipc_module_get_path(core->module), ret,
			   camipc_errno_to_string(ret));
		return ret;
	}
	return camipc_servant_flush(core->servant);
}

const struct camipc_interface *
camipc_ipa_core_interface(const struct camipc_ipa_core *core)
{
	return camipc_module_entry(core->module)->descriptor;
}

void camipc_ipa_core_unref(struct camipc_ipa_core *core)
{
	struct surroundings host;

	if (atomic_fetch_sub(&core->references, 1) != 1)
		return;
	enter_module(&host);
	camipc_servant_destroy(core->servant);
	leave_module(&host);
	camipc_mailbox_fini(&core->calls);
	camipc_mailbox_fini(&core->answers);
	camipc_record_pool_unref(core->pool);
	camipc_module_unload(core->module);
	if (core->event_fd >= 0)
		close(core->event_fd);
	free(core->event_ids);
	free(core);
}

void camipc_ipa_run_here(struct camipc_ipa_core *core,
			 struct camipc_record *record)
{
	struct surroundings host;

	enter_module(&host);
	(void)camipc_servant_handle(core->servant, record);
	leave_module(&host);
}

/* ---- the thread -------------------------------------------------------- */

/** Runs calls until the thread must end and no call is left. */
static void serve(struct camipc_ipa_core *core)
{
	while (!atomic_load(&core->abandoned)) {
		/* Read first: calls posted before the thread was asked to end
		 * are then found below. */
		const bool ending = atomic_load(&core->ending);
		struct camipc_record *call = camipc_mailbox_take(&core->calls);

		if (call) {
			atomic_store(&core->busy, true);
			(void)camipc_servant_handle(core->servant, call);
			atomic_store(&core->busy, false);
		} else if (ending) {
			break;
		} else {
			(void)camipc_mailbox_wait(&core->calls,
						  CAMIPC_NO_DEADLINE);
		}
	}
}

static void *run(void *user)
{
	struct camipc_ipa_core *core = user;
	struct surroundings host;
	char name[16];

	snprintf(name, sizeof(name), "ipa:%.11s", core->name);
	pthread_setname_np(pthread_self(), name);
	enter_module(&host);
	serve(core);
	leave_module(&host);
	atomic_store(&core->ended, 1);
	camipc_futex_wake(&core->ended);
	camipc_ipa_core_unref(core);
	return NULL;
}

/** With every signal blocked: the host's handlers run in its own threads. */
static int create_thread(struct camipc_ipa_core *core)
{
	pthread_attr_t attributes;
	sigset_t all;
	sigset_t old;
	int ret;

	ret = pthread_attr_init(&attributes);
	if (ret != 0)
		return ret;
	pthread_attr_setstacksize(&attributes, STACK_SIZE);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	ret = pthread_create(&core->thread, &attributes, run, core);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	pthread_attr_destroy(&attributes);
	return ret;
}

int camipc_ipa_thread_start(struct camipc_ipa_core *core)
{
	int ret;

	atomic_store(&core->ending, false);
	atomic_store(&core->ended, 0);
	atomic_fetch_add(&core->references, 1);
	ret = create_thread(core);
	if (ret != 0) {
		atomic_fetch_sub(&core->references, 1);
		camipc_log(CAMIPC_LOG_ERROR, TOPIC,
			   "%s: cannot create a thread: %s", core->name,
			   camipc_errno_to_string(ret));
		return -ENOMEM;
	}
	return 0;
}

int camipc_ipa_thread_end(struct camipc_ipa_core *core, int64_t deadline)
{
	atomic_store(&core->ending, true);
	camipc_mailbox_poke(&core->calls);
	while (!atomic_load(&core->ended)) {
		if (camipc_futex_wait(&core->ended, 0, deadline) < 0 &&
		    !atomic_load(&core->ended)) {
			atomic_store(&core->abandoned, true);
			camipc_mailbox_poke(&core->calls);
			pthread_detach(core->thread);
			camipc_log(CAMIPC_LOG_ERROR, TOPIC,
				   "%s: the thread hangs and is abandoned with "
				   "everything it uses",
				   core->name);
			return -ETIMEDOUT;
		}
	}
	pthread_join(core->thread, NULL);
	return 0;
}
