/* SPDX-License-Identifier: MIT */
/*
 * A mailbox passes records to one thread from others of the same process. The
 * receiver states how it wants to be woken, so that posting to a receiver that
 * is awake costs no system call.
 */
#ifndef CAMIPC_PROXY_MAILBOX_H
#define CAMIPC_PROXY_MAILBOX_H

#include <stdatomic.h>

#include "record.h"
#include "spin.h"

enum camipc_mailbox_attention {
	CAMIPC_MAILBOX_AWAKE = 0, /* it will check by itself, or was woken */
	CAMIPC_MAILBOX_ASLEEP, /* it sleeps in camipc_mailbox_wait() */
	CAMIPC_MAILBOX_AWAY, /* it polls the descriptor */
};

/** Thread word: post, wake, poke and alert are safe, the others bound to the receiver. */
struct camipc_mailbox {
	_Atomic(struct camipc_record *) newest; /* a stack: newest first */
	struct camipc_record *taken; /* oldest first */
	atomic_int attention; /* the futex */
	atomic_bool poked;
	atomic_bool alerted;
	atomic_uint signals; /* times that @fd was written, or is about to be */
	uint32_t signals_read; /* of these: by the receiver */
	int fd; /* borrowed eventfd; -1: the receiver is never away */
	struct camipc_spin spin; /* of the receiver, before it sleeps */
};

void camipc_mailbox_init(struct camipc_mailbox *mailbox, int fd);

/** Releases the records left. No other thread may use the mailbox any more. */
void camipc_mailbox_fini(struct camipc_mailbox *mailbox);

/** Takes @record, and wakes the receiver if it is asleep or away, unless the
 *  record is quiet. */
void camipc_mailbox_post(struct camipc_mailbox *mailbox,
			 struct camipc_record *record);

/** Wakes a receiver that is asleep or away, for what was stored before. */
void camipc_mailbox_wake(struct camipc_mailbox *mailbox);

/** Ends the receiver's wait, or else its next one, with -ECANCELED. */
void camipc_mailbox_poke(struct camipc_mailbox *mailbox);

/**
 * Wakes the receiver for good: waits return 0 and @fd is readable from now on,
 * with or without records. A sender has ended.
 */
void camipc_mailbox_alert(struct camipc_mailbox *mailbox);

/** Returns true after an alert. */
static inline bool
camipc_mailbox_is_alerted(const struct camipc_mailbox *mailbox)
{
	return atomic_load(&mailbox->alerted);
}

/** Returns the oldest record, or NULL. */
struct camipc_record *camipc_mailbox_take(struct camipc_mailbox *mailbox);

/** The receiver will check without being woken, until leave(). */
void camipc_mailbox_attend(struct camipc_mailbox *mailbox);

/** From now on @fd is readable while there are records. */
void camipc_mailbox_leave(struct camipc_mailbox *mailbox);

/**
 * Sleeps until there is a record. Returns 0, -ECANCELED (poked) or -ETIMEDOUT
 * (@deadline of deadline.h has passed).
 */
int camipc_mailbox_wait(struct camipc_mailbox *mailbox, int64_t deadline);

/*
 * Futexes of this process; @deadline as above. wait returns 0 (check again) or
 * -ETIMEDOUT.
 */
int camipc_futex_wait(atomic_int *futex, int expected, int64_t deadline);
void camipc_futex_wake(atomic_int *futex);

#endif /* CAMIPC_PROXY_MAILBOX_H */
