/* SPDX-License-Identifier: MIT */
/* The way from a proxy's courier to its link. */
#include "send.h"

#include <errno.h>

#include <camipc/log.h>

#include "finish.h"
#include "reload.h"
#include "settle.h"

void camipc_proxy_wake(struct camipc_proxy *proxy)
{
	if (CAMIPC_LIKELY(!proxy->owes_wake))
		return;
	proxy->owes_wake = false;
	if (proxy->link->ops->wake && !camipc_proxy_is_dead(proxy))
		proxy->link->ops->wake(proxy->link);
	/* It could not do anything before. */
	if (!camipc_reload_holds(proxy) &&
	    camipc_watchdog_await(&proxy->watchdog))
		camipc_proxy_arm_timer(proxy);
}

static void count_sent(struct camipc_proxy *proxy, uint8_t kind, uint16_t row,
		       uint32_t size)
{
	camipc_count(&proxy->stats.bytes_sent, size);
	if (CAMIPC_LIKELY(kind == CAMIPC_MESSAGE_CALL))
		camipc_count(&proxy->method_stats[row].bytes_sent, size);
	else if (camipc_tap_is_open(&proxy->tap))
		camipc_tap_credit(&proxy->tap, true,
				  proxy->courier.debt.consumed);
}

static void mark_sent(struct camipc_proxy *proxy, uint32_t cookie)
{
	struct camipc_call *call = camipc_call_find(&proxy->calls, cookie);

	if (CAMIPC_LIKELY(call != NULL))
		call->sent = true;
}

/** Returns true for a call that the call table has; a barrier is not one. */
static bool is_answered_call(const struct camipc_header *header)
{
	return header->kind == CAMIPC_MESSAGE_CALL &&
	       !(header->flags & CAMIPC_MESSAGE_ONEWAY);
}

static int send_record(void *user, struct camipc_record *record)
{
	struct camipc_header *header = &record->message.header;
	struct camipc_proxy *proxy = user;
	/* Read now: a record that was sent has another owner. */
	const uint32_t size = header->body_size + CAMIPC_HEADER_SIZE;
	const uint8_t kind = header->kind;
	const bool is_answered = is_answered_call(header);
	const uint32_t cookie = header->cookie;
	const uint16_t row = record->row;
	const bool is_barrier = header->id == CAMIPC_BARRIER_ID;
	const bool quiet = proxy->is_corked &&
			   (header->flags & CAMIPC_MESSAGE_ONEWAY);
	int ret;

	if (kind == CAMIPC_MESSAGE_CREDIT)
		header->epoch = proxy->arrivals.epoch;
	record->message.quiet = quiet;
	ret = proxy->link->ops->push(proxy->link, record);
	if (ret < 0)
		return ret;
	if (CAMIPC_UNLIKELY(quiet))
		proxy->owes_wake = true;
	else
		camipc_proxy_wake(proxy);
	if (CAMIPC_UNLIKELY(is_barrier)) {
		camipc_count(&proxy->stats.bytes_sent, size);
		return 0;
	}
	count_sent(proxy, kind, row, size);
	if (is_answered)
		mark_sent(proxy, cookie);
	return 0;
}

static enum camipc_reason loss_reason(int error)
{
	if (error == -EMFILE)
		return CAMIPC_REASON_NO_FDS;
	return error == -ENOSYS ? CAMIPC_REASON_REFUSED
				: CAMIPC_REASON_NO_MEMORY;
}

static void lose_record(void *user, struct camipc_record *record, int error)
{
	const struct camipc_call_end end = {
		.ret = error,
		.error = error,
		.reason = loss_reason(error),
	};
	const struct camipc_header *header = &record->message.header;
	struct camipc_proxy *proxy = user;
	struct camipc_call *call = NULL;

	/* Nobody answers a barrier that was not sent. */
	if (header->kind == CAMIPC_MESSAGE_CALL &&
	    header->id == CAMIPC_BARRIER_ID) {
		if (proxy->reload)
			proxy->reload->failed = error;
	} else if (is_answered_call(header)) {
		call = camipc_call_find(&proxy->calls, header->cookie);
	} else if (header->kind == CAMIPC_MESSAGE_CALL) {
		camipc_count(&proxy->stats.async_dropped, 1);
	}
	camipc_log(CAMIPC_LOG_WARNING, CAMIPC_PROXY_TOPIC,
		   "%s: a call was not sent: %s", camipc_proxy_name(proxy),
		   camipc_strerror(error));
	camipc_record_release(record);
	if (call) {
		call->n_fds = 0;
		camipc_proxy_finish_call(proxy, call, &end);
	}
}

void camipc_proxy_own_unsent(struct camipc_proxy *proxy, uint32_t cookie)
{
	struct camipc_outbox *outbox = &proxy->courier.outbox;
	struct camipc_record *record = camipc_outbox_find(outbox, cookie);
	int ret;

	if (!record)
		return;
	ret = camipc_message_own_fds(&record->message);
	if (ret < 0)
		lose_record(proxy, camipc_outbox_remove(outbox, cookie), ret);
}

struct camipc_sender camipc_proxy_sender(struct camipc_proxy *proxy)
{
	return (struct camipc_sender){
		.send = send_record,
		.lost = lose_record,
		.user = proxy,
	};
}

/**
 * Once more each time that there was no room: it may be another part of the link
 * that is full now.
 */
static void want_room(struct camipc_proxy *proxy, bool want)
{
	if ((!want && !proxy->room_wanted) || !proxy->link->ops->want_room)
		return;
	proxy->room_wanted = want;
	proxy->link->ops->want_room(proxy->link, want);
}

void camipc_proxy_flush(struct camipc_proxy *proxy)
{
	/* Until another IPA has taken over, calls wait for it. */
	if (camipc_proxy_is_dead(proxy) ||
	    proxy->restart.phase != CAMIPC_RESTART_NONE)
		return;
	if (!camipc_courier_has_sendable(&proxy->courier) &&
	    !proxy->room_wanted)
		return;
	want_room(proxy, camipc_courier_flush(&proxy->courier) == -EAGAIN);
	/* An IPA that sleeps makes no room. */
	if (proxy->room_wanted)
		camipc_proxy_wake(proxy);
	camipc_proxy_count_flow(proxy);
}
