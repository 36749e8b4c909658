/* SPDX-License-Identifier: MIT */
/* What a module may call beside events: sources, hooks and notices. */
#include <errno.h>

#if defined(__has_include)
#if __has_include(<sys/single_threaded.h>)
#include <sys/single_threaded.h>
#define IS_SINGLE_THREADED (__libc_single_threaded != 0)
#endif
#endif
#ifndef IS_SINGLE_THREADED
#define IS_SINGLE_THREADED false
#endif

#include "servant-internal.h"

static int add_descriptor(struct camipc_host *host, int fd, uint32_t events,
			  void (*ready)(void *user, int fd, uint32_t revents),
			  void *user)
{
	return camipc_sources_add_descriptor(&camipc_servant_of(host)->sources,
					     fd, events, ready, user);
}

static int add_timer(struct camipc_host *host, uint64_t delay_ns,
		     uint64_t period_ns, void (*expired)(void *user),
		     void *user)
{
	return camipc_sources_add_timer(&camipc_servant_of(host)->sources,
					delay_ns, period_ns, expired, user);
}

static int remove_source(struct camipc_host *host, int source)
{
	return camipc_sources_remove(&camipc_servant_of(host)->sources, source);
}

static int post(struct camipc_host *host, void (*run)(void *user), void *user)
{
	struct camipc_servant *servant = camipc_servant_of(host);
	int ret = camipc_sources_post(&servant->sources, run, user);

	if (ret < 0)
		return ret;
	camipc_sources_wake(&servant->sources);
	if (servant->params.wake)
		servant->params.wake(servant->params.user);
	return 0;
}

static int set_thread_hooks(struct camipc_host *host,
			    void (*started)(void *user),
			    void (*ending)(void *user), void *user)
{
	struct camipc_servant *servant = camipc_servant_of(host);

	if (servant->has_thread)
		return -EBUSY;
	servant->thread_started = started;
	servant->thread_ending = ending;
	servant->hooks_user = user;
	return 0;
}

static void set_answered(struct camipc_host *host,
			 void (*answered)(void *user, uint32_t method),
			 void *user)
{
	struct camipc_servant *servant = camipc_servant_of(host);

	servant->answered = answered;
	servant->answered_user = user;
}

static int set_context(struct camipc_host *host, void *context)
{
	struct camipc_servant *servant = camipc_servant_of(host);

	/* create() has not returned: no op or event can use the old one. */
	if (servant->created)
		return -EBUSY;
	servant->context = context;
	return 0;
}

void camipc_servant_fill_host(struct camipc_host *host)
{
	host->add_descriptor = add_descriptor;
	host->add_timer = add_timer;
	host->remove_source = remove_source;
	host->post = post;
	host->set_thread_hooks = set_thread_hooks;
	host->set_answered = set_answered;
	host->set_context = set_context;
}

/* ---- for links -------------------------------------------------------------- */

void camipc_servant_thread_started(struct camipc_servant *servant)
{
	servant->has_thread = true;
	if (servant->thread_started)
		servant->thread_started(servant->hooks_user);
}

void camipc_servant_thread_ending(struct camipc_servant *servant)
{
	if (servant->thread_ending)
		servant->thread_ending(servant->hooks_user);
	servant->has_thread = false;
}

int64_t camipc_servant_run_due(struct camipc_servant *servant)
{
	return camipc_sources_run_due(&servant->sources);
}

bool camipc_servant_needs_poll(const struct camipc_servant *servant)
{
	/* A link that can be woken sleeps in its own way until there is a
	 * descriptor. In others, a thread may post at any time. */
	if (servant->params.wake)
		return camipc_sources_need_poll(&servant->sources);
	return servant->sources.is_running &&
	       (servant->sources.n > 0 || !IS_SINGLE_THREADED ||
		atomic_load(&servant->sources.posted));
}

int camipc_servant_poll(struct camipc_servant *servant, int fd, short events)
{
	return camipc_sources_poll(&servant->sources, fd, events);
}

void camipc_servant_interrupt(struct camipc_servant *servant)
{
	camipc_sources_wake(&servant->sources);
}
