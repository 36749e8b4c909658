/* SPDX-License-Identifier: MIT */
/*
 * A worker that has ended is replaced: what the host gets to know, in which order,
 * and in which state it finds the proxy.
 */
#include "bed.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "under_valgrind.h"

/* ---- states ------------------------------------------------------------ */

static void test_created(void **state)
{
	struct bed *bed = *state;

	bed_restart(bed);
	bed_expect_state(bed, CAMIPC_STATE_CREATED);
	assert_int_equal(bed->restarted.replayed, 0);
	bed_running(bed);
}

static void test_ready_and_stopped(void **state)
{
	struct bed *bed = *state;
	struct test_phoenix_marker marker;
	uint32_t numbers[8];
	uint32_t run;

	bed_ready(bed);
	bed_restart(bed);
	bed_expect_state(bed, CAMIPC_STATE_READY);
	assert_int_equal(bed->restarted.replayed, 2);
	assert_int_equal(test_phoenix_start(bed->ipa, 1, &run), 0);
	assert_int_equal(test_phoenix_stop(bed->ipa, &marker), 0);
	assert_int_equal(marker.value, 9);
	bed_restart(bed);
	bed_expect_state(bed, CAMIPC_STATE_STOPPED);
	assert_int_equal(bed_notes(bed, PHOENIX_START, 3, numbers, 8), 0);
	assert_int_equal(bed_notes(bed, PHOENIX_CONFIGURE, 3, numbers, 8), 1);
	assert_int_equal(numbers[0], 640);
}

static void test_running(void **state)
{
	struct bed *bed = *state;
	uint32_t ops[8];
	uint32_t answer;

	bed_running(bed);
	bed_kill(bed, SIGKILL);
	bed_until(bed, &bed->n_restarted, 1);
	bed_expect_state(bed, CAMIPC_STATE_RUNNING);
	assert_int_equal(bed_notes(bed, PHOENIX_NONE, 2, ops, 8), 3);
	assert_int_equal(ops[0], PHOENIX_INIT);
	assert_int_equal(ops[1], PHOENIX_CONFIGURE);
	assert_int_equal(ops[2], PHOENIX_START);
	assert_int_equal(bed->restarted.attempt, 1);
	assert_int_equal(bed->restarted.replayed, 3);
	assert_int_equal(bed->restarted.epoch, bed_stats(bed).epoch);
	assert_int_equal(bed->cause.reason, CAMIPC_REASON_SIGNALED);
	assert_true(bed->cause.status_known);
	assert_non_null(strstr(bed->text, "signal 9"));
	assert_int_equal(test_phoenix_ask(bed->ipa, 41, &answer), 0);
	assert_int_equal(answer, 42);
	assert_int_equal(test_phoenix_frame(bed->ipa, 7), 0);
	bed_until(bed, &bed->n_done, 1);
	assert_int_equal(bed->n_closed, 0);
}

/** What the state table says of Restarting. */
static void test_calls_while_restarting(void **state)
{
	struct bed *bed = *state;
	struct test_phoenix_marker marker;
	uint64_t refused;
	uint32_t answer;
	uint32_t run;

	bed_running(bed);
	refused = bed_stats(bed).async_refused;
	bed_kill(bed, SIGKILL);
	bed_until_state(bed, CAMIPC_STATE_RESTARTING);
	assert_int_equal(test_phoenix_frame(bed->ipa, 1), -EAGAIN);
	assert_int_equal(bed_stats(bed).async_refused, refused + 1);
	assert_int_equal(camipc_proxy_last_reason(bed->proxy, NULL),
			 CAMIPC_REASON_WORKER_RESTARTED);
	assert_int_equal(test_phoenix_ask(bed->ipa, 1, &answer), -EBUSY);
	assert_int_equal(test_phoenix_start(bed->ipa, 1, &run), -EBUSY);
	assert_int_equal(test_phoenix_init(bed->ipa, bed->book_fd, 1, &run),
			 -EBUSY);
	/* This one waits, and drives the restart meanwhile. */
	assert_int_equal(test_phoenix_patient(bed->ipa, 8, &answer), 0);
	assert_int_equal(answer, 9);
	bed_expect_state(bed, CAMIPC_STATE_RUNNING);
	assert_int_equal(bed->n_restarted, 0);
	bed_until(bed, &bed->n_restarted, 1);
	assert_int_equal(test_phoenix_stop(bed->ipa, &marker), 0);
}

