/* SPDX-License-Identifier: MIT */
/* Starts another worker for a proxy, and brings it to the state of the old one. */
#include "rebirth.h"

#include <errno.h>

#include <camipc/error.h>
#include <camipc/log.h>

#include "clock.h"
#include "drop.h"
#include "give_up.h"
#include "link_params.h"
#include "replay.h"
#include "spare.h"
#include "state.h"

/* A call that finds no room or no credit is sent again so much later. */
#define RETRY_NS ((int64_t)CAMIPC_NS_PER_MS)

int64_t camipc_rebirth_due(const struct camipc_proxy *proxy)
{
	const struct camipc_restart *restart = &proxy->restart;

	if (restart->phase == CAMIPC_RESTART_DELAY)
		return restart->at;
	if (restart->phase == CAMIPC_RESTART_REPLAY && !restart->cookie)
		return restart->at;
	return CAMIPC_NO_DEADLINE;
}

/* ---- the end of a restart ---------------------------------------------- */

static void fill_info(struct camipc_proxy *proxy)
{
	const struct camipc_restart *restart = &proxy->restart;
	struct camipc_notice *notice = restart->current;

	notice->info = (struct camipc_restart_info){
		.size = sizeof(notice->info),
		.attempt = restart->attempt,
		.epoch = proxy->arrivals.epoch,
		.replayed = restart->replayed,
		.took_us = (uint64_t)(camipc_now() - notice->began) / 1000,
		.cause = &notice->cause,
	};
}

/** The new IPA has what the old one had. */
static void finish(struct camipc_proxy *proxy)
{
	struct camipc_restart *restart = &proxy->restart;

	fill_info(proxy);
	camipc_log(CAMIPC_LOG_INFO, CAMIPC_PROXY_TOPIC,
		   "%s: restarted at attempt %u, %llu us after the worker's "
		   "end; %u calls were repeated",
		   camipc_proxy_name(proxy), restart->attempt,
		   (unsigned long long)restart->current->info.took_us,
		   restart->replayed);
	camipc_restart_tell(restart,
			    camipc_arrivals_next_order(&proxy->arrivals));
	camipc_arrivals_postpone_new(&proxy->arrivals);
	restart->phase = CAMIPC_RESTART_NONE;
	camipc_count(&proxy->stats.restarts, 1);
	if (camipc_proxy_is_restarting(proxy))
		camipc_proxy_set_state(proxy, restart->target);
}

/* ---- replay ------------------------------------------------------------ */

/** A start that was not followed by a stop belongs to a run only. */
static bool is_needed(const struct camipc_proxy *proxy,
		      const struct camipc_journal_entry *entry)
{
	return entry->method->role != CAMIPC_ROLE_START ||
	       (proxy->restart.target == CAMIPC_STATE_RUNNING &&
		camipc_proxy_is_restarting(proxy));
}

/** Events of the new IPA belong to the run that it is started for. */
static uint32_t find_epoch(struct camipc_proxy *proxy,
			   const struct camipc_method *method)
{
	struct camipc_restart *restart = &proxy->restart;

	if (method->role == CAMIPC_ROLE_START && !restart->runs) {
		atomic_store_explicit(
			&proxy->stats.epoch,
			camipc_arrivals_begin_run(&proxy->arrivals),
			memory_order_relaxed);
		restart->runs = true;
	}
	/* A start that waits for this restart has begun a run of its own. */
	return camipc_proxy_state(proxy) == CAMIPC_STATE_STARTING ?
		       proxy->arrivals.epoch - 1 :
		       proxy->arrivals.epoch;
}

static uint32_t timeout_of(const struct camipc_proxy *proxy,
			   const struct camipc_method *method)
{
	return proxy->timeout_ms ? proxy->timeout_ms :
				   camipc_state_timeout(method);
}

static struct camipc_call *open_call(struct camipc_proxy *proxy,
				     const struct camipc_method *method,
				     uint32_t epoch)
{
	struct camipc_call *call = camipc_call_open_role(
		&proxy->calls, CAMIPC_CALL_REPLAYED);

	if (!call)
		return NULL;
	call->method = method;
	call->epoch = epoch;
	call->time = camipc_movable_begin(timeout_of(proxy, method));
	call->began_ns = camipc_now_ns();
	call->sent = true;
	return call;
}

static int send_sync(struct camipc_proxy *proxy,
		     const struct camipc_replay_path *path,
		     const struct camipc_journal_entry *entry, uint32_t epoch)
{
	struct camipc_call *call = open_call(proxy, entry->method, epoch);
	int ret;

	if (!call)
		return -EAGAIN;
	ret = camipc_replay_send(path, entry, epoch, call->cookie);
	if (ret < 0)
		camipc_call_close(&proxy->calls, call);
	else
		proxy->restart.cookie = call->cookie;
	return ret;
}

