/* SPDX-License-Identifier: MIT */
/* Which items of a recording a smaller one has. */
#include "minimise_plan.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "chunk_item.h"
#include "grow.h"
#include "report.h"

/* What is known while the items are read. */
struct reading {
	struct minimise_plan *plan;
	bool is_begun; /* the first message was read */
	bool is_over; /* the proxy has ended */
	uint32_t *cookies; /* of each call; 0: it gets no reply */
	size_t room;
};

/* Returns the call with a cookie: the latest one, because cookies may wrap. */
static uint32_t call_of(const struct reading *reading, uint32_t cookie)
{
	uint32_t number = reading->plan->n_calls;

	while (number > 0)
		if (reading->cookies[--number] == cookie)
			return number;
	return 0;
}

static bool add_call(struct reading *reading, uint32_t cookie)
{
	struct minimise_plan *plan = reading->plan;
	uint32_t *cookies = camipc_grow(reading->cookies, plan->n_calls,
					&reading->room, sizeof(*cookies));

	if (!cookies)
		return false;
	reading->cookies = cookies;
	cookies[plan->n_calls++] = cookie;
	return true;
}

/* Finds the role of a message of the proxy. */
static bool plan_message(struct reading *reading,
			 const struct camipc_recorded *item,
			 struct plan_item *planned)
{
	if (item->message_kind == CAMIPC_WIRE_CALL) {
		planned->call = reading->plan->n_calls;
		planned->role = PLAN_CALL;
		return add_call(reading, item->is_async ? 0 : item->cookie);
	}
	if (!reading->plan->n_calls)
		return true;
	if (item->message_kind == CAMIPC_WIRE_REPLY) {
		planned->call = call_of(reading, item->cookie);
		planned->role = PLAN_REPLY;
	} else {
		planned->call = reading->plan->n_calls - 1;
		planned->role = PLAN_EVENT;
	}
	return true;
}

/* Plans one item. What the host writes goes with the next call, what the IPA
 * does with the one before. */
static bool plan_item(struct reading *reading,
		      const struct camipc_recorded *item)
{
	struct minimise_plan *plan = reading->plan;
	struct plan_item planned = { .role = PLAN_NEVER };
	struct plan_item *items;
	bool is_done = true;

	if (item->kind == CAMIPC_ITEM_MESSAGE && !reading->is_begun) {
		reading->is_begun = true;
		plan->proxy = item->proxy;
	}
	if (item->kind == CAMIPC_ITEM_ACCESS &&
	    item->flags & CAMIPC_ITEM_WROTE) {
		planned.call = plan->n_calls;
		planned.role = PLAN_CALL;
	} else if (item->kind == CAMIPC_ITEM_ACCESS && plan->n_calls) {
		planned.call = plan->n_calls - 1;
		planned.role = PLAN_READ;
	} else if (item->proxy == plan->proxy && reading->is_begun) {
		if (item->kind == CAMIPC_ITEM_MESSAGE)
			is_done = plan_message(reading, item, &planned);
		else if (item->kind == CAMIPC_ITEM_ENDED)
			planned.role = PLAN_END;
		reading->is_over = item->kind == CAMIPC_ITEM_ENDED ||
				   item->kind == CAMIPC_ITEM_CLOSED;
	}
	if (!is_done)
		return false;
	items = camipc_grow(plan->items, plan->n_items, &plan->room,
			    sizeof(*items));
	if (!items)
		return false;
	plan->items = items;
	items[plan->n_items++] = planned;
	return true;
}

/* Plans all items until the failure; and the recorded end, if the IPA's end is
 * the failure. */
static bool plan_items(struct reading *reading,
		       struct camipc_recording *recording)
{
	const struct minimise_plan *plan = reading->plan;
	struct camipc_recorded item;

	while (!reading->is_over &&
	       (!plan->is_difference || plan->n_items <= plan->last) &&
	       camipc_recording_next(recording, &item) == 1)
		if (!plan_item(reading, &item))
			return false;
	return true;
}

int minimise_plan_init(struct minimise_plan *plan, const char *path,
		       const struct replay_outcome *outcome)
{
	struct reading reading = { .plan = plan };
	struct recording_file file;
	int code;

	memset(plan, 0, sizeof(*plan));
	plan->last = outcome->number;
	plan->is_difference = outcome->result == REPLAY_DIFFERS;
	code = recording_file_open(&file, path);
	if (code != EXIT_OK)
		return code;
	if (plan_items(&reading, file.recording)) {
		/* Nothing after the failure but the recorded end. */
		while (plan->n_items > plan->last + 1 &&
		       plan->items[plan->n_items - 1].role != PLAN_END)
			plan->n_items--;
		plan->has_call = malloc(plan->n_calls + 1);
	}
	free(reading.cookies);
	recording_file_close(&file);
	if (!plan->has_call) {
		report_error("out of memory");
		return EXIT_FAILED;
	}
	for (uint32_t i = 0; i < plan->n_calls; i++)
		plan->has_call[i] = true;
	return EXIT_OK;
}

void minimise_plan_fini(struct minimise_plan *plan)
{
	free(plan->items);
	free(plan->has_call);
	memset(plan, 0, sizeof(*plan));
}

enum replay_fate minimise_plan_fate(const void *user, uint32_t number)
{
	const struct minimise_plan *plan = user;
	const struct plan_item *item;

	if (number >= plan->n_items)
		return REPLAY_STOP;
	item = &plan->items[number];
	if (item->role == PLAN_NEVER)
		return REPLAY_SKIP;
	if (item->role == PLAN_END)
		return plan->is_difference && number != plan->last
			       ? REPLAY_SKIP
			       : REPLAY_USE;
	if (number > plan->last || item->call >= plan->n_calls ||
	    !plan->has_call[item->call])
		return REPLAY_SKIP;
	if (item->role == PLAN_CALL || plan->level == PLAN_COMPARE_ALL ||
	    (plan->is_difference && number == plan->last))
		return REPLAY_USE;
	if (item->role == PLAN_READ ||
	    (item->role == PLAN_EVENT && plan->level == PLAN_NO_EVENTS))
		return REPLAY_SKIP;
	return REPLAY_USE_UNCOMPARED;
}

uint32_t minimise_plan_count(const struct minimise_plan *plan)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < plan->n_calls; i++)
		n += plan->has_call[i];
	return n;
}
