/* SPDX-License-Identifier: MIT */
/*
 * The proxy's struct. Each mechanism in it has a header of its own and is
 * changed through that header's functions only; this one has no functions but
 * accessors. What the files of this folder do with it: README.md.
 */
#ifndef CAMIPC_ENGINE_PROXY_H
#define CAMIPC_ENGINE_PROXY_H

#include <stdatomic.h>

#include <camipc/proxy.h>

#include "arrivals.h"
#include "call_table.h"
#include "counters.h"
#include "courier.h"
#include "ending.h"
#include "ipa_link.h"
#include "kept.h"
#include "log_share.h"
#include "origin.h"
#include "owner.h"
#include "restart.h"
#include "signals.h"
#include "tap.h"
#include "waker.h"
#include "watchdog.h"

#define CAMIPC_PROXY_TOPIC "proxy"

/** The outcome of the latest call, for the last_…() functions. */
struct camipc_outcome {
	int error; /* of the proxy; 0 if the IPA answered */
	int32_t result; /* of the IPA, in the latest call it answered */
	enum camipc_reason reason;
	const char *field; /* at fault, or NULL */
};

struct camipc_reload;
struct camipc_scope;

/** Thread word: bound to @owner, except the atomic members. */
struct camipc_proxy {
	const struct camipc_client *client;
	const struct camipc_interface *interface;
	const void *events;
	void *user;
	struct camipc_origin *origin; /* what another link is made from */
	struct camipc_record_pool *pool;
	struct camipc_link *link;
	struct camipc_log_share log_share; /* of all its workers together */

	atomic_int state; /* enum camipc_state */
	enum camipc_state before_start; /* a failed start returns there */

	struct camipc_signals signals;
	struct camipc_waker waker; /* of the thread that waits for @link */
	struct camipc_courier courier; /* sends calls, receives events */
	struct camipc_kept kept; /* what waits in the next two */
	struct camipc_arrivals arrivals;
	struct camipc_call_table calls;
	uint32_t n_traced; /* async calls so far, wrapping: their cookies */
	struct camipc_restart restart; /* what replaces an IPA that has ended */
	struct camipc_reload *reload; /* a planned restart; NULL: none */
	struct camipc_ending ending;
	struct camipc_watchdog watchdog;
	struct camipc_pause pause; /* while anything above has a deadline */
	struct camipc_tap tap;
	struct camipc_outcome last;
	bool room_wanted; /* the link wakes up when there is room to send */
	bool is_corked; /* asynchronous calls wake nobody */
	bool owes_wake; /* such a call was sent */

	bool *serves; /* per method: the module has it */
	bool is_skewed; /* the module is of another version */
	bool *warned; /* per method: of a call while running */
	uint32_t warnings; /* enum camipc_warning: given already */

	uint32_t timeout_ms; /* 0: by method */
	uint32_t missed; /* deadlines in a row */

	struct camipc_owner owner;
	struct camipc_scope *scope; /* the innermost, or NULL */
	uint64_t process; /* of camipc_process_generation() */
	bool valid;
	atomic_bool fd_is_out; /* the host has asked for the descriptor */
	atomic_bool waits_only; /* it had not, when it waited without it */
	bool dispatching; /* callbacks may be under way */

	/** During a draining stop: its call, and what delivers each arrival. */
	struct camipc_call *draining;
	void (*arrived)(struct camipc_proxy *proxy);
	bool finishing; /* destroy itself calls stop */

	struct camipc_proxy_counters stats;
	struct camipc_row_counters *method_stats; /* one per method */
	struct camipc_row_counters *event_stats;
};

static inline enum camipc_state
camipc_proxy_state(const struct camipc_proxy *proxy)
{
	return (enum camipc_state)atomic_load_explicit(&proxy->state,
						       memory_order_relaxed);
}

/** Returns true while a new IPA takes the place of one that has ended. */
static inline bool camipc_proxy_is_restarting(const struct camipc_proxy *proxy)
{
	return camipc_proxy_state(proxy) == CAMIPC_STATE_RESTARTING;
}

/** Returns true if a call was accepted. */
static inline bool camipc_proxy_was_called(const struct camipc_proxy *proxy)
{
	return atomic_load_explicit(&proxy->stats.calls,
				    memory_order_relaxed) ||
	       atomic_load_explicit(&proxy->stats.async_calls,
				    memory_order_relaxed);
}

static inline bool camipc_proxy_is_dead(const struct camipc_proxy *proxy)
{
	return camipc_proxy_state(proxy) == CAMIPC_STATE_DEAD;
}

/** Returns true once the proxy was destroyed; its memory may live on a while. */
static inline bool camipc_proxy_is_destroyed(const struct camipc_proxy *proxy)
{
	return camipc_owner_is_ending(&proxy->owner);
}

/** Returns the module's name with its argument, for messages. */
static inline const char *camipc_proxy_name(const struct camipc_proxy *proxy)
{
	return proxy->origin->name;
}

/** Returns the counters of a method of the proxy's interface. */
static inline struct camipc_row_counters *
camipc_proxy_row(const struct camipc_proxy *proxy,
		 const struct camipc_method *method)
{
	return &proxy->method_stats[method - proxy->interface->methods];
}

#endif /* CAMIPC_ENGINE_PROXY_H */
