/* SPDX-License-Identifier: MIT */
/*
 * Tests an IPA that is too slow or does not answer: no caller waits longer than
 * its deadline, no queue grows without bound, and lost events are counted. Time
 * plays no part: the IPA waits until the test opens its gate.
 */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>

#include "alloc_fail.h"
#include "contract.h"
#include "under_valgrind.h"

/* Long enough for a slow machine, if the test does not want it to pass. */
#define NEVER_MS 60000

/* Short enough to wait for. */
#define SHORT_MS 50

/** What became of calls, by what they returned. */
struct tally {
	uint64_t accepted;
	uint64_t refused;
};

static void tally_add(struct tally *tally, int ret)
{
	assert_true(ret == 0 || ret == -EAGAIN);
	if (ret == 0)
		tally->accepted++;
	else
		tally->refused++;
}

static size_t count_pushed(struct contract *c)
{
	const uint32_t *numbers = NULL;
	size_t n = 0;

	assert_int_equal(test_echo_take_pushed(c->ipa, &numbers, &n), 0);
	for (size_t i = 1; i < n; i++)
		assert_true(numbers[i] >= numbers[i - 1]);
	camipc_clear_array(numbers);
	return n;
}

/** Has the next push wait in the IPA. */
static void stall(struct contract *c)
{
	contract_running(c);
	camipc_proxy_set_timeout(c->proxy, NEVER_MS);
	contract_plan(c, TEST_ECHO_PUSH, TEST_ECHO_BLOCK, 0);
	/* By then it has closed what was lent to it before. */
	assert_int_equal(test_echo_slow(c->ipa, 1), 1);
	assert_int_equal(test_echo_push(c->ipa, 0), 0);
}

/* ---- calls ------------------------------------------------------------- */

/** A frame: an async call that must arrive, and one of which the latest does. */
static void send_frame(struct contract *c, uint32_t number, struct tally *tally)
{
	tally_add(tally, test_echo_push(c->ipa, number));
	assert_int_equal(test_echo_push_oldest(c->ipa, number), 0);
	contract_dispatch_all(c);
}

/**
 * Requirement 21, threat 38: an IPA that stands still for ten seconds at 240
 * frames each. Every call returns while it does, and memory does not grow.
 */
static void stalled_ipa(void **state)
{
	const uint32_t frames = (uint32_t)test_amount(2400, 2400, 240);
	struct contract *c = *state;
	struct tally tally = { 0 };
	struct fd_leak before;
	uint32_t number = 1;

	stall(c);
	/* Fills the window, and takes the records that are ever needed. */
	while (number < 200)
		send_frame(c, number++, &tally);
	fd_leak_take(&before);
	alloc_fail_begin(0);
	while (number < 200 + frames)
		send_frame(c, number++, &tally);
	assert_int_equal(alloc_fail_end(), 0);
	fd_leak_assert_none(&before);
	/* The same on every backend. Of the latest four are in flight, and four
	 * are kept; since the fifth nothing overtakes those. */
	assert_int_equal(tally.accepted, 5);
	assert_int_equal(contract_stats(c).async_refused, tally.refused);
	assert_int_equal(contract_stats(c).async_dropped, number - 1 - 8);
	assert_int_equal(contract_stats(c).high_water, 1 + 5 + 4);
	contract_open_gate(c);
	assert_int_equal(count_pushed(c), 1 + tally.accepted + 8);
	/* And all is as before. */
	assert_int_equal(test_echo_push(c->ipa, number), 0);
	assert_int_equal(count_pushed(c), 1);
}

/** Calls of all kinds of overflow, as fast as can be. */
static void burst(void **state)
{
	const uint32_t n = (uint32_t)test_amount(100000, 100000, 2000);
	struct contract *c = *state;
	struct tally tally = { 0 };
	uint64_t arrived = 0;

	contract_running(c);
	camipc_proxy_set_timeout(c->proxy, NEVER_MS);
	for (uint32_t i = 0; i < n; i++) {
		switch (i % 4) {
		case 0:
			tally_add(&tally, test_echo_push_few(c->ipa, i));
			break;
		case 1:
			tally_add(&tally, test_echo_push_newest(c->ipa, i));
			break;
		case 2:
			tally_add(&tally, test_echo_push_oldest(c->ipa, i));
			break;
		default:
			tally_add(&tally, test_echo_push(c->ipa, i));
		}
		if (i % 1000 == 0)
			contract_dispatch_all(c);
		/* The IPA remembers 65,536. */
		if (i % 50000 == 49999)
			arrived += count_pushed(c);
	}
	arrived += count_pushed(c);
	/* None was lost silently. */
	assert_int_equal(tally.accepted + tally.refused, n);
	assert_int_equal(contract_stats(c).async_refused, tally.refused);
	assert_int_equal(arrived + contract_stats(c).async_dropped,
			 tally.accepted);
	assert_true(contract_stats(c).high_water <= CAMIPC_WINDOW);
	/* Of the events that each push raised, too. */
	contract_dispatch_all(c);
	assert_int_equal(test_echo_slow(c->ipa, 1), 1);
	assert_true(c->pushed.n + contract_stats(c).events_refused <= arrived);
}

