/* SPDX-License-Identifier: MIT */
/*
 * Tests that threads, also those that a module starts after init, live and end in
 * a sealed worker while all processors are busy: a thread makes some of its system
 * calls late. C++ and OpenMP do the same in their own ways. Threats 44 and 46.
 *
 * Arguments: "self", or "nobody" to become an ordinary user first. Environment:
 * CAMIPC_TEST_SEAL_RUNS, how often the module is run (200 in the long form).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "asking_fixture.h"

#define SHORT_RUNS 10
#define MAX_SPINNERS 256

static const struct camipc_manager_options required = {
	.sandbox = CAMIPC_SANDBOX_REQUIRED,
};

static pid_t spinners[MAX_SPINNERS];
static long n_spinners;

static void spin(void)
{
	volatile unsigned long n = 0;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (;;)
		n++;
}

/** Twice as many as there are processors. */
static int start_spinning(void **state)
{
	(void)state;
	n_spinners = 2 * sysconf(_SC_NPROCESSORS_ONLN);
	if (n_spinners > MAX_SPINNERS)
		n_spinners = MAX_SPINNERS;
	for (long i = 0; i < n_spinners; i++) {
		spinners[i] = fork();
		if (spinners[i] == 0)
			spin();
		assert_true(spinners[i] > 0);
	}
	return 0;
}

static int stop_spinning(void **state)
{
	(void)state;
	for (long i = 0; i < n_spinners; i++) {
		kill(spinners[i], SIGKILL);
		waitpid(spinners[i], NULL, 0);
	}
	return 0;
}

static void run_once(const char *module, const char *steps)
{
	struct asking_ipa asking;

	asking_create(&asking, module, &required, steps);
	assert_int_equal(asking.error, 0);
	asking_init(&asking);
	assert_int_equal(asking.error, 0);
	assert_int_equal(asking.outcome, 0);
	assert_int_equal(asking_attempt(&asking, steps), 0);
	/* And again, in what the first time has left. */
	assert_int_equal(asking_attempt(&asking, steps), 0);
	assert_int_equal(asking_layer(&asking, CAMIPC_SANDBOX_SEAL),
			 CAMIPC_LAYER_REACHED);
	assert_int_equal(asking.n_closed, 0);
	asking_destroy(&asking);
}

static void threads_under_load(void **state)
{
	const char *chosen = getenv("CAMIPC_TEST_SEAL_RUNS");
	const int runs = chosen ? atoi(chosen) : SHORT_RUNS;

	(void)state;
	for (int i = 0; i < runs; i++)
		run_once("asking.so", "threads 32; cancel");
}

/** The first thread that is cancelled loads libc's unwinder: late, too. */
static void a_thread_is_cancelled_late(void **state)
{
	struct asking_ipa asking;

	(void)state;
	asking_create(&asking, "asking.so", &required, "nothing");
	asking_init(&asking);
	assert_int_equal(asking_attempt(&asking, "cancel; exit; trace"), 0);
	asking_destroy(&asking);
}

static void cxx(void **state)
{
	(void)state;
#ifdef ASKING_HAS_CXX
	run_once("cxx.so", "exceptions; locals; futures; streams; wait");
#else
	print_message("skipped: there is no C++ compiler\n");
	skip();
#endif
}

static void openmp(void **state)
{
	(void)state;
#ifdef ASKING_HAS_OPENMP
	run_once("openmp.so", "parallel; tasks; locals");
#else
	print_message("skipped: this compiler has no OpenMP\n");
	skip();
#endif
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(threads_under_load,
						start_spinning, stop_spinning),
		cmocka_unit_test(a_thread_is_cancelled_late),
		cmocka_unit_test(cxx),
		cmocka_unit_test(openmp),
	};
	int ret = asking_begin(argc > 1 ? argv[1] : "self");

	if (ret)
		return ret;
	ret = cmocka_run_group_tests(tests, NULL, NULL);
	asking_end();
	return ret;
}
