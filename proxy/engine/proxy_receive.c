/* SPDX-License-Identifier: MIT */
/* What comes from the IPA, and what goes there as soon as there is room. */
#include <errno.h>
#include <string.h>

#include <camipc/log.h>

#include "clock.h"
#include "proxy_core.h"
#include "trace.h"
#include "watchdog.h"

/* ---- out --------------------------------------------------------------- */

/** Which method a sent record belongs to is in its row, but for credit. */
static void note_sent(struct camipc_proxy *proxy, enum camipc_message_kind kind,
		      uint16_t row, uint32_t size)
{
	camipc_count(&proxy->stats.bytes_sent, size);
	if (CAMIPC_LIKELY(kind == CAMIPC_MESSAGE_CALL))
		camipc_count(&proxy->method_stats[row].bytes_sent, size);
	else if (CAMIPC_UNLIKELY(proxy->tracing))
		camipc_trace_credit(proxy, true, proxy->debt.consumed);
}

static int send_record(void *user, struct camipc_record *record)
{
	struct camipc_proxy *proxy = user;
	uint32_t size = record->message.header.body_size + CAMIPC_HEADER_SIZE;
	enum camipc_message_kind kind =
		(enum camipc_message_kind)record->message.header.kind;
	uint16_t row = record->row;
	int ret;

	record->message.header.consumed = proxy->debt.consumed;
	ret = proxy->link->ops->push(proxy->link, record);
	if (ret == 0) {
		camipc_debt_report(&proxy->debt);
		note_sent(proxy, kind, row, size);
	}
	return ret;
}

static void lose_record(void *user, struct camipc_record *record, int error)
{
	const struct camipc_header *header = &record->message.header;
	struct camipc_proxy *proxy = user;
	struct camipc_call *call = NULL;

	if (header->kind == CAMIPC_MESSAGE_CALL && header->cookie)
		call = camipc_call_find(&proxy->calls, header->cookie);
	else if (header->kind == CAMIPC_MESSAGE_CALL)
		camipc_count(&proxy->stats.async_dropped, 1);
	camipc_log(CAMIPC_LOG_WARNING, CAMIPC_PROXY_TOPIC,
		   "%s: a call was not sent: %s", proxy->module_name,
		   camipc_strerror(error));
	camipc_record_release(record);
	if (call) {
		call->n_fds = 0;
		camipc_proxy_finish_call(proxy, call, error, error,
					 error == -EMFILE
						 ? CAMIPC_REASON_NO_FDS
						 : CAMIPC_REASON_NO_MEMORY,
					 NULL, false);
	}
}

static void want_room(struct camipc_proxy *proxy, bool want)
{
	if (want == proxy->room_wanted || !proxy->link->ops->want_room)
		return;
	proxy->room_wanted = want;
	proxy->link->ops->want_room(proxy->link, want);
}

/** The IPA may be standing still because it was not told what we took. */
static void add_credit(struct camipc_proxy *proxy)
{
	struct camipc_record *record = camipc_record_get(proxy->pool);

	if (!record)
		return; /* stays due */
	record->message.header.kind = CAMIPC_MESSAGE_CREDIT;
	record->message.header.epoch = proxy->epoch;
	proxy->debt.due = false;
	camipc_outbox_add_urgent(&proxy->outbox, record);
}

void camipc_proxy_flush(struct camipc_proxy *proxy)
{
	const struct camipc_outbox_sender sender = {
		.send = send_record,
		.lost = lose_record,
		.user = proxy,
	};

	if (camipc_proxy_state(proxy) == CAMIPC_STATE_DEAD)
		return;
	if (proxy->debt.due)
		add_credit(proxy);
	if (!camipc_outbox_has_sendable(&proxy->outbox) && !proxy->room_wanted)
		return;
	want_room(proxy,
		  camipc_outbox_flush(&proxy->outbox, &sender) == -EAGAIN);
}

/* ---- events ------------------------------------------------------------ */

void camipc_proxy_consume_event(struct camipc_proxy *proxy,
				struct camipc_record *record)
{
	camipc_debt_consume(&proxy->debt, record);
	camipc_record_release(record);
}

void camipc_proxy_drop_event(struct camipc_proxy *proxy,
			     struct camipc_record *record)
{
	const enum camipc_state state = camipc_proxy_state(proxy);
	const struct camipc_method *event =
		&proxy->interface->events[record->row];

	camipc_count(&proxy->stats.events_dropped, 1);
	camipc_count(&proxy->event_stats[record->row].errors, 1);
	if (CAMIPC_UNLIKELY(proxy->tracing))
		camipc_trace_dropped(proxy, record);
	/* Stopping and dying cut a stream of events short: that is normal. */
	if (state == CAMIPC_STATE_CREATED || state == CAMIPC_STATE_READY ||
	    state == CAMIPC_STATE_STOPPED)
		camipc_proxy_warn(proxy, CAMIPC_WARN_EVENT_DROPPED,
				  "event %s came while %s and was dropped, as "
				  "all such ones will be",
				  event->name, camipc_state_to_string(state));
	camipc_proxy_consume_event(proxy, record);
}

