/* SPDX-License-Identifier: MIT */
/* What init, start and stop do to the state of a proxy. */
#ifndef CAMIPC_ENGINE_SWITCH_H
#define CAMIPC_ENGINE_SWITCH_H

#include "proxy.h"

/**
 * Changes the state before a call of @method goes out. @begun: the caller does
 * not wait for the answer. Returns 0, or -ENOMEM if no thread could be made
 * for the IPA.
 */
int camipc_proxy_begin_switch(struct camipc_proxy *proxy,
			      const struct camipc_method *method, bool begun);

/** Changes the state after @method was answered with @ret, or failed. */
void camipc_proxy_end_switch(struct camipc_proxy *proxy,
			     const struct camipc_method *method, int ret);

#endif /* CAMIPC_ENGINE_SWITCH_H */
