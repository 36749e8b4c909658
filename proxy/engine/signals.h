/* SPDX-License-Identifier: MIT */
/*
 * The descriptors of a proxy that are its own: an epoll for the host, and one
 * timer behind it, which expires at deadlines, at once to wake the host for
 * work that is left, and at once when another thread cancels. No worker ever
 * shares them.
 */
#ifndef CAMIPC_ENGINE_SIGNALS_H
#define CAMIPC_ENGINE_SIGNALS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/** Thread word: bound, except camipc_signals_cancel() and knock(). */
struct camipc_signals {
	int epoll_fd; /* the host polls it; links add their descriptors */
	int timer_fd; /* readable while woken, knocked or expired */
	bool woken; /* until the next clear() */
	int64_t timer_deadline; /* CAMIPC_NO_DEADLINE: not armed */
	atomic_uint cancels; /* calls of camipc_signals_cancel() so far */
	atomic_bool knocked; /* another thread wants the owner to look */
};

/** Sets up a struct that fini() accepts. */
void camipc_signals_prepare(struct camipc_signals *signals);

/** Opens the descriptors. Returns 0, -EMFILE, -ENFILE or -ENOMEM. */
int camipc_signals_open(struct camipc_signals *signals);

/** Closes the descriptors. */
void camipc_signals_fini(struct camipc_signals *signals);

/** Makes epoll_fd readable until the next clear(). */
void camipc_signals_wake(struct camipc_signals *signals);

/**
 * Makes epoll_fd readable at @deadline. A timer that is armed for an earlier
 * time stays: one wake-up too many does no harm.
 */
void camipc_signals_arm(struct camipc_signals *signals, int64_t deadline);

/**
 * Empties an expired timer, also one that woke the host: arm() and wake() are
 * then needed anew. Returns true if another thread has knocked, which
 * camipc_signals_take_knock() answers.
 */
bool camipc_signals_clear(struct camipc_signals *signals);

/**
 * Makes epoll_fd readable until the next take_knock(). Returns false if the
 * timer cannot be set. Thread word: safe.
 */
bool camipc_signals_knock(struct camipc_signals *signals);

/** The same, and requests a cancellation. Thread word: safe. */
bool camipc_signals_cancel(struct camipc_signals *signals);

/**
 * Empties the timer. Returns how many cancellations were requested so far; a
 * call that began at a smaller number is cancelled.
 */
uint32_t camipc_signals_take_knock(struct camipc_signals *signals);

/** Returns how many cancellations were requested so far. */
static inline uint32_t
camipc_signals_count_cancels(const struct camipc_signals *signals)
{
	return atomic_load(&signals->cancels);
}

#endif /* CAMIPC_ENGINE_SIGNALS_H */
