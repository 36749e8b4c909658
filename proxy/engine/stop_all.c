/* SPDX-License-Identifier: MIT */
/* Stops many proxies at once, so that they need the time of the slowest. */
#include <errno.h>
#include <stdlib.h>

#include "drain.h"
#include "fd_poll.h"
#include "pause.h"
#include "reload_step.h"
#include "scope.h"
#include "settle.h"
#include "spare.h"
#include "sync_call.h"
#include "wait.h"

/** One proxy that is being stopped. */
struct stopping {
	struct camipc_scope scope;
	struct camipc_proxy *proxy;
	struct camipc_call *call; /* NULL: nothing to wait for */
};

/** All proxies that are being stopped. */
struct stopping_all {
	struct stopping *each;
	size_t n;
	bool drains;
	const char *function;
};

static bool is_waiting(const struct stopping *stopping)
{
	return stopping->call && stopping->call->phase == CAMIPC_CALL_WAITING;
}

static void receive_one(const struct stopping *stopping)
{
	struct camipc_proxy *proxy = stopping->proxy;
	const struct camipc_link_ops *ops;

	camipc_proxy_clear_signals(proxy);
	camipc_reload_step(proxy);
	/* Its descriptors are polled here, too. */
	if (proxy->restart.spare.link)
		camipc_spare_step(proxy);
	ops = proxy->link->ops;
	camipc_proxy_after_sleep(proxy, stopping->call, 0);
	if (ops->service)
		ops->service(proxy->link);
	if (ops->settle)
		ops->settle(proxy->link);
}

static void keep_earliest(int64_t *earliest, int64_t time)
{
	if (time < *earliest)
		*earliest = time;
}

/** Receives for each proxy. Returns how many still wait, and until when. */
static nfds_t receive_from_all(const struct stopping *all, size_t n,
			  struct pollfd *polls, int64_t *ret_deadline)
{
	nfds_t waiting = 0;

	*ret_deadline = CAMIPC_NO_DEADLINE;
	for (size_t i = 0; i < n; i++) {
		if (!is_waiting(&all[i]))
			continue;
		receive_one(&all[i]);
		if (!is_waiting(&all[i]))
			continue;
		keep_earliest(ret_deadline, all[i].call->time.deadline);
		keep_earliest(ret_deadline,
			      camipc_proxy_link_look_at(all[i].proxy));
		keep_earliest(ret_deadline, camipc_reload_due(all[i].proxy));
		polls[waiting++] = (struct pollfd){
			.fd = all[i].proxy->signals.epoll_fd,
			.events = POLLIN,
		};
	}
	return waiting;
}

static void expect_look(const struct stopping *all, size_t n, int64_t due)
{
	for (size_t i = 0; i < n; i++) {
		if (is_waiting(&all[i]))
			camipc_pause_expect(&all[i].proxy->pause, due);
	}
}

static void free_polls(struct pollfd **polls)
{
	free(*polls);
}

static void wait_for_all(const struct stopping *all, size_t n)
{
	/* Callbacks of a draining stop may leave this function by unwinding. */
	struct pollfd *polls __attribute__((cleanup(free_polls))) =
		calloc(n ? n : 1, sizeof(*polls));
	int64_t deadline;
	nfds_t waiting;

	/* Without memory, one after the other: all stops are under way. */
	for (size_t i = 0; i < n && !polls; i++) {
		if (all[i].call)
			camipc_proxy_wait(all[i].proxy, all[i].call);
	}
	while (polls && (waiting = receive_from_all(all, n, polls, &deadline)) > 0) {
		const int64_t now = camipc_now();
		const int64_t due = camipc_pause_slice(now, deadline);

		expect_look(all, n, due);
		/* An interrupted sleep is only a short one. */
		(void)camipc_poll(polls, waiting,
				  camipc_deadline_to_poll(due, now));
	}
}

static void keep_first(int *first, int error)
{
	if (*first == 0 && error < 0)
		*first = error;
}

