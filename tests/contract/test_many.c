/* SPDX-License-Identifier: MIT */
/* Many cycles, and many proxies at once. */
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "contract.h"

#define N 12

/**
 * Under valgrind a cycle takes a second and a half, and memory that was freed
 * stays mapped for a while: fewer cycles, and mappings prove nothing.
 */
static bool under_valgrind(void)
{
	const char *preload = getenv("LD_PRELOAD");

	return preload && strstr(preload, "vgpreload");
}

static void expect_no_growth(const struct fd_leak *warm, unsigned int maps)
{
	if (under_valgrind())
		fd_leak_assert_none(warm);
	else
		fd_leak_assert_no_growth(warm, maps);
}

/** Main job: 1,000 start/stop, no growth in fds, threads, children, memory. */
static void start_stop_cycles(void **state)
{
	struct contract *c = *state;
	const int cycles = under_valgrind() ? 100 : 1000;
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
	const int cycles = under_valgrind() ? 22 : 200;
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

/** All in Running, each with a gate of its own that its stop waits for. */
static void make_all(struct contract *c, struct test_echo *ipas[N],
		     struct camipc_proxy *proxies[N], int gates[N][2])
{
	struct test_echo_defaults defaults;

	test_echo_defaults_init(&defaults);
	for (int i = 0; i < N; i++) {
		assert_int_equal(pipe(gates[i]), 0);
		ipas[i] = contract_create(c);
		proxies[i] = test_echo_get_proxy(ipas[i]);
		assert_int_equal(test_echo_init(ipas[i], "", &defaults), 0);
		assert_int_equal(test_echo_start(ipas[i]), 0);
		assert_int_equal(test_echo_plan(ipas[i], TEST_ECHO_STOP,
						TEST_ECHO_BLOCK, 0,
						gates[i][0]),
				 0);
	}
}

static void end_all(struct test_echo *ipas[N], int gates[N][2])
{
	for (int i = 0; i < N; i++) {
		test_echo_destroy(ipas[i]);
		close(gates[i][0]);
		close(gates[i][1]);
	}
}

/** What the thread that lets stops go needs to see and to open. */
struct opener {
	struct camipc_proxy **proxies;
	int (*gates)[2];
};

/** Opens no gate before every proxy is being stopped. */
static void *open_together(void *user)
{
	const struct opener *opener = user;
	const int64_t end = contract_now_ms() + 1500;
	int n = 0;

	while (n < N && contract_now_ms() < end) {
		n = 0;
		for (int i = 0; i < N; i++)
			n += camipc_proxy_get_state(opener->proxies[i]) ==
			     CAMIPC_STATE_STOPPING;
		sched_yield();
	}
	for (int i = 0; i < N && n == N; i++) {
		if (write(opener->gates[i][1], "", 1) != 1)
			return NULL;
	}
	return NULL;
}

/** One after the other they would miss their deadlines. */
static void stop_all_is_parallel(void **state)
{
	struct contract *c = *state;
	struct test_echo *ipas[N];
	struct camipc_proxy *proxies[N];
	int gates[N][2];
	struct opener opener = { .proxies = proxies, .gates = gates };
	pthread_t thread;

	make_all(c, ipas, proxies, gates);
	assert_int_equal(pthread_create(&thread, NULL, open_together, &opener),
			 0);
	assert_int_equal(camipc_stop_all(proxies, N), 0);
	pthread_join(thread, NULL);
	for (int i = 0; i < N; i++)
		assert_int_equal(camipc_proxy_get_state(proxies[i]),
				 CAMIPC_STATE_STOPPED);
	/* Those that do not run are left alone. */
	assert_int_equal(camipc_stop_all(proxies, N), 0);
	end_all(ipas, gates);
}

/** The slowest, not the sum, counts: with deadlines that all are missed. */
static void stop_all_takes_one_deadline(void **state)
{
	struct contract *c = *state;
	struct test_echo *ipas[N];
	struct camipc_proxy *proxies[N];
	int gates[N][2];
	int64_t before;

	make_all(c, ipas, proxies, gates);
	for (int i = 0; i < N; i++)
		camipc_proxy_set_timeout(proxies[i], 300);
	before = contract_now_ms();
	assert_int_equal(camipc_stop_all(proxies, N), -ETIMEDOUT);
	/* One after the other would take 3.6 seconds. */
	assert_true(contract_now_ms() - before < 2500);
	for (int i = 0; i < N; i++) {
		assert_int_equal(camipc_proxy_get_state(proxies[i]),
				 CAMIPC_STATE_DEAD);
		assert_int_equal(write(gates[i][1], "", 1), 1);
	}
	end_all(ipas, gates);
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
	CONTRACT_TEST(start_stop_cycles),
	CONTRACT_TEST(create_destroy_cycles),
	CONTRACT_TEST(stop_all_is_parallel),
	CONTRACT_TEST(stop_all_takes_one_deadline),
	CONTRACT_TEST(stop_all_is_silent),
	CONTRACT_TEST(begin_many_starts),
	CONTRACT_TEST(many_proxies),
};

CONTRACT_MAIN(tests)
