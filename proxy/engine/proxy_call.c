/* SPDX-License-Identifier: MIT */
/* Calls: from the caller's arguments to the caller's outputs. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <camipc/log.h>

#include "clock.h"
#include "proxy_core.h"
#include "trace.h"
#include "watchdog.h"

/** A call that was found legal. */
struct attempt {
	const struct camipc_method *method;
	uint16_t row;
	struct camipc_check_result checked;
};

/** Notes why a call failed, for the last_…() functions; returns @error. */
static int refuse(struct camipc_proxy *proxy, int error,
		  enum camipc_reason reason, const char *field)
{
	proxy->last_error = error;
	proxy->last_reason = reason;
	proxy->last_field = field;
	return error;
}

/* ---- may it be called? ------------------------------------------------- */

static int judge_state(struct camipc_proxy *proxy,
		       const struct camipc_method *method, uint16_t row)
{
	int verdict =
		camipc_state_judge_call(camipc_proxy_state(proxy), method);

	if (verdict != CAMIPC_CALL_WARNED)
		return verdict;
	if (!proxy->warned[row])
		camipc_log(CAMIPC_LOG_WARNING, CAMIPC_PROXY_TOPIC,
			   "%s: %s is called while running and waits for the "
			   "frames queued before it; [when=running] or "
			   "[when=any] in the IDL says that this is meant",
			   proxy->module_name, method->name);
	proxy->warned[row] = true;
	return CAMIPC_CALL_ALLOWED;
}

/** Returns 0, CAMIPC_CALL_NEEDLESS, or an error that was noted. */
static int prepare(struct camipc_proxy *proxy, uint32_t id, const void *args,
		   struct attempt *attempt)
{
	const struct camipc_interface *interface = proxy->interface;
	const struct camipc_method *method;
	int ret;

	if (!camipc_process_is_same(proxy->process))
		return refuse(proxy, -ECHILD, CAMIPC_REASON_BAD_STATE, NULL);
	camipc_proxy_assert_owner(proxy);
	method = camipc_find_method(interface->methods, interface->n_methods,
				    id);
	if (!method)
		return refuse(proxy, -EINVAL, CAMIPC_REASON_BAD_ARGUMENT, NULL);
	attempt->method = method;
	attempt->row = (uint16_t)(method - interface->methods);
	if (proxy->destroyed && !proxy->finishing)
		return refuse(proxy, -EPIPE, CAMIPC_REASON_BAD_STATE, NULL);
	ret = judge_state(proxy, method, attempt->row);
	if (ret < 0)
		return refuse(proxy, ret,
			      ret == -EPIPE ? proxy->closed.reason
					    : CAMIPC_REASON_BAD_STATE,
			      NULL);
	if (ret == CAMIPC_CALL_NEEDLESS)
		return ret;
	if (!proxy->serves[attempt->row])
		return refuse(proxy, -EOPNOTSUPP, CAMIPC_REASON_NONE, NULL);
	ret = camipc_check_message(method->args, args,
				   method->max_fds_args ? method->max_fds_args
							: CAMIPC_MAX_FDS,
				   &attempt->checked);
	if (ret < 0)
		return refuse(proxy, ret, CAMIPC_REASON_BAD_ARGUMENT,
			      attempt->checked.field);
	return 0;
}

/** A record with the call in it, or an error that was noted. */
static int pack_call(struct camipc_proxy *proxy, const struct attempt *attempt,
		     const void *args, struct camipc_record **ret_record)
{
	struct camipc_record *record = camipc_record_get(proxy->pool);
	struct camipc_header *header;
	int ret;

	if (!record)
		return refuse(proxy, -ENOMEM, CAMIPC_REASON_NO_MEMORY, NULL);
	ret = camipc_record_pack(record, attempt->method->args, args,
				 &attempt->checked,
				 proxy->link->ops->is_encoded(proxy->link));
	if (ret < 0) {
		camipc_record_release(record);
		/* A descriptor that is none is as wrong as any argument. */
		if (ret == -EBADF)
			ret = -EINVAL;
		return refuse(proxy, ret,
			      ret == -EMFILE   ? CAMIPC_REASON_NO_FDS
			      : ret == -ENOMEM ? CAMIPC_REASON_NO_MEMORY
					       : CAMIPC_REASON_BAD_ARGUMENT,
			      NULL);
	}
	header = &record->message.header;
	header->kind = CAMIPC_MESSAGE_CALL;
	header->id = attempt->method->id;
	record->row = attempt->row;
	record->n_fds = header->n_fds;
	*ret_record = record;
	return 0;
}

/* ---- asynchronous calls ------------------------------------------------ */

