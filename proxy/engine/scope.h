/* SPDX-License-Identifier: MIT */
/*
 * The scope of a bound function: it begins with the one check of who calls, and
 * ends in order even if a callback leaves by an exception, pthread_exit() or a
 * cancellation.
 */
#ifndef CAMIPC_ENGINE_SCOPE_H
#define CAMIPC_ENGINE_SCOPE_H

#include "proxy.h"

/** One function that a thread is in. Zero it: it is then outside. */
struct camipc_scope {
	struct camipc_proxy *proxy; /* NULL: outside */
	struct camipc_scope *outer; /* of the same proxy and thread */
	int cancel_state; /* the host's, for pthread_setcancelstate() */
};

/**
 * Enters the public function called @function. Returns 0, -ECHILD (a forked
 * child), or -EPERM (this thread is not the owner) after one line in the log
 * for each proxy. The thread cannot be cancelled until it leaves.
 */
int camipc_scope_enter(struct camipc_scope *scope, struct camipc_proxy *proxy,
		       const char *function);

/** Enters if this thread is the owner; in a process that is not a forked child.
 *  Returns false, without a line in the log, if another thread is. */
bool camipc_scope_enter_quietly(struct camipc_scope *scope,
				struct camipc_proxy *proxy);

/**
 * Enters to destroy the proxy. Returns false if another function, also one in
 * another thread, does it when it leaves.
 */
bool camipc_scope_enter_to_end(struct camipc_scope *scope,
			       struct camipc_proxy *proxy);

/** Makes this thread the owner, and enters. Returns 0, -ECHILD or -EBUSY. */
int camipc_scope_adopt(struct camipc_scope *scope, struct camipc_proxy *proxy);

/**
 * Leaves, and destroys the proxy if it was asked for: it must not be touched
 * afterwards. Every way out of a function that has entered must come here.
 */
void camipc_scope_leave(struct camipc_scope *scope);

/**
 * Ends a scope that was not left: the stack is being unwound. The IPA is given
 * up, because nobody knows how much of the function was done.
 */
void camipc_scope_unwind(struct camipc_scope *scope);

static inline void camipc_scope_end(struct camipc_scope *scope)
{
	if (CAMIPC_UNLIKELY(scope->proxy != NULL))
		camipc_scope_unwind(scope);
}

/** Declares a scope, which ends with the block that it stands in. */
#define CAMIPC_SCOPE(name)                                     \
	struct camipc_scope name                               \
		__attribute__((cleanup(camipc_scope_end))) = { \
			.proxy = NULL,                         \
		}

#endif /* CAMIPC_ENGINE_SCOPE_H */