/** A begun call that waits is answered by the new IPA. */
static void test_begun_while_restarting(void **state)
{
	struct bed *bed = *state;

	bed_running(bed);
	bed_kill(bed, SIGKILL);
	bed_until_state(bed, CAMIPC_STATE_RESTARTING);
	assert_int_equal(test_phoenix_patient_begin(bed->ipa, 1, NULL, NULL),
			 0);
	bed_until(bed, &bed->n_restarted, 1);
	assert_int_equal(test_phoenix_ask_begin(bed->ipa, 1, NULL, NULL), 0);
	bed_dispatch_all(bed);
}

/** A stop in Restarting succeeds; the next call starts the worker. */
static void test_stop_ends_it(void **state)
{
	struct bed *bed = *state;
	struct test_phoenix_marker marker;
	uint32_t numbers[8];
	uint32_t run;

	bed_running(bed);
	assert_int_equal(test_phoenix_frame(bed->ipa, 3), 0);
	bed_kill(bed, SIGKILL);
	bed_until_state(bed, CAMIPC_STATE_RESTARTING);
	assert_int_equal(test_phoenix_stop(bed->ipa, &marker), 0);
	assert_int_equal(marker.value, 7);
	bed_expect_state(bed, CAMIPC_STATE_STOPPED);
	bed_dispatch_all(bed);
	assert_int_equal(bed->n_restarted, 0);
	/* Its deadline is 1 s, and the worker's start is not charged to it. */
	assert_int_equal(test_phoenix_start(bed->ipa, 4, &run), 0);
	bed_expect_state(bed, CAMIPC_STATE_RUNNING);
	assert_int_equal(bed_notes(bed, PHOENIX_START, 2, numbers, 8), 1);
	assert_int_equal(numbers[0], 4);
	bed_until(bed, &bed->n_restarted, 1);
	assert_int_equal(test_phoenix_frame(bed->ipa, 4), 0);
	bed_until(bed, &bed->n_done, bed->n_done + 1);
}

/** Whatever the state is, a proxy without a worker can be destroyed or go on. */
static void test_stop_then_begun_call(void **state)
{
	struct bed *bed = *state;
	struct test_phoenix_marker marker;

	bed_running(bed);
	bed_kill(bed, SIGKILL);
	bed_until_state(bed, CAMIPC_STATE_RESTARTING);
	assert_int_equal(test_phoenix_stop(bed->ipa, &marker), 0);
	assert_int_equal(test_phoenix_start_begin(bed->ipa, 1, NULL, bed), 0);
	bed_until_state(bed, CAMIPC_STATE_RUNNING);
	assert_int_equal(test_phoenix_stop(bed->ipa, &marker), 0);
	assert_int_equal(test_phoenix_stop(bed->ipa, &marker), 0);
}

/** camipc_stop_all() ends restarts, too. */
static void test_stop_all(void **state)
{
	struct bed *bed = *state;

	bed_running(bed);
	bed_kill(bed, SIGKILL);
	bed_until_state(bed, CAMIPC_STATE_RESTARTING);
	assert_int_equal(camipc_stop_all(&bed->proxy, 1), 0);
	bed_expect_state(bed, CAMIPC_STATE_STOPPED);
	assert_int_equal(camipc_stop_all(&bed->proxy, 1), 0);
}

/** A worker that dies in a call: the call fails, once. */
static void test_death_in_a_call(void **state)
{
	struct bed *bed = *state;
	uint32_t answer = 77;

	bed_running(bed);
	bed_plan(bed, PHOENIX_ASK, 1, PHOENIX_KILL);
	assert_int_equal(test_phoenix_ask(bed->ipa, 1, &answer), -EPIPE);
	assert_int_equal(answer, 77);
	assert_int_equal(camipc_proxy_last_reason(bed->proxy, NULL),
			 CAMIPC_REASON_WORKER_RESTARTED);
	bed_until(bed, &bed->n_restarted, 1);
	assert_string_equal(bed->cause.last_call, "ask");
	assert_int_equal(test_phoenix_ask(bed->ipa, 1, &answer), 0);
}

static void test_death_in_start(void **state)
{
	struct bed *bed = *state;
	uint32_t run;

	bed_ready(bed);
	bed_plan(bed, PHOENIX_START, 1, PHOENIX_EXIT);
	assert_int_equal(test_phoenix_start(bed->ipa, 1, &run), -EPIPE);
	bed_until(bed, &bed->n_restarted, 1);
	bed_expect_state(bed, CAMIPC_STATE_READY);
	assert_int_equal(bed->restarted.replayed, 2);
	assert_int_equal(test_phoenix_start(bed->ipa, 1, &run), 0);
}

