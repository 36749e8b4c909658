/* SPDX-License-Identifier: MIT */
/* What states are called. */
#include <stddef.h>

#include <camipc/proxy.h>

#define N_OF(array) (sizeof(array) / sizeof((array)[0]))

static const char *const names[] = {
	[CAMIPC_STATE_CREATED] = "created",
	[CAMIPC_STATE_READY] = "ready",
	[CAMIPC_STATE_STARTING] = "starting",
	[CAMIPC_STATE_RUNNING] = "running",
	[CAMIPC_STATE_STOPPING] = "stopping",
	[CAMIPC_STATE_STOPPED] = "stopped",
	[CAMIPC_STATE_RESTARTING] = "restarting",
	[CAMIPC_STATE_DEAD] = "dead",
};
CAMIPC_STATIC_ASSERT(N_OF(names) == CAMIPC_STATE_DEAD + 1,
		     "every state has a name");

const char *camipc_state_to_string(enum camipc_state state)
{
	return (size_t)state < N_OF(names) && names[state] ? names[state]
							   : "unknown state";
}
