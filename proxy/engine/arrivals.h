/* SPDX-License-Identifier: MIT */
/*
 * Events that have arrived and wait for dispatch, the order in which events
 * and completions are delivered, and the run that both belong to.
 */
#ifndef CAMIPC_ENGINE_ARRIVALS_H
#define CAMIPC_ENGINE_ARRIVALS_H

#include "debt.h"
#include "kept.h"
#include "record.h"
#include "state_table.h"

/** Thread word: bound. */
struct camipc_arrivals {
	struct camipc_record_queue stash; /* events, oldest first */
	struct camipc_debt *debt; /* borrowed: consumed events count there */
	struct camipc_kept *kept; /* borrowed: kept events count there */
	uint64_t order; /* of the latest event or completion */
	uint32_t epoch; /* number of this run */
	uint64_t inherited; /* order of the latest event of an IPA that ended */
	bool draining; /* a begun stop: events raised before it are delivered */
};

/** Sets up an empty struct. @debt and @kept are borrowed until fini(). */
void camipc_arrivals_init(struct camipc_arrivals *arrivals,
			  struct camipc_debt *debt, struct camipc_kept *kept);

/** Releases the events that were not delivered. */
void camipc_arrivals_fini(struct camipc_arrivals *arrivals);

/**
 * Releases the events that were not delivered: their IPA is gone and waits for
 * no credit. Order and epoch go on counting.
 */
void camipc_arrivals_reset(struct camipc_arrivals *arrivals);

/**
 * The IPA has ended and another one follows: what it has sent is delivered,
 * whatever the state, and counts for no credit. Nothing more of it will come.
 */
void camipc_arrivals_inherit(struct camipc_arrivals *arrivals);

/** Returns true for an event of an IPA that has ended. */
static inline bool
camipc_arrivals_is_inherited(const struct camipc_arrivals *arrivals,
			     const struct camipc_record *event)
{
	/* One that was dropped on its arrival has no order. */
	return event->order && event->order <= arrivals->inherited;
}

/** Releases the events that are not inherited: their IPA has ended, too. */
void camipc_arrivals_drop_new(struct camipc_arrivals *arrivals);

/** Moves the events that are not inherited behind what came until now. */
void camipc_arrivals_postpone_new(struct camipc_arrivals *arrivals);

/** Begins a run: events of earlier runs are never delivered in it. */
uint32_t camipc_arrivals_begin_run(struct camipc_arrivals *arrivals);

/** Returns the place of the next completion among events and completions. */
static inline uint64_t
camipc_arrivals_next_order(struct camipc_arrivals *arrivals)
{
	return ++arrivals->order;
}

/** Returns what may happen to a new event of @epoch in @state. */
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
