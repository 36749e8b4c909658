/* SPDX-License-Identifier: MIT */
/* Sends synchronous calls, and hands over what came of them. */
#include "sync_call.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <camipc/limits.h>
#include <camipc/log.h>

#include "clock.h"
#include "expire.h"
#include "finish.h"
#include "note.h"
#include "probes.h"
#include "rebirth.h"
#include "receive.h"
#include "reload.h"
#include "send.h"
#include "settle.h"
#include "switch.h"

/**
 * Looks for the answers to calls, and ends those whose time is over, for a host
 * that calls and does not dispatch.
 */
static void make_place(struct camipc_proxy *proxy)
{
	camipc_proxy_look(proxy);
	camipc_proxy_check_deadlines(
		proxy, camipc_proxy_receive(proxy, NULL, CAMIPC_CALL_SLOTS));
	/* Whatever becomes of the call, dispatch has to deliver what was read. */
	camipc_proxy_settle(proxy);
}

static struct camipc_call *find_slot(struct camipc_proxy *proxy,
				     const struct camipc_method *method,
				     enum camipc_call_phase phase)
{
	struct camipc_call *call;

	if (camipc_role_switches(method->role))
		return camipc_call_open_role(&proxy->calls, phase);
	call = camipc_call_open(&proxy->calls, phase);
	if (call)
		return call;
	make_place(proxy);
	return camipc_call_open(&proxy->calls, phase);
}

static void give_slot_back(struct camipc_proxy *proxy, struct camipc_call *call)
{
	if (call->completion)
		camipc_completion_release(&proxy->calls, call->completion);
	camipc_call_close(&proxy->calls, call);
}

/** Takes a slot for the call, or notes why there is none. */
static int take_slot(struct camipc_proxy *proxy,
		     const struct camipc_method *method,
		     enum camipc_call_phase phase,
		     struct camipc_call **ret_call)
{
	*ret_call = find_slot(proxy, method, phase);
	if (camipc_proxy_is_dead(proxy)) {
		if (*ret_call)
			give_slot_back(proxy, *ret_call);
		return camipc_proxy_note(proxy, -EPIPE,
					 proxy->ending.info.reason, NULL);
	}
	if (*ret_call && camipc_proxy_is_restarting(proxy) &&
	    !(method->flags & CAMIPC_METHOD_RESTART_WAIT)) {
		/* The IPA ended while its messages were read. */
		give_slot_back(proxy, *ret_call);
		return camipc_proxy_note(proxy, -EBUSY,
					 CAMIPC_REASON_WORKER_RESTARTED, NULL);
	}
	if (*ret_call)
		return 0;
	camipc_proxy_warn(proxy, CAMIPC_WARN_TOO_MANY_CALLS,
			  "%s was refused: %d calls are outstanding",
			  method->name, CAMIPC_MAX_PENDING_CALLS);
	return camipc_proxy_note(proxy, -EAGAIN, CAMIPC_REASON_NO_CREDIT, NULL);
}

/** Notes an error of the journal. Returns the error for the caller. */
static int note_unkept(struct camipc_proxy *proxy,
		       const struct camipc_method *method, int error)
{
	switch (error) {
	case -EMSGSIZE:
		camipc_log(CAMIPC_LOG_WARNING, CAMIPC_PROXY_TOPIC,
			   "%s: %s was refused: for a restart at most %d calls, "
			   "%u bytes and %d descriptors are kept",
			   camipc_proxy_name(proxy), method->name,
			   CAMIPC_MAX_JOURNAL_ENTRIES, CAMIPC_MAX_JOURNAL_BYTES,
			   CAMIPC_MAX_JOURNAL_FDS);
		return camipc_proxy_note(proxy, error,
					 CAMIPC_REASON_JOURNAL_FULL, NULL);
	case -EMFILE:
		return camipc_proxy_note(proxy, error, CAMIPC_REASON_NO_FDS,
					 NULL);
	case -ENOMEM:
		return camipc_proxy_note(proxy, error, CAMIPC_REASON_NO_MEMORY,
					 NULL);
	default:
		return camipc_proxy_note(proxy, -EINVAL,
					 CAMIPC_REASON_BAD_ARGUMENT, NULL);
	}
}

