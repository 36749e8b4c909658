/* SPDX-License-Identifier: MIT */
/* Loads a module into this process, and runs its ops in one of two threads. */
#include "ipa_thread.h"

#include <errno.h>
#include <fenv.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <camipc/error.h>
#include <camipc/log.h>

#include "foreign_line.h"
#include "handshake.h"
#include "load_files.h"
#include "module_loader.h"
#include "pause.h"
#include "refusal.h"

#define STACK_SIZE (8u * 1024u * 1024u)
#define THREAD_TOPIC "ipa"

/** Longest line of a module, in bytes; the log cuts longer ones, too. */
#define LINE_SIZE 1024

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

static void leave_module(struct surroundings *host)
{
	if (host->c_locale) {
		uselocale(host->locale);
		freelocale(host->c_locale);
	}
	fesetenv(&host->fenv);
}

/**
 * Enters the module until the end of the block, which module code may leave by
 * an exception or by pthread_exit().
 */
#define IN_MODULE(host)                                                    \
	struct surroundings host __attribute__((cleanup(leave_module)));   \
	enter_module(&(host))

/* ---- functions for the servant ----------------------------------------- */

static int send_answer(void *user, struct camipc_record *record)
{
	struct camipc_ipa_core *core = user;

	camipc_mailbox_post(&core->answers, record);
	return 0;
}

static void wake_thread(void *user)
{
	struct camipc_ipa_core *core = user;

	camipc_mailbox_poke(&core->calls);
}

static void write_log(void *user, enum camipc_log_level level, const char *text)
{
	struct camipc_ipa_core *core = user;
	char who[sizeof(core->name) + 1];
	char plain[LINE_SIZE];
	size_t size = camipc_strip_escapes(plain, sizeof(plain) - 1, text,
					   strlen(text));

	plain[size] = '\0';
	snprintf(who, sizeof(who), "%s:", core->name);
	camipc_log_foreign(&core->log_share, camipc_foreign_level(plain, level),
			   THREAD_TOPIC, who, plain);
}

/* ---- threads and their scheduling -------------------------------------- */

/** With every signal blocked: the host's handlers run in its own threads. */
static int create_thread(pthread_t *ret_thread, void *(*run)(void *user),
			 void *user)
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
	ret = pthread_create(ret_thread, &attributes, run, user);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	pthread_attr_destroy(&attributes);
	return ret;
}

static int thread_error(const struct camipc_ipa_core *core, int error)
{
	camipc_log(CAMIPC_LOG_ERROR, THREAD_TOPIC,
		   "%s: cannot create a thread: %s", core->name,
		   camipc_errno_to_string(error));
	return camipc_is_refusal(error) ? -ENOSYS : -ENOMEM;
}

static int log_schedule(const struct camipc_ipa_core *core,
			enum camipc_log_level level, const char *call,
			int error)
{
	camipc_log(level, THREAD_TOPIC,
		   "%s: cannot schedule the thread as the match says: %s: %s; %s",
		   core->name, call, camipc_errno_to_string(error),
		   camipc_schedule_why(call, error));
	return error == EACCES ? -EPERM : -error;
}

struct schedule_trial {
	const struct camipc_schedule *schedule;
	const char *call;
	int error;
};

static void *try_in_thread(void *user)
{
	struct schedule_trial *trial = user;

	trial->error = camipc_schedule_enter(trial->schedule, &trial->call);
	return NULL;
}

/** Finds out what a thread may not do before there is one, at creation. */
static int try_schedule(const struct camipc_ipa_core *core)
{
	struct schedule_trial trial = { .schedule = &core->schedule };
	pthread_t thread;
	int ret;

	if (camipc_schedule_is_usual(&core->schedule))
		return 0;
	ret = create_thread(&thread, try_in_thread, &trial);
	if (ret != 0)
		return thread_error(core, ret);
	pthread_join(thread, NULL);
	if (!trial.error)
		return 0;
	return log_schedule(core, CAMIPC_LOG_ERROR, trial.call, trial.error);
}

/** In the thread. What was permitted at creation need not be any more. */
static void enter_schedule(const struct camipc_ipa_core *core)
{
	const char *call = "";
	const int error = camipc_schedule_enter(&core->schedule, &call);

	if (error)
		(void)log_schedule(core, CAMIPC_LOG_WARNING, call, error);
}

/* ---- the core ---------------------------------------------------------- */

static int load_module(struct camipc_ipa_core *core,
		       const struct camipc_module_file *file)
{
	IN_MODULE(host);

	return camipc_module_load(file, CAMIPC_LOAD_SEALED, &core->module);
}

