/* SPDX-License-Identifier: MIT */
/*
 * Tests who may use a proxy: one thread at a time, which can change; what every
 * other thread gets; and the end of a proxy that several threads know.
 */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <string.h>

#include <camipc/error.h>
#include <camipc/record.h>

#include "contract.h"

/** Runs @body in a new thread, and waits for it. */
static void in_thread(void *(*body)(void *user), void *user)
{
	pthread_t thread;

	assert_int_equal(pthread_create(&thread, NULL, body, user), 0);
	assert_int_equal(pthread_join(thread, NULL), 0);
}

/* ---- every bound function, in the wrong thread ------------------------- */

static void never(void (*done)(void), void *user, int ret, const void *outs)
{
	(void)done;
	(void)user;
	(void)ret;
	(void)outs;
	fail();
}

static long dispatch(struct contract *c)
{
	return camipc_proxy_dispatch(c->proxy);
}

static long record(struct contract *c)
{
	return camipc_proxy_record(c->proxy, NULL);
}

static long dispatch_wait(struct contract *c)
{
	return camipc_proxy_dispatch_wait(c->proxy, 0);
}

static long call(struct contract *c)
{
	return camipc_proxy_call(c->proxy, TEST_ECHO_METHOD_PUSH, NULL, NULL);
}

static long begin(struct contract *c)
{
	return camipc_proxy_begin(c->proxy, TEST_ECHO_METHOD_START, NULL, never,
				  NULL, c);
}

static long call_as(struct contract *c)
{
	return camipc_proxy_call_as(c->proxy, TEST_ECHO_METHOD_PUSH, NULL, NULL,
				    NULL);
}

static long begin_as(struct contract *c)
{
	return camipc_proxy_begin_as(c->proxy, TEST_ECHO_METHOD_START, NULL,
				     NULL, never, NULL, c);
}

static long stop_all(struct contract *c)
{
	return camipc_stop_all(&c->proxy, 1);
}

static long drain(struct contract *c)
{
	return camipc_proxy_drain(c->proxy, TEST_ECHO_METHOD_STOP, NULL, NULL);
}

static long drain_all(struct contract *c)
{
	return camipc_drain_all(&c->proxy, 1);
}

static long last_error(struct contract *c)
{
	return camipc_proxy_last_error(c->proxy);
}

static long last_result(struct contract *c)
{
	return camipc_proxy_last_result(c->proxy);
}

static long last_reason(struct contract *c)
{
	const char *field = "not touched";
	enum camipc_reason reason = camipc_proxy_last_reason(c->proxy, &field);

	return field ? -1 : (long)reason;
}

static long explain(struct contract *c)
{
	return strcmp(camipc_proxy_strerror(c->proxy, -ENOSPC),
		      camipc_strerror(-ENOSPC));
}

static long get_pid(struct contract *c)
{
	return camipc_proxy_get_pid(c->proxy);
}

static long set_timeout(struct contract *c)
{
	camipc_proxy_set_timeout(c->proxy, 1);
	return 0;
}

static long set_watchdog(struct contract *c)
{
	camipc_proxy_set_watchdog(c->proxy, 1);
	return 0;
}

static long set_restart(struct contract *c)
{
	return camipc_proxy_set_restart(c->proxy, NULL);
}

static long reload(struct contract *c)
{
	return camipc_proxy_reload(c->proxy, NULL, NULL);
}

static long cork(struct contract *c)
{
	return camipc_proxy_cork(c->proxy);
}

static long uncork(struct contract *c)
{
	return camipc_proxy_uncork(c->proxy);
}

static long set_context(struct contract *c)
{
	return camipc_proxy_set_context(c->proxy, NULL);
}

/*
 * bound_functions.py compares this table with the thread words of the headers
 * and with what generated functions call.
 */
