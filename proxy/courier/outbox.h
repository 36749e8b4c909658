/* SPDX-License-Identifier: MIT */
/*
 * The sender's half of flow control, the same for async calls (in the proxy)
 * and for events (in the servant): counts the messages that were sent and not
 * consumed, and keeps those that cannot be sent yet.
 *
 * An outbox sends in the order in which messages were accepted. A message in
 * it waits for room in the transport, or (with [overflow=drop_oldest]) for
 * credit.
 */
#ifndef CAMIPC_COURIER_OUTBOX_H
#define CAMIPC_COURIER_OUTBOX_H

#include "record.h"

/** What happens to a message that a caller wants to send. */
enum camipc_admission {
	CAMIPC_ADMIT_UNSAID = 0,
	CAMIPC_ADMIT, /* there is credit for it */
	CAMIPC_ADMIT_KEEP, /* it waits for credit; may replace an older one */
	CAMIPC_ADMIT_DROP, /* [overflow=drop_newest] */
	CAMIPC_ADMIT_REFUSE, /* -EAGAIN */
};

/** A message that was sent and not consumed. */
struct camipc_in_flight {
	uint16_t row;
	uint16_t n_fds;
};

/** Thread word: bound, or under its owner's lock. */
struct camipc_outbox {
	const struct camipc_method *rows;
	uint16_t n_rows;
	uint32_t window;
	uint32_t unconsumed; /* that have credit: sent, or about to be */
	uint32_t high_water; /* largest value of @unconsumed */
	uint32_t sent; /* so far, wrapping */
	uint32_t consumed; /* so far, as reported by the receiver, wrapping */
	uint32_t fds; /* in flight, also of calls that wait for a reply */
	uint32_t n_ungranted; /* messages that wait for credit */
	uint64_t dropped; /* by [overflow=drop_*] */
	uint16_t *used; /* per row: messages with credit */
	uint16_t *kept; /* per row: messages that wait for credit */
	struct camipc_in_flight *in_flight; /* a ring of @window, by @sent */
	struct camipc_record_queue urgent;
	struct camipc_record_queue queue;
};

/** How an outbox hands records over to the transport. */
struct camipc_sender {
	/**
	 * Sends @record and takes it. Returns 0; -EAGAIN or -EPIPE if it
	 * cannot be sent now, or another error if it never can be: then
	 * lost() gets it.
	 */
	int (*send)(void *user, struct camipc_record *record);

	/** Takes a record that cannot be sent because of @error. */
	void (*lost)(void *user, struct camipc_record *record, int error);
	void *user;
};

/** Borrows @rows until fini(). Returns 0 or -ENOMEM. */
int camipc_outbox_init(struct camipc_outbox *outbox,
		       const struct camipc_method *rows, uint16_t n_rows,
		       uint32_t window) CAMIPC_MUST_CHECK;

/** Releases all records and frees; accepts zeroed memory. */
void camipc_outbox_fini(struct camipc_outbox *outbox);

/**
 * Releases all records and forgets what is in flight, for another receiver;
 * statistics (high_water, dropped) stay.
 */
void camipc_outbox_reset(struct camipc_outbox *outbox);

/** Returns whether a message of @row with @n_fds may be sent. */
enum camipc_admission camipc_outbox_judge(const struct camipc_outbox *outbox,
					  uint16_t row, uint32_t n_fds);

/** Appends and takes a message that was judged ADMIT or ADMIT_KEEP. */
void camipc_outbox_add(struct camipc_outbox *outbox,
		       struct camipc_record *record,
		       enum camipc_admission admission);

/** Appends and takes a message that needs no credit. */
void camipc_outbox_add_free(struct camipc_outbox *outbox,
			    struct camipc_record *record);

/** Takes a message that is sent before all others: a reply, a credit. */
void camipc_outbox_add_urgent(struct camipc_outbox *outbox,
			      struct camipc_record *record);

/**
 * Removes the call with @cookie if it was not sent. Returns its record, now
 * the caller's, or NULL.
 */
struct camipc_record *camipc_outbox_remove(struct camipc_outbox *outbox,
					   uint32_t cookie);

/**
 * Sends what can be sent. Returns 0 (the rest, if any, waits for credit),
 * -EAGAIN (the rest waits for room) or -EPIPE.
 */
int camipc_outbox_flush(struct camipc_outbox *outbox,
			const struct camipc_sender *sender);

/** Returns true if flush would try to send something. */
bool camipc_outbox_has_sendable(const struct camipc_outbox *outbox);

/**
 * Notes that the receiver has consumed @consumed messages so far. Returns 0,
 * or -EPROTO if that is more than were sent.
 */
int camipc_outbox_consumed(struct camipc_outbox *outbox, uint32_t consumed);

/** Notes that a call that needed no credit was answered: frees its fds. */
void camipc_outbox_answered(struct camipc_outbox *outbox, uint32_t n_fds);

/** Returns how many messages were dropped since the last call. */
uint64_t camipc_outbox_take_dropped(struct camipc_outbox *outbox);

#endif /* CAMIPC_COURIER_OUTBOX_H */
