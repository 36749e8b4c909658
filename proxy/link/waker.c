/* SPDX-License-Identifier: MIT */
/* Wakes whatever link a proxy has at the moment. */
#include "waker.h"

void camipc_waker_init(struct camipc_waker *waker)
{
	pthread_mutex_init(&waker->lock, NULL);
	waker->wake = NULL;
	waker->link = NULL;
}

void camipc_waker_fini(struct camipc_waker *waker)
{
	pthread_mutex_destroy(&waker->lock);
}

bool camipc_waker_enter(struct camipc_waker *waker, void (*wake)(void *link),
			void *link)
{
	/* Only this thread changes it. */
	if (CAMIPC_LIKELY(!waker || waker->link == link))
		return false;
	pthread_mutex_lock(&waker->lock);
	waker->wake = wake;
	waker->link = link;
	pthread_mutex_unlock(&waker->lock);
	return true;
}

void camipc_waker_leave(struct camipc_waker *waker, const void *link)
{
	if (!waker)
		return;
	pthread_mutex_lock(&waker->lock);
	if (waker->link == link) {
		waker->wake = NULL;
		waker->link = NULL;
	}
	pthread_mutex_unlock(&waker->lock);
}

void camipc_waker_wake(struct camipc_waker *waker)
{
	pthread_mutex_lock(&waker->lock);
	if (waker->wake)
		waker->wake(waker->link);
	pthread_mutex_unlock(&waker->lock);
}
