/* SPDX-License-Identifier: MIT */
/* Makes calls that return their result to the caller: camipc_proxy_call(). */
#include <errno.h>
#include <string.h>

#include "async_call.h"
#include "drain.h"
#include "note.h"
#include "scope.h"
#include "settle.h"
#include "sync_call.h"
#include "wait.h"

/** A call that was not needed succeeds with the IDL's defaults. */
static int answer_needless(struct camipc_proxy *proxy,
			   const struct camipc_message_type *type, void *outs)
{
	if (outs && type) {
		memset(outs, 0, type->size);
		if (type->init)
			type->init(outs);
	}
	return camipc_proxy_note(proxy, 0, CAMIPC_REASON_NONE, NULL);
}

/** Waits for the answer to a stop, and delivers what was raised before it. */
static void wait_and_drain(struct camipc_proxy *proxy, struct camipc_call *call)
{
	camipc_drain_begin(proxy, call);
	camipc_sync_call_send(proxy, call);
	camipc_drain_deliver(proxy);
	camipc_proxy_wait(proxy, call);
	camipc_drain_end(proxy);
}

/** Makes a call that was found legal. */
static int make_call(struct camipc_proxy *proxy,
		     const struct camipc_attempt *attempt, const void *args,
		     void *outs)
{
	struct camipc_call *call;
	int ret;

	if (attempt->method->role == CAMIPC_ROLE_ASYNC)
		return camipc_async_call(proxy, attempt, args);
	ret = camipc_sync_call_open(proxy, attempt, args, CAMIPC_CALL_WAITING,
				    &call);
	if (ret < 0)
		return ret;
	if (attempt->drains) {
		wait_and_drain(proxy, call);
	} else {
		camipc_sync_call_send(proxy, call);
		camipc_proxy_wait(proxy, call);
	}
	ret = camipc_sync_call_collect(proxy, call, outs);
	camipc_proxy_settle(proxy);
	return ret;
}

/** Makes a call for one who reads the arguments as the method's struct. */
static int make_built_call(struct camipc_proxy *proxy,
			   struct camipc_attempt *attempt, const void *args,
			   void *outs)
{
	struct camipc_arena arena;
	int ret;

	/* The check has bounded the size: no second budget is needed. */
	camipc_arena_init(&arena, SIZE_MAX / 2);
	ret = camipc_attempt_build(proxy, attempt, args, &arena, &args);
	if (ret == 0)
		ret = make_call(proxy, attempt, args, outs);
	camipc_arena_fini(&arena);
	return ret;
}

static int run_call(struct camipc_proxy *proxy, uint32_t id,
		    const struct camipc_message_type *type, const void *args,
		    void *outs, bool drains)
{
	struct camipc_attempt attempt;
	int ret;

	ret = camipc_attempt_check(proxy, id, type, args, &attempt);
	if (ret == CAMIPC_CALL_NEEDLESS)
		return answer_needless(proxy, attempt.method->outs, outs);
	if (ret < 0)
		return ret;
	if (drains && attempt.method->role != CAMIPC_ROLE_STOP)
		return camipc_proxy_note(proxy, -EINVAL,
					 CAMIPC_REASON_BAD_ARGUMENT, NULL);
	attempt.drains = drains;
	if (camipc_attempt_needs_struct(proxy, &attempt))
		return make_built_call(proxy, &attempt, args, outs);
	return make_call(proxy, &attempt, args, outs);
}

/** @function is the caller's name. */
static int call_in(struct camipc_proxy *proxy, const char *function,
		   uint32_t id, const struct camipc_message_type *type,
		   const void *args, void *outs)
{
	CAMIPC_SCOPE(scope);
	int ret = camipc_scope_enter(&scope, proxy, function);

	if (ret < 0)
		return ret;
	ret = run_call(proxy, id, type, args, outs, false);
	if (ret < 0)
		camipc_proxy_count_error(proxy, id);
	camipc_scope_leave(&scope);
	return ret;
}

int camipc_proxy_call(struct camipc_proxy *proxy, uint32_t id, const void *args,
		      void *outs)
{
	return call_in(proxy, __func__, id, NULL, args, outs);
}

int camipc_proxy_call_as(struct camipc_proxy *proxy, uint32_t id,
			 const struct camipc_message_type *type,
			 const void *args, void *outs)
{
	return call_in(proxy, __func__, id, type, args, outs);
}

int camipc_proxy_drain(struct camipc_proxy *proxy, uint32_t id,
		       const void *args, void *outs)
{
	CAMIPC_SCOPE(scope);
	int ret = camipc_scope_enter(&scope, proxy, __func__);

	if (ret < 0)
		return ret;
	if (proxy->dispatching)
		ret = camipc_proxy_note(proxy, -EBUSY, CAMIPC_REASON_BAD_STATE,
					NULL);
	else
		ret = run_call(proxy, id, NULL, args, outs, true);
	if (ret < 0)
		camipc_proxy_count_error(proxy, id);
	camipc_scope_leave(&scope);
	return ret;
}
