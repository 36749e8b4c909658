/* SPDX-License-Identifier: MIT */
/*
 * The owner of a proxy: the one thread that may use it. Ownership, how deep the
 * owner is inside bound functions, and the wish to destroy the proxy are one
 * atomic word, so that checking, adopting and destroying cannot overlap.
 */
#ifndef CAMIPC_ENGINE_OWNER_H
#define CAMIPC_ENGINE_OWNER_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/** Thread word: safe. */
struct camipc_owner {
	atomic_ullong word; /* owner.c says what is in it */
	atomic_bool told; /* the log has the line about a wrong thread */
};

/**
 * Returns the number of this thread: not 0, and never that of another thread of
 * this process, dead ones included. A pthread_t and a tid are used again.
 */
uint64_t camipc_thread_number(void);

/** Makes this thread the owner. It is outside of all functions. */
void camipc_owner_init(struct camipc_owner *owner);

/** Enters a function. Returns false if another thread is the owner. */
bool camipc_owner_enter(struct camipc_owner *owner);

/**
 * Leaves a function. Returns true if this was the outermost one and the proxy
 * must be destroyed now: this thread is still inside, and stays it.
 */
bool camipc_owner_leave(struct camipc_owner *owner);

/**
 * Makes this thread the owner and enters. Returns false if any thread, this one
 * included, is inside.
 */
bool camipc_owner_adopt(struct camipc_owner *owner);

/**
 * Asks for the end. Returns true if nobody was inside: this thread is the owner
 * now and inside, and must destroy the proxy. Otherwise the thread inside does
 * it when it leaves.
 */
bool camipc_owner_end(struct camipc_owner *owner);

/** Returns true once the end was asked for. */
bool camipc_owner_is_ending(const struct camipc_owner *owner);

/** Returns true if this thread, the owner, is in one function only. */
bool camipc_owner_is_outermost(const struct camipc_owner *owner);

#endif /* CAMIPC_ENGINE_OWNER_H */
