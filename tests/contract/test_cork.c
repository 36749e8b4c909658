/* SPDX-License-Identifier: MIT */
/*
 * Tests camipc_proxy_cork(): calls of a corked proxy arrive, in order, whatever
 * uncorks it or ends it.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>

#include "contract.h"
#include "proxy.h"
#include "under_valgrind.h"

/* Only a failing test waits so long. */
#define PATIENCE_MS 20000

/** Some calls in the cork; @c has been told of all before. */
static void push_corked(struct contract *c, uint32_t n)
{
	const uint32_t first = (uint32_t)c->pushed.n;

	assert_int_equal(camipc_proxy_cork(c->proxy), 0);
	for (uint32_t i = 0; i < n; i++)
		assert_int_equal(test_echo_push(c->ipa, first + i), 0);
	assert_true(c->proxy->owes_wake);
}

static void wait_for_pushed(struct contract *c, size_t n)
{
	while (c->pushed.n < n)
		assert_in_range(camipc_proxy_dispatch_wait(c->proxy,
							   PATIENCE_MS),
				1, 64);
}

static void expect_pushed(struct contract *c, size_t n)
{
	wait_for_pushed(c, n);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(c->pushed.numbers[i], i);
	assert_int_equal(c->pushed.n, n);
}

/** Again and again, as only an IPA that sleeps can miss a wake-up. */
static void uncorking_wakes(void **state)
{
	struct contract *c = *state;
	const uint32_t n = (uint32_t)test_amount(1000, 300, 20);
	struct pollfd pfd = { .events = POLLIN };

	contract_running(c);
	/* By the descriptor: dispatch would wake the IPA, too. */
	pfd.fd = test_echo_get_fd(c->ipa);
	for (uint32_t i = 0; i < n; i++) {
		push_corked(c, 3);
		assert_int_equal(camipc_proxy_uncork(c->proxy), 0);
		assert_false(c->proxy->owes_wake);
		assert_int_equal(poll(&pfd, 1, PATIENCE_MS), 1);
		expect_pushed(c, 3 * (i + 1));
	}
	/* Both are idempotent. */
	assert_int_equal(camipc_proxy_uncork(c->proxy), 0);
	assert_int_equal(camipc_proxy_cork(c->proxy), 0);
	assert_int_equal(camipc_proxy_cork(c->proxy), 0);
	assert_int_equal(camipc_proxy_uncork(c->proxy), 0);
	assert_int_equal(test_echo_push(c->ipa, 3 * n), 0);
	assert_false(c->proxy->owes_wake);
	expect_pushed(c, 3 * n + 1);
}

static void dispatching_wakes(void **state)
{
	struct contract *c = *state;
	const uint32_t n = (uint32_t)test_amount(300, 100, 10);

	contract_running(c);
	for (uint32_t i = 0; i < n; i++) {
		push_corked(c, 2);
		expect_pushed(c, 2 * (i + 1));
	}
}

/** What callbacks call in a dispatch is not left behind. */
static void push_next(struct contract *c)
{
	if (c->pushed.n < 100)
		assert_int_equal(test_echo_push(c->ipa,
						(uint32_t)c->pushed.n), 0);
}

static void callbacks_wake(void **state)
{
	struct contract *c = *state;

	contract_running(c);
	push_corked(c, 1);
	c->on_event = push_next;
	assert_in_range(camipc_proxy_dispatch(c->proxy), 0, 64);
	/* Over the descriptor: waiting would dispatch once more. */
	contract_dispatch_events(c, 100);
	c->on_event = NULL;
	expect_pushed(c, 100);
}

static void other_calls_wake(void **state)
{
	struct contract *c = *state;
	struct contract_done done = { .c = c };

	contract_running(c);
	push_corked(c, 3);
	/* It comes after them: its answer shows that they have run. */
	contract_wait_for_ipa(c);
	assert_false(c->proxy->owes_wake);
	push_corked(c, 1);
	assert_int_equal(test_echo_slow_begin(c->ipa, 0, contract_done, &done),
			 0);
	assert_false(c->proxy->owes_wake);
	contract_dispatch_done(c, &done);
	assert_int_equal(done.ret, 0);
	push_corked(c, 1);
	assert_int_equal(test_echo_stop(c->ipa), 0);
	assert_false(c->proxy->owes_wake);
}

/** A host that gets no credit may wait for the descriptor. */
static void a_full_window_wakes(void **state)
{
	struct contract *c = *state;
	struct pollfd pfd = { .events = POLLIN };
	uint32_t n = 0;

	contract_running(c);
	pfd.fd = test_echo_get_fd(c->ipa);
	assert_int_equal(camipc_proxy_cork(c->proxy), 0);
	while (test_echo_push(c->ipa, n) == 0)
		n++;
	assert_int_equal(camipc_proxy_last_error(c->proxy), -EAGAIN);
	assert_false(c->proxy->owes_wake);
	/* How many events an IPA may raise for them is another question. */
	assert_int_equal(poll(&pfd, 1, PATIENCE_MS), 1);
	wait_for_pushed(c, 1);
}

/** The IPA is not to blame for what it does not know of. */
static void the_watchdog_waits(void **state)
{
	struct contract *c = *state;

	contract_running(c);
	camipc_proxy_set_watchdog(c->proxy, PATIENCE_MS);
	push_corked(c, 1);
	assert_int_equal(c->proxy->watchdog.time.deadline, CAMIPC_NO_DEADLINE);
	assert_int_equal(camipc_proxy_uncork(c->proxy), 0);
	assert_int_not_equal(c->proxy->watchdog.time.deadline,
			     CAMIPC_NO_DEADLINE);
	expect_pushed(c, 1);
}

/** It ends as ever, with calls that nobody was woken for. */
static void a_corked_ipa_ends(void **state)
{
	struct contract *c = *state;

	contract_running(c);
	push_corked(c, 2);
	if (!contract_is_local()) {
		contract_kill_worker(c, SIGKILL);
		contract_dispatch_closed(c);
		assert_int_equal(camipc_proxy_uncork(c->proxy), 0);
		assert_int_equal(test_echo_push(c->ipa, 2), -EPIPE);
	}
	/* The end of the test destroys it. */
}

static const struct CMUnitTest tests[] = {
	CONTRACT_TEST(uncorking_wakes),
	CONTRACT_TEST(dispatching_wakes),
	CONTRACT_TEST(callbacks_wake),
	CONTRACT_TEST(other_calls_wake),
	CONTRACT_TEST(a_full_window_wakes),
	CONTRACT_TEST(the_watchdog_waits),
	CONTRACT_TEST(a_corked_ipa_ends),
};

CONTRACT_MAIN(tests)
