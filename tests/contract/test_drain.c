/* SPDX-License-Identifier: MIT */
/*
 * Tests the draining stop: everything that the IPA raised before it answered is
 * delivered from inside, and nothing after it.
 */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <time.h>

#include "contract.h"
#include "proxy.h"

/** The IPA raises @n ticks in its stop. */
static void tick_in_stop(struct contract *c, int32_t n)
{
	contract_plan(c, TEST_ECHO_STOP, TEST_ECHO_TICK, n);
}

static void expect_nothing_more(struct contract *c)
{
	const size_t n = c->n_events;

	contract_dispatch_all(c);
	assert_int_equal(c->n_events, n);
	assert_int_equal(contract_stats(c).events_dropped, 0);
}

/** Main job: the metadata of the last frames, raised before and in stop. */
static void last_events_are_delivered(void **state)
{
	struct contract *c = *state;

	contract_running(c);
	tick_in_stop(c, 5);
	assert_int_equal(test_echo_tick_many(c->ipa, 100, 10), 0);
	assert_int_equal(test_echo_stop_drain(c->ipa), 0);
	contract_expect_state(c, CAMIPC_STATE_STOPPED);
	assert_int_equal(c->ticks.n, 15);
	for (uint32_t i = 0; i < 10; i++)
		assert_int_equal(c->ticks.numbers[i], 100 + i);
	expect_nothing_more(c);
	/* Stopped already; and another run is one as any. */
	assert_int_equal(test_echo_stop_drain(c->ipa), 0);
	contract_start(c);
	assert_int_equal(test_echo_tick_many(c->ipa, 7, 1), 0);
	assert_int_equal(test_echo_stop_drain(c->ipa), 0);
	assert_int_equal(c->ticks.numbers[c->ticks.n - 1], 7);
}

static void not_running(void **state)
{
	struct contract *c = *state;

	assert_int_equal(test_echo_stop_drain(c->ipa), 0);
	contract_ready(c);
	assert_int_equal(test_echo_stop_drain(c->ipa), 0);
	assert_int_equal(camipc_drain_all(&c->proxy, 1), 0);
	contract_expect_state(c, CAMIPC_STATE_READY);
}

/** A window of events is no dead end: the wait consumes them. */
static void more_than_a_window(void **state)
{
	struct contract *c = *state;

	contract_running(c);
	assert_int_equal(test_echo_tick_kept(c->ipa, 0, 200), 0);
	assert_int_equal(test_echo_slow(c->ipa, 1), 1);
	assert_int_equal(test_echo_stop_drain(c->ipa), 0);
	assert_int_equal(c->kept.n, 200);
	for (uint32_t i = 0; i < 200; i++)
		assert_int_equal(c->kept.numbers[i], i);
	expect_nothing_more(c);
}

static void use_proxy(struct contract *c)
{
	assert_int_equal(test_echo_push(c->ipa, 1), -ESHUTDOWN);
	assert_int_equal(test_echo_dispatch(c->ipa), -EBUSY);
	assert_int_equal(test_echo_stop(c->ipa), -EBUSY);
	assert_int_equal(test_echo_stop_drain(c->ipa), -EBUSY);
	assert_int_equal(camipc_stop_all(&c->proxy, 1), -EBUSY);
	assert_int_equal(camipc_drain_all(&c->proxy, 1), -EBUSY);
	assert_int_equal(test_echo_start(c->ipa), -EBUSY);
	assert_int_equal(test_echo_temperature(c->ipa, 1, NULL), -EBUSY);
	contract_expect_state(c, CAMIPC_STATE_STOPPING);
}

static void callbacks_are_callbacks(void **state)
{
	struct contract *c = *state;

	contract_running(c);
	tick_in_stop(c, 3);
	c->on_event = use_proxy;
	assert_int_equal(test_echo_stop_drain(c->ipa), 0);
	assert_int_equal(c->ticks.n, 3);
}

static void drain(struct contract *c)
{
	assert_int_equal(test_echo_stop_drain(c->ipa), -EBUSY);
	contract_expect_state(c, CAMIPC_STATE_RUNNING);
}

/** It makes callbacks itself, and thus is not for callbacks. */
static void not_in_a_callback(void **state)
{
	struct contract *c = *state;

	contract_running(c);
	c->on_event = drain;
	assert_int_equal(test_echo_tick_many(c->ipa, 1, 1), 0);
	contract_dispatch_events(c, 1);
	c->on_event = NULL;
	assert_int_equal(test_echo_stop_drain(c->ipa), 0);
}

static void destroy(struct contract *c)
{
	test_echo_destroy(c->ipa);
	/* The proxy exists until the stop returns. */
	contract_expect_state(c, CAMIPC_STATE_STOPPING);
	c->ipa = NULL;
}

static void destroy_in_a_callback(void **state)
{
	struct contract *c = *state;
	struct test_echo *ipa = c->ipa;

	contract_running(c);
	tick_in_stop(c, 3);
	assert_int_equal(test_echo_tick_many(c->ipa, 1, 3), 0);
	c->on_event = destroy;
	assert_int_equal(test_echo_stop_drain(ipa), 0);
	assert_int_equal(c->ticks.n, 1);
}

static void begun_calls_complete(void **state)
{
	struct contract *c = *state;
	struct contract_done done = { 0 };

	contract_running(c);
	assert_int_equal(test_echo_slow_begin(c->ipa, 4, contract_done, &done),
			 0);
	assert_int_equal(test_echo_stop_drain(c->ipa), 0);
	assert_int_equal(done.n, 1);
	assert_int_equal(done.ret, 4);
}

static void sleep_ms(long ms)
{
	const struct timespec time = { 0, ms * 1000000 };

	nanosleep(&time, NULL);
}

