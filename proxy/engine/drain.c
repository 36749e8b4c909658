/* SPDX-License-Identifier: MIT */
/* Delivers what an IPA raised before it stopped, while a caller waits. */
#include "drain.h"

#include "deliver.h"
#include "drop.h"
#include "send.h"
#include "settle.h"

/** Delivers nothing more: the proxy is being destroyed, or the stop is over. */
static void drop_rest(struct camipc_proxy *proxy)
{
	camipc_arrivals_set_draining(&proxy->arrivals, false);
	camipc_proxy_drop_arrivals(proxy);
}

/** The deadline is the IPA's: the host's own callbacks do not count. */
static void give_time_back(struct camipc_call *call, int64_t took)
{
	if (call->time.deadline < CAMIPC_NO_DEADLINE - took)
		call->time.deadline += took;
}

void camipc_drain_deliver(struct camipc_proxy *proxy)
{
	int64_t before;
	int64_t now;

	if (!camipc_proxy_has_deliverable(proxy))
		return;
	before = camipc_now();
	while (!camipc_proxy_is_destroyed(proxy) &&
	       camipc_proxy_deliver_next(proxy, UINT64_MAX))
		;
	if (camipc_proxy_is_destroyed(proxy))
		drop_rest(proxy);
	/* The IPA may be waiting for the credit of what was consumed. */
	camipc_proxy_flush(proxy);
	now = camipc_now();
	give_time_back(proxy->draining, now - before);
	/* Nor is it a pause of this process, which would move the deadline once
	 * more. */
	camipc_pause_expect(&proxy->pause, now);
}

void camipc_drain_begin(struct camipc_proxy *proxy, struct camipc_call *call)
{
	proxy->dispatching = true;
	proxy->draining = call;
	proxy->arrived = camipc_drain_deliver;
}

void camipc_drain_end(struct camipc_proxy *proxy)
{
	proxy->arrived = NULL;
	proxy->draining = NULL;
	proxy->dispatching = false;
	/* A stop that another thread cancelled goes on without its caller. */
	drop_rest(proxy);
}
