/* SPDX-License-Identifier: MIT */
/* Makes and frees proxies. */
#ifndef CAMIPC_ENGINE_CREATE_H
#define CAMIPC_ENGINE_CREATE_H

#include "proxy.h"

/**
 * camipc_proxy_open() - make a proxy and its link
 * @origin: taken, whatever happens
 *
 * The rest is as for camipc_proxy_create(), and so are the errors.
 */
int camipc_proxy_open(struct camipc_origin *origin,
		      const struct camipc_client *client, const void *events,
		      void *user,
		      struct camipc_proxy **ret_proxy) CAMIPC_MUST_CHECK;

/** Frees a proxy with everything it holds; its IPA has been stopped. */
void camipc_proxy_free(struct camipc_proxy *proxy);

#endif /* CAMIPC_ENGINE_CREATE_H */
