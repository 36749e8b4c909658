/* SPDX-License-Identifier: MIT */
/*
 * Sleeps over a shm channel. A sleeper first stores in its word how it is to be
 * woken, then looks once more, and only then sleeps. A side that changes something
 * first stores that, then looks at the word. All four accesses are sequentially
 * consistent, so that one of the two sees the other, and no wake-up is lost. The
 * word that is slept on is the one that the waker clears: a wake-up that comes
 * before the sleep makes the kernel refuse it.
 */
#include <errno.h>
#include <linux/futex.h>

#include "deadline.h"
#include "fd_poll.h"
#include "refusal.h"
#include "shm_channel-internal.h"
#include "shm_futex.h"

/* What ends a sleep. */
enum {
	NEWS = 1, /* a record, or the end */
	ROOM = 2,
};

static _Atomic uint32_t *own_word(const struct shm_channel *shm)
{
	return &shm->area->words->sleepers[shm->side].word;
}

/* ---- what there is ------------------------------------------------------ */

/* An impossible tail counts as room: the next send finds the fault. */
static bool ring_has_room(struct shm_channel *shm)
{
	const uint32_t cost = atomic_load_explicit(&shm->cost,
						   memory_order_relaxed);
	const uint32_t tail = atomic_load(&shm->out.words->tail);
	uint32_t head;

	camipc_shm_lock(shm);
	head = shm->out.at;
	camipc_shm_unlock(shm);
	return head - tail > CAMIPC_SHM_RING_SIZE ||
	       CAMIPC_SHM_RING_SIZE - (head - tail) >= cost;
}

/* While another thread receives on the socket, nobody is to look again and again
 * at what comes after that. */
static bool is_held_up(const struct shm_channel *shm)
{
	return camipc_channel_is_busy(shm->socket) &&
	       (shm->awaits_datagram || !camipc_shm_ring_has_news(&shm->in));
}

static bool has_news(const struct shm_channel *shm)
{
	if (atomic_load(&shm->is_broken))
		return true;
	if (CAMIPC_UNLIKELY(is_held_up(shm)))
		return false;
	return camipc_shm_ring_has_news(&shm->in) ||
	       (atomic_load(&shm->in.words->closed) && !shm->is_at_end);
}

static bool is_ready(struct shm_channel *shm, int wanted)
{
	return ((wanted & NEWS) && has_news(shm)) ||
	       ((wanted & ROOM) && ring_has_room(shm));
}

/* Returns what the user of the channel waits for. */
static int wanted_by_user(const struct shm_channel *shm)
{
	/* Room on the socket is for the socket to report. */
	return shm->wants_room && !atomic_load(&shm->socket_is_full) ?
		       NEWS | ROOM :
		       NEWS;
}

/* Stores AWAKE. Returns false if the peer was faster, and has woken or will. */
static bool take_back(struct shm_channel *shm, uint32_t value)
{
	if (atomic_exchange(own_word(shm), CAMIPC_SHM_AWAKE) != value)
		return false;
	if (value == CAMIPC_SHM_RING_SOCKET)
		shm->bells_due--;
	return true;
}

/* Returns true, and stays awake, if what is wanted has come before. */
static bool announce(struct shm_channel *shm, uint32_t value, int wanted)
{
	if (value == CAMIPC_SHM_RING_SOCKET)
		shm->bells_due++;
	atomic_store(own_word(shm), value);
	/* Only now: a peer that takes this back finds the word, and wakes. Taken
	 * back before, for a little room, it would be missing for the rest. */
	if (wanted & ROOM)
		atomic_store(&shm->out.words->wants_room, 1);
	if (CAMIPC_LIKELY(!is_ready(shm, wanted)))
		return false;
	if (!take_back(shm, value) && value == CAMIPC_SHM_RING_SOCKET)
		shm->looks = true;
	return true;
}

/* ---- on the socket ------------------------------------------------------- */

bool camipc_shm_attend(struct camipc_channel *channel)
{
	struct shm_channel *shm = as_shm(channel);

	if (!shm->is_announced)
		return false;
	shm->is_announced = false;
	if (take_back(shm, CAMIPC_SHM_RING_SOCKET))
		return false;
	shm->looks = true;
	return true;
}

bool camipc_shm_announce(struct camipc_channel *channel)
{
	struct shm_channel *shm = as_shm(channel);

	(void)camipc_shm_attend(channel);
	shm->is_announced = !announce(shm, CAMIPC_SHM_RING_SOCKET,
				      wanted_by_user(shm));
	return !shm->is_announced;
}

/* Returns 0, -ETIMEDOUT or an error of poll(). */
static int poll_socket(struct shm_channel *shm, short events, int timeout_ms)
{
	struct pollfd pfd;
	int n;

	camipc_channel_get_poll(shm->socket, &pfd);
	pfd.events = events;
	n = camipc_poll(&pfd, 1, timeout_ms);
	shm->looks = true;
	if (n < 0)
		return camipc_system_error(errno);
	return n == 0 ? -ETIMEDOUT : 0;
}

