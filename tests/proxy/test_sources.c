/* SPDX-License-Identifier: MIT */
/*
 * Tests waking the op thread of an IPA: at the moment that it opens the descriptor
 * for that, too.
 */
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cmocka.h>

#include "deadline.h"
#include "sources.h"

/* Only a failing test sleeps for so long. */
#define PATIENCE_MS 20000

static struct camipc_sources sources;
static int calls[2]; /* a pipe: no call comes */
static void (*before_open)(void);

int __real_eventfd(unsigned int count, int flags);
int __wrap_eventfd(unsigned int count, int flags);

int __wrap_eventfd(unsigned int count, int flags)
{
	void (*act)(void) = before_open;

	before_open = NULL;
	if (act)
		act();
	return __real_eventfd(count, flags);
}

static void give_up(void *user)
{
	(void)user;
}

static int set_up(void **state)
{
	(void)state;
	before_open = NULL;
	camipc_sources_init(&sources);
	if (pipe(calls) < 0)
		return -1;
	camipc_sources_begin(&sources);
	/* The end of a sleep that nobody ends. */
	return camipc_sources_add_timer(&sources,
					PATIENCE_MS * UINT64_C(1000000), 0,
					give_up, NULL) > 0
		       ? 0
		       : -1;
}

static int tear_down(void **state)
{
	(void)state;
	camipc_sources_close(&sources);
	camipc_sources_fini(&sources);
	close(calls[0]);
	close(calls[1]);
	return 0;
}

static void expect_no_sleep(void)
{
	const int64_t end =
		camipc_deadline_after(camipc_now(), PATIENCE_MS / 2);

	assert_int_equal(camipc_sources_poll(&sources, calls[0], POLLIN), 0);
	assert_true(camipc_now() < end);
}

static void wake(void)
{
	camipc_sources_wake(&sources);
}

static void a_wake_before_the_first_poll(void **state)
{
	(void)state;
	wake();
	expect_no_sleep();
}

static void a_wake_while_the_first_poll_begins(void **state)
{
	(void)state;
	before_open = wake;
	expect_no_sleep();
	assert_null(before_open);
}

/* It ends the next sleep, and then the descriptor is empty. */
static void a_wake_between_polls(void **state)
{
	uint64_t value;

	(void)state;
	wake();
	expect_no_sleep();
	wake();
	wake();
	expect_no_sleep();
	assert_int_equal(read(atomic_load(&sources.wake_fd), &value,
			      sizeof(value)),
			 -1);
	assert_false(atomic_load(&sources.woken));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_wake_before_the_first_poll),
		TEST(a_wake_while_the_first_poll_begins),
		TEST(a_wake_between_polls),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
