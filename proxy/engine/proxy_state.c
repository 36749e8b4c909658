/* SPDX-License-Identifier: MIT */
#include "proxy_state.h"

#include <errno.h>

#include <camipc/limits.h>

#define N_STATES (CAMIPC_STATE_DEAD + 1)

#define OK CAMIPC_CALL_ALLOWED
#define NOTHING CAMIPC_CALL_NEEDLESS
#define WARN CAMIPC_CALL_WARNED

/* In the order of enum camipc_state: Created Ready Starting Running Stopping
 * Stopped Restarting Dead. */
static const int calls[][N_STATES] = {
	[CAMIPC_ROLE_CALL] = { -EINVAL, OK, -EBUSY, WARN, -EBUSY, OK, -EBUSY,
			       -EPIPE },
	[CAMIPC_ROLE_INIT] = { OK, -EALREADY, -EBUSY, -EBUSY, -EBUSY, -EALREADY,
			       -EBUSY, -EPIPE },
	[CAMIPC_ROLE_START] = { -EINVAL, OK, -EBUSY, -EALREADY, -EBUSY, OK,
				-EBUSY, -EPIPE },
	[CAMIPC_ROLE_STOP] = { NOTHING, NOTHING, -EBUSY, OK, -EALREADY, NOTHING,
			       OK, NOTHING },
	[CAMIPC_ROLE_ASYNC] = { -EINVAL, -EINVAL, -EINVAL, OK, -ESHUTDOWN,
				-EINVAL, -EAGAIN, -EPIPE },
};

static const enum camipc_event_fate events[N_STATES] = {
	[CAMIPC_STATE_STARTING] = CAMIPC_EVENT_KEEP,
	[CAMIPC_STATE_RUNNING] = CAMIPC_EVENT_DELIVER,
};

static bool is_stopped(enum camipc_state state)
{
	return state == CAMIPC_STATE_READY || state == CAMIPC_STATE_STOPPED;
}

/** The IDL's [when=], on top of the table. */
static int judge_when(enum camipc_state state, enum camipc_when when)
{
	switch (when) {
	case CAMIPC_WHEN_STOPPED:
		return state == CAMIPC_STATE_RUNNING ? -EBUSY : OK;
	case CAMIPC_WHEN_RUNNING:
		return is_stopped(state) ? -EINVAL : OK;
	case CAMIPC_WHEN_ANY:
		return OK;
	default:
		return state == CAMIPC_STATE_RUNNING ? WARN : OK;
	}
}

int camipc_state_judge_call(enum camipc_state state,
			    const struct camipc_method *method)
{
	int verdict = calls[method->role][state];

	if (method->role == CAMIPC_ROLE_CALL && verdict >= 0)
		return judge_when(state, method->when);
	return verdict;
}

enum camipc_event_fate camipc_state_judge_event(enum camipc_state state,
						bool draining)
{
	if (state == CAMIPC_STATE_STOPPING && draining)
		return CAMIPC_EVENT_DELIVER;
	return events[state];
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
