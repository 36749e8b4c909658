/* SPDX-License-Identifier: MIT */
/* Events, replies and credits, from the link to where they are waited for. */
#include "receive.h"

#include <errno.h>

#include <camipc/limits.h>

#include "clock.h"
#include "drop.h"
#include "finish.h"
#include "give_up.h"
#include "note.h"
#include "rebirth.h"
#include "reload.h"
#include "result.h"
#include "send.h"
#include "settle.h"
#include "spans.h"
#include "switch.h"

/* ---- events ------------------------------------------------------------ */

/**
 * Drops an event that has just arrived. Its sender counts the oldest as
 * consumed first: behind others it must wait for its turn, though empty.
 */
static void drop_arrived(struct camipc_proxy *proxy,
			 struct camipc_record *record)
{
	if (!camipc_arrivals_first(&proxy->arrivals)) {
		camipc_proxy_drop_event(proxy, record);
		return;
	}
	camipc_record_strip(record);
	record->message.header.flags |= CAMIPC_MESSAGE_ERROR;
	(void)camipc_arrivals_keep(&proxy->arrivals, record);
}

/** What an IPA raises in its repeated start waits for the end of the restart. */
static enum camipc_event_fate judge_arrival(const struct camipc_proxy *proxy,
					    uint32_t epoch)
{
	enum camipc_state state = camipc_proxy_state(proxy);

	if (state == CAMIPC_STATE_RESTARTING)
		state = proxy->restart.runs ? CAMIPC_STATE_STARTING :
					      proxy->restart.target;
	return camipc_arrivals_judge(&proxy->arrivals, state, epoch);
}

/**
 * Takes @record. Returns 0, or -EPROTO and in @ret_reason what the IPA did
 * wrong.
 */
static int receive_event(struct camipc_proxy *proxy,
			 struct camipc_record *record,
			 enum camipc_reason *ret_reason)
{
	const struct camipc_header *header = &record->message.header;
	const struct camipc_interface *interface = proxy->interface;
	const struct camipc_method *event = camipc_find_method(
		interface->events, interface->n_events, header->id);

	if (!event) {
		*ret_reason = CAMIPC_REASON_BAD_PROTOCOL;
		camipc_record_release(record);
		return -EPROTO;
	}
	record->row = (uint16_t)(event - interface->events);
	camipc_count(&proxy->event_stats[record->row].bytes_received,
		     header->body_size + CAMIPC_HEADER_SIZE);
	if (camipc_debt_receive(&proxy->courier.debt, record, ret_reason) < 0) {
		camipc_record_release(record);
		return -EPROTO;
	}
	if ((header->flags & CAMIPC_MESSAGE_ERROR) ||
	    judge_arrival(proxy, header->epoch) == CAMIPC_EVENT_DROP) {
		drop_arrived(proxy, record);
		return 0;
	}
	camipc_watchdog_rest(&proxy->watchdog);
	camipc_count_most(&proxy->stats.events_high_water,
			  camipc_arrivals_keep(&proxy->arrivals, record));
	return 0;
}

/* ---- replies ----------------------------------------------------------- */

bool camipc_result_is_reserved(int32_t ret)
{
	switch (ret) {
	case -EPIPE:
	case -ETIMEDOUT:
	case -EPROTO:
	case -ESTALE:
	case -EOPNOTSUPP:
	case -ECANCELED:
	case -ECHILD:
	case -EREMOTEIO:
		return true;
	default:
		return false;
	}
}

/**
 * Returns whether the IPA's side may refuse a call with @status, and why it
 * did so.
 */
static bool explain_refusal(int status, enum camipc_reason *ret_reason)
{
	switch (status) {
	case -EPROTO:
		*ret_reason = CAMIPC_REASON_BAD_MESSAGE;
		return true;
	case -EMSGSIZE:
		*ret_reason = CAMIPC_REASON_BAD_LIMIT;
		return true;
	case -EMFILE:
		*ret_reason = CAMIPC_REASON_NO_FDS;
		return true;
	case -ENOMEM:
		*ret_reason = CAMIPC_REASON_NO_MEMORY;
		return true;
	case -ENOSYS:
		*ret_reason = CAMIPC_REASON_REFUSED;
		return true;
	case -EREMOTEIO:
		*ret_reason = CAMIPC_REASON_EXCEPTION;
		return true;
	case -EOPNOTSUPP:
		*ret_reason = CAMIPC_REASON_NONE;
		return true;
	default:
		return false;
	}
}

/** Ends @call with the error of a reply without outputs. Takes @reply. */
static int finish_refused(struct camipc_proxy *proxy, struct camipc_call *call,
			  struct camipc_record *reply,
			  enum camipc_reason *ret_reason)
{
	struct camipc_call_end end = {
		.ret = reply->message.header.status,
		.error = reply->message.header.status,
	};

	camipc_record_release(reply);
	if (!explain_refusal(end.error, &end.reason)) {
		*ret_reason = CAMIPC_REASON_BAD_PROTOCOL;
		return -EPROTO;
	}
	camipc_proxy_finish_call(proxy, call, &end);
	return 0;
}

