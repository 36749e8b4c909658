/* SPDX-License-Identifier: MIT */
/* Puts a proxy together, and takes it apart. */
#include "create.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>

#include <camipc/error.h>
#include <camipc/limits.h>
#include <camipc/log.h>

#include "link_params.h"
#include "process_generation.h"
#include "refusal.h"
#include "reload.h"
#include "send.h"
#include "state.h"
#include "trace.h"

/** Makes an empty proxy, every member of which can be freed. */
static struct camipc_proxy *make_proxy(struct camipc_origin *origin,
				       const struct camipc_client *client)
{
	struct camipc_proxy *proxy = calloc(1, sizeof(*proxy));

	if (!proxy)
		return NULL;
	proxy->origin = origin;
	proxy->client = client;
	proxy->interface = client->descriptor;
	proxy->timeout_ms = origin->match.timeout_ms;
	camipc_owner_init(&proxy->owner);
	camipc_signals_prepare(&proxy->signals);
	camipc_waker_init(&proxy->waker);
	camipc_arrivals_init(&proxy->arrivals, &proxy->courier.debt,
			     &proxy->kept);
	camipc_call_table_init(&proxy->calls, &proxy->kept,
			       &proxy->restart.journal);
	camipc_ending_reset(&proxy->ending);
	camipc_watchdog_set(&proxy->watchdog, 0);
	camipc_pause_expect(&proxy->pause, CAMIPC_NO_DEADLINE);
	return proxy;
}

static int make_tables(struct camipc_proxy *proxy)
{
	const struct camipc_interface *interface = proxy->interface;

	/* One more than needed: calloc(0) may return NULL. */
	proxy->serves = calloc((size_t)interface->n_methods + 1, sizeof(bool));
	proxy->warned = calloc((size_t)interface->n_methods + 1, sizeof(bool));
	proxy->method_stats = camipc_make_row_counters(interface);
	if (!proxy->serves || !proxy->warned || !proxy->method_stats)
		return -ENOMEM;
	proxy->event_stats = proxy->method_stats + interface->n_methods;
	return 0;
}

static int open_signals(struct camipc_proxy *proxy)
{
	int ret = camipc_system_error(-camipc_signals_open(&proxy->signals));

	if (ret < 0)
		camipc_log(CAMIPC_LOG_ERROR, CAMIPC_PROXY_TOPIC,
			   "%s: cannot create the proxy's epoll, eventfd or "
			   "timerfd: %s",
			   camipc_proxy_name(proxy), camipc_strerror(ret));
	return ret;
}

/** Makes the records of both sides, if both take them from this pool. */
static int make_pool(struct camipc_proxy *proxy)
{
	const bool shared = proxy->origin->factory->runs_here;
	const uint32_t n = shared ? 2 * CAMIPC_WINDOW : CAMIPC_WINDOW;
	int ret;

	ret = camipc_record_pool_create(
		n, proxy->kept.budget.max_message_size, &proxy->pool);
	if (ret < 0)
		return ret;
	camipc_record_pool_limit_spare(proxy->pool,
				       proxy->kept.budget.spare_bytes);
	if (!shared)
		camipc_record_pool_own(proxy->pool);
	return 0;
}

static int make_courier(struct camipc_proxy *proxy)
{
	const struct camipc_interface *interface = proxy->interface;
	const struct camipc_courier_rows calls = { interface->methods,
						   interface->n_methods };
	const struct camipc_courier_rows events = { interface->events,
						    interface->n_events };
	const struct camipc_sender sender = camipc_proxy_sender(proxy);
	int ret;

	ret = camipc_courier_init(&proxy->courier, &calls, &events,
				  camipc_proxy_window(proxy), proxy->pool,
				  &sender);
	if (ret == 0)
		camipc_courier_limit_bytes(&proxy->courier,
					   proxy->kept.budget.kept_bytes);
	return ret;
}