static void test_death_in_stop(void **state)
{
	struct bed *bed = *state;
	struct test_phoenix_marker marker;

	bed_running(bed);
	bed_plan(bed, PHOENIX_STOP, 1, PHOENIX_KILL);
	assert_int_equal(test_phoenix_stop(bed->ipa, &marker), 0);
	assert_int_equal(marker.value, 7);
	bed_until(bed, &bed->n_restarted, 1);
	bed_expect_state(bed, CAMIPC_STATE_STOPPED);
	assert_int_equal(bed->restarted.replayed, 2);
}

static void test_death_in_init(void **state)
{
	struct bed *bed = *state;
	uint32_t token;

	bed_plan(bed, PHOENIX_INIT, 1, PHOENIX_KILL);
	assert_int_equal(test_phoenix_init(bed->ipa, bed->book_fd, 1, &token),
			 -EPIPE);
	bed_until(bed, &bed->n_restarted, 1);
	bed_expect_state(bed, CAMIPC_STATE_CREATED);
	bed_running(bed);
}

/* ---- reports --------------------------------------------------------- */

/**
 * The order: events of the old worker, lost calls, completions, another result
 * of start, restarted, events of the new worker.
 */
static void test_order(void **state)
{
	struct bed *bed = *state;
	size_t at[6];

	bed_ready(bed);
	atomic_store(&bed->book->starts_with, 2);
	assert_int_equal(test_phoenix_start(bed->ipa, 2, NULL), 0);
	bed_until(bed, &bed->n, 2);
	bed->n = 0;
	/* The third frame kills it, after its own event. */
	atomic_store(&bed->book->after, 1);
	bed_plan(bed, PHOENIX_FRAME, 3, PHOENIX_KILL);
	atomic_store(&bed->book->run, 5);
	for (uint32_t i = 1; i <= 4; i++)
		assert_int_equal(test_phoenix_frame(bed->ipa, i), 0);
	assert_int_equal(test_phoenix_tune(bed->ipa, 1, 8), 0);
	assert_int_equal(test_phoenix_ask_begin(bed->ipa, 1, NULL, NULL), 0);
	assert_int_equal(
		test_phoenix_unmap_begin(bed->ipa, NULL, 0, bed_completed, bed),
		0);
	bed_until(bed, &bed->n_restarted, 1);
	bed_until(bed, &bed->n, bed_find(bed, TOLD_RESTARTED) + 3);

	assert_int_equal(bed_count(bed, TOLD_DONE), 3);
	assert_int_equal(bed_count(bed, TOLD_COMPLETED), 1);
	assert_int_equal(bed_count(bed, TOLD_STARTED), 2);
	assert_int_equal(bed_count(bed, TOLD_LOST_TUNE), 1);
	at[0] = bed_find(bed, TOLD_DONE);
	at[1] = bed_find(bed, TOLD_LOST_FRAME);
	at[2] = bed_find(bed, TOLD_COMPLETED);
	at[3] = bed_find(bed, TOLD_REPLAYED);
	at[4] = bed_find(bed, TOLD_RESTARTED);
	at[5] = bed_find(bed, TOLD_STARTED);
	assert_int_equal(at[0], 0);
	for (int i = 1; i < 6; i++)
		assert_true(at[i - 1] < at[i]);
	assert_int_equal(bed->told[at[3]].number, 5);
	assert_int_equal((int)bed->told[at[2]].number, -EPIPE);
	/* Frame 4 was never processed, and all lost ones are in order. */
	for (size_t i = at[1]; bed->told[i + 1].what == TOLD_LOST_FRAME; i++)
		assert_true(bed->told[i].number < bed->told[i + 1].number);
	assert_int_equal(bed->told[at[5]].number, 2);
}

/** Calls that wait for credit are lost as well, and descriptors do no harm. */
static void test_unsent_calls_are_lost(void **state)
{
	struct bed *bed = *state;
	int fd = bed_words();

	bed_running(bed);
	bed_plan(bed, PHOENIX_KEPT, 1, PHOENIX_FREEZE);
	for (uint32_t i = 0; i < 40; i++)
		assert_int_equal(test_phoenix_kept(bed->ipa, i, fd), 0);
	close(fd);
	bed_kill(bed, SIGKILL);
	bed_until(bed, &bed->n_restarted, 1);
	assert_int_equal(bed_count(bed, TOLD_LOST_KEPT), 40);
	for (uint32_t i = 0; i < 40; i++)
		assert_int_equal(bed->told[i].number, i);
	assert_int_equal(bed_stats(bed).async_lost, 40);
}

