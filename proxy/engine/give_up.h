/* SPDX-License-Identifier: MIT */
/* Gives an IPA up that has ended or cannot be used any more. */
#ifndef CAMIPC_ENGINE_GIVE_UP_H
#define CAMIPC_ENGINE_GIVE_UP_H

#include "proxy.h"

/**
 * Ends the link and makes the proxy Dead: calls end with @call_error (-EPIPE,
 * or -EPROTO if the IPA broke the rules), events are dropped, and `closed` is
 * due. Nothing happens if the proxy is Dead already.
 */
void camipc_proxy_give_up(struct camipc_proxy *proxy, enum camipc_reason reason,
			  int call_error);

#endif /* CAMIPC_ENGINE_GIVE_UP_H */
