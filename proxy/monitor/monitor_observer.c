/* SPDX-License-Identifier: MIT */
/*
 * Shows the counters of proxies in this process's statistics page: an observer
 * at the tap of each proxy writes its slot, at most ten times per second.
 */
#include "monitor_observer.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <camipc/log.h>
#include <camipc/monitor.h>

#include "clock.h"
#include "log_watch.h"
#include "page_file.h"
#include "page_lines.h"
#include "proxy.h"

/* The shortest time between two writes of a slot, unless the state changes. */
#define PERIOD_NS (100 * CAMIPC_NS_PER_MS)

struct shown {
	struct camipc_observer base;
	const struct camipc_proxy *proxy;
	unsigned int slot;
	uint64_t serial;
	uint64_t written; /* when it was, by the coarse clock */
};

/* The page. Slots are written under the lock, since another thread may end
 * it. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct camipc_page_file file;
static bool is_open;
static pid_t process; /* that made the page */
static bool is_asked; /* the variable was looked at */
static bool taken[CAMIPC_MONITOR_SLOTS];
static uint64_t last_serial;

static struct shown *of(struct camipc_observer *base)
{
	return (struct shown *)(void *)base;
}

/** A few nanoseconds; good enough for a tenth of a second. */
static uint64_t coarse_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
	return (uint64_t)now.tv_sec * CAMIPC_NS_PER_S + (uint64_t)now.tv_nsec;
}

/** Writes the latest lines of the log, under the lock. */
static void put_lines(void)
{
	struct camipc_monitor_slot slot = { .use = CAMIPC_MONITOR_UNUSED };

	if (is_open && process == getpid() && camipc_page_lines_take(&slot))
		camipc_page_file_put(&file, CAMIPC_MONITOR_LOG_SLOT, &slot);
}

static void put_slot(unsigned int number, struct camipc_monitor_slot *slot)
{
	pthread_mutex_lock(&lock);
	if (is_open && process == getpid())
		camipc_page_file_put(&file, number, slot);
	put_lines();
	pthread_mutex_unlock(&lock);
}

/** A thread that holds the lock may log: a later slot takes this line along. */
static void watch_line(enum camipc_log_level level, const char *topic,
		       const char *text)
{
	camipc_page_lines_add(level, topic, text);
	if (pthread_mutex_trylock(&lock) != 0)
		return;
	put_lines();
	pthread_mutex_unlock(&lock);
}

static void write_now(struct shown *shown)
{
	const struct camipc_proxy *proxy = shown->proxy;
	const struct camipc_outbox *outbox = &proxy->courier.outbox;
	struct camipc_monitor_slot slot = { .use = CAMIPC_MONITOR_COUNTERS };
	struct camipc_monitor_proxy *to = &slot.proxy;
	struct camipc_memory_stats memory = { .size = sizeof(memory) };

	shown->written = coarse_now();
	to->serial = shown->serial;
	to->time = camipc_now_ns();
	snprintf(to->name, sizeof(to->name), "%s", camipc_proxy_name(proxy));
	snprintf(to->isolation, sizeof(to->isolation), "%s",
		 camipc_proxy_get_isolation(proxy));
	to->state = (uint32_t)camipc_proxy_state(proxy);
	to->worker = camipc_proxy_get_pid(proxy);
	to->depth = outbox->load.messages + outbox->n_ungranted;
	(void)!camipc_proxy_get_memory_stats(proxy, &memory);
	to->kept_bytes = memory.kept_bytes;
	to->unsent_bytes = memory.unsent_bytes;
	to->stats.size = sizeof(to->stats);
	(void)!camipc_proxy_get_stats(proxy, &to->stats);
	put_slot(shown->slot, &slot);
}

static void write_if_due(struct camipc_observer *base)
{
	if (coarse_now() - of(base)->written >= PERIOD_NS)
		write_now(of(base));
}

static void saw_call(struct camipc_observer *base,
		     const struct camipc_method *method, uint32_t cookie,
		     const void *args)
{
	(void)method;
	(void)cookie;
	(void)args;
	write_if_due(base);
}

