/* SPDX-License-Identifier: MIT */
/* Starts a worker and has it load its module, in steps that do not wait. */
#ifndef CAMIPC_PROXY_WORKER_START_H
#define CAMIPC_PROXY_WORKER_START_H

#include <limits.h>

#include "handshake.h"
#include "ipa_link.h"
#include "pause.h"
#include "worker_peer.h"

/** How far a start has come. Thread word: bound. */
struct camipc_worker_birth {
	enum camipc_message_kind awaited;
	struct camipc_movable time; /* until it must be here */
	struct camipc_pause pause; /* its due: when to look again */
	enum camipc_reason reason; /* of -EPROTO */
	bool greeted; /* hello was exchanged: the module may have run */
	bool wrapped; /* by a developer's program */
	uint8_t nonce[CAMIPC_NONCE_SIZE];
	char worker[PATH_MAX]; /* for messages */
	struct camipc_closed_info end; /* if the worker was ended */
	/** What the module serves; the caller frees its methods, also after a
	 *  failure. */
	struct camipc_loaded loaded;
};

/**
 * camipc_worker_begin() - start a worker and send it the first message
 * @peer: initialised; after a failure the caller still calls fini
 * @birth: set, also on failure
 *
 * Does not wait. On failure one log line says why. Errors are those of
 * camipc_proxy_create().
 */
int camipc_worker_begin(struct camipc_worker_peer *peer,
			const struct camipc_link_params *params,
			struct camipc_worker_birth *birth) CAMIPC_MUST_CHECK;

/**
 * Receives what the worker has sent. Returns 0 once it has loaded its module;
 * -EAGAIN if that takes longer: call again when there is something to receive,
 * at the latest when @birth->pause is due; or an error as camipc_worker_begin().
 * Does not wait.
 */
int camipc_worker_continue(struct camipc_worker_peer *peer,
			   const struct camipc_link_params *params,
			   struct camipc_worker_birth *birth)
	CAMIPC_MUST_CHECK;

/** Does the same, and waits. Never returns -EAGAIN. */
int camipc_worker_await(struct camipc_worker_peer *peer,
			const struct camipc_link_params *params,
			struct camipc_worker_birth *birth) CAMIPC_MUST_CHECK;

#endif /* CAMIPC_PROXY_WORKER_START_H */
