/* SPDX-License-Identifier: MIT */
/*
 * System calls of this process fail during a restart and during a reload, each in
 * each way it can. The attempt may fail, too; the worker is back in the end. No
 * process can be created for a while, or for good.
 */
#include "bed.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>

#include "syscall_fail.h"
#include "under_valgrind.h"

/* More than a restart has: something would repeat for ever. */
#define TOO_MANY 2000

static unsigned long stride(void)
{
	return getenv("CAMIPC_TEST_LONG") ?
		       1 :
		       (unsigned long)test_amount(7, 13, 60);
}

static void each_call_fails(struct bed *bed, enum syscall_failure how)
{
	unsigned long n = 1;
	bool happened = true;

	for (; happened; n += stride()) {
		uint32_t answer;

		assert_true(n < TOO_MANY);
		bed_allow(bed, 60);
		bed->n_restarted = 0;
		bed_kill(bed, SIGKILL);
		syscall_fail_begin(how, n);
		bed_until(bed, &bed->n_restarted, 1);
		happened = syscall_fail_end();
		bed_until_state(bed, CAMIPC_STATE_RUNNING);
		assert_int_equal(test_phoenix_ask(bed->ipa, 1, &answer), 0);
	}
	print_message("%s: %lu calls\n", syscall_failure_names[how], n - 1);
}

static void test_all(void **state)
{
	struct bed *bed = *state;

	bed_running(bed);
	bed_restart(bed);
	for (int how = 0; how < N_SYSCALL_FAILURES; how++)
		each_call_fails(bed, (enum syscall_failure)how);
	assert_int_equal(bed->n_closed, 0);
}

/* ---- during a reload ------------------------------------------------------ */

struct reload {
	size_t n_done;
	int ret;
};

static void on_reloaded(void *user, int ret)
{
	struct reload *reload = user;

	reload->n_done++;
	reload->ret = ret;
}

/** Returns how the reload ended: exactly one completion tells, unless it was
 *  refused at once. */
static int reload_once(struct bed *bed)
{
	struct reload reload = { 0 };
	const int ret = camipc_proxy_reload(bed->proxy, on_reloaded, &reload);

	if (ret < 0)
		return ret;
	bed_until(bed, &reload.n_done, 1);
	bed_until_state(bed, CAMIPC_STATE_RUNNING);
	assert_int_equal(reload.n_done, 1);
	return reload.ret;
}

/** Returns how often the worker from before went on. */
static unsigned int each_call_of_a_reload_fails(struct bed *bed,
						enum syscall_failure how)
{
	unsigned int kept = 0;
	unsigned long n = 1;
	bool happened = true;

	for (; happened; n += stride()) {
		const int pid = camipc_proxy_get_pid(bed->proxy);
		uint32_t answer;
		int ret;

		assert_true(n < TOO_MANY);
		bed_allow(bed, 60);
		syscall_fail_begin(how, n);
		ret = reload_once(bed);
		happened = syscall_fail_end();
		/* The failed call may have been one to the present worker. */
		bed_until_state(bed, CAMIPC_STATE_RUNNING);
		assert_int_equal(test_phoenix_ask(bed->ipa, 1, &answer), 0);
		if (ret == 0)
			assert_int_not_equal(camipc_proxy_get_pid(bed->proxy),
					     pid);
		kept += ret < 0 && camipc_proxy_get_pid(bed->proxy) == pid;
		assert_true(happened || ret == 0);
	}
	print_message("%s: %lu calls of a reload, failed %u times\n",
		      syscall_failure_names[how], n - 1, kept);
	return kept;
}

static void test_reload(void **state)
{
	struct bed *bed = *state;
	unsigned int kept = 0;

	bed_running(bed);
	assert_int_equal(reload_once(bed), 0);
	for (int how = 0; how < N_SYSCALL_FAILURES; how++)
		kept += each_call_of_a_reload_fails(bed,
						    (enum syscall_failure)how);
	assert_true(kept > 0);
	assert_int_equal(bed->n_closed, 0);
}

/* ---- no process can be created ---------------------------------------------- */

static void test_processes(void **state)
{
	struct bed *bed = *state;
	unsigned int steps = 0;
	uint32_t answer;

	bed_running(bed);
	bed_kill(bed, SIGKILL);
	syscall_fail_always(SYSCALL_EAGAIN, "clone");
	while (!log_capture_count(CAMIPC_LOG_WARNING,
				  "attempt 2 to restart the worker failed"))
		assert_true(bed_step(bed) >= 0 && ++steps < 1000);
	assert_true(syscall_fail_end());
	assert_int_equal(log_capture_count(CAMIPC_LOG_ERROR,
					   "may have no more processes"),
			 2);
	assert_int_equal(log_capture_count(CAMIPC_LOG_WARNING,
					   "failed: temporarily unavailable"),
			 2);
	bed_expect_state(bed, CAMIPC_STATE_RESTARTING);
	bed_until(bed, &bed->n_restarted, 1);
	assert_int_equal(bed->restarted.attempt, 3);
	/* Two delays. */
	assert_true(bed->restarted.took_us >= 300000);
	assert_int_equal(test_phoenix_ask(bed->ipa, 1, &answer), 0);
	assert_int_equal(bed->n_closed, 0);
}

/** Each failed attempt counts against the policy. */
static void test_processes_for_good(void **state)
{
	struct bed *bed = *state;

	bed_allow(bed, 2);
	bed_running(bed);
	bed_kill(bed, SIGKILL);
	syscall_fail_always(SYSCALL_EAGAIN, "clone");
	bed_until(bed, &bed->n_closed, 1);
	assert_true(syscall_fail_end());
	assert_int_equal(bed->closed.reason, CAMIPC_REASON_RESTART_FAILED);
	bed_expect_state(bed, CAMIPC_STATE_DEAD);
	assert_int_equal(bed->n_restarted, 0);
}

/** The present worker goes on. */
static void test_processes_for_a_reload(void **state)
{
	struct bed *bed = *state;
	uint32_t answer;
	int pid;

	bed_running(bed);
	pid = camipc_proxy_get_pid(bed->proxy);
	syscall_fail_always(SYSCALL_EAGAIN, "clone");
	assert_int_equal(reload_once(bed), -EAGAIN);
	assert_true(syscall_fail_end());
	assert_int_equal(camipc_proxy_get_pid(bed->proxy), pid);
	assert_int_equal(test_phoenix_ask(bed->ipa, 1, &answer), 0);
	assert_int_equal(reload_once(bed), 0);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		BED_TEST(test_all),
		BED_TEST(test_reload),
		BED_TEST(test_processes),
		BED_TEST(test_processes_for_good),
		BED_TEST(test_processes_for_a_reload),
	};

	if (under_valgrind()) {
		print_message("skipped: system calls of its own\n");
		return 77;
	}
	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
