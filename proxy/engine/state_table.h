/* SPDX-License-Identifier: MIT */
/* The state table that every backend obeys (../README.md has it drawn). */
#ifndef CAMIPC_ENGINE_STATE_TABLE_H
#define CAMIPC_ENGINE_STATE_TABLE_H

#include <camipc/interface.h>
#include <camipc/proxy.h>

/**
 * Results of camipc_state_judge_call() besides negative errors. No entry of
 * the table is 0: a forgotten one is an error.
 */
enum camipc_verdict {
	CAMIPC_CALL_UNSAID = 0,
	CAMIPC_CALL_ALLOWED,
	CAMIPC_CALL_NEEDLESS, /* the call succeeds and nothing is sent */
	CAMIPC_CALL_WARNED, /* allowed, and worth one warning per method */
};

/** What may happen to an event that arrives in a state. */
enum camipc_event_fate {
	CAMIPC_EVENT_UNSAID = 0,
	CAMIPC_EVENT_DROP,
	CAMIPC_EVENT_KEEP, /* until start has succeeded or failed */
	CAMIPC_EVENT_DELIVER,
};

/**
 * Judges a call of @method in @state. Returns a verdict other than UNSAID, the
 * table's error, or -EINVAL where the table has no entry. Thread word:
 * reentrant.
 */
int camipc_state_judge_call(enum camipc_state state,
			    const struct camipc_method *method);

/**
 * Judges an event in @state. @draining: a stop was begun that delivers the
 * events raised before it. Returns DROP where the table has no entry. Thread
 * word: reentrant.
 */
enum camipc_event_fate camipc_state_judge_event(enum camipc_state state,
						bool draining);

/** Returns the state in which a proxy of @interface begins. */
enum camipc_state camipc_state_first(const struct camipc_interface *interface);

/** Returns the state after init has succeeded. */
enum camipc_state
camipc_state_after_init(const struct camipc_interface *interface);

/** Returns true for init, start and stop, which change the state. */
bool camipc_role_switches(enum camipc_role role);

/** Returns the method with @role, or NULL. */
const struct camipc_method *
camipc_state_find_role(const struct camipc_interface *interface,
		       enum camipc_role role);

/** Returns the default deadline of @method, in milliseconds. */
uint32_t camipc_state_timeout(const struct camipc_method *method);

#endif /* CAMIPC_ENGINE_STATE_TABLE_H */
