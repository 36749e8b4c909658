/* SPDX-License-Identifier: MIT */
/*
 * The proxy's insides, shared by the files that make it up: proxy.c (birth,
 * death, accessors), proxy_call.c (calls), proxy_wait.c, proxy_receive.c (what comes from
 * the IPA), proxy_dispatch.c (callbacks), proxy_switch.c (states),
 * proxy_closed.c (the IPA's end), proxy_stats.c (counters) and trace.c.
 */
#ifndef CAMIPC_PROXY_CORE_H
#define CAMIPC_PROXY_CORE_H

#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>

#include <camipc/proxy.h>

#include "call_table.h"
#include "ipa_link.h"
#include "outbox.h"
#include "proxy_state.h"
#include "proxy_stats.h"

#define CAMIPC_PROXY_TOPIC "proxy"

/** Things worth one warning per proxy. */
enum camipc_warning {
	CAMIPC_WARN_EVENT_DROPPED = 1u << 0,
	CAMIPC_WARN_ASYNC_REFUSED = 1u << 1,
	CAMIPC_WARN_LATE_REPLY = 1u << 2,
	CAMIPC_WARN_DIRECT_OVERRUN = 1u << 3,
	CAMIPC_WARN_TOO_MANY_CALLS = 1u << 4,
};

/** Thread word: bound to @owner, but for what is atomic. */
struct camipc_proxy {
	const struct camipc_client *client;
	const struct camipc_interface *interface;
	const void *events;
	void *user;
	char *module_path;
	char module_name[64];
	const struct camipc_proxy_factory *factory;
	struct camipc_record_pool *pool; /* outlives the link */
	struct camipc_link *link;

	atomic_int state; /* enum camipc_state */
	enum camipc_state before_start; /* where a failed start goes back to */
	bool draining; /* a begun stop: what was raised is delivered */
	uint32_t epoch;

	struct camipc_outbox outbox; /* calls */
	struct camipc_debt debt; /* events */
	struct camipc_call_table calls;
	struct camipc_record_queue stash; /* events not delivered yet */
	uint64_t order; /* of arrival of events and completions */
	bool room_wanted;

	bool *serves; /* per method: the module has it */
	bool is_skewed; /* the module is of another version */
	bool *warned; /* per method: running-state call */
	uint32_t warnings; /* enum camipc_warning, given */

	int epoll_fd;
	int wake_fd; /* written by this thread: there is something to do */
	int cancel_fd; /* written by camipc_proxy_cancel() */
	int timer_fd; /* earliest deadline of begun calls */
	bool woken;
	int64_t timer_deadline;
	atomic_uint cancels;
	atomic_bool cancel_written; /* cancel_fd is readable, or was */
	uint32_t cancels_taken;

	uint32_t timeout_ms; /* 0: by method */
	uint32_t watchdog_ms; /* 0: off */
	int64_t watch_deadline; /* of the next event */
	uint32_t missed; /* deadlines in a row */
	int last_error;
	int32_t last_result;
	enum camipc_reason last_reason;
	const char *last_field;

	struct camipc_closed_info closed;
	char closed_text[896];
	bool closed_due;
	const char *last_call;
	const char *last_event;

	pthread_t owner;
	uint64_t process; /* of camipc_process_generation() */
	bool valid;
	bool dispatching;
	bool destroyed;
	bool finishing; /* the last stop, by destroy itself */

	bool tracing; /* CAMIPC_TRACE */

	struct camipc_proxy_counters stats;
	struct camipc_row_counters *method_stats; /* a row for each */
	struct camipc_row_counters *event_stats;
};

static inline enum camipc_state
camipc_proxy_state(const struct camipc_proxy *proxy)
{
	return (enum camipc_state)atomic_load_explicit(&proxy->state,
						       memory_order_relaxed);
}

/** A caller's mistake that no return code can tell: debug builds only. */
static inline void camipc_proxy_assert_owner(const struct camipc_proxy *proxy)
{
	assert(pthread_equal(proxy->owner, pthread_self()));
	(void)proxy;
}

/** Logs once per @warning, with the interface's and module's name in front. */
void camipc_proxy_warn(struct camipc_proxy *proxy, enum camipc_warning warning,
		       const char *format, ...) CAMIPC_PRINTF(3, 4);

/* ---- proxy_switch.c ---------------------------------------------------- */

void camipc_proxy_set_state(struct camipc_proxy *proxy,
			    enum camipc_state state);

/** Before a call of this role goes out. Returns 0 or why it cannot. */
int camipc_proxy_switch_begin(struct camipc_proxy *proxy,
			      const struct camipc_method *method, bool begun);

/** Its answer is @ret: goes on, or back. */
void camipc_proxy_switch_end(struct camipc_proxy *proxy,
			     const struct camipc_method *method, int ret);

bool camipc_role_switches(enum camipc_role role);

