/* SPDX-License-Identifier: MIT */
/*
 * Reloads: another version of the module's file takes over between two frames;
 * nothing is lost, and whatever fails, the present worker goes on.
 */
#include "shelf.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "under_valgrind.h"

/** The answer of the module shows which edition it is. */
static uint32_t edition(struct bed *bed)
{
	uint32_t answer;

	assert_int_equal(test_phoenix_ask(bed->ipa, 0, &answer), 0);
	return answer;
}

/* ---- success ------------------------------------------------------------ */

static void test_new_version(void **state)
{
	struct shelf *shelf = *state;
	struct bed *bed = shelf->bed;
	uint32_t ops[8];
	uint32_t epoch;
	int pid;

	bed_running(bed);
	epoch = bed_stats(bed).epoch;
	pid = camipc_proxy_get_pid(bed->proxy);
	shelf_put(shelf, PHOENIX_MODULE_2);
	assert_int_equal(edition(bed), 1);
	shelf_reload(shelf);
	assert_int_equal(camipc_proxy_reload(bed->proxy, NULL, NULL),
			 -EALREADY);
	assert_int_equal(camipc_proxy_set_restart(bed->proxy, NULL), -EBUSY);
	assert_int_equal(shelf_until_reloaded(shelf), 0);
	assert_int_equal(edition(bed), 2);
	bed_expect_state(bed, CAMIPC_STATE_RUNNING);
	assert_int_not_equal(camipc_proxy_get_pid(bed->proxy), pid);
	/* And the old one is gone, or a thread waits for its end. */
	for (int i = 0; i < 1000 && kill(pid, 0) == 0; i++)
		usleep(10000);
	assert_int_equal(kill(pid, 0), -1);
	assert_int_equal(bed_notes(bed, PHOENIX_NONE, 2, ops, 8), 4);
	assert_int_equal(ops[0], PHOENIX_INIT);
	assert_int_equal(ops[1], PHOENIX_CONFIGURE);
	assert_int_equal(ops[2], PHOENIX_START);
	assert_int_equal(bed->n_restarted, 1);
	assert_int_equal(shelf->told, bed_find(bed, TOLD_RESTARTED) + 1);
	assert_int_equal(bed->cause.reason, CAMIPC_REASON_RELOADED);
	assert_int_equal(bed->restarted.replayed, 3);
	assert_int_equal(bed->restarted.epoch, epoch);
	assert_int_equal(bed_stats(bed).epoch, epoch);
	/* A restart goes on with the new version. */
	bed_restart(bed);
	assert_int_equal(edition(bed), 2);
	assert_int_equal(bed_stats(bed).restarts, 2);
}

/** In each state that lasts; the start of an earlier run is not repeated. */
static void test_states(void **state)
{
	struct shelf *shelf = *state;
	struct bed *bed = shelf->bed;
	struct test_phoenix_marker marker;
	uint32_t numbers[8];
	uint32_t stride;
	const char *name;
	uint32_t run;

	shelf_reload(shelf);
	assert_int_equal(shelf_until_reloaded(shelf), 0);
	bed_expect_state(bed, CAMIPC_STATE_CREATED);
	bed_ready(bed);
	shelf_reload(shelf);
	assert_int_equal(shelf_until_reloaded(shelf), 0);
	bed_expect_state(bed, CAMIPC_STATE_READY);
	assert_int_equal(bed->restarted.replayed, 2);
	assert_int_equal(test_phoenix_start(bed->ipa, 1, &run), 0);
	assert_int_equal(test_phoenix_stop(bed->ipa, &marker), 0);
	shelf_reload(shelf);
	assert_int_equal(shelf_until_reloaded(shelf), 0);
	bed_expect_state(bed, CAMIPC_STATE_STOPPED);
	assert_int_equal(bed_notes(bed, PHOENIX_START, 3, numbers, 8), 0);
	assert_int_equal(test_phoenix_configure(bed->ipa, 320, &stride, &name),
			 320);
	camipc_clear_string(name);
	assert_int_equal(test_phoenix_start(bed->ipa, 1, &run), 0);
	shelf_reload(shelf);
	assert_int_equal(shelf_until_reloaded(shelf), 0);
	assert_int_equal(bed_notes(bed, PHOENIX_CONFIGURE, 4, numbers, 8), 1);
	assert_int_equal(numbers[0], 320);
	assert_int_equal(bed_notes(bed, PHOENIX_START, 4, numbers, 8), 1);
	assert_int_equal(bed->n_restarted, 4);
	assert_int_equal(bed->n_lost, 0);
}

