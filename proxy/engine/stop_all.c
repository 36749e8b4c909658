/* SPDX-License-Identifier: MIT */
/* Stops many proxies at once, so that they need the time of the slowest. */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>

#include "sync_call.h"
#include "settle.h"
#include "wait.h"

/** One proxy that is being stopped. */
struct stopping {
	struct camipc_proxy *proxy;
	struct camipc_call *call; /* NULL: nothing to wait for */
};

static bool is_waiting(const struct stopping *stopping)
{
	return stopping->call && stopping->call->phase == CAMIPC_CALL_WAITING;
}

static void receive_one(const struct stopping *stopping)
{
	struct camipc_proxy *proxy = stopping->proxy;
	const struct camipc_link_ops *ops = proxy->link->ops;

	camipc_proxy_clear_signals(proxy);
	camipc_proxy_after_sleep(proxy, stopping->call, 0);
	if (ops->service)
		ops->service(proxy->link);
	if (ops->settle)
		ops->settle(proxy->link);
}

/** Receives for each proxy. Returns how many still wait, and until when. */
static nfds_t receive_all(const struct stopping *all, size_t n,
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
		if (all[i].call->deadline < *ret_deadline)
			*ret_deadline = all[i].call->deadline;
		polls[waiting++] = (struct pollfd){
			.fd = all[i].proxy->signals.epoll_fd,
			.events = POLLIN,
		};
	}
	return waiting;
}

static void wait_for_all(const struct stopping *all, size_t n)
{
	struct pollfd *polls = calloc(n ? n : 1, sizeof(*polls));
	int64_t deadline;
	nfds_t waiting;

	/* Without memory, one after the other: all stops are under way. */
	for (size_t i = 0; i < n && !polls; i++) {
		if (all[i].call)
			camipc_proxy_wait(all[i].proxy, all[i].call);
	}
	while (polls && (waiting = receive_all(all, n, polls, &deadline)) > 0) {
		/* An interrupted sleep is only a short one. */
		(void)poll(polls, waiting,
			   camipc_deadline_to_poll(deadline, camipc_now()));
	}
	free(polls);
}

static void keep_first(int *first, int error)
{
	if (*first == 0 && error < 0)
		*first = error;
}

/** Sends stop to a proxy that can be stopped. Returns 0 or why it could not. */
static int begin_stop(struct stopping *stopping)
{
	struct camipc_proxy *proxy = stopping->proxy;

	if (camipc_proxy_get_state(proxy) != CAMIPC_STATE_RUNNING ||
	    !camipc_state_find_role(proxy->interface, CAMIPC_ROLE_STOP))
		return 0;
	return camipc_sync_call_role(proxy, CAMIPC_ROLE_STOP,
				      &stopping->call);
}

int camipc_stop_all(struct camipc_proxy *const *proxies, size_t n)
{
	struct stopping *all = calloc(n ? n : 1, sizeof(*all));
	int first = 0;

	if (!all)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++) {
		all[i].proxy = proxies[i];
		keep_first(&first, begin_stop(&all[i]));
	}
	wait_for_all(all, n);
	for (size_t i = 0; i < n; i++) {
		if (!all[i].call)
			continue;
		keep_first(&first, camipc_sync_call_collect(all[i].proxy,
							all[i].call, NULL));
		camipc_proxy_settle(all[i].proxy);
	}
	free(all);
	return first;
}