static const struct {
	const char *name;
	long (*try)(struct contract *c);
	long expected;
} bound[] = {
	{ "camipc_proxy_dispatch", dispatch, -EPERM },
	{ "camipc_proxy_record", record, -EPERM },
	{ "camipc_proxy_dispatch_wait", dispatch_wait, -EPERM },
	{ "camipc_proxy_call", call, -EPERM },
	{ "camipc_proxy_begin", begin, -EPERM },
	{ "camipc_proxy_call_as", call_as, -EPERM },
	{ "camipc_proxy_begin_as", begin_as, -EPERM },
	{ "camipc_stop_all", stop_all, -EPERM },
	{ "camipc_proxy_drain", drain, -EPERM },
	{ "camipc_drain_all", drain_all, -EPERM },
	{ "camipc_proxy_last_error", last_error, -EPERM },
	{ "camipc_proxy_last_result", last_result, 0 },
	{ "camipc_proxy_last_reason", last_reason, CAMIPC_REASON_WRONG_THREAD },
	{ "camipc_proxy_strerror", explain, 0 },
	{ "camipc_proxy_get_pid", get_pid, 0 },
	{ "camipc_proxy_set_timeout", set_timeout, 0 },
	{ "camipc_proxy_set_watchdog", set_watchdog, 0 },
	{ "camipc_proxy_set_restart", set_restart, -EPERM },
	{ "camipc_proxy_reload", reload, -EPERM },
	{ "camipc_proxy_set_context", set_context, -EPERM },
	{ "camipc_proxy_cork", cork, -EPERM },
	{ "camipc_proxy_uncork", uncork, -EPERM },
};

#define N_BOUND (sizeof(bound) / sizeof(*bound))

/** One function, and the line that the log must have about it. */
struct attempt {
	struct contract *c;
	size_t i;
	long result;
};

static void *try_one(void *user)
{
	struct attempt *attempt = user;

	attempt->result = bound[attempt->i].try(attempt->c);
	return NULL;
}

static void each_bound_function(void **state)
{
	struct contract *c = *state;
	struct test_echo *first = c->ipa;

	for (size_t i = 0; i < N_BOUND; i++) {
		struct attempt attempt = { .c = c, .i = i };

		/* A line per proxy: each function gets a proxy of its own. */
		c->ipa = contract_create(c);
		c->proxy = test_echo_get_proxy(c->ipa);
		contract_running(c);
		in_thread(try_one, &attempt);
		if (attempt.result != bound[i].expected)
			fail_msg("%s: %ld", bound[i].name, attempt.result);
		log_capture_expect((unsigned int)i + 1, CAMIPC_LOG_ERROR,
				   "in a thread that does not own the proxy");
		log_capture_expect(1, CAMIPC_LOG_ERROR, bound[i].name);
		/* Nothing was done, and the owner does not notice. */
		contract_expect_state(c, CAMIPC_STATE_RUNNING);
		assert_int_equal(test_echo_slow(c->ipa, 5), 5);
		assert_int_equal(camipc_proxy_last_error(c->proxy), 0);
		test_echo_destroy(c->ipa);
	}
	c->ipa = first;
	c->proxy = test_echo_get_proxy(first);
}

static void *try_all_twice(void *user)
{
	for (size_t i = 0; i < 2 * N_BOUND; i++)
		(void)bound[i % N_BOUND].try(user);
	return NULL;
}

/** One line per proxy, and no data race with the owner's calls. */
static void while_the_owner_works(void **state)
{
	struct contract *c = *state;
	pthread_t threads[2];

	contract_running(c);
	for (size_t i = 0; i < 2; i++)
		assert_int_equal(pthread_create(&threads[i], NULL,
						try_all_twice, c),
				 0);
	for (uint32_t i = 0; i < 100; i++) {
		assert_int_equal(test_echo_slow(c->ipa, 3), 3);
		contract_dispatch_all(c);
	}
	for (size_t i = 0; i < 2; i++)
		pthread_join(threads[i], NULL);
	log_capture_expect(1, CAMIPC_LOG_ERROR,
			   "in a thread that does not own the proxy");
	assert_int_equal(contract_stats(c).errors, 0);
}

