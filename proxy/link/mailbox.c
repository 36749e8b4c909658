/* SPDX-License-Identifier: MIT */
/* A stack without locks for the senders, a list for the receiver. */
#include "mailbox.h"

#include <errno.h>
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "clock.h"
#include "deadline.h"

/* ---- futexes ----------------------------------------------------------- */

int camipc_futex_wait(atomic_int *futex, int expected, int64_t deadline)
{
	struct timespec until;
	struct timespec *timeout = NULL;
	long ret;

	if (deadline != CAMIPC_NO_DEADLINE) {
		until = camipc_ns_to_timespec(deadline > 0 ? (uint64_t)deadline
							   : 0);
		timeout = &until;
	}
	/* Unlike FUTEX_WAIT this one takes a point in time. */
	ret = syscall(SYS_futex, futex, FUTEX_WAIT_BITSET | FUTEX_PRIVATE_FLAG,
		      expected, timeout, NULL, FUTEX_BITSET_MATCH_ANY);
	return ret < 0 && errno == ETIMEDOUT ? -ETIMEDOUT : 0;
}

void camipc_futex_wake(atomic_int *futex)
{
	syscall(SYS_futex, futex, FUTEX_WAKE | FUTEX_PRIVATE_FLAG, 1, NULL,
		NULL, 0);
}

/* ---- senders ----------------------------------------------------------- */

void camipc_mailbox_init(struct camipc_mailbox *mailbox, int fd)
{
	atomic_init(&mailbox->newest, NULL);
	mailbox->taken = NULL;
	atomic_init(&mailbox->attention,
		    fd < 0 ? CAMIPC_MAILBOX_AWAKE : CAMIPC_MAILBOX_AWAY);
	atomic_init(&mailbox->poked, false);
	atomic_init(&mailbox->alerted, false);
	atomic_init(&mailbox->signals, 0);
	mailbox->signals_read = 0;
	mailbox->fd = fd;
	mailbox->spin = (struct camipc_spin){ .limit_us = 0 };
}

static void signal_fd(struct camipc_mailbox *mailbox)
{
	const uint64_t one = 1;

	/* First: the write may wake a receiver that runs at once, in the place of
	 * this thread, and that must know what there is to read. */
	atomic_fetch_add(&mailbox->signals, 1);
	/* An eventfd's counter has room for more than anybody can write. */
	if (write(mailbox->fd, &one, sizeof(one)) < 0)
		atomic_fetch_sub(&mailbox->signals, 1);
}

void camipc_mailbox_wake(struct camipc_mailbox *mailbox)
{
	if (atomic_load(&mailbox->attention) == CAMIPC_MAILBOX_AWAKE)
		return;
	switch (atomic_exchange(&mailbox->attention, CAMIPC_MAILBOX_AWAKE)) {
	case CAMIPC_MAILBOX_ASLEEP:
		camipc_futex_wake(&mailbox->attention);
		break;
	case CAMIPC_MAILBOX_AWAY:
		signal_fd(mailbox);
		break;
	default:
		break;
	}
}

void camipc_mailbox_post(struct camipc_mailbox *mailbox,
			 struct camipc_record *record)
{
	struct camipc_record *newest = atomic_load(&mailbox->newest);
	/* Read now: a record that was posted has another owner. */
	const bool quiet = record->message.quiet;

	do {
		record->next = newest;
	} while (!atomic_compare_exchange_weak(&mailbox->newest, &newest,
					       record));
	if (!quiet)
		camipc_mailbox_wake(mailbox);
}

void camipc_mailbox_poke(struct camipc_mailbox *mailbox)
{
	int asleep = CAMIPC_MAILBOX_ASLEEP;

	atomic_store(&mailbox->poked, true);
	/* A receiver that is away keeps polling the descriptor. */
	if (atomic_compare_exchange_strong(&mailbox->attention, &asleep,
					   CAMIPC_MAILBOX_AWAKE))
		camipc_futex_wake(&mailbox->attention);
}

void camipc_mailbox_alert(struct camipc_mailbox *mailbox)
{
	atomic_store(&mailbox->alerted, true);
	camipc_mailbox_wake(mailbox);
}

/* ---- the receiver ------------------------------------------------------ */