/** Frames go on being sent: each one is done once, in order, by either one. */
static void test_nothing_is_lost(void **state)
{
	struct shelf *shelf = *state;
	struct bed *bed = shelf->bed;
	uint32_t next = 0;
	static uint32_t numbers[PHOENIX_NOTES];
	size_t workers = 0;
	size_t n = 0;

	bed_running(bed);
	shelf_put(shelf, PHOENIX_MODULE_2);
	for (int i = 0; i < 5; i++) {
		const size_t ended = shelf->n_done;

		shelf_reload(shelf);
		while (shelf->n_done == ended) {
			const int ret = test_phoenix_frame(bed->ipa, next);

			assert_true(ret == 0 || ret == -EAGAIN);
			next += ret == 0;
			usleep(50);
			if (ret == 0)
				assert_int_equal(test_phoenix_tune(bed->ipa,
								   1, next),
						 0);
			/* Not in each round: frames pile up. */
			if (ret < 0 || next % 5 == 0)
				assert_true(test_phoenix_dispatch(bed->ipa) >=
					    0);
		}
		assert_int_equal(shelf->ret, 0);
	}
	bed_until(bed, &bed->n_done, next);
	for (size_t i = 0; i < bed->n; i++) {
		if (bed->told[i].what == TOLD_DONE)
			assert_int_equal(bed->told[i].number, n++);
	}
	assert_int_equal(n, next);
	assert_int_equal(bed->n_lost, 0);
	assert_int_equal(bed_stats(bed).async_lost, 0);
	assert_int_equal(bed_stats(bed).async_calls, 2 * next);
	assert_int_equal(edition(bed), 2);
	/* Each worker was asked its frames only. */
	for (uint32_t worker = 1; worker <= 6; worker++)
		workers += bed_notes(bed, PHOENIX_FRAME, worker, numbers,
				     PHOENIX_NOTES);
	assert_int_equal(workers, next);
	for (uint32_t worker = 1; worker < 6; worker++) {
		const size_t tunes = bed_notes(bed, PHOENIX_TUNE, worker,
					       numbers, PHOENIX_NOTES);

		/* Calls wait in the outbox or are in the journal, not both. */
		for (size_t i = 1; i < tunes; i++)
			assert_int_equal(numbers[i], numbers[i - 1] + 1);
	}
	print_message("%u frames, 5 reloads\n", next);
}

/** Calls wait for the other worker, whose start takes long. */
static void test_calls_wait(void **state)
{
	struct shelf *shelf = *state;
	struct bed *bed = shelf->bed;
	struct test_phoenix_marker marker;
	uint32_t numbers[64];

	bed_running(bed);
	shelf_put(shelf, PHOENIX_MODULE_2);
	atomic_store(&bed->book->slow_init_ms, 100);
	shelf_reload(shelf);
	while (atomic_load(&bed->book->workers) < 2)
		assert_true(bed_step(bed) >= 0);
	/* They would not wait for a frame's credit otherwise. */
	for (uint32_t i = 0; i < 16; i++)
		assert_int_equal(test_phoenix_frame(bed->ipa, i), 0);
	assert_int_equal(test_phoenix_frame(bed->ipa, 16), -EAGAIN);
	for (uint32_t i = 0; i < 40; i++)
		assert_int_equal(test_phoenix_kept(bed->ipa, i, -1), 0);
	/* This one waits, and drives the reload. */
	assert_int_equal(edition(bed), 2);
	assert_int_equal(bed_notes(bed, PHOENIX_FRAME, 1, numbers, 64), 0);
	assert_int_equal(bed_notes(bed, PHOENIX_FRAME, 2, numbers, 64), 16);
	assert_int_equal(bed_notes(bed, PHOENIX_KEPT, 2, numbers, 64), 40);
	for (uint32_t i = 0; i < 40; i++)
		assert_int_equal(numbers[i], i);
	assert_int_equal(shelf_until_reloaded(shelf), 0);
	bed_until(bed, &bed->n_done, 16);
	/* So does stop. */
	shelf_reload(shelf);
	while (atomic_load(&bed->book->workers) < 3)
		assert_true(bed_step(bed) >= 0);
	assert_int_equal(test_phoenix_stop(bed->ipa, &marker), 0);
	assert_int_equal(marker.value, 9);
	bed_expect_state(bed, CAMIPC_STATE_STOPPED);
	assert_int_equal(bed_notes(bed, PHOENIX_STOP, 3, numbers, 64), 1);
	assert_int_equal(bed_notes(bed, PHOENIX_STOP, 2, numbers, 64), 0);
	assert_int_equal(shelf_until_reloaded(shelf), 0);
}

