/* SPDX-License-Identifier: MIT */
/* Sends a proxy's calls and credits over its link. */
#ifndef CAMIPC_ENGINE_SEND_H
#define CAMIPC_ENGINE_SEND_H

#include "proxy.h"

/** Returns a courier's way to the link of @proxy, for camipc_courier_init(). */
struct camipc_sender camipc_proxy_sender(struct camipc_proxy *proxy);

/** Sends what can be sent, and asks the link to wake up for room if needed. */
void camipc_proxy_flush(struct camipc_proxy *proxy);

/**
 * Gives the call with @cookie duplicates of what its caller has lent it, if it was
 * not sent. Without room for them the call ends.
 */
void camipc_proxy_own_unsent(struct camipc_proxy *proxy, uint32_t cookie);

/** Wakes the IPA for the calls that a corked proxy has sent, if it owes that. */
void camipc_proxy_wake(struct camipc_proxy *proxy);

#endif /* CAMIPC_ENGINE_SEND_H */
