/* SPDX-License-Identifier: MIT */
/*
 * Sleeps on the word that a worker clears. Nobody can sleep on that and on
 * descriptors at once, and a hostile worker need not clear it: sleeps are cut
 * into slices, after each of which the descriptors are looked at.
 */
#include "worker_sleep.h"

#include <errno.h>

#include "deadline.h"
#include "worker_peer.h"

/*
 * Lengths of the slices, the last one repeated. An answer that comes in time
 * costs one system call; one that takes longer costs at most 100 looks a second.
 * So late, at most, are stderr, and ends that no wake-up reports.
 */
static const int64_t slices[] = { 2000000, 5000000, 10000000 };
#define N_SLICES (sizeof(slices) / sizeof(slices[0]))

static int64_t cut(size_t slice, int64_t now, int64_t deadline)
{
	const int64_t ns = slices[slice < N_SLICES ? slice : N_SLICES - 1];

	return deadline - now < ns ? deadline - now : ns;
}

int camipc_worker_sleep(struct camipc_worker_peer *peer,
			int (*look)(struct camipc_worker_peer *peer, void *user),
			void *user, int64_t deadline)
{
	for (size_t i = 0;; i++) {
		const int64_t now = camipc_now();
		int ret = -ETIMEDOUT;

		if (now < deadline)
			ret = camipc_channel_sleep(peer->channel,
						   cut(i, now, deadline));
		if (ret == 0 || ret == -EOPNOTSUPP)
			return ret;
		ret = look(peer, user);
		if (ret != -ETIMEDOUT || now >= deadline)
			return ret;
	}
}
