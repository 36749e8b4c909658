/* SPDX-License-Identifier: MIT */
/* Shows what passes the engine to each observer. */
#include "tap.h"

#include "struct_size.h"

/* Calls one function of each observer that has it. */
#define SHOW(tap, function, ...)                                               \
	do {                                                                   \
		for (struct camipc_observer *o = (tap)->first; o; o = o->next) \
			if (CAMIPC_TABLE_HAS(o->ops, function))                \
				o->ops->function(o, __VA_ARGS__);              \
	} while (0)

int camipc_tap_add(struct camipc_tap *tap, struct camipc_observer *observer)
{
	static const struct camipc_struct_rule rule = CAMIPC_STRUCT_RULE(
		"camipc_tap_add", struct camipc_observer_ops, call);
	int ret = camipc_struct_check(&rule, observer->ops);

	if (ret < 0)
		return ret;
	observer->tap = tap;
	observer->next = tap->first;
	tap->first = observer;
	return 0;
}

void camipc_tap_fini(struct camipc_tap *tap)
{
	while (tap->first) {
		struct camipc_observer *observer = tap->first;

		tap->first = observer->next;
		observer->ops->release(observer);
	}
}

void camipc_tap_call(const struct camipc_tap *tap,
		     const struct camipc_method *method, uint32_t cookie,
		     const void *args)
{
	SHOW(tap, call, method, cookie, args);
}

void camipc_tap_reply(const struct camipc_tap *tap,
		      const struct camipc_method *method, uint32_t cookie,
		      int error, const void *outs, uint64_t took_ns)
{
	SHOW(tap, reply, method, cookie, error, outs, took_ns);
}

void camipc_tap_event(const struct camipc_tap *tap,
		      const struct camipc_method *event, const void *args)
{
	SHOW(tap, event, event, args);
}

void camipc_tap_dropped(const struct camipc_tap *tap,
			const struct camipc_method *event, uint32_t size,
			enum camipc_state state)
{
	SHOW(tap, dropped, event, size, state);
}

void camipc_tap_span(const struct camipc_tap *tap,
		     const struct camipc_method *method,
		     const struct camipc_span *span)
{
	SHOW(tap, span, method, span);
}

void camipc_tap_stall(const struct camipc_tap *tap,
		      const struct camipc_method *method,
		      enum camipc_stall fate)
{
	SHOW(tap, stall, method, fate);
}

void camipc_tap_credit(const struct camipc_tap *tap, bool sent,
		       uint32_t consumed)
{
	SHOW(tap, credit, sent, consumed);
}

void camipc_tap_state(const struct camipc_tap *tap, enum camipc_state from,
		      enum camipc_state to)
{
	SHOW(tap, state, from, to);
}

void camipc_tap_ended(const struct camipc_tap *tap,
		      const struct camipc_closed_info *info)
{
	SHOW(tap, ended, info);
}
