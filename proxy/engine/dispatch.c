/* SPDX-License-Identifier: MIT */
/* Receives and delivers a bounded amount: camipc_proxy_dispatch(). */
#include <assert.h>
#include <errno.h>
#include <pthread.h>

#include <camipc/limits.h>

#include "deliver.h"
#include "destroy.h"
#include "expire.h"
#include "process_generation.h"
#include "receive.h"
#include "send.h"
#include "settle.h"
#include "wait.h"

/** Receives what has come; deadlines count only once nothing is left. */
static void receive_all(struct camipc_proxy *proxy)
{
	camipc_proxy_clear_signals(proxy);
	if (camipc_proxy_is_dead(proxy))
		return;
	if (proxy->link->ops->service)
		proxy->link->ops->service(proxy->link);
	if (camipc_proxy_receive(proxy, NULL, CAMIPC_DISPATCH_BATCH))
		camipc_proxy_check_deadlines(proxy);
}

/** Makes callbacks for what had come before this round. Returns how many. */
static int deliver_all(struct camipc_proxy *proxy)
{
	const uint64_t limit = proxy->arrivals.order;
	int n = 0;

	while (n < CAMIPC_DISPATCH_BATCH && !proxy->destroyed &&
	       camipc_proxy_deliver_next(proxy, limit))
		n++;
	if (n < CAMIPC_DISPATCH_BATCH && camipc_proxy_deliver_closed(proxy))
		n++;
	return n;
}

int camipc_proxy_dispatch(struct camipc_proxy *proxy)
{
	int n;

	if (!camipc_process_is_same(proxy->process))
		return -ECHILD;
	assert(pthread_equal(proxy->owner, pthread_self()));
	if (proxy->dispatching || proxy->destroyed)
		return -EBUSY;
	if (camipc_proxy_is_dead(proxy) && !camipc_proxy_has_deliverable(proxy))
		return -EPIPE;
	proxy->dispatching = true;
	receive_all(proxy);
	n = deliver_all(proxy);
	proxy->dispatching = false;
	if (proxy->destroyed) {
		camipc_proxy_finish_destroy(proxy);
		return n;
	}
	camipc_proxy_flush(proxy);
	camipc_proxy_settle(proxy);
	return n;
}
