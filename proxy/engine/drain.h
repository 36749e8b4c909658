/* SPDX-License-Identifier: MIT */
/*
 * A draining stop: while a caller waits for the answer to stop, what the IPA
 * raised before it is delivered as it comes, in callbacks from inside the call.
 */
#ifndef CAMIPC_ENGINE_DRAIN_H
#define CAMIPC_ENGINE_DRAIN_H

#include "proxy.h"

/**
 * Has everything that arrives delivered at once, until camipc_drain_end().
 * @call: the stop, opened and not sent; its deadline does not run in callbacks.
 */
void camipc_drain_begin(struct camipc_proxy *proxy, struct camipc_call *call);

/** Delivers what has arrived before. Call it once the stop is sent. */
void camipc_drain_deliver(struct camipc_proxy *proxy);

/** Ends delivery: nothing that comes after @proxy's stop is delivered. */
void camipc_drain_end(struct camipc_proxy *proxy);

#endif /* CAMIPC_ENGINE_DRAIN_H */
