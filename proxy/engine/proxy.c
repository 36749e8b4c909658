/* SPDX-License-Identifier: MIT */
/* Answers questions about a proxy, and takes its settings. */
#include "proxy.h"

#include <assert.h>
#include <pthread.h>

int camipc_proxy_get_fd(const struct camipc_proxy *proxy)
{
	return proxy->signals.epoll_fd;
}

int camipc_proxy_last_error(const struct camipc_proxy *proxy)
{
	return proxy->last.error;
}

int32_t camipc_proxy_last_result(const struct camipc_proxy *proxy)
{
	return proxy->last.result;
}

enum camipc_reason camipc_proxy_last_reason(const struct camipc_proxy *proxy,
					    const char **ret_field)
{
	if (ret_field)
		*ret_field = proxy->last.field;
	return proxy->last.reason;
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
	const struct camipc_link_ops *ops = proxy->link->ops;

	return ops->get_pid ? ops->get_pid(proxy->link) : 0;
}

void camipc_proxy_set_timeout(struct camipc_proxy *proxy, uint32_t timeout_ms)
{
	proxy->timeout_ms = timeout_ms;
}

void camipc_proxy_set_watchdog(struct camipc_proxy *proxy, uint32_t timeout_ms)
{
	assert(pthread_equal(proxy->owner, pthread_self()));
	camipc_watchdog_set(&proxy->watchdog, timeout_ms);
}