/** Ends a begun call whose reply cannot be kept until dispatch. */
static void finish_unkept(struct camipc_proxy *proxy, struct camipc_call *call)
{
	const struct camipc_call_end end = {
		.ret = -EMSGSIZE,
		.error = -EMSGSIZE,
		.reason = CAMIPC_REASON_BAD_LIMIT,
	};

	camipc_count(&proxy->kept.refused, 1);
	camipc_proxy_finish_call(proxy, call, &end);
}

/** Ends @call with the outputs of its reply. Takes @reply. */
static int finish_answered(struct camipc_proxy *proxy, struct camipc_call *call,
			   struct camipc_record *reply,
			   enum camipc_reason *ret_reason)
{
	const struct camipc_method *method = call->method;
	struct camipc_call_end end = { .reply = reply };
	struct camipc_open_info info;
	int ret;

	ret = camipc_record_open(reply, method->outs, proxy->tap.context, &info);
	if (ret < 0) {
		camipc_record_release(reply);
		if (info.reason) {
			*ret_reason = info.reason;
			return -EPROTO;
		}
		end = (struct camipc_call_end){
			.ret = ret,
			.error = ret,
			.reason = CAMIPC_REASON_NO_MEMORY,
		};
		camipc_proxy_finish_call(proxy, call, &end);
		return 0;
	}
	camipc_count(&proxy->stats.unused_fds, info.unused_fds);
	camipc_count(&proxy->stats.skipped_fields, info.skipped_fields);
	call->result = camipc_result_of(method, reply->data);
	if (call->phase == CAMIPC_CALL_BEGUN &&
	    !camipc_kept_fits(&proxy->kept, reply)) {
		camipc_record_release(reply);
		finish_unkept(proxy, call);
		return 0;
	}
	end.ret = camipc_result_is_reserved(call->result) ? -EREMOTEIO
							: call->result;
	if (end.ret >= 0) {
		camipc_journal_commit(&proxy->restart.journal, call->change,
				      call->result, reply);
		call->change = NULL;
	}
	camipc_proxy_finish_call(proxy, call, &end);
	return 0;
}

/** Frees the slot of a call that nobody waits for. Takes @reply. */
static void drop_late_reply(struct camipc_proxy *proxy,
			    struct camipc_call *call,
			    struct camipc_record *reply)
{
	const struct camipc_call_end end = { .reply = reply };

	camipc_count(&proxy->stats.late_replies, 1);
	camipc_proxy_warn(proxy, CAMIPC_WARN_LATE_REPLY,
			  "the reply to %s came too late and was dropped; later "
			  "ones are dropped silently",
			  call->method->name);
	camipc_proxy_finish_call(proxy, call, &end);
}

/** As receive_event(). */
static int receive_reply(struct camipc_proxy *proxy,
			 struct camipc_record *record,
			 enum camipc_reason *ret_reason)
{
	const struct camipc_header *header = &record->message.header;
	struct camipc_call *call =
		camipc_call_find(&proxy->calls, header->cookie);
	const struct camipc_method *method;
	bool silent;
	int ret;

	if (!call || !call->sent || call->phase == CAMIPC_CALL_DONE ||
	    call->method->id != header->id || call->epoch != header->epoch) {
		*ret_reason = CAMIPC_REASON_BAD_PROTOCOL;
		camipc_record_release(record);
		return -EPROTO;
	}
	method = call->method;
	camipc_count(&camipc_proxy_row(proxy, method)->bytes_received,
		     header->body_size + CAMIPC_HEADER_SIZE);
	if (call->phase == CAMIPC_CALL_REPLAYED) {
		camipc_rebirth_answer(proxy, call, record);
		return 0;
	}
	if (call->phase == CAMIPC_CALL_LATE) {
		drop_late_reply(proxy, call, record);
		return 0;
	}
	proxy->missed = 0;
	if (call->phase == CAMIPC_CALL_ABANDONED) {
		drop_late_reply(proxy, call, record);
		return 0;
	}
	camipc_count_latency(camipc_proxy_row(proxy, method),
			     camipc_now_ns() - call->began_ns);
	silent = call->phase == CAMIPC_CALL_SILENT;
	if (header->flags & CAMIPC_MESSAGE_ERROR)
		ret = finish_refused(proxy, call, record, ret_reason);
	else
		ret = finish_answered(proxy, call, record, ret_reason);
	if (ret == 0 && silent)
		camipc_proxy_end_switch(proxy, method, call->ret);
	return ret;
}

/* ---- records ----------------------------------------------------------- */

bool camipc_receive_too_many_fds(const struct camipc_proxy *proxy,
				 const struct camipc_header *header)
{
	const struct camipc_interface *interface = proxy->interface;
	const bool event = header->kind == CAMIPC_MESSAGE_EVENT;
	const struct camipc_method *row =
		event ? camipc_find_method(interface->events,
					   interface->n_events, header->id)
		      : camipc_find_method(interface->methods,
					   interface->n_methods, header->id);
	uint32_t max = 0;

	/* Another version may use descriptors that this one lacks. */
	if (row && !proxy->is_skewed)
		max = event ? row->max_fds_args : row->max_fds_outs;
	return header->n_fds > (max ? max : CAMIPC_MAX_FDS_FROM_WORKER);
}

