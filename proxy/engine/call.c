/* SPDX-License-Identifier: MIT */
/* Makes calls that return their result to the caller: camipc_proxy_call(). */
#include <string.h>

#include "async_call.h"
#include "note.h"
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

static int run_call(struct camipc_proxy *proxy, uint32_t id, const void *args,
		    void *outs)
{
	struct camipc_attempt attempt;
	struct camipc_call *call;
	int ret;

	ret = camipc_attempt_check(proxy, id, args, &attempt);
	if (ret == CAMIPC_CALL_NEEDLESS)
		return answer_needless(proxy, attempt.method->outs, outs);
	if (ret < 0)
		return ret;
	if (attempt.method->role == CAMIPC_ROLE_ASYNC)
		return camipc_async_call(proxy, &attempt, args);
	ret = camipc_sync_call_open(proxy, &attempt, args, CAMIPC_CALL_WAITING,
				    &call);
	if (ret < 0)
		return ret;
	camipc_sync_call_send(proxy, call);
	camipc_proxy_wait(proxy, call);
	ret = camipc_sync_call_collect(proxy, call, outs);
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
