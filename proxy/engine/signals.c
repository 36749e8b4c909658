/* SPDX-License-Identifier: MIT */
/* A proxy's own descriptors: wake-up, timer and cancellation in one epoll. */
#include "signals.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "clock.h"
#include "deadline.h"

void camipc_signals_prepare(struct camipc_signals *signals)
{
	memset(signals, 0, sizeof(*signals));
	signals->epoll_fd = -1;
	signals->wake_fd = -1;
	signals->cancel_fd = -1;
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
	int ret;

	signals->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (signals->epoll_fd < 0)
		return -errno;
	signals->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	ret = watch(signals, signals->wake_fd);
	if (ret < 0)
		return ret;
	signals->cancel_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	ret = watch(signals, signals->cancel_fd);
	if (ret < 0)
		return ret;
	signals->timer_fd =
		timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	return watch(signals, signals->timer_fd);
}

static void close_fd(int fd)
{
	if (fd >= 0)
		close(fd);
}

void camipc_signals_fini(struct camipc_signals *signals)
{
	close_fd(signals->timer_fd);
	close_fd(signals->cancel_fd);
	close_fd(signals->wake_fd);
	close_fd(signals->epoll_fd);
	camipc_signals_prepare(signals);
}

static bool write_one(int fd)
{
	const uint64_t one = 1;

	/* The counter of an eventfd does not fill up with ones. */
	return write(fd, &one, sizeof(one)) > 0;
}

/** Nobody else reads these descriptors: a failure means that @fd is empty. */
static void drain(int fd)
{
	uint64_t value;

	while (read(fd, &value, sizeof(value)) < 0 && errno == EINTR)
		;
}

void camipc_signals_wake(struct camipc_signals *signals)
{
	if (!signals->woken)
		signals->woken = write_one(signals->wake_fd);
}

void camipc_signals_arm(struct camipc_signals *signals, int64_t deadline)
{
	struct itimerspec when = { 0 };

	if (deadline >= signals->timer_deadline)
		return;
	when.it_value = camipc_ns_to_timespec((uint64_t)deadline);
	if (timerfd_settime(signals->timer_fd, TFD_TIMER_ABSTIME, &when,
			    NULL) == 0)
		signals->timer_deadline = deadline;
}

bool camipc_signals_clear(struct camipc_signals *signals)
{
	if (signals->woken) {
		signals->woken = false;
		drain(signals->wake_fd);
	}
	if (signals->timer_deadline != CAMIPC_NO_DEADLINE &&
	    signals->timer_deadline <= camipc_now()) {
		signals->timer_deadline = CAMIPC_NO_DEADLINE;
		drain(signals->timer_fd);
	}
	return atomic_load(&signals->cancel_written) ||
	       atomic_load(&signals->cancels) != signals->cancels_taken;
}

bool camipc_signals_cancel(struct camipc_signals *signals)
{
	atomic_fetch_add(&signals->cancels, 1);
	if (!write_one(signals->cancel_fd))
		return false;
	/* Only now: a reader that sees the flag finds cancel_fd readable. */
	atomic_store(&signals->cancel_written, true);
	return true;
}

uint32_t camipc_signals_take_cancel(struct camipc_signals *signals)
{
	atomic_store(&signals->cancel_written, false);
	signals->cancels_taken = atomic_load(&signals->cancels);
	drain(signals->cancel_fd);
	return atomic_load(&signals->cancels);
}