/** What any thread may do. */
static void *look(void *user)
{
	struct contract *c = user;

	camipc_proxy_cancel(c->proxy);
	assert_int_equal(camipc_proxy_get_state(c->proxy),
			 CAMIPC_STATE_CREATED);
	assert_true(camipc_proxy_is_valid(c->proxy));
	assert_int_equal(contract_stats(c).calls, 0);
	assert_true(test_echo_get_fd(c->ipa) >= 0);
	return NULL;
}

static void safe_functions(void **state)
{
	in_thread(look, *state);
	log_capture_expect(0, CAMIPC_LOG_ERROR, "does not own the proxy");
}

/* ---- adopting ---------------------------------------------------------- */

static void *stream(void *user)
{
	struct contract *c = user;

	assert_int_equal(camipc_proxy_adopt(c->proxy), 0);
	assert_int_equal(camipc_proxy_adopt(c->proxy), 0);
	contract_running(c);
	assert_int_equal(test_echo_tick_many(c->ipa, 1, 3), 0);
	contract_dispatch_events(c, 3);
	/* These wait for the thread that is the owner when dispatch is called. */
	assert_int_equal(test_echo_tick_many(c->ipa, 4, 2), 0);
	assert_int_equal(test_echo_slow(c->ipa, 1), 1);
	return NULL;
}

static void *stop(void *user)
{
	struct contract *c = user;

	assert_int_equal(test_echo_slow(c->ipa, 1), -EPERM);
	assert_int_equal(camipc_proxy_adopt(c->proxy), 0);
	contract_dispatch_events(c, 5);
	assert_int_equal(test_echo_stop(c->ipa), 0);
	return NULL;
}

/** Create here, stream there, stop elsewhere, destroy here again. */
static void three_threads(void **state)
{
	struct contract *c = *state;

	in_thread(stream, c);
	in_thread(stop, c);
	assert_int_equal(c->ticks.n, 5);
	contract_expect_state(c, CAMIPC_STATE_STOPPED);
	assert_int_equal(test_echo_start(c->ipa), -EPERM);
	assert_int_equal(camipc_proxy_last_reason(c->proxy, NULL),
			 CAMIPC_REASON_WRONG_THREAD);
	assert_int_equal(camipc_proxy_adopt(c->proxy), 0);
	assert_int_equal(test_echo_start(c->ipa), 0);
	assert_int_equal(test_echo_stop(c->ipa), 0);
	/* What the wrong threads did is no call of the owner's. */
	assert_int_equal(contract_stats(c).errors, 0);
}

static struct contract_done done;

static void *begin_slow(void *user)
{
	struct contract *c = user;

	assert_int_equal(camipc_proxy_adopt(c->proxy), 0);
	contract_plan(c, TEST_ECHO_SLOW, TEST_ECHO_BLOCK, 0);
	assert_int_equal(test_echo_slow_begin(c->ipa, 7, contract_done, &done),
			 0);
	return NULL;
}

/** A begun call completes in the thread that has adopted since. */
static void begun_calls_go_along(void **state)
{
	struct contract *c = *state;

	done = (struct contract_done){ .c = c };
	camipc_proxy_set_timeout(c->proxy, 10000);
	contract_running(c);
	in_thread(begin_slow, c);
	assert_int_equal(camipc_proxy_adopt(c->proxy), 0);
	contract_open_gate(c);
	contract_dispatch_done(c, &done);
	assert_int_equal(done.ret, 7);
}

static int adopted_in_callback;
static int adopted_elsewhere;

static void *adopt_elsewhere(void *user)
{
	struct contract *c = user;

	adopted_elsewhere = camipc_proxy_adopt(c->proxy);
	return NULL;
}

static void adopt_inside(struct contract *c)
{
	adopted_in_callback = camipc_proxy_adopt(c->proxy);
	in_thread(adopt_elsewhere, c);
}

static void not_in_a_callback(void **state)
{
	struct contract *c = *state;

	adopted_in_callback = 0;
	adopted_elsewhere = 0;
	contract_running(c);
	c->on_event = adopt_inside;
	assert_int_equal(test_echo_tick_many(c->ipa, 1, 1), 0);
	contract_dispatch_events(c, 1);
	c->on_event = NULL;
	assert_int_equal(adopted_in_callback, -EBUSY);
	assert_int_equal(adopted_elsewhere, -EBUSY);
	in_thread(adopt_elsewhere, c);
	assert_int_equal(adopted_elsewhere, 0);
}

