/* SPDX-License-Identifier: MIT */
/* Asynchronous calls: accepted, refused or dropped by their credit. */
#ifndef CAMIPC_ENGINE_ASYNC_CALL_H
#define CAMIPC_ENGINE_ASYNC_CALL_H

#include "attempt.h"

/**
 * Queues a checked asynchronous call and sends it if there is room. Returns 0
 * (also for a call that [overflow] dropped) or an error that was noted.
 */
int camipc_async_call(struct camipc_proxy *proxy,
		      const struct camipc_attempt *attempt, const void *args);

#endif /* CAMIPC_ENGINE_ASYNC_CALL_H */
