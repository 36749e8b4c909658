/* SPDX-License-Identifier: MIT */
/* Tests camipc_proxy_dispatch_wait(), and what else ends a wait. */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <unistd.h>

#include "contract.h"
#include "under_valgrind.h"

/* Only a failing test waits so long. */
#define PATIENCE_MS 20000

static int wait_for_events(struct contract *c)
{
	return camipc_proxy_dispatch_wait(c->proxy, PATIENCE_MS);
}

/* Each event ends one wait, and the descriptor is not needed for it. */
static void events_end_the_wait(void **state)
{
	struct contract *c = *state;
	const uint32_t n = (uint32_t)test_amount(2000, 400, 20);

	contract_running(c);
	for (uint32_t i = 0; i < n; i++) {
		assert_int_equal(test_echo_tick_many(c->ipa, i, 1), 0);
		while (c->ticks.n <= i)
			assert_in_range(wait_for_events(c), 1, 64);
		assert_int_equal(c->ticks.numbers[i], i);
	}
	assert_int_equal(test_echo_stop(c->ipa), 0);
}

/* A host may change between both ways at any time. */
static void waits_and_polls_mix(void **state)
{
	struct contract *c = *state;
	const uint32_t n = (uint32_t)test_amount(300, 100, 10);

	contract_running(c);
	for (uint32_t i = 0; i < n; i++) {
		assert_int_equal(test_echo_tick_many(c->ipa, i, 1), 0);
		if (i % 2)
			contract_dispatch_events(c, i + 1);
		while (c->n_events <= i)
			assert_in_range(wait_for_events(c), 1, 64);
		if (i % 3 == 0)
			assert_int_equal(test_echo_slow(c->ipa, 0), 0);
	}
	assert_int_equal(c->ticks.n, n);
	assert_int_equal(test_echo_stop(c->ipa), 0);
}

/* Without an event it lasts as long as was asked, and no time at all for 0. */
static void the_time_ends_the_wait(void **state)
{
	struct contract *c = *state;
	int64_t began = contract_now_ms();

	contract_running(c);
	assert_int_equal(camipc_proxy_dispatch_wait(c->proxy, 0), 0);
	began = contract_now_ms();
	assert_int_equal(camipc_proxy_dispatch_wait(c->proxy, 30), 0);
	assert_true(contract_now_ms() - began >= 30);
	assert_true(contract_now_ms() - began < PATIENCE_MS / 2);
	assert_int_equal(test_echo_stop(c->ipa), 0);
}

static atomic_bool is_cancelled;

/* Nobody can see that another thread sleeps: it asks until that has ended. */
static void *cancel(void *user)
{
	struct contract *c = user;

	while (!atomic_load(&is_cancelled)) {
		camipc_proxy_cancel(c->proxy);
		for (int i = 0; i < 100; i++)
			sched_yield();
	}
	return NULL;
}

/* By another thread, whatever this one sleeps on. */
static void a_cancellation_ends_the_wait(void **state)
{
	struct contract *c = *state;
	const int64_t began = contract_now_ms();
	pthread_t thread;

	contract_running(c);
	atomic_store(&is_cancelled, false);
	assert_int_equal(pthread_create(&thread, NULL, cancel, c), 0);
	assert_int_equal(wait_for_events(c), -ECANCELED);
	atomic_store(&is_cancelled, true);
	pthread_join(thread, NULL);
	assert_true(contract_now_ms() - began < PATIENCE_MS / 2);
	/* It was for that wait only. */
	assert_int_equal(camipc_proxy_dispatch_wait(c->proxy, 10), 0);
	assert_int_equal(test_echo_stop(c->ipa), 0);
}

/* The deadline of a begun call ends it, without an answer. */
static void a_deadline_ends_the_wait(void **state)
{
	struct contract *c = *state;
	struct contract_done done = { .c = c };

	contract_running(c);
	contract_plan(c, TEST_ECHO_SLOW, TEST_ECHO_BLOCK, 0);
	camipc_proxy_set_timeout(c->proxy, 50);
	assert_int_equal(test_echo_slow_begin(c->ipa, 1, contract_done,
					      &done), 0);
	while (done.n == 0)
		assert_in_range(wait_for_events(c), 1, 64);
	contract_open_gate(c);
}

/* `closed` comes out of it, and from then on it fails. */
static void a_death_ends_the_wait(void **state)
{
	struct contract *c = *state;
	const int64_t began = contract_now_ms();

	if (contract_is_local())
		skip();
	contract_running(c);
	contract_kill_worker(c, SIGKILL);
	while (c->n_closed == 0)
		assert_true(wait_for_events(c) > 0);
	assert_true(contract_now_ms() - began < PATIENCE_MS / 2);
	assert_int_equal(c->closed.reason, CAMIPC_REASON_SIGNALED);
	assert_int_equal(wait_for_events(c), -EPIPE);
}

static void nest(struct contract *c)
{
	assert_int_equal(wait_for_events(c), -EBUSY);
}

/* In a callback there is nobody who could be waited for. */
static void not_in_a_callback(void **state)
{
	struct contract *c = *state;

	contract_running(c);
	c->on_event = nest;
	assert_int_equal(test_echo_tick_many(c->ipa, 1, 1), 0);
	assert_in_range(wait_for_events(c), 1, 64);
	assert_int_equal(c->ticks.n, 1);
	assert_int_equal(test_echo_stop(c->ipa), 0);
}

static const struct CMUnitTest tests[] = {
	CONTRACT_TEST(events_end_the_wait),
	CONTRACT_TEST(waits_and_polls_mix),
	CONTRACT_TEST(the_time_ends_the_wait),
	CONTRACT_TEST(a_cancellation_ends_the_wait),
	CONTRACT_TEST(a_deadline_ends_the_wait),
	CONTRACT_TEST(a_death_ends_the_wait),
	CONTRACT_TEST(not_in_a_callback),
};
CONTRACT_MAIN(tests)