static int make_tap(struct camipc_proxy *proxy)
{
	struct camipc_observer *trace;
	int ret;

	if (!camipc_trace_is_wanted())
		return 0;
	ret = camipc_trace_create(camipc_proxy_name(proxy), &trace);
	if (ret < 0)
		return ret;
	return camipc_tap_add(&proxy->tap, trace);
}

/** Returns the interface's own limit; one without a limit has the default. */
static uint32_t max_message_of(const struct camipc_interface *interface)
{
	const size_t end = offsetof(struct camipc_interface, max_message_size) +
			   sizeof(interface->max_message_size);

	if (interface->size < end || interface->max_message_size == 0)
		return CAMIPC_MAX_MESSAGE_SIZE;
	return interface->max_message_size;
}

static int make_parts(struct camipc_proxy *proxy)
{
	int ret;

	proxy->process = camipc_process_generation();
	if (!proxy->process)
		return -ENOMEM;
	ret = camipc_kept_init(&proxy->kept, proxy->origin->match.budget,
			       max_message_of(proxy->interface));
	proxy->origin->match.budget = NULL; /* the caller's, and copied */
	if (ret < 0)
		return ret;
	ret = make_tables(proxy);
	if (ret < 0)
		return ret;
	ret = open_signals(proxy);
	if (ret < 0)
		return ret;
	ret = make_pool(proxy);
	if (ret < 0)
		return ret;
	camipc_restart_init(&proxy->restart, proxy->interface, proxy->pool);
	ret = make_courier(proxy);
	if (ret < 0)
		return ret;
	return make_tap(proxy);
}

static int make_link(struct camipc_proxy *proxy)
{
	struct camipc_origin *origin = proxy->origin;
	const struct camipc_link_params params =
		camipc_proxy_link_params(proxy);
	int ret;

	ret = origin->factory->create(&params, &proxy->link);
	camipc_module_file_close(&origin->file);
	camipc_load_files_close(&origin->loads);
	if (ret < 0)
		return ret;
	camipc_proxy_find_served(proxy);
	return 0;
}

/** An interface without a start role runs from the beginning. */
static int enter_first_state(struct camipc_proxy *proxy)
{
	const struct camipc_link_ops *ops = proxy->link->ops;
	const enum camipc_state first = camipc_state_first(proxy->interface);
	int ret;

	if (first == CAMIPC_STATE_RUNNING && ops->enter_run) {
		ret = ops->enter_run(proxy->link);
		if (ret < 0)
			return ret;
	}
	camipc_proxy_set_state(proxy, first);
	return 0;
}

int camipc_proxy_open(struct camipc_origin *origin,
		      const struct camipc_client *client, const void *events,
		      void *user, struct camipc_proxy **ret_proxy)
{
	struct camipc_proxy *proxy = make_proxy(origin, client);
	int ret;

	if (!proxy) {
		origin->release(origin);
		return -ENOMEM;
	}
	proxy->events = events;
	proxy->user = user;
	ret = make_parts(proxy);
	if (ret == 0)
		ret = make_link(proxy);
	if (ret == 0)
		ret = enter_first_state(proxy);
	if (ret < 0) {
		camipc_proxy_free(proxy);
		return ret;
	}
	proxy->valid = true;
	*ret_proxy = proxy;
	return 0;
}

void camipc_proxy_free(struct camipc_proxy *proxy)
{
	camipc_arrivals_fini(&proxy->arrivals);
	camipc_call_table_fini(&proxy->calls);
	camipc_courier_fini(&proxy->courier);
	if (proxy->link)
		proxy->link->ops->destroy(proxy->link);
	camipc_reload_fail(proxy, -ECANCELED);
	camipc_restart_fini(&proxy->restart);
	camipc_tap_fini(&proxy->tap);
	camipc_signals_fini(&proxy->signals);
	camipc_waker_fini(&proxy->waker);
	camipc_record_pool_unref(proxy->pool);
	proxy->origin->release(proxy->origin);
	free(proxy->method_stats);
	free(proxy->serves);
	free(proxy->warned);
	free(proxy);
}
