/* SPDX-License-Identifier: MIT */
/* Tests camipc_proxy_dispatch_wait(), and what else ends a wait. */
#include <errno.h>
#include <poll.h>
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

/* ---- a descriptor that is asked for late --------------------------------- */

/* Events that nobody was to be woken for, so far. */
static void raise_events(struct contract *c)
{
	contract_running(c);
	assert_int_equal(camipc_proxy_dispatch_wait(c->proxy, 0), 0);
	for (uint32_t i = 0; i < 3; i++)
		assert_int_equal(test_echo_tick_many(c->ipa, i, 1), 0);
	/* The IPA has done all that by the time it answers. */
	assert_int_equal(test_echo_slow(c->ipa, 0), 0);
}

static void expect_readable(struct contract *c, int fd)
{
	struct pollfd pfd = { .fd = fd, .events = POLLIN };

	while (c->n_events < 3) {
		assert_int_equal(poll(&pfd, 1, PATIENCE_MS), 1);
		assert_true(test_echo_dispatch(c->ipa) >= 0);
	}
}

static void a_late_descriptor_has_everything(void **state)
{
	struct contract *c = *state;

	raise_events(c);
	expect_readable(c, camipc_proxy_get_fd(c->proxy));
	assert_int_equal(test_echo_stop(c->ipa), 0);
}

/* What comes afterwards, too, before any dispatch. */
static void a_late_descriptor_wakes(void **state)
{
	struct contract *c = *state;
	int fd;

	contract_running(c);
	assert_int_equal(camipc_proxy_dispatch_wait(c->proxy, 0), 0);
	fd = camipc_proxy_get_fd(c->proxy);
	for (uint32_t i = 0; i < 3; i++)
		assert_int_equal(test_echo_tick_many(c->ipa, i, 1), 0);
	expect_readable(c, fd);
	assert_int_equal(test_echo_stop(c->ipa), 0);
}

static void *get_fd(void *user)
{
	const struct contract *c = user;

	return (void *)(intptr_t)camipc_proxy_get_fd(c->proxy);
}

/* Any thread may ask. */
static void another_thread_gets_the_descriptor(void **state)
{
	struct contract *c = *state;
	pthread_t thread;
	void *fd;

	raise_events(c);
	assert_int_equal(pthread_create(&thread, NULL, get_fd, c), 0);
	pthread_join(thread, &fd);
	expect_readable(c, (int)(intptr_t)fd);
	assert_int_equal(test_echo_stop(c->ipa), 0);
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
	CONTRACT_TEST(a_late_descriptor_has_everything),
	CONTRACT_TEST(a_late_descriptor_wakes),
	CONTRACT_TEST(another_thread_gets_the_descriptor),
	CONTRACT_TEST(not_in_a_callback),
};
CONTRACT_MAIN(tests)
