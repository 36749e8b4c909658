/* SPDX-License-Identifier: MIT */
/* Changes of state; which of them are legal is in proxy_state.c. */
#include <errno.h>

#include <camipc/log.h>

#include "proxy_core.h"
#include "watchdog.h"

bool camipc_role_switches(enum camipc_role role)
{
	return role == CAMIPC_ROLE_INIT || role == CAMIPC_ROLE_START ||
	       role == CAMIPC_ROLE_STOP;
}

void camipc_proxy_set_state(struct camipc_proxy *proxy, enum camipc_state state)
{
	enum camipc_state old = camipc_proxy_state(proxy);

	if (old == state)
		return;
	atomic_store_explicit(&proxy->state, (int)state, memory_order_relaxed);
	camipc_watchdog_rest(proxy);
	camipc_log(CAMIPC_LOG_DEBUG, CAMIPC_PROXY_TOPIC, "%s: %s -> %s",
		   proxy->module_name, camipc_state_to_string(old),
		   camipc_state_to_string(state));
}

static int enter_run(struct camipc_proxy *proxy)
{
	const struct camipc_link_ops *ops = proxy->link->ops;

	return ops->enter_run ? ops->enter_run(proxy->link) : 0;
}

/** The IPA has stopped: so does what runs it. */
static void leave_run(struct camipc_proxy *proxy)
{
	const struct camipc_link_ops *ops = proxy->link->ops;
	int64_t deadline =
		camipc_deadline_after(camipc_now(), CAMIPC_TIMEOUT_SWITCH_MS);

	if (ops->leave_run && ops->leave_run(proxy->link, deadline) < 0)
		camipc_proxy_die(proxy, CAMIPC_REASON_HUNG_THREAD, -EPIPE);
}

/** A new run: what an earlier one raised is never delivered in it. */
static int begin_run(struct camipc_proxy *proxy)
{
	int ret = enter_run(proxy);

	if (ret < 0)
		return ret;
	camipc_proxy_drop_stash(proxy);
	proxy->before_start = camipc_proxy_state(proxy);
	proxy->epoch++;
	atomic_store_explicit(&proxy->stats.epoch, proxy->epoch,
			      memory_order_relaxed);
	camipc_proxy_set_state(proxy, CAMIPC_STATE_STARTING);
	return 0;
}

int camipc_proxy_switch_begin(struct camipc_proxy *proxy,
			      const struct camipc_method *method, bool begun)
{
	switch (method->role) {
	case CAMIPC_ROLE_START:
		return begin_run(proxy);
	case CAMIPC_ROLE_STOP:
		proxy->draining = begun;
		camipc_proxy_set_state(proxy, CAMIPC_STATE_STOPPING);
		if (!begun)
			camipc_proxy_drop_stash(proxy);
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
		camipc_proxy_die(proxy, CAMIPC_REASON_NO_MEMORY, -EPIPE);
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
	camipc_proxy_drop_stash(proxy);
	leave_run(proxy);
}

static void end_stop(struct camipc_proxy *proxy)
{
	if (camipc_proxy_state(proxy) != CAMIPC_STATE_STOPPING)
		return;
	proxy->draining = false;
	camipc_proxy_set_state(proxy, CAMIPC_STATE_STOPPED);
	camipc_proxy_drop_stash(proxy);
	leave_run(proxy);
}

void camipc_proxy_switch_end(struct camipc_proxy *proxy,
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
