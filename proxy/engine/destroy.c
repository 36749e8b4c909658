/* SPDX-License-Identifier: MIT */
/* Ends a proxy: now, or when the dispatch that it was destroyed in unwinds. */
#include "destroy.h"

#include "create.h"
#include "deliver.h"
#include "drop.h"
#include "process_generation.h"
#include "sync_call.h"
#include "wait.h"

static void stop(struct camipc_proxy *proxy)
{
	struct camipc_call *call;

	if (camipc_proxy_state(proxy) != CAMIPC_STATE_RUNNING ||
	    camipc_sync_call_role(proxy, CAMIPC_ROLE_STOP, &call) < 0)
		return;
	camipc_proxy_wait(proxy, call);
	(void)camipc_sync_call_collect(proxy, call, NULL);
	/* If another thread cancelled the call, the stop itself goes on. */
	camipc_proxy_wait_switch(proxy);
}

void camipc_proxy_finish_destroy(struct camipc_proxy *proxy)
{
	camipc_proxy_complete_all(proxy);
	camipc_proxy_wait_switch(proxy);
	proxy->finishing = true;
	stop(proxy);
	camipc_proxy_drop_arrivals(proxy);
	camipc_proxy_free(proxy);
}

void camipc_proxy_destroy(struct camipc_proxy *proxy)
{
	/* A child's copy shares the worker with the parent, who needs it. */
	if (!proxy || proxy->destroyed ||
	    !camipc_process_is_same(proxy->process))
		return;
	proxy->destroyed = true;
	if (!proxy->dispatching)
		camipc_proxy_finish_destroy(proxy);
}
