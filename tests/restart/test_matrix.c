/* SPDX-License-Identifier: MIT */
/*
 * Workers that end in each way at each moment: every call completes once, no
 * frame is both processed and lost or neither, and the next worker does its
 * work. CAMIPC_TEST_CAMERAS sets how many cameras die at once.
 */
#include "bed.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "under_valgrind.h"

static const char *const act_names[PHOENIX_N_ENDS] = {
	"live", "SIGKILL", "SIGSEGV", "abort", "_exit(0)", "SIGSTOP",
	"channel closed", "garbage",
};

/** Until a hang is noticed, in a call or without events. */
#define HANG_MS 300

static void map_one(struct bed *bed)
{
	const struct test_phoenix_item item = { .id = 1, .fd = bed->book_fd };

	assert_int_equal(test_phoenix_map(bed->ipa, &item, 1, NULL, 0), 0);
}

/** The proxy runs and answers, and a frame is processed. */
static void expect_alive(struct bed *bed)
{
	const size_t done = bed->n_done;
	uint32_t answer;

	bed_expect_state(bed, CAMIPC_STATE_RUNNING);
	assert_int_equal(test_phoenix_ask(bed->ipa, 1, &answer), 0);
	assert_int_equal(answer, 2);
	assert_int_equal(test_phoenix_frame(bed->ipa, 999), 0);
	bed_until(bed, &bed->n_done, done + 1);
	assert_int_equal(bed->n_closed, 0);
}

static void run_each_act(struct bed *bed, enum phoenix_op op,
			 void (*run)(struct bed *bed, enum phoenix_op op,
				     enum phoenix_act act))
{
	for (int i = PHOENIX_KILL; i < PHOENIX_N_ENDS; i++) {
		const enum phoenix_act act = (enum phoenix_act)i;

		const uint32_t ms = act == PHOENIX_FREEZE ? HANG_MS : 0;

		camipc_proxy_set_timeout(bed->proxy, ms);
		camipc_proxy_set_watchdog(bed->proxy, ms);
		bed_allow(bed, 60);
		bed->n = 0;
		bed->n_restarted = 0;
		print_message("op %d, %s\n", (int)op, act_names[act]);
		run(bed, op, act);
		camipc_proxy_set_timeout(bed->proxy, 0);
		camipc_proxy_set_watchdog(bed->proxy, 0);
		expect_alive(bed);
	}
}

/* ---- in a repeated call ------------------------------------------------ */

/** The second worker ends in @op, the third one does not. */
static void die_in_replay(struct bed *bed, enum phoenix_op op,
			  enum phoenix_act act)
{
	bed_plan(bed, op, 1, act);
	bed_kill(bed, SIGKILL);
	bed_until(bed, &bed->n_restarted, 1);
	assert_int_equal(bed->restarted.attempt, 2);
	assert_int_equal(bed->restarted.replayed, 4);
	/* The cause is how the first one ended. */
	assert_int_equal(bed->cause.reason, CAMIPC_REASON_SIGNALED);
	assert_int_equal(bed->cause.status, SIGKILL);
}

static void test_replayed_calls(void **state)
{
	static const enum phoenix_op ops[] = {
		PHOENIX_INIT,
		PHOENIX_CONFIGURE,
		PHOENIX_START,
		PHOENIX_MAP,
	};
	struct bed *bed = *state;

	bed_running(bed);
	map_one(bed);
	for (size_t i = 0; i < 4; i++)
		run_each_act(bed, ops[i], die_in_replay);
}

/* ---- in a call of the host --------------------------------------------- */

static void die_in_call(struct bed *bed, enum phoenix_op op,
			enum phoenix_act act)
{
	uint32_t answer;

	bed_plan(bed, op, 1, act);
	assert_int_equal(test_phoenix_ask_begin(bed->ipa, 1, NULL, NULL), 0);
	assert_int_equal(test_phoenix_unmap_begin(bed->ipa, NULL, 0,
						  bed_completed, bed),
			 0);
	/* One that waits for its own answer fails as well. */
	(void)!test_phoenix_ask(bed->ipa, 1, &answer);
	bed_until(bed, &bed->n_restarted, 1);
	assert_int_equal(bed_count(bed, TOLD_COMPLETED), 1);
	/* A call that waits in vain ends before its worker does. */
	assert_int_equal((int)bed->told[bed_find(bed, TOLD_COMPLETED)].number,
			 act == PHOENIX_FREEZE ? -ETIMEDOUT : -EPIPE);
}

