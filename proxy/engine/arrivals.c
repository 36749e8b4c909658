/* SPDX-License-Identifier: MIT */
/* Keeps events from their arrival until dispatch delivers or drops them. */
#include "arrivals.h"

#include <string.h>

void camipc_arrivals_init(struct camipc_arrivals *arrivals,
			  struct camipc_debt *debt, struct camipc_kept *kept)
{
	memset(arrivals, 0, sizeof(*arrivals));
	arrivals->debt = debt;
	arrivals->kept = kept;
}

static void release_stash(struct camipc_arrivals *arrivals)
{
	struct camipc_record *event;

	while ((event = camipc_arrivals_take(arrivals)))
		camipc_record_release(event);
}

void camipc_arrivals_fini(struct camipc_arrivals *arrivals)
{
	release_stash(arrivals);
}

void camipc_arrivals_reset(struct camipc_arrivals *arrivals)
{
	release_stash(arrivals);
	arrivals->draining = false;
}

void camipc_arrivals_inherit(struct camipc_arrivals *arrivals)
{
	arrivals->inherited = camipc_arrivals_next_order(arrivals);
	arrivals->draining = false;
}

void camipc_arrivals_drop_new(struct camipc_arrivals *arrivals)
{
	struct camipc_record_queue inherited = { .head = NULL };
	struct camipc_record *event;

	while ((event = camipc_record_queue_pop(&arrivals->stash))) {
		if (camipc_arrivals_is_inherited(arrivals, event)) {
			camipc_record_queue_push(&inherited, event);
			continue;
		}
		camipc_kept_remove(arrivals->kept, event);
		camipc_record_release(event);
	}
	arrivals->stash = inherited;
}

void camipc_arrivals_postpone_new(struct camipc_arrivals *arrivals)
{
	for (struct camipc_record *event = arrivals->stash.head; event;
	     event = event->next) {
		if (!camipc_arrivals_is_inherited(arrivals, event))
			event->order = camipc_arrivals_next_order(arrivals);
	}
}

uint32_t camipc_arrivals_begin_run(struct camipc_arrivals *arrivals)
{
	return ++arrivals->epoch;
}

enum camipc_event_fate
camipc_arrivals_judge(const struct camipc_arrivals *arrivals,
		      enum camipc_state state, uint32_t epoch)
{
	if (epoch != arrivals->epoch)
		return CAMIPC_EVENT_DROP;
	return camipc_state_judge_event(state, arrivals->draining);
}

uint32_t camipc_arrivals_keep(struct camipc_arrivals *arrivals,
			      struct camipc_record *event)
{
	event->order = camipc_arrivals_next_order(arrivals);
	camipc_kept_add(arrivals->kept, event);
	camipc_record_queue_push(&arrivals->stash, event);
	return arrivals->stash.n;
}

struct camipc_record *camipc_arrivals_take(struct camipc_arrivals *arrivals)
{
	struct camipc_record *event = camipc_record_queue_pop(&arrivals->stash);

	if (event)
		camipc_kept_remove(arrivals->kept, event);
	return event;
}

void camipc_arrivals_consume(struct camipc_arrivals *arrivals,
			     struct camipc_record *event)
{
	if (!camipc_arrivals_is_inherited(arrivals, event))
		camipc_debt_consume(arrivals->debt, event);
	camipc_record_release(event);
}