/** The old worker's events come before, the new one's after `restarted`. */
static void test_order(void **state)
{
	struct shelf *shelf = *state;
	struct bed *bed = shelf->bed;
	size_t at;

	bed_running(bed);
	atomic_store(&bed->book->starts_with, 2);
	atomic_store(&bed->book->run, 5);
	assert_int_equal(test_phoenix_raise(bed->ipa, 200), 0);
	shelf_reload(shelf);
	assert_int_equal(shelf_until_reloaded(shelf), 0);
	bed_until(bed, &bed->n, 204);
	at = bed_find(bed, TOLD_RESTARTED);
	assert_int_equal(bed_count(bed, TOLD_BURST), 200);
	for (size_t i = 0; i < 200; i++)
		assert_int_equal(bed->told[i].number, i);
	assert_int_equal(bed->told[200].what, TOLD_REPLAYED);
	assert_int_equal(bed->told[200].number, 5);
	assert_int_equal(at, 201);
	assert_int_equal(bed->told[202].what, TOLD_STARTED);
	assert_int_equal(bed->told[202].number, 2);
	assert_int_equal(bed->told[203].what, TOLD_STARTED);
}

/** With a spare of this file, the reload only repeats calls. */
static void test_spare(void **state)
{
	struct camipc_memory_stats memory = { .size = sizeof(memory) };
	struct shelf *shelf = *state;
	struct bed *bed = shelf->bed;

	shelf_put(shelf, PHOENIX_MODULE_2);
	bed_want_spare(bed, 1);
	bed_running(bed);
	do {
		assert_true(bed_step(bed) >= 0);
		assert_int_equal(camipc_proxy_get_memory_stats(bed->proxy,
							       &memory),
				 0);
	} while (memory.spare_bytes == 0);
	shelf_reload(shelf);
	assert_int_equal(shelf_until_reloaded(shelf), 0);
	assert_int_equal(edition(bed), 2);
	/* One of another file is of no use. */
	shelf_put(shelf, PHOENIX_MODULE);
	shelf_reload(shelf);
	assert_int_equal(shelf_until_reloaded(shelf), 0);
	assert_int_equal(edition(bed), 1);
}

/* ---- failures ------------------------------------------------------------ */

/** The present worker goes on, with all that it was asked. */
static void expect_old(struct shelf *shelf, int pid)
{
	struct bed *bed = shelf->bed;
	const size_t done = bed->n_done;

	bed_expect_state(bed, CAMIPC_STATE_RUNNING);
	assert_int_equal(camipc_proxy_get_pid(bed->proxy), pid);
	assert_int_equal(edition(bed), 1);
	assert_int_equal(test_phoenix_frame(bed->ipa, 999), 0);
	bed_until(bed, &bed->n_done, done + 1);
	assert_int_equal(bed->n_lost, 0);
	assert_int_equal(bed->n_restarted, 0);
	assert_int_equal(bed->n_closed, 0);
}

