/* SPDX-License-Identifier: MIT */
/* Tests many cycles, and many proxies at once. */
#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <unistd.h>

#include "contract.h"
#include "under_valgrind.h"

/* At most; each may be a process of its own, and those are large with
 * sanitizers and under valgrind. */
#define MANY 64
#define FEW 12

/** Under valgrind and ASan memory that was freed stays mapped for a while. */
static void expect_no_growth(const struct fd_leak *warm, unsigned int maps)
{
	if (under_valgrind() || TEST_SANITIZED)
		fd_leak_assert_none(warm);
	else
		fd_leak_assert_no_growth(warm, maps);
}

static int count_fds(void)
{
	DIR *folder = opendir("/proc/self/fd");
	int n = 0;

	assert_non_null(folder);
	while (readdir(folder))
		n++;
	closedir(folder);
	return n;
}

/**
 * Requirement 28: many proxies must not use up a host's descriptors. An epoll
 * and a timer, and one of the IPA thread, or three of a worker and its
 * life-line. None comes with calls, deadlines, wake-ups or cancellation.
 */
static void few_descriptors(void **state)
{
	struct contract *c = *state;
	struct contract_done done = { 0 };
	int before;

	test_echo_destroy(c->ipa);
	before = count_fds();
	c->ipa = contract_create(c);
	c->proxy = test_echo_get_proxy(c->ipa);
	contract_running(c);
	assert_int_equal(test_echo_push(c->ipa, 1), 0);
	assert_int_equal(test_echo_slow_begin(c->ipa, 1, contract_done, &done),
			 0);
	camipc_proxy_cancel(c->proxy);
	contract_dispatch_done(c, &done);
	assert_in_range(count_fds() - before, 1, contract_is_local() ? 3 : 6);
}

/** Main job: 1,000 start/stop, no growth in fds, threads, children, memory. */
static void start_stop_cycles(void **state)
{
	struct contract *c = *state;
	const int cycles = test_amount(1000, 1000, 100);
	struct fd_leak warm;

	contract_ready(c);
	for (int i = 0; i < cycles; i++) {
		contract_start(c);
		assert_int_equal(test_echo_push(c->ipa, 1), 0);
		if (i % 3 == 0)
			contract_dispatch_all(c);
		assert_int_equal(test_echo_stop(c->ipa), 0);
		if (i == 50)
			fd_leak_take(&warm);
	}
	expect_no_growth(&warm, 2);
}

/** Main job: 200 create/destroy. */
static void create_destroy_cycles(void **state)
{
	struct contract *c = *state;
	const int cycles = test_amount(200, 200, 22);
	struct fd_leak warm;

	for (int i = 0; i < cycles; i++) {
		test_echo_destroy(c->ipa);
		c->ipa = contract_create(c);
		if (i % 2) {
			contract_init(c);
			assert_int_equal(test_echo_start(c->ipa), 0);
		}
		if (i == 20)
			fd_leak_take(&warm);
	}
	c->proxy = test_echo_get_proxy(c->ipa);
	test_echo_destroy(c->ipa);
	c->ipa = contract_create(c);
	c->proxy = test_echo_get_proxy(c->ipa);
	expect_no_growth(&warm, 4);
}

/* ---- many at once ------------------------------------------------------ */

/** Proxies in Running, each with a gate that its stop waits for. */
struct crowd {
	int n;
	struct test_echo *ipas[MANY];
	struct camipc_proxy *proxies[MANY];
	int gates[MANY][2];
};

static void make_crowd(struct contract *c, struct crowd *crowd, int n,
		       uint32_t timeout_ms)
{
	struct test_echo_defaults defaults;

	test_echo_defaults_init(&defaults);
	crowd->n = n;
	for (int i = 0; i < n; i++) {
		struct test_echo *ipa = contract_create(c);

		crowd->ipas[i] = ipa;
		crowd->proxies[i] = test_echo_get_proxy(ipa);
		assert_int_equal(pipe(crowd->gates[i]), 0);
		assert_int_equal(test_echo_init(ipa, "", &defaults), 0);
		assert_int_equal(test_echo_start(ipa), 0);
		assert_int_equal(test_echo_plan(ipa, TEST_ECHO_STOP,
						TEST_ECHO_BLOCK, 0,
						crowd->gates[i][0]),
				 0);
		camipc_proxy_set_timeout(crowd->proxies[i], timeout_ms);
	}
}

static void end_crowd(struct crowd *crowd)
{
	for (int i = 0; i < crowd->n; i++) {
		test_echo_destroy(crowd->ipas[i]);
		close(crowd->gates[i][0]);
		close(crowd->gates[i][1]);
	}
}

static void expect_crowd(const struct crowd *crowd, enum camipc_state state)
{
	for (int i = 0; i < crowd->n; i++)
		assert_int_equal(camipc_proxy_get_state(crowd->proxies[i]),
				 state);
}

