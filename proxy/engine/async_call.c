/* SPDX-License-Identifier: MIT */
/* Sends asynchronous calls as far as the IPA keeps up. */
#include "async_call.h"

#include <errno.h>

#include <camipc/limits.h>

#include "note.h"
#include "probes.h"
#include "receive.h"
#include "reload.h"
#include "send.h"
#include "settle.h"
#include "sync_call.h"

/** Shows a call that found no credit. */
static void show_stall(const struct camipc_proxy *proxy,
		       const struct camipc_method *method,
		       enum camipc_admission admission)
{
	const enum camipc_stall fate =
		admission == CAMIPC_ADMIT_KEEP ? CAMIPC_STALL_WAITS :
		admission == CAMIPC_ADMIT_DROP ? CAMIPC_STALL_DROPPED :
						 CAMIPC_STALL_REFUSED;

	camipc_probe_stall(proxy, method, fate);
	if (camipc_tap_is_open(&proxy->tap))
		camipc_tap_stall(&proxy->tap, method, fate);
}

static int refuse(struct camipc_proxy *proxy,
		  const struct camipc_method *method,
		  enum camipc_admission admission)
{
	if (admission == CAMIPC_ADMIT_DROP) {
		camipc_count(&proxy->stats.async_dropped, 1);
		return camipc_proxy_note(proxy, 0, CAMIPC_REASON_NONE, NULL);
	}
	camipc_count(&proxy->stats.async_refused, 1);
	camipc_proxy_warn(proxy, CAMIPC_WARN_ASYNC_REFUSED,
			  "%s was refused: too many calls are unconsumed; later "
			  "refusals appear in the statistics only",
			  method->name);
	return camipc_proxy_note(proxy, -EAGAIN, CAMIPC_REASON_NO_CREDIT, NULL);
}

/** Judges the call by its credit, after reading credit that has arrived. */
static enum camipc_admission judge(struct camipc_proxy *proxy,
				   const struct camipc_attempt *attempt)
{
	const struct camipc_outbox *outbox = &proxy->courier.outbox;
	const uint32_t n_fds = attempt->checked.n_fds;
	enum camipc_admission admission;

	admission = camipc_outbox_judge(outbox, attempt->row, n_fds);
	if (admission == CAMIPC_ADMIT)
		return admission;
	/* Only an IPA that is awake gives credit. */
	camipc_proxy_wake(proxy);
	(void)camipc_proxy_receive(proxy, NULL, CAMIPC_DISPATCH_BATCH);
	admission = camipc_outbox_judge(outbox, attempt->row, n_fds);
	camipc_proxy_settle(proxy);
	return admission;
}

/** Returns the next cookie of an async call; 0 if no spans come for it. */
static uint32_t next_cookie(struct camipc_proxy *proxy)
{
	if (CAMIPC_LIKELY(!proxy->origin->trace))
		return 0;
	proxy->n_traced++;
	if (proxy->n_traced == 0)
		proxy->n_traced++;
	return proxy->n_traced;
}

/** Counts and shows a call that is in the outbox. */
static void record_accepted(struct camipc_proxy *proxy,
			    const struct camipc_attempt *attempt,
			    uint32_t cookie, const void *args)
{
	struct camipc_row_counters *row = &proxy->method_stats[attempt->row];

	camipc_count(&proxy->stats.async_calls, 1);
	camipc_count(&row->calls, 1);
	camipc_count_most(&row->high_water,
			  proxy->courier.outbox.used[attempt->row]);
	camipc_ending_note_call(&proxy->ending, attempt->method->name);
	camipc_probe_call(proxy, attempt->method, cookie, 1);
	if (camipc_tap_is_open(&proxy->tap))
		camipc_tap_call(&proxy->tap, attempt->method, cookie, args);
}

int camipc_async_call(struct camipc_proxy *proxy,
		      const struct camipc_attempt *attempt, const void *args)
{
	const enum camipc_admission admission = judge(proxy, attempt);
	struct camipc_journal_change *change = NULL;
	struct camipc_record *record;
	uint32_t cookie;
	int ret;

	if (camipc_proxy_is_dead(proxy))
		return camipc_proxy_note(proxy, -EPIPE,
					 proxy->ending.info.reason, NULL);
	if (camipc_proxy_is_restarting(proxy)) {
		/* The IPA ended while its messages were read. */
		camipc_count(&proxy->stats.async_refused, 1);
		return camipc_proxy_note(proxy, -EAGAIN,
					 CAMIPC_REASON_WORKER_RESTARTED, NULL);
	}
	if (CAMIPC_UNLIKELY(admission != CAMIPC_ADMIT))
		show_stall(proxy, attempt->method, admission);
	if (admission != CAMIPC_ADMIT && admission != CAMIPC_ADMIT_KEEP)
		return refuse(proxy, attempt->method, admission);
	ret = camipc_sync_call_journal(proxy, attempt->method, args, &change);
	if (ret < 0)
		return ret;
	ret = camipc_attempt_pack(proxy, attempt, args, &record);
	if (ret < 0) {
		camipc_journal_drop(&proxy->restart.journal, change);
		return ret;
	}
	camipc_reload_commit_change(proxy, change);
	cookie = next_cookie(proxy);
	record->message.header.flags = CAMIPC_MESSAGE_ONEWAY;
	record->message.header.cookie = cookie;
	record->message.header.epoch = proxy->arrivals.epoch;
	camipc_outbox_add(&proxy->courier.outbox, record, admission);
	record_accepted(proxy, attempt, cookie, args);
	camipc_proxy_flush(proxy);
	camipc_proxy_count_flow(proxy);
	if (!proxy->owes_wake && !camipc_reload_holds(proxy) &&
	    camipc_watchdog_await(&proxy->watchdog))
		camipc_proxy_settle(proxy);
	return camipc_proxy_note(proxy, 0, CAMIPC_REASON_NONE, NULL);
}