static void test_mid_call(void **state)
{
	struct bed *bed = *state;

	bed_running(bed);
	run_each_act(bed, PHOENIX_ASK, die_in_call);
}

static void die_in_stop(struct bed *bed, enum phoenix_op op,
			enum phoenix_act act)
{
	struct test_phoenix_marker marker;
	uint32_t run;

	bed_plan(bed, op, 1, act);
	assert_int_equal(test_phoenix_stop(bed->ipa, &marker), 0);
	bed_until(bed, &bed->n_restarted, 1);
	bed_expect_state(bed, CAMIPC_STATE_STOPPED);
	assert_int_equal(test_phoenix_start(bed->ipa, 1, &run), 0);
}

static void test_in_stop(void **state)
{
	struct bed *bed = *state;

	bed_running(bed);
	run_each_act(bed, PHOENIX_STOP, die_in_stop);
}

static void die_in_burst(struct bed *bed, enum phoenix_op op,
			 enum phoenix_act act)
{
	const bool hangs = act == PHOENIX_FREEZE;
	size_t burst;

	atomic_store(&bed->book->after, 1);
	bed_plan(bed, op, 1, act);
	assert_int_equal(test_phoenix_raise(bed->ipa, 20), 0);
	assert_int_equal(test_phoenix_frame(bed->ipa, 5), 0);
	/* Only events that are missing show that it hangs. */
	if (hangs) {
		bed_until(bed, &bed->n, 20);
		assert_int_equal(test_phoenix_frame(bed->ipa, 6), 0);
	}
	bed_until(bed, &bed->n_restarted, 1);
	atomic_store(&bed->book->after, 0);
	/* What it had sent was received, in order, and before all else. */
	burst = bed_count(bed, TOLD_BURST);
	assert_int_equal(burst, 20);
	for (size_t i = 0; i < burst; i++) {
		assert_int_equal(bed->told[i].what, TOLD_BURST);
		assert_int_equal(bed->told[i].number, i);
	}
	assert_int_equal(bed->told[burst].what, TOLD_LOST_RAISE);
	assert_int_equal(bed_count(bed, TOLD_LOST_FRAME), hangs ? 2 : 1);
}

static void test_event_burst(void **state)
{
	struct bed *bed = *state;

	bed_running(bed);
	run_each_act(bed, PHOENIX_RAISE, die_in_burst);
}

/* ---- from outside ------------------------------------------------------ */

static void test_idle(void **state)
{
	static const int numbers[] = { SIGKILL, SIGSEGV, SIGABRT, SIGTERM };
	struct bed *bed = *state;

	bed_running(bed);
	for (size_t i = 0; i < 4; i++) {
		bed->n_restarted = 0;
		bed_kill(bed, numbers[i]);
		bed_until(bed, &bed->n_restarted, 1);
		expect_alive(bed);
	}
}

/** A reply that has arrived is the end of its call. */
static void test_reply_queued(void **state)
{
	struct bed *bed = *state;
	struct pollfd poll_fd = {
		.fd = camipc_proxy_get_fd(bed->proxy),
		.events = POLLIN,
	};

	bed_running(bed);
	bed_dispatch_all(bed);
	assert_int_equal(test_phoenix_unmap_begin(bed->ipa, NULL, 0,
						  bed_completed, bed),
			 0);
	assert_int_equal(poll(&poll_fd, 1, 20000), 1);
	bed_kill(bed, SIGKILL);
	bed_until(bed, &bed->n_restarted, 1);
	assert_int_equal(bed->told[0].what, TOLD_COMPLETED);
	assert_int_equal(bed->told[0].number, 0);
	assert_int_equal(bed_count(bed, TOLD_COMPLETED), 1);
	expect_alive(bed);
}

/**
 * Ends the worker that is being born. It may have given its last answer by then:
 * in that case it is replaced after the restart, and takes a call with it.
 */
static void kill_newborn(struct bed *bed)
{
	uint32_t answer;
	int ret;

	bed_kill(bed, SIGKILL);
	bed_until(bed, &bed->n_restarted, 1);
	bed_dispatch_all(bed);
	if (camipc_proxy_get_state(bed->proxy) == CAMIPC_STATE_RUNNING) {
		ret = test_phoenix_ask(bed->ipa, 1, &answer);
		assert_true(ret == 0 || ret == -EPIPE);
		if (ret == 0)
			return;
	}
	bed_until(bed, &bed->n_restarted, 2);
}

