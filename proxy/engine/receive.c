/* SPDX-License-Identifier: MIT */
/* Events, replies and credits, from the link to where they are waited for. */
#include "receive.h"

#include <errno.h>
#include <string.h>

#include <camipc/limits.h>

#include "clock.h"
#include "drop.h"
#include "finish.h"
#include "give_up.h"
#include "note.h"
#include "send.h"
#include "switch.h"

/* ---- events ------------------------------------------------------------ */

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
	if (camipc_debt_receive(&proxy->courier.debt) < 0) {
		*ret_reason = CAMIPC_REASON_BAD_LIMIT;
		camipc_record_release(record);
		return -EPROTO;
	}
	if ((header->flags & CAMIPC_MESSAGE_ERROR) ||
	    camipc_arrivals_judge(&proxy->arrivals, camipc_proxy_state(proxy),
				  header->epoch) == CAMIPC_EVENT_DROP) {
		camipc_proxy_drop_event(proxy, record);
		return 0;
	}
	camipc_watchdog_rest(&proxy->watchdog);
	camipc_count_most(&proxy->stats.events_high_water,
			  camipc_arrivals_keep(&proxy->arrivals, record));
	return 0;
}

/* ---- replies ----------------------------------------------------------- */

/** Returns true for codes that only the proxy itself may return. */
static bool is_transport_only(int32_t ret)
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

/** Returns the IPA's result; 0 if the method returns nothing. */
static int32_t result_of(const struct camipc_method *method, const void *outs)
{
	int32_t result = 0;

	if (outs && (method->flags & CAMIPC_METHOD_RETURNS_INT32))
		memcpy(&result, outs, sizeof(result));
	return result;
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

/** Ends @call with the outputs of its reply. Takes @reply. */
static int finish_answered(struct camipc_proxy *proxy, struct camipc_call *call,
			   struct camipc_record *reply,
			   enum camipc_reason *ret_reason)
{
	const struct camipc_method *method = call->method;
	struct camipc_call_end end = { .reply = reply };
	struct camipc_open_info info;
	int ret;

	ret = camipc_record_open(reply, method->outs, &info);
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
	call->result = result_of(method, reply->data);
	end.ret = is_transport_only(call->result) ? -EREMOTEIO : call->result;
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

	if (!call || call->phase == CAMIPC_CALL_DONE ||
	    call->method->id != header->id || call->epoch != header->epoch) {
		*ret_reason = CAMIPC_REASON_BAD_PROTOCOL;
		camipc_record_release(record);
		return -EPROTO;
	}
	method = call->method;
	camipc_count(&camipc_proxy_row(proxy, method)->bytes_received,
		     header->body_size + CAMIPC_HEADER_SIZE);
	if (call->phase == CAMIPC_CALL_ABANDONED) {
		drop_late_reply(proxy, call, record);
		return 0;
	}
	proxy->missed = 0;
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

static bool too_many_fds(const struct camipc_proxy *proxy,
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

	camipc_count(&proxy->stats.bytes_received,
		     header.body_size + CAMIPC_HEADER_SIZE);
	*ret_reason = CAMIPC_REASON_BAD_LIMIT;
	if (camipc_outbox_consumed(&proxy->courier.outbox, header.consumed) < 0) {
		camipc_record_release(record);
		return -EPROTO;
	}
	if (header.n_fds && too_many_fds(proxy, &header)) {
		*ret_reason = CAMIPC_REASON_BAD_FD;
		camipc_record_release(record);
		return -EPROTO;
	}
	if (header.kind == CAMIPC_MESSAGE_REPLY)
		return receive_reply(proxy, record, ret_reason);
	/* A reply's cookie names its call; the cookie of other messages is
	 * the number of refused events. */
	atomic_store_explicit(&proxy->stats.events_refused, header.cookie,
			      memory_order_relaxed);
	if (header.kind == CAMIPC_MESSAGE_EVENT)
		return receive_event(proxy, record, ret_reason);
	camipc_record_release(record);
	if (camipc_tap_is_open(&proxy->tap))
		camipc_tap_credit(&proxy->tap, false, header.consumed);
	if (header.kind == CAMIPC_MESSAGE_CREDIT)
		return 0;
	*ret_reason = CAMIPC_REASON_BAD_PROTOCOL;
	return -EPROTO;
}

bool camipc_proxy_receive(struct camipc_proxy *proxy,
			  const struct camipc_call *call, uint32_t max)
{
	const struct camipc_link_ops *ops = proxy->link->ops;
	enum camipc_reason reason = CAMIPC_REASON_NONE;
	bool empty = false;

	for (uint32_t n = 0; n < max && !empty; n++) {
		struct camipc_record *record;
		int ret;

		if (camipc_proxy_is_dead(proxy))
			return true;
		if (call && call->phase == CAMIPC_CALL_DONE)
			break;
		ret = ops->pop(proxy->link, &record, &reason);
		if (ret == 0)
			ret = receive_record(proxy, record, &reason);
		if (ret == -EAGAIN || ret == -ENOMEM)
			empty = true;
		else if (ret == -EPIPE)
			camipc_proxy_give_up(proxy, CAMIPC_REASON_NONE, -EPIPE);
		else if (ret < 0)
			camipc_proxy_give_up(proxy, reason, -EPROTO);
	}
	camipc_proxy_flush(proxy);
	return empty;
}
