/* SPDX-License-Identifier: MIT */
/* Ends a link, and decides whether the proxy's IPA is replaced or the proxy is
 * Dead. */
#include "give_up.h"

#include <errno.h>
#include <string.h>

#include <camipc/log.h>

#include "clock.h"
#include "drop.h"
#include "finish.h"
#include "probes.h"
#include "reload.h"
#include "spare.h"
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
	camipc_probe_death(proxy, &ending->info);
	if (camipc_tap_is_open(&proxy->tap))
		camipc_tap_ended(&proxy->tap, &ending->info);
}

/** Frees the slot of the call that is being repeated for a new IPA. */
static void forget_replay(struct camipc_proxy *proxy)
{
	for (uint32_t i = 0; i < CAMIPC_CALL_SLOTS; i++) {
		struct camipc_call *call = &proxy->calls.calls[i];

		if (call->phase == CAMIPC_CALL_REPLAYED)
			camipc_call_close(&proxy->calls, call);
	}
	proxy->restart.cookie = 0;
}

/** Ends every call that somebody waits for: none will be answered any more. */
static void fail_calls(struct camipc_proxy *proxy, int error,
		       enum camipc_reason reason)
{
	const struct camipc_call_end end = {
		.ret = error,
		.error = error,
		.reason = reason,
	};

	forget_replay(proxy);
	for (uint32_t i = 0; i < CAMIPC_CALL_SLOTS; i++) {
		struct camipc_call *call = &proxy->calls.calls[i];

		if (call->phase == CAMIPC_CALL_FREE ||
		    call->phase == CAMIPC_CALL_DONE)
			continue;
		(void)camipc_proxy_unsend_call(proxy, call);
		camipc_proxy_finish_call(proxy, call, &end);
	}
}

void camipc_proxy_fail_waiting(struct camipc_proxy *proxy)
{
	fail_calls(proxy, -EPIPE, CAMIPC_REASON_WORKER_RESTARTED);
}

/** A stop has succeeded if its IPA is gone and another one will not run. */
static void end_stops(struct camipc_proxy *proxy)
{
	for (uint32_t i = 0; i < CAMIPC_CALL_SLOTS; i++) {
		struct camipc_call *call = &proxy->calls.calls[i];
		struct camipc_call_end end = { .ret = 0 };
		int ret;

		if (call->phase == CAMIPC_CALL_FREE ||
		    call->phase == CAMIPC_CALL_DONE ||
		    call->method->role != CAMIPC_ROLE_STOP)
			continue;
		ret = camipc_proxy_make_reply(proxy, call->method->outs,
					      &end.reply);
		if (ret < 0) {
			end.ret = ret;
			end.error = ret;
			end.reason = CAMIPC_REASON_NO_MEMORY;
		}
		(void)camipc_proxy_unsend_call(proxy, call);
		camipc_proxy_finish_call(proxy, call, &end);
	}
}

/**
 * What IPAs before this one have sent waits as well, because the host calls and
 * does not dispatch, and is as much as may wait: what this one has sent is dropped,
 * or each worker could add as much again.
 */
static void drop_excess(struct camipc_proxy *proxy)
{
	struct camipc_arrivals *arrivals = &proxy->arrivals;
	const struct camipc_record *first = camipc_arrivals_first(arrivals);
	uint32_t n = arrivals->stash.n;

	if (!first || !camipc_arrivals_is_inherited(arrivals, first) ||
	    !camipc_kept_is_full(&proxy->kept))
		return;
	camipc_arrivals_drop_new(arrivals);
	n -= arrivals->stash.n;
	camipc_count(&proxy->stats.events_dropped, n);
	camipc_log(CAMIPC_LOG_WARNING, CAMIPC_PROXY_TOPIC,
		   "%s: %u events of the worker were dropped: those of earlier "
		   "workers were not dispatched",
		   camipc_proxy_name(proxy), n);
}

/**
 * Keeps what the host must still learn about the IPA that is gone: its events, and
 * the calls that it may not have finished.
 */
static void keep_rest(struct camipc_proxy *proxy)
{
	struct camipc_arrivals *arrivals = &proxy->arrivals;
	struct camipc_record *record;
	struct camipc_record_queue lost = { .head = NULL };
	uint64_t order;

	if (camipc_state_judge_event(camipc_proxy_state(proxy),
				     arrivals->draining) !=
	    CAMIPC_EVENT_DELIVER)
		camipc_proxy_drop_arrivals(proxy);
	drop_excess(proxy);
	camipc_arrivals_inherit(arrivals);
	order = camipc_arrivals_next_order(arrivals);
	camipc_outbox_take_unfinished(&proxy->courier.outbox, &lost);
	while ((record = camipc_record_queue_pop(&lost))) {
		record->order = order;
		camipc_record_queue_push(&proxy->restart.lost, record);
	}
}

/** The state that a new IPA has to come back to. */
static enum camipc_state find_target(const struct camipc_proxy *proxy)
{
	const enum camipc_state state = camipc_proxy_state(proxy);

	if (state == CAMIPC_STATE_STARTING)
		return proxy->before_start;
	return state == CAMIPC_STATE_STOPPING ? CAMIPC_STATE_STOPPED : state;
}

