/* SPDX-License-Identifier: MIT */
/*
 * The end of an IPA, in two parts: its link ends, and the proxy gives the IPA
 * up. A proxy may survive the first.
 */
#ifndef CAMIPC_ENGINE_GIVE_UP_H
#define CAMIPC_ENGINE_GIVE_UP_H

#include "proxy.h"

/**
 * Kills the link's IPA and describes its end in proxy->ending and one log line.
 * @reason: NONE if the link knows better. Calls, events and what waits to be
 * sent stay as they are.
 */
void camipc_proxy_end_link(struct camipc_proxy *proxy,
			   enum camipc_reason reason);

/**
 * Ends the link and makes the proxy Dead: calls end with @call_error (-EPIPE,
 * or -EPROTO if the IPA broke the rules), events are dropped, and `closed` is
 * due. Nothing happens if the proxy is Dead already.
 */
void camipc_proxy_give_up(struct camipc_proxy *proxy, enum camipc_reason reason,
			  int call_error);

#endif /* CAMIPC_ENGINE_GIVE_UP_H */
