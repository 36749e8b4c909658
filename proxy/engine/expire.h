/* SPDX-License-Identifier: MIT */
/* Ends calls that were cancelled or are late, and IPAs that are silent. */
#ifndef CAMIPC_ENGINE_EXPIRE_H
#define CAMIPC_ENGINE_EXPIRE_H

#include "proxy.h"

/** Ends @call with -ECANCELED; init, start and stop go on without a caller. */
void camipc_proxy_cancel_call(struct camipc_proxy *proxy,
			      struct camipc_call *call);

/** Cancels the calls that waited when the proxy was last cancelled. */
void camipc_proxy_take_cancel(struct camipc_proxy *proxy);

/**
 * Ends @call with -ETIMEDOUT. Gives the IPA up if the call was init, start or
 * stop, or the last of several in a row.
 */
void camipc_proxy_expire_call(struct camipc_proxy *proxy,
			      struct camipc_call *call);

/**
 * Looks at the clock, before anything else that depends on it: time in which
 * this process did not run is charged to nobody.
 */
void camipc_proxy_look(struct camipc_proxy *proxy);

/**
 * Ends begun calls whose deadline has passed, and gives the IPA up if its
 * watchdog is late. Call it after receiving. @empty: nothing was left; else what
 * may decide is received first.
 */
void camipc_proxy_check_deadlines(struct camipc_proxy *proxy, bool empty);

#endif /* CAMIPC_ENGINE_EXPIRE_H */