static void note_flow(struct camipc_proxy *proxy)
{
	atomic_store_explicit(&proxy->stats.high_water,
			      proxy->outbox.high_water, memory_order_relaxed);
	camipc_count(&proxy->stats.async_dropped, proxy->outbox.dropped);
	proxy->outbox.dropped = 0;
}

static int refuse_async(struct camipc_proxy *proxy,
			const struct camipc_method *method,
			enum camipc_admission admission)
{
	if (admission == CAMIPC_ADMIT_DROP) {
		camipc_count(&proxy->stats.async_dropped, 1);
		return refuse(proxy, 0, CAMIPC_REASON_NONE, NULL);
	}
	camipc_count(&proxy->stats.async_refused, 1);
	camipc_proxy_warn(proxy, CAMIPC_WARN_ASYNC_REFUSED,
			  "%s was refused: too many calls are unconsumed; the "
			  "statistics count such ones",
			  method->name);
	return refuse(proxy, -EAGAIN, CAMIPC_REASON_NO_CREDIT, NULL);
}

/** Has this call credit, now that all that came was looked at? */
static enum camipc_admission judge_async(struct camipc_proxy *proxy,
					 const struct attempt *attempt)
{
	const uint32_t n_fds = attempt->checked.n_fds;
	enum camipc_admission admission =
		camipc_outbox_judge(&proxy->outbox, attempt->row, n_fds);

	if (admission == CAMIPC_ADMIT)
		return admission;
	camipc_proxy_pump(proxy, NULL, CAMIPC_DISPATCH_BATCH);
	admission = camipc_outbox_judge(&proxy->outbox, attempt->row, n_fds);
	camipc_proxy_settle(proxy);
	return admission;
}

/** It is in the outbox. */
static void note_async(struct camipc_proxy *proxy,
		       const struct attempt *attempt, const void *args)
{
	struct camipc_row_counters *row = &proxy->method_stats[attempt->row];

	camipc_count(&row->calls, 1);
	camipc_count_most(&row->high_water, proxy->outbox.used[attempt->row]);
	if (CAMIPC_UNLIKELY(proxy->tracing))
		camipc_trace_call(proxy, attempt->method, 0, args);
}

static int call_async(struct camipc_proxy *proxy, const struct attempt *attempt,
		      const void *args)
{
	enum camipc_admission admission = judge_async(proxy, attempt);
	struct camipc_record *record;
	int ret;

	if (camipc_proxy_state(proxy) == CAMIPC_STATE_DEAD)
		return refuse(proxy, -EPIPE, proxy->closed.reason, NULL);
	if (admission == CAMIPC_ADMIT_DROP || admission == CAMIPC_ADMIT_REFUSE)
		return refuse_async(proxy, attempt->method, admission);
	ret = pack_call(proxy, attempt, args, &record);
	if (ret < 0)
		return ret;
	record->message.header.flags = CAMIPC_MESSAGE_ONEWAY;
	record->message.header.epoch = proxy->epoch;
	camipc_outbox_add(&proxy->outbox, record, admission);
	camipc_count(&proxy->stats.async_calls, 1);
	note_async(proxy, attempt, args);
	proxy->last_call = attempt->method->name;
	camipc_proxy_flush(proxy);
	note_flow(proxy);
	camipc_watchdog_call(proxy);
	return refuse(proxy, 0, CAMIPC_REASON_NONE, NULL);
}

/* ---- synchronous calls ------------------------------------------------- */

/** Queues the call and sends it if it can; @ret_call is in @phase then. */
static int open_call(struct camipc_proxy *proxy, const struct attempt *attempt,
		     const void *args, enum camipc_call_phase phase,
		     struct camipc_call **ret_call)
{
	const struct camipc_method *method = attempt->method;
	struct camipc_record *record;
	struct camipc_call *call;
	int ret;

