/* SPDX-License-Identifier: MIT */
/* The life of a synchronous call: sent, and collected once it is done. */
#ifndef CAMIPC_ENGINE_SYNC_CALL_H
#define CAMIPC_ENGINE_SYNC_CALL_H

#include "attempt.h"

/**
 * Queues a checked call and changes the state as its role demands. @phase:
 * WAITING, or BEGUN with a completion that the caller fills in before
 * camipc_sync_call_send(). Returns 0 or an error that was noted.
 */
int camipc_sync_call_open(struct camipc_proxy *proxy,
			  const struct camipc_attempt *attempt,
			  const void *args, enum camipc_call_phase phase,
			  struct camipc_call **ret_call);

/**
 * Finds out what a call of @method will change in the journal, if there is a
 * restart policy; else leaves *@ret_change as it is. Returns 0 or an error that
 * was noted.
 */
int camipc_sync_call_journal(struct camipc_proxy *proxy,
			     const struct camipc_method *method,
			     const void *args,
			     struct camipc_journal_change **ret_change);

/** Sends a call that was opened, unless it has to wait for room. */
void camipc_sync_call_send(struct camipc_proxy *proxy,
			   struct camipc_call *call);

/**
 * Opens a stop, with the IDL's defaults for arguments, for the functions around
 * this one and camipc_proxy_wait(). @drains: what the IPA raised before it is
 * kept for delivery. Returns 0, -EOPNOTSUPP if there is no such method,
 * -EALREADY if it is not needed in this state, or an error of
 * camipc_proxy_call().
 */
int camipc_sync_call_stop(struct camipc_proxy *proxy, bool drains,
			  struct camipc_call **ret_call);

/**
 * Ends the life of a call that is done. @outs: gets the outputs, now the
 * caller's, on success; NULL drops them. Returns the call's result or error.
 */
int camipc_sync_call_collect(struct camipc_proxy *proxy,
			     struct camipc_call *call, void *outs);

#endif /* CAMIPC_ENGINE_SYNC_CALL_H */
