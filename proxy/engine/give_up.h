/* SPDX-License-Identifier: MIT */
/* Ends the IPA of a proxy: another one follows, or the proxy is Dead. */
#ifndef CAMIPC_ENGINE_GIVE_UP_H
#define CAMIPC_ENGINE_GIVE_UP_H

#include "proxy.h"

/**
 * Kills the IPA, and fails all calls with @call_error. With a restart policy
 * that allows it, the proxy is Restarting then, and rebirth.c goes on; else it is
 * Dead, and `closed` is due. During a restart this is the end of an attempt,
 * another one of which may follow. @reason: why, or NONE if the link knows it.
 */
void camipc_proxy_give_up(struct camipc_proxy *proxy, enum camipc_reason reason,
			  int call_error);

/** Kills a worker that is to take over, because the host wants no IPA now. */
void camipc_proxy_give_up_attempt(struct camipc_proxy *proxy);

/** Fails all calls that somebody waits for, because of a restart. */
void camipc_proxy_fail_waiting(struct camipc_proxy *proxy);

#endif /* CAMIPC_ENGINE_GIVE_UP_H */
