/* SPDX-License-Identifier: MIT */
/* The only file that calls functions of the host. */
#include "deliver.h"

#include <errno.h>
#include <pthread.h>

#include <camipc/limits.h>
#include <camipc/log.h>

#include "drop.h"
#include "expire.h"
#include "give_up.h"
#include "note.h"
#include "probes.h"
#include "scope.h"
#include "settle.h"
#include "switch.h"

/*
 * A callback may leave by an exception, pthread_exit() or a cancellation: the
 * scope of the bound function then ends the IPA. Here only what the callback
 * has borrowed is given back, in functions that run either way.
 */

/** A callback under way: the host has its own cancellation state. */
struct callback {
	struct camipc_proxy *proxy;
	struct camipc_record *event; /* borrowed by the callback, or NULL */
	struct camipc_completion *completion; /* the same */
	struct camipc_record *lost; /* the same: a call */
	struct camipc_notice *notice; /* the same */
};

static void begin_callback(const struct callback *callback)
{
	const struct camipc_scope *scope = callback->proxy->scope;

	pthread_setcancelstate(scope->cancel_state, NULL);
}

static void end_callback(struct callback *callback)
{
	struct camipc_proxy *proxy = callback->proxy;

	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, NULL);
	if (callback->event)
		camipc_arrivals_consume(&proxy->arrivals, callback->event);
	if (callback->completion)
		camipc_completion_release(&proxy->calls, callback->completion);
	camipc_record_release(callback->lost);
	camipc_notice_free(callback->notice);
}

/** Declares a callback, which ends with the block that it stands in. */
#define CALLBACK(name) struct callback name __attribute__((cleanup(end_callback)))

/** Takes @record. */
static void call_host(struct camipc_proxy *proxy,
		      const struct camipc_method *event,
		      struct camipc_record *record)
{
	CALLBACK(callback) = { .proxy = proxy, .event = record };

	camipc_count(&proxy->stats.events, 1);
	camipc_count(&proxy->event_stats[record->row].calls, 1);
	camipc_probe_event(proxy, event);
	if (camipc_tap_is_open(&proxy->tap))
		camipc_tap_event(&proxy->tap, event, record->data);
	camipc_ending_note_event(&proxy->ending, event->name);
	if (!proxy->events)
		return;
	begin_callback(&callback);
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

	const bool inherited =
		camipc_arrivals_is_inherited(&proxy->arrivals, record);

	if ((record->message.header.flags & CAMIPC_MESSAGE_ERROR) ||
	    (!inherited &&
	     camipc_arrivals_judge(&proxy->arrivals, camipc_proxy_state(proxy),
				   record->message.header.epoch) !=
		     CAMIPC_EVENT_DELIVER)) {
		camipc_proxy_drop_event(proxy, record);
		return;
	}
	ret = camipc_record_open(record, event->args, proxy->tap.context, &info);
	if (ret < 0) {
		camipc_proxy_drop_event(proxy, record);
		/* One that has ended cannot be ended for it. */
		if (info.reason && !inherited)
			camipc_proxy_give_up(proxy, info.reason, -EPROTO);
		return;
	}
	camipc_count(&proxy->stats.unused_fds, info.unused_fds);
	camipc_count(&proxy->stats.skipped_fields, info.skipped_fields);
	call_host(proxy, event, record);
}

/** Takes @completion. */
static void deliver_completion(struct camipc_proxy *proxy,
			       struct camipc_completion *completion)
{
	CALLBACK(callback) = { .proxy = proxy, .completion = completion };
	const void *outs = NULL;

	if (completion->switches)
		camipc_proxy_end_switch(proxy, completion->method,
					completion->ret);
	if (!completion->error)
		proxy->last.result = completion->result;
	camipc_proxy_note(proxy, completion->error, completion->reason, NULL);
	if (completion->ret >= 0 && completion->reply)
		outs = completion->reply->data;
	if (!completion->done)
		return;
	begin_callback(&callback);
	completion->complete(completion->done, completion->user,
			     completion->ret, outs);
}

/** Hands arguments or results over by the generated function of @row. */
static void tell_of_call(struct camipc_proxy *proxy,
			 const struct callback *callback, uint16_t row,
			 const void *data)
{
	const struct camipc_client *client = proxy->client;

	if (!proxy->events || !CAMIPC_TABLE_HAS(client, invoke_method) ||
	    !client->invoke_method[row])
		return;
	begin_callback(callback);
	client->invoke_method[row](&proxy->interface->methods[row],
				   proxy->events, proxy->user, data, NULL);
}

