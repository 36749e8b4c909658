/* SPDX-License-Identifier: MIT */
/* Answers questions about a proxy, and takes its settings. */
#include "proxy.h"

#include <errno.h>
#include <stdio.h>

#include <camipc/error.h>

#include "process_generation.h"
#include "receive.h"
#include "scope.h"
#include "settle.h"

/*
 * The link did not report through the descriptor so far. From now on it must, also
 * what has come before: the owner makes it do so, and any other thread makes it
 * readable, so that the owner dispatches.
 */
static void report_through_fd(struct camipc_proxy *proxy)
{
	CAMIPC_SCOPE(scope);

	if (!camipc_scope_enter_quietly(&scope, proxy)) {
		(void)camipc_signals_knock(&proxy->signals);
		return;
	}
	camipc_proxy_settle(proxy);
	camipc_scope_leave(&scope);
}

int camipc_proxy_get_fd(const struct camipc_proxy *proxy)
{
	/* Another thread may ask for the end, which comes when the scope ends. */
	const int fd = proxy->signals.epoll_fd;

	struct camipc_proxy *changed = (struct camipc_proxy *)(uintptr_t)proxy;

	if (!camipc_process_is_same(proxy->process))
		return fd;
	/* Before the look: camipc_proxy_settle() looks the other way round. */
	atomic_store(&changed->fd_is_out, true);
	if (atomic_exchange(&changed->waits_only, false))
		report_through_fd(changed);
	return fd;
}

/** Asking changes nothing but the depth of the owner's scopes. */
static int enter(struct camipc_scope *scope, const struct camipc_proxy *proxy,
		 const char *function)
{
	return camipc_scope_enter(scope, (struct camipc_proxy *)proxy,
				  function);
}

int camipc_proxy_last_error(const struct camipc_proxy *proxy)
{
	CAMIPC_SCOPE(scope);
	int ret = enter(&scope, proxy, __func__);

	if (ret < 0)
		return ret;
	ret = proxy->last.error;
	camipc_scope_leave(&scope);
	return ret;
}

int32_t camipc_proxy_last_result(const struct camipc_proxy *proxy)
{
	CAMIPC_SCOPE(scope);
	int32_t result;

	if (enter(&scope, proxy, __func__) < 0)
		return 0;
	result = proxy->last.result;
	camipc_scope_leave(&scope);
	return result;
}

const char *camipc_proxy_strerror(const struct camipc_proxy *proxy, int error)
{
	/* Room for the longest text of camipc_result_to_string(). */
	static _Thread_local char text[112];
	CAMIPC_SCOPE(scope);
	int32_t result = 0;

	if (proxy && enter(&scope, proxy, __func__) == 0) {
		if (!proxy->last.error)
			result = proxy->last.result;
		camipc_scope_leave(&scope);
	}
	if (result >= 0 ||
	    error != (camipc_result_is_reserved(result) ? -EREMOTEIO : result))
		return camipc_strerror(error);
	snprintf(text, sizeof(text), "the IPA returned %s",
		 camipc_result_to_string(result));
	return text;
}

enum camipc_reason camipc_proxy_last_reason(const struct camipc_proxy *proxy,
					    const char **ret_field)
{
	enum camipc_reason reason;
	CAMIPC_SCOPE(scope);
	int ret = enter(&scope, proxy, __func__);

	if (ret_field)
		*ret_field = ret < 0 ? NULL : proxy->last.field;
	if (ret < 0)
		return ret == -EPERM ? CAMIPC_REASON_WRONG_THREAD
				     : CAMIPC_REASON_BAD_STATE;
	reason = proxy->last.reason;
	camipc_scope_leave(&scope);
	return reason;
}

bool camipc_proxy_is_valid(const struct camipc_proxy *proxy)
{
	return proxy->valid;
}

enum camipc_state camipc_proxy_get_state(const struct camipc_proxy *proxy)
{
	return camipc_proxy_state(proxy);
}

const char *camipc_proxy_get_isolation(const struct camipc_proxy *proxy)
{
	return proxy->origin->factory->name;
}

int camipc_proxy_get_pid(const struct camipc_proxy *proxy)
{
	const struct camipc_link_ops *ops;
	CAMIPC_SCOPE(scope);
	int pid;

	if (enter(&scope, proxy, __func__) < 0)
		return 0;
	ops = proxy->link->ops;
	/* The link of a worker that has ended stays until there is another. */
	pid = ops->get_pid && !camipc_restart_has_no_worker(&proxy->restart) ?
		      ops->get_pid(proxy->link) :
		      0;
	camipc_scope_leave(&scope);
	return pid;
}

void camipc_proxy_set_timeout(struct camipc_proxy *proxy, uint32_t timeout_ms)
{
	CAMIPC_SCOPE(scope);

	if (camipc_scope_enter(&scope, proxy, __func__) < 0)
		return;
	proxy->timeout_ms = timeout_ms;
	camipc_scope_leave(&scope);
}

void camipc_proxy_set_watchdog(struct camipc_proxy *proxy, uint32_t timeout_ms)
{
	CAMIPC_SCOPE(scope);

	if (camipc_scope_enter(&scope, proxy, __func__) < 0)
		return;
	camipc_watchdog_set(&proxy->watchdog, timeout_ms);
	camipc_scope_leave(&scope);
}
