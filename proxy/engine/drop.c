/* SPDX-License-Identifier: MIT */
/* Drops events, so that their sender gets its credit back all the same. */
#include "drop.h"

#include "note.h"

/** Stopping and dying cut a stream of events short; that is no surprise. */
static bool is_surprising(enum camipc_state state)
{
	return state == CAMIPC_STATE_CREATED || state == CAMIPC_STATE_READY ||
	       state == CAMIPC_STATE_STOPPED;
}

void camipc_proxy_drop_event(struct camipc_proxy *proxy,
			     struct camipc_record *event)
{
	const struct camipc_method *row =
		&proxy->interface->events[event->row];
	const enum camipc_state state = camipc_proxy_state(proxy);

	camipc_count(&proxy->stats.events_dropped, 1);
	camipc_count(&proxy->event_stats[event->row].errors, 1);
	if (camipc_tap_is_open(&proxy->tap))
		camipc_tap_dropped(&proxy->tap, row,
				   event->message.header.body_size, state);
	if (is_surprising(state))
		camipc_proxy_warn(proxy, CAMIPC_WARN_EVENT_DROPPED,
				  "event %s was dropped because it arrived "
				  "while %s; later ones are dropped silently",
				  row->name, camipc_state_to_string(state));
	camipc_arrivals_consume(&proxy->arrivals, event);
}

void camipc_proxy_drop_arrivals(struct camipc_proxy *proxy)
{
	struct camipc_record *event;

	while ((event = camipc_arrivals_take(&proxy->arrivals)))
		camipc_proxy_drop_event(proxy, event);
}
