/* SPDX-License-Identifier: MIT */
/* Accepts what the IPA sends. */
#ifndef CAMIPC_ENGINE_RECEIVE_H
#define CAMIPC_ENGINE_RECEIVE_H

#include "proxy.h"

/**
 * For the last receive before a deadline expires: all that credit allows an IPA
 * to have sent, and as many messages of other kinds.
 */
#define CAMIPC_LAST_RECORDS (4 * (CAMIPC_WINDOW + CAMIPC_MAX_PENDING_CALLS))

/**
 * camipc_proxy_receive() - accept records from the link, then flush
 * @call: stop once this call is done; NULL: nobody waits, so that reading stops
 *	when the proxy's budget is used up and there is something to deliver
 * @max: records to accept at most
 *
 * Returns true if the link has no more records. Gives the IPA up if it has
 * ended or broken the rules.
 */
bool camipc_proxy_receive(struct camipc_proxy *proxy,
			  const struct camipc_call *call, uint32_t max);

/** Returns true if a message has more descriptors than an IPA may send. */
bool camipc_receive_too_many_fds(const struct camipc_proxy *proxy,
				 const struct camipc_header *header);

/**
 * Returns true for codes that only the proxy itself may return: if an IPA
 * returns one, the caller gets -EREMOTEIO. Thread word: reentrant.
 */
bool camipc_result_is_reserved(int32_t ret);

#endif /* CAMIPC_ENGINE_RECEIVE_H */
