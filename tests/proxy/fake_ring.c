/* SPDX-License-Identifier: MIT */
/* Writes records of any bytes into shared memory. */
#include "fake_ring.h"

#include <unistd.h>

#include "shm_channel-internal.h"

static struct shm_channel *ring; /* NULL: there is a socket only */

void fake_ring_say_hello(struct camipc_channel **channel,
			 const struct camipc_parent_hello *hello,
			 struct camipc_worker_hello *answer)
{
	const struct camipc_shm_options options = {
		.side = CAMIPC_SHM_WORKER,
		.limits = { .max_message_size = 1 << 20 },
		.sleeps_alone = true,
	};
	const bool wanted = hello->flags & CAMIPC_HELLO_SHM;
	struct camipc_shm_area *area;

	if (wanted) {
		if (camipc_shm_area_map(hello->shm_fd, &area) < 0 ||
		    camipc_shm_channel_make_robust(area) < 0)
			_exit(89);
		close(hello->shm_fd);
		answer->flags = CAMIPC_HELLO_SHM | CAMIPC_HELLO_ROBUST;
		answer->thread = (uint32_t)getpid();
	}
	if (camipc_worker_hello_write(*channel, answer) < 0)
		_exit(97);
	if (!wanted)
		return;
	if (camipc_shm_channel_create(*channel, area, &options, channel) < 0)
		_exit(88);
	ring = as_shm(*channel);
}

static void put(const void *bytes, uint32_t size)
{
	int ret;

	while ((ret = camipc_shm_ring_check_room(
			&ring->out, camipc_shm_ring_cost(size))) == -EAGAIN) {
		atomic_store(&ring->cost, camipc_shm_ring_cost(size));
		if (camipc_channel_wait_room(&ring->base, false, -1) < 0)
			_exit(99);
	}
	if (ret < 0)
		_exit(99);
	camipc_shm_ring_put(&ring->out, bytes, size);
	camipc_shm_wake_peer(ring);
}

bool fake_ring_put(const void *bytes, size_t size)
{
	if (!ring || size > CAMIPC_SHM_MAX_MESSAGE)
		return false;
	put(bytes, (uint32_t)size);
	return true;
}

void fake_ring_put_mark(void)
{
	if (ring)
		put(NULL, CAMIPC_SHM_ON_SOCKET);
}

void fake_ring_drop(void)
{
	ring = NULL;
}
