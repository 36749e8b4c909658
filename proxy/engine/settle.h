/* SPDX-License-Identifier: MIT */
/* Makes a proxy's descriptor readable for the work that is left. */
#ifndef CAMIPC_ENGINE_SETTLE_H
#define CAMIPC_ENGINE_SETTLE_H

#include "proxy.h"

/** Returns the oldest event that may be delivered now, or NULL. */
const struct camipc_record *
camipc_proxy_deliverable_event(const struct camipc_proxy *proxy);

/** Returns true if dispatch has a callback to make. */
bool camipc_proxy_has_deliverable(const struct camipc_proxy *proxy);

/** Returns when dispatch has something to look at, as deadline.h. */
int64_t camipc_proxy_next_look(const struct camipc_proxy *proxy);

/** Returns when the link has to be asked, whatever polls: see
 *  camipc_link_ops.look_at. */
int64_t camipc_proxy_link_look_at(const struct camipc_proxy *proxy);

/**
 * Arms the timer for the next look, in slices: a dispatch that comes much later
 * than asked shows that this process has paused.
 */
void camipc_proxy_arm_timer(struct camipc_proxy *proxy);

/**
 * Call it before control returns to the host: from now on the descriptor polls
 * readable while there is work for dispatch, now or at a deadline.
 */
void camipc_proxy_settle(struct camipc_proxy *proxy);

#endif /* CAMIPC_ENGINE_SETTLE_H */
