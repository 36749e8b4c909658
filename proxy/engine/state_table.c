/* SPDX-License-Identifier: MIT */
/* Which call is legal in which state, and what happens to events. */
#include "state_table.h"

#include <errno.h>

#include <camipc/limits.h>

#define N_STATES (CAMIPC_STATE_DEAD + 1)
#define N_ROLES (CAMIPC_ROLE_EVENT + 1)

/* A row has an argument for each state, so that none can be forgotten. */
#define ROW(created, ready, starting, running, stopping, stopped, restarting, \
	    dead)                                                             \
	{                                                                     \
		[CAMIPC_STATE_CREATED] = (created),                           \
		[CAMIPC_STATE_READY] = (ready),                               \
		[CAMIPC_STATE_STARTING] = (starting),                         \
		[CAMIPC_STATE_RUNNING] = (running),                           \
		[CAMIPC_STATE_STOPPING] = (stopping),                         \
		[CAMIPC_STATE_STOPPED] = (stopped),                           \
		[CAMIPC_STATE_RESTARTING] = (restarting),                     \
		[CAMIPC_STATE_DEAD] = (dead),                                 \
	}
CAMIPC_STATIC_ASSERT(N_STATES == 8, "ROW() has an argument for each state");
CAMIPC_STATIC_ASSERT(N_ROLES == 6, "calls[] has a row for each role of a call");

#define OK CAMIPC_CALL_ALLOWED
#define NOTHING CAMIPC_CALL_NEEDLESS
#define WARN CAMIPC_CALL_WARNED
#define DROP CAMIPC_EVENT_DROP

/*
 * In the columns: Created, Ready, Starting, Running, Stopping, Stopped,
 * Restarting, Dead. Events are no calls: their row is empty, which is an error.
 */
static const int calls[N_ROLES][N_STATES] = {
	[CAMIPC_ROLE_CALL] = ROW(-EINVAL, OK, -EBUSY, WARN, -EBUSY, OK, -EBUSY,
				 -EPIPE),
	[CAMIPC_ROLE_INIT] = ROW(OK, -EALREADY, -EBUSY, -EBUSY, -EBUSY,
				 -EALREADY, -EBUSY, -EPIPE),
	[CAMIPC_ROLE_START] = ROW(-EINVAL, OK, -EBUSY, -EALREADY, -EBUSY, OK,
				  -EBUSY, -EPIPE),
	[CAMIPC_ROLE_STOP] = ROW(NOTHING, NOTHING, -EBUSY, OK, -EALREADY,
				 NOTHING, OK, NOTHING),
	[CAMIPC_ROLE_ASYNC] = ROW(-EINVAL, -EINVAL, -EINVAL, OK, -ESHUTDOWN,
				  -EINVAL, -EAGAIN, -EPIPE),
};

static const enum camipc_event_fate events[N_STATES] =
	ROW(DROP, DROP, CAMIPC_EVENT_KEEP, CAMIPC_EVENT_DELIVER, DROP, DROP,
	    DROP, DROP);

static bool is_stopped(enum camipc_state state)
{
	return state == CAMIPC_STATE_READY || state == CAMIPC_STATE_STOPPED;
}

/** Applies the IDL's [when=] on top of the table. */
static int judge_when(enum camipc_state state, enum camipc_when when)
{
	switch (when) {
	case CAMIPC_WHEN_DEFAULT:
		return state == CAMIPC_STATE_RUNNING ? WARN : OK;
	case CAMIPC_WHEN_STOPPED:
		return state == CAMIPC_STATE_RUNNING ? -EBUSY : OK;
	case CAMIPC_WHEN_RUNNING:
		return is_stopped(state) ? -EINVAL : OK;
	case CAMIPC_WHEN_ANY:
		return OK;
	}
	return -EINVAL;
}

int camipc_state_judge_call(enum camipc_state state,
			    const struct camipc_method *method)
{
	int verdict = CAMIPC_CALL_UNSAID;

	/* Unsigned, since roles may come from a module's own table. */
	if ((unsigned int)method->role < N_ROLES &&
	    (unsigned int)state < N_STATES)
		verdict = calls[method->role][state];
	if (verdict == CAMIPC_CALL_UNSAID)
		return -EINVAL;
	if (method->role == CAMIPC_ROLE_CALL && verdict > 0)
		return judge_when(state, method->when);
	return verdict;
}

enum camipc_event_fate camipc_state_judge_event(enum camipc_state state,
						bool draining)
{
	if (state == CAMIPC_STATE_STOPPING && draining)
		return CAMIPC_EVENT_DELIVER;
	if ((unsigned int)state >= N_STATES ||
	    events[state] == CAMIPC_EVENT_UNSAID)
		return CAMIPC_EVENT_DROP;
	return events[state];
}

bool camipc_role_switches(enum camipc_role role)
{
	return role == CAMIPC_ROLE_INIT || role == CAMIPC_ROLE_START ||
	       role == CAMIPC_ROLE_STOP;
}

const struct camipc_method *
camipc_state_find_role(const struct camipc_interface *interface,
		       enum camipc_role role)
{
	for (uint16_t row = 0; row < interface->n_methods; row++) {
		if (interface->methods[row].role == role)
			return &interface->methods[row];
	}
	return NULL;
}

enum camipc_state
camipc_state_after_init(const struct camipc_interface *interface)
{
	return camipc_state_find_role(interface, CAMIPC_ROLE_START)
		       ? CAMIPC_STATE_READY
		       : CAMIPC_STATE_RUNNING;
}

enum camipc_state camipc_state_first(const struct camipc_interface *interface)
{
	return camipc_state_find_role(interface, CAMIPC_ROLE_INIT)
		       ? CAMIPC_STATE_CREATED
		       : camipc_state_after_init(interface);
}

uint32_t camipc_state_timeout(const struct camipc_method *method)
{
	if (method->timeout_ms)
		return method->timeout_ms;
	switch (method->role) {
	case CAMIPC_ROLE_INIT:
		return CAMIPC_TIMEOUT_STOPPED_MS;
	case CAMIPC_ROLE_START:
	case CAMIPC_ROLE_STOP:
		return CAMIPC_TIMEOUT_SWITCH_MS;
	default:
		return method->when == CAMIPC_WHEN_STOPPED
			       ? CAMIPC_TIMEOUT_STOPPED_MS
			       : CAMIPC_TIMEOUT_CALL_MS;
	}
}
