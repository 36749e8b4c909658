/* SPDX-License-Identifier: MIT */
/* Ends a worker, by asking or by killing, and says how it ended. */
#ifndef CAMIPC_PROXY_WORKER_END_H
#define CAMIPC_PROXY_WORKER_END_H

#include <camipc/proxy.h>

#include "worker_peer.h"

/**
 * camipc_worker_end() - kill a worker that has not ended yet, and have it reaped
 * @end: its reason is why the worker must end, or NONE if it ended by itself;
 *	the members about the worker are set, those about calls are left
 *
 * Must be called once. The texts that @end points to are valid until the peer's
 * fini.
 */
void camipc_worker_end(struct camipc_worker_peer *peer,
		       struct camipc_closed_info *end);

/** Asks a running worker to end, and waits CAMIPC_GRACE_MS for it. */
void camipc_worker_ask_to_end(struct camipc_worker_peer *peer);

/** Writes one line, such as "the worker died of SIGSEGV at x.so+0x10". */
void camipc_worker_describe_end(const struct camipc_closed_info *end,
				char *text, size_t size);

#endif /* CAMIPC_PROXY_WORKER_END_H */
