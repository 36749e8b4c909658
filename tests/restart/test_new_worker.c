/* SPDX-License-Identifier: MIT */
/*
 * New workers that harm: of a restart, of a reload, and those that stand by. They
 * are silent where no call waits for an answer, or noisy where nobody listens.
 */
#include "shelf.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "deadline.h"
#include "log_share.h"

/* More than the credit of a method that is repeated. */
#define TUNES 40

/** More async calls than an IPA that is silent takes. */
static void tune_many(struct bed *bed)
{
	for (uint32_t id = 0; id < TUNES; id++) {
		uint32_t answer;

		assert_int_equal(test_phoenix_tune(bed->ipa, id, id), 0);
		/* It has taken them. */
		if (id % 8 == 7)
			assert_int_equal(test_phoenix_ask(bed->ipa, 1, &answer),
					 0);
	}
}

/** Threat 37: a repeated call that cannot be sent has a deadline, too. */
static void test_silent(void **state)
{
	struct bed *bed = *state;
	uint32_t numbers[2 * TUNES];
	uint32_t answer;

	camipc_proxy_set_timeout(bed->proxy, 1000);
	bed_running(bed);
	tune_many(bed);
	bed_plan(bed, PHOENIX_TUNE, 1, PHOENIX_FREEZE);
	bed_restart(bed);
	bed_expect_state(bed, CAMIPC_STATE_RUNNING);
	assert_int_equal(bed->restarted.attempt, 2);
	/* It has taken them all by then. */
	assert_int_equal(test_phoenix_ask(bed->ipa, 1, &answer), 0);
	assert_int_equal(bed_notes(bed, PHOENIX_TUNE, 3, numbers, 2 * TUNES),
			 TUNES);
	assert_int_equal(log_capture_count(CAMIPC_LOG_WARNING,
					   "tune could not be sent in time"),
			 1);
}

/** In the end the policy is used up. */
static void test_silent_for_good(void **state)
{
	struct bed *bed = *state;

	camipc_proxy_set_timeout(bed->proxy, 200);
	bed_allow(bed, 2);
	bed_running(bed);
	tune_many(bed);
	atomic_store(&bed->book->again, 10);
	bed_plan(bed, PHOENIX_TUNE, 1, PHOENIX_FREEZE);
	bed_kill(bed, SIGKILL);
	bed_until(bed, &bed->n_closed, 1);
	assert_int_equal(bed->closed.reason, CAMIPC_REASON_TIMEOUT);
}

/* ---- noise -------------------------------------------------------------- */

/** The module PHOENIX_MUTTERING writes a line while it is loaded, and hangs. */
static void expect_heard(struct bed *bed)
{
	while (!log_capture_count(CAMIPC_LOG_WARNING, "muttering"))
		assert_true(bed_step(bed) >= 0);
	/* What it has written does not wake the host for ever. */
	bed_dispatch_all(bed);
	assert_int_equal(log_capture_count(CAMIPC_LOG_WARNING, "could not be"),
			 0);
	assert_int_equal(log_capture_count(CAMIPC_LOG_WARNING, "not reloaded"),
			 0);
}

/** Threat 50: somebody reads what one that stands by prints before that. */
static void test_muttering_spare(void **state)
{
	struct shelf *shelf = *state;
	struct bed *bed = shelf->bed;
	uint32_t answer;

	shelf_put(shelf, PHOENIX_MUTTERING);
	bed_want_spare(bed, 1);
	bed_running(bed);
	expect_heard(bed);
	assert_int_equal(test_phoenix_ask(bed->ipa, 1, &answer), 0);
}

static void test_muttering_reload(void **state)
{
	struct shelf *shelf = *state;
	struct bed *bed = shelf->bed;
	uint32_t answer;

	shelf_put(shelf, PHOENIX_MUTTERING);
	bed_running(bed);
	shelf_reload(shelf);
	expect_heard(bed);
	assert_int_equal(test_phoenix_ask(bed->ipa, 1, &answer), 0);
}

/** A worker that dies again and again has one share of the log. */
static void test_noisy_restarts(void **state)
{
	const int64_t began = camipc_now();
	struct bed *bed = *state;
	unsigned int allowed;

	atomic_store(&bed->book->init_lines, CAMIPC_LOG_SHARE_BURST);
	bed_running(bed);
	for (int i = 0; i < 5; i++)
		bed_restart(bed);
	allowed = CAMIPC_LOG_SHARE_BURST + 1 +
		  (unsigned int)((camipc_now() - began) / INT64_C(1000000000)) *
			  CAMIPC_LOG_SHARE_RATE;
	/* Each tells at its end what was left out. */
	assert_true(log_capture_count(CAMIPC_LOG_WARNING, "noise") <= allowed);
	assert_true(log_capture_count(CAMIPC_LOG_WARNING,
				      "lines were dropped") <= 6);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		BED_TEST(test_silent),
		BED_TEST(test_silent_for_good),
		SHELF_TEST(test_muttering_spare),
		SHELF_TEST(test_muttering_reload),
		BED_TEST(test_noisy_restarts),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
