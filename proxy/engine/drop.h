/* SPDX-License-Identifier: MIT */
/* Drops events that may not be delivered. */
#ifndef CAMIPC_ENGINE_DROP_H
#define CAMIPC_ENGINE_DROP_H

#include "proxy.h"

/** Releases an event, counts it dropped and consumed, and may warn once. */
void camipc_proxy_drop_event(struct camipc_proxy *proxy,
			     struct camipc_record *event);

/** Drops all events that wait for dispatch. */
void camipc_proxy_drop_arrivals(struct camipc_proxy *proxy);

#endif /* CAMIPC_ENGINE_DROP_H */
