/* SPDX-License-Identifier: MIT */
/* Ends calls: hands what came of them to those who wait. */
#ifndef CAMIPC_ENGINE_FINISH_H
#define CAMIPC_ENGINE_FINISH_H

#include "proxy.h"

/** How a call has ended. */
struct camipc_call_end {
	int ret; /* what the caller gets */
	int error; /* of the proxy; 0 if the IPA answered */
	enum camipc_reason reason;
	struct camipc_record *reply; /* opened, or NULL; taken */
	bool owed; /* the IPA will still answer: the slot stays taken */
};

/** Ends @call for its caller and, unless the answer is owed, for the table. */
void camipc_proxy_finish_call(struct camipc_proxy *proxy,
			      struct camipc_call *call,
			      const struct camipc_call_end *end);

/** Returns the phase of a call that has ended, while its answer is owed. */
enum camipc_call_phase
camipc_proxy_phase_if_owed(const struct camipc_call *call);

/**
 * Takes a call back if it was not sent yet. Returns true if so: nobody will
 * answer it.
 */
bool camipc_proxy_unsend_call(struct camipc_proxy *proxy,
			      struct camipc_call *call);

/**
 * Makes the reply of a call that succeeds without the IPA: the IDL's defaults;
 * NULL if it has no outputs. Returns 0 or -ENOMEM.
 */
int camipc_proxy_make_reply(struct camipc_proxy *proxy,
			    const struct camipc_message_type *type,
			    struct camipc_record **ret_reply);

#endif /* CAMIPC_ENGINE_FINISH_H */