/** A file without a module in it, and a missing one. */
static void test_broken_file(void **state)
{
	struct shelf *shelf = *state;
	struct bed *bed = shelf->bed;
	int pid;

	bed_running(bed);
	pid = camipc_proxy_get_pid(bed->proxy);
	shelf_put(shelf, "/etc/passwd");
	assert_int_equal(camipc_proxy_reload(bed->proxy, shelf_on_reloaded,
					     shelf),
			 -ENOEXEC);
	expect_old(shelf, pid);
	assert_int_equal(unlink(test_path(shelf->folder, "phoenix.so")), 0);
	assert_int_equal(camipc_proxy_reload(bed->proxy, shelf_on_reloaded,
					     shelf),
			 -ENOENT);
	expect_old(shelf, pid);
	assert_int_equal(shelf->n_done, 0);
	shelf_put(shelf, PHOENIX_MODULE_2);
	shelf_reload(shelf);
	assert_int_equal(shelf_until_reloaded(shelf), 0);
	assert_int_equal(edition(bed), 2);
}

/** One that ends, hangs or is silent in a repeated call. */
static void test_bad_worker(void **state)
{
	static const struct {
		enum phoenix_op op;
		enum phoenix_act act;
		int ret;
	} each[] = {
		{ PHOENIX_INIT, PHOENIX_KILL, -EPIPE },
		{ PHOENIX_CONFIGURE, PHOENIX_SEGV, -EPIPE },
		{ PHOENIX_START, PHOENIX_EXIT, -EPIPE },
		{ PHOENIX_START, PHOENIX_FREEZE, -ETIMEDOUT },
		{ PHOENIX_START, PHOENIX_GARBAGE, -EPROTO },
	};
	struct shelf *shelf = *state;
	struct bed *bed = shelf->bed;
	int pid;

	bed_running(bed);
	pid = camipc_proxy_get_pid(bed->proxy);
	shelf_put(shelf, PHOENIX_MODULE_2);
	for (size_t i = 0; i < 5; i++) {
		bed_plan(bed, each[i].op, 1, each[i].act);
		shelf_reload(shelf);
		assert_int_equal(shelf_until_reloaded(shelf), each[i].ret);
		expect_old(shelf, pid);
	}
}

/** The present worker takes longer than a second: calls are not held back for
 *  ever, and none is lost. */
static void test_no_moment(void **state)
{
	struct shelf *shelf = *state;
	struct bed *bed = shelf->bed;
	int pid;

	bed_running(bed);
	pid = camipc_proxy_get_pid(bed->proxy);
	bed_kill(bed, SIGSTOP);
	shelf_reload(shelf);
	for (uint32_t i = 0; i < 10; i++)
		assert_int_equal(test_phoenix_frame(bed->ipa, i), 0);
	assert_int_equal(shelf_until_reloaded(shelf), -ETIMEDOUT);
	assert_int_equal(test_phoenix_frame(bed->ipa, 10), 0);
	bed_kill(bed, SIGCONT);
	bed_until(bed, &bed->n_done, 11);
	/* It answers a barrier that nobody waits for any more. */
	expect_old(shelf, pid);
	shelf_put(shelf, PHOENIX_MODULE_2);
	shelf_reload(shelf);
	assert_int_equal(shelf_until_reloaded(shelf), 0);
	assert_int_equal(edition(bed), 2);
}

/** A module that returns something else has not restored the state. */
static void test_mismatch(void **state)
{
	struct shelf *shelf = *state;
	struct bed *bed = shelf->bed;
	int pid;

	bed_running(bed);
	pid = camipc_proxy_get_pid(bed->proxy);
	atomic_store(&bed->book->stride, 2);
	shelf_reload(shelf);
	assert_int_equal(shelf_until_reloaded(shelf), -EREMOTEIO);
	assert_true(log_capture_count(CAMIPC_LOG_WARNING,
				      "configure returned another stride"));
	atomic_store(&bed->book->stride, 0);
	expect_old(shelf, pid);
}

