/* SPDX-License-Identifier: MIT */
/* Receives messages from a worker, and waits for them. */
#include "worker_peer.h"

#include <errno.h>
#include <string.h>

#include "child_process.h"
#include "deadline.h"
#include "fd_poll.h"
#include "refusal.h"
#include "worker_sleep.h"

/* Behind the entries of the worker's process. */
enum {
	POLL_CHANNEL = CAMIPC_WORKER_POLL_COUNT,
	POLL_CANCEL,
	POLL_COUNT,
};

void camipc_worker_peer_init(struct camipc_worker_peer *peer,
			     const char *module, struct camipc_log_share *share)
{
	peer->phase = CAMIPC_WORKER_OPEN;
	peer->channel = NULL;
	peer->area = NULL;
	peer->has_pending = false;
	peer->was_woken = false;
	peer->looked = 0;
	peer->flood_empty = 0;
	peer->last_breath = 0;
	camipc_worker_process_init(&peer->process);
	camipc_worker_notes_init(&peer->notes, module, share);
}

void camipc_worker_peer_fini(struct camipc_worker_peer *peer)
{
	/* A worker that does not die is set aside by fini: no reason to log. */
	if (peer->process.child && peer->phase != CAMIPC_WORKER_ENDED)
		camipc_worker_process_kill(&peer->process, &peer->notes.log);
	camipc_worker_process_fini(&peer->process);
	camipc_channel_destroy(peer->channel);
	peer->channel = NULL;
	camipc_shm_area_unref(peer->area);
	peer->area = NULL;
}

int camipc_worker_peer_watch(struct camipc_worker_peer *peer, int epoll_fd)
{
	int ret = camipc_channel_watch(peer->channel, epoll_fd);

	if (ret < 0)
		return ret;
	return camipc_worker_process_watch(&peer->process, epoll_fd);
}

/* Whether too many messages that need no credit have come, with this one. */
static bool is_flooded(struct camipc_worker_peer *peer,
		       const struct camipc_message *message)
{
	const uint8_t kind = message->header.kind;

	return kind != CAMIPC_MESSAGE_REPLY && kind != CAMIPC_MESSAGE_EVENT &&
	       camipc_flood_rises(&peer->flood_empty, camipc_now_roughly());
}

/*
 * A worker that dies closes its channel a moment before its end can be seen. One
 * that has only closed its channel is ended after this; nobody waits for it.
 */
#define LAST_BREATH_NS (100 * INT64_C(1000000))

/* How often a channel is looked at that another thread receives for: by a host
 * that polls, and within a call. */
#define BUSY_LOOK_NS (10 * INT64_C(1000000))
#define SILENT_SLICE_MS 1

/* Nothing more will be read: -EPIPE as soon as it is known why. */
static int check_last_breath(struct camipc_worker_peer *peer)
{
	const int64_t now = camipc_now();

	if (peer->last_breath == 0) {
		peer->last_breath = now + LAST_BREATH_NS;
		/* At its end it always polls readable, and has no more to say. */
		camipc_channel_unwatch(peer->channel);
	}
	if (peer->process.exited || now >= peer->last_breath ||
	    camipc_child_wait(peer->process.child, 0) == 0)
		return -EPIPE;
	return -EAGAIN;
}

/* One message; 1: it was a note. */
static int receive_one(struct camipc_worker_peer *peer,
		       struct camipc_message *message,
		       enum camipc_reason *ret_reason)
{
	/* What was known before the read, so that nothing is missed. */
	const bool exited = peer->process.exited;
	int ret;

	/* Another holder of the worker's socket cannot keep the link alive,
	 * whether it is silent or goes on writing. */
	if (exited)
		camipc_channel_end_at(peer->channel);
	ret = camipc_channel_receive(peer->channel, message, false, ret_reason);
	if (ret == -EAGAIN && exited)
		return -EPIPE;
	if (ret < 0)
		return ret;
	if (is_flooded(peer, message)) {
		*ret_reason = CAMIPC_REASON_BAD_LIMIT;
		return -EPROTO;
	}
	ret = camipc_worker_notes_take(&peer->notes, message);
	if (ret == -EPROTO)
		*ret_reason = CAMIPC_REASON_BAD_PROTOCOL;
	return ret;
}

int camipc_worker_peer_receive(struct camipc_worker_peer *peer,
			       struct camipc_message *message,
			       enum camipc_reason *ret_reason)
{
	int ret;

	if (peer->phase != CAMIPC_WORKER_OPEN)
		return -EPIPE;
	ret = peer->last_breath ? -EPIPE :
				  receive_one(peer, message, ret_reason);
	if (ret == 0)
		return 0;
	camipc_message_reset(message);
	if (ret == -EPIPE)
		ret = check_last_breath(peer);
	if (ret == -EPIPE)
		peer->phase = CAMIPC_WORKER_CLOSED;
	return ret;
}

/* Whether receive() may have something to report that nothing polls for. */
static bool is_silent(const struct camipc_worker_peer *peer)
{
	return peer->phase == CAMIPC_WORKER_OPEN &&
	       (peer->last_breath || camipc_channel_is_busy(peer->channel));
}

