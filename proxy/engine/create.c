/* SPDX-License-Identifier: MIT */
/* Puts a proxy together, and takes it apart. */
#include "create.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>

#include <camipc/limits.h>

#include "module_info.h"
#include "process_generation.h"
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
	proxy->is_skewed =
		camipc_module_info_fingerprint(&origin->module.info) !=
		proxy->interface->wire_fingerprint;
	proxy->owner = pthread_self();
	camipc_signals_prepare(&proxy->signals);
	camipc_arrivals_init(&proxy->arrivals, &proxy->courier.debt);
	camipc_call_table_init(&proxy->calls);
	camipc_ending_reset(&proxy->ending);
	camipc_watchdog_set(&proxy->watchdog, 0);
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

/** Makes the records of both sides, if both take them from this pool. */
static int make_pool(struct camipc_proxy *proxy)
{
	const bool shared = proxy->origin->factory->runs_here;
	const uint32_t n = shared ? 2 * CAMIPC_WINDOW : CAMIPC_WINDOW;
	int ret;

	ret = camipc_record_pool_create(n, CAMIPC_MAX_MESSAGE_SIZE,
					&proxy->pool);
	if (ret < 0)
		return ret;
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

	return camipc_courier_init(&proxy->courier, &calls, &events,
				   CAMIPC_WINDOW, proxy->pool, &sender);
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
	camipc_tap_add(&proxy->tap, trace);
	return 0;
}

static int make_parts(struct camipc_proxy *proxy)
{
	int ret;

	proxy->process = camipc_process_generation();
	if (!proxy->process)
		return -ENOMEM;
	ret = make_tables(proxy);
	if (ret < 0)
		return ret;
	ret = camipc_signals_open(&proxy->signals);
	if (ret < 0)
		return ret;
	ret = make_pool(proxy);
	if (ret < 0)
		return ret;
	ret = make_courier(proxy);
	if (ret < 0)
		return ret;
	return make_tap(proxy);
}

static void find_served(struct camipc_proxy *proxy)
{
	const struct camipc_interface *interface = proxy->interface;
	const struct camipc_served *served =
		proxy->link->ops->served(proxy->link);

	for (uint16_t row = 0; row < interface->n_methods; row++) {
		for (uint16_t i = 0; i < served->n_methods; i++) {
			if (served->methods[i] == interface->methods[row].id)
				proxy->serves[row] = true;
		}
	}
}

static int make_link(struct camipc_proxy *proxy)
{
	const struct camipc_origin *origin = proxy->origin;
	const struct camipc_link_params params = {
		.manager = origin->manager,
		.find_worker = origin->find_worker,
		.module = &origin->module,
		.interface = proxy->interface,
		.pool = proxy->pool,
		.max_message_size = CAMIPC_MAX_MESSAGE_SIZE,
		.window = CAMIPC_WINDOW,
		.epoll_fd = proxy->signals.epoll_fd,
		.cancel_fd = proxy->signals.cancel_fd,
		.argument = origin->match.argument,
	};
	int ret;

	ret = origin->factory->create(&params, &proxy->link);
	if (ret < 0)
		return ret;
	find_served(proxy);
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
	camipc_courier_fini(&proxy->courier);
	if (proxy->link)
		proxy->link->ops->destroy(proxy->link);
	camipc_tap_fini(&proxy->tap);
	camipc_signals_fini(&proxy->signals);
	camipc_record_pool_unref(proxy->pool);
	proxy->origin->release(proxy->origin);
	free(proxy->method_stats);
	free(proxy->serves);
	free(proxy->warned);
	free(proxy);
}