/** Two threads take the proxy from each other; each call is whole. */
static void *fight(void *user)
{
	struct contract *c = user;
	int n = 0;

	for (int i = 0; i < 200; i++) {
		int ret;

		if (camipc_proxy_adopt(c->proxy) < 0)
			continue;
		ret = test_echo_slow(c->ipa, 3);
		assert_true(ret == 3 || ret == -EPERM);
		n += ret == 3;
	}
	return n ? c : NULL;
}

static void many_adopters(void **state)
{
	struct contract *c = *state;
	pthread_t threads[3];

	contract_running(c);
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, fight, c),
				 0);
	for (size_t i = 0; i < 3; i++)
		pthread_join(threads[i], NULL);
	assert_int_equal(camipc_proxy_adopt(c->proxy), 0);
	assert_int_equal(test_echo_slow(c->ipa, 9), 9);
}

/* ---- destroying -------------------------------------------------------- */

static void *destroy(void *user)
{
	struct contract *c = user;

	test_echo_destroy(c->ipa);
	return NULL;
}

/** Nobody is inside: the proxy ends at once, in whatever thread. */
static void destroy_elsewhere(void **state)
{
	struct contract *c = *state;

	contract_running(c);
	in_thread(destroy, c);
	c->ipa = NULL;
}

static size_t n_after_destroy;

static void destroy_from_outside(struct contract *c)
{
	in_thread(destroy, c);
	n_after_destroy = c->n_events;
	/* It is freed after this function has returned. */
	assert_int_equal(test_echo_slow(c->ipa, 1), -EPIPE);
}

/** Another thread destroys while a callback runs: no callback follows. */
static void destroy_during_a_callback(void **state)
{
	struct contract *c = *state;

	contract_running(c);
	assert_int_equal(test_echo_tick_many(c->ipa, 1, 5), 0);
	assert_int_equal(test_echo_slow(c->ipa, 1), 1);
	c->on_event = destroy_from_outside;
	assert_int_equal(test_echo_dispatch(c->ipa), 1);
	assert_int_equal(c->n_events, n_after_destroy);
	c->ipa = NULL;
	c->on_event = NULL;
}

static void *call_blocked(void *user)
{
	struct contract *c = user;

	assert_int_equal(camipc_proxy_adopt(c->proxy), 0);
	assert_int_equal(test_echo_slow(c->ipa, 4), 4);
	return NULL;
}

/** Another thread destroys during a call, which ends first. */
static void destroy_during_a_call(void **state)
{
	struct contract *c = *state;
	uint64_t before;
	pthread_t thread;

	contract_running(c);
	camipc_proxy_set_timeout(c->proxy, 10000);
	contract_plan(c, TEST_ECHO_SLOW, TEST_ECHO_BLOCK, 0);
	before = contract_stats(c).calls;
	assert_int_equal(pthread_create(&thread, NULL, call_blocked, c), 0);
	while (contract_stats(c).calls == before)
		sched_yield();
	test_echo_destroy(c->ipa);
	contract_open_gate(c);
	assert_int_equal(pthread_join(thread, NULL), 0);
	c->ipa = NULL;
}

static const struct CMUnitTest tests[] = {
	CONTRACT_TEST(each_bound_function),
	CONTRACT_TEST(while_the_owner_works),
	CONTRACT_TEST(safe_functions),
	CONTRACT_TEST(three_threads),
	CONTRACT_TEST(begun_calls_go_along),
	CONTRACT_TEST(not_in_a_callback),
	CONTRACT_TEST(many_adopters),
	CONTRACT_TEST(destroy_elsewhere),
	CONTRACT_TEST(destroy_during_a_callback),
	CONTRACT_TEST(destroy_during_a_call),
};

CONTRACT_MAIN(tests)