int64_t camipc_worker_peer_look_at(const struct camipc_worker_peer *peer)
{
	if (peer->has_pending && peer->phase == CAMIPC_WORKER_OPEN)
		return camipc_now();
	if (!is_silent(peer))
		return CAMIPC_NO_DEADLINE;
	if (peer->last_breath)
		return peer->last_breath;
	return camipc_now() + BUSY_LOOK_NS;
}

/* One round; 1: nothing yet, poll again. */
static int poll_once(struct camipc_worker_peer *peer, struct pollfd *pfds,
		     int64_t deadline)
{
	/* Roughly: a tick late at most, never early. */
	int timeout = camipc_deadline_to_poll(deadline, camipc_now_roughly());
	const bool silent = is_silent(peer);
	const bool over = timeout == 0;

	if (peer->last_breath)
		pfds[POLL_CHANNEL].fd = -1;
	if (silent && timeout != 0)
		timeout = SILENT_SLICE_MS;

	camipc_worker_process_get_poll(&peer->process, pfds);
	if (camipc_poll(pfds, POLL_COUNT, timeout) < 0)
		return errno == EINTR ? 1 : camipc_system_error(errno);
	camipc_worker_process_handle_poll(&peer->process, pfds,
					  &peer->notes.log);
	peer->looked = camipc_now_roughly();
	if (pfds[POLL_CHANNEL].revents)
		camipc_channel_look(peer->channel);
	if (pfds[POLL_CHANNEL].revents || peer->process.exited)
		return 0;
	if (pfds[POLL_CANCEL].revents)
		return -ECANCELED;
	if (over)
		return -ETIMEDOUT;
	return silent ? 0 : 1;
}

static int poll_until(struct camipc_worker_peer *peer, struct pollfd *pfds,
		      int64_t deadline)
{
	int ret;

	/* In the handshake it may be another channel by now. */
	camipc_channel_get_poll(peer->channel, &pfds[POLL_CHANNEL]);
	do {
		ret = poll_once(peer, pfds, deadline);
	} while (ret == 1);
	return ret;
}

/* For camipc_worker_sleep(): a deadline that has passed. */
static int look(struct camipc_worker_peer *peer, void *pfds)
{
	return poll_until(peer, pfds, 0);
}

int camipc_worker_peer_wait(struct camipc_worker_peer *peer, int cancel_fd,
			    int64_t deadline)
{
	struct pollfd pfds[POLL_COUNT] = {
		[POLL_CANCEL] = { .fd = cancel_fd, .events = POLLIN },
	};
	int ret = -EOPNOTSUPP;

	if (peer->phase != CAMIPC_WORKER_OPEN)
		return 0;
	peer->was_woken = false;
	if (camipc_channel_can_sleep(peer->channel) && !is_silent(peer))
		ret = camipc_worker_sleep(peer, look, pfds, deadline);
	if (ret != -EOPNOTSUPP) {
		peer->was_woken = ret == 0;
		return ret;
	}
	/* Something has come before, for which nothing polls readable. */
	if (!peer->last_breath && camipc_channel_announce(peer->channel))
		return 0;
	ret = poll_until(peer, pfds, deadline);
	camipc_channel_attend(peer->channel);
	return ret;
}

void camipc_worker_peer_interrupt(struct camipc_worker_peer *peer)
{
	if (peer->area)
		camipc_shm_area_interrupt(peer->area, CAMIPC_SHM_PARENT);
}

/* ---- between waits ------------------------------------------------------- */

/* How long descriptors need no look while the channel keeps waking. */
#define LOOK_AGAIN_NS (10 * INT64_C(1000000))

void camipc_worker_peer_announce(struct camipc_worker_peer *peer)
{
	peer->has_pending = false;
	/* What wakes a host that polls may be any descriptor. */
	peer->was_woken = false;
	if (peer->phase == CAMIPC_WORKER_OPEN && !peer->last_breath)
		peer->has_pending = camipc_channel_announce(peer->channel);
}

void camipc_worker_peer_attend(struct camipc_worker_peer *peer)
{
	peer->has_pending = false;
	/* If a descriptor has something, too, the host dispatches once more. */
	if (peer->phase == CAMIPC_WORKER_OPEN &&
	    camipc_channel_attend(peer->channel))
		peer->was_woken = true;
}

void camipc_worker_peer_service(struct camipc_worker_peer *peer)
{
	struct pollfd pfds[POLL_COUNT] = { [POLL_CANCEL] = { .fd = -1 } };

	if (peer->phase == CAMIPC_WORKER_ENDED)
		return;
	if (peer->phase != CAMIPC_WORKER_OPEN ||
	    !camipc_channel_can_sleep(peer->channel)) {
		camipc_worker_process_check(&peer->process, &peer->notes.log);
		return;
	}
	/* From the end of one wait to the next, descriptors can wait, and when it
	 * was the channel that woke the host. */
	if (!peer->was_woken ||
	    camipc_now_roughly() - peer->looked >= LOOK_AGAIN_NS)
		(void)!look(peer, pfds);
	camipc_worker_log_settle(&peer->notes.log);
}
