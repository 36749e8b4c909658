/* SPDX-License-Identifier: MIT */
/*
 * Wakes the thread that waits for a link. Other threads may wake at any time,
 * while the owner of the proxy replaces its link: therefore the proxy has the
 * waker, and its link only enters itself there.
 */
#ifndef CAMIPC_PROXY_WAKER_H
#define CAMIPC_PROXY_WAKER_H

#include <pthread.h>
#include <stdbool.h>

#include <camipc/base.h>

/** Thread word: safe, except init, fini and enter. */
struct camipc_waker {
	pthread_mutex_t lock;
	void (*wake)(void *link); /* NULL: no link has entered itself */
	void *link;
};

void camipc_waker_init(struct camipc_waker *waker);
void camipc_waker_fini(struct camipc_waker *waker);

/**
 * Enters a link in the place of another one. Returns false if it was entered
 * already, as with a @waker of NULL. Thread word: bound to the owner of the proxy.
 */
bool camipc_waker_enter(struct camipc_waker *waker, void (*wake)(void *link),
			void *link);

/** Takes @link out, if it is the one that is entered: nobody is inside its
 *  function afterwards. A @waker of NULL is fine. */
void camipc_waker_leave(struct camipc_waker *waker, const void *link);

/** Ends the wait under way, or else the next one, if a link is entered. */
void camipc_waker_wake(struct camipc_waker *waker);

#endif /* CAMIPC_PROXY_WAKER_H */
