/* SPDX-License-Identifier: MIT */
/* Receives messages from a worker, and waits for them. */
#include "worker_peer.h"

#include <errno.h>
#include <poll.h>
#include <string.h>

#include "deadline.h"

/* Notes that one receive handles at most, on its way to another message. */
#define MAX_NOTES 32

/* Behind the entries of the worker's process. */
enum {
	POLL_CHANNEL = CAMIPC_WORKER_POLL_COUNT,
	POLL_CANCEL,
	POLL_COUNT,
};

void camipc_worker_peer_init(struct camipc_worker_peer *peer,
			     const char *module)
{
	peer->phase = CAMIPC_WORKER_OPEN;
	peer->channel = NULL;
	peer->only_notes = false;
	camipc_worker_process_init(&peer->process);
	camipc_worker_notes_init(&peer->notes, module);
}

void camipc_worker_peer_fini(struct camipc_worker_peer *peer)
{
	/* A worker that does not die is set aside by fini: no reason to log. */
	if (peer->process.child && peer->phase != CAMIPC_WORKER_ENDED)
		camipc_worker_process_kill(&peer->process, &peer->notes.log);
	camipc_worker_process_fini(&peer->process);
	camipc_channel_destroy(peer->channel);
	peer->channel = NULL;
}

int camipc_worker_peer_watch(struct camipc_worker_peer *peer, int epoll_fd)
{
	int ret = camipc_channel_watch(peer->channel, epoll_fd);

	if (ret < 0)
		return ret;
	return camipc_worker_process_watch(&peer->process, epoll_fd);
}

/* One message; 1: it was a note. */
static int receive_one(struct camipc_worker_peer *peer,
		       struct camipc_message *message,
		       enum camipc_reason *ret_reason)
{
	/* What was known before the read, so that nothing is missed. */
	const bool exited = peer->process.exited;
	int ret;

	ret = camipc_channel_receive(peer->channel, message, false, ret_reason);
	/* Another holder of the worker's socket cannot keep the link alive. */
	if (ret == -EAGAIN && exited)
		return -EPIPE;
	if (ret < 0)
		return ret;
	ret = camipc_worker_notes_take(&peer->notes, message);
	if (ret == -EPROTO)
		*ret_reason = CAMIPC_REASON_BAD_PROTOCOL;
	return ret;
}

int camipc_worker_peer_receive(struct camipc_worker_peer *peer,
			       struct camipc_message *message,
			       enum camipc_reason *ret_reason)
{
	if (peer->phase != CAMIPC_WORKER_OPEN)
		return -EPIPE;
	peer->only_notes = false;
	for (int i = 0; i < MAX_NOTES; i++) {
		int ret = receive_one(peer, message, ret_reason);

		if (ret == 0)
			return 0;
		camipc_message_reset(message);
		if (ret == -EPIPE)
			peer->phase = CAMIPC_WORKER_CLOSED;
		if (ret < 0)
			return ret;
	}
	peer->only_notes = true;
	return -EAGAIN;
}

/* One round; 1: nothing yet, poll again. */
static int poll_once(struct camipc_worker_peer *peer, struct pollfd *pfds,
		     int64_t deadline)
{
	/* Roughly: a tick late at most, never early. */
	int timeout = camipc_deadline_to_poll(deadline, camipc_now_roughly());

	camipc_worker_process_get_poll(&peer->process, pfds);
	if (poll(pfds, POLL_COUNT, timeout) < 0)
		return errno == EINTR ? 1 : -errno;
	camipc_worker_process_handle_poll(&peer->process, pfds,
					  &peer->notes.log);
	/* A worker that only ever logs must not stretch the deadline. */
	if (pfds[POLL_CHANNEL].revents)
		return peer->only_notes && timeout == 0 ? -ETIMEDOUT : 0;
	if (peer->process.exited)
		return 0;
	if (pfds[POLL_CANCEL].revents)
		return -ECANCELED;
	return timeout == 0 ? -ETIMEDOUT : 1;
}

int camipc_worker_peer_wait(struct camipc_worker_peer *peer, int cancel_fd,
			    int64_t deadline)
{
	struct pollfd pfds[POLL_COUNT] = {
		[POLL_CANCEL] = { .fd = cancel_fd, .events = POLLIN },
	};
	int ret;

	if (peer->phase != CAMIPC_WORKER_OPEN)
		return 0;
	camipc_channel_get_poll(peer->channel, &pfds[POLL_CHANNEL]);
	do {
		ret = poll_once(peer, pfds, deadline);
	} while (ret == 1);
	return ret;
}
