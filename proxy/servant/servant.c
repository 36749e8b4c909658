/* SPDX-License-Identifier: MIT */
/* Runs the ops of an IPA, and sends their results and the events it raises. */
#include "servant-internal.h"

#include <errno.h>
#include <string.h>

#include <camipc/error.h>
#include <camipc/log.h>

#include "clock.h"
#include "outputs.h"

#define TOPIC "servant"

/* Bytes that an op may allocate for outputs per byte of the largest message. */
#define ALLOC_FACTOR 4

/* ---- sending; all of it under the lock --------------------------------- */

static uint32_t count_refused(const struct camipc_servant *servant)
{
	return servant->refused + (uint32_t)servant->courier.outbox.dropped;
}

/* What waits for an answer gets one, even if this process cannot send it. */
static int send_or_refuse(struct camipc_servant *servant,
			  struct camipc_record *record)
{
	struct camipc_message *message = &record->message;
	int ret = servant->params.send(servant->params.user, record);

	if (ret == 0 || ret == -EAGAIN || ret == -EPIPE ||
	    message->header.kind != CAMIPC_MESSAGE_REPLY ||
	    message->header.flags & CAMIPC_MESSAGE_ERROR)
		return ret;
	camipc_log(CAMIPC_LOG_WARNING, TOPIC, "a reply was not sent: %s",
		   camipc_errno_to_string(ret));
	camipc_fd_table_close(&message->fds);
	message->header.flags = CAMIPC_MESSAGE_ERROR;
	message->header.status = (int16_t)ret;
	message->header.body_size = 0;
	return servant->params.send(servant->params.user, record);
}

int camipc_servant_send_record(void *user, struct camipc_record *record)
{
	struct camipc_servant *servant = user;
	struct camipc_header *header = &record->message.header;
	const bool reports = header->kind != CAMIPC_MESSAGE_REPLY;
	const uint32_t refused = count_refused(servant);
	int ret;

	if (reports)
		header->cookie = refused;
	ret = send_or_refuse(servant, record);
	if (ret == 0 && reports)
		servant->refused_reported = refused;
	return ret;
}

void camipc_servant_lose_record(void *user, struct camipc_record *record,
				int error)
{
	(void)user;
	camipc_log(CAMIPC_LOG_WARNING, TOPIC,
		   "a message of kind %u was not sent: %s",
		   record->message.header.kind, camipc_errno_to_string(error));
	camipc_record_release(record);
}

static int flush_locked(struct camipc_servant *servant)
{
	int ret = 0;

	if (servant->open)
		ret = camipc_courier_flush(&servant->courier);
	atomic_store(&servant->behind,
		     camipc_courier_has_sendable(&servant->courier));
	return ret;
}

int camipc_servant_flush(struct camipc_servant *servant)
{
	int ret;

	pthread_mutex_lock(&servant->lock);
	servant->open = true;
	ret = flush_locked(servant);
	pthread_mutex_unlock(&servant->lock);
	return ret;
}

bool camipc_servant_has_backlog(struct camipc_servant *servant)
{
	bool has;

	pthread_mutex_lock(&servant->lock);
	has = camipc_courier_has_sendable(&servant->courier);
	pthread_mutex_unlock(&servant->lock);
	return has;
}

bool camipc_servant_is_full(struct camipc_servant *servant)
{
	const struct camipc_outbox *outbox = &servant->courier.outbox;
	bool full;

	pthread_mutex_lock(&servant->lock);
	full = camipc_outbox_unsent_bytes(outbox) >= outbox->window_bytes;
	pthread_mutex_unlock(&servant->lock);
	return full;
}

int camipc_servant_credit(struct camipc_servant *servant, uint32_t consumed)
{
	struct camipc_courier *courier = &servant->courier;
	int ret = 0;

	/* Most messages report nothing new. */
	if (consumed == atomic_load(&servant->credited) &&
	    !atomic_load(&servant->behind))
		return 0;
	pthread_mutex_lock(&servant->lock);
	/* Within one process a bare credit overtakes calls sent before it. */
	if ((int32_t)(consumed - courier->outbox.consumed) > 0)
		ret = camipc_outbox_consumed(&courier->outbox, consumed);
	atomic_store(&servant->credited, courier->outbox.consumed);
	/* The other side accepts events again: report those it missed. */
	if (count_refused(servant) != servant->refused_reported)
		courier->debt.due = true;
	if (ret == 0 && camipc_courier_has_sendable(courier))
		flush_locked(servant);
	pthread_mutex_unlock(&servant->lock);
	return ret;
}

