/* SPDX-License-Identifier: MIT */
/* The end of a proxy. */
#ifndef CAMIPC_ENGINE_DESTROY_H
#define CAMIPC_ENGINE_DESTROY_H

#include "proxy.h"

/** Stops the IPA, completes begun calls and frees the proxy. */
void camipc_proxy_finish_destroy(struct camipc_proxy *proxy);

#endif /* CAMIPC_ENGINE_DESTROY_H */