/** Nobody dispatches: what the IPA raises is bounded, and then refused there. */
static void nobody_listens(void **state)
{
	const int rounds = test_amount(100, 100, 10);
	struct contract *c = *state;
	struct fd_leak before;

	contract_running(c);
	camipc_proxy_set_timeout(c->proxy, NEVER_MS);
	for (int i = 0; i < 20; i++) {
		assert_int_equal(test_echo_tick_many(c->ipa, 0, 100), 0);
		assert_int_equal(test_echo_slow(c->ipa, i), i);
	}
	fd_leak_take(&before);
	for (int i = 0; i < rounds; i++) {
		assert_int_equal(test_echo_tick_many(c->ipa, 0, 100), 0);
		assert_int_equal(test_echo_slow(c->ipa, i), i);
	}
	fd_leak_assert_none(&before);
	contract_dispatch_all(c);
	assert_int_equal(c->ticks.n, CAMIPC_WINDOW);
	/* It says so with the next thing that it raises. */
	assert_int_equal(test_echo_tick_many(c->ipa, 0, 1), 0);
	assert_int_equal(test_echo_slow(c->ipa, 1), 1);
	contract_dispatch_all(c);
	assert_int_equal(c->ticks.n, CAMIPC_WINDOW + 1);
	assert_int_equal(contract_stats(c).events_refused,
			 (20 + rounds) * 100 - CAMIPC_WINDOW);
}

/** Threat 50: an op that floods the log is answered all the same. */
static void log_flood(void **state)
{
	const int lines = test_amount(20000, 5000, 300);
	struct contract *c = *state;
	int32_t sum = 0;

	contract_running(c);
	camipc_proxy_set_timeout(c->proxy, NEVER_MS);
	for (int i = 0; i < 3; i++) {
		contract_plan(c, TEST_ECHO_ADD, TEST_ECHO_CHATTER, lines);
		assert_int_equal(test_echo_add(c->ipa, i, 1, &sum), 0);
		assert_int_equal(sum, i + 1);
	}
	assert_true(log_capture_count(CAMIPC_LOG_INFO, "chatter") > 0);
	/* Lines are the log's, and never events or errors. */
	contract_dispatch_all(c);
	assert_int_equal(c->n_events, 0);
	contract_expect_state(c, CAMIPC_STATE_RUNNING);
}

/** The same while events and calls have filled both directions. */
static void log_flood_among_events(void **state)
{
	struct contract *c = *state;

	contract_running(c);
	camipc_proxy_set_timeout(c->proxy, NEVER_MS);
	contract_plan(c, TEST_ECHO_PUSH, TEST_ECHO_CHATTER,
		      test_amount(2000, 1000, 200));
	for (uint32_t i = 0; i < CAMIPC_WINDOW; i++)
		assert_int_equal(test_echo_push(c->ipa, i), 0);
	/* The answer does not wait until there is room for all of that. */
	assert_int_equal(test_echo_slow(c->ipa, 3), 3);
	contract_dispatch_events(c, CAMIPC_WINDOW);
	assert_int_equal(c->pushed.n, CAMIPC_WINDOW);
}

/* ---- deadlines --------------------------------------------------------- */

/**
 * A deadline includes queueing behind earlier calls: the op itself was never
 * reached, and the call fails all the same.
 */
static void deadline_includes_queueing(void **state)
{
	struct contract *c = *state;
	int64_t begun;

	stall(c);
	camipc_proxy_set_timeout(c->proxy, SHORT_MS);
	begun = contract_now_ms();
	assert_int_equal(test_echo_slow(c->ipa, 1), -ETIMEDOUT);
	assert_true(contract_now_ms() - begun >= SHORT_MS);
	assert_int_equal(contract_stats(c).timeouts, 1);
	contract_open_gate(c);
	camipc_proxy_set_timeout(c->proxy, NEVER_MS);
	assert_int_equal(test_echo_slow(c->ipa, 2), 2);
	/* It was answered after all, and nobody wanted that any more. */
	assert_int_equal(contract_stats(c).late_replies, 1);
}