/* ---- proxy_receive.c --------------------------------------------------- */

/**
 * Takes in what the IPA sent, at most @max records, and not more once @call
 * (NULL: none) is done. Returns true if nothing is left to take in.
 */
bool camipc_proxy_pump(struct camipc_proxy *proxy,
		       const struct camipc_call *call, uint32_t max);

/** Sends what can be sent, and asks the link for room if need be. */
void camipc_proxy_flush(struct camipc_proxy *proxy);

/**
 * Ends @call with @ret for whoever waits for it. @owed: the IPA will still
 * answer it. @reply is taken.
 */
void camipc_proxy_finish_call(struct camipc_proxy *proxy,
			      struct camipc_call *call, int ret, int error,
			      enum camipc_reason reason,
			      struct camipc_record *reply, bool owed);

/** The deadline of @call has passed. */
void camipc_proxy_expire_call(struct camipc_proxy *proxy,
			      struct camipc_call *call);

/** @call was cancelled. */
void camipc_proxy_cancel_call(struct camipc_proxy *proxy,
			      struct camipc_call *call);

/** Drops an event: consumed, counted, released, one warning. */
void camipc_proxy_drop_event(struct camipc_proxy *proxy,
			     struct camipc_record *record);

/** Drops all events that were not delivered. */
void camipc_proxy_drop_stash(struct camipc_proxy *proxy);

/** An event was delivered or dropped: releases it, and says so in time. */
void camipc_proxy_consume_event(struct camipc_proxy *proxy,
				struct camipc_record *record);

/* ---- proxy_call.c ------------------------------------------------------ */

/**
 * Calls the method with @role with the IDL's defaults for arguments; the call
 * is to be waited for and collected. -EOPNOTSUPP if there is no such method.
 */
int camipc_proxy_call_role(struct camipc_proxy *proxy, enum camipc_role role,
			   struct camipc_call **ret_call);

/** Hands the result over and ends the call's life in the table. */
int camipc_proxy_collect(struct camipc_proxy *proxy, struct camipc_call *call,
			 void *outs);

/* ---- proxy_wait.c ------------------------------------------------------ */

/** Sleeps until @call is done, cancelled or late. */
void camipc_proxy_wait(struct camipc_proxy *proxy, struct camipc_call *call);

/** The same for init, start or stop that goes on without a caller. */
void camipc_proxy_wait_switch(struct camipc_proxy *proxy);

/** Looks at what ended a link's wait() for @call with @ret. */
void camipc_proxy_step(struct camipc_proxy *proxy, struct camipc_call *call,
		       int ret);

/** Ends the calls that waited when the proxy was cancelled. */
void camipc_proxy_take_cancel(struct camipc_proxy *proxy);

/** Empties the proxy's own descriptors: what they told is looked at now. */
void camipc_proxy_clear_signals(struct camipc_proxy *proxy);

/** True if a dispatch has a callback to make. */
bool camipc_proxy_has_deliverable(const struct camipc_proxy *proxy);

/** The owner is about to go: makes the epoll fd tell what is left to do. */
void camipc_proxy_settle(struct camipc_proxy *proxy);

/* ---- proxy_dispatch.c -------------------------------------------------- */

/** Tells everybody who began a call; what is unanswered ends -ECANCELED. */
void camipc_proxy_complete_all(struct camipc_proxy *proxy);

/** Frees everything, stopping the IPA first. */
void camipc_proxy_finish_destroy(struct camipc_proxy *proxy);

/* ---- proxy_closed.c ---------------------------------------------------- */

/**
 * The IPA is given up. Calls that wait end with @call_error (-EPIPE, or
 * -EPROTO if the IPA broke the rules); `closed` is due.
 */
void camipc_proxy_die(struct camipc_proxy *proxy, enum camipc_reason reason,
		      int call_error);

/* ---- proxy_stats.c ----------------------------------------------------- */

/** A call of the method with @id returned a negative code. */
void camipc_proxy_count_error(struct camipc_proxy *proxy, uint32_t id);

/** A deadline of @method has passed. */
void camipc_proxy_count_timeout(struct camipc_proxy *proxy,
				const struct camipc_method *method);

/** The counters of a method of the proxy's interface. */
static inline struct camipc_row_counters *
camipc_proxy_row(const struct camipc_proxy *proxy,
		 const struct camipc_method *method)
{
	return &proxy->method_stats[method - proxy->interface->methods];
}

/* ---- proxy_fork.c ------------------------------------------------------ */

/**
 * A number that differs in every process forked since; never 0. Returns 0 if
 * there is no memory. Thread word: safe.
 */
uint64_t camipc_process_generation(void);

/** True in the process that got @generation. Thread word: safe. */
bool camipc_process_is_same(uint64_t generation);

#endif /* CAMIPC_PROXY_CORE_H */
