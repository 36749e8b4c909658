/* SPDX-License-Identifier: MIT */
/* Cancellation and deadlines: calls that end without an answer. */
#include "expire.h"

#include <errno.h>

#include <camipc/limits.h>
#include <camipc/log.h>

#include "finish.h"
#include "give_up.h"

void camipc_proxy_cancel_call(struct camipc_proxy *proxy,
			      struct camipc_call *call)
{
	struct camipc_call_end end = {
		.ret = -ECANCELED,
		.error = -ECANCELED,
		.owed = true,
	};

	/* Nobody could say in which state an unsent start or stop left it. */
	if (!camipc_role_switches(call->method->role))
		end.owed = !camipc_proxy_unsend_call(proxy, call);
	camipc_proxy_finish_call(proxy, call, &end);
}

void camipc_proxy_take_cancel(struct camipc_proxy *proxy)
{
	const uint32_t cancels = camipc_signals_take_cancel(&proxy->signals);

	for (uint32_t i = 0; i < CAMIPC_MAX_PENDING_CALLS; i++) {
		struct camipc_call *call = &proxy->calls.calls[i];

		if ((call->phase == CAMIPC_CALL_WAITING ||
		     call->phase == CAMIPC_CALL_BEGUN) &&
		    call->cancels != cancels)
			camipc_proxy_cancel_call(proxy, call);
	}
}

void camipc_proxy_expire_call(struct camipc_proxy *proxy,
			      struct camipc_call *call)
{
	const struct camipc_method *method = call->method;
	const struct camipc_call_end end = {
		.ret = -ETIMEDOUT,
		.error = -ETIMEDOUT,
		.reason = CAMIPC_REASON_TIMEOUT,
		.owed = !camipc_proxy_unsend_call(proxy, call),
	};

	camipc_proxy_count_timeout(proxy, method);
	proxy->missed++;
	camipc_log(CAMIPC_LOG_WARNING, CAMIPC_PROXY_TOPIC,
		   "%s: %s was not answered in time", camipc_proxy_name(proxy),
		   method->name);
	camipc_proxy_finish_call(proxy, call, &end);
	if (camipc_role_switches(method->role))
		camipc_proxy_give_up(proxy, CAMIPC_REASON_TIMEOUT, -EPIPE);
	else if (proxy->missed >= CAMIPC_MAX_MISSED_DEADLINES)
		camipc_proxy_give_up(proxy, CAMIPC_REASON_UNRESPONSIVE, -EPIPE);
}

static void expire_begun(struct camipc_proxy *proxy)
{
	const int64_t now = camipc_now();

	for (uint32_t i = 0; i < CAMIPC_MAX_PENDING_CALLS; i++) {
		struct camipc_call *call = &proxy->calls.calls[i];

		if ((call->phase == CAMIPC_CALL_BEGUN ||
		     call->phase == CAMIPC_CALL_SILENT) &&
		    call->deadline <= now)
			camipc_proxy_expire_call(proxy, call);
	}
}

void camipc_proxy_check_deadlines(struct camipc_proxy *proxy)
{
	if (proxy->calls.n_timed)
		expire_begun(proxy);
	if (!camipc_watchdog_is_late(&proxy->watchdog))
		return;
	camipc_log(CAMIPC_LOG_WARNING, CAMIPC_PROXY_TOPIC,
		   "%s: no event came for %u ms although asynchronous calls "
		   "were sent",
		   camipc_proxy_name(proxy), proxy->watchdog.timeout_ms);
	camipc_proxy_give_up(proxy, CAMIPC_REASON_WATCHDOG, -EPIPE);
}