int camipc_sync_call_journal(struct camipc_proxy *proxy,
			     const struct camipc_method *method,
			     const void *args,
			     struct camipc_journal_change **ret_change)
{
	int ret;

	if (!camipc_restart_is_on(&proxy->restart))
		return 0;
	ret = camipc_journal_prepare(&proxy->restart.journal, method, args,
				     ret_change);
	return ret < 0 ? note_unkept(proxy, method, ret) : 0;
}

static void fill_call(const struct camipc_proxy *proxy,
		      const struct camipc_method *method, uint32_t extra_ms,
		      struct camipc_call *call)
{
	call->method = method;
	call->epoch = proxy->arrivals.epoch;
	call->cancels = camipc_signals_count_cancels(&proxy->signals);
	call->time = camipc_movable_begin(
		extra_ms + (proxy->timeout_ms ? proxy->timeout_ms
					      : camipc_state_timeout(method)));
	call->began_ns = camipc_now_ns();
}

int camipc_sync_call_open(struct camipc_proxy *proxy,
			  const struct camipc_attempt *attempt,
			  const void *args, enum camipc_call_phase phase,
			  struct camipc_call **ret_call)
{
	const struct camipc_method *method = attempt->method;
	struct camipc_record *record = NULL;
	struct camipc_call *call;
	uint32_t extra_ms;
	int ret;

	ret = take_slot(proxy, method, phase, &call);
	if (ret < 0)
		return ret;
	ret = camipc_sync_call_journal(proxy, method, args, &call->change);
	if (ret < 0)
		goto close;
	ret = camipc_attempt_pack(proxy, attempt, args, &record);
	if (ret < 0)
		goto close;
	extra_ms = camipc_rebirth_revive(proxy);
	if (camipc_reload_holds(proxy))
		extra_ms += CAMIPC_TIMEOUT_RELOAD_MS;
	ret = camipc_proxy_begin_switch(proxy, method,
					phase == CAMIPC_CALL_BEGUN ||
						attempt->drains);
	if (ret < 0) {
		camipc_proxy_note(proxy, ret,
				  ret == -ENOSYS ? CAMIPC_REASON_REFUSED
						 : CAMIPC_REASON_NO_MEMORY,
				  NULL);
		goto release;
	}
	/* This call is not charged for a pause that came before it. */
	camipc_proxy_look(proxy);
	fill_call(proxy, method, extra_ms, call);
	camipc_pause_expect(&proxy->pause, (int64_t)call->began_ns);
	call->n_fds = record->n_fds;
	record->message.header.cookie = call->cookie;
	record->message.header.epoch = call->epoch;
	camipc_outbox_add_free(&proxy->courier.outbox, record);
	camipc_count(&proxy->stats.calls, 1);
	camipc_count(&proxy->method_stats[attempt->row].calls, 1);
	camipc_probe_call(proxy, method, call->cookie, 0);
	if (camipc_tap_is_open(&proxy->tap))
		camipc_tap_call(&proxy->tap, method, call->cookie, args);
	camipc_ending_note_call(&proxy->ending, method->name);
	*ret_call = call;
	return 0;

release:
	camipc_record_release(record);
close:
	give_slot_back(proxy, call);
	return ret;
}

void camipc_sync_call_send(struct camipc_proxy *proxy, struct camipc_call *call)
{
	const struct camipc_link_ops *ops = proxy->link->ops;
	const struct camipc_method *method = call->method;
	const int64_t deadline = call->time.deadline;
	const uint32_t cookie = call->cookie;
	const bool has_fds = call->n_fds > 0;

	if (call->phase == CAMIPC_CALL_WAITING && ops->attend)
		ops->attend(proxy->link);
	camipc_proxy_flush(proxy);
	/* It waits behind others, maybe for longer than its caller does. */
	if (CAMIPC_UNLIKELY(has_fds))
		camipc_proxy_own_unsent(proxy, cookie);
	if (!ops->ran_here || !ops->ran_here(proxy->link) ||
	    deadline == CAMIPC_NO_DEADLINE || camipc_now() <= deadline)
		return;
	/* The op ran in this thread, where nothing could interrupt it. */
	camipc_proxy_count_timeout(proxy, method);
	camipc_proxy_warn(proxy, CAMIPC_WARN_DIRECT_OVERRUN,
			  "%s ran past its deadline in the caller's thread",
			  method->name);
}