/* ---- what a module may call -------------------------------------------- */

/** Packs and queues an event that may be sent or kept. Under the lock. */
static int queue_event(struct camipc_servant *servant,
		       const struct camipc_method *event, uint16_t row,
		       const void *args,
		       struct camipc_check_result *checked,
		       enum camipc_admission admission)
{
	struct camipc_record *record = camipc_record_get(servant->params.pool);
	struct camipc_header *header;
	int ret;

	if (!record)
		return -ENOMEM;
	ret = camipc_record_pack(record, event->args, args, checked,
				 servant->params.packing);
	if (ret < 0) {
		checked->excess = record->excess;
		camipc_record_release(record);
		return ret;
	}
	header = &record->message.header;
	header->kind = CAMIPC_MESSAGE_EVENT;
	header->id = event->id;
	header->epoch = atomic_load(&servant->epoch);
	record->row = row;
	record->n_fds = header->n_fds;
	camipc_outbox_add(&servant->courier.outbox, record, admission);
	ret = flush_locked(servant);
	/* Only the op thread waits for room, and this may be another one. */
	if (ret == -EAGAIN)
		camipc_sources_wake(&servant->sources);
	return ret == -EPIPE ? -EPIPE : 0;
}

/** Logs which limit an event exceeds, if that is the @error. Returns @error. */
static int say_too_large(const struct camipc_servant *servant,
			 const struct camipc_method *event, int error,
			 const struct camipc_check_result *checked)
{
	if (error == -EMSGSIZE)
		camipc_excess_log(TOPIC, camipc_servant_interface(servant)->name,
				  "arguments", event->name, &checked->excess,
				  checked->field);
	return error;
}

int camipc_servant_emit(struct camipc_host *host, uint32_t id, const void *args)
{
	struct camipc_servant *servant = camipc_servant_of(host);
	const struct camipc_interface *interface = camipc_servant_interface(servant);
	const struct camipc_method *event =
		camipc_find_method(interface->events, interface->n_events, id);
	struct camipc_check_result checked;
	enum camipc_admission admission;
	int cancel_state;
	uint16_t row;
	int ret;

	if (!event)
		return -EINVAL;
	row = (uint16_t)(event - interface->events);
	if (!servant->knows_event[row])
		return -EOPNOTSUPP;
	ret = camipc_check_message(event->args, args,
				   event->max_fds_args
					   ? event->max_fds_args
					   : CAMIPC_MAX_FDS_FROM_WORKER,
				   servant->context, &checked);
	if (ret < 0)
		return say_too_large(servant, event, ret, &checked);

	/* A module may cancel its threads: not while one holds the lock. */
	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &cancel_state);
	pthread_mutex_lock(&servant->lock);
	admission = camipc_outbox_judge(&servant->courier.outbox, row,
					checked.n_fds);
	switch (admission) {
	case CAMIPC_ADMIT:
	case CAMIPC_ADMIT_KEEP:
		ret = queue_event(servant, event, row, args, &checked,
				  admission);
		break;
	case CAMIPC_ADMIT_DROP:
		servant->refused++;
		break;
	default:
		servant->refused++;
		ret = -EAGAIN;
		break;
	}
	pthread_mutex_unlock(&servant->lock);
	ret = say_too_large(servant, event, ret, &checked);
	pthread_setcancelstate(cancel_state, NULL);
	return ret;
}

void *camipc_servant_alloc(struct camipc_host *host, size_t n, size_t size)
{
	struct camipc_servant *servant = camipc_servant_of(host);
	void *memory;

	if (!servant->running || (size && n > SIZE_MAX / size))
		return NULL;
	memory = camipc_arena_alloc(&servant->running->arena, n * size);
	if (memory)
		memset(memory, 0, n * size);
	return memory;
}

void camipc_servant_log(struct camipc_host *host, enum camipc_log_level level,
			const char *text)
{
	struct camipc_servant *servant = camipc_servant_of(host);

	servant->params.log(servant->params.user, level, text ? text : "");
}

void camipc_servant_fail_op(struct camipc_host *host)
{
	camipc_servant_of(host)->op_failed = true;
}

/* ---- replies ----------------------------------------------------------- */

