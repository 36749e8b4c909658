/* SPDX-License-Identifier: MIT */
#include "watchdog.h"

#include <errno.h>

#include <camipc/log.h>

void camipc_proxy_set_watchdog(struct camipc_proxy *proxy, uint32_t timeout_ms)
{
	camipc_proxy_assert_owner(proxy);
	proxy->watchdog_ms = timeout_ms;
	camipc_watchdog_rest(proxy);
}

void camipc_watchdog_begin(struct camipc_proxy *proxy)
{
	proxy->watch_deadline = camipc_deadline_begin(proxy->watchdog_ms);
	camipc_proxy_settle(proxy);
}

void camipc_watchdog_judge(struct camipc_proxy *proxy)
{
	if (proxy->watch_deadline == CAMIPC_NO_DEADLINE ||
	    camipc_now() < proxy->watch_deadline)
		return;
	camipc_log(CAMIPC_LOG_WARNING, CAMIPC_PROXY_TOPIC,
		   "%s: no event for %u ms, and calls wait for one",
		   proxy->module_name, proxy->watchdog_ms);
	camipc_proxy_die(proxy, CAMIPC_REASON_WATCHDOG, -EPIPE);
}
