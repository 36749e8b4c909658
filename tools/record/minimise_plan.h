/* SPDX-License-Identifier: MIT */
/* Which items of a recording a smaller one has. */
#ifndef TOOLS_RECORD_MINIMISE_PLAN_H
#define TOOLS_RECORD_MINIMISE_PLAN_H

#include "replay_run.h"

/** What an item is to the calls around it. */
enum plan_role {
	PLAN_NEVER, /* of another proxy, or without effect on a replay */
	PLAN_CALL, /* the call, and what the host wrote before it */
	PLAN_REPLY,
	PLAN_EVENT,
	PLAN_READ, /* the host read a buffer */
	PLAN_END, /* the recorded end of the IPA */
};

struct plan_item {
	uint32_t call; /* number of the call that it goes with */
	enum plan_role role;
};

/** How much of what the IPA did is compared, apart from the failure. */
enum plan_level {
	PLAN_COMPARE_ALL,
	PLAN_COMPARE_NOTHING, /* events are waited for */
	PLAN_NO_EVENTS,
};

/** Thread word: bound. */
struct minimise_plan {
	struct plan_item *items;
	uint32_t n_items;
	size_t room;
	bool *has_call; /* for each call: the smaller recording has it */
	uint32_t n_calls;
	uint32_t proxy; /* the recorded one that is replayed */
	uint32_t last; /* number of the item at which the failure was seen */
	bool is_difference; /* that item is the failure */
	enum plan_level level;
};

/**
 * Plans to keep all calls until the failure of @outcome. Returns EXIT_OK, or
 * another exit code after a report.
 */
int minimise_plan_init(struct minimise_plan *plan, const char *path,
		       const struct replay_outcome *outcome);

/** Frees it; a zeroed one is fine. */
void minimise_plan_fini(struct minimise_plan *plan);

/** The function fate of struct replay_run; @plan is a struct minimise_plan. */
enum replay_fate minimise_plan_fate(const void *plan, uint32_t number);

/** Returns how many calls are kept. */
uint32_t minimise_plan_count(const struct minimise_plan *plan);

#endif /* TOOLS_RECORD_MINIMISE_PLAN_H */
