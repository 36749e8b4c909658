/* SPDX-License-Identifier: MIT */
/*
 * A channel over two rings in shared memory, beside a socket. Small messages
 * travel in the rings; those with descriptors and large ones travel on the
 * socket, in order with the others. See "The shm channel" in the README.
 */
#ifndef CAMIPC_TRANSPORT_SHM_CHANNEL_H
#define CAMIPC_TRANSPORT_SHM_CHANNEL_H

#include "channel.h"
#include "shm_area.h"

struct camipc_shm_options {
	enum camipc_shm_side side; /* of this process */
	/** As the socket's. */
	struct camipc_channel_limits limits;
	/**
	 * Of the parent: the id of the worker's thread that has called
	 * camipc_shm_channel_make_robust(), as the worker counts it. 0: nobody
	 * has, so that this side sleeps on the socket only.
	 */
	uint32_t robust_thread;
	/** Sleeps on the word without help: only where the peer's death ends
	 *  this process, as in a worker, or in a test. */
	bool sleeps_alone;
	/** Microseconds for which this side looks before it sleeps on the word;
	 *  0: it does not. */
	uint32_t spin_us;
};

/**
 * camipc_shm_channel_create() - use shared memory beside a socket
 * @socket: a channel of socket_channel.h with the same limits; the new channel
 *          owns it, unless this fails
 * @area: a reference is taken
 *
 * From then on nobody may use @socket. Returns 0, -EINVAL (an impossible
 * thread), or -ENOMEM.
 */
int camipc_shm_channel_create(struct camipc_channel *socket,
			      struct camipc_shm_area *area,
			      const struct camipc_shm_options *options,
			      struct camipc_channel **ret_channel)
	CAMIPC_MUST_CHECK;

/**
 * Puts the parent's word into the robust list of this thread, which serves
 * calls and destroys the channel. Returns 0, or -EOPNOTSUPP where this system
 * has none.
 */
int camipc_shm_channel_make_robust(struct camipc_shm_area *area)
	CAMIPC_MUST_CHECK;

/** Ends camipc_shm_channel_make_robust(). Thread word: bound, as that. */
void camipc_shm_channel_end_robust(struct camipc_shm_area *area);

#endif /* CAMIPC_TRANSPORT_SHM_CHANNEL_H */
