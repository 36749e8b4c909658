/* SPDX-License-Identifier: MIT */
/*
 * Workers that write log lines without end, as messages and on stderr, instead of
 * answering (threats 27 and 50): in each op that a stop, a drain, a reload or a
 * restart waits for. All of them end in time, and waits for events do.
 */
#include "shelf.h"

#include <errno.h>
#include <signal.h>

#define DEADLINE_MS 150

static const enum phoenix_act floods[] = { PHOENIX_LOG_FLOOD,
					   PHOENIX_STDERR_FLOOD };
#define N_FLOODS (sizeof(floods) / sizeof(floods[0]))

/** A fast machine may see more lines than a worker may send before that. */
static void expect_reason(const struct bed *bed)
{
	if (bed->cause.reason != CAMIPC_REASON_BAD_LIMIT)
		assert_int_equal(bed->cause.reason, CAMIPC_REASON_TIMEOUT);
}

/** The same of a reload. @reason: of the worker that floods. */
static void expect_failed(struct shelf *shelf, int reason)
{
	const int ret = shelf_until_reloaded(shelf);

	if (ret != reason)
		assert_int_equal(ret, -ETIMEDOUT);
}

/** The stop is late, and another worker follows. */
static void expect_replaced(struct bed *bed, int ret)
{
	uint32_t answer;

	assert_int_equal(ret, 0);
	bed_until(bed, &bed->n_restarted, 1);
	bed->n_restarted = 0;
	expect_reason(bed);
	bed_expect_state(bed, CAMIPC_STATE_STOPPED);
	assert_int_equal(test_phoenix_ask(bed->ipa, 1, &answer), 0);
}

static void start(struct bed *bed)
{
	uint32_t run;

	assert_int_equal(test_phoenix_start(bed->ipa, 2, &run), 0);
}

static void test_stops(void **state)
{
	struct test_phoenix_marker marker;
	struct bed *bed = *state;

	camipc_proxy_set_timeout(bed->proxy, DEADLINE_MS);
	bed_ready(bed);
	for (size_t i = 0; i < N_FLOODS; i++) {
		start(bed);
		bed_plan(bed, PHOENIX_STOP, 1, floods[i]);
		expect_replaced(bed, test_phoenix_stop(bed->ipa, &marker));
		start(bed);
		bed_plan(bed, PHOENIX_STOP, 1, floods[i]);
		expect_replaced(bed, test_phoenix_stop_drain(bed->ipa, &marker));
		start(bed);
		bed_plan(bed, PHOENIX_STOP, 1, floods[i]);
		expect_replaced(bed, camipc_stop_all(&bed->proxy, 1));
		start(bed);
		bed_plan(bed, PHOENIX_STOP, 1, floods[i]);
		expect_replaced(bed, camipc_drain_all(&bed->proxy, 1));
	}
	assert_int_equal(bed->n_closed, 0);
}

/** A new worker of a restart floods in a repeated call. */
static void test_restarts(void **state)
{
	struct bed *bed = *state;

	camipc_proxy_set_timeout(bed->proxy, DEADLINE_MS);
	bed_running(bed);
	for (size_t i = 0; i < N_FLOODS; i++) {
		bed_plan(bed, PHOENIX_CONFIGURE, 1, floods[i]);
		bed_restart(bed);
		assert_int_equal(bed->restarted.attempt, 2);
	}
	assert_int_equal(bed->n_closed, 0);
}

/** The other worker of a reload does, or the present one. */
static void test_reloads(void **state)
{
	struct shelf *shelf = *state;
	struct bed *bed = shelf->bed;

	bed_running(bed);
	for (size_t i = 0; i < N_FLOODS; i++) {
		bed_plan(bed, PHOENIX_INIT, 1, floods[i]);
		shelf_reload(shelf);
		expect_failed(shelf, -EPROTO);
		bed->n_restarted = 0;
		bed_plan(bed, PHOENIX_FRAME, 1, floods[i]);
		assert_int_equal(test_phoenix_frame(bed->ipa, 1), 0);
		shelf_reload(shelf);
		expect_failed(shelf, -EPIPE);
		bed_until_state(bed, CAMIPC_STATE_RUNNING);
		if (!bed->n_restarted)
			bed_restart(bed);
	}
	assert_int_equal(bed->n_closed, 0);
}

/** A wait for events ends at its own time, and with the begun call. */
static void test_waits(void **state)
{
	struct bed *bed = *state;
	uint64_t timeouts;

	camipc_proxy_set_timeout(bed->proxy, DEADLINE_MS);
	bed_running(bed);
	for (size_t i = 0; i < N_FLOODS; i++) {
		bed->n_restarted = 0;
		bed_plan(bed, PHOENIX_FRAME, 1, floods[i]);
		assert_int_equal(test_phoenix_frame(bed->ipa, 1), 0);
		assert_int_equal(camipc_proxy_dispatch_wait(bed->proxy, 50), 0);
		timeouts = bed_stats(bed).timeouts;
		assert_int_equal(test_phoenix_ask_begin(bed->ipa, 1,
							NULL, NULL),
				 0);
		while (bed_stats(bed).timeouts == timeouts && !bed->n_restarted)
			assert_true(camipc_proxy_dispatch_wait(bed->proxy,
							       100) >= 0);
		if (!bed->n_restarted)
			bed_restart(bed);
	}
}

static uint64_t kept_bytes(struct bed *bed)
{
	struct camipc_memory_stats memory = { .size = sizeof(memory) };

	assert_int_equal(camipc_proxy_get_memory_stats(bed->proxy, &memory), 0);
	return memory.kept_bytes;
}

/**
 * Threat 10: workers that follow each other, with a host that calls and does not
 * dispatch: what they have sent is kept up to the budget, and not for each worker.
 */
static void test_kept_bytes(void **state)
{
	const struct camipc_budget small = { .size = sizeof(small),
					     .kept_bytes = 16384 };
	struct bed *usual = *state;
	struct bed *bed;
	uint64_t first = 0;
	uint32_t answer;

	bed_budget = &small;
	bed = bed_create(usual->manager);
	bed_budget = NULL;
	bed_running(bed);
	for (int i = 0; i < 8; i++) {
		assert_int_equal(test_phoenix_raise(bed->ipa, 500), 0);
		assert_int_equal(test_phoenix_ask(bed->ipa, 1, &answer), 0);
		if (i == 0)
			first = kept_bytes(bed);
		bed_kill(bed, SIGKILL);
		assert_int_equal(test_phoenix_ask(bed->ipa, 1, &answer),
				 -EPIPE);
		assert_int_equal(test_phoenix_patient(bed->ipa, 1, &answer), 0);
	}
	assert_true(first > 0);
	assert_true(kept_bytes(bed) <= 2 * first);
	assert_true(bed_stats(bed).events_dropped > 0);
	/* Each restart is reported, and what was kept is delivered. */
	bed_until(bed, &bed->n_restarted, 8);
	assert_true(bed_count(bed, TOLD_BURST) > 0);
	bed_destroy(bed);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		BED_TEST(test_stops),
		BED_TEST(test_restarts),
		SHELF_TEST(test_reloads),
		BED_TEST(test_waits),
		BED_TEST(test_kept_bytes),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
