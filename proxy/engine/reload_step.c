/* SPDX-License-Identifier: MIT */
/* Brings another worker up beside the present one, and lets it take over. */
#include "reload_step.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <camipc/log.h>

#include "clock.h"
#include "fd_poll.h"
#include "link_params.h"
#include "probes.h"
#include "receive.h"
#include "replay.h"
#include "send.h"
#include "settle.h"
#include "spans.h"
#include "spare.h"

/* A call that finds no room or no credit is sent again so much later. */
#define RETRY_NS ((int64_t)CAMIPC_NS_PER_MS)

/* ---- the beginning ------------------------------------------------------ */

static int make_other_courier(struct camipc_proxy *proxy,
			struct camipc_courier *courier)
{
	const struct camipc_outbox *outbox = &proxy->courier.outbox;
	const struct camipc_debt *debt = &proxy->courier.debt;
	const struct camipc_courier_rows calls = { outbox->rows,
						   outbox->n_rows };
	const struct camipc_courier_rows events = { debt->rows, debt->n_rows };
	int ret = camipc_courier_init(courier, &calls, &events, outbox->window,
				      proxy->pool, &proxy->courier.sender);

	if (ret == 0)
		camipc_courier_limit_bytes(courier, outbox->window_bytes);
	return ret;
}

static int make_notices(struct camipc_reload *reload,
			void (*done)(void *user, int ret), void *user)
{
	reload->restarted = calloc(1, sizeof(*reload->restarted));
	if (!reload->restarted)
		return -ENOMEM;
	if (!done)
		return 0;
	reload->ended = calloc(1, sizeof(*reload->ended));
	if (!reload->ended)
		return -ENOMEM;
	reload->ended->done = done;
	reload->ended->user = user;
	return 0;
}

int camipc_reload_begin(struct camipc_proxy *proxy,
			void (*done)(void *user, int ret), void *user)
{
	struct camipc_reload *reload = calloc(1, sizeof(*reload));
	int ret;

	if (!reload)
		return -ENOMEM;
	proxy->reload = reload;
	reload->last_change = &reload->changes;
	reload->began = camipc_now();
	ret = make_notices(reload, done, user);
	if (ret == 0)
		ret = make_other_courier(proxy, &reload->courier);
	if (ret == 0) {
		/* A spare that has loaded this very file is half the work. */
		reload->link = camipc_spare_take(proxy);
		if (reload->link)
			reload->phase = CAMIPC_RELOAD_READY;
		else
			ret = camipc_proxy_begin_link(proxy, &reload->link);
	}
	if (ret < 0)
		camipc_reload_free(proxy);
	return ret;
}

static void go_on_loading(struct camipc_proxy *proxy)
{
	struct camipc_reload *reload = proxy->reload;
	const struct camipc_link_params params =
		camipc_proxy_link_params(proxy);
	int ret = reload->link->ops->resume(reload->link, &params);

	if (ret == 0)
		reload->phase = CAMIPC_RELOAD_READY;
	else if (ret != -EAGAIN)
		camipc_reload_fail(proxy, ret);
}

/* ---- the barrier -------------------------------------------------------- */

/** Calls have other cookies: theirs are at least so large. */
static bool may_count_on(struct camipc_restart *restart)
{
	if (restart->barriers + 1 < CAMIPC_CALL_SLOTS)
		return true;
	if (restart->barriers != restart->barriers_answered)
		return false;
	restart->barriers = 0;
	restart->barriers_answered = 0;
	return true;
}

/** Holds back the calls that follow; start and stop have their place before. */
static void begin_hold(struct camipc_proxy *proxy)
{
	struct camipc_reload *reload = proxy->reload;
	struct camipc_record *record;

	if (!camipc_reload_may_hold(proxy))
		return;
	record = may_count_on(&proxy->restart) ?
			 camipc_record_get(proxy->pool) :
			 NULL;
	if (!record) {
		camipc_reload_fail(proxy, -ENOMEM);
		return;
	}
	reload->runs = camipc_proxy_state(proxy) == CAMIPC_STATE_RUNNING;
	reload->epoch = proxy->arrivals.epoch;
	record->message.header.kind = CAMIPC_MESSAGE_CALL;
	record->message.header.id = CAMIPC_BARRIER_ID;
	record->message.header.epoch = reload->epoch;
	record->message.header.cookie = ++proxy->restart.barriers;
	reload->time = camipc_movable_begin(CAMIPC_TIMEOUT_RELOAD_MS);
	reload->phase = CAMIPC_RELOAD_DRAIN;
	camipc_outbox_add_free(&proxy->courier.outbox, record);
	camipc_proxy_flush(proxy);
}

