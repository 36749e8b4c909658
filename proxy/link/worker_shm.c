/* SPDX-License-Identifier: MIT */
/* Offers shared memory to a worker, and uses it once the worker does. */
#include "worker_shm.h"

#include <errno.h>

#include <camipc/error.h>
#include <camipc/log.h>

#include "shm_channel.h"

#define TOPIC "proxy.process"

void camipc_worker_shm_offer(struct camipc_worker_peer *peer,
			     enum camipc_transport transport,
			     struct camipc_parent_hello *hello)
{
	int ret;

	if (transport != CAMIPC_TRANSPORT_SHM)
		return;
	ret = camipc_shm_area_create(&peer->area, &hello->shm_fd);
	if (ret < 0)
		camipc_log(CAMIPC_LOG_WARNING, TOPIC,
			   "%s: cannot make shared memory: %s; a socket is used",
			   peer->notes.module, camipc_strerror(ret));
	else
		hello->flags |= CAMIPC_HELLO_SHM;
}

int camipc_worker_shm_use(struct camipc_worker_peer *peer,
			  const struct camipc_channel_limits *limits,
			  uint32_t spin_us, bool wrapped,
			  const struct camipc_worker_hello *hello)
{
	struct camipc_shm_options options = {
		.side = CAMIPC_SHM_PARENT,
		.limits = *limits,
		.spin_us = spin_us,
	};
	struct camipc_channel *channel;
	int ret;

	if (!peer->area)
		return 0;
	if (!(hello->flags & CAMIPC_HELLO_SHM)) {
		camipc_log(CAMIPC_LOG_WARNING, TOPIC,
			   "%s: the worker cannot map shared memory; a socket "
			   "is used",
			   peer->notes.module);
		return 0;
	}
	/* A wrapper may have a pid namespace, in which threads count anew. */
	if ((hello->flags & CAMIPC_HELLO_ROBUST) && !wrapped)
		options.robust_thread = hello->thread;
	ret = camipc_shm_channel_create(peer->channel, peer->area, &options,
					&channel);
	if (ret == 0)
		peer->channel = channel;
	return ret == -EINVAL ? -EPROTO : ret;
}
