/* SPDX-License-Identifier: MIT */
/*
 * The sender's half of flow control, the same for async calls (in the proxy)
 * and for events (in the servant): counts the messages that were sent and not
 * consumed, and keeps those that cannot be sent yet.
 *
 * An outbox sends in the order in which messages were accepted. A message in
 * it waits for room in the transport or, with [overflow=keep] and drop_oldest,
 * for credit. While one waits for credit, later ones wait behind it or are not
 * accepted: none overtakes it.
 */
#ifndef CAMIPC_COURIER_OUTBOX_H
#define CAMIPC_COURIER_OUTBOX_H

#include "window.h"

/** What happens to a message that a caller wants to send. */
enum camipc_admission {
	CAMIPC_ADMIT_UNSAID = 0,
	CAMIPC_ADMIT, /* there is credit for it */
	CAMIPC_ADMIT_KEEP, /* it waits for credit; may replace an older one */
	CAMIPC_ADMIT_DROP, /* [overflow=drop_newest]; or nothing to replace */
	CAMIPC_ADMIT_REFUSE, /* -EAGAIN */
};

/**
 * The id of a call that no interface has. A worker of any version answers it with
 * -EOPNOTSUPP once it has consumed all calls before it; a present one also sends
 * the events first that those have raised. Nothing follows it: flush() holds the
 * rest until camipc_outbox_release().
 */
#define CAMIPC_BARRIER_ID UINT32_MAX

/** Thread word: bound, or under its owner's lock. */
struct camipc_outbox {
	const struct camipc_method *rows;
	uint16_t n_rows;
	uint32_t window;
	uint32_t window_bytes; /* of what is in flight, and of what waits */
	/* What has credit: sent, or about to be. Its descriptors include those
	 * of calls that wait for a reply. */
	struct camipc_load load;
	uint32_t high_water; /* largest value of @load.messages */
	uint32_t sent; /* so far, wrapping */
	uint32_t consumed; /* so far, as reported by the receiver, wrapping */
	uint32_t n_ungranted; /* messages that wait for credit */
	uint32_t n_kept; /* of them: async calls, or events */
	uint64_t kept_bytes; /* their memory */
	uint64_t dropped; /* by [overflow=drop_*] */
	uint64_t finished; /* consumed, without those of count_sent() */
	uint64_t lost; /* accepted, and not consumed before a reset */
	uint16_t *used; /* per row: messages with credit */
	uint16_t *kept; /* per row: messages that wait for credit */
	struct camipc_in_flight *in_flight; /* a ring of @window, by @sent */
	struct camipc_record_queue urgent;
	struct camipc_record_queue queue;
	bool held; /* a barrier was sent: what follows it waits */
	bool keeps; /* what was sent, until it is known to be consumed: */
	struct camipc_record_queue unconsumed; /* by @sent, if it keeps */
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
 * statistics (high_water, dropped, lost) stay.
 */
void camipc_outbox_reset(struct camipc_outbox *outbox);

/**
 * Keeps the messages that are sent until they are known to be consumed: not as
 * copies, because a record is not needed any more once it was sent. Call it when
 * nothing is in flight.
 */
static inline void camipc_outbox_keep(struct camipc_outbox *outbox, bool keeps)
{
	outbox->keeps = keeps;
}

/**
 * Appends to @queue, in the order of their acceptance, the messages that need
 * credit and are not known to be consumed: those that were sent, if it keeps
 * them, and those that were not. The caller resets the outbox then.
 */
void camipc_outbox_take_unfinished(struct camipc_outbox *outbox,
				   struct camipc_record_queue *queue);

/**
 * Forgets what was counted with count_sent(), for another receiver; what waits
 * to be sent stays.
 */
void camipc_outbox_restart(struct camipc_outbox *outbox);

/** Returns whether a message of @row with @n_fds may be sent. */
enum camipc_admission camipc_outbox_judge(const struct camipc_outbox *outbox,
					  uint16_t row, uint32_t n_fds);

/** Appends and takes a message that was judged ADMIT or ADMIT_KEEP. */
void camipc_outbox_add(struct camipc_outbox *outbox,
		       struct camipc_record *record,
		       enum camipc_admission admission);

/** Returns true if the caller may send @record by itself, before all that
 *  wait. */
bool camipc_outbox_has_credit(const struct camipc_outbox *outbox,
			      const struct camipc_record *record);

/**
 * Counts a message that the caller has sent by itself. @hollow: an empty record,
 * taken: it stands for the message until that is known to be consumed.
 */
void camipc_outbox_count_sent(struct camipc_outbox *outbox,
			      const struct camipc_record *record,
			      struct camipc_record *hollow);

/** Appends and takes a message that needs no credit. */
void camipc_outbox_add_free(struct camipc_outbox *outbox,
			    struct camipc_record *record);

/** Takes a message that is sent before all others: a reply, a credit. */
void camipc_outbox_add_urgent(struct camipc_outbox *outbox,
			      struct camipc_record *record);

/** Returns the call with @cookie if it was not sent, or NULL. */
struct camipc_record *camipc_outbox_find(const struct camipc_outbox *outbox,
					 uint32_t cookie);

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

/** Lets go what waits behind a barrier. */
static inline void camipc_outbox_release(struct camipc_outbox *outbox)
{
	outbox->held = false;
}

/**
 * Moves what @from has not sent to @to, with its statistics: @to is for another
 * receiver, to which nothing was sent but what count_sent() counted. Messages
 * that find no credit there wait for it, whatever their overflow.
 */
void camipc_outbox_move(struct camipc_outbox *from, struct camipc_outbox *to);

/** Returns true if flush would try to send something. */
bool camipc_outbox_has_sendable(const struct camipc_outbox *outbox);

/**
 * Notes that the receiver has consumed @consumed messages so far. Returns 0,
 * or -EPROTO if that is more than were sent.
 */
int camipc_outbox_consumed(struct camipc_outbox *outbox, uint32_t consumed);

/** Returns the bytes of messages that flush has not sent yet. */
static inline uint64_t
camipc_outbox_unsent_bytes(const struct camipc_outbox *outbox)
{
	return outbox->urgent.bytes + outbox->queue.bytes;
}

/** Notes that a call that needed no credit was answered: frees its fds. */
void camipc_outbox_answered(struct camipc_outbox *outbox, uint32_t n_fds);

/** Returns how many messages were dropped since the last call. */
uint64_t camipc_outbox_take_dropped(struct camipc_outbox *outbox);

/** Returns how many messages were lost in resets since the last call. */
uint64_t camipc_outbox_take_lost(struct camipc_outbox *outbox);

/** Returns how many messages were consumed since the last call, without those
 *  that count_sent() has counted. */
uint64_t camipc_outbox_take_finished(struct camipc_outbox *outbox);

#endif /* CAMIPC_COURIER_OUTBOX_H */
