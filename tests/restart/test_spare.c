/* SPDX-License-Identifier: MIT */
/* A second worker that stands by: it takes over, and is replaced. */
#include "bed.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "proxy.h"

static uint64_t spare_bytes(struct bed *bed)
{
	struct camipc_memory_stats memory = { .size = sizeof(memory) };

	assert_int_equal(camipc_proxy_get_memory_stats(bed->proxy, &memory),
			 0);
	return memory.spare_bytes;
}

/** Dispatches until a spare is ready. */
static void until_spare(struct bed *bed)
{
	while (spare_bytes(bed) == 0)
		assert_true(bed_step(bed) >= 0);
}

/** Its pid: the child that is not the proxy's worker. */
static int find_spare(struct bed *bed)
{
	const int worker = camipc_proxy_get_pid(bed->proxy);
	char path[64];
	FILE *file;
	int pid = 0;

	snprintf(path, sizeof(path), "/proc/self/task/%d/children",
		 (int)getpid());
	file = fopen(path, "re");
	assert_non_null(file);
	while (fscanf(file, "%d", &pid) == 1 && pid == worker)
		pid = 0;
	fclose(file);
	assert_true(pid > 0);
	return pid;
}

/* A loop that nothing wakes for so long is at rest. */
#define QUIET_MS 40

/* More often than anything that is under way explains. */
#define MANY_STEPS 1000

/* Dispatches as an event loop does, until nothing wakes that for a while. */
static void expect_rest(struct bed *bed)
{
	struct pollfd pfd = {
		.fd = camipc_proxy_get_fd(bed->proxy),
		.events = POLLIN,
	};

	for (int i = 0; poll(&pfd, 1, QUIET_MS) > 0; i++) {
		assert_in_range(i, 0, MANY_STEPS);
		(void)!test_phoenix_dispatch(bed->ipa);
	}
}

static void test_takes_over(void **state)
{
	struct bed *bed = *state;
	uint32_t answer;

	bed_want_spare(bed, 1);
	bed_running(bed);
	for (int i = 0; i < 3; i++) {
		int spare;

		until_spare(bed);
		expect_rest(bed);
		spare = find_spare(bed);
		bed_restart(bed);
		assert_int_equal(camipc_proxy_get_pid(bed->proxy), spare);
		assert_int_equal(bed->restarted.replayed, 3);
		assert_int_equal(test_phoenix_ask(bed->ipa, 1, &answer), 0);
	}
}

/** One that dies is replaced; the camera does not notice. */
static void test_spare_dies(void **state)
{
	struct bed *bed = *state;
	uint32_t answer;

	bed_want_spare(bed, 1);
	bed_running(bed);
	until_spare(bed);
	assert_int_equal(kill(find_spare(bed), SIGKILL), 0);
	while (spare_bytes(bed) != 0)
		assert_true(bed_step(bed) >= 0);
	until_spare(bed);
	assert_int_equal(test_phoenix_ask(bed->ipa, 1, &answer), 0);
	assert_int_equal(bed->n, 0);
	bed_restart(bed);
}

/** Both at once: then an attempt starts one as without a spare. */
static void test_both_die(void **state)
{
	struct bed *bed = *state;

	bed_want_spare(bed, 1);
	bed_running(bed);
	until_spare(bed);
	assert_int_equal(kill(find_spare(bed), SIGKILL), 0);
	bed_restart(bed);
	bed_expect_state(bed, CAMIPC_STATE_RUNNING);
}

/* The worker ends, a call notices that, and a stop ends the restart. */
static void park(struct bed *bed)
{
	struct test_phoenix_marker marker;
	uint32_t answer;

	bed_kill(bed, SIGKILL);
	while (test_phoenix_ask(bed->ipa, 1, &answer) == 0)
		;
	bed_expect_state(bed, CAMIPC_STATE_RESTARTING);
	assert_int_equal(test_phoenix_stop(bed->ipa, &marker), 0);
	bed_expect_state(bed, CAMIPC_STATE_STOPPED);
	assert_int_equal(camipc_proxy_get_pid(bed->proxy), 0);
}

/** Without a worker, what a spare says or does is read all the same. */
static void test_spare_without_a_worker(void **state)
{
	struct bed *bed = *state;
	uint32_t run;
	int steps = 0;
	int spare;

	bed_want_spare(bed, 1);
	bed_running(bed);
	bed_dispatch_all(bed);
	park(bed);
	/* It was being started. */
	while (spare_bytes(bed) == 0) {
		assert_in_range(++steps, 1, MANY_STEPS);
		assert_true(bed_step(bed) >= 0);
	}
	expect_rest(bed);
	spare = find_spare(bed);
	assert_int_equal(kill(spare, SIGKILL), 0);
	for (steps = 0; spare_bytes(bed) != 0;) {
		assert_in_range(++steps, 1, MANY_STEPS);
		assert_true(bed_step(bed) >= 0);
	}
	expect_rest(bed);
	assert_int_equal(bed->n_closed, 0);
	assert_int_equal(test_phoenix_start(bed->ipa, 2, &run), 0);
	until_spare(bed);
}

/** One that has ended does not keep a stop of many proxies awake. */
static void test_spare_dies_before_a_stop(void **state)
{
	struct bed *bed = *state;
	siginfo_t info;
	int spare;

	bed_want_spare(bed, 1);
	bed_running(bed);
	until_spare(bed);
	spare = find_spare(bed);
	assert_int_equal(kill(spare, SIGKILL), 0);
	assert_int_equal(waitid(P_PID, (id_t)spare, &info, WEXITED | WNOWAIT),
			 0);
	assert_int_equal(camipc_stop_all(&bed->proxy, 1), 0);
	assert_int_equal(spare_bytes(bed), 0);
}

/** The waits of calls, and no other ones, are what a cancellation ends. */
static void test_cancel_ends_waits(void **state)
{
	struct bed *bed = *state;
	const struct camipc_proxy *proxy = bed->proxy;
	uint32_t answer;

	bed_want_spare(bed, 1);
	bed_running(bed);
	until_spare(bed);
	assert_ptr_not_equal(proxy->waker.link, proxy->link);
	assert_int_equal(test_phoenix_ask(bed->ipa, 1, &answer), 0);
	assert_ptr_equal(proxy->waker.link, proxy->link);
	bed_want_spare(bed, 0);
	assert_int_equal(test_phoenix_ask(bed->ipa, 1, &answer), 0);
	assert_ptr_equal(proxy->waker.link, proxy->link);
}

/** Given up with the policy, and with the proxy in each moment. */
static void test_ends(void **state)
{
	struct bed *bed = *state;
	struct fd_leak before;

	bed_running(bed);
	bed_restart(bed);
	fd_leak_take(&before);
	for (int steps = 0; steps < 4; steps++) {
		bed_want_spare(bed, 1);
		/* One that is ready sooner wakes nobody. */
		for (int i = 0; i < steps && spare_bytes(bed) == 0; i++)
			assert_true(bed_step(bed) >= 0);
		bed_want_spare(bed, 0);
		assert_int_equal(spare_bytes(bed), 0);
		fd_leak_assert_none(&before);
	}
	bed_want_spare(bed, 1);
	until_spare(bed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BED_TEST(test_takes_over),
		BED_TEST(test_spare_dies),
		BED_TEST(test_both_die),
		BED_TEST(test_spare_without_a_worker),
		BED_TEST(test_spare_dies_before_a_stop),
		BED_TEST(test_cancel_ends_waits),
		BED_TEST(test_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