static void look_for_answer(struct camipc_proxy *proxy)
{
	struct camipc_reload *reload = proxy->reload;
	const struct camipc_restart *restart = &proxy->restart;

	if (reload->failed) {
		camipc_reload_fail(proxy, reload->failed);
		return;
	}
	if (restart->barriers_answered != restart->barriers)
		return;
	reload->phase = CAMIPC_RELOAD_REPLAY;
	reload->entry = restart->journal.first;
	reload->at = camipc_now();
}

/* ---- what the other worker sends ---------------------------------------- */

static int fail_reload(struct camipc_proxy *proxy, int error)
{
	camipc_reload_fail(proxy, error);
	return error;
}

static int keep_other_event(struct camipc_proxy *proxy, struct camipc_record *record)
{
	const struct camipc_interface *interface = proxy->interface;
	struct camipc_reload *reload = proxy->reload;
	const struct camipc_method *event = camipc_find_method(
		interface->events, interface->n_events,
		record->message.header.id);
	enum camipc_reason reason;

	if (!event) {
		camipc_record_release(record);
		return -EPROTO;
	}
	record->row = (uint16_t)(event - interface->events);
	if (camipc_debt_receive(&reload->courier.debt, record, &reason) < 0) {
		camipc_record_release(record);
		return -EPROTO;
	}
	camipc_record_queue_push(&reload->events, record);
	return 0;
}

/** Takes the reply to the repeated call. */
static int take_repeated(struct camipc_proxy *proxy, struct camipc_record *reply)
{
	struct camipc_reload *reload = proxy->reload;
	const struct camipc_header *header = &reply->message.header;
	const struct camipc_journal_entry *entry = reload->entry;
	struct camipc_open_info info;
	const char *field = "result";
	int ret = -EPROTO;

	if (reload->sent && header->cookie == reload->cookie &&
	    header->id == entry->method->id && header->epoch == reload->epoch)
		ret = header->flags & CAMIPC_MESSAGE_ERROR ?
			      -EREMOTEIO :
			      camipc_record_open(reply, entry->method->outs,
						 proxy->tap.context, &info);
	if (ret == 0)
		field = camipc_replay_compare(entry, reply);
	if (ret == 0 && field)
		ret = -EREMOTEIO;
	if (ret == -EREMOTEIO)
		camipc_log(CAMIPC_LOG_WARNING, CAMIPC_PROXY_TOPIC,
			   "%s: after a reload %s returned another %s",
			   camipc_proxy_name(proxy), entry->method->name,
			   field[0] ? field : "result");
	if (ret < 0) {
		camipc_record_release(reply);
		return ret;
	}
	camipc_replay_keep_results(entry, reply, reload->restarted);
	reload->sent = false;
	reload->replayed++;
	reload->entry = entry->next;
	reload->at = camipc_now();
	return 0;
}

static int take_other_record(struct camipc_proxy *proxy, struct camipc_record *record)
{
	struct camipc_reload *reload = proxy->reload;
	const struct camipc_header header = record->message.header;
	int ret = -EPROTO;

	if (!record->weight)
		record->weight = header.body_size;
	record->n_fds = header.n_fds;
	if (camipc_outbox_consumed(&reload->courier.outbox, header.consumed) <
		    0 ||
	    (header.n_fds && camipc_receive_too_many_fds(proxy, &header))) {
		camipc_record_release(record);
		return -EPROTO;
	}
	switch (header.kind) {
	case CAMIPC_MESSAGE_REPLY:
		return take_repeated(proxy, record);
	case CAMIPC_MESSAGE_EVENT:
		return keep_other_event(proxy, record);
	case CAMIPC_MESSAGE_TRACE:
		ret = camipc_spans_show(proxy, &record->message);
		break;
	case CAMIPC_MESSAGE_CREDIT:
		ret = 0;
		break;
	default:
		break;
	}
	camipc_record_release(record);
	return ret;
}

/** Reads what has come. Returns 0, or an error if the reload has failed. */
static int read_other(struct camipc_proxy *proxy)
{
	struct camipc_link *link = proxy->reload->link;
	enum camipc_reason reason;

	if (link->ops->service)
		link->ops->service(link);
	for (int i = 0; i < CAMIPC_LAST_RECORDS; i++) {
		struct camipc_record *record;
		int ret = link->ops->pop(link, &record, &reason);

		if (ret == -EAGAIN || ret == -ENOMEM)
			break;
		if (ret == 0)
			ret = take_other_record(proxy, record);
		if (ret < 0)
			return fail_reload(proxy, ret);
	}
	if (link->ops->settle)
		link->ops->settle(link);
	return 0;
}