static bool all_are_stopping(const struct crowd *crowd)
{
	for (int i = 0; i < crowd->n; i++) {
		if (camipc_proxy_get_state(crowd->proxies[i]) !=
		    CAMIPC_STATE_STOPPING)
			return false;
	}
	return true;
}

/** Opens no gate before every proxy is being stopped. */
static void *open_together(void *user)
{
	const struct crowd *crowd = user;
	const int64_t end = contract_now_ms() + 15000;

	bool all = false;

	while (!all && contract_now_ms() < end) {
		all = all_are_stopping(crowd);
		sched_yield();
	}
	for (int i = 0; i < crowd->n && all; i++) {
		if (write(crowd->gates[i][1], "", 1) != 1)
			return NULL;
	}
	return NULL;
}

/**
 * One after the other the first would never end: its gate opens only once the
 * last is being stopped.
 */
static void stop_all_is_parallel(void **state)
{
	struct contract *c = *state;
	static struct crowd crowd;
	pthread_t thread;

	make_crowd(c, &crowd, test_amount(MANY, 16, FEW), 20000);
	assert_int_equal(pthread_create(&thread, NULL, open_together, &crowd),
			 0);
	assert_int_equal(camipc_stop_all(crowd.proxies, (size_t)crowd.n), 0);
	pthread_join(thread, NULL);
	expect_crowd(&crowd, CAMIPC_STATE_STOPPED);
	/* Those that do not run are left alone. */
	assert_int_equal(camipc_stop_all(crowd.proxies, (size_t)crowd.n), 0);
	expect_crowd(&crowd, CAMIPC_STATE_STOPPED);
	end_crowd(&crowd);
}

/** Milliseconds that it takes to stop @n that all miss their deadline. */
static int64_t stop_late(struct contract *c, int n)
{
	static struct crowd crowd;
	int64_t began;
	int64_t took;

	make_crowd(c, &crowd, n, 300);
	began = contract_now_ms();
	assert_int_equal(camipc_stop_all(crowd.proxies, (size_t)n), -ETIMEDOUT);
	took = contract_now_ms() - began;
	expect_crowd(&crowd, CAMIPC_STATE_DEAD);
	for (int i = 0; i < n; i++)
		assert_int_equal(write(crowd.gates[i][1], "", 1), 1);
	end_crowd(&crowd);
	return took;
}

/** The slowest, not the sum, counts: with deadlines that all are missed. */
static void stop_all_takes_one_deadline(void **state)
{
	struct contract *c = *state;

	/* One after the other they would take FEW times as long as one. */
	assert_true(stop_late(c, FEW) < FEW / 2 * stop_late(c, 1));
}

/** No event of any of them after it returned, and none beneath it. */
static void stop_all_is_silent(void **state)
{
	struct contract *c = *state;
	struct test_echo *ipas[4];
	struct camipc_proxy *proxies[4];
	size_t n;

	for (int i = 0; i < 4; i++) {
		struct test_echo_defaults defaults;

		test_echo_defaults_init(&defaults);
		ipas[i] = contract_create(c);
		proxies[i] = test_echo_get_proxy(ipas[i]);
		assert_int_equal(test_echo_init(ipas[i], "", &defaults), 0);
		assert_int_equal(test_echo_plan(ipas[i], TEST_ECHO_START,
						TEST_ECHO_EMITTER, 0, -1),
				 0);
		assert_int_equal(test_echo_start(ipas[i]), 0);
	}
	n = c->n_events;
	assert_int_equal(camipc_stop_all(proxies, 4), 0);
	assert_int_equal(c->n_events, n);
	for (int i = 0; i < 4; i++) {
		assert_true(test_echo_dispatch(ipas[i]) >= 0);
		test_echo_destroy(ipas[i]);
	}
	assert_int_equal(c->n_events, n);
}

/** A stop that was begun delivers events until it has completed. */
static void stop_all_refuses_a_begun_stop(void **state)
{
	struct contract *c = *state;
	struct contract_done done = { 0 };

	contract_running(c);
	assert_int_equal(test_echo_stop_begin(c->ipa, contract_done, &done), 0);
	assert_int_equal(camipc_stop_all(&c->proxy, 1), -EALREADY);
	contract_dispatch_done(c, &done);
	assert_int_equal(done.ret, 0);
	assert_int_equal(camipc_stop_all(&c->proxy, 1), 0);
}

/** A start that was begun delivers events once it has completed. */
static void stop_all_refuses_a_begun_start(void **state)
{
	struct contract *c = *state;
	struct contract_done done = { 0 };

	contract_ready(c);
	assert_int_equal(test_echo_start_begin(c->ipa, contract_done, &done),
			 0);
	assert_int_equal(camipc_stop_all(&c->proxy, 1), -EBUSY);
	assert_int_equal(camipc_drain_all(&c->proxy, 1), -EBUSY);
	contract_dispatch_done(c, &done);
	assert_int_equal(done.ret, 0);
	assert_int_equal(camipc_stop_all(&c->proxy, 1), 0);
	contract_expect_state(c, CAMIPC_STATE_STOPPED);
}

