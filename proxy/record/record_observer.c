/* SPDX-License-Identifier: MIT */
/* The observer that records a proxy, and the recorder of all new proxies. */
#include "record_observer.h"

#include <ctype.h>
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include <camipc/error.h>
#include <camipc/log.h>

#include "chunk_item.h"
#include "clock.h"
#include "proxy.h"
#include "record_message.h"
#include "scope.h"
#include "state_table.h"

#define TOPIC "record"

/* A reader's definition is the same. */
CAMIPC_STATIC_ASSERT(
	(int)CAMIPC_ITEM_STALL_WAITS == (int)CAMIPC_STALL_WAITS &&
		(int)CAMIPC_ITEM_STALL_DROPPED == (int)CAMIPC_STALL_DROPPED &&
		(int)CAMIPC_ITEM_STALL_REFUSED == (int)CAMIPC_STALL_REFUSED,
	"a recording has stalls as the tap shows them");

struct observer {
	struct camipc_observer base;
	struct camipc_recorder *recorder;
	uint32_t proxy;
};

static struct observer *of(struct camipc_observer *base)
{
	return (struct observer *)(void *)base;
}

static void record_call(struct camipc_observer *base,
			const struct camipc_method *method, uint32_t cookie,
			const void *args)
{
	const struct camipc_record_message message = {
		.recorder = of(base)->recorder,
		.proxy = of(base)->proxy,
		.context = base->tap->context,
		.kind = CAMIPC_WIRE_CALL,
		.is_async = method->role == CAMIPC_ROLE_ASYNC,
		.method = method,
		.cookie = cookie,
		.type = method->args,
		.data = args,
	};

	camipc_record_message(&message);
}

static void record_reply(struct camipc_observer *base,
			 const struct camipc_method *method, uint32_t cookie,
			 int error, const void *outs, uint64_t took_ns)
{
	const struct camipc_record_message message = {
		.recorder = of(base)->recorder,
		.proxy = of(base)->proxy,
		.context = base->tap->context,
		.kind = CAMIPC_WIRE_REPLY,
		.method = method,
		.cookie = cookie,
		.error = error,
		.took_ns = took_ns,
		.type = method->outs,
		.data = error ? NULL : outs,
	};

	camipc_record_message(&message);
}

static void record_event(struct camipc_observer *base,
			 const struct camipc_method *event, const void *args)
{
	const struct camipc_record_message message = {
		.recorder = of(base)->recorder,
		.proxy = of(base)->proxy,
		.context = base->tap->context,
		.kind = CAMIPC_WIRE_EVENT,
		.method = event,
		.type = event->args,
		.data = args,
	};

	camipc_record_message(&message);
}

/** Records an item without contents but its value, and @n bytes. */
static void put_small(struct camipc_observer *base, enum camipc_item_kind kind,
		      unsigned int flags, uint32_t value, const uint8_t *bytes,
		      size_t n)
{
	struct camipc_recorder *recorder = of(base)->recorder;
	const uint64_t now = camipc_now_ns();
	uint8_t *item;

	if (!camipc_recorder_is_open(recorder))
		return;
	item = camipc_item_queue_begin(&recorder->queue,
					 CAMIPC_ITEM_HEADER_SIZE + n, now,
					 false);
	if (!item)
		return;
	camipc_recorder_put_header(item, CAMIPC_ITEM_HEADER_SIZE + n, kind,
				   flags, of(base)->proxy, now, value);
	if (n > 0)
		memcpy(item + CAMIPC_ITEM_HEADER_SIZE, bytes, n);
	camipc_item_queue_end(&recorder->queue, CAMIPC_ITEM_HEADER_SIZE + n);
}

static void record_dropped(struct camipc_observer *base,
			   const struct camipc_method *event, uint32_t size,
			   enum camipc_state state)
{
	uint8_t bytes[8];

	camipc_put_le(bytes, size, 4);
	camipc_put_le(bytes + 4, state, 4);
	put_small(base, CAMIPC_ITEM_DROPPED, CAMIPC_ITEM_FROM_IPA, event->id,
		  bytes, sizeof(bytes));
}

