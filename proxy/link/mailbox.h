/* SPDX-License-Identifier: MIT */
/*
 * Records handed to one thread by others of the same process. The receiver
 * says how it wants to be woken, so that handing over to one that is awake
 * costs no system call.
 */
#ifndef CAMIPC_PROXY_MAILBOX_H
#define CAMIPC_PROXY_MAILBOX_H

#include <stdatomic.h>

#include "record.h"

enum camipc_mailbox_attention {
	CAMIPC_MAILBOX_AWAKE = 0, /* will look again, or was told to */
	CAMIPC_MAILBOX_ASLEEP, /* in camipc_mailbox_wait() */
	CAMIPC_MAILBOX_AWAY, /* to be told through the descriptor */
};

/** Thread word: post and poke are safe, all others the receiver's. */
struct camipc_mailbox {
	_Atomic(struct camipc_record *) newest; /* a stack: newest first */
	struct camipc_record *taken; /* oldest first */
	atomic_int attention; /* the futex */
	atomic_bool poked;
	atomic_bool signalled; /* fd was written, and not read since */
	int fd; /* eventfd, or -1: the receiver is never away; borrowed */
};

void camipc_mailbox_init(struct camipc_mailbox *mailbox, int fd);

/** Releases what is in it. No other thread may use it any more. */
void camipc_mailbox_fini(struct camipc_mailbox *mailbox);

/** Hands @record over. */
void camipc_mailbox_post(struct camipc_mailbox *mailbox,
			 struct camipc_record *record);

/** Ends the wait under way, or else the next one, with -ECANCELED. */
void camipc_mailbox_poke(struct camipc_mailbox *mailbox);

/** The oldest record, or NULL. */
struct camipc_record *camipc_mailbox_take(struct camipc_mailbox *mailbox);

/** Promises to look again without being told: until leave. */
void camipc_mailbox_attend(struct camipc_mailbox *mailbox);

/** From now on @fd tells of what is or comes in the mailbox. */
void camipc_mailbox_leave(struct camipc_mailbox *mailbox);

/**
 * Sleeps until there is something to take. Returns 0, -ECANCELED (poked) or
 * -ETIMEDOUT (@deadline of deadline.h has passed).
 */
int camipc_mailbox_wait(struct camipc_mailbox *mailbox, int64_t deadline);

/*
 * Futexes of this process; @deadline as above. wait returns 0 (look again) or
 * -ETIMEDOUT.
 */
int camipc_futex_wait(atomic_int *futex, int expected, int64_t deadline);
void camipc_futex_wake(atomic_int *futex);

#endif /* CAMIPC_PROXY_MAILBOX_H */