/* For what is @wanted, and with POLLOUT in @events for room on the socket. */
static int sleep_on_socket(struct shm_channel *shm, int wanted, short events,
			   int timeout_ms)
{
	int ret;

	if (announce(shm, CAMIPC_SHM_RING_SOCKET, wanted))
		return 0;
	shm->is_announced = true;
	ret = poll_socket(shm, events, timeout_ms);
	(void)camipc_shm_attend(&shm->base);
	return ret;
}

/* ---- on the word --------------------------------------------------------- */

static bool take_interrupt(struct shm_channel *shm)
{
	return CAMIPC_UNLIKELY(atomic_load(&shm->area->interrupted)) &&
	       atomic_exchange(&shm->area->interrupted, false);
}

/* Some room, but not enough yet, is worth a wake-up, too. */
static bool has_more_room(struct shm_channel *shm)
{
	const uint32_t tail = atomic_load(&shm->out.words->tail);
	const bool more = tail != shm->tail_at_wake;

	shm->tail_at_wake = tail;
	return more;
}

/* Nothing is there that somebody should have woken this side for. */
static int count_spurious(struct shm_channel *shm, int wanted)
{
	if (!shm->limits.untrusted || ((wanted & ROOM) && has_more_room(shm)))
		return -EAGAIN;
	if (shm->spurious_left > 0) {
		shm->spurious_left--;
		return -EAGAIN;
	}
	atomic_store(&shm->is_broken, true);
	return 0;
}

/* Returns 0 only for a peer that wakes without end. */
static int explain_wake(struct shm_channel *shm, int wanted, int ret,
			uint32_t value)
{
	if (ret == -ENOSYS) {
		shm->asleep = 0;
		return -EOPNOTSUPP;
	}
	if (take_interrupt(shm))
		return -EAGAIN;
	/* The thread that serves calls has ended: others may still send. */
	if (value != CAMIPC_SHM_RING_SOCKET && (value & FUTEX_OWNER_DIED)) {
		shm->asleep = 0;
		return -EAGAIN;
	}
	if (ret == -EINTR)
		return -EAGAIN;
	if (ret == -ETIMEDOUT) {
		if (shm->spurious_left < SHM_SPURIOUS_WAKES)
			shm->spurious_left++;
		return -ETIMEDOUT;
	}
	return count_spurious(shm, wanted);
}

/* While this side looks, its word says that it is awake: nobody wakes it. */
static bool spin(struct shm_channel *shm, int wanted, int64_t ns)
{
	struct camipc_spin_turn turn;

	for (camipc_spin_begin(&shm->spin, ns, &turn);
	     camipc_spin_goes_on(&turn);) {
		if (is_ready(shm, wanted))
			return camipc_spin_hit(&shm->spin);
		if (CAMIPC_UNLIKELY(atomic_load(&shm->area->interrupted)))
			return false;
	}
	camipc_spin_miss(&shm->spin, &turn);
	return false;
}

static int sleep_on_word(struct shm_channel *shm, int wanted, int64_t ns)
{
	uint32_t value;
	int ret;

	if (spin(shm, wanted, ns) || announce(shm, shm->asleep, wanted))
		return 0;
	if (take_interrupt(shm)) {
		atomic_store(own_word(shm), CAMIPC_SHM_AWAKE);
		return -EAGAIN;
	}
	ret = camipc_shm_futex_wait(own_word(shm), shm->asleep, ns);
	value = atomic_exchange(own_word(shm), CAMIPC_SHM_AWAKE);
	if (CAMIPC_LIKELY(is_ready(shm, wanted)))
		return 0;
	return explain_wake(shm, wanted, ret, value);
}

int camipc_shm_sleep(struct camipc_channel *channel, int64_t ns)
{
	struct shm_channel *shm = as_shm(channel);

	if (!shm->asleep ||
	    (shm->wants_room && atomic_load(&shm->socket_is_full)))
		return -EOPNOTSUPP;
	(void)camipc_shm_attend(channel);
	return sleep_on_word(shm, wanted_by_user(shm), ns);
}

void camipc_shm_sleep_long(struct shm_channel *shm)
{
	if (shm->asleep)
		(void)sleep_on_word(shm, NEWS, -1);
	else
		(void)sleep_on_socket(shm, NEWS, POLLIN, -1);
}

/* ---- for room ------------------------------------------------------------ */

int camipc_shm_wait_room(const struct camipc_channel *channel, bool or_message,
			 int timeout_ms)
{
	struct shm_channel *shm = as_shared_shm(channel);
	const int wanted = or_message ? NEWS | ROOM : ROOM;
	int ret;

	/* Async-signal-safe: a crash report travels on the socket only. */
	if (atomic_load(&shm->socket_is_full) && !or_message)
		return camipc_channel_wait_room(shm->socket, false, timeout_ms);
	if (atomic_load(&shm->socket_is_full))
		ret = sleep_on_socket(shm, NEWS, POLLIN | POLLOUT, timeout_ms);
	else if (shm->asleep)
		ret = sleep_on_word(shm, wanted,
				    timeout_ms < 0 ? -1 :
						     timeout_ms * INT64_C(1000000));
	else
		ret = sleep_on_socket(shm, wanted, POLLIN, timeout_ms);
	if (or_message && has_news(shm))
		return 1;
	return ret == -EAGAIN ? 0 : ret;
}