/** Several cameras start at once. */
static void begin_many_starts(void **state)
{
	struct contract *c = *state;
	struct test_echo *ipas[4];
	struct contract_done done[4] = { { 0 } };
	struct test_echo_defaults defaults;
	int left = 4;

	test_echo_defaults_init(&defaults);
	for (int i = 0; i < 4; i++) {
		ipas[i] = contract_create(c);
		assert_int_equal(test_echo_init(ipas[i], "", &defaults), 0);
		assert_int_equal(test_echo_start_begin(ipas[i], contract_done,
						       &done[i]),
				 0);
	}
	while (left > 0) {
		struct pollfd pfds[4];

		for (int i = 0; i < 4; i++)
			pfds[i] = (struct pollfd){
				.fd = test_echo_get_fd(ipas[i]),
				.events = POLLIN,
			};
		assert_true(poll(pfds, 4, 10000) > 0);
		left = 4;
		for (int i = 0; i < 4; i++) {
			if (pfds[i].revents)
				assert_true(test_echo_dispatch(ipas[i]) >= 0);
			left -= done[i].n;
		}
	}
	for (int i = 0; i < 4; i++) {
		assert_int_equal(done[i].ret, 0);
		test_echo_destroy(ipas[i]);
	}
}

/** Two instances of one module share nothing that calls could tell. */
static void two_instances(void **state)
{
	struct contract *c = *state;
	struct test_echo *second = contract_create(c);
	struct test_echo_defaults defaults;
	const uint32_t *numbers = NULL;
	size_t n = 0;

	/* One runs while the other is not even initialised. */
	contract_running(c);
	assert_int_equal(test_echo_push(c->ipa, 1), 0);
	assert_int_equal(test_echo_push(second, 1), -EINVAL);
	test_echo_defaults_init(&defaults);
	assert_int_equal(test_echo_init(second, "second", &defaults), 0);
	/* What one is told to do the other does not do. */
	contract_plan(c, TEST_ECHO_SLOW, TEST_ECHO_RETURN, 7);
	assert_int_equal(test_echo_start(second), 0);
	assert_int_equal(test_echo_slow(second, 3), 3);
	assert_int_equal(test_echo_slow(c->ipa, 3), 7);
	assert_int_equal(test_echo_stop(second), 0);
	assert_int_equal(test_echo_take_pushed(second, &numbers, &n), 0);
	assert_int_equal(n, 0);
	camipc_clear_array(numbers);
	test_echo_destroy(second);
	/* The first outlives the second. */
	assert_int_equal(test_echo_take_pushed(c->ipa, &numbers, &n), 0);
	assert_int_equal(n, 1);
	camipc_clear_array(numbers);
	contract_dispatch_events(c, 1);
	assert_int_equal(c->pushed.n, 1);
}

/** Many proxies in one process: each call finds its own IPA. */
static void many_proxies(void **state)
{
	struct contract *c = *state;
	struct test_echo *ipas[16];
	struct test_echo_defaults defaults;

	test_echo_defaults_init(&defaults);
	for (int i = 0; i < 16; i++) {
		ipas[i] = contract_create(c);
		assert_int_equal(test_echo_init(ipas[i], "", &defaults), 0);
		assert_int_equal(test_echo_start(ipas[i]), 0);
		assert_int_equal(test_echo_push(ipas[i], (uint32_t)i), 0);
	}
	for (int i = 0; i < 16; i++) {
		const uint32_t *numbers = NULL;
		size_t n = 0;

		assert_int_equal(test_echo_take_pushed(ipas[i], &numbers, &n),
				 0);
		assert_int_equal(n, 1);
		assert_int_equal(numbers[0], i);
		camipc_clear_array(numbers);
		test_echo_destroy(ipas[i]);
	}
}

static const struct CMUnitTest tests[] = {
	CONTRACT_TEST(few_descriptors),
	CONTRACT_TEST(start_stop_cycles),
	CONTRACT_TEST(create_destroy_cycles),
	CONTRACT_TEST(stop_all_is_parallel),
	CONTRACT_TEST(stop_all_takes_one_deadline),
	CONTRACT_TEST(stop_all_is_silent),
	CONTRACT_TEST(stop_all_refuses_a_begun_stop),
	CONTRACT_TEST(stop_all_refuses_a_begun_start),
	CONTRACT_TEST(begin_many_starts),
	CONTRACT_TEST(two_instances),
	CONTRACT_TEST(many_proxies),
};

CONTRACT_MAIN(tests)
