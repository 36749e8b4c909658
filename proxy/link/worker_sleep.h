/* SPDX-License-Identifier: MIT */
/* Waits for a worker whose channel can be slept on without poll(). */
#ifndef CAMIPC_PROXY_WORKER_SLEEP_H
#define CAMIPC_PROXY_WORKER_SLEEP_H

#include <stdint.h>

#include <camipc/base.h>

struct camipc_worker_peer;

/**
 * camipc_worker_sleep() - sleep on the channel's word, slice by slice
 * @look: polls all descriptors without waiting, as camipc_worker_peer_wait()
 *        reports it; -ETIMEDOUT: none was readable
 * @deadline: as deadline.h
 *
 * Returns 0, -ETIMEDOUT (at @deadline), what @look found, or -EOPNOTSUPP (the
 * channel cannot be slept on now: poll it).
 */
int camipc_worker_sleep(struct camipc_worker_peer *peer,
			int (*look)(struct camipc_worker_peer *peer, void *user),
			void *user, int64_t deadline) CAMIPC_MUST_CHECK;

#endif /* CAMIPC_PROXY_WORKER_SLEEP_H */
