/* SPDX-License-Identifier: MIT */
/* Turns what a proxy has left to do into wake-ups of its descriptor. */
#include "settle.h"

#include "pause.h"
#include "rebirth.h"
#include "reload.h"
#include "spare.h"

const struct camipc_record *
camipc_proxy_deliverable_event(const struct camipc_proxy *proxy)
{
	const struct camipc_record *event =
		camipc_arrivals_first(&proxy->arrivals);

	if (!event || camipc_arrivals_is_inherited(&proxy->arrivals, event))
		return event;
	/* Events raised in start() wait until the host knows that it started,
	 * or that it did so again. */
	return camipc_proxy_state(proxy) == CAMIPC_STATE_STARTING ||
			       camipc_restart_is_under_way(&proxy->restart) ?
		       NULL :
		       event;
}

bool camipc_proxy_has_deliverable(const struct camipc_proxy *proxy)
{
	return proxy->calls.first || proxy->ending.due ||
	       proxy->restart.lost.head || proxy->restart.first ||
	       camipc_proxy_deliverable_event(proxy);
}

static int64_t earlier(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

int64_t camipc_proxy_link_look_at(const struct camipc_proxy *proxy)
{
	const struct camipc_link_ops *ops = proxy->link->ops;

	if (!ops->look_at || camipc_proxy_is_dead(proxy))
		return CAMIPC_NO_DEADLINE;
	return ops->look_at(proxy->link);
}

int64_t camipc_proxy_next_look(const struct camipc_proxy *proxy)
{
	const int64_t due = earlier(proxy->watchdog.time.deadline,
				    earlier(camipc_proxy_link_look_at(proxy),
					    earlier(camipc_rebirth_due(proxy),
						    earlier(camipc_reload_due(proxy),
							    camipc_spare_due(proxy)))));

	if (!proxy->calls.n_timed)
		return due;
	return earlier(due, camipc_call_table_earliest(&proxy->calls));
}

void camipc_proxy_arm_timer(struct camipc_proxy *proxy)
{
	int64_t due = camipc_proxy_next_look(proxy);

	if (due != CAMIPC_NO_DEADLINE) {
		due = camipc_pause_slice(camipc_now(), due);
		camipc_signals_arm(&proxy->signals, due);
	}
	camipc_pause_expect(&proxy->pause, due);
}

/* A host that waits, and has never asked for the descriptor, does not poll it. */
static bool has_no_poller(const struct camipc_proxy *proxy)
{
	return atomic_load(&proxy->waits_only) &&
	       !atomic_load(&proxy->fd_is_out);
}

void camipc_proxy_settle(struct camipc_proxy *proxy)
{
	if (proxy->link->ops->settle && !has_no_poller(proxy))
		proxy->link->ops->settle(proxy->link);
	camipc_proxy_arm_timer(proxy);
	if (camipc_proxy_has_deliverable(proxy))
		camipc_signals_wake(&proxy->signals);
}