static pthread_t opener;

static void *open_later(void *user)
{
	sleep_ms(50);
	contract_open_gate(user);
	return NULL;
}

/** Together they take longer than the deadline; then the IPA answers. */
static void take_long(struct contract *c)
{
	sleep_ms(600);
	if (c->ticks.n == 2)
		assert_int_equal(pthread_create(&opener, NULL, open_later, c),
				 0);
}

/** The host's own time is not the IPA's. */
static void callbacks_may_be_slow(void **state)
{
	struct contract *c = *state;

	contract_running(c);
	camipc_proxy_set_timeout(c->proxy, 1000);
	contract_plan(c, TEST_ECHO_STOP, TEST_ECHO_BLOCK, 0);
	assert_int_equal(test_echo_tick_many(c->ipa, 1, 2), 0);
	c->on_event = take_long;
	assert_int_equal(test_echo_stop_drain(c->ipa), 0);
	pthread_join(opener, NULL);
	assert_int_equal(c->ticks.n, 2);
	contract_expect_state(c, CAMIPC_STATE_STOPPED);
}

static void die(struct contract *c)
{
	if (c->ticks.n == 2)
		contract_kill_worker(c, SIGKILL);
}

/** What had come is delivered; `closed` is for dispatch. */
static void death_of_the_ipa(void **state)
{
	struct contract *c = *state;

	if (contract_is_local())
		return;
	contract_running(c);
	contract_plan(c, TEST_ECHO_STOP, TEST_ECHO_BLOCK, 0);
	assert_int_equal(test_echo_tick_many(c->ipa, 1, 5), 0);
	assert_int_equal(test_echo_slow(c->ipa, 1), 1);
	c->on_event = die;
	assert_int_equal(test_echo_stop_drain(c->ipa), -EPIPE);
	assert_int_equal(c->ticks.n, 5);
	assert_int_equal(c->n_closed, 0);
	contract_expect_state(c, CAMIPC_STATE_DEAD);
	c->on_event = NULL;
	contract_dispatch_closed(c);
	assert_int_equal(c->closed.reason, CAMIPC_REASON_SIGNALED);
	assert_int_equal(test_echo_stop_drain(c->ipa), 0);
}

static void cancel(struct contract *c)
{
	camipc_proxy_cancel(c->proxy);
}

/** After it has returned nothing is delivered, also if it was cancelled. */
static void cancelled_drain(void **state)
{
	struct contract *c = *state;
	size_t n;

	contract_running(c);
	contract_plan(c, TEST_ECHO_STOP, TEST_ECHO_BLOCK, 0);
	assert_int_equal(test_echo_tick_many(c->ipa, 1, 3), 0);
	c->on_event = cancel;
	assert_int_equal(test_echo_stop_drain(c->ipa), -ECANCELED);
	n = c->ticks.n;
	contract_open_gate(c);
	while (camipc_proxy_get_state(c->proxy) == CAMIPC_STATE_STOPPING)
		assert_true(test_echo_dispatch(c->ipa) >= 0);
	contract_dispatch_all(c);
	assert_int_equal(c->ticks.n, n);
	contract_expect_state(c, CAMIPC_STATE_STOPPED);
}

#define N_IPAS 4

static struct test_echo *others[N_IPAS];

static void destroy_others(struct contract *c)
{
	(void)c;
	for (int i = 0; i < N_IPAS; i++)
		test_echo_destroy(others[i]);
}

/** Several at once, one of them twice; destroyed by a callback of any. */
static void drain_all(void **state)
{
	struct camipc_proxy *proxies[N_IPAS + 2];
	struct contract *c = *state;
	struct test_echo *own = c->ipa;
	struct test_echo_defaults defaults;

	test_echo_defaults_init(&defaults);
	proxies[N_IPAS] = c->proxy; /* not running */
	for (int i = 0; i < N_IPAS; i++) {
		others[i] = contract_create(c);
		proxies[i] = test_echo_get_proxy(others[i]);
		assert_int_equal(test_echo_init(others[i], "other", &defaults),
				 0);
		assert_int_equal(test_echo_start(others[i]), 0);
		assert_int_equal(test_echo_tick_many(others[i], 1, 5), 0);
	}
	proxies[N_IPAS + 1] = proxies[0];
	assert_int_equal(camipc_drain_all(proxies, N_IPAS + 2), 0);
	assert_int_equal(c->ticks.n, 5 * N_IPAS);
	for (int i = 0; i < N_IPAS; i++) {
		assert_int_equal(camipc_proxy_get_state(proxies[i]),
				 CAMIPC_STATE_STOPPED);
		assert_int_equal(test_echo_start(others[i]), 0);
		assert_int_equal(test_echo_tick_many(others[i], 1, 5), 0);
	}
	c->on_event = destroy_others;
	assert_int_equal(camipc_drain_all(proxies, N_IPAS + 2), 0);
	assert_int_equal(c->ticks.n, 5 * N_IPAS + 1);
	c->on_event = NULL;
	assert_ptr_equal(c->ipa, own);
}

static const struct CMUnitTest tests[] = {
	CONTRACT_TEST(last_events_are_delivered),
	CONTRACT_TEST(not_running),
	CONTRACT_TEST(more_than_a_window),
	CONTRACT_TEST(callbacks_are_callbacks),
	CONTRACT_TEST(not_in_a_callback),
	CONTRACT_TEST(destroy_in_a_callback),
	CONTRACT_TEST(begun_calls_complete),
	CONTRACT_TEST(callbacks_may_be_slow),
	CONTRACT_TEST(death_of_the_ipa),
	CONTRACT_TEST(cancelled_drain),
	CONTRACT_TEST(drain_all),
};

CONTRACT_MAIN(tests)
