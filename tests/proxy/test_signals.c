/* SPDX-License-Identifier: MIT */
/*
 * Tests the timer of a proxy's descriptor where it is hard to meet: a timer that
 * was set to the past and expires later than the call returns, and an owner that
 * looks, or arms the timer again, while another thread knocks.
 */
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "deadline.h"
#include "signals.h"

/* As an interrupt that comes late: expiry, after the call. */
#define LATE_MS 20

#define FAR_AWAY_MS 100000

static struct camipc_signals signals;

static struct {
	bool expiry_is_late;
	/* What the owner does before and after the timer of a knock is set. */
	void (*before)(void);
	void (*after)(void);
} play;

int __real_timerfd_settime(int fd, int flags, const struct itimerspec *when,
			   struct itimerspec *ret_old);
int __wrap_timerfd_settime(int fd, int flags, const struct itimerspec *when,
			   struct itimerspec *ret_old);

static void act(void (**step)(void))
{
	void (*taken)(void) = *step;

	*step = NULL;
	if (taken)
		taken();
}

int __wrap_timerfd_settime(int fd, int flags, const struct itimerspec *when,
			   struct itimerspec *ret_old)
{
	const struct itimerspec late = {
		.it_value.tv_nsec = LATE_MS * 1000000L,
	};
	const bool is_past = (flags & TFD_TIMER_ABSTIME) &&
			     when->it_value.tv_sec == 0 && when->it_value.tv_nsec > 0;
	int ret;

	if (!is_past)
		return __real_timerfd_settime(fd, flags, when, ret_old);
	act(&play.before);
	ret = play.expiry_is_late ?
		      __real_timerfd_settime(fd, 0, &late, ret_old) :
		      __real_timerfd_settime(fd, flags, when, ret_old);
	act(&play.after);
	return ret;
}

static int set_up(void **state)
{
	(void)state;
	play.expiry_is_late = false;
	play.before = NULL;
	play.after = NULL;
	camipc_signals_prepare(&signals);
	return camipc_signals_open(&signals);
}

static int tear_down(void **state)
{
	(void)state;
	camipc_signals_fini(&signals);
	return 0;
}

/* Long enough for a late expiry. */
static bool becomes_readable(void)
{
	struct pollfd pfd = { .fd = signals.epoll_fd, .events = POLLIN };

	return poll(&pfd, 1, 3 * LATE_MS) > 0;
}

/* ---- late expiry ------------------------------------------------------------ */

static void clearing_takes_back_a_wake(void **state)
{
	(void)state;
	play.expiry_is_late = true;
	camipc_signals_wake(&signals);
	assert_false(camipc_signals_clear(&signals));
	assert_false(becomes_readable());
}

static void clearing_takes_back_a_deadline(void **state)
{
	(void)state;
	play.expiry_is_late = true;
	camipc_signals_arm(&signals, 1);
	assert_false(camipc_signals_clear(&signals));
	assert_false(becomes_readable());
}

static void taking_takes_back_a_knock(void **state)
{
	(void)state;
	play.expiry_is_late = true;
	assert_true(camipc_signals_knock(&signals));
	assert_true(camipc_signals_clear(&signals));
	(void)camipc_signals_take_knock(&signals);
	assert_false(camipc_signals_clear(&signals));
	assert_false(becomes_readable());
}

static void a_wake_comes_late_but_comes(void **state)
{
	(void)state;
	play.expiry_is_late = true;
	camipc_signals_wake(&signals);
	assert_true(becomes_readable());
}

/* ---- an owner at the same time ----------------------------------------------- */

static void look(void)
{
	if (camipc_signals_clear(&signals))
		(void)camipc_signals_take_knock(&signals);
}

static void arm(void)
{
	camipc_signals_arm(&signals,
			   camipc_deadline_after(camipc_now(), FAR_AWAY_MS));
}

static void look_and_arm(void)
{
	look();
	arm();
}

static void cancel(void)
{
	assert_true(camipc_signals_cancel(&signals));
}

static void knock(void)
{
	assert_true(camipc_signals_knock(&signals));
}

static void (*const knocks[])(void) = { knock, cancel };
static void (*const steps[])(void) = { NULL, look, arm, look_and_arm };

#define N_STEPS (sizeof(steps) / sizeof(steps[0]))

static bool looks(void (*step)(void))
{
	return step == look || step == look_and_arm;
}

/* Whatever the owner did meanwhile: it looks again, if it has not, and rests. */
static void try_knock(void (*act_now)(void), void (*before)(void),
		      void (*after)(void))
{
	play.before = before;
	play.after = after;
	act_now();
	assert_true(looks(before) || looks(after) || becomes_readable());
	look();
	assert_false(becomes_readable());
}

static void no_knock_is_lost_and_none_stays(void **state)
{
	for (size_t i = 0; i < 2 * N_STEPS * N_STEPS; i++) {
		(void)tear_down(state);
		assert_int_equal(set_up(state), 0);
		try_knock(knocks[i % 2], steps[i / 2 % N_STEPS],
			  steps[i / 2 / N_STEPS]);
	}
}

/* A thread that knocks while the timer is armed finds it replaced. */
static void arming_keeps_a_knock(void **state)
{
	(void)state;
	arm();
	knock();
	camipc_signals_arm(&signals,
			   camipc_deadline_after(camipc_now(), FAR_AWAY_MS / 2));
	assert_true(becomes_readable());
}

static void cancellations_are_counted(void **state)
{
	(void)state;
	knock();
	assert_int_equal(camipc_signals_take_knock(&signals), 0);
	cancel();
	cancel();
	assert_int_equal(camipc_signals_count_cancels(&signals), 2);
	assert_int_equal(camipc_signals_take_knock(&signals), 2);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(clearing_takes_back_a_wake),
		TEST(clearing_takes_back_a_deadline),
		TEST(taking_takes_back_a_knock),
		TEST(a_wake_comes_late_but_comes),
		TEST(no_knock_is_lost_and_none_stays),
		TEST(arming_keeps_a_knock),
		TEST(cancellations_are_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
