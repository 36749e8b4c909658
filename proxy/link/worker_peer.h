/* SPDX-License-Identifier: MIT */
/*
 * A worker as its link sees it: its process, the channel to it, and its notes.
 * worker_start.h and worker_end.h start and end one; process_link.c makes a link
 * of it.
 */
#ifndef CAMIPC_PROXY_WORKER_PEER_H
#define CAMIPC_PROXY_WORKER_PEER_H

#include "channel.h"
#include "worker_notes.h"
#include "worker_process.h"

enum camipc_worker_phase {
	CAMIPC_WORKER_OPEN = 0,
	CAMIPC_WORKER_CLOSED, /* everything it sent was read */
	CAMIPC_WORKER_ENDED, /* killed and reaped, by worker_end.c */
};

/** Thread word: bound. Must not move. */
struct camipc_worker_peer {
	enum camipc_worker_phase phase;
	struct camipc_channel *channel; /* NULL: not started, or ended */
	struct camipc_worker_process process;
	struct camipc_worker_notes notes;
	bool only_notes; /* the last receive met nothing else */
	uint32_t thread; /* that serves calls, in the worker's pid namespace */
	uint32_t flags; /* of the worker's hello */
};

/** @module: name of the module, copied. */
void camipc_worker_peer_init(struct camipc_worker_peer *peer,
			     const char *module);

/** Kills and reaps the worker unless it has ended, closes the channel. */
void camipc_worker_peer_fini(struct camipc_worker_peer *peer);

/**
 * Adds channel, exit and stderr to an epoll descriptor, which is borrowed until
 * the worker ends. Returns 0, -ENOSPC or -ENOMEM.
 */
int camipc_worker_peer_watch(struct camipc_worker_peer *peer,
			     int epoll_fd) CAMIPC_MUST_CHECK;

/**
 * camipc_worker_peer_receive() - read the next message that is not a note
 * @message: empty; empty again on failure
 * @ret_reason: set with -EPROTO and -ESTALE
 *
 * Handles a bounded number of notes on the way. Returns 0, -EAGAIN (none now),
 * -EPIPE (everything was read, and no more will come), -EPROTO, -ESTALE or
 * -ENOMEM; see camipc_channel_receive().
 */
int camipc_worker_peer_receive(struct camipc_worker_peer *peer,
			       struct camipc_message *message,
			       enum camipc_reason *ret_reason)
	CAMIPC_MUST_CHECK;

/**
 * camipc_worker_peer_wait() - sleep until receive() has something to report
 * @cancel_fd: readable once the wait is cancelled; -1: none
 * @deadline: as deadline.h
 *
 * Reads the worker's stderr meanwhile. Returns 0, -ECANCELED or -ETIMEDOUT;
 * see camipc_link_ops.wait.
 */
int camipc_worker_peer_wait(struct camipc_worker_peer *peer, int cancel_fd,
			    int64_t deadline) CAMIPC_MUST_CHECK;

#endif /* CAMIPC_PROXY_WORKER_PEER_H */
