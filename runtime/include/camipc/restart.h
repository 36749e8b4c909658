/* SPDX-License-Identifier: MIT */
/*
 * Restarts: an IPA whose worker has ended is replaced by a new one, which gets
 * every call again that it needs to be in the state of the old one. Off unless
 * the owner of a proxy sets a policy.
 */
#ifndef CAMIPC_RESTART_H
#define CAMIPC_RESTART_H

#include <camipc/base.h>

CAMIPC_BEGIN_DECLS

struct camipc_closed_info;
struct camipc_proxy;

/** How often a worker may be replaced. Zero it, and set its size. */
struct camipc_restart_policy {
	uint32_t size; /* sizeof this struct: grows at the end */
	uint32_t max_restarts; /* within the window: 1 ... CAMIPC_MAX_RESTARTS */
	uint32_t window_ms; /* not 0 */
	/** 1: a second worker stands by, loaded and sandboxed; a restart then
	 *  only repeats calls. Its memory is in camipc_memory_stats.spare_bytes,
	 *  its descriptors are 3. */
	uint32_t spare;
};

/** What a caller without other wishes allows: 3 restarts in 10 s. */
#define CAMIPC_RESTARTS 3
#define CAMIPC_RESTART_WINDOW_MS 10000

/**
 * What the `restarted` callback gets; its pointers are valid until the callback
 * returns.
 */
struct camipc_restart_info {
	uint32_t size; /* sizeof this struct: grows at the end */
	uint32_t attempt; /* that has succeeded: 1 is the first */
	uint32_t epoch; /* of the events that follow */
	uint32_t replayed; /* calls that were repeated */
	uint64_t took_us; /* since the end of the old worker was noticed */
	const struct camipc_closed_info *cause; /* how the old worker ended */
};

/**
 * camipc_proxy_set_restart() - have the worker restarted when it ends
 * @policy: copied; NULL turns restarts off
 *
 * With a policy, a proxy whose worker dies, hangs past its deadlines or breaks
 * the protocol enters CAMIPC_STATE_RESTARTING instead of Dead, and starts
 * another worker: at once, then after 100 ms, 200 ms and so on up to 5 s while
 * attempts fail. Each end of a worker and each failed attempt counts: with more
 * than max_restarts of them within window_ms, the proxy is Dead and `closed` is
 * called.
 *
 * The new worker gets, in the order of their latest success, all calls with
 * [restore] in the IDL, init, and start if the IPA was running. They must return
 * what they returned before, or the proxy is Dead with
 * CAMIPC_REASON_RESTORE_MISMATCH. Dispatch then calls, in this order: the events
 * that the old worker had sent; `lost_<method>` for each asynchronous call that
 * was accepted and is not known to be finished; `replayed_<start>`, if start has
 * other results; and `restarted`. Calls that waited for the old worker fail with
 * -EPIPE and CAMIPC_REASON_WORKER_RESTARTED. Everything is driven by dispatch,
 * and by calls that wait; the proxy's descriptor polls readable as ever.
 *
 * While it restarts, asynchronous calls fail with -EAGAIN and synchronous ones
 * with -EBUSY, except those with [restart=wait], which wait within their
 * deadline. stop succeeds and ends the restart: the next call starts the worker,
 * and its deadline is extended by the time that this may take.
 *
 * Must be called before the proxy's first call; later only to change a policy
 * or to turn it off. Returns 0; -EINVAL (a policy with zeros, with more than
 * CAMIPC_MAX_RESTARTS, or with a spare other than 0 and 1), -E2BIG (a policy
 * with members that this version does not know), -EOPNOTSUPP (the IPA does not
 * run in a process of its own), -EBUSY (the proxy has no policy, and calls were
 * made), -EPIPE (the IPA is gone), -ENOMEM, -EPERM or -ECHILD. Thread word: bound.
 */
CAMIPC_API int
camipc_proxy_set_restart(struct camipc_proxy *proxy,
			 const struct camipc_restart_policy *policy)
	CAMIPC_MUST_CHECK;

/**
 * camipc_proxy_reload() - replace the worker by one with the present module
 * @done: called once by dispatch with 0 or the error, unless this function
 *        fails; NULL: not wanted
 * @user: for @done
 *
 * For a new version of the module's file: begins a planned restart and returns at
 * once. Another worker loads the file while the present one goes on. Then calls
 * are held back: they wait as with [overflow=keep], within their queues, and
 * nothing is on its way to the present worker once it has answered what came
 * before. Its calls with [restore] are repeated for the other one, as in a
 * restart, and that takes over: no call and no event of a function that has
 * returned is lost. Events that threads of the old module would raise later are.
 * Dispatch then delivers the old worker's events, calls `replayed_<start>` if
 * start has other results, `restarted` with the cause CAMIPC_REASON_RELOADED, and
 * @done with 0, and delivers the events that follow. The run and its epoch go on,
 * and the policy's count stays as it is.
 *
 * If it fails, the present worker goes on, and @done gets: -ETIMEDOUT (calls were
 * held back for 1 s, or the other worker was not ready in time); -EREMOTEIO (a
 * repeated call failed or returned something else; the log has its name); -EPIPE
 * (the other worker ended; or the present one did, and a restart follows);
 * -EPROTO (the other worker broke the protocol); -EOPNOTSUPP (the new module lacks
 * the method of a call that waits); -ECANCELED (the proxy is destroyed); -ENOMEM;
 * or an error of camipc_proxy_create(). A worker program of an older version may
 * still have events that wait for credit: these are lost.
 *
 * Returns 0; -EINVAL (the proxy has no restart policy), -EOPNOTSUPP (the IPA does
 * not run in a process of its own), -EBUSY (a restart is under way, or stop has
 * ended one: the next worker takes the present file anyway), -EALREADY (a reload
 * is under way), -EPIPE (the IPA is gone), -ENOMEM, -EPERM, -ECHILD, or an error
 * of camipc_proxy_create(). Thread word: bound.
 */
CAMIPC_API int camipc_proxy_reload(struct camipc_proxy *proxy,
				   void (*done)(void *user, int ret),
				   void *user) CAMIPC_MUST_CHECK;

CAMIPC_END_DECLS

#endif /* CAMIPC_RESTART_H */
