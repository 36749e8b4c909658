/* SPDX-License-Identifier: MIT */
/*
 * Futexes in memory that two processes share, and the robust list of the
 * worker's threads, through which the kernel reports a death to a sleeper.
 */
#ifndef CAMIPC_TRANSPORT_SHM_FUTEX_H
#define CAMIPC_TRANSPORT_SHM_FUTEX_H

#include <stdatomic.h>
#include <stdint.h>

#include <camipc/base.h>

/**
 * camipc_shm_futex_wait() - sleep while @word has @value
 * @ns: at most so many nanoseconds; negative: for ever
 *
 * Returns 0 (woken, or the word has another value), -ETIMEDOUT, -EINTR, or
 * -ENOSYS (this system refuses it). Thread word: safe.
 */
int camipc_shm_futex_wait(_Atomic uint32_t *word, uint32_t value, int64_t ns);

/** Wakes one sleeper. Async-signal-safe. Thread word: safe. */
void camipc_shm_futex_wake(_Atomic uint32_t *word);

/**
 * camipc_shm_robust_add() - let the kernel look at @word when this thread ends
 * @line: the memory around the word in which the list's node must lie
 * @line_size: its bytes
 *
 * If the word then has this thread's id and FUTEX_WAITERS, the kernel sets
 * FUTEX_OWNER_DIED in it and wakes a sleeper: also at SIGKILL and at exec. The
 * node joins the C library's own list, so that the thread's robust mutexes go
 * on working.
 *
 * Returns 0 or -EOPNOTSUPP (this system, or this C library, has no such list).
 * Thread word: bound to the thread that must call camipc_shm_robust_remove().
 */
int camipc_shm_robust_add(_Atomic uint32_t *word, const void *line,
			  size_t line_size) CAMIPC_MUST_CHECK;

/** Ends camipc_shm_robust_add(), in the same thread. */
void camipc_shm_robust_remove(_Atomic uint32_t *word);

/** What camipc_shm_robust_begin() has changed. */
struct camipc_shm_pending {
	void *list; /* NULL: nothing */
	void *before;
};

/**
 * Until camipc_shm_robust_end() the kernel wakes a sleeper of @word if this
 * thread is killed: it may be between clearing the word and waking. Works in
 * every thread, without camipc_shm_robust_add(). Thread word: reentrant.
 */
struct camipc_shm_pending camipc_shm_robust_begin(_Atomic uint32_t *word);
void camipc_shm_robust_end(const struct camipc_shm_pending *pending);

#endif /* CAMIPC_TRANSPORT_SHM_FUTEX_H */