static int fill_core(struct camipc_ipa_core *core,
		     const struct camipc_link_params *params)
{
	const struct camipc_interface *interface = params->interface;
	int ret;

	camipc_mailbox_init(&core->calls, -1);
	core->event_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (core->event_fd < 0) {
		ret = camipc_system_error(errno);
		camipc_log(CAMIPC_LOG_ERROR, THREAD_TOPIC, "%s: eventfd: %s",
			   core->name, camipc_strerror(ret));
		return ret;
	}
	camipc_mailbox_init(&core->answers, core->event_fd);
	core->calls.spin.limit_us = params->spin_us;
	core->answers.spin.limit_us = params->spin_us;
	ret = try_schedule(core);
	if (ret < 0)
		return ret;
	core->event_ids = camipc_list_ids(interface->events,
					  interface->n_events);
	if (!core->event_ids)
		return -ENOMEM;
	return load_module(core, params->file);
}

int camipc_ipa_core_create(const struct camipc_link_params *params,
			   struct camipc_ipa_core **ret_core)
{
	struct camipc_ipa_core *core = calloc(1, sizeof(*core));
	int ret;

	if (!core)
		return -ENOMEM;
	atomic_init(&core->references, 1);
	core->log_share.only_stderr = true;
	core->pool = camipc_record_pool_ref(params->pool);
	snprintf(core->name, sizeof(core->name), "%s",
		 camipc_link_name(params));
	if (params->schedule)
		core->schedule = *params->schedule;
	ret = fill_core(core, params);
	if (ret == 0 && params->loads)
		ret = camipc_load_files_copy(&core->loads, params->loads);
	if (ret < 0) {
		camipc_ipa_core_unref(core);
		return ret;
	}
	*ret_core = core;
	return 0;
}

static int create_servant(struct camipc_ipa_core *core,
			  const struct camipc_servant_params *params)
{
	IN_MODULE(host);

	return camipc_servant_create(params, &core->servant);
}

int camipc_ipa_core_open(struct camipc_ipa_core *core,
			 const struct camipc_link_params *params,
			 enum camipc_packing packing)
{
	int create_result = 0;
	const struct camipc_servant_params servant = {
		.entry = camipc_module_entry(core->module),
		.pool = core->pool,
		.max_message_size = params->max_message_size,
		.window = params->window,
		.window_bytes = params->window_bytes,
		.packing = packing,
		.trace = params->trace,
		.events = core->event_ids,
		.n_events = params->interface->n_events,
		.argument = params->argument,
		.loads = &core->loads,
		.send = send_answer,
		.log = write_log,
		.wake = wake_thread,
		.user = core,
		.create_result = &create_result,
	};
	int ret = create_servant(core, &servant);

	if (ret == -EREMOTEIO)
		camipc_log(CAMIPC_LOG_ERROR, THREAD_TOPIC,
			   "%s: the module's create() returned %s",
			   camipc_module_get_path(core->module),
			   camipc_result_to_string(create_result));
	if (ret < 0)
		return ret;
	return camipc_servant_flush(core->servant);
}

const struct camipc_interface *
camipc_ipa_core_interface(const struct camipc_ipa_core *core)
{
	return camipc_module_entry(core->module)->descriptor;
}

static void destroy_servant(struct camipc_ipa_core *core)
{
	IN_MODULE(host);

	camipc_servant_destroy(core->servant);
}

void camipc_ipa_core_unref(struct camipc_ipa_core *core)
{
	if (atomic_fetch_sub(&core->references, 1) != 1)
		return;
	destroy_servant(core);
	camipc_log_foreign_settle(&core->log_share, THREAD_TOPIC, core->name, true);
	camipc_mailbox_fini(&core->calls);
	camipc_mailbox_fini(&core->answers);
	camipc_record_pool_unref(core->pool);
	camipc_module_unload(core->module);
	if (core->event_fd >= 0)
		close(core->event_fd);
	if (core->calls.fd >= 0)
		close(core->calls.fd);
	free(core->event_ids);
	camipc_load_files_close(&core->loads);
	free(core);
}

/** A stay in the servant, which an op may leave without returning. */
struct op_run {
	struct camipc_ipa_core *core;
	bool returned;
};

static void end_run(struct op_run *run)
{
	if (!run->returned)
		camipc_servant_abandon(run->core->servant);
}

void camipc_ipa_run_here(struct camipc_ipa_core *core,
			 struct camipc_record *record)
{
	struct op_run run __attribute__((cleanup(end_run))) = { core, false };
	IN_MODULE(host);

	(void)camipc_servant_handle(core->servant, record);
	run.returned = true;
}

/* ---- the thread -------------------------------------------------------- */

/* Of run_sources(): the thread has waited already. */
#define POLLED INT64_MIN

