/* SPDX-License-Identifier: MIT */
/*
 * Runs the IPA in this process: factories "thread" and "loopback" (the same,
 * but every message goes through both codecs). While the IPA is stopped its ops
 * run in the caller's thread; between start and stop they run in the IPA
 * thread.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <camipc/error.h>
#include <camipc/log.h>

#include "handshake.h"
#include "ipa_link.h"
#include "ipa_thread.h"
#include "layout.h"
#include "module_loader.h"
#include "refusal.h"
#include "waker.h"

#define THREAD_TOPIC "ipa"

struct thread_link {
	struct camipc_link base;
	struct camipc_ipa_core *core; /* shared with the IPA thread */
	struct camipc_served served;
	int epoll_fd; /* the proxy's: borrowed */
	enum camipc_packing packing;
	bool running; /* the IPA thread exists */
	bool dead; /* killed: core is only released */
	struct camipc_waker *waker; /* the proxy's */
};

static struct thread_link *to_thread(struct camipc_link *link)
{
	return (struct thread_link *)(void *)link;
}

static const struct thread_link *to_const_thread(const struct camipc_link *link)
{
	return (const struct thread_link *)(const void *)link;
}

static enum camipc_packing thread_packing(const struct camipc_link *link)
{
	return to_const_thread(link)->packing;
}

static bool ran_here(const struct camipc_link *link)
{
	return !to_const_thread(link)->running;
}

static const struct camipc_served *thread_served(const struct camipc_link *link)
{
	return &to_const_thread(link)->served;
}

/* ---- the thread comes and goes ----------------------------------------- */

static int enter_run(struct camipc_link *link)
{
	struct thread_link *thread = to_thread(link);
	int ret = camipc_ipa_thread_start(thread->core);

	if (ret < 0)
		return ret;
	thread->running = true;
	return 0;
}

static int leave_run(struct camipc_link *link, int64_t deadline)
{
	struct thread_link *thread = to_thread(link);

	if (!thread->running)
		return 0;
	thread->running = false;
	return camipc_ipa_thread_end(thread->core, deadline);
}

/* ---- records ----------------------------------------------------------- */

static int thread_push(struct camipc_link *link, struct camipc_record *record)
{
	const struct camipc_header *header = &record->message.header;
	struct thread_link *thread = to_thread(link);
	struct camipc_ipa_core *core = thread->core;

	if (thread->dead)
		return -EPIPE;
	/* Credit runs no module code: the thread need not wake up for it. */
	if (header->kind == CAMIPC_MESSAGE_CREDIT) {
		(void)camipc_servant_credit(core->servant, header->consumed);
		camipc_record_release(record);
		return 0;
	}
	/* The caller is going to check for the reply by itself. */
	if (!(header->flags & CAMIPC_MESSAGE_ONEWAY))
		camipc_mailbox_attend(&core->answers);
	if (thread->running)
		camipc_mailbox_post(&core->calls, record);
	else
		camipc_ipa_run_here(core, record);
	return 0;
}

static void wake_ipa(struct camipc_link *link)
{
	struct thread_link *thread = to_thread(link);

	if (!thread->dead)
		camipc_mailbox_wake(&thread->core->calls);
}

static int thread_pop(struct camipc_link *link, struct camipc_record **ret_record,
		      enum camipc_reason *ret_reason)
{
	struct thread_link *thread = to_thread(link);
	struct camipc_record *record;

	(void)ret_reason;
	if (thread->dead)
		return -EPIPE;
	record = camipc_mailbox_take(&thread->core->answers);
	if (!record)
		return camipc_mailbox_is_alerted(&thread->core->answers)
			       ? -EPIPE
			       : -EAGAIN;
	*ret_record = record;
	return 0;
}

static int thread_wait(struct camipc_link *link, int64_t deadline)
{
	struct thread_link *thread = to_thread(link);

	if (thread->dead)
		return 0;
	return camipc_mailbox_wait(&thread->core->answers, deadline);
}

/** Called in another thread. */
static void wake_waiter_of(void *link)
{
	camipc_mailbox_poke(&((struct thread_link *)link)->core->answers);
}

static void settle(struct camipc_link *link)
{
	struct thread_link *thread = to_thread(link);

	if (!thread->dead)
		camipc_mailbox_leave(&thread->core->answers);
}

/* ---- the end ----------------------------------------------------------- */

static void kill_ipa(struct camipc_link *link, struct camipc_closed_info *info)
{
	const bool late = info->reason == CAMIPC_REASON_TIMEOUT ||
			  info->reason == CAMIPC_REASON_UNRESPONSIVE;
	struct thread_link *thread = to_thread(link);
	int64_t deadline = camipc_now();

	if (thread->dead)
		return;
	thread->dead = true;
	if (info->reason == CAMIPC_REASON_NONE)
		info->reason = CAMIPC_REASON_UNWOUND;
	epoll_ctl(thread->epoll_fd, EPOLL_CTL_DEL, thread->core->event_fd,
		  NULL);
	/* An op that has already missed its deadline gets no grace period. */
	if (!late || !atomic_load(&thread->core->busy))
		deadline = camipc_deadline_after(deadline, CAMIPC_GRACE_MS);
	if (leave_run(link, deadline) < 0)
		info->reason = CAMIPC_REASON_HUNG_THREAD;
}

