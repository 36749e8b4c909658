/* SPDX-License-Identifier: MIT */
/* Cancellation and deadlines: calls that end without an answer. */
#include "expire.h"

#include <errno.h>

#include <camipc/limits.h>
#include <camipc/log.h>

#include "clock.h"
#include "finish.h"
#include "give_up.h"
#include "receive.h"
#include "reload.h"

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
	const uint32_t cancels = camipc_signals_take_knock(&proxy->signals);

	for (uint32_t i = 0; i < CAMIPC_CALL_SLOTS; i++) {
		struct camipc_call *call = &proxy->calls.calls[i];

		if ((call->phase == CAMIPC_CALL_WAITING ||
		     call->phase == CAMIPC_CALL_BEGUN) &&
		    call->cancels != cancels)
			camipc_proxy_cancel_call(proxy, call);
	}
}

/**
 * Nobody waits for a cancelled call any more; yet its IPA is as silent as if
 * somebody did. The slot stays taken.
 */
static void expire_abandoned(struct camipc_proxy *proxy,
			     struct camipc_call *call)
{
	camipc_proxy_count_timeout(proxy, call->method);
	proxy->missed++;
	camipc_call_set_phase(&proxy->calls, call, CAMIPC_CALL_LATE);
	if (proxy->missed >= CAMIPC_MAX_MISSED_DEADLINES)
		camipc_proxy_give_up(proxy, CAMIPC_REASON_UNRESPONSIVE, -EPIPE);
}

void camipc_proxy_expire_call(struct camipc_proxy *proxy,
			      struct camipc_call *call)
{
	const struct camipc_method *method = call->method;
	const bool waits = proxy->restart.phase != CAMIPC_RESTART_NONE;
	struct camipc_call_end end = {
		.ret = -ETIMEDOUT,
		.error = -ETIMEDOUT,
		.reason = CAMIPC_REASON_TIMEOUT,
	};

	camipc_proxy_count_timeout(proxy, method);
	if (call->phase == CAMIPC_CALL_REPLAYED) {
		camipc_log(CAMIPC_LOG_WARNING, CAMIPC_PROXY_TOPIC,
			   "%s: %s was not answered in time after a restart",
			   camipc_proxy_name(proxy), method->name);
		camipc_proxy_give_up(proxy, CAMIPC_REASON_TIMEOUT, -EPIPE);
		return;
	}
	/* A stop whose IPA is replaced has succeeded, however that has ended. */
	if (method->role == CAMIPC_ROLE_STOP && !waits &&
	    camipc_restart_is_on(&proxy->restart)) {
		camipc_proxy_give_up(proxy, CAMIPC_REASON_TIMEOUT, -ETIMEDOUT);
		return;
	}
	end.owed = !camipc_proxy_unsend_call(proxy, call);
	proxy->missed += !waits;
	camipc_log(CAMIPC_LOG_WARNING, CAMIPC_PROXY_TOPIC,
		   "%s: %s was not answered in time", camipc_proxy_name(proxy),
		   method->name);
	camipc_proxy_finish_call(proxy, call, &end);
	/* It was never sent: no IPA is to blame. */
	if (waits)
		return;
	if (camipc_role_switches(method->role))
		camipc_proxy_give_up(proxy, CAMIPC_REASON_TIMEOUT, -EPIPE);
	else if (proxy->missed >= CAMIPC_MAX_MISSED_DEADLINES)
		camipc_proxy_give_up(proxy, CAMIPC_REASON_UNRESPONSIVE, -EPIPE);
}

void camipc_proxy_look(struct camipc_proxy *proxy)
{
	const int64_t now = camipc_now();
	int64_t due;

	if (CAMIPC_LIKELY(!camipc_pause_look(&proxy->pause, now, &due)))
		return;
	camipc_log(CAMIPC_LOG_DEBUG, CAMIPC_PROXY_TOPIC,
		   "%s: this process did not look for %lld ms; its deadlines "
		   "are moved",
		   camipc_proxy_name(proxy),
		   (long long)((now - due) / (int64_t)CAMIPC_NS_PER_MS));
	for (uint32_t i = 0; i < CAMIPC_CALL_SLOTS; i++) {
		struct camipc_call *call = &proxy->calls.calls[i];

		if (call->phase != CAMIPC_CALL_FREE)
			camipc_movable_move(&call->time, due, now);
	}
	camipc_movable_move(&proxy->watchdog.time, due, now);
	if (camipc_reload_holds(proxy))
		camipc_movable_move(&proxy->reload->time, due, now);
	if (proxy->restart.phase == CAMIPC_RESTART_REPLAY)
		camipc_movable_move(&proxy->restart.room, due, now);
}

static bool has_deadline(const struct camipc_call *call)
{
	return call->phase == CAMIPC_CALL_BEGUN ||
	       call->phase == CAMIPC_CALL_SILENT ||
	       call->phase == CAMIPC_CALL_ABANDONED ||
	       call->phase == CAMIPC_CALL_REPLAYED;
}

/** Returns a call whose deadline has passed, or NULL. */
static struct camipc_call *find_late(struct camipc_proxy *proxy, int64_t now)
{
	if (!proxy->calls.n_timed)
		return NULL;
	for (uint32_t i = 0; i < CAMIPC_CALL_SLOTS; i++) {
		struct camipc_call *call = &proxy->calls.calls[i];

		if (has_deadline(call) && call->time.deadline <= now)
			return call;
	}
	return NULL;
}

static void expire_late(struct camipc_proxy *proxy, int64_t now)
{
	struct camipc_call *call;

	while ((call = find_late(proxy, now))) {
		if (call->phase == CAMIPC_CALL_ABANDONED)
			expire_abandoned(proxy, call);
		else
			camipc_proxy_expire_call(proxy, call);
	}
}

static void bite(struct camipc_proxy *proxy)
{
	camipc_log(CAMIPC_LOG_WARNING, CAMIPC_PROXY_TOPIC,
		   "%s: no event came for %u ms although asynchronous calls "
		   "were sent",
		   camipc_proxy_name(proxy), proxy->watchdog.timeout_ms);
	camipc_proxy_give_up(proxy, CAMIPC_REASON_WATCHDOG, -EPIPE);
}

void camipc_proxy_check_deadlines(struct camipc_proxy *proxy, bool empty)
{
	const int64_t now = camipc_now();
	struct camipc_call *late = find_late(proxy, now);

	if (CAMIPC_LIKELY(!late && !camipc_watchdog_is_late(&proxy->watchdog)))
		return;
	/* What has arrived counts, however late this process looks. */
	if (!empty)
		(void)camipc_proxy_receive(proxy, late, CAMIPC_LAST_RECORDS);
	expire_late(proxy, now);
	if (camipc_watchdog_is_late(&proxy->watchdog))
		bite(proxy);
}