/** Waits for calls and for descriptors of the module. */
static int poll_sources(struct camipc_ipa_core *core)
{
	int ret;

	if (core->calls.fd < 0)
		core->calls.fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (core->calls.fd < 0)
		return -EMFILE;
	camipc_mailbox_leave(&core->calls);
	ret = camipc_servant_poll(core->servant, core->calls.fd, POLLIN);
	camipc_mailbox_attend(&core->calls);
	return ret;
}

/**
 * Calls what is due of the module's sources. Returns until when the thread may
 * wait for a call, or POLLED.
 */
static int64_t run_sources(struct camipc_ipa_core *core, bool ending)
{
	if (!ending && camipc_servant_needs_poll(core->servant) &&
	    poll_sources(core) >= 0)
		return POLLED;
	return camipc_servant_run_due(core->servant);
}

/** Runs calls until the thread must end and no call is left. */
static void serve(struct camipc_ipa_core *core)
{
	IN_MODULE(host);

	camipc_servant_thread_started(core->servant);
	while (!atomic_load(&core->abandoned)) {
		/* Read first: calls posted before the thread was asked to end
		 * are then found below. */
		const bool ending = atomic_load(&core->ending);
		const int64_t next = run_sources(core, ending);
		struct camipc_record *call = camipc_mailbox_take(&core->calls);

		if (call) {
			atomic_store(&core->busy, true);
			(void)camipc_servant_handle(core->servant, call);
			atomic_store(&core->busy, false);
		} else if (ending) {
			break;
		} else if (next != POLLED) {
			(void)camipc_mailbox_wait(&core->calls, next);
		}
	}
	camipc_servant_thread_ending(core->servant);
}

/** Runs at the end of the thread, also if an op has called pthread_exit(). */
static void end_thread(struct op_run *run)
{
	struct camipc_ipa_core *core = run->core;

	atomic_store(&core->busy, false);
	end_run(run);
	if (!run->returned)
		camipc_mailbox_alert(&core->answers);
	atomic_store(&core->ended, 1);
	camipc_futex_wake(&core->ended);
	camipc_ipa_core_unref(core);
}

static void *run_thread(void *user)
{
	struct op_run run __attribute__((cleanup(end_thread))) = {
		.core = user,
	};
	char name[16];

	snprintf(name, sizeof(name), "ipa:%.11s", run.core->name);
	pthread_setname_np(pthread_self(), name);
	/* No code here could continue after a cancellation. */
	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, NULL);
	enter_schedule(run.core);
	serve(run.core);
	run.returned = true;
	return NULL;
}

int camipc_ipa_thread_start(struct camipc_ipa_core *core)
{
	int ret;

	atomic_store(&core->ending, false);
	atomic_store(&core->ended, 0);
	atomic_fetch_add(&core->references, 1);
	ret = create_thread(&core->thread, run_thread, core);
	if (ret == 0)
		return 0;
	atomic_fetch_sub(&core->references, 1);
	return thread_error(core, ret);
}

/** Sleeps for a slice. Returns -ETIMEDOUT once the deadline has passed. */
static int wait_for_end(struct camipc_ipa_core *core,
			struct camipc_movable *time, struct camipc_pause *pause)
{
	int64_t now = camipc_now();
	int64_t due = camipc_pause_slice(now, time->deadline);

	camipc_pause_expect(pause, due);
	(void)camipc_futex_wait(&core->ended, 0, due);
	now = camipc_now();
	if (camipc_pause_look(pause, now, &due))
		camipc_movable_move(time, due, now);
	return now < time->deadline ? 0 : -ETIMEDOUT;
}

int camipc_ipa_thread_end(struct camipc_ipa_core *core, int64_t deadline)
{
	struct camipc_pause pause;
	struct camipc_movable time = { .deadline = deadline };

	if (deadline != CAMIPC_NO_DEADLINE)
		time.length = deadline - camipc_now();
	atomic_store(&core->ending, true);
	camipc_mailbox_poke(&core->calls);
	camipc_servant_interrupt(core->servant);
	while (!atomic_load(&core->ended)) {
		if (wait_for_end(core, &time, &pause) < 0 &&
		    !atomic_load(&core->ended)) {
			atomic_store(&core->abandoned, true);
			camipc_mailbox_poke(&core->calls);
			camipc_servant_interrupt(core->servant);
			pthread_detach(core->thread);
			camipc_log(CAMIPC_LOG_ERROR, THREAD_TOPIC,
				   "%s: the thread hangs and is abandoned with "
				   "everything it uses",
				   core->name);
			return -ETIMEDOUT;
		}
	}
	pthread_join(core->thread, NULL);
	return 0;
}
