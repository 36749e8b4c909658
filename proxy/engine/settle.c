/* SPDX-License-Identifier: MIT */
/* Turns what a proxy has left to do into wake-ups of its descriptor. */
#include "settle.h"

bool camipc_proxy_has_deliverable(const struct camipc_proxy *proxy)
{
	if (proxy->calls.first || proxy->ending.due)
		return true;
	return camipc_arrivals_first(&proxy->arrivals) &&
	       camipc_proxy_state(proxy) != CAMIPC_STATE_STARTING;
}

/** Arms the timer for the earliest deadline that dispatch has to check. */
static void arm_timer(struct camipc_proxy *proxy)
{
	int64_t earliest = proxy->watchdog.deadline;

	if (proxy->calls.n_timed) {
		int64_t call = camipc_call_table_earliest(&proxy->calls);

		earliest = call < earliest ? call : earliest;
	}
	camipc_signals_arm(&proxy->signals, earliest);
}

void camipc_proxy_settle(struct camipc_proxy *proxy)
{
	if (proxy->link->ops->settle)
		proxy->link->ops->settle(proxy->link);
	if (proxy->calls.n_timed ||
	    proxy->watchdog.deadline != CAMIPC_NO_DEADLINE)
		arm_timer(proxy);
	if (camipc_proxy_has_deliverable(proxy))
		camipc_signals_wake(&proxy->signals);
}
