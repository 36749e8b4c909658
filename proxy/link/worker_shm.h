/* SPDX-License-Identifier: MIT */
/* Shared memory between a camera process and a worker that is being born. */
#ifndef CAMIPC_PROXY_WORKER_SHM_H
#define CAMIPC_PROXY_WORKER_SHM_H

#include <camipc/manager.h>

#include "handshake.h"
#include "worker_peer.h"

/**
 * Makes shared memory and puts it into @hello, if @transport says so; the caller
 * closes its descriptor after sending. Where this system refuses it, one line in
 * the log says so, and the socket goes on working.
 */
void camipc_worker_shm_offer(struct camipc_worker_peer *peer,
			     enum camipc_transport transport,
			     struct camipc_parent_hello *hello);

/**
 * camipc_worker_shm_use() - change the peer's channel, if both sides want to
 * @limits: of the peer's socket
 * @spin_us: to look for before this side sleeps
 * @hello: the worker's
 *
 * Returns 0, -EPROTO (an impossible thread) or -ENOMEM.
 */
int camipc_worker_shm_use(struct camipc_worker_peer *peer,
			  const struct camipc_channel_limits *limits,
			  uint32_t spin_us, bool wrapped,
			  const struct camipc_worker_hello *hello)
	CAMIPC_MUST_CHECK;

#endif /* CAMIPC_PROXY_WORKER_SHM_H */
