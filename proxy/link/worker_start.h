/* SPDX-License-Identifier: MIT */
/* Starts a worker and has it load its module. */
#ifndef CAMIPC_PROXY_WORKER_START_H
#define CAMIPC_PROXY_WORKER_START_H

#include "handshake.h"
#include "ipa_link.h"
#include "worker_peer.h"

/**
 * camipc_worker_start() - start a worker and wait for hello and loaded
 * @peer: initialised; after a failure the caller still calls fini
 * @ret_loaded: what the module serves; the caller frees its methods
 *
 * On failure one log line says why. Errors are those of camipc_proxy_create().
 */
int camipc_worker_start(struct camipc_worker_peer *peer,
			const struct camipc_link_params *params,
			struct camipc_loaded *ret_loaded) CAMIPC_MUST_CHECK;

#endif /* CAMIPC_PROXY_WORKER_START_H */
