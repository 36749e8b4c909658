/* SPDX-License-Identifier: MIT */
/*
 * A worker as its link sees it: its process, the channel to it, and its notes.
 * worker_start.h and worker_end.h start and end one; process_link.c makes a link
 * of it.
 */
#ifndef CAMIPC_PROXY_WORKER_PEER_H
#define CAMIPC_PROXY_WORKER_PEER_H

#include "channel.h"
#include "shm_area.h"
#include "worker_sandbox.h"
#include "worker_notes.h"
#include "worker_process.h"

enum camipc_worker_phase {
	CAMIPC_WORKER_OPEN = 0,
	CAMIPC_WORKER_CLOSED, /* everything it sent was read */
	CAMIPC_WORKER_ENDED, /* killed, by worker_end.c; it has no child now */
};

/** Thread word: bound. Must not move. */
struct camipc_worker_peer {
	enum camipc_worker_phase phase;
	struct camipc_channel *channel; /* NULL: not started, or ended */
	/** The channel's shared memory, a reference; NULL: it has none. It
	 *  outlives the channel, for camipc_worker_peer_interrupt(). */
	struct camipc_shm_area *area;
	struct camipc_worker_process process;
	struct camipc_worker_notes notes;
	int64_t last_breath; /* until when its end is awaited; 0: it is open */
	bool has_pending; /* announce() has found something */
	bool was_woken; /* by its channel: the descriptors can wait for a look */
	int64_t looked; /* at all descriptors: roughly when */
	int64_t flood_empty; /* when messages without credit are forgotten */
	uint32_t thread; /* that serves calls, in the worker's pid namespace */
	uint32_t flags; /* of the worker's hello */
	struct camipc_worker_sandbox sandbox;
};

/**
 * Counts a message that needs no credit, in a leaky bucket that is stored as
 * the moment at which it will be empty. Returns true if it flows over: more
 * come than any sense explains. Thread word: reentrant.
 */
static inline bool camipc_flood_rises(int64_t *empty, int64_t now)
{
	const int64_t interval = INT64_C(1000000000) / CAMIPC_CONTROL_RATE;

	if (*empty < now)
		*empty = now;
	*empty += interval;
	return *empty - now > CAMIPC_CONTROL_BURST * interval;
}

/** @module: name of the module, copied. @share: as camipc_worker_log_init(). */
void camipc_worker_peer_init(struct camipc_worker_peer *peer,
			     const char *module, struct camipc_log_share *share);

/** Kills the worker unless it has ended, has it reaped, closes the channel. */
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
 * Returns 0, 1 (it was a note, which was handled: call again), -EAGAIN (none
 * now), -EPIPE (everything was read, and no more will come), -EPROTO, -ESTALE or
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

/** Ends a camipc_worker_peer_wait() that sleeps on shared memory. Thread word:
 *  safe, between the worker's start and fini(). */
void camipc_worker_peer_interrupt(struct camipc_worker_peer *peer);

/**
 * Makes the channel's descriptor wake up for what comes from now on, after
 * receive() has returned -EAGAIN; for nothing before that.
 */
void camipc_worker_peer_announce(struct camipc_worker_peer *peer);

/** Ends camipc_worker_peer_announce(): the owner is awake. */
void camipc_worker_peer_attend(struct camipc_worker_peer *peer);

/** Looks at all descriptors without waiting, unless wait() has just done so. */
void camipc_worker_peer_service(struct camipc_worker_peer *peer);

/** Returns when receive() must be called though nothing polls readable: see
 *  camipc_link_ops.look_at. */
int64_t camipc_worker_peer_look_at(const struct camipc_worker_peer *peer);

#endif /* CAMIPC_PROXY_WORKER_PEER_H */
