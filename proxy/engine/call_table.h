/* SPDX-License-Identifier: MIT */
/*
 * Calls that wait for their replies. A slot stays taken until the IPA has
 * answered, even if the caller has left (deadline, cancellation): a late reply
 * can thus be recognised, and a silent IPA cannot pile up calls without bound.
 */
#ifndef CAMIPC_ENGINE_CALL_TABLE_H
#define CAMIPC_ENGINE_CALL_TABLE_H

#include "record.h"

enum camipc_call_phase {
	CAMIPC_CALL_FREE = 0,
	CAMIPC_CALL_WAITING, /* a caller sleeps until the call is DONE */
	CAMIPC_CALL_DONE, /* the members under "if DONE" are set */
	CAMIPC_CALL_BEGUN, /* dispatch will deliver a completion */
	CAMIPC_CALL_SILENT, /* cancelled init, start or stop: still switches */
	CAMIPC_CALL_ABANDONED, /* its reply will be dropped and counted */
};

/** The end of a begun call, until dispatch delivers it. */
struct camipc_completion {
	struct camipc_completion *next;
	uint64_t order; /* among events and completions */
	const struct camipc_method *method;
	camipc_done_fn complete;
	void (*done)(void);
	void *user;
	struct camipc_record *reply; /* opened, or NULL */
	int ret;
	int error; /* of the proxy; 0 if the IPA answered */
	int32_t result; /* of the IPA, if it answered */
	bool switches; /* the state changes when it is delivered */
};

struct camipc_call {
	enum camipc_call_phase phase;
	uint32_t cookie;
	uint32_t epoch;
	uint32_t cancels; /* cancellations of the proxy before this call */
	uint32_t n_fds; /* in flight until the call is answered */
	int64_t deadline;
	uint64_t began_ns;
	const struct camipc_method *method;
	struct camipc_completion *completion; /* if BEGUN */
	struct camipc_record *reply; /* if DONE; opened, or NULL */
	int ret;
	int error;
	int32_t result; /* of the IPA, if it answered */
	enum camipc_reason reason;
	bool owed; /* if DONE: the IPA will still answer */
};

/** Thread word: bound. */
struct camipc_call_table {
	struct camipc_call calls[CAMIPC_MAX_PENDING_CALLS];
	struct camipc_completion completions[CAMIPC_MAX_PENDING_CALLS];
	struct camipc_completion *free_completions;
	struct camipc_completion *first; /* ready for dispatch */
	struct camipc_completion **last;
	uint32_t serial;
	uint32_t n_used;
	uint32_t n_timed; /* calls whose deadline dispatch checks */
};

/** Sets up an empty table; nothing to free. */
void camipc_call_table_init(struct camipc_call_table *table);

/**
 * Takes a slot for a call in @phase WAITING, or BEGUN: then with a completion.
 * Returns NULL if too many calls are outstanding.
 */
struct camipc_call *camipc_call_open(struct camipc_call_table *table,
				     enum camipc_call_phase phase);

/** Changes the phase of a call that stays in the table. */
void camipc_call_set_phase(struct camipc_call_table *table,
			   struct camipc_call *call,
			   enum camipc_call_phase phase);

/** Frees the slot and releases its reply, but not its completion. */
void camipc_call_close(struct camipc_call_table *table,
		       struct camipc_call *call);

/** Returns the call that a reply with @cookie answers, or NULL. */
struct camipc_call *camipc_call_find(struct camipc_call_table *table,
				     uint32_t cookie);

/** Returns the earliest deadline that dispatch checks, or NO_DEADLINE. */
int64_t camipc_call_table_earliest(const struct camipc_call_table *table);

/** Queues the completion of a BEGUN call for dispatch. */
void camipc_call_complete(struct camipc_call_table *table,
			  struct camipc_call *call, uint64_t order);

/** Returns and removes the oldest queued completion, or NULL. */
struct camipc_completion *
camipc_completion_pop(struct camipc_call_table *table);

/** Frees a completion and releases its reply. */
void camipc_completion_release(struct camipc_call_table *table,
			       struct camipc_completion *completion);

#endif /* CAMIPC_ENGINE_CALL_TABLE_H */
