/* SPDX-License-Identifier: MIT */
/* The one place where the state of a proxy changes. */
#include "state.h"

#include <camipc/log.h>

void camipc_proxy_set_state(struct camipc_proxy *proxy, enum camipc_state state)
{
	const enum camipc_state old = camipc_proxy_state(proxy);

	if (old == state)
		return;
	atomic_store_explicit(&proxy->state, (int)state, memory_order_relaxed);
	camipc_watchdog_rest(&proxy->watchdog);
	if (camipc_tap_is_open(&proxy->tap))
		camipc_tap_state(&proxy->tap, old, state);
	camipc_log(CAMIPC_LOG_DEBUG, CAMIPC_PROXY_TOPIC, "%s: %s -> %s",
		   camipc_proxy_name(proxy), camipc_state_to_string(old),
		   camipc_state_to_string(state));
}
