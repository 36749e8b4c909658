/* SPDX-License-Identifier: MIT */
/* Makes the host's callbacks: events, completions, and the end of the IPA. */
#ifndef CAMIPC_ENGINE_DELIVER_H
#define CAMIPC_ENGINE_DELIVER_H

#include "proxy.h"

/**
 * Delivers the event or completion that came first, if it came no later than
 * number @limit: callbacks that make more callbacks due must not keep dispatch
 * from returning. Returns true if there was one.
 */
bool camipc_proxy_deliver_next(struct camipc_proxy *proxy, uint64_t limit);

/** Calls `closed` if it is due. Returns true if it was. */
bool camipc_proxy_deliver_closed(struct camipc_proxy *proxy);

/** Completes all begun calls; unanswered ones with -ECANCELED. */
void camipc_proxy_complete_all(struct camipc_proxy *proxy);

#endif /* CAMIPC_ENGINE_DELIVER_H */