/** A start with equal results is not reported. */
static void test_same_results(void **state)
{
	struct bed *bed = *state;

	bed_running(bed);
	bed_restart(bed);
	assert_int_equal(bed_count(bed, TOLD_REPLAYED), 0);
}

/* ---- results that differ ----------------------------------------------- */

static void expect_mismatch(struct bed *bed, const char *method,
			    const char *field)
{
	bed_kill(bed, SIGKILL);
	bed_until(bed, &bed->n_closed, 1);
	assert_int_equal(bed->closed.reason, CAMIPC_REASON_RESTORE_MISMATCH);
	assert_non_null(strstr(bed->text, method));
	assert_non_null(strstr(bed->text, field));
	assert_int_equal(bed->n_restarted, 0);
	bed_expect_state(bed, CAMIPC_STATE_DEAD);
}

static void test_other_init(void **state)
{
	struct bed *bed = *state;

	bed_running(bed);
	atomic_store(&bed->book->token, 2);
	expect_mismatch(bed, "init", "token");
}

static void test_other_configure(void **state)
{
	struct bed *bed = *state;

	bed_running(bed);
	atomic_store(&bed->book->stride, 2);
	expect_mismatch(bed, "configure", "stride");
}

/** [restore=ignore_result] */
static void test_ignored_result(void **state)
{
	struct bed *bed = *state;
	uint32_t count;

	bed_running(bed);
	assert_int_equal(test_phoenix_set(bed->ipa, "a", 3, &count), 0);
	atomic_store(&bed->book->set_result, 6);
	bed_restart(bed);
	assert_int_equal(bed->restarted.replayed, 4);
}

/* ---- the journal ------------------------------------------------------- */

static void map(struct bed *bed, uint32_t first, size_t n, uint32_t other)
{
	struct test_phoenix_item items[4];
	struct test_phoenix_item more = { .id = other, .fd = bed->book_fd };

	for (size_t i = 0; i < n; i++)
		items[i] = (struct test_phoenix_item){
			.id = first + (uint32_t)i,
			.fd = bed->book_fd,
		};
	assert_int_equal(test_phoenix_map(bed->ipa, items, n, &more, 1), 0);
}

/** Keys: four items are mapped in one call, and two of them are unmapped. */
static void test_keys(void **state)
{
	static const uint32_t gone[] = { 2, 3 };
	struct bed *bed = *state;
	struct camipc_memory_stats memory = { .size = sizeof(memory) };
	uint32_t numbers[16];
	uint32_t count;

	bed_running(bed);
	map(bed, 1, 4, 50);
	assert_int_equal(test_phoenix_set(bed->ipa, "a", 1, &count), 0);
	assert_int_equal(test_phoenix_set(bed->ipa, "b", 2, &count), 0);
	assert_int_equal(test_phoenix_set(bed->ipa, "a", 3, &count), 0);
	assert_int_equal(test_phoenix_unmap(bed->ipa, gone, 2), 0);
	assert_int_equal(camipc_proxy_get_memory_stats(bed->proxy, &memory),
			 0);
	assert_int_equal(memory.journal_entries, 3 + 3 + 2);
	assert_int_equal(memory.journal_fds, 1 + 3);
	assert_true(memory.journal_bytes > 0);
	for (uint32_t worker = 2; worker < 4; worker++) {
		bed_restart(bed);
		assert_int_equal(
			bed_notes(bed, PHOENIX_MAP, worker, numbers, 16), 3);
		assert_int_equal(numbers[0], 1);
		assert_int_equal(numbers[1], 4);
		assert_int_equal(numbers[2], 1050);
		assert_int_equal(
			bed_notes(bed, PHOENIX_SET, worker, numbers, 16), 2);
		/* The order of the latest success. */
		assert_int_equal(numbers[0], 2);
		assert_int_equal(numbers[1], 3);
	}
	assert_int_equal(test_phoenix_forget(bed->ipa), 0);
	bed_restart(bed);
	assert_int_equal(bed_notes(bed, PHOENIX_SET, 4, numbers, 16), 0);
}

