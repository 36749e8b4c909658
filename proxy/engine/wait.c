/* SPDX-License-Identifier: MIT */
/* Sleeps over the link until a call has ended, one way or another. */
#include "wait.h"

#include <errno.h>

#include <camipc/limits.h>

#include "expire.h"
#include "give_up.h"
#include "process_generation.h"
#include "receive.h"

/* The last receive before a deadline expires: all that credit allows an IPA to
 * have sent. */
#define LAST_RECORDS (2 * (CAMIPC_WINDOW + CAMIPC_MAX_PENDING_CALLS))

static bool is_unanswered(const struct camipc_call *call)
{
	return call->phase == CAMIPC_CALL_WAITING ||
	       call->phase == CAMIPC_CALL_SILENT;
}

void camipc_proxy_after_sleep(struct camipc_proxy *proxy,
			      struct camipc_call *call, int ret)
{
	if (ret == -ECANCELED) {
		camipc_proxy_take_cancel(proxy);
		return;
	}
	if (ret < 0 && ret != -ETIMEDOUT) {
		camipc_proxy_give_up(proxy, CAMIPC_REASON_NO_MEMORY, -EPIPE);
		return;
	}
	camipc_proxy_receive(proxy, call, CAMIPC_DISPATCH_BATCH);
	if (!is_unanswered(call))
		return;
	if (ret == 0 && camipc_now() < call->deadline)
		return;
	/* The host may have been suspended since the IPA answered. */
	camipc_proxy_receive(proxy, call, LAST_RECORDS);
	if (is_unanswered(call))
		camipc_proxy_expire_call(proxy, call);
}

static void sleep_once(struct camipc_proxy *proxy, struct camipc_call *call)
{
	int ret = proxy->link->ops->wait(proxy->link, call->deadline);

	camipc_proxy_after_sleep(proxy, call, ret);
}

void camipc_proxy_wait(struct camipc_proxy *proxy, struct camipc_call *call)
{
	while (call->phase == CAMIPC_CALL_WAITING)
		sleep_once(proxy, call);
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
		sleep_once(proxy, call);
}

void camipc_proxy_clear_signals(struct camipc_proxy *proxy)
{
	if (camipc_signals_clear(&proxy->signals))
		camipc_proxy_take_cancel(proxy);
}

void camipc_proxy_cancel(struct camipc_proxy *proxy)
{
	/* A child's descriptor is the parent's, too. */
	if (!camipc_process_is_same(proxy->process))
		return;
	if (camipc_signals_cancel(&proxy->signals) &&
	    proxy->link->ops->interrupt)
		proxy->link->ops->interrupt(proxy->link);
}