	call = camipc_call_open(&proxy->calls, phase);
	if (!call) {
		camipc_proxy_warn(proxy, CAMIPC_WARN_TOO_MANY_CALLS,
				  "%s was refused: %d calls are unanswered",
				  method->name, CAMIPC_MAX_PENDING_CALLS);
		return refuse(proxy, -EAGAIN, CAMIPC_REASON_NO_CREDIT, NULL);
	}
	ret = pack_call(proxy, attempt, args, &record);
	if (ret == 0) {
		ret = camipc_proxy_switch_begin(proxy, method,
						phase == CAMIPC_CALL_BEGUN);
		if (ret < 0) {
			camipc_record_release(record);
			refuse(proxy, ret, CAMIPC_REASON_NO_MEMORY, NULL);
		}
	}
	if (ret < 0) {
		if (call->completion)
			camipc_completion_release(&proxy->calls,
						  call->completion);
		camipc_call_close(&proxy->calls, call);
		return ret;
	}
	call->method = method;
	call->epoch = proxy->epoch;
	call->cancels = atomic_load(&proxy->cancels);
	call->n_fds = record->n_fds;
	call->deadline = camipc_deadline_begin(
		proxy->timeout_ms ? proxy->timeout_ms
				  : camipc_state_timeout(method));
	record->message.header.cookie = call->cookie;
	record->message.header.epoch = proxy->epoch;
	camipc_outbox_add_free(&proxy->outbox, record);
	call->began_ns = camipc_now_ns();
	camipc_count(&proxy->stats.calls, 1);
	camipc_count(&proxy->method_stats[attempt->row].calls, 1);
	if (CAMIPC_UNLIKELY(proxy->tracing))
		camipc_trace_call(proxy, method, call->cookie, args);
	proxy->last_call = method->name;
	*ret_call = call;
	return 0;
}

/** Sends; in a thread of the caller's the op has run then. */
static void send_call(struct camipc_proxy *proxy, struct camipc_call *call)
{
	const struct camipc_method *method = call->method;
	const int64_t deadline = call->deadline;

	camipc_proxy_flush(proxy);
	if (!proxy->link->ops->ran_here ||
	    !proxy->link->ops->ran_here(proxy->link) ||
	    deadline == CAMIPC_NO_DEADLINE || camipc_now() <= deadline)
		return;
	/* Nothing could interrupt it: the one difference between backends
	 * that nobody can do anything about. */
	camipc_proxy_count_timeout(proxy, method);
	camipc_proxy_warn(proxy, CAMIPC_WARN_DIRECT_OVERRUN,
			  "%s ran past its deadline in the caller's thread",
			  method->name);
}

/** Deep-copies outputs for a caller, who owns them then. */
static int give_outs(const struct camipc_message_type *type,
		     struct camipc_record *reply, void *outs)
{
	struct camipc_arena heap;
	void *copy = reply->data;

	if (type->copy) {
		reply->arena.budget = type->size + CAMIPC_ARENA_ALIGN;
		copy = camipc_arena_alloc(&reply->arena, type->size);
		if (!copy)
			return -ENOMEM;
		memcpy(copy, reply->data, type->size);
		camipc_arena_init_heap(&heap, CAMIPC_FD_DUP);
		type->copy(&heap, copy);
		if (heap.error) {
			if (type->clear)
				type->clear(copy);
			return heap.error;
		}
	}
	memcpy(outs, copy, type->size);
	return 0;
}

int camipc_proxy_collect(struct camipc_proxy *proxy, struct camipc_call *call,
			 void *outs)
{
	const struct camipc_method *method = call->method;
	const bool dead = camipc_proxy_state(proxy) == CAMIPC_STATE_DEAD;
	int error = call->error;
	int ret = call->ret;
	enum camipc_reason reason = call->reason;

	if (!error)
		proxy->last_result = call->result;
	if (ret >= 0 && outs && method->outs) {
		int given = give_outs(method->outs, call->reply, outs);

		if (given < 0) {
			error = given;
			reason = given == -EMFILE ? CAMIPC_REASON_NO_FDS
						  : CAMIPC_REASON_NO_MEMORY;
		}
	}
	if (call->owed && !dead) {
		camipc_record_release(call->reply);
		call->reply = NULL;
		camipc_call_set_phase(&proxy->calls, call,
				      camipc_role_switches(method->role)
					      ? CAMIPC_CALL_SILENT
					      : CAMIPC_CALL_ABANDONED);
	} else {
		camipc_call_close(&proxy->calls, call);
		camipc_proxy_switch_end(proxy, method, ret);
	}
	refuse(proxy, error, reason, NULL);
	return error ? error : ret;
}

/** Success without a call: outputs are the IDL's defaults. */
static int answer_needless(struct camipc_proxy *proxy, uint32_t id, void *outs)
{
	const struct camipc_method *method = camipc_find_method(
		proxy->interface->methods, proxy->interface->n_methods, id);

	if (outs && method->outs) {
		memset(outs, 0, method->outs->size);
		if (method->outs->init)
			method->outs->init(outs);
	}
	return refuse(proxy, 0, CAMIPC_REASON_NONE, NULL);
}