static void record_span(struct camipc_observer *base,
			const struct camipc_method *method,
			const struct camipc_span *span)
{
	uint8_t bytes[CAMIPC_ITEM_SPAN_SIZE] = { 0 };

	camipc_put_le(bytes, span->cookie, 4);
	camipc_put_le(bytes + 8, span->begin, 8);
	camipc_put_le(bytes + 16, span->end, 8);
	put_small(base, CAMIPC_ITEM_SPAN, CAMIPC_ITEM_FROM_IPA, method->id,
		  bytes, sizeof(bytes));
}

static void record_stall(struct camipc_observer *base,
			 const struct camipc_method *method,
			 enum camipc_stall fate)
{
	uint8_t bytes[CAMIPC_ITEM_STALL_SIZE];

	camipc_put_le(bytes, fate, sizeof(bytes));
	put_small(base, CAMIPC_ITEM_STALL, 0, method->id, bytes, sizeof(bytes));
}

static void record_credit(struct camipc_observer *base, bool sent,
			  uint32_t consumed)
{
	put_small(base, CAMIPC_ITEM_CREDIT, sent ? 0 : CAMIPC_ITEM_FROM_IPA,
		  consumed, NULL, 0);
}

static void record_state(struct camipc_observer *base, enum camipc_state from,
			 enum camipc_state to)
{
	put_small(base, CAMIPC_ITEM_STATE, 0, (uint32_t)to | (uint32_t)from << 8,
		  NULL, 0);
}

static void record_ended(struct camipc_observer *base,
			 const struct camipc_closed_info *info)
{
	uint8_t bytes[CAMIPC_ITEM_ENDED_SIZE + 2 + 1000];
	const size_t n = info->text ? strnlen(info->text, 1000) : 0;

	camipc_put_le(bytes, info->reason, 4);
	camipc_put_le(bytes + 4, (uint32_t)info->error, 4);
	camipc_put_le(bytes + 8,
		      info->status_known ? (uint32_t)info->status : 0, 4);
	camipc_put_le(bytes + 12, (uint32_t)info->pid, 4);
	camipc_put_le(bytes + CAMIPC_ITEM_ENDED_SIZE, n, 2);
	if (n > 0)
		memcpy(bytes + CAMIPC_ITEM_ENDED_SIZE + 2, info->text, n);
	put_small(base, CAMIPC_ITEM_ENDED, CAMIPC_ITEM_FROM_IPA, 0, bytes,
		  CAMIPC_ITEM_ENDED_SIZE + 2 + n);
	camipc_recorder_save(of(base)->recorder);
}

static void release(struct camipc_observer *base)
{
	put_small(base, CAMIPC_ITEM_CLOSED, 0, 0, NULL, 0);
	camipc_recorder_unref(of(base)->recorder);
	free(base);
}

static const struct camipc_observer_ops record_ops = {
	.size = sizeof(record_ops),
	.call = record_call,
	.reply = record_reply,
	.event = record_event,
	.dropped = record_dropped,
	.span = record_span,
	.stall = record_stall,
	.credit = record_credit,
	.state = record_state,
	.ended = record_ended,
	.release = release,
};

/* ---- adding it ---------------------------------------------------------- */

/** Returns true before the first call. */
static bool is_unused(const struct camipc_proxy *proxy)
{
	return camipc_proxy_state(proxy) ==
		       camipc_state_first(proxy->interface) &&
	       atomic_load_explicit(&proxy->stats.calls,
				    memory_order_relaxed) == 0 &&
	       atomic_load_explicit(&proxy->stats.async_calls,
				    memory_order_relaxed) == 0;
}

static int record_proxy(struct camipc_proxy *proxy, struct camipc_recorder *recorder)
{
	const char *const texts[CAMIPC_STATE_TEXTS] = {
		camipc_proxy_name(proxy),
		proxy->origin->factory->name,
		proxy->origin->module.path,
		proxy->origin->match.argument,
	};
	struct observer *observer;
	int ret;

	if (!is_unused(proxy))
		return -EBUSY;
	observer = calloc(1, sizeof(*observer));
	if (!observer)
		return -ENOMEM;
	ret = camipc_recorder_add_proxy(recorder, proxy->interface,
					camipc_proxy_state(proxy), texts);
	if (ret < 0) {
		free(observer);
		return ret;
	}
	observer->base.ops = &record_ops;
	observer->recorder = recorder;
	observer->proxy = (uint32_t)ret;
	camipc_recorder_ref(recorder);
	return camipc_tap_add(&proxy->tap, &observer->base);
}

