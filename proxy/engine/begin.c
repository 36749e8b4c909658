/* SPDX-License-Identifier: MIT */
/* Begins calls whose result dispatch delivers: camipc_proxy_begin(). */
#include <errno.h>

#include "clock.h"
#include "finish.h"
#include "note.h"
#include "scope.h"
#include "settle.h"
#include "sync_call.h"

/** A call that was not needed completes with the IDL's defaults. */
static int begin_needless(struct camipc_proxy *proxy,
			  const struct camipc_method *method,
			  const struct camipc_completion *completion)
{
	struct camipc_call_end end = { .ret = 0 };
	struct camipc_call *call;
	int ret;

	call = camipc_call_open_role(&proxy->calls, CAMIPC_CALL_BEGUN);
	if (!call)
		return camipc_proxy_note(proxy, -EAGAIN,
					 CAMIPC_REASON_NO_CREDIT, NULL);
	ret = camipc_proxy_make_reply(proxy, method->outs, &end.reply);
	if (ret < 0) {
		camipc_completion_release(&proxy->calls, call->completion);
		camipc_call_close(&proxy->calls, call);
		return camipc_proxy_note(proxy, ret, CAMIPC_REASON_NO_MEMORY,
					 NULL);
	}
	call->method = method;
	call->began_ns = camipc_now_ns();
	*call->completion = *completion;
	camipc_proxy_finish_call(proxy, call, &end);
	return 0;
}

/** Begins a call that was found legal. */
static int start_call(struct camipc_proxy *proxy,
		     const struct camipc_attempt *attempt, const void *args,
		     const struct camipc_completion *completion)
{
	struct camipc_call *call;
	int ret;

	ret = camipc_sync_call_open(proxy, attempt, args, CAMIPC_CALL_BEGUN,
				    &call);
	if (ret < 0)
		return ret;
	*call->completion = *completion;
	camipc_sync_call_send(proxy, call);
	return 0;
}

/** Begins a call for one who reads the arguments as the method's struct. */
static int start_built_call(struct camipc_proxy *proxy,
			   struct camipc_attempt *attempt, const void *args,
			   const struct camipc_completion *completion)
{
	struct camipc_arena arena;
	int ret;

	/* The check has bounded the size: no second budget is needed. */
	camipc_arena_init(&arena, SIZE_MAX / 2);
	ret = camipc_attempt_build(proxy, attempt, args, &arena, &args);
	if (ret == 0)
		ret = start_call(proxy, attempt, args, completion);
	camipc_arena_fini(&arena);
	return ret;
}

static int begin_call(struct camipc_proxy *proxy, uint32_t id,
		      const struct camipc_message_type *type, const void *args,
		      struct camipc_completion *completion)
{
	struct camipc_attempt attempt;
	int ret;

	ret = camipc_attempt_check(proxy, id, type, args, &attempt);
	if (ret < 0)
		return ret;
	if (attempt.method->role == CAMIPC_ROLE_ASYNC)
		return camipc_proxy_note(proxy, -EINVAL,
					 CAMIPC_REASON_BAD_ARGUMENT, NULL);
	completion->method = attempt.method;
	if (ret == CAMIPC_CALL_NEEDLESS)
		return begin_needless(proxy, attempt.method, completion);
	if (camipc_attempt_needs_struct(proxy, &attempt))
		return start_built_call(proxy, &attempt, args, completion);
	return start_call(proxy, &attempt, args, completion);
}

/** @function is the caller's name. */
static int begin_in(struct camipc_proxy *proxy, const char *function,
		    uint32_t id, const struct camipc_message_type *type,
		    const void *args, struct camipc_completion *completion)
{
	CAMIPC_SCOPE(scope);
	int ret = camipc_scope_enter(&scope, proxy, function);

	if (ret < 0)
		return ret;
	ret = begin_call(proxy, id, type, args, completion);
	if (ret < 0) {
		camipc_proxy_count_error(proxy, id);
	} else {
		camipc_proxy_settle(proxy);
		camipc_proxy_note(proxy, 0, CAMIPC_REASON_NONE, NULL);
	}
	camipc_scope_leave(&scope);
	return ret;
}

int camipc_proxy_begin(struct camipc_proxy *proxy, uint32_t id,
		       const void *args, camipc_done_fn complete,
		       void (*done)(void), void *user)
{
	struct camipc_completion completion = {
		.complete = complete,
		.done = done,
		.user = user,
	};

	return begin_in(proxy, __func__, id, NULL, args, &completion);
}

int camipc_proxy_begin_as(struct camipc_proxy *proxy, uint32_t id,
			  const struct camipc_message_type *type,
			  const void *args, camipc_done_fn complete,
			  void (*done)(void), void *user)
{
	struct camipc_completion completion = {
		.complete = complete,
		.done = done,
		.user = user,
	};

	return begin_in(proxy, __func__, id, type, args, &completion);
}
