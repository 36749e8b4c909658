/* SPDX-License-Identifier: MIT */
/* Receives and delivers a bounded amount: camipc_proxy_dispatch(). */
#include <errno.h>

#include <camipc/limits.h>

#include "deliver.h"
#include "expire.h"
#include "rebirth.h"
#include "receive.h"
#include "reload_step.h"
#include "scope.h"
#include "send.h"
#include "settle.h"
#include "spare.h"
#include "wait.h"

/** Receives what has come, and looks at the clock whatever comes. */
static void receive_all(struct camipc_proxy *proxy)
{
	camipc_proxy_wake(proxy);
	if (camipc_proxy_is_dead(proxy))
		return;
	if (proxy->link->ops->attend)
		proxy->link->ops->attend(proxy->link);
	if (proxy->link->ops->service)
		proxy->link->ops->service(proxy->link);
	camipc_proxy_look(proxy);
	camipc_rebirth_step(proxy);
	camipc_proxy_check_deadlines(
		proxy,
		camipc_proxy_receive(proxy, NULL,
				     proxy->kept.budget.dispatch_messages));
	camipc_reload_step(proxy);
	camipc_spare_step(proxy);
	/* The first attempt follows at once what was found just now. */
	if (proxy->restart.phase == CAMIPC_RESTART_DELAY)
		camipc_rebirth_step(proxy);
}

/** What is left of a dispatch's budget. */
struct round {
	uint32_t messages;
	uint64_t bytes;
	int64_t end; /* deadline.h */
};

/** Makes the next callback, if there is one and the budget allows it. */
static bool deliver_one(struct camipc_proxy *proxy, uint64_t limit,
			struct round *round)
{
	const struct camipc_record *event =
		camipc_arrivals_first(&proxy->arrivals);
	const uint64_t bytes = event ? event->weight : 0;

	if (!round->messages || !round->bytes ||
	    camipc_proxy_is_destroyed(proxy) ||
	    !camipc_proxy_deliver_next(proxy, limit))
		return false;
	round->messages--;
	round->bytes -= bytes < round->bytes ? bytes : round->bytes;
	if (camipc_now() >= round->end)
		round->messages = 0;
	return true;
}

/**
 * Makes callbacks for what had come before this round, one at least. Returns
 * how many.
 */
static int deliver_all(struct camipc_proxy *proxy, struct round *round)
{
	const uint64_t limit = proxy->arrivals.order;
	int n = 0;

	while (deliver_one(proxy, limit, round))
		n++;
	if (round->messages && camipc_proxy_deliver_closed(proxy))
		n++;
	return n;
}

/** Receives and delivers once. Does not settle. */
static int dispatch_once(struct camipc_proxy *proxy)
{
	struct round round = {
		.messages = proxy->kept.budget.dispatch_messages,
		.bytes = proxy->kept.budget.dispatch_bytes,
		.end = camipc_deadline_after(camipc_now(),
					     proxy->kept.budget.dispatch_ms),
	};
	int n;

	if (proxy->dispatching || camipc_proxy_is_destroyed(proxy))
		return -EBUSY;
	/* Also of a dead proxy: another thread may cancel at any time. */
	camipc_proxy_clear_signals(proxy);
	if (camipc_proxy_is_dead(proxy) && !camipc_proxy_has_deliverable(proxy))
		return -EPIPE;
	proxy->dispatching = true;
	receive_all(proxy);
	n = deliver_all(proxy, &round);
	proxy->dispatching = false;
	if (!camipc_proxy_is_destroyed(proxy)) {
		camipc_proxy_flush(proxy);
		/* Callbacks may have called. */
		camipc_proxy_wake(proxy);
	}
	return n;
}

/** Makes the descriptor readable for the rest, if a dispatch has looked. */
static void settle_after(struct camipc_proxy *proxy, int ret)
{
	if (ret >= 0 && !camipc_proxy_is_destroyed(proxy))
		camipc_proxy_settle(proxy);
}

int camipc_proxy_dispatch(struct camipc_proxy *proxy)
{
	CAMIPC_SCOPE(scope);
	int ret = camipc_scope_enter(&scope, proxy, __func__);

	if (ret < 0)
		return ret;
	ret = dispatch_once(proxy);
	settle_after(proxy, ret);
	camipc_scope_leave(&scope);
	return ret;
}

/* ---- waiting ----------------------------------------------------------- */

/**
 * Sleeps over the link until there is something to look at, for a slice at
 * most. Returns 0 or -ETIMEDOUT at @deadline.
 */
static int sleep_for_work(struct camipc_proxy *proxy, int64_t deadline)
{
	const int64_t now = camipc_now();
	const int64_t look = camipc_proxy_next_look(proxy);
	const int64_t due = camipc_pause_slice(now, look < deadline ? look :
								      deadline);
	int ret;

	if (now >= deadline)
		return -ETIMEDOUT;
	camipc_pause_expect(&proxy->pause, due);
	ret = proxy->reload ? camipc_reload_sleep(proxy, due) :
			      proxy->link->ops->wait(proxy->link, due);
	return ret == -ETIMEDOUT || ret == -ECANCELED ? 0 : ret;
}

static int dispatch_wait(struct camipc_proxy *proxy, int timeout_ms)
{
	const int64_t deadline =
		timeout_ms < 0 ? CAMIPC_NO_DEADLINE
			       : camipc_now() + timeout_ms * INT64_C(1000000);
	const uint32_t cancels = camipc_signals_count_cancels(&proxy->signals);
	int ret;

	if (!atomic_load_explicit(&proxy->fd_is_out, memory_order_relaxed))
		atomic_store(&proxy->waits_only, true);
	ret = dispatch_once(proxy);
	while (ret == 0 && !camipc_proxy_is_destroyed(proxy)) {
		if (camipc_signals_count_cancels(&proxy->signals) != cancels)
			ret = -ECANCELED;
		else
			ret = sleep_for_work(proxy, deadline);
		if (ret == 0)
			ret = dispatch_once(proxy);
	}
	settle_after(proxy, ret == -ETIMEDOUT || ret == -ECANCELED ? 0 : ret);
	return ret == -ETIMEDOUT ? 0 : ret;
}

int camipc_proxy_dispatch_wait(struct camipc_proxy *proxy, int timeout_ms)
{
	CAMIPC_SCOPE(scope);
	int ret = camipc_scope_enter(&scope, proxy, __func__);

	if (ret < 0)
		return ret;
	ret = dispatch_wait(proxy, timeout_ms);
	camipc_scope_leave(&scope);
	return ret;
}