static void queue_reply(struct camipc_servant *servant,
			const struct camipc_method *method,
			struct camipc_record *reply,
			const struct camipc_header *call)
{
	struct camipc_header *header = &reply->message.header;

	header->kind = CAMIPC_MESSAGE_REPLY;
	header->id = call->id;
	header->cookie = call->cookie;
	header->epoch = call->epoch;
	pthread_mutex_lock(&servant->lock);
	/* A draining stop ends with this reply, and so does what waits for a
	 * barrier: it must follow the events. */
	if (!method || method->role == CAMIPC_ROLE_STOP)
		camipc_outbox_add_free(&servant->courier.outbox, reply);
	else
		camipc_outbox_add_urgent(&servant->courier.outbox, reply);
	flush_locked(servant);
	pthread_mutex_unlock(&servant->lock);
}

/** Answers with an error, in the record of the call, so that it cannot fail. */
static void reply_error(struct camipc_servant *servant,
			const struct camipc_method *method,
			struct camipc_record *call, int error)
{
	const struct camipc_header header = call->message.header;

	camipc_message_reset(&call->message);
	call->type = NULL;
	call->data = NULL;
	call->message.header.flags = CAMIPC_MESSAGE_ERROR;
	call->message.header.status = (int16_t)error;
	queue_reply(servant, method, call, &header);
}

/* ---- calls ------------------------------------------------------------- */

/** Whether the op's own result is 0, or it has none. */
static bool has_succeeded(const struct camipc_servant *servant,
			  const struct camipc_method *method, const void *outs)
{
	int32_t result = 0;

	if (servant->op_failed)
		return false;
	if (method->flags & CAMIPC_METHOD_RETURNS_INT32)
		memcpy(&result, outs, sizeof(result));
	return result == 0;
}

/** Runs the op. Returns 0, or why it was not run. */
static int run_op(struct camipc_servant *servant,
		  const struct camipc_method *method,
		  struct camipc_record *call, void **ret_outs)
{
	const struct camipc_module_entry *entry = servant->params.entry;
	const uint16_t row = (uint16_t)(method - entry->descriptor->methods);
	struct camipc_open_info info;
	int ret;

	if (call->message.header.flags & CAMIPC_MESSAGE_ERROR)
		return call->message.header.status;
	ret = camipc_record_open(call, method->args, servant->context, &info);
	if (ret < 0)
		return ret;
	call->arena.budget = ALLOC_FACTOR * servant->params.max_message_size +
			     CAMIPC_DECODED_BASE;
	ret = camipc_outputs_make(method->outs, call, ret_outs);
	if (ret < 0)
		return ret;
	if (method->role == CAMIPC_ROLE_STOP)
		camipc_sources_end(&servant->sources);
	servant->running = call;
	servant->op_failed = false;
	entry->invoke[row](method, entry->ops, servant->ipa, call->data,
			   *ret_outs);
	servant->running = NULL;
	if (method->role == CAMIPC_ROLE_INIT && servant->params.initialised &&
	    has_succeeded(servant, method, *ret_outs))
		servant->params.initialised(servant->params.user);
	if (method->role == CAMIPC_ROLE_START &&
	    has_succeeded(servant, method, *ret_outs))
		camipc_sources_begin(&servant->sources);
	return 0;
}

/** Sends the times of the latest calls, before everything that waits. */
static void queue_spans(struct camipc_servant *servant)
{
	struct camipc_record *record = camipc_record_get(servant->params.pool);

	if (!record) {
		servant->spans.n = 0;
		return;
	}
	if (camipc_span_batch_pack(&servant->spans, record) < 0) {
		camipc_record_release(record);
		return;
	}
	record->message.header.epoch = atomic_load(&servant->epoch);
	pthread_mutex_lock(&servant->lock);
	camipc_outbox_add_urgent(&servant->courier.outbox, record);
	pthread_mutex_unlock(&servant->lock);
}

/**
 * Runs the op as run_op() does, and notes how long that took. After a change of
 * the state nobody may read for long: the span leaves before the reply then.
 */
static int run_op_timed(struct camipc_servant *servant,
			const struct camipc_method *method,
			struct camipc_record *call, void **ret_outs)
{
	struct camipc_span span = {
		.cookie = call->message.header.cookie,
		.id = method->id,
	};
	bool is_due;
	int ret;

	if (CAMIPC_LIKELY(!servant->params.trace))
		return run_op(servant, method, call, ret_outs);
	span.begin = camipc_now_ns();
	ret = run_op(servant, method, call, ret_outs);
	span.end = camipc_now_ns();
	is_due = camipc_span_batch_add(&servant->spans, &span);
	if (is_due || method->role == CAMIPC_ROLE_INIT ||
	    method->role == CAMIPC_ROLE_START ||
	    method->role == CAMIPC_ROLE_STOP)
		queue_spans(servant);
	return ret;
}