/* ---- replay ------------------------------------------------------------- */

static bool is_repeated(const struct camipc_reload *reload)
{
	return reload->entry->method->role != CAMIPC_ROLE_START || reload->runs;
}

/** Sends what can be sent. Returns 0 once all were answered, else -EAGAIN; or
 *  an error of the link. */
static int repeat_calls(struct camipc_proxy *proxy)
{
	struct camipc_reload *reload = proxy->reload;
	const struct camipc_replay_path path = {
		.link = reload->link,
		.courier = &reload->courier,
		.interface = proxy->interface,
	};

	while (reload->entry && !reload->sent) {
		const struct camipc_journal_entry *entry = reload->entry;
		const bool answers = entry->method->role != CAMIPC_ROLE_ASYNC;
		int ret;

		if (!is_repeated(reload)) {
			reload->entry = entry->next;
			continue;
		}
		ret = camipc_replay_send(&path, entry, reload->epoch,
					 answers ? ++reload->cookie : 0);
		if (ret == -EAGAIN)
			reload->at = camipc_now() + RETRY_NS;
		if (ret < 0)
			return ret;
		reload->sent = answers;
		if (answers)
			break;
		reload->replayed++;
		reload->entry = entry->next;
	}
	return reload->entry ? -EAGAIN : 0;
}

/* ---- the change ---------------------------------------------------------- */

static bool is_served(const struct camipc_served *served, uint32_t id)
{
	for (uint16_t i = 0; i < served->n_methods; i++) {
		if (served->methods[i] == id)
			return true;
	}
	return false;
}

/** A call that is held back was checked against the present module. */
static bool serves_all(const struct camipc_proxy *proxy)
{
	const struct camipc_link *link = proxy->reload->link;
	const struct camipc_served *served = link->ops->served(link);
	const struct camipc_record *record = proxy->courier.outbox.queue.head;

	for (; record; record = record->next) {
		if (!is_served(served, record->message.header.id))
			return false;
	}
	return true;
}

/** Ends the present worker, and fills in what the host gets to know. */
static void end_old(struct camipc_proxy *proxy, struct camipc_notice *notice)
{
	struct camipc_reload *reload = proxy->reload;
	struct camipc_ending *ending = &proxy->ending;
	struct camipc_link *old = proxy->link;

	camipc_ending_begin(ending, CAMIPC_REASON_RELOADED,
			    proxy->origin->module.path,
			    old->ops->get_pid(old));
	old->ops->kill(old, &ending->info);
	camipc_ending_describe(ending, camipc_proxy_name(proxy));
	camipc_probe_death(proxy, &ending->info);
	if (camipc_tap_is_open(&proxy->tap))
		camipc_tap_ended(&proxy->tap, &ending->info);
	notice->link = old;
	notice->began = reload->began;
	notice->cause = ending->info;
	memcpy(notice->text, ending->text, sizeof(notice->text));
	notice->cause.text = notice->text;
	notice->info = (struct camipc_restart_info){
		.size = sizeof(notice->info),
		.attempt = 1,
		.epoch = reload->epoch,
		.replayed = reload->replayed,
		.took_us = (uint64_t)(camipc_now() - reload->began) / 1000,
		.cause = &notice->cause,
	};
	camipc_log(CAMIPC_LOG_INFO, CAMIPC_PROXY_TOPIC,
		   "%s: reloaded in %llu us; %u calls were repeated",
		   camipc_proxy_name(proxy),
		   (unsigned long long)notice->info.took_us, reload->replayed);
	camipc_ending_reset(ending);
}

/** What the old IPA has sent comes before the change, the rest after it. */
static void exchange(struct camipc_proxy *proxy)
{
	struct camipc_arrivals *arrivals = &proxy->arrivals;
	struct camipc_reload *reload = proxy->reload;
	const bool draining = arrivals->draining;

	proxy->link = reload->link;
	camipc_outbox_move(&proxy->courier.outbox, &reload->courier.outbox);
	camipc_courier_fini(&proxy->courier);
	proxy->courier = reload->courier;
	memset(&reload->courier, 0, sizeof(reload->courier));
	camipc_arrivals_inherit(arrivals);
	camipc_arrivals_set_draining(arrivals, draining);
	proxy->restart.barriers = 0;
	proxy->restart.barriers_answered = 0;
	proxy->room_wanted = false;
	proxy->owes_wake = false;
	proxy->missed = 0;
	camipc_proxy_find_served(proxy);
}

