/* SPDX-License-Identifier: MIT */
/* What a link is made from: the proxy's part and that of its origin. */
#ifndef CAMIPC_ENGINE_LINK_PARAMS_H
#define CAMIPC_ENGINE_LINK_PARAMS_H

#include "proxy.h"

/** Returns the parameters for a link of @proxy; they borrow from it. */
struct camipc_link_params
camipc_proxy_link_params(struct camipc_proxy *proxy);

/** Returns how many messages may be unconsumed at once, in each direction: what
 *  policies say, rounded down to a power of two, because counters wrap. */
uint32_t camipc_proxy_window(const struct camipc_proxy *proxy);

/**
 * Opens and judges the module's file again, and begins a link to it beside the
 * present one. Returns 0 or an error of camipc_proxy_create().
 */
int camipc_proxy_begin_link(struct camipc_proxy *proxy,
			    struct camipc_link **ret_link) CAMIPC_MUST_CHECK;

/** Takes note of what the module at the other end of the link serves, and of the
 *  layers that its sandbox lacks. */
void camipc_proxy_find_served(struct camipc_proxy *proxy);

#endif /* CAMIPC_ENGINE_LINK_PARAMS_H */
