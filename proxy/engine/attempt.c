/* SPDX-License-Identifier: MIT */
/* Checks calls before they are sent: state, peer and arguments. */
#include "attempt.h"

#include <errno.h>
#include <string.h>

#include <camipc/log.h>

#include "note.h"
#include "rebirth.h"

static int judge_state(struct camipc_proxy *proxy,
		       const struct camipc_method *method, uint16_t row)
{
	enum camipc_state state = camipc_proxy_state(proxy);
	int verdict;

	/* A call that waits for the restart runs in the state after it. */
	if (state == CAMIPC_STATE_RESTARTING &&
	    method->role == CAMIPC_ROLE_CALL &&
	    (method->flags & CAMIPC_METHOD_RESTART_WAIT))
		state = proxy->restart.target;
	verdict = camipc_state_judge_call(state, method);
	if (verdict != CAMIPC_CALL_WARNED)
		return verdict;
	if (!proxy->warned[row])
		camipc_log(CAMIPC_LOG_WARNING, CAMIPC_PROXY_TOPIC,
			   "%s: %s is called while running and waits for the "
			   "frames queued before it; if this is intended, mark "
			   "it [when=running] or [when=any] in the IDL",
			   camipc_proxy_name(proxy), method->name);
	proxy->warned[row] = true;
	return CAMIPC_CALL_ALLOWED;
}

/** May the method be called now? Returns as camipc_attempt_check(). */
static int check_state(struct camipc_proxy *proxy,
		       const struct camipc_attempt *attempt)
{
	enum camipc_reason reason = CAMIPC_REASON_BAD_STATE;
	int ret;

	if (camipc_proxy_is_destroyed(proxy) && !proxy->finishing)
		return camipc_proxy_note(proxy, -EPIPE, reason, NULL);
	ret = judge_state(proxy, attempt->method, attempt->row);
	/* In a callback of the stop that is under way. */
	if (ret == -EALREADY && proxy->arrived)
		ret = -EBUSY;
	if (ret == -EPIPE)
		reason = proxy->ending.info.reason;
	if (ret < 0 && camipc_proxy_is_restarting(proxy))
		reason = CAMIPC_REASON_WORKER_RESTARTED;
	if (ret == -EAGAIN)
		camipc_count(&proxy->stats.async_refused, 1);
	if (ret == CAMIPC_CALL_ALLOWED && camipc_proxy_is_restarting(proxy) &&
	    attempt->method->role == CAMIPC_ROLE_STOP) {
		camipc_rebirth_stop(proxy);
		return CAMIPC_CALL_NEEDLESS;
	}
	if (ret < 0)
		return camipc_proxy_note(proxy, ret, reason, NULL);
	if (ret == CAMIPC_CALL_NEEDLESS)
		return ret;
	if (!proxy->serves[attempt->row])
		return camipc_proxy_note(proxy, -EOPNOTSUPP, CAMIPC_REASON_NONE,
					 NULL);
	return 0;
}

/** Logs and notes that a call's arguments exceed a limit. */
static int note_too_large(struct camipc_proxy *proxy,
			  const struct camipc_method *method,
			  const struct camipc_excess *excess, const char *field)
{
	camipc_excess_log(CAMIPC_PROXY_TOPIC, camipc_proxy_name(proxy),
			  "arguments", method->name, excess, field);
	return camipc_proxy_note(proxy, -EMSGSIZE, CAMIPC_REASON_TOO_LARGE,
				 field);
}