static void thread_destroy(struct camipc_link *link)
{
	struct thread_link *thread = to_thread(link);
	int64_t deadline = camipc_deadline_after(camipc_now(), CAMIPC_GRACE_MS);

	camipc_waker_leave(thread->waker, thread);
	if (thread->core) {
		(void)leave_run(link, deadline);
		camipc_ipa_core_unref(thread->core);
	}
	free((void *)thread->served.methods);
	free(thread);
}

static const struct camipc_link_ops thread_ops = {
	.size = sizeof(thread_ops),
	.name = "thread",
	.packing = thread_packing,
	.ran_here = ran_here,
	.served = thread_served,
	.enter_run = enter_run,
	.leave_run = leave_run,
	.push = thread_push,
	.wake = wake_ipa,
	.pop = thread_pop,
	.wait = thread_wait,
	.settle = settle,
	.kill = kill_ipa,
	.destroy = thread_destroy,
};

/* ---- the factories ----------------------------------------------------- */

/** Sets @ret_same if both sides have the same structs: no need to encode. */
static int compare_layouts(const struct camipc_interface *pipeline,
			   const struct camipc_ipa_core *core, bool *ret_same)
{
	const struct camipc_interface *module = camipc_ipa_core_interface(core);
	uint64_t layout;
	int ret = camipc_layout_fold(pipeline, &layout);

	if (ret < 0)
		return ret;
	*ret_same = pipeline->codegen_revision == module->codegen_revision &&
		    pipeline->wire_fingerprint == module->wire_fingerprint &&
		    layout != CAMIPC_LAYOUT_NONE &&
		    layout == camipc_module_get_layout(core->module);
	return 0;
}

static int list_served(struct thread_link *thread,
		       const struct camipc_interface *pipeline)
{
	char why[CAMIPC_SERVED_WHY_SIZE];
	int ret;
	const struct camipc_interface *interface =
		camipc_ipa_core_interface(thread->core);

	thread->served.n_methods = interface->n_methods;
	thread->served.methods = camipc_list_ids(interface->methods,
						 interface->n_methods);
	if (!thread->served.methods)
		return -ENOMEM;
	ret = camipc_check_served(pipeline, interface->wire_fingerprint,
				  thread->served.methods,
				  thread->served.n_methods, why);
	if (ret < 0)
		camipc_log(CAMIPC_LOG_ERROR, "proxy", "%s: the module %s",
			   camipc_module_get_path(thread->core->module), why);
	return ret;
}

static int watch_events(struct thread_link *thread)
{
	struct epoll_event event = {
		.events = EPOLLIN,
		.data.fd = thread->core->event_fd,
	};

	int ret;

	if (epoll_ctl(thread->epoll_fd, EPOLL_CTL_ADD, event.data.fd,
		      &event) == 0)
		return 0;
	ret = camipc_system_error(errno);
	camipc_log(CAMIPC_LOG_ERROR, THREAD_TOPIC, "cannot watch the IPA: epoll_ctl: "
		   "%s", camipc_strerror(ret));
	return ret;
}

static int fill_link(struct thread_link *thread,
		     const struct camipc_link_params *params)
{
	bool same;
	int ret;

	ret = camipc_ipa_core_create(params, &thread->core);
	if (ret < 0)
		return ret;
	ret = compare_layouts(params->interface, thread->core, &same);
	if (ret < 0)
		return ret;
	if (!same)
		thread->packing = CAMIPC_PACK_BYTES;
	ret = watch_events(thread);
	if (ret < 0)
		return ret;
	ret = list_served(thread, params->interface);
	if (ret < 0)
		return ret;
	return camipc_ipa_core_open(thread->core, params, thread->packing);
}

static int create_link(const struct camipc_link_params *params,
		       enum camipc_packing packing,
		       struct camipc_link **ret_link)
{
	struct thread_link *thread = calloc(1, sizeof(*thread));
	int ret;

	if (!thread)
		return -ENOMEM;
	thread->base.ops = &thread_ops;
	thread->packing = packing;
	thread->epoll_fd = params->epoll_fd;
	thread->waker = params->waker;
	ret = fill_link(thread, params);
	if (ret < 0) {
		thread_destroy(&thread->base);
		return ret;
	}
	(void)camipc_waker_enter(thread->waker, wake_waiter_of, thread);
	*ret_link = &thread->base;
	return 0;
}

static int create_thread_link(const struct camipc_link_params *params,
			      struct camipc_link **ret_link)
{
	return create_link(params, CAMIPC_PACK_COPY, ret_link);
}

static int create_loopback(const struct camipc_link_params *params,
			   struct camipc_link **ret_link)
{
	return create_link(params, CAMIPC_PACK_BYTES, ret_link);
}

static const struct camipc_proxy_factory thread_factory = {
	.size = sizeof(thread_factory),
	.name = "thread",
	.create = create_thread_link,
	.runs_here = true,
};
CAMIPC_REGISTER_PROXY_FACTORY(thread_factory)

static const struct camipc_proxy_factory loopback_factory = {
	.size = sizeof(loopback_factory),
	.name = "loopback",
	.create = create_loopback,
	.runs_here = true,
};
CAMIPC_REGISTER_PROXY_FACTORY(loopback_factory)
