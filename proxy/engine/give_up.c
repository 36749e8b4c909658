/* SPDX-License-Identifier: MIT */
/* Ends a link, and a proxy whose IPA cannot be used any more. */
#include "give_up.h"

#include <camipc/log.h>

#include "drop.h"
#include "finish.h"
#include "state.h"

/**
 * The link has ended: kills the IPA and describes its end. @reason is NONE if
 * the link knows better. Calls, events and what waits to be sent stay as they
 * are: the caller decides about them.
 */
static void end_link(struct camipc_proxy *proxy, enum camipc_reason reason)
{
	const struct camipc_link_ops *ops = proxy->link->ops;
	struct camipc_ending *ending = &proxy->ending;

	camipc_ending_begin(ending, reason, proxy->origin->module.path,
			    ops->get_pid ? ops->get_pid(proxy->link) : 0);
	ops->kill(proxy->link, &ending->info);
	if (ending->info.reason == CAMIPC_REASON_HUNG_THREAD)
		atomic_fetch_add_explicit(&proxy->stats.leaked_threads, 1,
					  memory_order_relaxed);
	camipc_ending_describe(ending, camipc_proxy_name(proxy));
	camipc_log(CAMIPC_LOG_ERROR, CAMIPC_PROXY_TOPIC, "%s", ending->text);
	if (camipc_tap_is_open(&proxy->tap))
		camipc_tap_ended(&proxy->tap, &ending->info);
}

/** Ends every call that somebody waits for: none will be answered any more. */
static void fail_calls(struct camipc_proxy *proxy, int error)
{
	const struct camipc_call_end end = {
		.ret = error,
		.error = error,
		.reason = proxy->ending.info.reason,
	};

	for (uint32_t i = 0; i < CAMIPC_MAX_PENDING_CALLS; i++) {
		struct camipc_call *call = &proxy->calls.calls[i];

		if (call->phase == CAMIPC_CALL_FREE ||
		    call->phase == CAMIPC_CALL_DONE)
			continue;
		(void)camipc_proxy_unsend_call(proxy, call);
		camipc_proxy_finish_call(proxy, call, &end);
	}
}

void camipc_proxy_give_up(struct camipc_proxy *proxy, enum camipc_reason reason,
			  int call_error)
{
	if (camipc_proxy_is_dead(proxy))
		return;
	camipc_proxy_drop_arrivals(proxy);
	camipc_proxy_set_state(proxy, CAMIPC_STATE_DEAD);
	end_link(proxy, reason);
	fail_calls(proxy, call_error);
	camipc_courier_reset(&proxy->courier);
	camipc_arrivals_reset(&proxy->arrivals);
	camipc_ending_announce(&proxy->ending);
}
