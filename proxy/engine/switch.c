/* SPDX-License-Identifier: MIT */
/* Changes of state; state_table.c says which of them are legal. */
#include "switch.h"

#include <camipc/limits.h>

#include "drop.h"
#include "give_up.h"
#include "state.h"

static int enter_run(struct camipc_proxy *proxy)
{
	const struct camipc_link_ops *ops = proxy->link->ops;

	return ops->enter_run ? ops->enter_run(proxy->link) : 0;
}

/** Ends the thread of an IPA that has stopped. */
static void leave_run(struct camipc_proxy *proxy)
{
	const struct camipc_link_ops *ops = proxy->link->ops;
	const int64_t deadline =
		camipc_deadline_after(camipc_now(), CAMIPC_TIMEOUT_SWITCH_MS);

	if (ops->leave_run && ops->leave_run(proxy->link, deadline) < 0)
		camipc_proxy_give_up(proxy, CAMIPC_REASON_HUNG_THREAD, -EPIPE);
}

static int begin_run(struct camipc_proxy *proxy)
{
	int ret = enter_run(proxy);

	if (ret < 0)
		return ret;
	camipc_proxy_drop_arrivals(proxy);
	proxy->before_start = camipc_proxy_state(proxy);
	atomic_store_explicit(&proxy->stats.epoch,
			      camipc_arrivals_begin_run(&proxy->arrivals),
			      memory_order_relaxed);
	camipc_proxy_set_state(proxy, CAMIPC_STATE_STARTING);
	return 0;
}

int camipc_proxy_begin_switch(struct camipc_proxy *proxy,
			      const struct camipc_method *method, bool begun)
{
	switch (method->role) {
	case CAMIPC_ROLE_START:
		return begin_run(proxy);
	case CAMIPC_ROLE_STOP:
		camipc_arrivals_set_draining(&proxy->arrivals, begun);
		camipc_proxy_set_state(proxy, CAMIPC_STATE_STOPPING);
		if (!begun)
			camipc_proxy_drop_arrivals(proxy);
		return 0;
	default:
		return 0;
	}
}

static void end_init(struct camipc_proxy *proxy, int ret)
{
	enum camipc_state next;

	if (ret < 0 || camipc_proxy_state(proxy) != CAMIPC_STATE_CREATED)
		return;
	next = camipc_state_after_init(proxy->interface);
	if (next == CAMIPC_STATE_RUNNING && enter_run(proxy) < 0) {
		camipc_proxy_give_up(proxy, CAMIPC_REASON_NO_MEMORY, -EPIPE);
		return;
	}
	camipc_proxy_set_state(proxy, next);
}

static void end_start(struct camipc_proxy *proxy, int ret)
{
	if (camipc_proxy_state(proxy) != CAMIPC_STATE_STARTING)
		return;
	if (ret >= 0) {
		camipc_proxy_set_state(proxy, CAMIPC_STATE_RUNNING);
		return;
	}
	camipc_proxy_set_state(proxy, proxy->before_start);
	camipc_proxy_drop_arrivals(proxy);
	leave_run(proxy);
}

static void end_stop(struct camipc_proxy *proxy)
{
	if (camipc_proxy_state(proxy) != CAMIPC_STATE_STOPPING)
		return;
	camipc_arrivals_set_draining(&proxy->arrivals, false);
	camipc_proxy_set_state(proxy, CAMIPC_STATE_STOPPED);
	camipc_proxy_drop_arrivals(proxy);
	leave_run(proxy);
}

void camipc_proxy_end_switch(struct camipc_proxy *proxy,
			     const struct camipc_method *method, int ret)
{
	switch (method->role) {
	case CAMIPC_ROLE_INIT:
		end_init(proxy, ret);
		break;
	case CAMIPC_ROLE_START:
		end_start(proxy, ret);
		break;
	case CAMIPC_ROLE_STOP:
		end_stop(proxy);
		break;
	default:
		break;
	}
}
