/* SPDX-License-Identifier: MIT */
/*
 * Tests sides that look for messages before they sleep (camipc_match.spin_us):
 * calls, events, deadlines and cancellation are as without it.
 */
#include <errno.h>
#include <pthread.h>
#include <sched.h>

#include <camipc/limits.h>

#include "contract.h"

#define N_CALLS 2000u

/** Another proxy instead of the test's own, with the longest time. */
static void run_spinning(struct contract *c)
{
	test_echo_destroy(c->ipa);
	contract_match.spin_us = CAMIPC_MAX_SPIN_US;
	c->ipa = contract_create(c);
	contract_match.spin_us = 0;
	c->proxy = test_echo_get_proxy(c->ipa);
	contract_running(c);
}

/** Waits for what was raised so far. */
static int wait_for_ipa(struct contract *c)
{
	uint32_t *numbers = NULL;
	size_t n = 0;
	int ret = test_echo_take_pushed(c->ipa, (const uint32_t **)&numbers, &n);

	camipc_clear_array(numbers);
	return ret;
}

static void calls_are_answered(void **state)
{
	struct contract *c = *state;

	run_spinning(c);
	for (uint32_t i = 0; i < N_CALLS; i++)
		assert_int_equal(wait_for_ipa(c), 0);
	contract_expect_state(c, CAMIPC_STATE_RUNNING);
}

static void events_arrive_in_order(void **state)
{
	struct contract *c = *state;

	run_spinning(c);
	for (uint32_t i = 0; i < N_CALLS; i++) {
		assert_int_equal(test_echo_push(c->ipa, i), 0);
		while (c->pushed.n <= i)
			assert_true(camipc_proxy_dispatch_wait(c->proxy, 5000) >=
				    0);
		assert_int_equal(c->pushed.numbers[i], i);
	}
}

/** A deadline that passes while a side looks. */
static void deadlines_hold(void **state)
{
	struct contract *c = *state;
	int64_t begin;

	run_spinning(c);
	begin = contract_now_ms();
	assert_int_equal(camipc_proxy_dispatch_wait(c->proxy, 20), 0);
	assert_true(contract_now_ms() - begin >= 20);
}

static void *cancel(void *user)
{
	struct contract *c = user;
	const uint64_t *before = c->context;

	/* Only once the call waits is there something to cancel. */
	while (contract_stats(c).calls == *before)
		sched_yield();
	camipc_proxy_cancel(c->proxy);
	return NULL;
}

/** However the other thread's call meets this one's look. */
static void calls_are_cancelled(void **state)
{
	struct contract *c = *state;
	pthread_t thread;
	uint64_t before;

	run_spinning(c);
	contract_plan(c, TEST_ECHO_PUSH, TEST_ECHO_BLOCK, 0);
	assert_int_equal(test_echo_push(c->ipa, 0), 0);
	before = contract_stats(c).calls;
	c->context = &before;
	assert_int_equal(pthread_create(&thread, NULL, cancel, c), 0);
	assert_int_equal(wait_for_ipa(c), -ECANCELED);
	pthread_join(thread, NULL);
	contract_open_gate(c);
}

static void too_long_is_refused(void **state)
{
	struct contract *c = *state;
	struct test_echo *ipa = NULL;

	contract_match.spin_us = CAMIPC_MAX_SPIN_US + 1;
	log_capture_begin();
	assert_int_equal(test_echo_create(c->manager, &contract_match,
					  &contract_events, c, &ipa),
			 -EINVAL);
	contract_match.spin_us = 0;
	assert_int_equal(log_capture_count(CAMIPC_LOG_ERROR, "spin_us 1001"),
			 1);
	log_capture_end();
	assert_null(ipa);
}

static const struct CMUnitTest tests[] = {
	CONTRACT_TEST(calls_are_answered),
	CONTRACT_TEST(events_arrive_in_order),
	CONTRACT_TEST(deadlines_hold),
	CONTRACT_TEST(calls_are_cancelled),
	CONTRACT_TEST(too_long_is_refused),
};

CONTRACT_MAIN(tests)
