/* SPDX-License-Identifier: MIT */
/* What the files about shm channels share. */
#ifndef CAMIPC_TRANSPORT_SHM_INTERNAL_H
#define CAMIPC_TRANSPORT_SHM_INTERNAL_H

#include "shm_channel.h"
#include "shm_ring.h"
#include "spin.h"

struct shm_channel {
	struct camipc_channel base;
	struct camipc_channel_limits limits;
	struct camipc_channel *socket; /* owned */
	struct camipc_shm_area *area; /* a reference */
	enum camipc_shm_side side;
	uint32_t asleep; /* this side's word while it sleeps; 0: on the socket */
	struct camipc_shm_ring in;

	/* Under the lock, which every thread that sends takes. */
	_Atomic uint32_t out_lock;
	struct camipc_shm_ring out;
	bool is_closed; /* no message may follow */

	atomic_bool is_broken; /* the peer wrote what is impossible */
	atomic_bool socket_is_full; /* the latest send found no room there */
	atomic_uint cost; /* of the latest record that found no room */

	bool wants_room; /* announce() and sleep() wake up for room, too */
	bool is_announced; /* in its word, that it sleeps on the socket */
	bool looks; /* the socket may have something */
	bool is_at_end; /* of the socket */
	bool ends; /* at @end_head, and what is on the socket by then */
	uint32_t end_head;

	/** The next record is a mark, whose datagram another thread is to
	 *  receive: late_receive.h. */
	bool awaits_datagram;
	uint32_t n_missing; /* looks for the datagram of a record, in vain */
	bool has_early; /* @early came before its record was seen */
	struct camipc_message early;

	uint32_t bells_due; /* announcements that a BELL may still answer */
	uint32_t tail_at_wake; /* of @out, at the latest wake-up for room */
	struct camipc_spin spin; /* before a sleep on the word */
	uint32_t spurious_left; /* wake-ups for nothing that are forgiven */
};

static inline struct shm_channel *as_shm(struct camipc_channel *channel)
{
	return (struct shm_channel *)channel;
}

/** For functions whose state is atomic, or under the lock. */
static inline struct shm_channel *
as_shared_shm(const struct camipc_channel *channel)
{
	return (struct shm_channel *)(uintptr_t)channel;
}

static inline enum camipc_shm_side camipc_shm_peer(const struct shm_channel *shm)
{
	return shm->side == CAMIPC_SHM_PARENT ? CAMIPC_SHM_WORKER :
						CAMIPC_SHM_PARENT;
}

/** Wake-ups for nothing that are forgiven at once. An honest peer causes one
 *  per message, when it wakes a sleeper that has found the message itself. */
#define SHM_SPURIOUS_WAKES 64u

/* ---- shm_wake.c: words and locks ---------------------------------------- */

/** Wakes the peer if it has announced that it sleeps. */
void camipc_shm_wake_peer(struct shm_channel *shm);

/** Wakes the peer if it waits for room, after a record was taken. */
void camipc_shm_give_room(struct shm_channel *shm);

/** Takes the lock of senders, or returns false at once. Async-signal-safe. */
bool camipc_shm_try_lock(struct shm_channel *shm);
void camipc_shm_lock(struct shm_channel *shm);
void camipc_shm_unlock(struct shm_channel *shm);

/* ---- shm_sleep.c: the functions of channel.h that have these names ------- */

int camipc_shm_sleep(struct camipc_channel *channel, int64_t ns);
bool camipc_shm_announce(struct camipc_channel *channel);
bool camipc_shm_attend(struct camipc_channel *channel);
int camipc_shm_wait_room(const struct camipc_channel *channel, bool or_message,
			 int timeout_ms);

/** Sleeps until there is a message or the peer is gone, however it does so. */
void camipc_shm_sleep_long(struct shm_channel *shm);

/* ---- shm_receive.c ------------------------------------------------------- */

int camipc_shm_receive(struct camipc_channel *channel,
		       struct camipc_message *message, bool wait,
		       enum camipc_reason *ret_reason);

#endif /* CAMIPC_TRANSPORT_SHM_INTERNAL_H */
