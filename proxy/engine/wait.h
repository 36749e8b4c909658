/* SPDX-License-Identifier: MIT */
/* Waits for the answers to calls, with deadlines and cancellation. */
#ifndef CAMIPC_ENGINE_WAIT_H
#define CAMIPC_ENGINE_WAIT_H

#include "proxy.h"

/** Sleeps until @call is done, cancelled or late. */
void camipc_proxy_wait(struct camipc_proxy *proxy, struct camipc_call *call);

/** Sleeps until no init, start or stop goes on without a caller. */
void camipc_proxy_wait_switch(struct camipc_proxy *proxy);

/**
 * Receives after a sleep for @call, and checks its deadline. @ret: what the
 * link's wait() returned.
 */
void camipc_proxy_after_sleep(struct camipc_proxy *proxy,
			      struct camipc_call *call, int ret);

/** Empties the proxy's own descriptors and acts on a cancellation. */
void camipc_proxy_clear_signals(struct camipc_proxy *proxy);

#endif /* CAMIPC_ENGINE_WAIT_H */
