/* SPDX-License-Identifier: MIT */
/* What the rest of the proxy has to know of a reload, and how one ends early. */
#include "reload.h"

#include <errno.h>
#include <stdlib.h>

#include <camipc/error.h>
#include <camipc/log.h>

static int64_t soonest(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

/** When the next step is due, whatever the other worker does. */
static int64_t step_due(const struct camipc_proxy *proxy)
{
	const struct camipc_reload *reload = proxy->reload;
	const struct camipc_restart *restart = &proxy->restart;

	switch (reload->phase) {
	case CAMIPC_RELOAD_BIRTH:
		break;
	case CAMIPC_RELOAD_READY:
		return camipc_reload_may_hold(proxy) ?
			       camipc_now() :
			       CAMIPC_NO_DEADLINE;
	case CAMIPC_RELOAD_DRAIN:
		return reload->failed || restart->barriers_answered ==
						 restart->barriers ?
			       camipc_now() :
			       reload->time.deadline;
	case CAMIPC_RELOAD_REPLAY:
		return reload->sent ? reload->time.deadline :
				      soonest(reload->at,
					      reload->time.deadline);
	}
	return CAMIPC_NO_DEADLINE;
}

int64_t camipc_reload_due(const struct camipc_proxy *proxy)
{
	const struct camipc_reload *reload = proxy->reload;

	if (!reload)
		return CAMIPC_NO_DEADLINE;
	return soonest(reload->link->ops->look_at(reload->link),
		       step_due(proxy));
}

int camipc_reload_answer(struct camipc_proxy *proxy, uint32_t cookie)
{
	struct camipc_restart *restart = &proxy->restart;

	if (restart->barriers_answered == restart->barriers ||
	    cookie != restart->barriers_answered + 1)
		return -EPROTO;
	restart->barriers_answered++;
	return 0;
}

void camipc_reload_commit_change(struct camipc_proxy *proxy,
				 struct camipc_journal_change *change)
{
	struct camipc_reload *reload = proxy->reload;

	if (!change || !camipc_reload_holds(proxy)) {
		camipc_journal_commit(&proxy->restart.journal, change, 0, NULL);
		return;
	}
	change->next = NULL;
	*reload->last_change = change;
	reload->last_change = &change->next;
}

/** Takes the barrier back, or lets go what waits behind it. */
static void end_hold(struct camipc_proxy *proxy)
{
	struct camipc_outbox *outbox = &proxy->courier.outbox;
	struct camipc_restart *restart = &proxy->restart;

	if (!outbox->held) {
		/* It was not sent, and cannot be answered. */
		camipc_record_release(
			camipc_outbox_remove(outbox, restart->barriers));
		restart->barriers--;
	}
	camipc_outbox_release(outbox);
}

void camipc_reload_free(struct camipc_proxy *proxy)
{
	struct camipc_reload *reload = proxy->reload;
	struct camipc_journal_change *change;

	while ((change = reload->changes)) {
		reload->changes = change->next;
		camipc_journal_commit(&proxy->restart.journal, change, 0, NULL);
	}
	camipc_courier_fini(&reload->courier);
	camipc_record_queue_clear(&reload->events);
	camipc_notice_free(reload->restarted);
	camipc_notice_free(reload->ended);
	proxy->reload = NULL;
	free(reload);
}

void camipc_reload_fail(struct camipc_proxy *proxy, int error)
{
	struct camipc_reload *reload = proxy->reload;
	struct camipc_closed_info info = { .size = sizeof(info) };

	if (!reload)
		return;
	camipc_log(CAMIPC_LOG_WARNING, CAMIPC_PROXY_TOPIC,
		   "%s: the module was not reloaded: %s",
		   camipc_proxy_name(proxy), camipc_strerror(error));
	reload->link->ops->kill(reload->link, &info);
	reload->link->ops->destroy(reload->link);
	if (camipc_reload_holds(proxy))
		end_hold(proxy);
	if (reload->ended) {
		reload->ended->ret = error;
		camipc_restart_add_notice(
			&proxy->restart, reload->ended,
			camipc_arrivals_next_order(&proxy->arrivals));
		reload->ended = NULL;
	}
	camipc_reload_free(proxy);
}
