/* SPDX-License-Identifier: MIT */
/* Birth and death of a proxy, and what it says about itself. */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include <camipc/log.h>

#include "ipa_manager.h"
#include "module_info.h"
#include "proxy_core.h"
#include "trace.h"

void camipc_proxy_warn(struct camipc_proxy *proxy, enum camipc_warning warning,
		       const char *format, ...)
{
	char text[256];
	va_list args;

	if (proxy->warnings & warning)
		return;
	proxy->warnings |= warning;
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	camipc_log(CAMIPC_LOG_WARNING, CAMIPC_PROXY_TOPIC, "%s: %s",
		   proxy->module_name, text);
}

/* ---- birth ------------------------------------------------------------- */

static int watch(struct camipc_proxy *proxy, int fd)
{
	struct epoll_event event = { .events = EPOLLIN, .data.fd = fd };

	if (fd < 0)
		return -errno;
	return epoll_ctl(proxy->epoll_fd, EPOLL_CTL_ADD, fd, &event) < 0
		       ? -errno
		       : 0;
}

/** None of them is ever shared with a worker. */
static int open_fds(struct camipc_proxy *proxy)
{
	int ret;

	proxy->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (proxy->epoll_fd < 0)
		return -errno;
	proxy->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	ret = watch(proxy, proxy->wake_fd);
	if (ret < 0)
		return ret;
	proxy->cancel_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	ret = watch(proxy, proxy->cancel_fd);
	if (ret < 0)
		return ret;
	proxy->timer_fd =
		timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	return watch(proxy, proxy->timer_fd);
}

static int note_served(struct camipc_proxy *proxy)
{
	const struct camipc_interface *interface = proxy->interface;
	const struct camipc_served *served =
		proxy->link->ops->served(proxy->link);

	proxy->serves = calloc((size_t)interface->n_methods + 1, sizeof(bool));
	proxy->warned = calloc((size_t)interface->n_methods + 1, sizeof(bool));
	proxy->method_stats = camipc_make_row_counters(interface);
	if (!proxy->serves || !proxy->warned || !proxy->method_stats)
		return -ENOMEM;
	proxy->event_stats = proxy->method_stats + interface->n_methods;
	for (uint16_t row = 0; row < interface->n_methods; row++) {
		for (uint16_t i = 0; i < served->n_methods; i++) {
			if (served->methods[i] == interface->methods[row].id)
				proxy->serves[row] = true;
		}
	}
	return 0;
}

/** Interfaces without a start role run from the beginning. */
static int enter_first_state(struct camipc_proxy *proxy)
{
	const struct camipc_link_ops *ops = proxy->link->ops;
	enum camipc_state first = camipc_state_first(proxy->interface);
	int ret = 0;

	if (first == CAMIPC_STATE_RUNNING && ops->enter_run)
		ret = ops->enter_run(proxy->link);
	if (ret == 0)
		camipc_proxy_set_state(proxy, first);
	return ret;
}

static int make_pool(struct camipc_proxy *proxy)
{
	const bool runs_here = proxy->factory->runs_here;
	int ret = camipc_record_pool_create(runs_here ? 2 * CAMIPC_WINDOW :
							CAMIPC_WINDOW,
					    CAMIPC_MAX_MESSAGE_SIZE,
					    &proxy->pool);

	/* An IPA in this process takes its records from another thread. */
	if (ret == 0 && !runs_here)
		camipc_record_pool_own(proxy->pool);
	return ret;
}

static int make_link(struct camipc_proxy *proxy, struct camipc_manager *manager,
		     const struct camipc_module_found *module)
{
	const struct camipc_link_params params = {
		.manager = manager,
		.find_worker = camipc_manager_find_worker,
		.module = module,
		.interface = proxy->interface,
		.pool = proxy->pool,
		.max_message_size = CAMIPC_MAX_MESSAGE_SIZE,
		.window = CAMIPC_WINDOW,
		.epoll_fd = proxy->epoll_fd,
		.cancel_fd = proxy->cancel_fd,
	};
	const struct camipc_interface *interface = proxy->interface;
	int ret;

	ret = proxy->factory->create(&params, &proxy->link);
	if (ret < 0)
		return ret;
	ret = note_served(proxy);
	if (ret == 0)
		ret = camipc_outbox_init(&proxy->outbox, interface->methods,
					 interface->n_methods, params.window);
	if (ret == 0)
		ret = camipc_debt_init(&proxy->debt, interface->events,
				       interface->n_events, params.window);
	if (ret == 0)
		ret = enter_first_state(proxy);
	return ret;
}

static int choose(struct camipc_proxy *proxy, struct camipc_manager *manager,
		  const struct camipc_match *match,
		  struct camipc_module_found *module)
{
	int ret = camipc_manager_choose(manager, match, proxy->interface,
					module, &proxy->factory);

