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

/** Nobody else reads the timer: a failure means that it has not expired. */
static void drain(struct camipc_signals *signals)
{
	uint64_t value;

	signals->woken = false;
	signals->timer_deadline = CAMIPC_NO_DEADLINE;
	while (read(signals->timer_fd, &value, sizeof(value)) < 0 &&
	       errno == EINTR)
		;
}

static bool is_cancelled(const struct camipc_signals *signals)
{
	return atomic_load(&signals->cancels) != signals->cancels_taken;
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
	/* Another thread may have cancelled in between, and lost its time. */
	if (is_cancelled(signals) || atomic_load(&signals->nudged))
		camipc_signals_wake(signals);
}

bool camipc_signals_clear(struct camipc_signals *signals)
{
	const bool expired = signals->timer_deadline != CAMIPC_NO_DEADLINE &&
			     signals->timer_deadline <= camipc_now();

	if (signals->woken || expired)
		drain(signals);
	return atomic_load(&signals->cancel_written) || is_cancelled(signals) ||
	       atomic_load(&signals->nudged);
}

bool camipc_signals_cancel(struct camipc_signals *signals)
{
	atomic_fetch_add(&signals->cancels, 1);
	if (!set_timer(signals, LONG_AGO))
		return false;
	/* Only now: an owner that sees the flag finds the timer expired. */
	atomic_store(&signals->cancel_written, true);
	return true;
}

void camipc_signals_nudge(struct camipc_signals *signals)
{
	atomic_store(&signals->nudged, true);
	(void)set_timer(signals, LONG_AGO);
}

uint32_t camipc_signals_take_cancel(struct camipc_signals *signals)
{
	atomic_store(&signals->nudged, false);
	atomic_store(&signals->cancel_written, false);
	signals->cancels_taken = atomic_load(&signals->cancels);
	drain(signals);
	return signals->cancels_taken;
}
