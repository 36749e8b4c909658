/* SPDX-License-Identifier: MIT */
/*
 * Flow control, the same for async calls (in the proxy) and for events (in the
 * servant): the sender's outbox counts what was sent and not consumed; the
 * receiver's debt counts what it consumed and has not said so yet.
 *
 * An outbox sends in the order in which messages were accepted. What waits in
 * it waits for room in the transport, or (with [overflow=drop_oldest]) for
 * credit.
 */
#ifndef CAMIPC_PROXY_OUTBOX_H
#define CAMIPC_PROXY_OUTBOX_H

#include "record.h"

/** What becomes of a message that somebody wants to send. */
enum camipc_admission {
	CAMIPC_ADMIT = 0, /* there is credit for it */
	CAMIPC_ADMIT_KEEP, /* it waits for credit; an older one may go */
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
	uint32_t window;
	uint32_t unconsumed; /* that have credit: sent, or about to be */
	uint32_t high_water; /* most of these */
	uint32_t sent; /* so far, wrapping */
	uint32_t consumed; /* the receiver's latest word, wrapping */
	uint32_t fds; /* in flight, of calls that wait for a reply too */
	uint32_t n_ungranted;
	uint64_t dropped; /* by [overflow=drop_*] */
	uint16_t *used; /* per row: with credit */
	uint16_t *kept; /* per row: without */
	struct camipc_in_flight *in_flight; /* a ring of @window, by @sent */
	struct camipc_record_queue urgent;
	struct camipc_record_queue queue;
};

/** How an outbox gets rid of records. */
struct camipc_outbox_sender {
	/** Takes the record on success; -EAGAIN or -EPIPE: not now. */
	int (*send)(void *user, struct camipc_record *record);
	/** Takes a record that cannot be sent, because of @error. */
	void (*lost)(void *user, struct camipc_record *record, int error);
	void *user;
};

/** Returns 0 or -ENOMEM. @rows are borrowed for good. */
int camipc_outbox_init(struct camipc_outbox *outbox,
		       const struct camipc_method *rows, uint16_t n_rows,
		       uint32_t window);
/** Releases what is in it; zeroed memory is fine. */
void camipc_outbox_fini(struct camipc_outbox *outbox);

/** May a message of @row with @n_fds be sent? Changes nothing. */
enum camipc_admission camipc_outbox_judge(const struct camipc_outbox *outbox,
					  uint16_t row, uint32_t n_fds);

/** Appends a counted message that was judged ADMIT or ADMIT_KEEP. Takes it. */
void camipc_outbox_add(struct camipc_outbox *outbox,
		       struct camipc_record *record,
		       enum camipc_admission admission);

/** Appends a message that needs no credit, behind the others. Takes it. */
void camipc_outbox_add_free(struct camipc_outbox *outbox,
			    struct camipc_record *record);

/** The same, before all others: replies, credit. Takes it. */
void camipc_outbox_add_urgent(struct camipc_outbox *outbox,
			      struct camipc_record *record);

/** Takes the call with @cookie out again, if it was not sent; or NULL. */
struct camipc_record *camipc_outbox_remove(struct camipc_outbox *outbox,
					   uint32_t cookie);

/**
 * Sends what can be sent. Returns 0 (the rest, if any, waits for credit),
 * -EAGAIN (for room) or -EPIPE.
 */
int camipc_outbox_flush(struct camipc_outbox *outbox,
			const struct camipc_outbox_sender *sender);

/** True if flush would try to send something. */
bool camipc_outbox_has_sendable(const struct camipc_outbox *outbox);

/**
 * The receiver has consumed @consumed messages so far. Returns 0, or -EPROTO:
 * more than were sent.
 */
int camipc_outbox_consumed(struct camipc_outbox *outbox, uint32_t consumed);

/** A call that needed no credit was answered: its fds are back. */
void camipc_outbox_answered(struct camipc_outbox *outbox, uint32_t n_fds);

/** The receiver's side. Thread word: bound, or under its owner's lock. */
struct camipc_debt {
	const struct camipc_method *rows;
	uint16_t n_rows;
	uint32_t window;
	uint32_t received; /* so far; all three wrap */
	uint32_t consumed;
	uint32_t reported;
	uint32_t bytes; /* consumed and not reported */
	uint16_t *pending; /* per row: consumed and not reported */
	bool due; /* the sender may be waiting: say it now */
};

/** Returns 0 or -ENOMEM. */
int camipc_debt_init(struct camipc_debt *debt, const struct camipc_method *rows,
		     uint16_t n_rows, uint32_t window);
void camipc_debt_fini(struct camipc_debt *debt);

/** A counted message came. Returns 0, or -EPROTO: beyond its credit. */
int camipc_debt_receive(struct camipc_debt *debt);

/** A counted message was dealt with, or dropped. Sets @due. */
void camipc_debt_consume(struct camipc_debt *debt,
			 const struct camipc_record *record);

/** debt->consumed went out in a header. */
void camipc_debt_report(struct camipc_debt *debt);

#endif /* CAMIPC_PROXY_OUTBOX_H */
