/* SPDX-License-Identifier: MIT */
/* The state table that every backend obeys (README.md has it drawn). */
#ifndef CAMIPC_PROXY_STATE_H
#define CAMIPC_PROXY_STATE_H

#include <camipc/interface.h>
#include <camipc/proxy.h>

/** What camipc_state_judge_call() says besides negative errors. */
enum camipc_verdict {
	CAMIPC_CALL_ALLOWED = 0,
	CAMIPC_CALL_NEEDLESS, /* 0 is the answer; nothing is sent */
	CAMIPC_CALL_WARNED, /* allowed, and worth one warning per method */
};

/** What may become of an event that comes in this state. */
enum camipc_event_fate {
	CAMIPC_EVENT_DROP = 0,
	CAMIPC_EVENT_KEEP, /* until start has succeeded or failed */
	CAMIPC_EVENT_DELIVER,
};

/**
 * May @method be called in @state? Returns a verdict, or the error of the
 * table. Thread word: reentrant.
 */
int camipc_state_judge_call(enum camipc_state state,
			    const struct camipc_method *method);

/** @draining: a stop was begun that delivers what was raised before it. */
enum camipc_event_fate camipc_state_judge_event(enum camipc_state state,
						bool draining);

/** Where a proxy of @interface begins. */
enum camipc_state camipc_state_first(const struct camipc_interface *interface);

/** Where it is once init has succeeded. */
enum camipc_state
camipc_state_after_init(const struct camipc_interface *interface);

/** The method with @role, or NULL. */
const struct camipc_method *
camipc_state_find_role(const struct camipc_interface *interface,
		       enum camipc_role role);

/** The default deadline of @method, in milliseconds. */
uint32_t camipc_state_timeout(const struct camipc_method *method);

#endif /* CAMIPC_PROXY_STATE_H */
