/* SPDX-License-Identifier: MIT */
/* Makes a proxy's descriptor readable for the work that is left. */
#ifndef CAMIPC_ENGINE_SETTLE_H
#define CAMIPC_ENGINE_SETTLE_H

#include "proxy.h"

/** Returns true if dispatch has a callback to make. */
bool camipc_proxy_has_deliverable(const struct camipc_proxy *proxy);

/**
 * Call it before control returns to the host: from now on the descriptor polls
 * readable while there is work for dispatch, now or at a deadline.
 */
void camipc_proxy_settle(struct camipc_proxy *proxy);

#endif /* CAMIPC_ENGINE_SETTLE_H */
