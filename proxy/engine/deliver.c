/* SPDX-License-Identifier: MIT */
/* The only file that calls functions of the host. */
#include "deliver.h"

#include <errno.h>

#include <camipc/limits.h>

#include "drop.h"
#include "expire.h"
#include "give_up.h"
#include "note.h"
#include "switch.h"

static void call_host(struct camipc_proxy *proxy,
		      const struct camipc_method *event,
		      struct camipc_record *record)
{
	camipc_count(&proxy->stats.events, 1);
	camipc_count(&proxy->event_stats[record->row].calls, 1);
	if (camipc_tap_is_open(&proxy->tap))
		camipc_tap_event(&proxy->tap, event, record->data);
	camipc_ending_note_event(&proxy->ending, event->name);
	if (proxy->events)
		proxy->client->invoke_event[record->row](
			event, proxy->events, proxy->user, record->data, NULL);
}

/** Takes @record. */
static void deliver_event(struct camipc_proxy *proxy,
			  struct camipc_record *record)
{
	const struct camipc_method *event =
		&proxy->interface->events[record->row];
	struct camipc_open_info info;
	int ret;

	if (camipc_arrivals_judge(&proxy->arrivals, camipc_proxy_state(proxy),
				  record->message.header.epoch) !=
	    CAMIPC_EVENT_DELIVER) {
		camipc_proxy_drop_event(proxy, record);
		return;
	}
	ret = camipc_record_open(record, event->args, &info);
	if (ret < 0) {
		camipc_proxy_drop_event(proxy, record);
		if (info.reason)
			camipc_proxy_give_up(proxy, info.reason, -EPROTO);
		return;
	}
	camipc_count(&proxy->stats.unused_fds, info.unused_fds);
	camipc_count(&proxy->stats.skipped_fields, info.skipped_fields);
	call_host(proxy, event, record);
	camipc_arrivals_consume(&proxy->arrivals, record);
}

/** Takes @completion. */
static void deliver_completion(struct camipc_proxy *proxy,
			       struct camipc_completion *completion)
{
	const void *outs = NULL;

	if (completion->switches)
		camipc_proxy_end_switch(proxy, completion->method,
					completion->ret);
	if (!completion->error)
		proxy->last.result = completion->result;
	camipc_proxy_note(proxy, completion->error, CAMIPC_REASON_NONE, NULL);
	if (completion->ret >= 0 && completion->reply)
		outs = completion->reply->data;
	if (completion->done)
		completion->complete(completion->done, completion->user,
				     completion->ret, outs);
	camipc_completion_release(&proxy->calls, completion);
}

bool camipc_proxy_deliver_next(struct camipc_proxy *proxy, uint64_t limit)
{
	const struct camipc_completion *completion = proxy->calls.first;
	const struct camipc_record *event =
		camipc_arrivals_first(&proxy->arrivals);

	/* Events raised in start() wait until the host knows that it started.
	 */
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
	deliver_event(proxy, camipc_arrivals_take(&proxy->arrivals));
	return true;
}

bool camipc_proxy_deliver_closed(struct camipc_proxy *proxy)
{
	const struct camipc_client *client = proxy->client;

	if (proxy->calls.first || proxy->destroyed ||
	    !camipc_ending_take_due(&proxy->ending))
		return false;
	if (client->invoke_closed && proxy->events)
		client->invoke_closed(proxy->events, proxy->user,
				      &proxy->ending.info);
	return true;
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
