/* SPDX-License-Identifier: MIT */
/* Callbacks: events, completions of begun calls, and the IPA's end. */
#include <errno.h>

#include <camipc/log.h>

#include "proxy_core.h"
#include "trace.h"
#include "watchdog.h"

static void deliver_event(struct camipc_proxy *proxy,
			  struct camipc_record *record)
{
	const struct camipc_client *client = proxy->client;
	const struct camipc_method *event =
		&proxy->interface->events[record->row];
	struct camipc_open_info info;
	int ret;

	if (record->message.header.epoch != proxy->epoch ||
	    camipc_state_judge_event(camipc_proxy_state(proxy),
				     proxy->draining) != CAMIPC_EVENT_DELIVER) {
		camipc_proxy_drop_event(proxy, record);
		return;
	}
	ret = camipc_record_open(record, event->args, &info);
	if (ret < 0) {
		camipc_proxy_drop_event(proxy, record);
		if (info.reason)
			camipc_proxy_die(proxy, info.reason, -EPROTO);
		return;
	}
	camipc_count(&proxy->stats.unused_fds, info.unused_fds);
	camipc_count(&proxy->stats.skipped_fields, info.skipped_fields);
	camipc_count(&proxy->stats.events, 1);
	camipc_count(&proxy->event_stats[record->row].calls, 1);
	if (CAMIPC_UNLIKELY(proxy->tracing))
		camipc_trace_event(proxy, record);
	proxy->last_event = event->name;
	if (proxy->events)
		client->invoke_event[record->row](proxy->events, proxy->user,
						  record->data, NULL);
	camipc_proxy_consume_event(proxy, record);
}

static void deliver_completion(struct camipc_proxy *proxy,
			       struct camipc_completion *completion)
{
	const void *outs = NULL;

	if (completion->switches)
		camipc_proxy_switch_end(proxy, completion->method,
					completion->ret);
	proxy->last_error = completion->error;
	if (!completion->error)
		proxy->last_result = completion->result;
	proxy->last_reason = CAMIPC_REASON_NONE;
	proxy->last_field = NULL;
	if (completion->ret >= 0 && completion->reply)
		outs = completion->reply->data;
	if (completion->done)
		completion->complete(completion->done, completion->user,
				     completion->ret, outs);
	camipc_completion_release(&proxy->calls, completion);
}

/**
 * Delivers what came first, if it came before @limit: callbacks that make more
 * callbacks due must not keep dispatch from returning.
 */
static bool deliver_next(struct camipc_proxy *proxy, uint64_t limit)
{
	const struct camipc_completion *completion = proxy->calls.first;
	const struct camipc_record *event = proxy->stash.head;

	/* What start() raised waits for the caller to know that it started. */
	if (camipc_proxy_state(proxy) == CAMIPC_STATE_STARTING)
		event = NULL;
	if (completion && (!event || completion->order < event->order)) {
		if (completion->order > limit)
			return false;
		deliver_completion(proxy, camipc_completion_pop(&proxy->calls));
		return true;
	}
	if (!event || event->order > limit)
		return false;
	deliver_event(proxy, camipc_record_queue_pop(&proxy->stash));
	return true;
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

/** Everything that came, and deadlines once all of it was looked at. */
static void take_in(struct camipc_proxy *proxy)
{
	bool empty;

	camipc_proxy_clear_signals(proxy);
	if (camipc_proxy_state(proxy) == CAMIPC_STATE_DEAD)
		return;
	if (proxy->link->ops->service)
		proxy->link->ops->service(proxy->link);
	empty = camipc_proxy_pump(proxy, NULL, CAMIPC_DISPATCH_BATCH);
	if (empty && proxy->calls.n_timed)
		expire_begun(proxy);
	if (empty)
		camipc_watchdog_judge(proxy);
}

static bool deliver_closed(struct camipc_proxy *proxy)
{
	const struct camipc_client *client = proxy->client;

	if (!proxy->closed_due || proxy->calls.first || proxy->destroyed)
		return false;
	proxy->closed_due = false;
	if (client->invoke_closed && proxy->events)
		client->invoke_closed(proxy->events, proxy->user,
				      &proxy->closed);
	return true;
}

int camipc_proxy_dispatch(struct camipc_proxy *proxy)
{
	uint64_t limit;
	int n = 0;

	if (!camipc_process_is_same(proxy->process))
		return -ECHILD;
	camipc_proxy_assert_owner(proxy);
	if (proxy->dispatching || proxy->destroyed)
		return -EBUSY;
	if (camipc_proxy_state(proxy) == CAMIPC_STATE_DEAD &&
	    !camipc_proxy_has_deliverable(proxy))
		return -EPIPE;
	proxy->dispatching = true;
	take_in(proxy);
	limit = proxy->order;
	while (n < CAMIPC_DISPATCH_BATCH && !proxy->destroyed &&
	       deliver_next(proxy, limit))
		n++;
	if (n < CAMIPC_DISPATCH_BATCH && deliver_closed(proxy))
		n++;
	proxy->dispatching = false;
	if (proxy->destroyed) {
		camipc_proxy_finish_destroy(proxy);
		return n;
	}
	camipc_proxy_flush(proxy);
	camipc_proxy_settle(proxy);
	return n;
}

void camipc_proxy_complete_all(struct camipc_proxy *proxy)
{
	struct camipc_completion *completion;

	for (uint32_t i = 0; i < CAMIPC_MAX_PENDING_CALLS; i++) {
		struct camipc_call *call = &proxy->calls.calls[i];

		if (call->phase == CAMIPC_CALL_BEGUN)
			camipc_proxy_cancel_call(proxy, call);
	}
	while ((completion = camipc_completion_pop(&proxy->calls)))
		deliver_completion(proxy, completion);
}
