/* SPDX-License-Identifier: MIT */
/* Ends a proxy: stops its IPA, and completes the calls that were begun. */
#include "destroy.h"

#include <errno.h>

#include "deliver.h"
#include "drop.h"
#include "give_up.h"
#include "reload.h"
#include "spare.h"
#include "sync_call.h"
#include "wait.h"

static void stop(struct camipc_proxy *proxy)
{
	struct camipc_call *call;

	if (camipc_proxy_state(proxy) != CAMIPC_STATE_RUNNING ||
	    camipc_sync_call_stop(proxy, false, &call) < 0)
		return;
	camipc_sync_call_send(proxy, call);
	camipc_proxy_wait(proxy, call);
	(void)camipc_sync_call_collect(proxy, call, NULL);
	/* If another thread cancelled the call, the stop itself goes on. */
	camipc_proxy_wait_switch(proxy);
}

void camipc_proxy_finish(struct camipc_proxy *proxy)
{
	if (camipc_restart_is_under_way(&proxy->restart)) {
		/* Nobody needs what is half done, or wants to wait for it. */
		camipc_proxy_give_up_attempt(proxy);
		proxy->restart.phase = CAMIPC_RESTART_PARKED;
	}
	camipc_reload_fail(proxy, -ECANCELED);
	camipc_spare_drop(proxy);
	camipc_proxy_complete_all(proxy);
	camipc_proxy_wait_switch(proxy);
	proxy->finishing = true;
	stop(proxy);
	camipc_proxy_drop_arrivals(proxy);
}
