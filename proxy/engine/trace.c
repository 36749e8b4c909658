/* SPDX-License-Identifier: MIT */
#include "trace.h"

#include <stdlib.h>
#include <string.h>

#include <camipc/log.h>

#include "clock.h"
#include "log_line.h"
#include "print_value.h"

/* Longer lines are cut. */
#define LINE_SIZE 4096

/** One line in the making. */
struct trace {
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
		camipc_log(CAMIPC_LOG_WARNING, CAMIPC_PROXY_TOPIC,
			   "CAMIPC_TRACE is ignored: '%s' is neither 0 nor 1",
			   value);
	atomic_store_explicit(&cached, wanted, memory_order_relaxed);
	return wanted;
}

static void begin(struct trace *trace, const struct camipc_proxy *proxy,
		  const char *arrow)
{
	uint64_t us = camipc_now_ns() / 1000;

	camipc_printer_init(&trace->printer, trace->text, sizeof(trace->text));
	camipc_print(&trace->printer, "%s: %llu.%06llu %s ",
		     proxy->module_name, (unsigned long long)(us / 1000000),
		     (unsigned long long)(us % 1000000), arrow);
}

static void print_message(struct trace *trace,
			  const struct camipc_message_type *type,
			  const void *data)
{
	camipc_print(&trace->printer, "(");
	if (type && data)
		camipc_print_fields(&trace->printer, type->info, data);
	camipc_print(&trace->printer, ")");
}

static void end(struct trace *trace)
{
	camipc_log_line("trace", trace->text);
}

void camipc_trace_call(const struct camipc_proxy *proxy,
		       const struct camipc_method *method, uint32_t cookie,
		       const void *args)
{
	struct trace trace;

	begin(&trace, proxy, "->");
	if (cookie)
		camipc_print(&trace.printer, "call #%u %s", cookie,
			     method->name);
	else
		camipc_print(&trace.printer, "async %s", method->name);
	print_message(&trace, method->args, args);
	end(&trace);
}

void camipc_trace_reply(const struct camipc_proxy *proxy,
			const struct camipc_call *call, int error,
			const void *outs)
{
	const uint64_t took = camipc_now_ns() - call->began_ns;
	struct trace trace;

	begin(&trace, proxy, "<-");
	camipc_print(&trace.printer, "reply #%u %s", call->cookie,
		     call->method->name);
	if (error)
		camipc_print(&trace.printer, ": %s", camipc_strerror(error));
	else
		print_message(&trace, call->method->outs, outs);
	camipc_print(&trace.printer, " after %llu us",
		     (unsigned long long)(took / 1000));
	end(&trace);
}

void camipc_trace_event(const struct camipc_proxy *proxy,
			const struct camipc_record *record)
{
	const struct camipc_method *event =
		&proxy->interface->events[record->row];
	struct trace trace;

	begin(&trace, proxy, "<-");
	camipc_print(&trace.printer, "event %s", event->name);
	print_message(&trace, event->args, record->data);
	end(&trace);
}

void camipc_trace_dropped(const struct camipc_proxy *proxy,
			  const struct camipc_record *record)
{
	struct trace trace;

	begin(&trace, proxy, "<-");
	camipc_print(&trace.printer, "event %s, %u bytes, dropped while %s",
		     proxy->interface->events[record->row].name,
		     record->message.header.body_size,
		     camipc_state_to_string(camipc_proxy_state(proxy)));
	end(&trace);
}

void camipc_trace_credit(const struct camipc_proxy *proxy, bool sent,
			 uint32_t consumed)
{
	struct trace trace;

	begin(&trace, proxy, sent ? "->" : "<-");
	camipc_print(&trace.printer, "credit, %u consumed", consumed);
	end(&trace);
}
