/* SPDX-License-Identifier: MIT */
/*
 * Carries restarts out, step by step and without waiting: another worker, and
 * the calls of the journal. give_up.c decides that there is a restart, and what
 * follows a failed attempt.
 */
#ifndef CAMIPC_ENGINE_REBIRTH_H
#define CAMIPC_ENGINE_REBIRTH_H

#include "proxy.h"

/** Does what can be done now. Without a restart under way: nothing. */
void camipc_rebirth_step(struct camipc_proxy *proxy);

/** Returns when the next step is due, whatever polls: CAMIPC_NO_DEADLINE if
 *  only the link decides. */
int64_t camipc_rebirth_due(const struct camipc_proxy *proxy);

/** Takes the reply to a call that was repeated. */
void camipc_rebirth_answer(struct camipc_proxy *proxy, struct camipc_call *call,
			   struct camipc_record *reply);

/** A stop ends the restart: the proxy is Stopped, or Created, and has no IPA. */
void camipc_rebirth_stop(struct camipc_proxy *proxy);

/**
 * A call needs an IPA. Without one, begins a restart, or takes part in the one
 * that another call has begun. Returns the time that the call has to wait for it
 * at most, in milliseconds; 0 if there is an IPA.
 */
uint32_t camipc_rebirth_revive(struct camipc_proxy *proxy);

#endif /* CAMIPC_ENGINE_REBIRTH_H */
