/* SPDX-License-Identifier: MIT */
/* Carries a reload out (reload.h), step by step and without waiting. */
#ifndef CAMIPC_ENGINE_RELOAD_STEP_H
#define CAMIPC_ENGINE_RELOAD_STEP_H

#include "reload.h"

/**
 * Starts the other worker. @done and @user: for dispatch; @done may be NULL.
 * Returns 0, -ENOMEM or an error of camipc_proxy_create().
 */
int camipc_reload_begin(struct camipc_proxy *proxy,
			void (*done)(void *user, int ret), void *user)
	CAMIPC_MUST_CHECK;

/** Does what can be done now. Without a reload: nothing. */
void camipc_reload_step(struct camipc_proxy *proxy);

/**
 * Sleeps until either worker has sent something, or until @due at most. Returns
 * as ops->wait() of a link.
 */
int camipc_reload_sleep(struct camipc_proxy *proxy, int64_t due);

#endif /* CAMIPC_ENGINE_RELOAD_STEP_H */