static void tell_of_reload(struct camipc_proxy *proxy)
{
	struct camipc_arrivals *arrivals = &proxy->arrivals;
	struct camipc_reload *reload = proxy->reload;
	struct camipc_record *event;

	camipc_restart_add_notice(&proxy->restart, reload->restarted,
				  camipc_arrivals_next_order(arrivals));
	reload->restarted = NULL;
	if (reload->ended)
		camipc_restart_add_notice(&proxy->restart, reload->ended,
					  camipc_arrivals_next_order(arrivals));
	reload->ended = NULL;
	while ((event = camipc_record_queue_pop(&reload->events)))
		(void)camipc_arrivals_keep(arrivals, event);
}

/** The other worker takes over, unless the present one has more to say. */
static void take_over(struct camipc_proxy *proxy)
{
	struct camipc_reload *reload = proxy->reload;
	const bool empty =
		camipc_proxy_receive(proxy, NULL, CAMIPC_LAST_RECORDS);

	/* The present one may have ended. */
	if (!proxy->reload)
		return;
	if (!empty) {
		reload->at = camipc_now() + RETRY_NS;
		return;
	}
	if (!serves_all(proxy)) {
		camipc_reload_fail(proxy, -EOPNOTSUPP);
		return;
	}
	end_old(proxy, reload->restarted);
	exchange(proxy);
	tell_of_reload(proxy);
	camipc_reload_free(proxy);
	camipc_count(&proxy->stats.restarts, 1);
	camipc_proxy_count_flow(proxy);
}

static void step_replay(struct camipc_proxy *proxy)
{
	int ret = repeat_calls(proxy);

	/* What has ended the worker was read, or will be. */
	if (ret == -EAGAIN || ret == -EPIPE)
		return;
	if (ret < 0)
		camipc_reload_fail(proxy, ret);
	else
		take_over(proxy);
}

/* ---- steps --------------------------------------------------------------- */

/** No time is over that the host spent elsewhere. */
static bool is_over(const struct camipc_reload *reload)
{
	return camipc_now() >= reload->time.deadline;
}

static void step_reload(struct camipc_proxy *proxy)
{
	if (proxy->reload->phase == CAMIPC_RELOAD_BIRTH)
		go_on_loading(proxy);
	if (proxy->reload && proxy->reload->phase != CAMIPC_RELOAD_BIRTH &&
	    read_other(proxy) < 0)
		return;
	if (proxy->reload && proxy->reload->phase == CAMIPC_RELOAD_READY)
		begin_hold(proxy);
	if (proxy->reload && proxy->reload->phase == CAMIPC_RELOAD_DRAIN)
		look_for_answer(proxy);
	if (proxy->reload && proxy->reload->phase == CAMIPC_RELOAD_REPLAY)
		step_replay(proxy);
	if (camipc_reload_holds(proxy) && is_over(proxy->reload))
		camipc_reload_fail(proxy, -ETIMEDOUT);
}

void camipc_reload_step(struct camipc_proxy *proxy)
{
	bool held;

	if (CAMIPC_LIKELY(!proxy->reload))
		return;
	held = camipc_reload_holds(proxy);
	step_reload(proxy);
	if (proxy->reload)
		return;
	/* Until now no event was owed. */
	if (held && proxy->courier.outbox.load.messages)
		(void)camipc_watchdog_await(&proxy->watchdog);
	camipc_proxy_flush(proxy);
}

int camipc_reload_sleep(struct camipc_proxy *proxy, int64_t due)
{
	const struct camipc_link_ops *ops = proxy->link->ops;
	struct pollfd polls[2] = {
		{ .fd = proxy->signals.epoll_fd, .events = POLLIN },
		{ .fd = proxy->signals.timer_fd, .events = POLLIN },
	};
	int64_t look_at;
	int n;

	if (ops->settle)
		ops->settle(proxy->link);
	/* What had come by then wakes nobody. */
	look_at = camipc_proxy_link_look_at(proxy);
	if (look_at < due)
		due = look_at;
	n = camipc_poll(polls, 2, camipc_deadline_to_poll(due, camipc_now()));
	if (ops->attend)
		ops->attend(proxy->link);
	if (n > 0 && polls[1].revents)
		return -ECANCELED;
	return n > 0 ? 0 : -ETIMEDOUT;
}
