/* SPDX-License-Identifier: MIT */
/*
 * Tests that a proxy whose IPA has nothing to do leaves an event loop asleep, in
 * each state, and also after another thread has made its descriptor readable.
 */
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>

#include "contract.h"

/* A loop that nothing wakes for so long is at rest. */
#define QUIET_MS 40

/* More often than what was under way explains: 60 events may come one by one. */
#define MANY 200

/* Dispatches as an event loop does, until nothing wakes that for a while. */
static void expect_rest(struct contract *c)
{
	struct pollfd pfd = {
		.fd = test_echo_get_fd(c->ipa),
		.events = POLLIN,
	};

	for (int i = 0; poll(&pfd, 1, QUIET_MS) > 0; i++) {
		assert_in_range(i, 0, MANY);
		(void)!test_echo_dispatch(c->ipa);
	}
}

static void *disturb(void *user)
{
	struct contract *c = user;

	camipc_proxy_cancel(c->proxy);
	(void)camipc_proxy_get_fd(c->proxy);
	return NULL;
}

/* The same once more, after another thread has cancelled. */
static void expect_rest_twice(struct contract *c)
{
	pthread_t thread;

	expect_rest(c);
	assert_int_equal(pthread_create(&thread, NULL, disturb, c), 0);
	pthread_join(thread, NULL);
	expect_rest(c);
}

static void in_each_state(void **state)
{
	struct contract *c = *state;

	expect_rest_twice(c);
	contract_init(c);
	expect_rest_twice(c);
	contract_start(c);
	expect_rest_twice(c);
	assert_int_equal(test_echo_stop(c->ipa), 0);
	expect_rest_twice(c);
}

/* After calls, events, and a begun call, that woke it. */
static void after_work(void **state)
{
	struct contract *c = *state;
	struct contract_done done = { 0 };

	contract_running(c);
	assert_int_equal(test_echo_tick_many(c->ipa, 0, 60), 0);
	assert_int_equal(test_echo_slow(c->ipa, 1), 1);
	expect_rest_twice(c);
	assert_int_equal(c->ticks.n, 60);
	assert_int_equal(test_echo_slow_begin(c->ipa, 1, contract_done, &done),
			 0);
	expect_rest_twice(c);
	assert_int_equal(done.n, 1);
	for (uint32_t i = 0; i < 3; i++)
		assert_int_equal(test_echo_push(c->ipa, i), 0);
	expect_rest_twice(c);
	assert_int_equal(c->pushed.n, 3);
}

/* A host that waited, and asks for the descriptor later. */
static void after_waiting(void **state)
{
	struct contract *c = *state;

	contract_running(c);
	assert_int_equal(test_echo_tick_many(c->ipa, 0, 1), 0);
	while (c->ticks.n == 0)
		assert_true(camipc_proxy_dispatch_wait(c->proxy, -1) > 0);
	expect_rest_twice(c);
}

static void after_the_end(void **state)
{
	struct contract *c = *state;

	contract_running(c);
	contract_plan(c, TEST_ECHO_STOP, TEST_ECHO_BLOCK, 0);
	camipc_proxy_set_timeout(c->proxy, 50);
	assert_int_equal(test_echo_stop(c->ipa), -ETIMEDOUT);
	expect_rest_twice(c);
	contract_expect_state(c, CAMIPC_STATE_DEAD);
	assert_int_equal(c->n_closed, 1);
	contract_open_gate(c);
}

static const struct CMUnitTest tests[] = {
	CONTRACT_TEST(in_each_state),
	CONTRACT_TEST(after_work),
	CONTRACT_TEST(after_waiting),
	CONTRACT_TEST(after_the_end),
};

CONTRACT_MAIN(tests)
