/* SPDX-License-Identifier: MIT */
/* Moves calls that have ended out of the table, or on within it. */
#include "finish.h"

#include <errno.h>

#include "clock.h"
#include "probes.h"

/** Puts the completion of a begun call in line for dispatch. */
static void complete(struct camipc_proxy *proxy, struct camipc_call *call,
		     const struct camipc_call_end *end, bool switches)
{
	struct camipc_completion *completion = call->completion;

	completion->ret = end->ret;
	completion->error = end->error;
	completion->reason = end->reason;
	completion->result = call->result;
	completion->reply = end->reply;
	completion->switches = switches && !end->owed;
	if (end->ret < 0)
		camipc_proxy_count_error(proxy, call->method->id);
	camipc_call_complete(&proxy->calls, call,
			     camipc_arrivals_next_order(&proxy->arrivals));
}

static void show_end(const struct camipc_proxy *proxy,
		     const struct camipc_call *call,
		     const struct camipc_call_end *end)
{
	camipc_tap_reply(&proxy->tap, call->method, call->cookie, end->error,
			 end->reply ? end->reply->data : NULL,
			 camipc_now_ns() - call->began_ns);
}

enum camipc_call_phase
camipc_proxy_phase_if_owed(const struct camipc_call *call)
{
	if (camipc_role_switches(call->method->role))
		return CAMIPC_CALL_SILENT;
	return call->error == -ETIMEDOUT ? CAMIPC_CALL_LATE
					 : CAMIPC_CALL_ABANDONED;
}

void camipc_proxy_finish_call(struct camipc_proxy *proxy,
			      struct camipc_call *call,
			      const struct camipc_call_end *end)
{
	const bool switches = camipc_role_switches(call->method->role);

	if (!end->owed) {
		camipc_outbox_answered(&proxy->courier.outbox, call->n_fds);
		call->n_fds = 0;
	}
	call->ret = end->ret;
	call->error = end->error;
	call->reason = end->reason;
	camipc_probe_reply(proxy, call);
	if (camipc_tap_is_open(&proxy->tap))
		show_end(proxy, call, end);
	if (call->phase == CAMIPC_CALL_WAITING) {
		call->reply = end->reply;
		call->owed = end->owed;
		camipc_call_set_phase(&proxy->calls, call, CAMIPC_CALL_DONE);
		return;
	}
	if (call->phase == CAMIPC_CALL_BEGUN)
		complete(proxy, call, end, switches);
	else
		camipc_record_release(end->reply);
	if (!end->owed)
		camipc_call_close(&proxy->calls, call);
	else
		camipc_call_set_phase(&proxy->calls, call,
				      camipc_proxy_phase_if_owed(call));
}

bool camipc_proxy_unsend_call(struct camipc_proxy *proxy,
			      struct camipc_call *call)
{
	struct camipc_record *record =
		camipc_outbox_remove(&proxy->courier.outbox, call->cookie);

	if (!record)
		return false;
	camipc_record_release(record);
	call->n_fds = 0;
	return true;
}

int camipc_proxy_make_reply(struct camipc_proxy *proxy,
			    const struct camipc_message_type *type,
			    struct camipc_record **ret_reply)
{
	struct camipc_open_info info;
	int ret;

	*ret_reply = NULL;
	if (!type)
		return 0;
	*ret_reply = camipc_record_get(proxy->pool);
	if (!*ret_reply)
		return -ENOMEM;
	ret = camipc_record_open(*ret_reply, type, proxy->tap.context, &info);
	if (ret < 0) {
		camipc_record_release(*ret_reply);
		*ret_reply = NULL;
	}
	return ret;
}
