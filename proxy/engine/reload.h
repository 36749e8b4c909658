/* SPDX-License-Identifier: MIT */
/*
 * A reload: a planned restart. Another worker is started beside the present one
 * and loads the module's file as it is now. Then calls are held back behind a
 * barrier; once the present IPA has answered it, nothing is on its way, the calls
 * of the journal are repeated for the other one, and that takes over. Until then
 * the present IPA lacks nothing, and goes on if anything fails. reload_step.c
 * carries it out.
 */
#ifndef CAMIPC_ENGINE_RELOAD_H
#define CAMIPC_ENGINE_RELOAD_H

#include "proxy.h"

enum camipc_reload_phase {
	CAMIPC_RELOAD_BIRTH = 0, /* the worker has not loaded its module yet */
	CAMIPC_RELOAD_READY, /* until init, start or stop has ended */
	CAMIPC_RELOAD_DRAIN, /* until the present IPA has answered the barrier */
	CAMIPC_RELOAD_REPLAY, /* the calls of the journal are repeated */
};

/** One reload under way. */
struct camipc_reload {
	enum camipc_reload_phase phase;
	struct camipc_link *link; /* the other worker */
	struct camipc_courier courier; /* of it */
	struct camipc_record_queue events; /* that it has sent */
	struct camipc_notice *restarted; /* for the host, on success */
	struct camipc_notice *ended; /* for it in any case; NULL: not wanted */
	int64_t began;
	int64_t at; /* of another try to send */
	struct camipc_movable time; /* for DRAIN and REPLAY */
	int failed; /* why the barrier could not be sent; 0: it could */
	bool runs; /* the IPA runs when it is replaced */
	uint32_t epoch; /* of this run */
	const struct camipc_journal_entry *entry; /* to be repeated, or sent */
	uint32_t cookie; /* of its call */
	bool sent; /* it waits for its answer */
	uint32_t replayed;
	/** Of asynchronous calls that wait behind the barrier. The journal does
	 *  not change while it is repeated. */
	struct camipc_journal_change *changes;
	struct camipc_journal_change **last_change;
};

/** Returns true while calls are held back. */
static inline bool camipc_reload_holds(const struct camipc_proxy *proxy)
{
	return proxy->reload && proxy->reload->phase >= CAMIPC_RELOAD_DRAIN;
}

/** Returns true in the states that only a call of the host ends. */
static inline bool camipc_reload_may_hold(const struct camipc_proxy *proxy)
{
	const enum camipc_state state = camipc_proxy_state(proxy);

	return state == CAMIPC_STATE_CREATED || state == CAMIPC_STATE_READY ||
	       state == CAMIPC_STATE_RUNNING || state == CAMIPC_STATE_STOPPED;
}

/** Returns when the next step is due, whatever polls; CAMIPC_NO_DEADLINE: when
 *  a worker has sent something. */
int64_t camipc_reload_due(const struct camipc_proxy *proxy);

/** Takes the answer of the present IPA to a barrier. Returns 0, or -EPROTO if it
 *  answers none. */
int camipc_reload_answer(struct camipc_proxy *proxy, uint32_t cookie)
	CAMIPC_MUST_CHECK;

/** Carries out what an accepted asynchronous call changes in the journal, once
 *  that may change. Takes @change; NULL is fine. */
void camipc_reload_commit_change(struct camipc_proxy *proxy,
				 struct camipc_journal_change *change);

/**
 * Ends a reload that has failed with @error: the present IPA goes on, and the
 * host gets a report. Without a reload: nothing.
 */
void camipc_reload_fail(struct camipc_proxy *proxy, int error);

/** Frees the reload and carries out the changes it has kept. Its link,
 *  courier, and notices must have another owner, or be NULL or zero. */
void camipc_reload_free(struct camipc_proxy *proxy);

#endif /* CAMIPC_ENGINE_RELOAD_H */
