/* SPDX-License-Identifier: MIT */
/* Wakes the peer of a shm channel, and keeps its own threads apart. */
#include <errno.h>
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "shm_channel-internal.h"
#include "shm_futex.h"

/* ---- the peer's word ---------------------------------------------------- */

/*
 * At most once per announcement. If the socket has no room, the peer finds it
 * readable anyway; if the peer is gone, nobody is there to wake.
 */
static void ring_socket(struct shm_channel *shm)
{
	uint8_t bytes[CAMIPC_HEADER_SIZE];
	struct camipc_message bell;

	camipc_message_init(&bell);
	bell.header.kind = CAMIPC_MESSAGE_BELL;
	bell.bytes = bytes;
	(void)!camipc_channel_send(shm->socket, &bell);
}

static void exchange_and_wake(struct shm_channel *shm, _Atomic uint32_t *word)
{
	const uint32_t value = atomic_exchange(word, CAMIPC_SHM_AWAKE);

	if (value == CAMIPC_SHM_RING_SOCKET)
		ring_socket(shm);
	else if (value != CAMIPC_SHM_AWAKE)
		camipc_shm_futex_wake(word);
}

void camipc_shm_wake_peer(struct shm_channel *shm)
{
	_Atomic uint32_t *word =
		&shm->area->words->sleepers[camipc_shm_peer(shm)].word;
	struct camipc_shm_pending pending;

	/*
	 * Sequentially consistent, after such a store of a head or a tail: if
	 * the peer announces itself later than this, it sees that store.
	 */
	if (CAMIPC_LIKELY(atomic_load(word) == CAMIPC_SHM_AWAKE))
		return;
	if (shm->side == CAMIPC_SHM_PARENT) {
		exchange_and_wake(shm, word);
		return;
	}
	/* Killed in between, this thread would leave the parent asleep. */
	pending = camipc_shm_robust_begin(word);
	exchange_and_wake(shm, word);
	camipc_shm_robust_end(&pending);
}

void camipc_shm_give_room(struct shm_channel *shm)
{
	_Atomic uint32_t *wants = &shm->in.words->wants_room;

	/* As above, after the store of the tail. */
	if (CAMIPC_LIKELY(atomic_load(wants) == 0))
		return;
	if (atomic_exchange(wants, 0))
		camipc_shm_wake_peer(shm);
}

/* ---- the lock of senders ------------------------------------------------ */

/* A futex of this process: 0 free, 1 held, 2 held and waited for. It is not a
 * mutex, because a signal's handler may try it. */
enum { FREE, HELD, AWAITED };

bool camipc_shm_try_lock(struct shm_channel *shm)
{
	uint32_t value = FREE;

	return atomic_compare_exchange_strong_explicit(
		&shm->out_lock, &value, HELD, memory_order_acquire,
		memory_order_relaxed);
}

void camipc_shm_lock(struct shm_channel *shm)
{
	if (CAMIPC_LIKELY(camipc_shm_try_lock(shm)))
		return;
	while (atomic_exchange_explicit(&shm->out_lock, AWAITED,
					memory_order_acquire) != FREE)
		syscall(SYS_futex, &shm->out_lock,
			FUTEX_WAIT | FUTEX_PRIVATE_FLAG, AWAITED, NULL, NULL, 0);
}

void camipc_shm_unlock(struct shm_channel *shm)
{
	if (atomic_exchange_explicit(&shm->out_lock, FREE,
				     memory_order_release) == AWAITED)
		syscall(SYS_futex, &shm->out_lock,
			FUTEX_WAKE | FUTEX_PRIVATE_FLAG, 1, NULL, NULL, 0);
}