/** Workers that end while they are born: after each step of the host. */
static void test_birth(void **state)
{
	struct bed *bed = *state;

	bed_running(bed);
	for (int steps = 0; steps < 6; steps++) {
		bed_allow(bed, 60);
		bed->n_restarted = 0;
		bed_kill(bed, SIGKILL);
		bed_until_state(bed, CAMIPC_STATE_RESTARTING);
		for (int i = 0; i < steps && bed->n_restarted == 0; i++)
			bed_step(bed);
		if (bed->n_restarted == 0 &&
		    camipc_proxy_get_state(bed->proxy) ==
			    CAMIPC_STATE_RESTARTING)
			kill_newborn(bed);
		bed_until(bed, &bed->n_restarted, 1);
		bed_dispatch_all(bed);
		bed_until_state(bed, CAMIPC_STATE_RUNNING);
		expect_alive(bed);
	}
}

/** At each step of a restart the proxy can be stopped, and goes on. */
static void test_stop_at_each_step(void **state)
{
	struct bed *bed = *state;
	struct test_phoenix_marker marker;
	uint32_t run;

	bed_running(bed);
	for (int steps = 0; steps < 6; steps++) {
		bed_allow(bed, 60);
		bed_kill(bed, SIGKILL);
		bed_until_state(bed, CAMIPC_STATE_RESTARTING);
		for (int i = 0; i < steps; i++)
			if (camipc_proxy_get_state(bed->proxy) ==
			    CAMIPC_STATE_RESTARTING)
				bed_step(bed);
		assert_int_equal(test_phoenix_stop(bed->ipa, &marker), 0);
		bed_expect_state(bed, CAMIPC_STATE_STOPPED);
		assert_int_equal(test_phoenix_start(bed->ipa, 1, &run), 0);
		expect_alive(bed);
	}
}

/** And it can be destroyed. The bed counts what is left. */
static void test_destroy_at_each_step(void **state)
{
	struct bed *bed = *state;

	for (int steps = 0; steps < 6; steps++) {
		struct bed *other = bed_create(bed->manager);

		bed_running(other);
		assert_int_equal(test_phoenix_frame(other->ipa, 1), 0);
		assert_int_equal(test_phoenix_ask_begin(other->ipa, 1, NULL,
							NULL),
				 0);
		bed_kill(other, SIGKILL);
		bed_until_state(other, CAMIPC_STATE_RESTARTING);
		for (int i = 0; i < steps; i++)
			if (camipc_proxy_get_state(other->proxy) ==
			    CAMIPC_STATE_RESTARTING)
				bed_step(other);
		bed_destroy(other);
	}
}

static void destroy_in(struct bed *bed, enum told what)
{
	if (what == (enum told)(uintptr_t)bed->context)
		test_phoenix_destroy(bed->ipa);
}

/** In each callback that a restart makes. */
static void test_destroy_in_callbacks(void **state)
{
	static const enum told each[] = {
		TOLD_DONE, TOLD_LOST_FRAME, TOLD_COMPLETED, TOLD_REPLAYED,
		TOLD_RESTARTED,
	};
	struct bed *bed = *state;

	for (size_t i = 0; i < 5; i++) {
		struct bed *other = bed_create(bed->manager);
		uint32_t told = 0;

		bed_running(other);
		atomic_store(&other->book->run, 8);
		atomic_store(&other->book->after, 1);
		bed_plan(other, PHOENIX_FRAME, 2, PHOENIX_KILL);
		for (uint32_t frame = 0; frame < 4; frame++)
			assert_int_equal(test_phoenix_frame(other->ipa, frame),
					 0);
		assert_int_equal(test_phoenix_unmap_begin(other->ipa, NULL, 0,
							  bed_completed, other),
				 0);
		other->on_told = destroy_in;
		other->context = (void *)(uintptr_t)each[i];
		while (bed_count(other, each[i]) == 0)
			bed_step(other);
		told = (uint32_t)other->n;
		assert_true(told > 0);
		other->ipa = NULL;
		bed_destroy(other);
	}
}

