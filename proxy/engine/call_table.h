/* SPDX-License-Identifier: MIT */
/*
 * Calls that wait for their replies. A slot stays taken until the IPA has
 * answered, even if the caller has left (deadline, cancellation): a late reply
 * can thus be recognised, and a silent IPA cannot pile up calls without bound.
 * Nor can it block the way out: init, start and stop have slots of their own.
 */
#ifndef CAMIPC_ENGINE_CALL_TABLE_H
#define CAMIPC_ENGINE_CALL_TABLE_H

#include "journal.h"
#include "kept.h"
#include "pause.h"
#include "record.h"

enum camipc_call_phase {
	CAMIPC_CALL_FREE = 0,
	CAMIPC_CALL_WAITING, /* a caller sleeps until the call is DONE */
	CAMIPC_CALL_DONE, /* the members under "if DONE" are set */
	CAMIPC_CALL_BEGUN, /* dispatch will deliver a completion */
	CAMIPC_CALL_SILENT, /* cancelled init, start or stop: still switches */
	CAMIPC_CALL_ABANDONED, /* cancelled: its reply will be dropped */
	CAMIPC_CALL_LATE, /* the same, and its deadline has passed */
	CAMIPC_CALL_REPLAYED, /* repeats one for an IPA that was restarted */
};

/** Slots: as many as calls, and as many that only roles use. */
#define CAMIPC_CALL_SLOTS (2 * CAMIPC_MAX_PENDING_CALLS)

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
	enum camipc_reason reason; /* of the error */
	int32_t result; /* of the IPA, if it answered */
	bool switches; /* the state changes when it is delivered */
};

struct camipc_call {
	enum camipc_call_phase phase;
	uint32_t cookie;
	uint32_t epoch;
	uint32_t cancels; /* cancellations of the proxy before this call */
	uint32_t n_fds; /* in flight until the call is answered */
	struct camipc_movable time; /* until the deadline */
	uint64_t began_ns;
	const struct camipc_method *method;
	struct camipc_completion *completion; /* if BEGUN */
	/** Of the journal, once it has succeeded; NULL: none. */
	struct camipc_journal_change *change;
	struct camipc_record *reply; /* if DONE; opened, or NULL */
	int ret;
	int error;
	int32_t result; /* of the IPA, if it answered */
	enum camipc_reason reason;
	bool owed; /* if DONE: the IPA will still answer */
	bool sent; /* the link has it: from now on there may be a reply */
};

/** Thread word: bound. */
struct camipc_call_table {
	struct camipc_call calls[CAMIPC_CALL_SLOTS];
	struct camipc_completion completions[CAMIPC_CALL_SLOTS];
	struct camipc_kept *kept; /* borrowed: replies count there */
	struct camipc_journal *journal; /* borrowed */
	struct camipc_completion *free_completions;
	struct camipc_completion *first; /* ready for dispatch */
	struct camipc_completion **last;
	uint32_t serial;
	uint32_t n_used;
	uint32_t n_completions; /* of calls that were begun, until delivered */
	uint32_t n_timed; /* calls whose deadline dispatch checks */
};

/** Sets up an empty table. @kept and @journal are borrowed until fini(). */
void camipc_call_table_init(struct camipc_call_table *table,
			    struct camipc_kept *kept,
			    struct camipc_journal *journal);

/** Frees the slots of all calls that have no completion. */
void camipc_call_table_fini(struct camipc_call_table *table);

/**
 * Takes a slot for a call in @phase WAITING, or BEGUN: then with a completion.
 * Returns NULL if CAMIPC_MAX_PENDING_CALLS are outstanding or undelivered.
 */
struct camipc_call *camipc_call_open(struct camipc_call_table *table,
				     enum camipc_call_phase phase);

/** Does the same for init, start and stop, whatever else is outstanding. */
struct camipc_call *camipc_call_open_role(struct camipc_call_table *table,
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
