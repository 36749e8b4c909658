/* SPDX-License-Identifier: MIT */
/*
 * Calls that wait for their replies. A slot stays taken until the IPA has
 * answered, also when the caller has long gone (deadline, cancel): so a late
 * reply is told from one that nobody asked for, and calls that are never
 * answered cannot pile up.
 */
#ifndef CAMIPC_PROXY_CALL_TABLE_H
#define CAMIPC_PROXY_CALL_TABLE_H

#include "record.h"

enum camipc_call_phase {
	CAMIPC_CALL_FREE = 0,
	CAMIPC_CALL_WAITING, /* somebody sleeps until it is DONE */
	CAMIPC_CALL_DONE, /* ret and reply are set, for who waited */
	CAMIPC_CALL_BEGUN, /* its completion is delivered by dispatch */
	CAMIPC_CALL_SILENT, /* cancelled init, start or stop: still switches */
	CAMIPC_CALL_ABANDONED, /* its reply will be dropped and counted */
};

/** A begun call's end, on its way to dispatch. */
struct camipc_completion {
	struct camipc_completion *next;
	uint64_t order; /* among the events */
	const struct camipc_method *method;
	camipc_done_fn complete;
	void (*done)(void);
	void *user;
	struct camipc_record *reply; /* opened, or NULL */
	int ret;
	int error; /* of the proxy; 0 if the IPA answered */
	int32_t result; /* the IPA's own, if it answered */
	bool switches; /* the state, once it is delivered */
};

struct camipc_call {
	enum camipc_call_phase phase;
	uint32_t cookie;
	uint32_t epoch;
	uint32_t cancels; /* how often the proxy was cancelled before */
	uint32_t n_fds; /* in flight until it is answered */
	int64_t deadline;
	uint64_t began_ns;
	const struct camipc_method *method;
	struct camipc_completion *completion; /* if BEGUN */
	struct camipc_record *reply; /* if DONE; opened, or NULL */
	int ret;
	int error;
	int32_t result; /* the IPA's own, if it answered */
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
	uint32_t n_timed; /* whose deadline dispatch has to watch */
};

void camipc_call_table_init(struct camipc_call_table *table);

/**
 * A slot for a call in @phase WAITING or BEGUN (with a completion then), or
 * NULL: too many are unanswered.
 */
struct camipc_call *camipc_call_open(struct camipc_call_table *table,
				     enum camipc_call_phase phase);

/** Changes the phase of a call that stays in the table. */
void camipc_call_set_phase(struct camipc_call_table *table,
			   struct camipc_call *call,
			   enum camipc_call_phase phase);

/** Gives the slot back, and its reply; not its completion. */
void camipc_call_close(struct camipc_call_table *table,
		       struct camipc_call *call);

/** The call that a reply with @cookie answers, or NULL. */
struct camipc_call *camipc_call_find(struct camipc_call_table *table,
				     uint32_t cookie);

/** Earliest deadline that dispatch has to watch, or CAMIPC_NO_DEADLINE. */
int64_t camipc_call_table_earliest(const struct camipc_call_table *table);

/** Puts the completion of a BEGUN call in line for dispatch. */
void camipc_call_complete(struct camipc_call_table *table,
			  struct camipc_call *call, uint64_t order);

/** The next in line, taken out, or NULL. */
struct camipc_completion *
camipc_completion_pop(struct camipc_call_table *table);

/** Gives a completion back, and its reply. */
void camipc_completion_release(struct camipc_call_table *table,
			       struct camipc_completion *completion);

#endif /* CAMIPC_PROXY_CALL_TABLE_H */
