/* SPDX-License-Identifier: MIT */
/* Sleeps over the link until a call has ended, one way or another. */
#include "wait.h"

#include <errno.h>

#include <camipc/limits.h>

#include "expire.h"
#include "fd_poll.h"
#include "give_up.h"
#include "process_generation.h"
#include "rebirth.h"
#include "receive.h"
#include "reload_step.h"

static bool is_unanswered(const struct camipc_call *call)
{
	return call->phase == CAMIPC_CALL_WAITING ||
	       call->phase == CAMIPC_CALL_SILENT;
}

void camipc_proxy_after_sleep(struct camipc_proxy *proxy,
			      struct camipc_call *call, int ret)
{
	if (ret == -ECANCELED) {
		camipc_proxy_take_cancel(proxy);
		return;
	}
	if (ret < 0 && ret != -ETIMEDOUT) {
		camipc_proxy_give_up(proxy,
				     ret == -ENOSYS ? CAMIPC_REASON_REFUSED
						    : CAMIPC_REASON_NO_MEMORY,
				     -EPIPE);
		return;
	}
	camipc_proxy_receive(proxy, call, CAMIPC_DISPATCH_BATCH);
	if (!is_unanswered(call))
		return;
	camipc_proxy_look(proxy);
	if (camipc_now() < call->time.deadline)
		return;
	/* What has arrived counts, however late this process looks. */
	camipc_proxy_receive(proxy, call, CAMIPC_LAST_RECORDS);
	if (is_unanswered(call))
		camipc_proxy_expire_call(proxy, call);
}

/** Sleeps until the link has something, or another attempt is due. */
static int wait_for_link(struct camipc_proxy *proxy, int64_t due)
{
	const struct camipc_link *link = proxy->link;
	struct pollfd poll = { .fd = proxy->signals.timer_fd, .events = POLLIN };
	int64_t look_at;

	if (proxy->restart.phase == CAMIPC_RESTART_DELAY) {
		const int n = camipc_poll(
			&poll, 1, camipc_deadline_to_poll(due, camipc_now()));

		return n > 0 ? -ECANCELED : -ETIMEDOUT;
	}
	if (proxy->restart.phase == CAMIPC_RESTART_BIRTH) {
		look_at = link->ops->look_at(link);
		due = look_at < due ? look_at : due;
	}
	return link->ops->wait(proxy->link, due);
}

static void sleep_once(struct camipc_proxy *proxy, struct camipc_call *call)
{
	int64_t due;
	int ret;

	camipc_proxy_look(proxy);
	due = call->time.deadline;
	if (camipc_rebirth_due(proxy) < due)
		due = camipc_rebirth_due(proxy);
	if (camipc_reload_due(proxy) < due)
		due = camipc_reload_due(proxy);
	due = camipc_pause_slice(camipc_now_roughly(), due);
	camipc_pause_expect(&proxy->pause, due);
	ret = camipc_reload_holds(proxy) ? camipc_reload_sleep(proxy, due) :
					   wait_for_link(proxy, due);
	camipc_rebirth_step(proxy);
	camipc_reload_step(proxy);
	camipc_proxy_after_sleep(proxy, call, ret);
}

void camipc_proxy_wait(struct camipc_proxy *proxy, struct camipc_call *call)
{
	while (call->phase == CAMIPC_CALL_WAITING)
		sleep_once(proxy, call);
}

static struct camipc_call *find_silent(struct camipc_proxy *proxy)
{
	for (uint32_t i = 0; i < CAMIPC_CALL_SLOTS; i++) {
		if (proxy->calls.calls[i].phase == CAMIPC_CALL_SILENT)
			return &proxy->calls.calls[i];
	}
	return NULL;
}

void camipc_proxy_wait_switch(struct camipc_proxy *proxy)
{
	struct camipc_call *call;

	while ((call = find_silent(proxy)))
		sleep_once(proxy, call);
}

void camipc_proxy_clear_signals(struct camipc_proxy *proxy)
{
	if (camipc_signals_clear(&proxy->signals))
		camipc_proxy_take_cancel(proxy);
}

void camipc_proxy_cancel(struct camipc_proxy *proxy)
{
	/* A child's descriptor is the parent's, too. */
	if (!camipc_process_is_same(proxy->process))
		return;
	/* The owner may be replacing the link: it is not touched here. */
	if (camipc_signals_cancel(&proxy->signals))
		camipc_waker_wake(&proxy->waker);
}
