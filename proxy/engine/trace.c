/* SPDX-License-Identifier: MIT */
/* Writes what passes a proxy's tap into the log. */
#include "trace.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <camipc/log.h>

#include "clock.h"
#include "log_line.h"
#include "print_value.h"

#define TOPIC "trace"

/* Longer lines are cut. */
#define LINE_SIZE 4096

struct trace {
	struct camipc_observer base;
	char module[64];
};

/** A line in the making. */
struct line {
	struct camipc_printer printer;
	char text[LINE_SIZE];
};

bool camipc_trace_is_wanted(void)
{
	static atomic_int cached = -1;
	int wanted = atomic_load_explicit(&cached, memory_order_relaxed);
	const char *value;

	if (wanted >= 0)
		return wanted;
	value = secure_getenv("CAMIPC_TRACE");
	wanted = value && strcmp(value, "1") == 0;
	if (value && value[0] && !wanted && strcmp(value, "0") != 0)
		camipc_log(CAMIPC_LOG_WARNING, TOPIC,
			   "CAMIPC_TRACE='%s' is ignored: expected 0 or 1",
			   value);
	atomic_store_explicit(&cached, wanted, memory_order_relaxed);
	return wanted;
}

static void begin(struct line *line, struct camipc_observer *observer,
		  const char *arrow)
{
	const struct trace *trace = (const struct trace *)(void *)observer;
	const uint64_t us = camipc_now_ns() / 1000;

	camipc_printer_init(&line->printer, line->text, sizeof(line->text));
	camipc_print(&line->printer, "%s: %llu.%06llu %s ", trace->module,
		     (unsigned long long)(us / 1000000),
		     (unsigned long long)(us % 1000000), arrow);
}

static void print_message(struct line *line,
			  const struct camipc_message_type *type,
			  const void *data)
{
	camipc_print(&line->printer, "(");
	if (type && data)
		camipc_print_fields(&line->printer, type->info, data);
	camipc_print(&line->printer, ")");
}

static void end(const struct line *line)
{
	camipc_log_line(TOPIC, line->text);
}

static void trace_call(struct camipc_observer *observer,
		       const struct camipc_method *method, uint32_t cookie,
		       const void *args)
{
	struct line line;

	begin(&line, observer, "->");
	if (method->role == CAMIPC_ROLE_ASYNC)
		camipc_print(&line.printer, "async %s", method->name);
	else
		camipc_print(&line.printer, "call #%u %s", cookie,
			     method->name);
	print_message(&line, method->args, args);
	end(&line);
}

static void trace_reply(struct camipc_observer *observer,
			const struct camipc_method *method, uint32_t cookie,
			int error, const void *outs, uint64_t took_ns)
{
	struct line line;

	begin(&line, observer, "<-");
	camipc_print(&line.printer, "reply #%u %s", cookie, method->name);
	if (error)
		camipc_print(&line.printer, ": %s", camipc_strerror(error));
	else
		print_message(&line, method->outs, outs);
	camipc_print(&line.printer, " after %llu us",
		     (unsigned long long)(took_ns / 1000));
	end(&line);
}

static void trace_event(struct camipc_observer *observer,
			const struct camipc_method *event, const void *args)
{
	struct line line;

	begin(&line, observer, "<-");
	camipc_print(&line.printer, "event %s", event->name);
	print_message(&line, event->args, args);
	end(&line);
}

static void trace_dropped(struct camipc_observer *observer,
			  const struct camipc_method *event, uint32_t size,
			  enum camipc_state state)
{
	struct line line;

	begin(&line, observer, "<-");
	camipc_print(&line.printer, "event %s, %u bytes, dropped while %s",
		     event->name, size, camipc_state_to_string(state));
	end(&line);
}

static void trace_credit(struct camipc_observer *observer, bool sent,
			 uint32_t consumed)
{
	struct line line;

	begin(&line, observer, sent ? "->" : "<-");
	camipc_print(&line.printer, "credit, %u consumed", consumed);
	end(&line);
}

static void release(struct camipc_observer *observer)
{
	free(observer);
}

/* Changes of state and ends are in the log without a trace. */
static const struct camipc_observer_ops trace_ops = {
	.size = sizeof(trace_ops),
	.call = trace_call,
	.reply = trace_reply,
	.event = trace_event,
	.dropped = trace_dropped,
	.credit = trace_credit,
	.release = release,
};

int camipc_trace_create(const char *module,
			struct camipc_observer **ret_observer)
{
	struct trace *trace = calloc(1, sizeof(*trace));

	if (!trace)
		return -ENOMEM;
	trace->base.ops = &trace_ops;
	snprintf(trace->module, sizeof(trace->module), "%s", module);
	*ret_observer = &trace->base;
	return 0;
}
