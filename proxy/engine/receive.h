/* SPDX-License-Identifier: MIT */
/* Accepts what the IPA sends. */
#ifndef CAMIPC_ENGINE_RECEIVE_H
#define CAMIPC_ENGINE_RECEIVE_H

#include "proxy.h"

/**
 * camipc_proxy_receive() - accept records from the link, then flush
 * @call: stop once this call is done; NULL: none
 * @max: records to accept at most
 *
 * Returns true if the link has no more records. Gives the IPA up if it has
 * ended or broken the rules.
 */
bool camipc_proxy_receive(struct camipc_proxy *proxy,
			  const struct camipc_call *call, uint32_t max);

#endif /* CAMIPC_ENGINE_RECEIVE_H */
