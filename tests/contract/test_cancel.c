/* SPDX-License-Identifier: MIT */
/* Tests camipc_proxy_cancel(): of calls that wait, of begun ones, and of none. */
#include <errno.h>
#include <pthread.h>
#include <sched.h>

#include "contract.h"

static void *cancel_later(void *user)
{
	struct contract *c = user;

	/* Only once the call waits is there something to cancel. */
	while (contract_stats(c).calls < 4)
		sched_yield();
	camipc_proxy_cancel(c->proxy);
	return NULL;
}

static void cancel_from_another_thread(void **state)
{
	struct contract *c = *state;
	pthread_t thread;

	contract_running(c);
	contract_plan(c, TEST_ECHO_SLOW, TEST_ECHO_BLOCK, 0);
	camipc_proxy_set_timeout(c->proxy, 60000);
	assert_int_equal(contract_stats(c).calls, 3);
	assert_int_equal(pthread_create(&thread, NULL, cancel_later, c), 0);
	assert_int_equal(test_echo_slow(c->ipa, 1), -ECANCELED);
	pthread_join(thread, NULL);
	contract_expect_state(c, CAMIPC_STATE_RUNNING);
	assert_int_equal(camipc_proxy_last_error(c->proxy), -ECANCELED);
	contract_open_gate(c);
	/* The IPA goes on, and so do later calls. */
	assert_int_equal(test_echo_slow(c->ipa, 2), 2);
	assert_int_equal(contract_stats(c).late_replies, 1);
}

static void cancel_without_a_call(void **state)
{
	struct contract *c = *state;

	contract_running(c);
	camipc_proxy_cancel(c->proxy);
	assert_int_equal(test_echo_slow(c->ipa, 2), 2);
	camipc_proxy_cancel(c->proxy);
	contract_dispatch_all(c);
	assert_int_equal(test_echo_slow(c->ipa, 3), 3);
}

static void cancel_begun_calls(void **state)
{
	struct contract *c = *state;
	struct contract_done done[3] = { { 0 } };

	contract_running(c);
	contract_plan(c, TEST_ECHO_SLOW, TEST_ECHO_BLOCK, 0);
	for (int i = 0; i < 3; i++)
		assert_int_equal(test_echo_slow_begin(c->ipa, 1, contract_done,
						      &done[i]),
				 0);
	camipc_proxy_cancel(c->proxy);
	contract_dispatch_done(c, &done[2]);
	contract_open_gate(c);
	assert_int_equal(test_echo_slow(c->ipa, 5), 5);
	contract_dispatch_all(c);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(done[i].n, 1);
		assert_int_equal(done[i].ret, -ECANCELED);
	}
	assert_int_equal(contract_stats(c).late_replies, 3);
}

/** The switch goes on: what it leads to is known, and only then. */
static void cancel_a_start(void **state)
{
	struct contract *c = *state;
	struct contract_done done = { 0 };

	contract_ready(c);
	contract_plan(c, TEST_ECHO_START, TEST_ECHO_BLOCK, 0);
	assert_int_equal(test_echo_start_begin(c->ipa, contract_done, &done),
			 0);
	camipc_proxy_cancel(c->proxy);
	contract_dispatch_done(c, &done);
	assert_int_equal(done.ret, -ECANCELED);
	contract_expect_state(c, CAMIPC_STATE_STARTING);
	assert_int_equal(test_echo_start(c->ipa), -EBUSY);
	contract_open_gate(c);
	while (camipc_proxy_get_state(c->proxy) == CAMIPC_STATE_STARTING)
		contract_dispatch_all(c);
	contract_expect_state(c, CAMIPC_STATE_RUNNING);
	assert_int_equal(done.n, 1);
}

static const struct CMUnitTest tests[] = {
	CONTRACT_TEST(cancel_from_another_thread),
	CONTRACT_TEST(cancel_without_a_call),
	CONTRACT_TEST(cancel_begun_calls),
	CONTRACT_TEST(cancel_a_start),
};

CONTRACT_MAIN(tests)