int camipc_attempt_check(struct camipc_proxy *proxy, uint32_t id,
			 const struct camipc_message_type *type,
			 const void *args, struct camipc_attempt *attempt)
{
	const struct camipc_interface *interface = proxy->interface;
	const struct camipc_method *method;
	uint32_t max_fds;
	int ret;

	method = camipc_find_method(interface->methods, interface->n_methods,
				    id);
	if (!method)
		return camipc_proxy_note(proxy, -EINVAL,
					 CAMIPC_REASON_BAD_ARGUMENT, NULL);
	if (args == CAMIPC_NO_MEMORY)
		return camipc_proxy_note(proxy, -ENOMEM,
					 CAMIPC_REASON_NO_MEMORY, NULL);
	attempt->method = method;
	attempt->row = (uint16_t)(method - interface->methods);
	attempt->type = type ? type : method->args;
	attempt->drains = false;
	ret = check_state(proxy, attempt);
	if (ret != 0)
		return ret;
	max_fds = method->max_fds_args ? method->max_fds_args : CAMIPC_MAX_FDS;
	ret = camipc_check_message(attempt->type, args, max_fds,
				   proxy->tap.context, &attempt->checked);
	if (ret == -EMSGSIZE)
		return note_too_large(proxy, method, &attempt->checked.excess,
				      attempt->checked.field);
	if (ret < 0)
		return camipc_proxy_note(proxy, ret, CAMIPC_REASON_BAD_ARGUMENT,
					 attempt->checked.field);
	return 0;
}

/** Notes why a message could not be packed. Returns the error for the caller. */
static int note_unpacked(struct camipc_proxy *proxy, int error)
{
	switch (error) {
	case -EMFILE:
		return camipc_proxy_note(proxy, error, CAMIPC_REASON_NO_FDS,
					 NULL);
	case -ENOMEM:
		return camipc_proxy_note(proxy, error, CAMIPC_REASON_NO_MEMORY,
					 NULL);
	case -EBADF:
		/* A closed descriptor is as wrong as any other argument. */
		error = -EINVAL;
		break;
	default:
		break;
	}
	return camipc_proxy_note(proxy, error, CAMIPC_REASON_BAD_ARGUMENT,
				 NULL);
}

bool camipc_attempt_needs_struct(const struct camipc_proxy *proxy,
				 const struct camipc_attempt *attempt)
{
	if (attempt->type == attempt->method->args)
		return false;
	return camipc_tap_is_open(&proxy->tap) ||
	       (camipc_restart_is_on(&proxy->restart) &&
		camipc_journal_reads(&proxy->restart.journal,
				     attempt->method));
}

int camipc_attempt_build(struct camipc_proxy *proxy,
			 struct camipc_attempt *attempt, const void *args,
			 struct camipc_arena *arena, const void **ret_args)
{
	const size_t size = attempt->method->args->size;
	void *msg;

	arena->fd_mode = CAMIPC_FD_MOVE;
	msg = camipc_arena_alloc(arena, size);
	if (msg) {
		memset(msg, 0, size);
		attempt->type->build(arena, args, msg);
	}
	if (arena->error)
		return note_unpacked(proxy, arena->error);
	attempt->type = attempt->method->args;
	*ret_args = msg;
	return 0;
}

/**
 * A caller that waits lends its descriptors. An asynchronous call may be kept
 * until long after, so that it has its own.
 */
static enum camipc_packing packing_of(const struct camipc_proxy *proxy,
				      const struct camipc_method *method)
{
	enum camipc_packing packing = proxy->link->ops->packing(proxy->link);

	return packing == CAMIPC_PACK_LENT_BYTES &&
			       method->role == CAMIPC_ROLE_ASYNC
		       ? CAMIPC_PACK_BYTES
		       : packing;
}

int camipc_attempt_pack(struct camipc_proxy *proxy,
			const struct camipc_attempt *attempt, const void *args,
			struct camipc_record **ret_record)
{
	struct camipc_record *record = camipc_record_get(proxy->pool);
	struct camipc_header *header;
	struct camipc_excess excess;
	int ret;

	if (!record)
		return note_unpacked(proxy, -ENOMEM);
	ret = camipc_record_pack(record, attempt->type, args,
				 &attempt->checked,
				 packing_of(proxy, attempt->method));
	if (ret == -EMSGSIZE) {
		excess = record->excess;
		camipc_record_release(record);
		return note_too_large(proxy, attempt->method, &excess, NULL);
	}
	if (ret < 0) {
		camipc_record_release(record);
		return note_unpacked(proxy, ret);
	}
	header = &record->message.header;
	header->kind = CAMIPC_MESSAGE_CALL;
	header->id = attempt->method->id;
	record->row = attempt->row;
	record->n_fds = header->n_fds;
	*ret_record = record;
	return 0;
}