/** Sends a call again. Returns 0, -EAGAIN or an error of the link. */
static int send(struct camipc_proxy *proxy,
		const struct camipc_journal_entry *entry)
{
	const struct camipc_replay_path path = {
		.link = proxy->link,
		.courier = &proxy->courier,
		.interface = proxy->interface,
	};
	const struct camipc_method *method = entry->method;
	const uint32_t epoch = find_epoch(proxy, method);

	if (method->role == CAMIPC_ROLE_ASYNC)
		return camipc_replay_send(&path, entry, epoch, 0);
	return send_sync(proxy, &path, entry, epoch);
}

static enum camipc_reason reason_of(int error)
{
	switch (error) {
	case -EMFILE:
		return CAMIPC_REASON_NO_FDS;
	case -ENOMEM:
		return CAMIPC_REASON_NO_MEMORY;
	case -EPIPE:
		return CAMIPC_REASON_NONE;
	default:
		return CAMIPC_REASON_RESTART_FAILED;
	}
}

/**
 * There is no room or no credit for the next call: looks again soon. An IPA that
 * makes no room is as silent as one that does not answer, and gets as much time.
 */
static void wait_for_room(struct camipc_proxy *proxy,
			  const struct camipc_method *method)
{
	struct camipc_restart *restart = &proxy->restart;
	const int64_t now = camipc_now();

	if (restart->room.deadline == CAMIPC_NO_DEADLINE)
		restart->room = camipc_movable_begin(timeout_of(proxy, method));
	if (now < restart->room.deadline) {
		restart->at = now + RETRY_NS;
		return;
	}
	camipc_log(CAMIPC_LOG_WARNING, CAMIPC_PROXY_TOPIC,
		   "%s: %s could not be sent in time after a restart",
		   camipc_proxy_name(proxy), method->name);
	camipc_proxy_give_up(proxy, CAMIPC_REASON_TIMEOUT, -EPIPE);
}

/** Sends what can be sent, up to the next call that is answered. */
static void replay(struct camipc_proxy *proxy)
{
	struct camipc_restart *restart = &proxy->restart;
	int ret = 0;

	while (restart->phase == CAMIPC_RESTART_REPLAY && !restart->cookie) {
		const struct camipc_journal_entry *entry = restart->entry;

		if (!entry) {
			finish(proxy);
			return;
		}
		if (is_needed(proxy, entry))
			ret = send(proxy, entry);
		/* What ended it is read from the channel. */
		if (ret == -EAGAIN || ret == -EPIPE) {
			wait_for_room(proxy, entry->method);
			return;
		}
		if (ret < 0) {
			camipc_proxy_give_up(proxy, reason_of(ret), -EPIPE);
			return;
		}
		restart->room.deadline = CAMIPC_NO_DEADLINE;
		if (restart->cookie)
			return;
		restart->replayed += is_needed(proxy, entry);
		restart->entry = entry->next;
	}
}

static void mismatch(struct camipc_proxy *proxy,
		     const struct camipc_method *method, const char *field)
{
	proxy->ending.method = method->name;
	proxy->ending.field = field[0] ? field : "result";
	camipc_proxy_give_up(proxy, CAMIPC_REASON_RESTORE_MISMATCH, -EPIPE);
}

void camipc_rebirth_answer(struct camipc_proxy *proxy, struct camipc_call *call,
			   struct camipc_record *reply)
{
	struct camipc_restart *restart = &proxy->restart;
	const struct camipc_journal_entry *entry = restart->entry;
	struct camipc_open_info info = { .reason = CAMIPC_REASON_RESTART_FAILED };
	const char *field;
	int ret = -EPROTO;

	camipc_call_close(&proxy->calls, call);
	restart->cookie = 0;
	if (!(reply->message.header.flags & CAMIPC_MESSAGE_ERROR))
		ret = camipc_record_open(reply, entry->method->outs,
					 proxy->tap.context, &info);
	if (ret < 0) {
		camipc_record_release(reply);
		camipc_proxy_give_up(proxy,
				     info.reason ? info.reason :
						   CAMIPC_REASON_NO_MEMORY,
				     -EPIPE);
		return;
	}
	field = camipc_replay_compare(entry, reply);
	if (field) {
		camipc_record_release(reply);
		mismatch(proxy, entry->method, field);
		return;
	}
	camipc_replay_keep_results(entry, reply, restart->current);
	restart->replayed++;
	restart->entry = entry->next;
	replay(proxy);
}