/** The present worker ends: a restart follows, with the new file. */
static void test_old_worker_ends(void **state)
{
	struct shelf *shelf = *state;
	struct bed *bed = shelf->bed;
	unsigned int ended = 0;
	int ret;

	bed_running(bed);
	shelf_put(shelf, PHOENIX_MODULE_2);
	for (int steps = 0; steps < 8; steps++) {
		const size_t n = bed->n_restarted;

		bed_allow(bed, 60);
		shelf_reload(shelf);
		for (int i = 0; i < steps && shelf->n_done == 0; i++)
			assert_true(bed_step(bed) >= 0);
		if (shelf->n_done == 0) {
			bed_kill(bed, SIGKILL);
			/* It may be replaced before its end shows. */
			ret = shelf_until_reloaded(shelf);
			assert_true(ret == -EPIPE || ret == 0);
			ended += ret == -EPIPE;
		}
		bed_until(bed, &bed->n_restarted, n + 1);
		bed_until_state(bed, CAMIPC_STATE_RUNNING);
		assert_int_equal(edition(bed), 2);
		shelf->n_done = 0;
	}
	assert_true(ended > 0);
}

/** Where it cannot be done. */
static void test_refused(void **state)
{
	struct shelf *shelf = *state;
	struct bed *bed = shelf->bed;
	struct test_phoenix_marker marker;
	static const char *const kinds[] = { "thread", "loopback" };

	for (size_t i = 0; i < 2; i++) {
		const struct camipc_match match = {
			.path = PHOENIX_MODULE,
			.isolation = kinds[i],
		};
		struct test_phoenix *ipa;

		assert_int_equal(test_phoenix_create(shelf->manager, &match,
						     NULL, NULL, &ipa),
				 0);
		assert_int_equal(camipc_proxy_reload(test_phoenix_get_proxy(ipa),
						     NULL, NULL),
				 -EOPNOTSUPP);
		test_phoenix_destroy(ipa);
	}
	bed_running(bed);
	bed_kill(bed, SIGKILL);
	bed_until_state(bed, CAMIPC_STATE_RESTARTING);
	assert_int_equal(camipc_proxy_reload(bed->proxy, NULL, NULL), -EBUSY);
	assert_int_equal(test_phoenix_stop(bed->ipa, &marker), 0);
	assert_int_equal(camipc_proxy_reload(bed->proxy, NULL, NULL), -EBUSY);
	assert_int_equal(test_phoenix_start(bed->ipa, 1, NULL), 0);
	assert_int_equal(camipc_proxy_set_restart(bed->proxy, NULL), 0);
	assert_int_equal(camipc_proxy_reload(bed->proxy, NULL, NULL), -EINVAL);
	bed_kill(bed, SIGKILL);
	bed_until(bed, &bed->n_closed, 1);
	assert_int_equal(camipc_proxy_reload(bed->proxy, NULL, NULL), -EPIPE);
}

/** At each step the proxy can be destroyed: the completion says so. */
static void test_destroy(void **state)
{
	struct shelf *shelf = *state;

	for (int steps = 0; steps < 8; steps++) {
		struct bed *bed = shelf->bed;

		bed_running(bed);
		assert_int_equal(test_phoenix_frame(bed->ipa, 1), 0);
		shelf->n_done = 0;
		shelf_reload(shelf);
		for (int i = 0; i < steps && shelf->n_done == 0; i++)
			assert_true(bed_step(bed) >= 0);
		shelf->bed = NULL;
		bed_destroy(bed);
		assert_int_equal(shelf->n_done, 1);
		assert_true(shelf->ret == 0 || shelf->ret == -ECANCELED);
		shelf->bed = shelf_make_bed(shelf);
	}
}


int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		SHELF_TEST(test_new_version),
		SHELF_TEST(test_states),
		SHELF_TEST(test_nothing_is_lost),
		SHELF_TEST(test_calls_wait),
		SHELF_TEST(test_order),
		SHELF_TEST(test_spare),
		SHELF_TEST(test_broken_file),
		SHELF_TEST(test_bad_worker),
		SHELF_TEST(test_no_moment),
		SHELF_TEST(test_mismatch),
		SHELF_TEST(test_old_worker_ends),
		SHELF_TEST(test_refused),
		SHELF_TEST(test_destroy),
	};

	if (under_valgrind()) {
		print_message("skipped: a worker that crashes leaves "
			      "descriptors, which valgrind reports\n");
		return 77;
	}
	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
