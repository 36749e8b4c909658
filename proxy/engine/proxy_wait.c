/* SPDX-License-Identifier: MIT */
/* Waiting for answers, with deadlines, and being told not to. */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "clock.h"
#include "proxy_core.h"

/* Reading "once more" at a deadline: all that credit lets an IPA have sent. */
#define LAST_LOOK (2 * (CAMIPC_WINDOW + CAMIPC_MAX_PENDING_CALLS))

static void cancel_calls(struct camipc_proxy *proxy)
{
	const uint32_t cancels = atomic_load(&proxy->cancels);

	for (uint32_t i = 0; i < CAMIPC_MAX_PENDING_CALLS; i++) {
		struct camipc_call *call = &proxy->calls.calls[i];

		if ((call->phase == CAMIPC_CALL_WAITING ||
		     call->phase == CAMIPC_CALL_BEGUN) &&
		    call->cancels != cancels)
			camipc_proxy_cancel_call(proxy, call);
	}
}

static void drain(int fd)
{
	uint64_t value;

	/* Not blocking, and nobody else reads: failing means empty. */
	while (read(fd, &value, sizeof(value)) < 0 && errno == EINTR)
		;
}

void camipc_proxy_take_cancel(struct camipc_proxy *proxy)
{
	atomic_store(&proxy->cancel_written, false);
	proxy->cancels_taken = atomic_load(&proxy->cancels);
	drain(proxy->cancel_fd);
	cancel_calls(proxy);
}

void camipc_proxy_step(struct camipc_proxy *proxy, struct camipc_call *call,
		       int ret)
{
	if (ret == -ECANCELED) {
		camipc_proxy_take_cancel(proxy);
		return;
	}
	if (ret < 0 && ret != -ETIMEDOUT) {
		camipc_proxy_die(proxy, CAMIPC_REASON_NO_MEMORY, -EPIPE);
		return;
	}
	camipc_proxy_pump(proxy, call, CAMIPC_DISPATCH_BATCH);
	if (call->phase != CAMIPC_CALL_WAITING &&
	    call->phase != CAMIPC_CALL_SILENT)
		return;
	if (ret == 0 && camipc_now() < call->deadline)
		return;
	/* The host may have been suspended since the IPA answered. */
	camipc_proxy_pump(proxy, call, LAST_LOOK);
	if (call->phase == CAMIPC_CALL_WAITING ||
	    call->phase == CAMIPC_CALL_SILENT)
		camipc_proxy_expire_call(proxy, call);
}

void camipc_proxy_wait(struct camipc_proxy *proxy, struct camipc_call *call)
{
	while (call->phase == CAMIPC_CALL_WAITING)
		camipc_proxy_step(proxy, call,
				  proxy->link->ops->wait(proxy->link,
							 call->deadline));
}

static struct camipc_call *find_silent(struct camipc_proxy *proxy)
{
	for (uint32_t i = 0; i < CAMIPC_MAX_PENDING_CALLS; i++) {
		if (proxy->calls.calls[i].phase == CAMIPC_CALL_SILENT)
			return &proxy->calls.calls[i];
	}
	return NULL;
}

void camipc_proxy_wait_switch(struct camipc_proxy *proxy)
{
	struct camipc_call *call;

	while ((call = find_silent(proxy)))
		camipc_proxy_step(proxy, call,
				  proxy->link->ops->wait(proxy->link,
							 call->deadline));
}

void camipc_proxy_cancel(struct camipc_proxy *proxy)
{
	const uint64_t one = 1;

	/* A child's descriptor is the parent's, too. */
	if (!camipc_process_is_same(proxy->process))
		return;
	atomic_fetch_add(&proxy->cancels, 1);
	/* The counter of an eventfd does not fill up with ones. */
	if (write(proxy->cancel_fd, &one, sizeof(one)) < 0)
		return;
	/* Only now: whoever sees it finds the descriptor readable. */
	atomic_store(&proxy->cancel_written, true);
	if (proxy->link->ops->interrupt)
		proxy->link->ops->interrupt(proxy->link);
}

/* ---- between calls and dispatch ---------------------------------------- */

bool camipc_proxy_has_deliverable(const struct camipc_proxy *proxy)
{
	if (proxy->calls.first || proxy->closed_due)
		return true;
	return proxy->stash.head &&
	       camipc_proxy_state(proxy) != CAMIPC_STATE_STARTING;
}

static void wake(struct camipc_proxy *proxy)
{
	const uint64_t one = 1;

	if (!proxy->woken)
		proxy->woken = write(proxy->wake_fd, &one, sizeof(one)) > 0;
}

