/* SPDX-License-Identifier: MIT */
/*
 * Tests the watchdog: calls are sent, and no event comes for a while (threat
 * 37).
 */
#include <errno.h>
#include <poll.h>

#include "contract.h"
#include "proxy.h"

/* Nothing here waits for so long. */
#define NEVER_MS 1000000

static bool is_watching(const struct contract *c)
{
	return c->proxy->watchdog.time.deadline != CAMIPC_NO_DEADLINE;
}

/** Its descriptor tells, as it does of everything. */
static void no_event(void **state)
{
	struct contract *c = *state;

	contract_running(c);
	camipc_proxy_set_watchdog(c->proxy, 20);
	/* It is consumed, and raises nothing. */
	assert_int_equal(test_echo_push_few(c->ipa, 1), 0);
	contract_dispatch_closed(c);
	assert_int_equal(c->closed.reason, CAMIPC_REASON_WATCHDOG);
	assert_int_equal(c->n_closed, 1);
	assert_int_equal(test_echo_push_few(c->ipa, 1), -EPIPE);
	contract_expect_state(c, CAMIPC_STATE_DEAD);
}

/** An IPA that hangs: what it was begun with ends, too. */
static void a_hanging_ipa(void **state)
{
	struct contract *c = *state;
	struct contract_done done = { 0 };

	/* A hung thread is left behind: test_death. */
	if (contract_is_local())
		return;
	contract_running(c);
	camipc_proxy_set_watchdog(c->proxy, 20);
	contract_plan(c, TEST_ECHO_PUSH, TEST_ECHO_BLOCK, 0);
	assert_int_equal(test_echo_push(c->ipa, 1), 0);
	camipc_proxy_set_timeout(c->proxy, NEVER_MS);
	assert_int_equal(test_echo_slow_begin(c->ipa, 1, contract_done, &done),
			 0);
	contract_dispatch_closed(c);
	assert_int_equal(c->closed.reason, CAMIPC_REASON_WATCHDOG);
	assert_int_equal(done.n, 1);
	assert_int_equal(done.ret, -EPIPE);
}

static void events_feed_it(void **state)
{
	struct contract *c = *state;

	contract_running(c);
	camipc_proxy_set_watchdog(c->proxy, NEVER_MS);
	assert_false(is_watching(c));
	for (uint32_t i = 0; i < 100; i++) {
		assert_int_equal(test_echo_push(c->ipa, i), 0);
		assert_true(is_watching(c));
		contract_dispatch_events(c, 1 + i);
		assert_false(is_watching(c));
	}
	/* Synchronous calls have deadlines of their own. */
	assert_int_equal(test_echo_slow(c->ipa, 1), 1);
	assert_false(is_watching(c));
}

/** The first call counts: later ones do not put it off. */
static void calls_do_not_feed_it(void **state)
{
	struct contract *c = *state;
	int64_t first;

	contract_running(c);
	camipc_proxy_set_watchdog(c->proxy, NEVER_MS);
	assert_int_equal(test_echo_push_few(c->ipa, 1), 0);
	first = c->proxy->watchdog.time.deadline;
	assert_int_equal(test_echo_slow(c->ipa, 1), 1);
	assert_int_equal(test_echo_push_few(c->ipa, 2), 0);
	assert_int_equal(c->proxy->watchdog.time.deadline, first);
}

/** What has come counts, however late the host looks: it was suspended. */
static void a_late_host(void **state)
{
	struct contract *c = *state;
	struct pollfd pfd = { .events = POLLIN };

	contract_running(c);
	camipc_proxy_set_watchdog(c->proxy, NEVER_MS);
	assert_int_equal(test_echo_push(c->ipa, 1), 0);
	pfd.fd = camipc_proxy_get_fd(c->proxy);
	assert_int_equal(poll(&pfd, 1, 20000), 1);
	c->proxy->watchdog.time.deadline = 1; /* long ago */
	contract_dispatch_events(c, 1);
	contract_expect_state(c, CAMIPC_STATE_RUNNING);
	/* The same without an event. */
	assert_int_equal(test_echo_push_few(c->ipa, 1), 0);
	assert_int_equal(test_echo_slow(c->ipa, 1), 1);
	c->proxy->watchdog.time.deadline = 1;
	assert_true(test_echo_dispatch(c->ipa) >= 0);
	contract_expect_state(c, CAMIPC_STATE_DEAD);
	contract_dispatch_closed(c);
}

static void stop_ends_it(void **state)
{
	struct contract *c = *state;

	contract_running(c);
	camipc_proxy_set_watchdog(c->proxy, NEVER_MS);
	assert_int_equal(test_echo_push_few(c->ipa, 1), 0);
	assert_int_equal(test_echo_stop(c->ipa), 0);
	assert_false(is_watching(c));
	contract_start(c);
	assert_false(is_watching(c));
	assert_int_equal(test_echo_push_few(c->ipa, 1), 0);
	camipc_proxy_set_watchdog(c->proxy, 0);
	assert_false(is_watching(c));
	assert_int_equal(test_echo_push_few(c->ipa, 1), 0);
	assert_false(is_watching(c));
}

static const struct CMUnitTest tests[] = {
	CONTRACT_TEST(no_event),
	CONTRACT_TEST(a_hanging_ipa),
	CONTRACT_TEST(events_feed_it),
	CONTRACT_TEST(calls_do_not_feed_it),
	CONTRACT_TEST(a_late_host),
	CONTRACT_TEST(stop_ends_it),
};

CONTRACT_MAIN(tests)