static int run_call(struct camipc_proxy *proxy, uint32_t id, const void *args,
		    void *outs)
{
	struct attempt attempt;
	struct camipc_call *call;
	int ret;

	ret = prepare(proxy, id, args, &attempt);
	if (ret == CAMIPC_CALL_NEEDLESS)
		return answer_needless(proxy, id, outs);
	if (ret < 0)
		return ret;
	if (attempt.method->role == CAMIPC_ROLE_ASYNC)
		return call_async(proxy, &attempt, args);
	ret = open_call(proxy, &attempt, args, CAMIPC_CALL_WAITING, &call);
	if (ret < 0)
		return ret;
	send_call(proxy, call);
	camipc_proxy_wait(proxy, call);
	ret = camipc_proxy_collect(proxy, call, outs);
	camipc_proxy_settle(proxy);
	return ret;
}

int camipc_proxy_call(struct camipc_proxy *proxy, uint32_t id, const void *args,
		      void *outs)
{
	int ret = run_call(proxy, id, args, outs);

	if (ret < 0)
		camipc_proxy_count_error(proxy, id);
	return ret;
}

/** A completion for a call that was not needed: defaults, from no bytes. */
static int begin_needless(struct camipc_proxy *proxy,
			  const struct camipc_method *method,
			  struct camipc_call **ret_call)
{
	struct camipc_record *reply = NULL;
	struct camipc_open_info info;
	struct camipc_call *call;
	int ret = 0;

	call = camipc_call_open(&proxy->calls, CAMIPC_CALL_BEGUN);
	if (!call)
		return refuse(proxy, -EAGAIN, CAMIPC_REASON_NO_CREDIT, NULL);
	if (method->outs) {
		reply = camipc_record_get(proxy->pool);
		ret = reply ? camipc_record_open(reply, method->outs, &info)
			    : -ENOMEM;
	}
	if (ret < 0) {
		camipc_record_release(reply);
		camipc_completion_release(&proxy->calls, call->completion);
		camipc_call_close(&proxy->calls, call);
		return refuse(proxy, ret, CAMIPC_REASON_NO_MEMORY, NULL);
	}
	call->method = method;
	call->began_ns = camipc_now_ns();
	call->reply = reply;
	*ret_call = call;
	return 0;
}

static int begin_call(struct camipc_proxy *proxy, uint32_t id, const void *args,
		      camipc_done_fn complete, void (*done)(void), void *user)
{
	struct attempt attempt;
	struct camipc_call *call;
	bool needless;
	int ret;

	ret = prepare(proxy, id, args, &attempt);
	if (ret < 0)
		return ret;
	needless = ret == CAMIPC_CALL_NEEDLESS;
	if (attempt.method->role == CAMIPC_ROLE_ASYNC)
		return refuse(proxy, -EINVAL, CAMIPC_REASON_BAD_ARGUMENT, NULL);
	if (needless)
		ret = begin_needless(proxy, attempt.method, &call);
	else
		ret = open_call(proxy, &attempt, args, CAMIPC_CALL_BEGUN,
				&call);
	if (ret < 0)
		return ret;
	call->completion->method = attempt.method;
	call->completion->complete = complete;
	call->completion->done = done;
	call->completion->user = user;
	if (needless) {
		struct camipc_record *reply = call->reply;

		call->reply = NULL;
		camipc_proxy_finish_call(proxy, call, 0, 0, CAMIPC_REASON_NONE,
					 reply, false);
	} else {
		send_call(proxy, call);
	}
	camipc_proxy_settle(proxy);
	return refuse(proxy, 0, CAMIPC_REASON_NONE, NULL);
}

int camipc_proxy_begin(struct camipc_proxy *proxy, uint32_t id,
		       const void *args, camipc_done_fn complete,
		       void (*done)(void), void *user)
{
	int ret = begin_call(proxy, id, args, complete, done, user);

	if (ret < 0)
		camipc_proxy_count_error(proxy, id);
	return ret;
}

/* ---- init, start and stop without a caller's arguments ----------------- */

int camipc_proxy_call_role(struct camipc_proxy *proxy, enum camipc_role role,
			   struct camipc_call **ret_call)
{
	const struct camipc_method *method =
		camipc_state_find_role(proxy->interface, role);
	struct attempt attempt;
	void *args = NULL;
	int ret;

	if (!method)
		return -EOPNOTSUPP;
	if (method->args) {
		args = calloc(1, method->args->size);
		if (!args)
			return -ENOMEM;
		if (method->args->init)
			method->args->init(args);
	}
	ret = prepare(proxy, method->id, args, &attempt);
	if (ret == CAMIPC_CALL_NEEDLESS)
		ret = -EALREADY;
	if (ret == 0)
		ret = open_call(proxy, &attempt, args, CAMIPC_CALL_WAITING,
				ret_call);
	free(args);
	if (ret == 0)
		send_call(proxy, *ret_call);
	return ret;
}
