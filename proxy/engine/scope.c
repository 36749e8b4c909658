/* SPDX-License-Identifier: MIT */
/* Lets the owner of a proxy in, and ends what unwinding interrupts. */
#include "scope.h"

#include <errno.h>
#include <pthread.h>

#include <camipc/limits.h>
#include <camipc/log.h>

#include "create.h"
#include "destroy.h"
#include "give_up.h"
#include "process_generation.h"
#include "settle.h"

/** Takes note of a function that the owner has entered. */
static void open_scope(struct camipc_scope *scope, struct camipc_proxy *proxy)
{
	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &scope->cancel_state);
	scope->proxy = proxy;
	scope->outer = proxy->scope;
	proxy->scope = scope;
}

static void close_scope(struct camipc_scope *scope)
{
	scope->proxy = NULL;
	pthread_setcancelstate(scope->cancel_state, NULL);
}

static int refuse_thread(struct camipc_proxy *proxy, const char *function)
{
	if (!atomic_exchange(&proxy->owner.told, true))
		camipc_log(CAMIPC_LOG_ERROR, CAMIPC_PROXY_TOPIC,
			   "%s: %s() was called in a thread that does not own "
			   "the proxy: this thread must call "
			   "camipc_proxy_adopt() first; later mistakes of this "
			   "kind are not logged",
			   camipc_proxy_name(proxy), function);
	return -EPERM;
}

int camipc_scope_enter(struct camipc_scope *scope, struct camipc_proxy *proxy,
		       const char *function)
{
	if (!camipc_process_is_same(proxy->process))
		return -ECHILD;
	if (!camipc_owner_enter(&proxy->owner))
		return refuse_thread(proxy, function);
	open_scope(scope, proxy);
	return 0;
}

bool camipc_scope_enter_quietly(struct camipc_scope *scope,
				struct camipc_proxy *proxy)
{
	if (!camipc_owner_enter(&proxy->owner))
		return false;
	open_scope(scope, proxy);
	return true;
}

bool camipc_scope_enter_to_end(struct camipc_scope *scope,
			       struct camipc_proxy *proxy)
{
	/* A child's copy shares the worker with the parent, who needs it. */
	if (!camipc_process_is_same(proxy->process) ||
	    !camipc_owner_end(&proxy->owner))
		return false;
	open_scope(scope, proxy);
	return true;
}

int camipc_scope_adopt(struct camipc_scope *scope, struct camipc_proxy *proxy)
{
	if (!camipc_process_is_same(proxy->process))
		return -ECHILD;
	if (!camipc_owner_adopt(&proxy->owner))
		return -EBUSY;
	open_scope(scope, proxy);
	return 0;
}

void camipc_scope_leave(struct camipc_scope *scope)
{
	struct camipc_proxy *proxy = scope->proxy;

	proxy->scope = scope->outer;
	if (CAMIPC_LIKELY(!camipc_owner_leave(&proxy->owner))) {
		close_scope(scope);
		return;
	}
	/* Its callbacks may unwind, too: then this function runs again. */
	proxy->scope = scope;
	camipc_proxy_finish(proxy);
	close_scope(scope);
	camipc_proxy_free(proxy);
}

/** No callback is under way any more, nor a stop that makes them. */
static void end_callbacks(struct camipc_proxy *proxy)
{
	proxy->dispatching = false;
	proxy->arrived = NULL;
	proxy->draining = NULL;
}

/** Frees the slots of calls whose callers are being unwound. */
static void forget_callers(struct camipc_proxy *proxy)
{
	for (uint32_t i = 0; i < CAMIPC_CALL_SLOTS; i++) {
		struct camipc_call *call = &proxy->calls.calls[i];

		if (call->phase == CAMIPC_CALL_DONE)
			camipc_call_close(&proxy->calls, call);
	}
}

void camipc_scope_unwind(struct camipc_scope *scope)
{
	/* To leave may make callbacks, which may unwind in their turn. */
	CAMIPC_SCOPE(rest);
	struct camipc_proxy *proxy = scope->proxy;

	rest = *scope;
	scope->proxy = NULL;
	/* A callback may be cancelled, what follows may not. */
	pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, NULL);
	proxy->scope = &rest;
	if (camipc_owner_is_outermost(&proxy->owner))
		end_callbacks(proxy);
	camipc_proxy_give_up(proxy, CAMIPC_REASON_UNWOUND, -EPIPE);
	forget_callers(proxy);
	camipc_proxy_settle(proxy);
	camipc_scope_leave(&rest);
}