/** Has the timer fire at the earliest deadline; later alarms are harmless. */
static void arm_timer(struct camipc_proxy *proxy)
{
	int64_t earliest = proxy->watch_deadline;
	struct itimerspec when = { 0 };

	if (proxy->calls.n_timed) {
		int64_t call = camipc_call_table_earliest(&proxy->calls);

		earliest = call < earliest ? call : earliest;
	}
	if (earliest >= proxy->timer_deadline)
		return;
	when.it_value = camipc_ns_to_timespec((uint64_t)earliest);
	if (timerfd_settime(proxy->timer_fd, TFD_TIMER_ABSTIME, &when, NULL) ==
	    0)
		proxy->timer_deadline = earliest;
}

void camipc_proxy_settle(struct camipc_proxy *proxy)
{
	if (proxy->link->ops->settle)
		proxy->link->ops->settle(proxy->link);
	if (proxy->calls.n_timed || proxy->watch_deadline != CAMIPC_NO_DEADLINE)
		arm_timer(proxy);
	if (camipc_proxy_has_deliverable(proxy))
		wake(proxy);
}

void camipc_proxy_clear_signals(struct camipc_proxy *proxy)
{
	if (proxy->woken) {
		proxy->woken = false;
		drain(proxy->wake_fd);
	}
	if (proxy->timer_deadline != CAMIPC_NO_DEADLINE &&
	    proxy->timer_deadline <= camipc_now()) {
		proxy->timer_deadline = CAMIPC_NO_DEADLINE;
		drain(proxy->timer_fd);
	}
	if (atomic_load(&proxy->cancel_written) ||
	    atomic_load(&proxy->cancels) != proxy->cancels_taken)
		camipc_proxy_take_cancel(proxy);
}

/* ---- many at once ------------------------------------------------------ */

/** One proxy that is being stopped. */
struct stopping {
	struct camipc_proxy *proxy;
	struct camipc_call *call; /* NULL: nothing to wait for */
};

/** Takes in what came for each proxy. Returns how many still wait. */
static nfds_t look_around(struct stopping *all, size_t n, struct pollfd *polls,
			  int64_t *ret_deadline)
{
	nfds_t waiting = 0;

	*ret_deadline = CAMIPC_NO_DEADLINE;
	for (size_t i = 0; i < n; i++) {
		struct camipc_proxy *proxy = all[i].proxy;
		struct camipc_call *call = all[i].call;

		if (!call || call->phase != CAMIPC_CALL_WAITING)
			continue;
		camipc_proxy_clear_signals(proxy);
		camipc_proxy_step(proxy, call, 0);
		if (proxy->link->ops->service)
			proxy->link->ops->service(proxy->link);
		if (proxy->link->ops->settle)
			proxy->link->ops->settle(proxy->link);
		if (call->phase != CAMIPC_CALL_WAITING)
			continue;
		if (call->deadline < *ret_deadline)
			*ret_deadline = call->deadline;
		polls[waiting++] = (struct pollfd){
			.fd = proxy->epoll_fd,
			.events = POLLIN,
		};
	}
	return waiting;
}

static void wait_for_all(struct stopping *all, size_t n)
{
	struct pollfd *polls = calloc(n, sizeof(*polls));
	int64_t deadline;
	nfds_t waiting;

	/* Without memory one after the other: each was told already. */
	for (size_t i = 0; i < n && !polls; i++) {
		if (all[i].call)
			camipc_proxy_wait(all[i].proxy, all[i].call);
	}
	while (polls && (waiting = look_around(all, n, polls, &deadline)) > 0) {
		if (poll(polls, waiting,
			 camipc_deadline_to_poll(deadline, camipc_now())) < 0)
			continue;
	}
	free(polls);
}

static void note_first(int *first, int error)
{
	if (*first == 0 && error < 0)
		*first = error;
}

int camipc_stop_all(struct camipc_proxy *const *proxies, size_t n)
{
	struct stopping *all = calloc(n ? n : 1, sizeof(*all));
	int first = 0;

	if (!all)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++) {
		all[i].proxy = proxies[i];
		if (camipc_proxy_get_state(proxies[i]) ==
			    CAMIPC_STATE_RUNNING &&
		    camipc_state_find_role(proxies[i]->interface,
					   CAMIPC_ROLE_STOP))
			note_first(&first, camipc_proxy_call_role(
						   proxies[i], CAMIPC_ROLE_STOP,
						   &all[i].call));
	}
	wait_for_all(all, n);
	for (size_t i = 0; i < n; i++) {
		if (!all[i].call)
			continue;
		note_first(&first, camipc_proxy_collect(all[i].proxy,
							all[i].call, NULL));
		camipc_proxy_settle(all[i].proxy);
	}
	free(all);
	return first;
}
