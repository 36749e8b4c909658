/* SPDX-License-Identifier: MIT */
/*
 * The watchdog of a proxy, if its owner set one: asynchronous calls were sent,
 * and no event came for so long. Driven by dispatch and its timer. Off, it
 * costs a branch for each asynchronous call and for each event.
 */
#ifndef CAMIPC_PROXY_WATCHDOG_H
#define CAMIPC_PROXY_WATCHDOG_H

#include "proxy_core.h"

/** Begins to watch. */
void camipc_watchdog_begin(struct camipc_proxy *proxy);

/** Dispatch has taken in all there was: gives the IPA up if it is late. */
void camipc_watchdog_judge(struct camipc_proxy *proxy);

/** An asynchronous call is on its way. */
static inline void camipc_watchdog_call(struct camipc_proxy *proxy)
{
	if (CAMIPC_UNLIKELY(proxy->watchdog_ms != 0) &&
	    proxy->watch_deadline == CAMIPC_NO_DEADLINE)
		camipc_watchdog_begin(proxy);
}

/** An event came, or there is nothing to wait for any more. */
static inline void camipc_watchdog_rest(struct camipc_proxy *proxy)
{
	proxy->watch_deadline = CAMIPC_NO_DEADLINE;
}

#endif /* CAMIPC_PROXY_WATCHDOG_H */