int camipc_proxy_record(struct camipc_proxy *proxy,
			struct camipc_recorder *recorder)
{
	CAMIPC_SCOPE(scope);
	int ret = camipc_scope_enter(&scope, proxy, "camipc_proxy_record");

	if (ret < 0)
		return ret;
	ret = record_proxy(proxy, recorder);
	camipc_scope_leave(&scope);
	return ret;
}

/* ---- all new proxies ---------------------------------------------------- */

static pthread_mutex_t default_lock = PTHREAD_MUTEX_INITIALIZER;
static struct camipc_recorder *default_recorder;
static struct camipc_recorder *own_recorder; /* of CAMIPC_RECORD */
static pid_t own_process;
static bool is_asked; /* the variable was looked at */

/** Reads CAMIPC_RECORD_RING. Returns false if its value is wrong. */
static bool read_ring_variable(struct camipc_record_options *options)
{
	const char *text = secure_getenv("CAMIPC_RECORD_RING");
	unsigned long seconds;
	char *end;

	if (!text || !text[0])
		return true;
	seconds = strtoul(text, &end, 10);
	if (!isdigit((unsigned char)text[0]) || *end || seconds < 1 ||
	    seconds > CAMIPC_RECORD_RING_MAX_SECONDS) {
		camipc_log(CAMIPC_LOG_ERROR, TOPIC,
			   "CAMIPC_RECORD_RING=%.40s: nothing is recorded: "
			   "expected 1 to %u seconds",
			   text, CAMIPC_RECORD_RING_MAX_SECONDS);
		return false;
	}
	options->ring_seconds = (uint32_t)seconds;
	options->save_signal = SIGUSR1;
	return true;
}

/** Completes the file of CAMIPC_RECORD at the end of the process. */
static void end_own_recorder(void)
{
	if (own_recorder && own_process == getpid())
		(void)!camipc_recorder_destroy(own_recorder);
	own_recorder = NULL;
}

static void look_at_variable(void)
{
	const char *path = secure_getenv("CAMIPC_RECORD");
	struct camipc_record_options options = {
		.size = sizeof(options),
		.path = path,
	};

	is_asked = true;
	if (!read_ring_variable(&options))
		return;
	if (!path || !path[0]) {
		if (options.ring_seconds)
			camipc_log(CAMIPC_LOG_WARNING, TOPIC,
				   "CAMIPC_RECORD_RING needs CAMIPC_RECORD=FILE: "
				   "nothing is recorded");
		return;
	}
	if (camipc_recorder_create(&options, &own_recorder) < 0)
		return;
	own_process = getpid();
	/*
	 * The recorder has prepared libcrypto, which cleans up at exit, too. What
	 * is registered later runs earlier: its thread hashes no more by then.
	 */
	if (atexit(end_own_recorder) != 0)
		end_own_recorder();
}

void camipc_recorder_set_default(struct camipc_recorder *recorder)
{
	pthread_mutex_lock(&default_lock);
	default_recorder = recorder;
	pthread_mutex_unlock(&default_lock);
}

bool camipc_record_is_expected(void)
{
	bool is_expected;

	pthread_mutex_lock(&default_lock);
	if (!is_asked)
		look_at_variable();
	is_expected = default_recorder ||
		      (own_recorder && own_process == getpid());
	pthread_mutex_unlock(&default_lock);
	return is_expected;
}

void camipc_record_new_proxy(struct camipc_proxy *proxy)
{
	int ret = 0;

	pthread_mutex_lock(&default_lock);
	if (default_recorder)
		ret = record_proxy(proxy, default_recorder);
	if (ret < 0)
		atomic_store(&default_recorder->refused, ret);
	if (ret == 0 && own_recorder && own_process == getpid())
		ret = record_proxy(proxy, own_recorder);
	pthread_mutex_unlock(&default_lock);
	/* A field that cannot be redacted has a line of its own. */
	if (ret < 0 && ret != -EINVAL)
		camipc_log(CAMIPC_LOG_ERROR, TOPIC,
			   "%s: this IPA is not recorded: %s",
			   camipc_proxy_name(proxy),
			   camipc_strerror(ret));
}