/** Arguments of @type with the IDL's defaults; *ret_args is for free(). */
static int make_args(const struct camipc_message_type *type, void **ret_args)
{
	*ret_args = NULL;
	if (!type)
		return 0;
	*ret_args = calloc(1, type->size);
	if (!*ret_args)
		return -ENOMEM;
	if (type->init)
		type->init(*ret_args);
	return 0;
}

int camipc_sync_call_stop(struct camipc_proxy *proxy, bool drains,
			  struct camipc_call **ret_call)
{
	const struct camipc_method *method =
		camipc_state_find_role(proxy->interface, CAMIPC_ROLE_STOP);
	struct camipc_attempt attempt;
	void *args;
	int ret;

	if (!method)
		return -EOPNOTSUPP;
	ret = make_args(method->args, &args);
	if (ret < 0)
		return ret;
	ret = camipc_attempt_check(proxy, method->id, NULL, args, &attempt);
	if (ret == CAMIPC_CALL_NEEDLESS)
		ret = -EALREADY;
	attempt.drains = drains;
	if (ret == 0)
		ret = camipc_sync_call_open(proxy, &attempt, args,
					    CAMIPC_CALL_WAITING, ret_call);
	free(args);
	return ret;
}

/** Deep-copies the outputs in @reply for the caller, who owns the copy. */
static int copy_outs(const struct camipc_message_type *type,
		     struct camipc_record *reply, void *outs)
{
	struct camipc_arena heap;
	void *copy;

	if (!type->copy) {
		memcpy(outs, reply->data, type->size);
		return 0;
	}
	reply->arena.budget = type->size + CAMIPC_ARENA_ALIGN;
	copy = camipc_arena_alloc(&reply->arena, type->size);
	if (!copy)
		return -ENOMEM;
	memcpy(copy, reply->data, type->size);
	camipc_arena_init_heap(&heap, reply->message.source
					      ? CAMIPC_FD_DUP_FOREIGN
					      : CAMIPC_FD_DUP);
	type->copy(&heap, copy);
	if (heap.error) {
		if (type->clear)
			type->clear(copy);
		return heap.error;
	}
	memcpy(outs, copy, type->size);
	return 0;
}

/** Gives the slot back, or keeps it for an answer that is still owed. */
static void close_call(struct camipc_proxy *proxy, struct camipc_call *call)
{
	const struct camipc_method *method = call->method;
	const int ret = call->ret;

	if (!call->owed || camipc_proxy_is_dead(proxy)) {
		camipc_call_close(&proxy->calls, call);
		camipc_proxy_end_switch(proxy, method, ret);
		return;
	}
	camipc_record_release(call->reply);
	call->reply = NULL;
	camipc_call_set_phase(&proxy->calls, call,
			      camipc_proxy_phase_if_owed(call));
}

int camipc_sync_call_collect(struct camipc_proxy *proxy,
			     struct camipc_call *call, void *outs)
{
	const struct camipc_message_type *type = call->method->outs;
	enum camipc_reason reason = call->reason;
	int error = call->error;
	const int ret = call->ret;

	if (!error)
		proxy->last.result = call->result;
	if (ret >= 0 && outs && type) {
		error = copy_outs(type, call->reply, outs);
		if (error)
			reason = error == -EMFILE ? CAMIPC_REASON_NO_FDS
						  : CAMIPC_REASON_NO_MEMORY;
	}
	close_call(proxy, call);
	camipc_proxy_note(proxy, error, reason, NULL);
	return error ? error : ret;
}
