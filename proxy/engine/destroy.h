/* SPDX-License-Identifier: MIT */
/* The end of a proxy, short of its memory. */
#ifndef CAMIPC_ENGINE_DESTROY_H
#define CAMIPC_ENGINE_DESTROY_H

#include "proxy.h"

/**
 * Stops the IPA and completes begun calls; camipc_proxy_free() is to follow. If
 * a completion unwinds the stack, a second call goes on with the next one.
 */
void camipc_proxy_finish(struct camipc_proxy *proxy);

#endif /* CAMIPC_ENGINE_DESTROY_H */