/** A call that failed is not kept; an asynchronous one is when accepted. */
static void test_what_is_kept(void **state)
{
	struct bed *bed = *state;
	uint32_t numbers[200];
	uint32_t count;

	bed_running(bed);
	atomic_store(&bed->book->set_result, (unsigned int)-EIO);
	assert_int_equal(test_phoenix_set(bed->ipa, "a", 1, &count), -EIO);
	for (uint32_t i = 0; i < 100; i++) {
		int ret = test_phoenix_tune(bed->ipa, i, i + 1);

		while (ret == -EAGAIN) {
			uint32_t answer;

			(void)!test_phoenix_ask(bed->ipa, 1, &answer);
			ret = test_phoenix_tune(bed->ipa, i, i + 1);
		}
		assert_int_equal(ret, 0);
	}
	assert_int_equal(test_phoenix_ask(bed->ipa, 1, &count), 0);
	bed_restart(bed);
	assert_int_equal(bed_notes(bed, PHOENIX_SET, 2, numbers, 200), 0);
	assert_int_equal(test_phoenix_ask(bed->ipa, 1, &count), 0);
	assert_int_equal(bed_notes(bed, PHOENIX_TUNE, 2, numbers, 200), 100);
	for (uint32_t i = 0; i < 100; i++)
		assert_int_equal(numbers[i], i + 1);
}

/** Each worker reads a file from where it was when the call was made. */
static void test_files_are_reopened(void **state)
{
	struct bed *bed = *state;
	int fd = bed_words();

	bed_running(bed);
	assert_int_equal(lseek(fd, 4 * sizeof(uint32_t), SEEK_SET), 16);
	assert_int_equal(test_phoenix_read(bed->ipa, 0, fd), 0);
	assert_int_equal(atomic_load(&bed->book->last_read), 4);
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	close(fd);
	for (int i = 0; i < 3; i++) {
		atomic_store(&bed->book->last_read, 99);
		bed_restart(bed);
		assert_int_equal(atomic_load(&bed->book->last_read), 4);
	}
}

/** Past a limit a call is refused before it is sent. */
static void test_limits(void **state)
{
	struct bed *bed = *state;
	struct test_phoenix_item items[CAMIPC_MAX_JOURNAL_FDS];
	uint32_t numbers[4];
	char name[16];
	uint32_t count;
	int n = 0;
	int ret;

	bed_running(bed);
	for (uint32_t i = 0; i < CAMIPC_MAX_JOURNAL_FDS; i++)
		items[i] = (struct test_phoenix_item){ .id = i,
						       .fd = bed->book_fd };
	/* With the one of init that is one too many. */
	assert_int_equal(test_phoenix_map(bed->ipa, items,
					  CAMIPC_MAX_JOURNAL_FDS, NULL, 0),
			 -EMSGSIZE);
	assert_int_equal(camipc_proxy_last_reason(bed->proxy, NULL),
			 CAMIPC_REASON_JOURNAL_FULL);
	assert_int_equal(bed_notes(bed, PHOENIX_MAP, 1, numbers, 4), 0);
	do {
		snprintf(name, sizeof(name), "%d", n);
		ret = test_phoenix_set(bed->ipa, name, 1, &count);
	} while (ret == 0 && ++n < 2 * CAMIPC_MAX_JOURNAL_ENTRIES);
	assert_int_equal(ret, -EMSGSIZE);
	assert_int_equal(n, CAMIPC_MAX_JOURNAL_ENTRIES - 3);
	/* What replaces an entry has room. */
	assert_int_equal(test_phoenix_set(bed->ipa, "5", 1, &count), 0);
	bed_restart(bed);
	assert_int_equal(bed->restarted.replayed, CAMIPC_MAX_JOURNAL_ENTRIES);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		BED_TEST(test_created),
		BED_TEST(test_ready_and_stopped),
		BED_TEST(test_running),
		BED_TEST(test_calls_while_restarting),
		BED_TEST(test_begun_while_restarting),
		BED_TEST(test_stop_ends_it),
		BED_TEST(test_stop_then_begun_call),
		BED_TEST(test_stop_all),
		BED_TEST(test_death_in_a_call),
		BED_TEST(test_death_in_start),
		BED_TEST(test_death_in_stop),
		BED_TEST(test_death_in_init),
		BED_TEST(test_order),
		BED_TEST(test_unsent_calls_are_lost),
		BED_TEST(test_same_results),
		BED_TEST(test_other_init),
		BED_TEST(test_other_configure),
		BED_TEST(test_ignored_result),
		BED_TEST(test_keys),
		BED_TEST(test_what_is_kept),
		BED_TEST(test_files_are_reopened),
		BED_TEST(test_limits),
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
