/* SPDX-License-Identifier: MIT */
/*
 * CAMIPC_TRACE=1: each message of a proxy in one line of the log, topic
 * "trace", with typed arguments. Off, it costs one branch a message.
 */
#ifndef CAMIPC_PROXY_TRACE_H
#define CAMIPC_PROXY_TRACE_H

#include "proxy_core.h"

/** What CAMIPC_TRACE (read once with secure_getenv) says. Thread: safe. */
bool camipc_trace_is_wanted(void);

/** A call is on its way. @cookie: 0 if nobody waits for a reply. */
void camipc_trace_call(const struct camipc_proxy *proxy,
		       const struct camipc_method *method, uint32_t cookie,
		       const void *args);

/** Its end: what the IPA answered, or why it did not (@error). */
void camipc_trace_reply(const struct camipc_proxy *proxy,
			const struct camipc_call *call, int error,
			const void *outs);

/** An event that is delivered, or dropped unread. */
void camipc_trace_event(const struct camipc_proxy *proxy,
			const struct camipc_record *record);
void camipc_trace_dropped(const struct camipc_proxy *proxy,
			  const struct camipc_record *record);

/** A bare credit, in one direction or the other. */
void camipc_trace_credit(const struct camipc_proxy *proxy, bool sent,
			 uint32_t consumed);

#endif /* CAMIPC_PROXY_TRACE_H */
