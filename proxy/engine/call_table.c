/* SPDX-License-Identifier: MIT */
/* Keeps a slot for each call until the IPA has answered it. */
#include "call_table.h"

#include <string.h>

#include "deadline.h"

#define N CAMIPC_CALL_SLOTS

/* The low bits of a cookie are the slot; it is a power of two for that. */
_Static_assert((N & (N - 1)) == 0, "cookies hold a slot in their low bits");

void camipc_call_table_init(struct camipc_call_table *table,
			    struct camipc_kept *kept,
			    struct camipc_journal *journal)
{
	memset(table, 0, sizeof(*table));
	table->kept = kept;
	table->journal = journal;
	table->last = &table->first;
	for (uint32_t i = 0; i < N; i++) {
		table->completions[i].next = table->free_completions;
		table->free_completions = &table->completions[i];
	}
}

void camipc_call_table_fini(struct camipc_call_table *table)
{
	for (uint32_t i = 0; i < N; i++) {
		if (table->calls[i].phase != CAMIPC_CALL_FREE)
			camipc_call_close(table, &table->calls[i]);
	}
}

static bool is_timed(enum camipc_call_phase phase)
{
	return phase == CAMIPC_CALL_BEGUN || phase == CAMIPC_CALL_SILENT ||
	       phase == CAMIPC_CALL_ABANDONED ||
	       phase == CAMIPC_CALL_REPLAYED;
}

void camipc_call_set_phase(struct camipc_call_table *table,
			   struct camipc_call *call,
			   enum camipc_call_phase phase)
{
	if (is_timed(call->phase))
		table->n_timed--;
	call->phase = phase;
	if (is_timed(phase))
		table->n_timed++;
}

static struct camipc_call *find_free(struct camipc_call_table *table)
{
	uint32_t start = table->serial;

	if (table->n_used == N)
		return NULL;
	for (uint32_t i = 0; i < N; i++) {
		struct camipc_call *call = &table->calls[(start + i) % N];

		if (call->phase == CAMIPC_CALL_FREE)
			return call;
	}
	return NULL;
}

struct camipc_call *camipc_call_open(struct camipc_call_table *table,
				     enum camipc_call_phase phase)
{
	if (table->n_used >= CAMIPC_MAX_PENDING_CALLS ||
	    (phase == CAMIPC_CALL_BEGUN &&
	     table->n_completions >= CAMIPC_MAX_PENDING_CALLS))
		return NULL;
	return camipc_call_open_role(table, phase);
}

struct camipc_call *camipc_call_open_role(struct camipc_call_table *table,
					  enum camipc_call_phase phase)
{
	struct camipc_completion *completion = NULL;
	struct camipc_call *call = find_free(table);

	if (!call)
		return NULL;
	if (phase == CAMIPC_CALL_BEGUN) {
		completion = table->free_completions;
		if (!completion)
			return NULL;
		table->free_completions = completion->next;
		table->n_completions++;
		memset(completion, 0, sizeof(*completion));
	}
	memset(call, 0, sizeof(*call));
	/* Never 0, which async calls have. */
	do {
		table->serial++;
		call->cookie =
			table->serial * N + (uint32_t)(call - table->calls);
	} while (call->cookie < N);
	call->completion = completion;
	table->n_used++;
	camipc_call_set_phase(table, call, phase);
	return call;
}

void camipc_call_close(struct camipc_call_table *table,
		       struct camipc_call *call)
{
	camipc_record_release(call->reply);
	call->reply = NULL;
	call->completion = NULL;
	camipc_journal_drop(table->journal, call->change);
	call->change = NULL;
	camipc_call_set_phase(table, call, CAMIPC_CALL_FREE);
	table->n_used--;
}

struct camipc_call *camipc_call_find(struct camipc_call_table *table,
				     uint32_t cookie)
{
	struct camipc_call *call = &table->calls[cookie % N];

	if (call->phase == CAMIPC_CALL_FREE || call->cookie != cookie)
		return NULL;
	return call;
}

int64_t camipc_call_table_earliest(const struct camipc_call_table *table)
{
	int64_t earliest = CAMIPC_NO_DEADLINE;

	for (uint32_t i = 0; i < N && table->n_timed; i++) {
		const struct camipc_call *call = &table->calls[i];

		if (is_timed(call->phase) && call->time.deadline < earliest)
			earliest = call->time.deadline;
	}
	return earliest;
}

void camipc_call_complete(struct camipc_call_table *table,
			  struct camipc_call *call, uint64_t order)
{
	struct camipc_completion *completion = call->completion;

	call->completion = NULL;
	completion->order = order;
	if (completion->reply)
		camipc_kept_add(table->kept, completion->reply);
	completion->next = NULL;
	*table->last = completion;
	table->last = &completion->next;
}

struct camipc_completion *camipc_completion_pop(struct camipc_call_table *table)
{
	struct camipc_completion *completion = table->first;

	if (!completion)
		return NULL;
	table->first = completion->next;
	if (!table->first)
		table->last = &table->first;
	if (completion->reply)
		camipc_kept_remove(table->kept, completion->reply);
	return completion;
}

void camipc_completion_release(struct camipc_call_table *table,
			       struct camipc_completion *completion)
{
	camipc_record_release(completion->reply);
	completion->reply = NULL;
	table->n_completions--;
	completion->next = table->free_completions;
	table->free_completions = completion;
}