/** Makes the proxy Dead; its link has ended. */
static void die(struct camipc_proxy *proxy, int call_error)
{
	proxy->restart.phase = CAMIPC_RESTART_NONE;
	camipc_spare_drop(proxy);
	camipc_proxy_set_state(proxy, CAMIPC_STATE_DEAD);
	fail_calls(proxy, call_error, proxy->ending.info.reason);
	camipc_courier_reset(&proxy->courier);
	camipc_proxy_count_flow(proxy);
	camipc_ending_announce(&proxy->ending);
}

/** Another IPA is to follow the one whose end was just described. */
static void begin_restart(struct camipc_proxy *proxy)
{
	struct camipc_restart *restart = &proxy->restart;
	const enum camipc_state target = find_target(proxy);
	struct camipc_notice *notice = restart->ready;

	restart->ready = NULL;
	restart->current = notice;
	notice->began = camipc_now();
	notice->cause = proxy->ending.info;
	memcpy(notice->text, proxy->ending.text, sizeof(notice->text));
	notice->cause.text = notice->text;
	camipc_restart_begin(restart, notice->began, target);
	if (target == CAMIPC_STATE_STOPPED)
		camipc_journal_end_run(&restart->journal);
	end_stops(proxy);
	camipc_proxy_set_state(proxy, CAMIPC_STATE_RESTARTING);
	camipc_proxy_fail_waiting(proxy);
	camipc_courier_reset(&proxy->courier);
	camipc_proxy_count_flow(proxy);
	restart->barriers = 0;
	restart->barriers_answered = 0;
	proxy->missed = 0;
	proxy->room_wanted = false;
	proxy->owes_wake = false;
}

/** What came of an attempt is of no use: no call was sent through the courier
 *  meanwhile. */
static void forget_attempt(struct camipc_proxy *proxy)
{
	camipc_arrivals_drop_new(&proxy->arrivals);
	forget_replay(proxy);
	camipc_outbox_restart(&proxy->courier.outbox);
	camipc_debt_reset(&proxy->courier.debt);
	proxy->room_wanted = false;
	proxy->owes_wake = false;
}

/** Calls were waiting for an IPA that was not there, in a state of their own. */
static void return_calls(struct camipc_proxy *proxy)
{
	camipc_proxy_fail_waiting(proxy);
	camipc_outbox_reset(&proxy->courier.outbox);
	if (camipc_proxy_state(proxy) == CAMIPC_STATE_STARTING)
		camipc_proxy_set_state(proxy, proxy->before_start);
	proxy->restart.phase = CAMIPC_RESTART_PARKED;
}

static void fail_attempt(struct camipc_proxy *proxy, enum camipc_reason reason)
{
	struct camipc_restart *restart = &proxy->restart;
	const int64_t now = camipc_now();
	const bool again = camipc_restart_allows(restart, now) &&
			   reason != CAMIPC_REASON_RESTORE_MISMATCH &&
			   reason != CAMIPC_REASON_UNWOUND;

	if (restart->phase != CAMIPC_RESTART_DELAY) {
		end_link(proxy, reason);
	} else {
		/* Nothing was started: what is known of the old one stays. */
		proxy->ending.info.reason = reason;
		camipc_ending_describe(&proxy->ending,
				       camipc_proxy_name(proxy));
	}
	forget_attempt(proxy);
	if (!again)
		die(proxy, -EPIPE);
	else if (!camipc_proxy_is_restarting(proxy))
		return_calls(proxy);
	else
		camipc_restart_delay(restart, now);
}

void camipc_proxy_give_up_attempt(struct camipc_proxy *proxy)
{
	struct camipc_closed_info info = { .size = sizeof(info) };

	if (proxy->restart.phase != CAMIPC_RESTART_DELAY)
		proxy->link->ops->kill(proxy->link, &info);
	forget_attempt(proxy);
}

/** Returns true if another IPA may follow one that ended because of @reason. */
static bool may_restart(struct camipc_proxy *proxy, enum camipc_reason reason)
{
	struct camipc_restart *restart = &proxy->restart;

	return camipc_restart_is_on(restart) && restart->ready &&
	       restart->phase == CAMIPC_RESTART_NONE && !proxy->finishing &&
	       !camipc_proxy_is_destroyed(proxy) &&
	       reason != CAMIPC_REASON_UNWOUND &&
	       camipc_restart_allows(restart, camipc_now());
}

void camipc_proxy_give_up(struct camipc_proxy *proxy, enum camipc_reason reason,
			  int call_error)
{
	bool again;

	if (camipc_proxy_is_dead(proxy))
		return;
	if (camipc_restart_is_under_way(&proxy->restart)) {
		fail_attempt(proxy, reason);
		return;
	}
	camipc_reload_fail(proxy, -EPIPE);
	again = may_restart(proxy, reason);
	if (camipc_restart_is_on(&proxy->restart)) {
		keep_rest(proxy);
	} else {
		camipc_proxy_drop_arrivals(proxy);
		camipc_arrivals_reset(&proxy->arrivals);
	}
	if (!again)
		camipc_proxy_set_state(proxy, CAMIPC_STATE_DEAD);
	end_link(proxy, reason);
	if (again)
		begin_restart(proxy);
	else
		die(proxy, call_error);
}