static int receive_record(struct camipc_proxy *proxy,
			  struct camipc_record *record,
			  enum camipc_reason *ret_reason)
{
	const struct camipc_header header = record->message.header;
	int ret = 0;

	camipc_count(&proxy->stats.bytes_received,
		     header.body_size + CAMIPC_HEADER_SIZE);
	*ret_reason = CAMIPC_REASON_BAD_LIMIT;
	if (camipc_outbox_consumed(&proxy->courier.outbox, header.consumed) < 0) {
		camipc_record_release(record);
		return -EPROTO;
	}
	if (header.n_fds && camipc_receive_too_many_fds(proxy, &header)) {
		*ret_reason = CAMIPC_REASON_BAD_FD;
		camipc_record_release(record);
		return -EPROTO;
	}
	if (header.kind == CAMIPC_MESSAGE_REPLY &&
	    header.id == CAMIPC_BARRIER_ID) {
		camipc_record_release(record);
		*ret_reason = CAMIPC_REASON_BAD_PROTOCOL;
		return camipc_reload_answer(proxy, header.cookie);
	}
	if (header.kind == CAMIPC_MESSAGE_REPLY)
		return receive_reply(proxy, record, ret_reason);
	/* A reply's cookie names its call; the cookie of other messages is
	 * the number of refused events. */
	atomic_store_explicit(&proxy->stats.events_refused, header.cookie,
			      memory_order_relaxed);
	if (header.kind == CAMIPC_MESSAGE_EVENT)
		return receive_event(proxy, record, ret_reason);
	*ret_reason = CAMIPC_REASON_BAD_PROTOCOL;
	if (header.kind == CAMIPC_MESSAGE_TRACE)
		ret = camipc_spans_show(proxy, &record->message);
	camipc_record_release(record);
	if (header.kind == CAMIPC_MESSAGE_TRACE)
		return ret;
	if (camipc_tap_is_open(&proxy->tap))
		camipc_tap_credit(&proxy->tap, false, header.consumed);
	return header.kind == CAMIPC_MESSAGE_CREDIT ? 0 : -EPROTO;
}

/** Takes the next record from the link, as ops->pop() does, and weighs it. */
static int pop_record(struct camipc_proxy *proxy,
		      struct camipc_record **ret_record,
		      enum camipc_reason *ret_reason)
{
	struct camipc_record *record;
	int ret = proxy->link->ops->pop(proxy->link, &record, ret_reason);

	if (ret != 0)
		return ret;
	/* A record that did not travel as bytes has its sender's weight. */
	if (!record->weight)
		record->weight = record->message.header.body_size;
	record->n_fds = record->message.header.n_fds;
	*ret_record = record;
	return 0;
}

/**
 * Returns true if a dispatch should deliver before it reads on: the budget for
 * what is kept is used up, or @bytes were read.
 */
static bool must_deliver(struct camipc_proxy *proxy, uint64_t bytes)
{
	const bool full = camipc_kept_is_full(&proxy->kept);

	if (!full && bytes < proxy->kept.budget.dispatch_bytes)
		return false;
	/* While a start was begun, only its answer makes events deliverable. */
	if (!camipc_proxy_has_deliverable(proxy))
		return false;
	if (full)
		camipc_count(&proxy->kept.full, 1);
	return true;
}

bool camipc_proxy_receive(struct camipc_proxy *proxy,
			  const struct camipc_call *call, uint32_t max)
{
	enum camipc_reason reason = CAMIPC_REASON_NONE;
	uint64_t bytes = 0;
	bool empty = false;

	for (uint32_t n = 0; n < max && !empty; n++) {
		struct camipc_record *record;
		int ret;

		if (camipc_proxy_is_dead(proxy) ||
		    camipc_restart_is_unborn(&proxy->restart))
			return true;
		if (call ? call->phase == CAMIPC_CALL_DONE
			 : must_deliver(proxy, bytes))
			break;
		ret = pop_record(proxy, &record, &reason);
		if (ret == 0) {
			bytes += record->weight;
			ret = receive_record(proxy, record, &reason);
			/* At once: at the IPA's end, the rest is dropped. */
			if (ret == 0 && proxy->arrived)
				proxy->arrived(proxy);
		}
		if (ret == -EAGAIN || ret == -ENOMEM)
			empty = true;
		else if (ret == -EPIPE)
			camipc_proxy_give_up(proxy, CAMIPC_REASON_NONE, -EPIPE);
		else if (ret == -ENOSYS)
			camipc_proxy_give_up(proxy, CAMIPC_REASON_REFUSED,
					     -EPIPE);
		else if (ret < 0)
			camipc_proxy_give_up(proxy, reason, -EPROTO);
	}
	camipc_proxy_count_finished(proxy);
	camipc_proxy_flush(proxy);
	return empty;
}