static void handle_async(struct camipc_servant *servant,
			 const struct camipc_method *method,
			 struct camipc_record *call)
{
	void *outs;
	int ret;

	ret = run_op_timed(servant, method, call, &outs);
	if (ret < 0)
		camipc_log(CAMIPC_LOG_ERROR, TOPIC, "%s: %s was not run: %s",
			   camipc_servant_interface(servant)->name, method->name,
			   camipc_errno_to_string(ret));
	pthread_mutex_lock(&servant->lock);
	camipc_debt_consume(&servant->courier.debt, call);
	flush_locked(servant);
	pthread_mutex_unlock(&servant->lock);
	camipc_record_release(call);
}

static void handle_sync(struct camipc_servant *servant,
			const struct camipc_method *method,
			struct camipc_record *call)
{
	const struct camipc_reply_form reply_form = {
		.interface = camipc_servant_interface(servant)->name,
		.pool = servant->params.pool,
		.packing = servant->params.packing,
		.context = servant->context,
	};
	struct camipc_record *reply;
	void *outs;
	int ret;

	ret = run_op_timed(servant, method, call, &outs);
	if (ret == 0)
		ret = camipc_outputs_pack(&reply_form, method, call, outs,
					  &reply);
	if (servant->answered)
		servant->answered(servant->answered_user, method->id);
	/* Packed all the same: descriptors in the outputs were given away. */
	if (ret == 0 && servant->op_failed) {
		camipc_record_release(reply);
		ret = -EREMOTEIO;
	}
	if (ret < 0) {
		reply_error(servant, method, call, ret);
		return;
	}
	queue_reply(servant, method, reply, &call->message.header);
	camipc_record_release(call);
}

/**
 * Handles a call of a method that this interface lacks. Proxies know what is
 * served: from an honest one it is a barrier (CAMIPC_BARRIER_ID), whose reply
 * follows everything that came before it.
 */
static int handle_unknown(struct camipc_servant *servant,
			  struct camipc_record *call)
{
	if (call->message.header.flags & CAMIPC_MESSAGE_ONEWAY) {
		camipc_record_release(call);
		return -EPROTO;
	}
	reply_error(servant, NULL, call, -EOPNOTSUPP);
	return 0;
}

static int handle_call(struct camipc_servant *servant,
		       struct camipc_record *call)
{
	const struct camipc_interface *interface = camipc_servant_interface(servant);
	const struct camipc_header *header = &call->message.header;
	const struct camipc_method *method = camipc_find_method(
		interface->methods, interface->n_methods, header->id);
	const bool oneway = header->flags & CAMIPC_MESSAGE_ONEWAY;
	enum camipc_reason reason;

	atomic_store(&servant->epoch, header->epoch);
	camipc_sources_run_tasks(&servant->sources);
	if (!method)
		return handle_unknown(servant, call);
	if (oneway != (method->role == CAMIPC_ROLE_ASYNC)) {
		/* The caller's interface differs: the op is not run. */
		call->message.header.flags |= CAMIPC_MESSAGE_ERROR;
		call->message.header.status = -EPROTO;
	}
	if (!oneway) {
		handle_sync(servant, method, call);
		return 0;
	}
	call->row = (uint16_t)(method - interface->methods);
	call->n_fds = header->n_fds;
	if (!call->weight)
		call->weight = header->body_size;
	if (camipc_debt_receive(&servant->courier.debt, call, &reason) < 0) {
		camipc_record_release(call);
		return -EPROTO;
	}
	handle_async(servant, method, call);
	return 0;
}

int camipc_servant_handle(struct camipc_servant *servant,
			  struct camipc_record *record)
{
	const struct camipc_header *header = &record->message.header;
	int ret;

	ret = camipc_servant_credit(servant, header->consumed);
	if (ret == 0 && header->kind == CAMIPC_MESSAGE_CALL)
		return handle_call(servant, record);
	if (ret == 0 && header->kind != CAMIPC_MESSAGE_CREDIT)
		ret = -EPROTO;
	camipc_record_release(record);
	return ret;
}

void camipc_servant_abandon(struct camipc_servant *servant)
{
	struct camipc_record *call = servant->running;

	servant->running = NULL;
	camipc_record_release(call);
}