static void saw_reply(struct camipc_observer *base,
		      const struct camipc_method *method, uint32_t cookie,
		      int error, const void *outs, uint64_t took_ns)
{
	(void)method;
	(void)cookie;
	(void)error;
	(void)outs;
	(void)took_ns;
	write_if_due(base);
}

static void saw_event(struct camipc_observer *base,
		      const struct camipc_method *event, const void *args)
{
	(void)event;
	(void)args;
	write_if_due(base);
}

static void saw_state(struct camipc_observer *base, enum camipc_state from,
		      enum camipc_state to)
{
	(void)from;
	(void)to;
	write_now(of(base));
}

static void saw_end(struct camipc_observer *base,
		    const struct camipc_closed_info *info)
{
	(void)info;
	write_now(of(base));
}

static void release(struct camipc_observer *base)
{
	struct camipc_monitor_slot slot = { .use = CAMIPC_MONITOR_UNUSED };

	put_slot(of(base)->slot, &slot);
	pthread_mutex_lock(&lock);
	taken[of(base)->slot] = false;
	pthread_mutex_unlock(&lock);
	free(base);
}

static const struct camipc_observer_ops monitor_ops = {
	.size = sizeof(monitor_ops),
	.call = saw_call,
	.reply = saw_reply,
	.event = saw_event,
	.state = saw_state,
	.ended = saw_end,
	.release = release,
};

/* ---- the page ------------------------------------------------------------ */

static int start(void)
{
	int ret;

	if (is_open && process == getpid())
		return 0;
	ret = camipc_page_file_open(&file);
	if (ret < 0)
		return ret;
	is_open = true;
	process = getpid();
	atomic_store(&camipc_log_watchers[CAMIPC_LOG_WATCHER_MONITOR],
		     watch_line);
	return 0;
}

int camipc_monitor_start(void)
{
	int ret;

	pthread_mutex_lock(&lock);
	ret = start();
	pthread_mutex_unlock(&lock);
	return ret;
}

void camipc_monitor_stop(void)
{
	pthread_mutex_lock(&lock);
	/* A fork leaves the page to its parent. */
	if (is_open && process == getpid())
		camipc_page_file_close(&file);
	is_open = false;
	atomic_store(&camipc_log_watchers[CAMIPC_LOG_WATCHER_MONITOR],
		     (camipc_log_watch_fn)NULL);
	pthread_mutex_unlock(&lock);
}

__attribute__((destructor)) static void remove_page(void)
{
	camipc_monitor_stop();
}

/** Takes a free slot. Returns 0, the process's own slot, if all are taken. */
static unsigned int take_slot(void)
{
	for (unsigned int i = 1; i <= CAMIPC_MONITOR_MAX_PROXIES; i++)
		if (!taken[i]) {
			taken[i] = true;
			return i;
		}
	return 0;
}

static void look_at_variable(void)
{
	const char *value = secure_getenv("CAMIPC_MONITOR");

	is_asked = true;
	if (!value || !value[0] || !strcmp(value, "0"))
		return;
	if (strcmp(value, "1") != 0)
		camipc_log(CAMIPC_LOG_ERROR, "monitor",
			   "CAMIPC_MONITOR=%.40s: no statistics page: expected "
			   "0 or 1",
			   value);
	else
		(void)!start();
}

void camipc_monitor_new_proxy(struct camipc_proxy *proxy)
{
	struct shown *shown = NULL;

	pthread_mutex_lock(&lock);
	if (!is_asked)
		look_at_variable();
	if (is_open && process == getpid())
		shown = calloc(1, sizeof(*shown));
	if (shown) {
		shown->slot = take_slot();
		shown->serial = ++last_serial;
	}
	pthread_mutex_unlock(&lock);
	if (!shown)
		return;
	shown->base.ops = &monitor_ops;
	shown->proxy = proxy;
	if (shown->slot == 0) {
		camipc_log(CAMIPC_LOG_WARNING, "monitor",
			   "%s: not on the statistics page, which has %u "
			   "proxies already",
			   camipc_proxy_name(proxy), CAMIPC_MONITOR_MAX_PROXIES);
		free(shown);
		return;
	}
	if (camipc_tap_add(&proxy->tap, &shown->base) == 0)
		write_now(shown);
	else
		release(&shown->base);
}