/** Another thread with a proxy of its own. */
struct neighbour {
	struct contract *c; /* whose call is held up */
	uint64_t calls; /* that c's proxy has made before */
	int n_good;
};

/** Works with an IPA of its own while the other's call waits; ends that. */
static void *work_beside(void *user)
{
	struct neighbour *neighbour = user;
	struct contract *c = neighbour->c;
	struct test_echo_defaults defaults;
	struct test_echo *own = NULL;

	while (contract_stats(c).calls == neighbour->calls)
		sched_yield();
	test_echo_defaults_init(&defaults);
	if (test_echo_create(c->manager, &contract_match, NULL, NULL, &own) <
	    0)
		return NULL;
	camipc_proxy_set_timeout(test_echo_get_proxy(own), NEVER_MS);
	if (test_echo_init(own, "", &defaults) == 0 &&
	    test_echo_start(own) == 0) {
		for (int i = 0; i < 100; i++) {
			neighbour->n_good += test_echo_slow(own, i) == i &&
					     test_echo_push(own, 1) == 0 &&
					     test_echo_dispatch(own) >= 0;
		}
	}
	test_echo_destroy(own);
	camipc_proxy_cancel(c->proxy);
	return NULL;
}

static void expect_neighbour_works(struct contract *c)
{
	struct neighbour neighbour = {
		.c = c,
		.calls = contract_stats(c).calls,
	};
	pthread_t thread;

	assert_int_equal(
		pthread_create(&thread, NULL, work_beside, &neighbour), 0);
	/* Only the neighbour ends it, after all its work. */
	assert_int_equal(test_echo_slow(c->ipa, 1), -ECANCELED);
	pthread_join(thread, NULL);
	assert_int_equal(neighbour.n_good, 100);
}

/** Threats 37, 38: other threads' proxies lose nothing. */
static void silent_ipa_and_its_neighbour(void **state)
{
	struct contract *c = *state;

	stall(c);
	expect_neighbour_works(c);
	contract_open_gate(c);
	assert_int_equal(test_echo_slow(c->ipa, 2), 2);
}

/** Threat 40: the same with a worker that was stopped. */
static void stopped_worker_and_its_neighbour(void **state)
{
	struct contract *c = *state;

	if (contract_is_local())
		skip();
	contract_running(c);
	camipc_proxy_set_timeout(c->proxy, NEVER_MS);
	contract_kill_worker(c, SIGSTOP);
	expect_neighbour_works(c);
	/* Calls still cost their deadline, and no more than that one each. */
	camipc_proxy_set_timeout(c->proxy, SHORT_MS);
	assert_int_equal(test_echo_slow(c->ipa, 1), -ETIMEDOUT);
	assert_int_equal(contract_stats(c).timeouts, 1);
	/* What needs no answer needs no worker. */
	assert_int_equal(test_echo_push(c->ipa, 1), 0);
	contract_kill_worker(c, SIGCONT);
	camipc_proxy_set_timeout(c->proxy, NEVER_MS);
	assert_int_equal(test_echo_slow(c->ipa, 2), 2);
	contract_dispatch_events(c, 1);
	assert_int_equal(contract_stats(c).late_replies, 2);
	contract_expect_state(c, CAMIPC_STATE_RUNNING);
}

/** A stopped worker does not keep anybody from getting rid of it. */
static void destroy_with_a_stopped_worker(void **state)
{
	struct contract *c = *state;

	if (contract_is_local())
		skip();
	contract_running(c);
	contract_kill_worker(c, SIGSTOP);
	for (uint32_t i = 0; i < CAMIPC_WINDOW; i++)
		assert_int_equal(test_echo_push(c->ipa, i), 0);
	assert_int_equal(test_echo_push(c->ipa, 99), -EAGAIN);
	camipc_proxy_set_timeout(c->proxy, SHORT_MS);
	test_echo_destroy(c->ipa);
	c->ipa = contract_create(c);
	c->proxy = test_echo_get_proxy(c->ipa);
}

static const struct CMUnitTest tests[] = {
	CONTRACT_TEST(stalled_ipa),
	CONTRACT_TEST(burst),
	CONTRACT_TEST(nobody_listens),
	CONTRACT_TEST(log_flood),
	CONTRACT_TEST(log_flood_among_events),
	CONTRACT_TEST(deadline_includes_queueing),
	CONTRACT_TEST(silent_ipa_and_its_neighbour),
	CONTRACT_TEST(stopped_worker_and_its_neighbour),
	CONTRACT_TEST(destroy_with_a_stopped_worker),
};

CONTRACT_MAIN(tests)
