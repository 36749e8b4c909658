/* SPDX-License-Identifier: MIT */
/*
 * This process fails during a restart or a reload: it is out of memory or of
 * descriptors. A failed attempt is logged and followed by another one; in the end
 * the worker is back, and nothing is left behind.
 */
#include "bed.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "alloc_fail.h"
#include "under_valgrind.h"

/** Attempts follow each other after 100 ms, 200 ms, …: so many are tried. */
static unsigned long stride(void)
{
	return getenv("CAMIPC_TEST_LONG") ?
		       1 :
		       (unsigned long)test_amount(4, 9, 25);
}

static void expect_alive(struct bed *bed)
{
	uint32_t answer;

	bed_expect_state(bed, CAMIPC_STATE_RUNNING);
	assert_int_equal(test_phoenix_ask(bed->ipa, 1, &answer), 0);
	assert_int_equal(bed->n_closed, 0);
}

static void test_memory(void **state)
{
	struct bed *bed = *state;
	unsigned int failed = 0;
	bool happened = true;

	bed_running(bed);
	/* What is made once, as the thread that closes descriptors. */
	bed_restart(bed);
	for (unsigned long n = 1; happened; n += stride()) {
		bed_allow(bed, 60);
		bed->n_restarted = 0;
		bed_kill(bed, SIGKILL);
		alloc_fail_begin(n);
		bed_until(bed, &bed->n_restarted, 1);
		happened = alloc_fail_happened();
		(void)alloc_fail_end();
		failed += bed->restarted.attempt > 1;
		expect_alive(bed);
	}
	assert_true(failed > 0);
}

static void on_reloaded(void *user, int ret)
{
	int *result = user;

	*result = ret;
}

/** A reload that is out of memory leaves the worker from before running. */
static void test_memory_of_reloads(void **state)
{
	struct bed *bed = *state;
	unsigned int failed = 0;
	bool happened = true;

	bed_running(bed);
	/* Each one: no attempt is followed by a delay. */
	for (unsigned long n = 1; happened; n++) {
		const int pid = camipc_proxy_get_pid(bed->proxy);
		int result = 1; /* no result */
		int ret;

		alloc_fail_begin(n);
		ret = camipc_proxy_reload(bed->proxy, on_reloaded, &result);
		while (ret == 0 && result == 1)
			assert_true(bed_step(bed) >= 0);
		happened = alloc_fail_happened();
		(void)alloc_fail_end();
		if (ret == 0)
			ret = result;
		if (ret < 0 && !(happened && ret == -ENOMEM))
			fail_msg("allocation %lu: a reload returned %d", n,
				 ret);
		assert_int_equal(camipc_proxy_get_pid(bed->proxy) == pid,
				 ret < 0);
		failed += ret < 0;
		expect_alive(bed);
		assert_int_equal(bed->n_lost, 0);
	}
	assert_true(failed > 0);
}

/** Without a descriptor no worker can be started. */
static void test_descriptors(void **state)
{
	struct bed *bed = *state;
	struct rlimit before;
	struct rlimit none;
	unsigned int steps = 0;

	bed_running(bed);
	bed_kill(bed, SIGKILL);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	none = before;
	none.rlim_cur = 3;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	while (!log_capture_count(CAMIPC_LOG_WARNING,
				  "attempt 2 to restart the worker failed"))
		assert_true(bed_step(bed) >= 0 && ++steps < 1000);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
	bed_expect_state(bed, CAMIPC_STATE_RESTARTING);
	bed_until(bed, &bed->n_restarted, 1);
	assert_int_equal(bed->restarted.attempt, 3);
	/* Two delays. */
	assert_true(bed->restarted.took_us >= 300000);
	expect_alive(bed);
}

/** A host that fails for good uses the policy up. */
static void test_descriptors_for_good(void **state)
{
	struct bed *bed = *state;
	struct rlimit before;
	struct rlimit none;

	bed_allow(bed, 2);
	bed_running(bed);
	bed_kill(bed, SIGKILL);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	none = before;
	none.rlim_cur = 3;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	bed_until(bed, &bed->n_closed, 1);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
	assert_int_equal(bed->closed.reason, CAMIPC_REASON_RESTART_FAILED);
	bed_expect_state(bed, CAMIPC_STATE_DEAD);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		BED_TEST(test_memory),
		BED_TEST(test_memory_of_reloads),
		BED_TEST(test_descriptors),
		BED_TEST(test_descriptors_for_good),
	};

	/* It needs descriptors of its own. */
	if (under_valgrind()) {
		print_message("skipped: limits on descriptors\n");
		return 77;
	}
	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
