/* SPDX-License-Identifier: MIT */
/* Changes the state of a proxy and reports it. */
#ifndef CAMIPC_ENGINE_STATE_H
#define CAMIPC_ENGINE_STATE_H

#include "proxy.h"

/** Changes the state. Nothing happens if it is @state already. */
void camipc_proxy_set_state(struct camipc_proxy *proxy,
			    enum camipc_state state);

#endif /* CAMIPC_ENGINE_STATE_H */