void camipc_proxy_drop_stash(struct camipc_proxy *proxy)
{
	struct camipc_record *record;

	while ((record = camipc_record_queue_pop(&proxy->stash)))
		camipc_proxy_drop_event(proxy, record);
}

/** Returns 0, or -EPROTO with what the IPA did wrong. Takes @record. */
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
	if (camipc_debt_receive(&proxy->debt) < 0) {
		*ret_reason = CAMIPC_REASON_BAD_LIMIT;
		camipc_record_release(record);
		return -EPROTO;
	}
	/* None of these can ever be delivered: later runs have other epochs. */
	if ((header->flags & CAMIPC_MESSAGE_ERROR) ||
	    header->epoch != proxy->epoch ||
	    camipc_state_judge_event(camipc_proxy_state(proxy),
				     proxy->draining) == CAMIPC_EVENT_DROP) {
		camipc_proxy_drop_event(proxy, record);
		return 0;
	}
	camipc_watchdog_rest(proxy);
	record->order = ++proxy->order;
	camipc_record_queue_push(&proxy->stash, record);
	camipc_count_most(&proxy->stats.events_high_water, proxy->stash.n);
	return 0;
}

/* ---- replies ----------------------------------------------------------- */

/** Ends the call for its caller, and, unless it is @owed, for the table. */
void camipc_proxy_finish_call(struct camipc_proxy *proxy,
			      struct camipc_call *call, int ret, int error,
			      enum camipc_reason reason,
			      struct camipc_record *reply, bool owed)
{
	const bool begun = call->phase == CAMIPC_CALL_BEGUN;
	const bool switches = camipc_role_switches(call->method->role);

	if (!owed) {
		camipc_outbox_answered(&proxy->outbox, call->n_fds);
		call->n_fds = 0;
	}
	call->ret = ret;
	call->error = error;
	call->reason = reason;
	if (CAMIPC_UNLIKELY(proxy->tracing))
		camipc_trace_reply(proxy, call, error,
				   reply ? reply->data : NULL);
	if (call->phase == CAMIPC_CALL_WAITING) {
		call->reply = reply;
		call->owed = owed;
		camipc_call_set_phase(&proxy->calls, call, CAMIPC_CALL_DONE);
		return;
	}
	if (begun) {
		call->completion->ret = ret;
		call->completion->error = error;
		call->completion->result = call->result;
		call->completion->reply = reply;
		call->completion->switches = switches && !owed;
		if (ret < 0)
			camipc_proxy_count_error(proxy, call->method->id);
		camipc_call_complete(&proxy->calls, call, ++proxy->order);
	} else {
		camipc_record_release(reply);
	}
	if (!owed)
		camipc_call_close(&proxy->calls, call);
	else
		camipc_call_set_phase(&proxy->calls, call,
				      switches ? CAMIPC_CALL_SILENT
					       : CAMIPC_CALL_ABANDONED);
}

/** Codes that only the proxy itself returns; an IPA cannot fake them. */
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

/** What the IPA returned; 0 if the method returns nothing. */
static int32_t result_of(const struct camipc_method *method, const void *outs)
{
	int32_t result = 0;

	if (outs && (method->flags & CAMIPC_METHOD_RETURNS_INT32))
		memcpy(&result, outs, sizeof(result));
	return result;
}

/** An answer without outputs: the servant says why. */
static int finish_refused(struct camipc_proxy *proxy, struct camipc_call *call,
			  struct camipc_record *reply,
			  enum camipc_reason *ret_reason)
{
	enum camipc_reason reason;
	int status = reply->message.header.status;

	camipc_record_release(reply);
	switch (status) {
	case -EPROTO:
		reason = CAMIPC_REASON_BAD_MESSAGE;
		break;
	case -EMSGSIZE:
		reason = CAMIPC_REASON_BAD_LIMIT;
		break;
	case -EMFILE:
		reason = CAMIPC_REASON_NO_FDS;
		break;
	case -ENOMEM:
		reason = CAMIPC_REASON_NO_MEMORY;
		break;
	case -EOPNOTSUPP:
		reason = CAMIPC_REASON_NONE;
		break;
	default:
		*ret_reason = CAMIPC_REASON_BAD_PROTOCOL;
		return -EPROTO;
	}
	camipc_proxy_finish_call(proxy, call, status, status, reason, NULL,
				 false);
	return 0;
}

/** Reads the outputs of @call from its reply. Takes @reply. */
static int finish_answered(struct camipc_proxy *proxy, struct camipc_call *call,
			   struct camipc_record *reply,
			   enum camipc_reason *ret_reason)
{
	const struct camipc_method *method = call->method;
	struct camipc_open_info info;
	int ret;