static void call_in(struct bed *bed, enum told what)
{
	uint32_t answer = 0;
	int ret;

	if (what == TOLD_CLOSED)
		return;
	ret = test_phoenix_ask(bed->ipa, 1, &answer);
	if (what == TOLD_RESTARTED && bed->context) {
		bed->context = NULL;
		bed_kill(bed, SIGKILL);
		ret = test_phoenix_ask(bed->ipa, 1, &answer);
		assert_true(ret == -EPIPE || ret == -EBUSY || ret == 0);
	}
}

/** A worker that ends in a callback, and calls in callbacks. */
static void test_in_callbacks(void **state)
{
	struct bed *bed = *state;

	bed_running(bed);
	bed->on_told = call_in;
	bed->context = bed;
	assert_int_equal(test_phoenix_frame(bed->ipa, 1), 0);
	bed_kill(bed, SIGKILL);
	bed_until(bed, &bed->n_restarted, 2);
	bed->on_told = NULL;
	expect_alive(bed);
}

/** Which pid a proxy has: never that of a worker that has ended. */
static void test_pid(void **state)
{
	struct bed *bed = *state;
	struct test_phoenix_marker marker;
	struct rlimit before;
	struct rlimit none;
	int old;
	int pid;

	bed_running(bed);
	old = camipc_proxy_get_pid(bed->proxy);
	assert_true(old > 0);
	/* Without descriptors, no worker can be started for a while. */
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	none = before;
	none.rlim_cur = 3;
	bed_kill(bed, SIGKILL);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	bed_until_state(bed, CAMIPC_STATE_RESTARTING);
	assert_int_equal(camipc_proxy_get_pid(bed->proxy), 0);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
	do {
		assert_true(bed_step(bed) >= 0);
		pid = camipc_proxy_get_pid(bed->proxy);
	} while (pid == 0);
	assert_int_not_equal(pid, old);
	bed_until(bed, &bed->n_restarted, 1);
	assert_int_equal(camipc_proxy_get_pid(bed->proxy), pid);
	bed_kill(bed, SIGKILL);
	bed_until_state(bed, CAMIPC_STATE_RESTARTING);
	assert_int_equal(test_phoenix_stop(bed->ipa, &marker), 0);
	assert_int_equal(camipc_proxy_get_pid(bed->proxy), 0);
}

/* ---- several proxies --------------------------------------------------- */

#define MAX_CAMERAS 64

/** All workers die at once: none waits for another. */
static void test_many(void **state)
{
	const char *text = getenv("CAMIPC_TEST_CAMERAS");
	const size_t n = text ? (size_t)atoi(text) : 16;
	struct bed *bed = *state;
	struct bed *beds[MAX_CAMERAS];
	struct pollfd fds[MAX_CAMERAS];
	struct rlimit limit;
	size_t restarted = 0;

	assert_true(n <= MAX_CAMERAS);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
	limit.rlim_cur = limit.rlim_max;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
	for (size_t i = 0; i < n; i++) {
		beds[i] = bed_create(bed->manager);
		bed_running(beds[i]);
	}
	for (size_t i = 0; i < n; i++)
		bed_kill(beds[i], SIGKILL);
	while (restarted < n) {
		for (size_t i = 0; i < n; i++)
			fds[i] = (struct pollfd){
				.fd = camipc_proxy_get_fd(beds[i]->proxy),
				.events = POLLIN,
			};
		assert_true(poll(fds, n, 20000) > 0);
		restarted = 0;
		for (size_t i = 0; i < n; i++) {
			if (fds[i].revents)
				assert_true(test_phoenix_dispatch(
						    beds[i]->ipa) >= 0);
			restarted += beds[i]->n_restarted;
		}
	}
	for (size_t i = 0; i < n; i++) {
		assert_int_equal(beds[i]->restarted.attempt, 1);
		expect_alive(beds[i]);
		bed_destroy(beds[i]);
	}
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		BED_TEST(test_replayed_calls),
		BED_TEST(test_mid_call),
		BED_TEST(test_in_stop),
		BED_TEST(test_event_burst),
		BED_TEST(test_idle),
		BED_TEST(test_reply_queued),
		BED_TEST(test_birth),
		BED_TEST(test_stop_at_each_step),
		BED_TEST(test_destroy_at_each_step),
		BED_TEST(test_destroy_in_callbacks),
		BED_TEST(test_in_callbacks),
		BED_TEST(test_pid),
		BED_TEST(test_many),
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
