/* SPDX-License-Identifier: MIT */
/*
 * Events that have arrived and wait for dispatch, the order in which events
 * and completions are delivered, and the run that both belong to.
 */
#ifndef CAMIPC_ENGINE_ARRIVALS_H
#define CAMIPC_ENGINE_ARRIVALS_H

#include "debt.h"
#include "record.h"
#include "state_table.h"

/** Thread word: bound. */
struct camipc_arrivals {
	struct camipc_record_queue stash; /* events, oldest first */
	struct camipc_debt *debt; /* borrowed: consumed events count there */
	uint64_t order; /* of the latest event or completion */
	uint32_t epoch; /* number of this run */
	bool draining; /* a begun stop: events raised before it are delivered */
};

/** Sets up an empty struct. @debt is borrowed until fini(). */
void camipc_arrivals_init(struct camipc_arrivals *arrivals,
			  struct camipc_debt *debt);

/** Releases the events that were not delivered. */
void camipc_arrivals_fini(struct camipc_arrivals *arrivals);

/**
 * Releases the events that were not delivered: their IPA is gone and waits for
 * no credit. Order and epoch go on counting.
 */
void camipc_arrivals_reset(struct camipc_arrivals *arrivals);

/** Begins a run: events of earlier runs are never delivered in it. */
uint32_t camipc_arrivals_begin_run(struct camipc_arrivals *arrivals);

/** Returns the place of the next completion among events and completions. */
static inline uint64_t
camipc_arrivals_next_order(struct camipc_arrivals *arrivals)
{
	return ++arrivals->order;
}

/** Returns what may happen to an event of @epoch in @state. */
enum camipc_event_fate
camipc_arrivals_judge(const struct camipc_arrivals *arrivals,
		      enum camipc_state state, uint32_t epoch);

/** Says whether the stop under way delivers the events raised before it. */
static inline void camipc_arrivals_set_draining(struct camipc_arrivals *arrivals,
						bool draining)
{
	arrivals->draining = draining;
}

/** Keeps and takes an event for dispatch. Returns how many wait now. */
uint32_t camipc_arrivals_keep(struct camipc_arrivals *arrivals,
			      struct camipc_record *event);

/** Returns the oldest event, which stays; NULL if there is none. */
static inline const struct camipc_record *
camipc_arrivals_first(const struct camipc_arrivals *arrivals)
{
	return arrivals->stash.head;
}

/** Returns the oldest event, now the caller's; NULL if there is none. */
struct camipc_record *camipc_arrivals_take(struct camipc_arrivals *arrivals);

/** Releases an event that was delivered or dropped, and counts it consumed. */
void camipc_arrivals_consume(struct camipc_arrivals *arrivals,
			     struct camipc_record *event);

#endif /* CAMIPC_ENGINE_ARRIVALS_H */
