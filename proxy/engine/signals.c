/* SPDX-License-Identifier: MIT */
/* A proxy's own descriptors: an epoll, and one timer for all its wake-ups. */
#include "signals.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "clock.h"
#include "deadline.h"

void camipc_signals_prepare(struct camipc_signals *signals)
{
	memset(signals, 0, sizeof(*signals));
	signals->epoll_fd = -1;
	signals->timer_fd = -1;
	signals->timer_deadline = CAMIPC_NO_DEADLINE;
}

/** Adds @fd, the result of a call that may have failed. */
static int watch(const struct camipc_signals *signals, int fd)
{
	struct epoll_event event = { .events = EPOLLIN, .data.fd = fd };

	if (fd < 0)
		return -errno;
	return epoll_ctl(signals->epoll_fd, EPOLL_CTL_ADD, fd, &event) < 0
		       ? -errno
		       : 0;
}

int camipc_signals_open(struct camipc_signals *signals)
{
	const struct itimerspec never = { 0 };
	int ret;

	signals->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (signals->epoll_fd < 0)
		return -errno;
	signals->timer_fd =
		timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	ret = watch(signals, signals->timer_fd);
	if (ret < 0)
		return ret;
	/* Where it is refused, no deadline would ever expire. */
	return timerfd_settime(signals->timer_fd, 0, &never, NULL) < 0 ? -errno
								       : 0;
}

static void close_fd(int fd)
{
	if (fd >= 0)
		close(fd);
}

void camipc_signals_fini(struct camipc_signals *signals)
{
	close_fd(signals->timer_fd);
	close_fd(signals->epoll_fd);
	camipc_signals_prepare(signals);
}

/** A time that has passed, as the clock has it, and disarms no timer. */
#define LONG_AGO 1

/** Makes the timer expire at @deadline: at once, if that has passed. */
static bool set_timer(const struct camipc_signals *signals, int64_t deadline)
{
	struct itimerspec when = { 0 };

	when.it_value = camipc_ns_to_timespec(
		deadline > LONG_AGO ? (uint64_t)deadline : LONG_AGO);
	return timerfd_settime(signals->timer_fd, TFD_TIMER_ABSTIME, &when,
			       NULL) == 0;
}

/**
 * Disarms the timer, which also takes back what has expired. Reading it would not
 * do: a timer that was set to the past expires a moment later, in an interrupt,
 * and one that expired after the read would be readable for ever.
 */
static void drain(struct camipc_signals *signals)
{
	const struct itimerspec never = { 0 };

	signals->woken = false;
	signals->timer_deadline = CAMIPC_NO_DEADLINE;
	(void)timerfd_settime(signals->timer_fd, 0, &never, NULL);
}

void camipc_signals_wake(struct camipc_signals *signals)
{
	if (!signals->woken)
		signals->woken = set_timer(signals, LONG_AGO);
}

void camipc_signals_arm(struct camipc_signals *signals, int64_t deadline)
{
	/* A timer that woke its owner is armed again once that has looked. */
	if (signals->woken || deadline >= signals->timer_deadline)
		return;
	if (set_timer(signals, deadline))
		signals->timer_deadline = deadline;
	/* Another thread may have knocked in between, and lost its time. */
	if (atomic_load(&signals->knocked))
		camipc_signals_wake(signals);
}

bool camipc_signals_clear(struct camipc_signals *signals)
{
	const bool expired = signals->timer_deadline != CAMIPC_NO_DEADLINE &&
			     signals->timer_deadline <= camipc_now();

	if (signals->woken || expired)
		drain(signals);
	return atomic_load(&signals->knocked);
}

/*
 * The owner may drain and arm at any time, so the flag is set twice: before the
 * timer expires, for an owner that arms it again, and after, for one that had
 * drained it already. A flag without an expired timer costs a look; the other
 * way round the descriptor would be readable for ever.
 */
bool camipc_signals_knock(struct camipc_signals *signals)
{
	atomic_store(&signals->knocked, true);
	if (!set_timer(signals, LONG_AGO))
		return false;
	atomic_store(&signals->knocked, true);
	return true;
}

bool camipc_signals_cancel(struct camipc_signals *signals)
{
	atomic_fetch_add(&signals->cancels, 1);
	return camipc_signals_knock(signals);
}

uint32_t camipc_signals_take_knock(struct camipc_signals *signals)
{
	atomic_store(&signals->knocked, false);
	drain(signals);
	return camipc_signals_count_cancels(signals);
}