/** Takes everything that was posted, and reverses its order. */
static void collect(struct camipc_mailbox *mailbox)
{
	struct camipc_record *record = atomic_exchange(&mailbox->newest, NULL);

	while (record) {
		struct camipc_record *older = record->next;

		record->next = mailbox->taken;
		mailbox->taken = record;
		record = older;
	}
}

struct camipc_record *camipc_mailbox_take(struct camipc_mailbox *mailbox)
{
	struct camipc_record *record;

	if (!mailbox->taken && atomic_load(&mailbox->newest))
		collect(mailbox);
	record = mailbox->taken;
	if (record) {
		mailbox->taken = record->next;
		record->next = NULL;
	}
	return record;
}

void camipc_mailbox_fini(struct camipc_mailbox *mailbox)
{
	struct camipc_record *record;

	while ((record = camipc_mailbox_take(mailbox)))
		camipc_record_release(record);
}

void camipc_mailbox_attend(struct camipc_mailbox *mailbox)
{
	atomic_store(&mailbox->attention, CAMIPC_MAILBOX_AWAKE);
}

/** Whether @fd is readable, or is about to be. */
static bool is_signalled(const struct camipc_mailbox *mailbox)
{
	return atomic_load(&mailbox->signals) != mailbox->signals_read;
}

/** Empties @fd. If there is nothing to read, a signal is still on its way. */
static void read_signals(struct camipc_mailbox *mailbox)
{
	uint64_t n;
	ssize_t size;

	do {
		size = read(mailbox->fd, &n, sizeof(n));
	} while (size < 0 && errno == EINTR);
	/* An eventfd adds up what was written. */
	if (size == sizeof(n))
		mailbox->signals_read += (uint32_t)n;
}

void camipc_mailbox_leave(struct camipc_mailbox *mailbox)
{
	int away = CAMIPC_MAILBOX_AWAY;

	if (mailbox->taken) {
		if (!is_signalled(mailbox))
			signal_fd(mailbox);
		return;
	}
	if (is_signalled(mailbox))
		read_signals(mailbox);
	atomic_store(&mailbox->attention, CAMIPC_MAILBOX_AWAY);
	/* What was posted just before was not signalled: do it now. */
	if ((atomic_load(&mailbox->newest) ||
	     camipc_mailbox_is_alerted(mailbox)) &&
	    atomic_compare_exchange_strong(&mailbox->attention, &away,
					   CAMIPC_MAILBOX_AWAKE))
		signal_fd(mailbox);
}

static bool has_mail(const struct camipc_mailbox *mailbox)
{
	return mailbox->taken || atomic_load(&mailbox->newest) ||
	       camipc_mailbox_is_alerted(mailbox);
}

/** While the receiver looks it is awake, and nobody wakes it. */
static void spin(struct camipc_mailbox *mailbox, int64_t deadline)
{
	struct camipc_spin_turn turn;
	int64_t ns = -1;

	if (mailbox->spin.limit_us == 0)
		return;
	if (deadline != CAMIPC_NO_DEADLINE) {
		ns = deadline - camipc_now();
		if (ns < 0)
			return;
	}
	for (camipc_spin_begin(&mailbox->spin, ns, &turn);
	     camipc_spin_goes_on(&turn);) {
		if (has_mail(mailbox)) {
			(void)camipc_spin_hit(&mailbox->spin);
			return;
		}
		if (atomic_load(&mailbox->poked))
			return;
	}
	camipc_spin_miss(&mailbox->spin, &turn);
}

int camipc_mailbox_wait(struct camipc_mailbox *mailbox, int64_t deadline)
{
	int ret = 0;

	if (!has_mail(mailbox))
		spin(mailbox, deadline);
	for (;;) {
		if (has_mail(mailbox))
			break;
		if (atomic_load(&mailbox->poked)) {
			atomic_store(&mailbox->poked, false);
			ret = -ECANCELED;
			break;
		}
		if (ret == -ETIMEDOUT)
			break;
		atomic_store(&mailbox->attention, CAMIPC_MAILBOX_ASLEEP);
		/* Posts after this store wake us: check for earlier ones. */
		if (has_mail(mailbox) || atomic_load(&mailbox->poked))
			continue;
		ret = camipc_futex_wait(&mailbox->attention,
					CAMIPC_MAILBOX_ASLEEP, deadline);
	}
	if (has_mail(mailbox))
		ret = 0;
	atomic_store(&mailbox->attention, CAMIPC_MAILBOX_AWAKE);
	return ret;
}