/** Returns true if an earlier entry of the list stops this proxy. */
static bool is_named_before(const struct stopping_all *all,
			    const struct stopping *stopping)
{
	const struct stopping *other = all->each;

	while (other < stopping &&
	       (other->proxy != stopping->proxy || !other->call))
		other++;
	return other < stopping;
}

/** Sends stop to a proxy that can be stopped. Returns 0 or why it could not. */
static int begin_stop(const struct stopping_all *all,
		      struct stopping *stopping, struct camipc_proxy *proxy)
{
	const struct camipc_method *stop;
	int ret = camipc_scope_enter(&stopping->scope, proxy, all->function);

	if (ret < 0)
		return ret;
	stopping->proxy = proxy;
	if (is_named_before(all, stopping))
		return 0;
	if (all->drains ? proxy->dispatching : proxy->arrived != NULL)
		return -EBUSY;
	stop = camipc_state_find_role(proxy->interface, CAMIPC_ROLE_STOP);
	if (!stop)
		return 0;
	/* A start or stop that was begun completes in dispatch, and events are
	 * delivered then: nobody could wait for that here. */
	ret = camipc_state_judge_call(camipc_proxy_state(proxy), stop);
	if (ret < 0 || ret == CAMIPC_CALL_NEEDLESS)
		return ret < 0 ? ret : 0;
	ret = camipc_sync_call_stop(proxy, all->drains, &stopping->call);
	/* It had no IPA: the stop has ended its restart. */
	if (ret == -EALREADY && proxy->restart.phase != CAMIPC_RESTART_NONE)
		return 0;
	if (ret < 0)
		return ret;
	if (all->drains)
		camipc_drain_begin(proxy, stopping->call);
	camipc_sync_call_send(proxy, stopping->call);
	return 0;
}

/** Leaves a proxy. Returns 0 or the error of its stop. */
static int end_one(const struct stopping_all *all, struct stopping *stopping)
{
	struct camipc_call *call = stopping->call;
	int ret = 0;

	if (!stopping->scope.proxy)
		return 0;
	stopping->call = NULL;
	if (call) {
		if (all->drains)
			camipc_drain_end(stopping->proxy);
		ret = camipc_sync_call_collect(stopping->proxy, call, NULL);
		camipc_proxy_settle(stopping->proxy);
	}
	camipc_scope_leave(&stopping->scope);
	return ret;
}

/** Frees the list; unwinds the proxies that were not left. */
static void free_all(struct stopping_all *all)
{
	for (size_t i = all->n; i-- > 0;)
		camipc_scope_end(&all->each[i].scope);
	free(all->each);
}

/** Delivers what had come before; all stops are under way by now. */
static void deliver_first(const struct stopping_all *all)
{
	for (size_t i = 0; i < all->n && all->drains; i++) {
		if (all->each[i].call)
			camipc_drain_deliver(all->each[i].proxy);
	}
}

static int stop_all(struct camipc_proxy *const *proxies, size_t n, bool drains,
		    const char *function)
{
	struct stopping_all all __attribute__((cleanup(free_all))) = {
		.each = calloc(n ? n : 1, sizeof(*all.each)),
		.n = n,
		.drains = drains,
		.function = function,
	};
	int last = 0;
	int first = 0;

	if (!all.each) {
		all.n = 0;
		return -ENOMEM;
	}
	for (size_t i = 0; i < n; i++)
		keep_first(&first, begin_stop(&all, &all.each[i], proxies[i]));
	deliver_first(&all);
	wait_for_all(all.each, n);
	/* Scopes are left in reverse: a proxy may be named twice. */
	for (size_t i = n; i-- > 0;) {
		int ret = end_one(&all, &all.each[i]);

		last = ret < 0 ? ret : last;
	}
	return first ? first : last;
}

int camipc_stop_all(struct camipc_proxy *const *proxies, size_t n)
{
	return stop_all(proxies, n, false, __func__);
}

int camipc_drain_all(struct camipc_proxy *const *proxies, size_t n)
{
	return stop_all(proxies, n, true, __func__);
}