	if (ret < 0)
		return ret;
	snprintf(proxy->module_name, sizeof(proxy->module_name), "%s",
		 module->info.name);
	proxy->is_skewed = camipc_module_info_fingerprint(&module->info) !=
			   proxy->interface->wire_fingerprint;
	proxy->module_path = strdup(module->path);
	proxy->timeout_ms = match->timeout_ms;
	return proxy->module_path ? 0 : -ENOMEM;
}

/** An empty proxy: everything that can be undone is in a state to be. */
static struct camipc_proxy *make_proxy(const struct camipc_client *client,
				       const void *events, void *user)
{
	struct camipc_proxy *proxy = calloc(1, sizeof(*proxy));

	if (!proxy)
		return NULL;
	proxy->client = client;
	proxy->interface = client->descriptor;
	proxy->events = events;
	proxy->user = user;
	proxy->epoll_fd = -1;
	proxy->wake_fd = -1;
	proxy->cancel_fd = -1;
	proxy->timer_fd = -1;
	proxy->timer_deadline = CAMIPC_NO_DEADLINE;
	proxy->watch_deadline = CAMIPC_NO_DEADLINE;
	proxy->owner = pthread_self();
	proxy->tracing = camipc_trace_is_wanted();
	camipc_call_table_init(&proxy->calls);
	return proxy;
}

static void close_fd(int fd)
{
	if (fd >= 0)
		close(fd);
}

static void free_proxy(struct camipc_proxy *proxy)
{
	camipc_record_queue_clear(&proxy->stash);
	camipc_outbox_fini(&proxy->outbox);
	camipc_debt_fini(&proxy->debt);
	if (proxy->link)
		proxy->link->ops->destroy(proxy->link);
	camipc_record_pool_unref(proxy->pool);
	close_fd(proxy->timer_fd);
	close_fd(proxy->cancel_fd);
	close_fd(proxy->wake_fd);
	close_fd(proxy->epoll_fd);
	free(proxy->method_stats);
	free(proxy->serves);
	free(proxy->warned);
	free(proxy->module_path);
	free(proxy);
}

int camipc_proxy_create(struct camipc_manager *manager,
			const struct camipc_match *match,
			const struct camipc_client *client, const void *events,
			void *user, struct camipc_proxy **ret_proxy)
{
	struct camipc_proxy *proxy = make_proxy(client, events, user);
	struct camipc_module_found *module = calloc(1, sizeof(*module));
	int ret = proxy && module ? 0 : -ENOMEM;

	if (ret == 0) {
		proxy->process = camipc_process_generation();
		ret = proxy->process ? 0 : -ENOMEM;
	}
	if (ret == 0)
		ret = choose(proxy, manager, match, module);
	if (ret == 0)
		ret = open_fds(proxy);
	if (ret == 0)
		ret = make_pool(proxy);
	if (ret == 0)
		ret = make_link(proxy, manager, module);
	free(module);
	if (ret < 0) {
		if (proxy)
			free_proxy(proxy);
		/* Of this process or of the whole system: the same to callers. */
		return ret == -ENFILE ? -EMFILE : ret;
	}
	proxy->valid = true;
	*ret_proxy = proxy;
	return 0;
}

/* ---- death ------------------------------------------------------------- */

void camipc_proxy_finish_destroy(struct camipc_proxy *proxy)
{
	struct camipc_call *call;

	camipc_proxy_complete_all(proxy);
	camipc_proxy_wait_switch(proxy);
	proxy->finishing = true;
	if (camipc_proxy_state(proxy) == CAMIPC_STATE_RUNNING &&
	    camipc_proxy_call_role(proxy, CAMIPC_ROLE_STOP, &call) == 0) {
		camipc_proxy_wait(proxy, call);
		(void)camipc_proxy_collect(proxy, call, NULL);
		/* Somebody may have cancelled it; it goes on. */
		camipc_proxy_wait_switch(proxy);
	}
	camipc_proxy_drop_stash(proxy);
	free_proxy(proxy);
}

void camipc_proxy_destroy(struct camipc_proxy *proxy)
{
	/* A child's copy shares the worker with the parent, who needs it. */
	if (!proxy || proxy->destroyed ||
	    !camipc_process_is_same(proxy->process))
		return;
	proxy->destroyed = true;
	if (!proxy->dispatching)
		camipc_proxy_finish_destroy(proxy);
}

/* ---- what it says about itself ----------------------------------------- */

int camipc_proxy_get_fd(const struct camipc_proxy *proxy)
{
	return proxy->epoll_fd;
}

int camipc_proxy_last_error(const struct camipc_proxy *proxy)
{
	return proxy->last_error;
}

int32_t camipc_proxy_last_result(const struct camipc_proxy *proxy)
{
	return proxy->last_result;
}

enum camipc_reason camipc_proxy_last_reason(const struct camipc_proxy *proxy,
					    const char **ret_field)
{
	if (ret_field)
		*ret_field = proxy->last_field;
	return proxy->last_reason;
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
	return proxy->factory->name;
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
