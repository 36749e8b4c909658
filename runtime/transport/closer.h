/* SPDX-License-Identifier: MIT */
/*
 * Closes descriptors that came from an untrusted peer, in a thread of its own.
 *
 * A close takes as long as the sender of the descriptor likes: a socket may
 * linger, a file may belong to a FUSE server that never answers. The kernel
 * waits in close() and also where it drops a descriptor by itself, in recvmsg()
 * or when a socket with unread messages is closed. No thread of the host may
 * meet that.
 */
#ifndef CAMIPC_TRANSPORT_CLOSER_H
#define CAMIPC_TRANSPORT_CLOSER_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include <camipc/base.h>

/**
 * Where descriptors come from: one untrusted peer. Messages that hold its
 * descriptors, and the closer, have references. Thread word: safe.
 */
struct camipc_fd_source;

/** Returns a source with one reference, or NULL without memory. */
struct camipc_fd_source *camipc_fd_source_create(void);

/** Adds a reference and returns @source; NULL is fine. */
struct camipc_fd_source *camipc_fd_source_ref(struct camipc_fd_source *source);

/** Drops a reference; NULL is fine. */
void camipc_fd_source_unref(struct camipc_fd_source *source);

/**
 * Returns true if the peer abuses the closer: more than CAMIPC_MAX_FDS_CLOSING
 * of its descriptors wait to be closed, because one of them takes longer than
 * CAMIPC_CLOSE_PATIENCE_MS.
 */
bool camipc_fd_source_is_clogged(const struct camipc_fd_source *source);

/** Something that may take long; embedded in what it works on. */
struct camipc_chore {
	struct camipc_chore *next;
	struct camipc_fd_source *source; /* NULL: unknown */
	/** Called once, in a thread of the closer, without its lock. From its
	 *  return on the chore may be used again. */
	void (*run)(struct camipc_chore *chore);
};

/**
 * camipc_closer_run() - run a chore in the closer's thread
 *
 * The thread is started on first need and ends after a moment without work. If
 * it is stuck, others help: CAMIPC_MAX_CLOSERS in all, and no more than half of
 * them for one source. Never blocks and cannot fail; a chore for which there
 * is no thread waits for the next call.
 */
void camipc_closer_run(struct camipc_chore *chore);

/**
 * camipc_closer_hold() - begin no close until camipc_closer_release()
 *
 * For the time in which a child is started, to whom the kernel copies all
 * descriptors. Were one closed here meanwhile, the child's copy would be the
 * last one: closing that would block the child, and its parent with it. Waits a
 * moment for closes that were asked for before, as the child is better off
 * without them.
 */
void camipc_closer_hold(void);

/** Ends camipc_closer_hold(). */
void camipc_closer_release(void);

/**
 * camipc_closer_close() - close a descriptor that came from a peer
 * @source: NULL: unknown
 *
 * Closes @fd here if the close cannot block, otherwise in the closer's thread.
 * Never blocks and cannot fail, without memory either. Keeps errno.
 */
void camipc_closer_close(int fd, struct camipc_fd_source *source);

#endif /* CAMIPC_TRANSPORT_CLOSER_H */
