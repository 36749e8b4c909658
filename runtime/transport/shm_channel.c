/* SPDX-License-Identifier: MIT */
/* The channel over shared memory: its life and sending. */
#include "shm_channel.h"

#include <errno.h>
#include <linux/futex.h>
#include <stdlib.h>

#include "shm_channel-internal.h"
#include "shm_futex.h"

/* ---- sending ------------------------------------------------------------- */

/* Remembers what wait_room() has to wait for. */
static int note_full(struct shm_channel *shm, bool socket, uint32_t cost)
{
	atomic_store_explicit(&shm->cost, cost, memory_order_relaxed);
	atomic_store(&shm->socket_is_full, socket);
	return -EAGAIN;
}

/* -EPIPE: receive() reports why. */
static int check_room(struct shm_channel *shm, uint32_t cost)
{
	int ret = camipc_shm_ring_check_room(&shm->out, cost);

	if (ret == -EAGAIN)
		return note_full(shm, false, cost);
	if (ret == 0)
		return 0;
	atomic_store(&shm->is_broken, true);
	return -EPIPE;
}

/* Under the lock, so that messages and records have the same order. */
static int send_on_socket(struct shm_channel *shm,
			  struct camipc_message *message)
{
	int ret = check_room(shm, CAMIPC_SHM_RECORD_SIZE);

	if (ret == 0)
		ret = camipc_channel_send(shm->socket, message);
	if (ret == -EAGAIN)
		return note_full(shm, true, CAMIPC_SHM_RECORD_SIZE);
	if (ret < 0)
		return ret;
	camipc_shm_ring_put(&shm->out, NULL, CAMIPC_SHM_ON_SOCKET);
	return 0;
}

static int send_in_ring(struct shm_channel *shm, struct camipc_message *message)
{
	const uint32_t size = CAMIPC_HEADER_SIZE + message->header.body_size;
	int ret = check_room(shm, camipc_shm_ring_cost(size));

	if (ret < 0)
		return ret;
	message->header.n_fds = 0;
	camipc_header_encode(&message->header, message->bytes);
	camipc_shm_ring_put(&shm->out, message->bytes, size);
	return 0;
}

static bool fits_in_ring(const struct camipc_message *message)
{
	return message->fds.n == 0 &&
	       message->header.body_size <=
		       CAMIPC_SHM_MAX_MESSAGE - CAMIPC_HEADER_SIZE;
}

/*
 * A handler that reports a crash must not wait for a lock, nor should a thread
 * that logs: their messages need no record.
 */
static int send_note(struct shm_channel *shm, struct camipc_message *message)
{
	int ret = camipc_channel_send(shm->socket, message);

	if (ret == -EAGAIN && message->header.kind == CAMIPC_MESSAGE_CRASH)
		return note_full(shm, true, CAMIPC_SHM_RECORD_SIZE);
	return ret;
}

static int shm_send(const struct camipc_channel *channel,
		    struct camipc_message *message)
{
	struct shm_channel *shm = as_shared_shm(channel);
	const uint8_t kind = message->header.kind;
	int ret;

	if (kind == CAMIPC_MESSAGE_CRASH)
		return send_note(shm, message);
	ret = camipc_message_reserve(message, message->header.body_size);
	if (ret < 0)
		return ret;
	if (kind != CAMIPC_MESSAGE_LOG)
		camipc_shm_lock(shm);
	else if (!camipc_shm_try_lock(shm))
		return send_note(shm, message);
	if (CAMIPC_UNLIKELY(atomic_load_explicit(&shm->is_broken,
						 memory_order_relaxed) ||
			    shm->is_closed))
		ret = -EPIPE;
	else if (CAMIPC_LIKELY(fits_in_ring(message)))
		ret = send_in_ring(shm, message);
	else
		ret = send_on_socket(shm, message);
	camipc_shm_unlock(shm);
	if (CAMIPC_LIKELY(ret == 0) && !message->quiet)
		camipc_shm_wake_peer(shm);
	return ret;
}

static void shm_wake(struct camipc_channel *channel)
{
	camipc_shm_wake_peer(as_shm(channel));
}

/* ---- polling ------------------------------------------------------------- */

static void shm_get_poll(const struct camipc_channel *channel,
			 struct pollfd *ret_poll)
{
	camipc_channel_get_poll(as_shared_shm(channel)->socket, ret_poll);
}

static int shm_watch(struct camipc_channel *channel, int epoll_fd)
{
	return camipc_channel_watch(as_shm(channel)->socket, epoll_fd);
}

static void shm_unwatch(struct camipc_channel *channel)
{
	camipc_channel_unwatch(as_shm(channel)->socket);
}

