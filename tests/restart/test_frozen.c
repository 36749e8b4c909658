/* SPDX-License-Identifier: MIT */
/*
 * This process and its workers stand still together during a restart, a reload, a
 * draining stop, a stop of several cameras and a wait for events (threat 37): time
 * in which nobody ran is charged to nobody. Each op takes longer than the time
 * until the freeze, and the freeze takes longer than the op's deadline.
 */
#include "shelf.h"

#include <errno.h>
#include <signal.h>
#include <string.h>

#include "freeze.h"
#include "under_valgrind.h"

#define OP_MS 400
#define FREEZE_AFTER_MS 150
#define FREEZE_MS 1300
#define DEADLINE_MS 1000

/** A stop that is late succeeds as well, by a restart. */
static void expect_no_restart(struct bed *bed)
{
	bed_expect_state(bed, CAMIPC_STATE_STOPPED);
	assert_int_equal(bed_stats(bed).timeouts, 0);
	assert_int_equal(atomic_load(&bed->book->workers), 1);
}

static pid_t freeze_soon(void)
{
	return freeze_begin(FREEZE_AFTER_MS, FREEZE_MS);
}

static void test_restart(void **state)
{
	struct bed *bed = *state;
	uint32_t answer;
	pid_t freezer;

	SKIP_UNDER_VALGRIND();
	bed_running(bed);
	atomic_store(&bed->book->slow_init_ms, OP_MS);
	freezer = freeze_soon();
	bed_restart(bed);
	freeze_end(freezer);
	assert_int_equal(bed->restarted.attempt, 1);
	assert_true(bed->restarted.took_us >= FREEZE_MS * 1000);
	assert_int_equal(test_phoenix_ask(bed->ipa, 1, &answer), 0);
	assert_int_equal(bed->n_closed, 0);
}

/** The same while a call waits for the restart, with a longer deadline. */
static void test_patient_call(void **state)
{
	struct bed *bed = *state;
	uint32_t answer;
	pid_t freezer;

	SKIP_UNDER_VALGRIND();
	bed_running(bed);
	atomic_store(&bed->book->slow_init_ms, OP_MS);
	bed_kill(bed, SIGKILL);
	bed_until_state(bed, CAMIPC_STATE_RESTARTING);
	freezer = freeze_soon();
	assert_int_equal(test_phoenix_patient(bed->ipa, 8, &answer), 0);
	freeze_end(freezer);
	bed_until(bed, &bed->n_restarted, 1);
	assert_int_equal(bed->restarted.attempt, 1);
}

static void test_reload(void **state)
{
	struct shelf *shelf = *state;
	struct bed *bed = shelf->bed;
	pid_t freezer;

	SKIP_UNDER_VALGRIND();
	bed_running(bed);
	atomic_store(&bed->book->slow_init_ms, OP_MS);
	shelf_put(shelf, PHOENIX_MODULE_2);
	freezer = freeze_soon();
	shelf_reload(shelf);
	assert_int_equal(shelf_until_reloaded(shelf), 0);
	freeze_end(freezer);
}

static void test_drain(void **state)
{
	struct test_phoenix_marker marker;
	struct bed *bed = *state;
	pid_t freezer;

	SKIP_UNDER_VALGRIND();
	camipc_proxy_set_timeout(bed->proxy, DEADLINE_MS);
	bed_running(bed);
	for (uint32_t i = 0; i < 10; i++)
		assert_int_equal(test_phoenix_frame(bed->ipa, i), 0);
	atomic_store(&bed->book->slow_stop_ms, OP_MS);
	freezer = freeze_soon();
	assert_int_equal(test_phoenix_stop_drain(bed->ipa, &marker), 0);
	freeze_end(freezer);
	assert_int_equal(bed->n_done, 10);
	expect_no_restart(bed);
}

static void test_stop_all(void **state)
{
	struct bed *bed = *state;
	struct bed *other = bed_create(bed->manager);
	struct camipc_proxy *proxies[] = { bed->proxy, other->proxy };
	pid_t freezer;

	if (!under_valgrind()) {
		bed_running(bed);
		bed_running(other);
		atomic_store(&bed->book->slow_stop_ms, OP_MS);
		atomic_store(&other->book->slow_stop_ms, OP_MS);
		freezer = freeze_soon();
		assert_int_equal(camipc_stop_all(proxies, 2), 0);
		freeze_end(freezer);
		expect_no_restart(bed);
		expect_no_restart(other);
	}
	bed_destroy(other);
}

static void test_dispatch_wait(void **state)
{
	struct bed *bed = *state;
	pid_t freezer;

	SKIP_UNDER_VALGRIND();
	camipc_proxy_set_timeout(bed->proxy, DEADLINE_MS);
	bed_running(bed);
	atomic_store(&bed->book->slow_ask_ms, OP_MS);
	assert_int_equal(test_phoenix_ask_begin(bed->ipa, 1, NULL, NULL), 0);
	assert_int_equal(test_phoenix_frame(bed->ipa, 1), 0);
	freezer = freeze_soon();
	/* Behind the call. */
	while (bed->n_done == 0)
		assert_true(camipc_proxy_dispatch_wait(bed->proxy, 20000) > 0);
	freeze_end(freezer);
	assert_int_equal(bed_stats(bed).timeouts, 0);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		BED_TEST(test_restart),
		BED_TEST(test_patient_call),
		SHELF_TEST(test_reload),
		BED_TEST(test_drain),
		BED_TEST(test_stop_all),
		BED_TEST(test_dispatch_wait),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