/* ---- birth ------------------------------------------------------------- */

/** Replaces the link by one that was begun. */
static void take_link(struct camipc_proxy *proxy, struct camipc_link *link)
{
	struct camipc_notice *notice = proxy->restart.current;
	struct camipc_link *old = proxy->link;

	proxy->link = link;
	proxy->ending.last_call = NULL;
	proxy->ending.last_event = NULL;
	/* The notice tells how the first one ended, in its words. */
	if (!notice->link)
		notice->link = old;
	else
		old->ops->destroy(old);
}

static void begin_replay(struct camipc_proxy *proxy)
{
	camipc_proxy_find_served(proxy);
	proxy->restart.phase = CAMIPC_RESTART_REPLAY;
	proxy->restart.entry = proxy->restart.journal.first;
	replay(proxy);
}

static void begin_attempt(struct camipc_proxy *proxy)
{
	struct camipc_restart *restart = &proxy->restart;
	struct camipc_link *link;
	int ret;

	restart->attempt++;
	restart->entry = NULL;
	restart->cookie = 0;
	restart->room.deadline = CAMIPC_NO_DEADLINE;
	restart->replayed = 0;
	restart->runs = restart->target == CAMIPC_STATE_RUNNING &&
			!camipc_state_find_role(proxy->interface,
						CAMIPC_ROLE_START);
	ret = camipc_restart_prepare(restart);
	link = ret == 0 ? camipc_spare_take(proxy) : NULL;
	if (link) {
		take_link(proxy, link);
		begin_replay(proxy);
		return;
	}
	if (ret == 0)
		ret = camipc_proxy_begin_link(proxy, &link);
	if (ret < 0) {
		camipc_log(CAMIPC_LOG_WARNING, CAMIPC_PROXY_TOPIC,
			   "%s: attempt %u to restart the worker failed: %s",
			   camipc_proxy_name(proxy), restart->attempt,
			   ret == -EAGAIN ? camipc_errno_to_string(ret) :
					    camipc_strerror(ret));
		camipc_proxy_give_up(proxy, CAMIPC_REASON_RESTART_FAILED,
				     -EPIPE);
		return;
	}
	take_link(proxy, link);
	restart->phase = CAMIPC_RESTART_BIRTH;
}

static void go_on(struct camipc_proxy *proxy)
{
	const struct camipc_link_params params =
		camipc_proxy_link_params(proxy);
	int ret = proxy->link->ops->resume(proxy->link, &params);

	if (ret == -EAGAIN)
		return;
	if (ret < 0) {
		camipc_proxy_give_up(proxy, CAMIPC_REASON_RESTART_FAILED,
				     -EPIPE);
		return;
	}
	begin_replay(proxy);
}

void camipc_rebirth_step(struct camipc_proxy *proxy)
{
	struct camipc_restart *restart = &proxy->restart;

	switch (restart->phase) {
	case CAMIPC_RESTART_DELAY:
		if (camipc_now() >= restart->at)
			begin_attempt(proxy);
		break;
	case CAMIPC_RESTART_BIRTH:
		go_on(proxy);
		break;
	case CAMIPC_RESTART_REPLAY:
		replay(proxy);
		break;
	default:
		break;
	}
}

/* ---- without an IPA ---------------------------------------------------- */

void camipc_rebirth_stop(struct camipc_proxy *proxy)
{
	struct camipc_restart *restart = &proxy->restart;

	camipc_proxy_give_up_attempt(proxy);
	camipc_proxy_fail_waiting(proxy);
	camipc_proxy_drop_arrivals(proxy);
	camipc_journal_end_run(&restart->journal);
	restart->phase = CAMIPC_RESTART_PARKED;
	if (restart->target != CAMIPC_STATE_CREATED)
		restart->target = CAMIPC_STATE_STOPPED;
	camipc_proxy_set_state(proxy, restart->target);
}

uint32_t camipc_rebirth_revive(struct camipc_proxy *proxy)
{
	struct camipc_restart *restart = &proxy->restart;
	const struct camipc_journal_entry *entry = restart->journal.first;
	uint32_t ms = CAMIPC_TIMEOUT_HELLO_MS + CAMIPC_TIMEOUT_LOADED_MS;

	if (restart->phase == CAMIPC_RESTART_NONE ||
	    camipc_proxy_is_restarting(proxy))
		return 0;
	if (restart->phase == CAMIPC_RESTART_PARKED)
		camipc_restart_begin(restart, camipc_now(), restart->target);
	for (; entry; entry = entry->next)
		ms += timeout_of(proxy, entry->method);
	return ms;
}