	ret = camipc_record_open(reply, method->outs, &info);
	if (ret < 0) {
		camipc_record_release(reply);
		if (info.reason) {
			*ret_reason = info.reason;
			return -EPROTO;
		}
		camipc_proxy_finish_call(proxy, call, ret, ret,
					 CAMIPC_REASON_NO_MEMORY, NULL, false);
		return 0;
	}
	camipc_count(&proxy->stats.unused_fds, info.unused_fds);
	camipc_count(&proxy->stats.skipped_fields, info.skipped_fields);
	call->result = result_of(method, reply->data);
	ret = is_transport_only(call->result) ? -EREMOTEIO : call->result;
	camipc_proxy_finish_call(proxy, call, ret, 0, CAMIPC_REASON_NONE, reply,
				 false);
	return 0;
}

/** For a reply that nobody waits for any more. Takes @reply. */
static void drop_late_reply(struct camipc_proxy *proxy,
			    struct camipc_call *call,
			    struct camipc_record *reply)
{
	camipc_count(&proxy->stats.late_replies, 1);
	camipc_proxy_warn(proxy, CAMIPC_WARN_LATE_REPLY,
			  "%s was answered too late; the reply was dropped, as "
			  "all such ones will be",
			  call->method->name);
	camipc_proxy_finish_call(proxy, call, 0, 0, CAMIPC_REASON_NONE, reply,
				 false);
}

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
		camipc_proxy_switch_end(proxy, method, call->ret);
	return ret;
}

/* ---- deadlines and cancelling ------------------------------------------ */

/** Takes a call back that was not sent yet: nobody will answer it. */
static bool unsend(struct camipc_proxy *proxy, struct camipc_call *call)
{
	struct camipc_record *record =
		camipc_outbox_remove(&proxy->outbox, call->cookie);

	if (!record)
		return false;
	camipc_record_release(record);
	call->n_fds = 0;
	return true;
}

void camipc_proxy_cancel_call(struct camipc_proxy *proxy,
			      struct camipc_call *call)
{
	/* A start or stop goes on: nobody could tell what state it left. */
	bool unsent = !camipc_role_switches(call->method->role) &&
		      unsend(proxy, call);

	camipc_proxy_finish_call(proxy, call, -ECANCELED, -ECANCELED,
				 CAMIPC_REASON_NONE, NULL, !unsent);
}

void camipc_proxy_expire_call(struct camipc_proxy *proxy,
			      struct camipc_call *call)
{
	const struct camipc_method *method = call->method;
	bool unsent = unsend(proxy, call);

	camipc_proxy_count_timeout(proxy, method);
	proxy->missed++;
	camipc_log(CAMIPC_LOG_WARNING, CAMIPC_PROXY_TOPIC,
		   "%s: %s was not answered in time", proxy->module_name,
		   method->name);
	camipc_proxy_finish_call(proxy, call, -ETIMEDOUT, -ETIMEDOUT,
				 CAMIPC_REASON_TIMEOUT, NULL, !unsent);
	if (camipc_role_switches(method->role))
		camipc_proxy_die(proxy, CAMIPC_REASON_TIMEOUT, -EPIPE);
	else if (proxy->missed >= CAMIPC_MAX_MISSED_DEADLINES)
		camipc_proxy_die(proxy, CAMIPC_REASON_UNRESPONSIVE, -EPIPE);
}

/* ---- in ---------------------------------------------------------------- */

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

	/* Another version may have descriptors that this one knows not of. */
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
	if (camipc_outbox_consumed(&proxy->outbox, header.consumed) < 0) {
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
	/* Replies are joined by their cookie; the others say with it how
	 * many events were refused. */
	atomic_store_explicit(&proxy->stats.events_refused, header.cookie,
			      memory_order_relaxed);
	if (header.kind == CAMIPC_MESSAGE_EVENT)
		return receive_event(proxy, record, ret_reason);
	camipc_record_release(record);
	if (CAMIPC_UNLIKELY(proxy->tracing))
		camipc_trace_credit(proxy, false, header.consumed);
	if (header.kind == CAMIPC_MESSAGE_CREDIT)
		return 0;
	*ret_reason = CAMIPC_REASON_BAD_PROTOCOL;
	return -EPROTO;
}

bool camipc_proxy_pump(struct camipc_proxy *proxy,
		       const struct camipc_call *call, uint32_t max)
{
	const struct camipc_link_ops *ops = proxy->link->ops;
	enum camipc_reason reason = CAMIPC_REASON_NONE;
	bool empty = false;

	for (uint32_t n = 0; n < max && !empty; n++) {
		struct camipc_record *record;
		int ret;

		if (camipc_proxy_state(proxy) == CAMIPC_STATE_DEAD)
			return true;
		if (call && call->phase == CAMIPC_CALL_DONE)
			break;
		ret = ops->pop(proxy->link, &record, &reason);
		if (ret == 0)
			ret = receive_record(proxy, record, &reason);
		if (ret == -EAGAIN || ret == -ENOMEM)
			empty = true;
		else if (ret == -EPIPE)
			camipc_proxy_die(proxy, CAMIPC_REASON_NONE, -EPIPE);
		else if (ret < 0)
			camipc_proxy_die(proxy, reason, -EPROTO);
	}
	camipc_proxy_flush(proxy);
	return empty;
}