/** Reports a call that the IPA is not known to have finished. Takes @lost. */
static void deliver_lost(struct camipc_proxy *proxy, struct camipc_record *lost)
{
	CALLBACK(callback) = { .proxy = proxy, .lost = lost };
	const struct camipc_method *method =
		&proxy->interface->methods[lost->row];
	struct camipc_open_info info;

	if (camipc_record_open(lost, method->args, proxy->tap.context, &info) < 0) {
		camipc_log(CAMIPC_LOG_WARNING, CAMIPC_PROXY_TOPIC,
			   "%s: no memory to tell that a call of %s was lost",
			   camipc_proxy_name(proxy), method->name);
		return;
	}
	tell_of_call(proxy, &callback, lost->row, lost->data);
}

/** Hands the results of a start over; the notice stays. */
static void deliver_results(struct camipc_proxy *proxy,
			    struct camipc_notice *notice)
{
	CALLBACK(callback) = { .proxy = proxy, .lost = notice->results };

	notice->results = NULL;
	tell_of_call(proxy, &callback,
		     (uint16_t)(notice->start - proxy->interface->methods),
		     callback.lost->data);
}

/** Reports that another IPA has taken over. Takes @notice. */
static void deliver_restarted(struct camipc_proxy *proxy,
			      struct camipc_notice *notice)
{
	const struct camipc_client *client = proxy->client;
	CALLBACK(callback) = { .proxy = proxy, .notice = notice };

	if (!proxy->events || !CAMIPC_TABLE_HAS(client, invoke_restarted))
		return;
	begin_callback(&callback);
	client->invoke_restarted(proxy->events, proxy->user, &notice->info);
}

/** Reports the end of a reload. Takes @notice. */
static void deliver_reloaded(struct camipc_proxy *proxy,
			     struct camipc_notice *notice)
{
	CALLBACK(callback) = { .proxy = proxy, .notice = notice };

	begin_callback(&callback);
	notice->done(notice->user, notice->ret);
}

/** The next callback: the one with the lowest order. */
struct next {
	const struct camipc_record *event;
	const struct camipc_completion *completion;
	const struct camipc_record *lost;
	const struct camipc_notice *notice;
	uint64_t order;
};

/** Returns true if something of @order comes before all that @next has. */
static bool is_before(struct next *next, uint64_t order)
{
	if (order >= next->order)
		return false;
	*next = (struct next){ .order = order };
	return true;
}

static struct next find_next(const struct camipc_proxy *proxy)
{
	const struct camipc_completion *completion = proxy->calls.first;
	const struct camipc_record *lost = proxy->restart.lost.head;
	const struct camipc_notice *notice = proxy->restart.first;
	const struct camipc_record *event =
		camipc_proxy_deliverable_event(proxy);
	struct next next = { .order = UINT64_MAX };

	if (event && is_before(&next, event->order))
		next.event = event;
	if (completion && is_before(&next, completion->order))
		next.completion = completion;
	if (lost && is_before(&next, lost->order))
		next.lost = lost;
	if (notice && is_before(&next, notice->order))
		next.notice = notice;
	return next;
}

bool camipc_proxy_deliver_next(struct camipc_proxy *proxy, uint64_t limit)
{
	struct camipc_restart *restart = &proxy->restart;
	const struct next next = find_next(proxy);

	if (next.order > limit || next.order == UINT64_MAX)
		return false;
	if (next.completion)
		deliver_completion(proxy, camipc_completion_pop(&proxy->calls));
	else if (next.event)
		deliver_event(proxy, camipc_arrivals_take(&proxy->arrivals));
	else if (next.lost)
		deliver_lost(proxy, camipc_record_queue_pop(&restart->lost));
	else if (next.notice->results)
		deliver_results(proxy, restart->first);
	else if (next.notice->done)
		deliver_reloaded(proxy, camipc_restart_take_notice(restart));
	else
		deliver_restarted(proxy, camipc_restart_take_notice(restart));
	return true;
}

bool camipc_proxy_deliver_closed(struct camipc_proxy *proxy)
{
	const struct camipc_client *client = proxy->client;
	CALLBACK(callback) = { .proxy = proxy };

	if (find_next(proxy).order != UINT64_MAX ||
	    camipc_proxy_is_destroyed(proxy) ||
	    !camipc_ending_take_due(&proxy->ending))
		return false;
	if (!client->invoke_closed || !proxy->events)
		return true;
	begin_callback(&callback);
	client->invoke_closed(proxy->events, proxy->user, &proxy->ending.info);
	return true;
}

void camipc_proxy_complete_all(struct camipc_proxy *proxy)
{
	struct camipc_completion *completion;
	struct camipc_notice *notice;

	for (uint32_t i = 0; i < CAMIPC_CALL_SLOTS; i++) {
		struct camipc_call *call = &proxy->calls.calls[i];

		if (call->phase == CAMIPC_CALL_BEGUN)
			camipc_proxy_cancel_call(proxy, call);
	}
	while ((completion = camipc_completion_pop(&proxy->calls)))
		deliver_completion(proxy, completion);
	while ((notice = camipc_restart_take_notice(&proxy->restart))) {
		if (notice->done)
			deliver_reloaded(proxy, notice);
		else
			camipc_notice_free(notice);
	}
}
