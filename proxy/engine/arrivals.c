/* SPDX-License-Identifier: MIT */
/* Keeps events from their arrival until dispatch delivers or drops them. */
#include "arrivals.h"

#include <string.h>

void camipc_arrivals_init(struct camipc_arrivals *arrivals,
			  struct camipc_debt *debt)
{
	memset(arrivals, 0, sizeof(*arrivals));
	arrivals->debt = debt;
}

void camipc_arrivals_fini(struct camipc_arrivals *arrivals)
{
	camipc_record_queue_clear(&arrivals->stash);
}

void camipc_arrivals_reset(struct camipc_arrivals *arrivals)
{
	camipc_record_queue_clear(&arrivals->stash);
	arrivals->draining = false;
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
	camipc_record_queue_push(&arrivals->stash, event);
	return arrivals->stash.n;
}

struct camipc_record *camipc_arrivals_take(struct camipc_arrivals *arrivals)
{
	return camipc_record_queue_pop(&arrivals->stash);
}

void camipc_arrivals_consume(struct camipc_arrivals *arrivals,
			     struct camipc_record *event)
{
	camipc_debt_consume(arrivals->debt, event);
	camipc_record_release(event);
}