static bool shm_is_busy(const struct camipc_channel *channel)
{
	const struct shm_channel *shm = as_shared_shm(channel);

	return atomic_load_explicit(&shm->is_broken, memory_order_relaxed) ||
	       camipc_channel_is_busy(shm->socket);
}

static void shm_want_room(struct camipc_channel *channel, bool want)
{
	struct shm_channel *shm = as_shm(channel);

	shm->wants_room = want;
	if (!want)
		atomic_store(&shm->socket_is_full, false);
	camipc_channel_want_room(shm->socket,
				 want && atomic_load(&shm->socket_is_full));
}

static void shm_look(struct camipc_channel *channel)
{
	as_shm(channel)->looks = true;
}

/* ---- life ---------------------------------------------------------------- */

static int shm_set_limit(struct camipc_channel *channel,
			 size_t max_message_size)
{
	struct shm_channel *shm = as_shm(channel);
	int ret = camipc_channel_set_limit(shm->socket, max_message_size);

	if (ret == 0)
		shm->limits.max_message_size = max_message_size;
	return ret;
}

static void shm_end_at(struct camipc_channel *channel)
{
	struct shm_channel *shm = as_shm(channel);

	if (shm->ends)
		return;
	shm->ends = true;
	shm->end_head = atomic_load(&shm->in.words->head);
	camipc_channel_end_at(shm->socket);
}

static void shm_close_write(struct camipc_channel *channel)
{
	struct shm_channel *shm = as_shm(channel);

	camipc_shm_lock(shm);
	shm->is_closed = true;
	atomic_store(&shm->out.words->closed, 1);
	camipc_shm_unlock(shm);
	camipc_channel_close_write(shm->socket);
	camipc_shm_wake_peer(shm);
}

static void shm_destroy(struct camipc_channel *channel)
{
	struct shm_channel *shm = as_shm(channel);

	/* The peer may live on for a while, and must not sleep. */
	shm_close_write(channel);
	camipc_message_fini(&shm->early);
	camipc_channel_destroy(shm->socket);
	camipc_shm_area_unref(shm->area);
	free(shm);
}

static const struct camipc_channel_ops shm_ops = {
	.size = sizeof(shm_ops),
	.send = shm_send,
	.receive = camipc_shm_receive,
	.wait_room = camipc_shm_wait_room,
	.get_poll = shm_get_poll,
	.watch = shm_watch,
	.unwatch = shm_unwatch,
	.is_busy = shm_is_busy,
	.want_room = shm_want_room,
	.set_limit = shm_set_limit,
	.end_at = shm_end_at,
	.close_write = shm_close_write,
	.sleep = camipc_shm_sleep,
	.announce = camipc_shm_announce,
	.attend = camipc_shm_attend,
	.look = shm_look,
	.wake = shm_wake,
	.destroy = shm_destroy,
};

static uint32_t find_asleep(const struct camipc_shm_options *options)
{
	if (options->robust_thread)
		return options->robust_thread | FUTEX_WAITERS;
	return options->sleeps_alone ? CAMIPC_SHM_ASLEEP : 0;
}

int camipc_shm_channel_create(struct camipc_channel *socket,
			      struct camipc_shm_area *area,
			      const struct camipc_shm_options *options,
			      struct camipc_channel **ret_channel)
{
	struct shm_channel *shm;
	enum camipc_shm_side peer;

	/* All bits set would mean the socket. */
	if (options->robust_thread >= CAMIPC_SHM_RING_SOCKET)
		return -EINVAL;
	shm = calloc(1, sizeof(*shm));
	if (!shm)
		return -ENOMEM;
	shm->base.ops = &shm_ops;
	shm->limits = options->limits;
	shm->socket = socket;
	shm->area = camipc_shm_area_ref(area);
	shm->side = options->side;
	shm->asleep = find_asleep(options);
	shm->spurious_left = SHM_SPURIOUS_WAKES;
	shm->spin.limit_us = options->spin_us;
	camipc_message_init(&shm->early);
	peer = camipc_shm_peer(shm);
	camipc_shm_ring_init(&shm->out, &area->words->rings[shm->side],
			     area->rings[shm->side]);
	camipc_shm_ring_init(&shm->in, &area->words->rings[peer],
			     area->rings[peer]);
	*ret_channel = &shm->base;
	return 0;
}

/* ---- the robust list ----------------------------------------------------- */

int camipc_shm_channel_make_robust(struct camipc_shm_area *area)
{
	struct camipc_shm_sleeper *sleeper =
		&area->words->sleepers[CAMIPC_SHM_PARENT];

	return camipc_shm_robust_add(&sleeper->word, sleeper, sizeof(*sleeper));
}

void camipc_shm_channel_end_robust(struct camipc_shm_area *area)
{
	camipc_shm_robust_remove(
		&area->words->sleepers[CAMIPC_SHM_PARENT].word);
}
