/* SPDX-License-Identifier: MIT */
/*
 * System calls of this process fail during a restart, each in each way it can.
 * The attempt may fail, too; the worker is back in the end.
 */
#include "bed.h"

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		BED_TEST(test_all),
	};

	if (under_valgrind()) {
		print_message("skipped: system calls of its own\n");
		return 77;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
