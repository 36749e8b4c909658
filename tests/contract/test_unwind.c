/* SPDX-License-Identifier: MIT */
/*
 * Tests callbacks and ops that do not return: they leave by a C++ exception, by
 * pthread_exit() or because their thread was cancelled. The proxy is Dead then,
 * the worker has ended, and nothing is leaked.
 */
#include <errno.h>
#include <pthread.h>

#include "contract.h"
#include "throwing.h"

/* What is thrown. */
#define NUMBER 42

/** The ways to leave a function that C++ and POSIX have. */
enum way {
	BY_EXCEPTION,
	BY_EXIT,
	BY_CANCELLATION,
};

static enum way way;
static bool destroys_first; /* the callback ends the proxy, and leaves */
static bool is_destroyed; /* the proxy does not outlive the test's call */
static int n_left;

static void leave(struct contract *c)
{
	n_left++;
	if (destroys_first)
		test_echo_destroy(c->ipa);
	switch (way) {
	case BY_EXCEPTION:
		throw_number(NUMBER);
	case BY_EXIT:
		pthread_exit(NULL);
	case BY_CANCELLATION:
		pthread_cancel(pthread_self());
		pthread_testcancel();
		break;
	}
}

static void leave_completion(void *user, int ret)
{
	(void)ret;
	/* A second one that unwinds meanwhile may end the process: proxy.h. */
	if (is_destroyed && n_left > 0) {
		n_left++;
		return;
	}
	leave(user);
}

/* ---- leaving, in this thread or in another ----------------------------- */

/** Something that dispatches, and does not return. */
struct attempt {
	struct contract *c;
	void (*act)(struct contract *c);
	bool returned;
};

static void act(void *user)
{
	struct attempt *attempt = user;

	attempt->act(attempt->c);
	attempt->returned = true;
}

static void *act_in_thread(void *user)
{
	struct attempt *attempt = user;

	/* The proxy may be the thread's already: another test made it. */
	assert_int_equal(camipc_proxy_adopt(attempt->c->proxy), 0);
	act(attempt);
	return NULL;
}

/** Calls @body, which leaves on its @way, and takes the proxy back. */
static void let_leave(struct contract *c, void (*body)(struct contract *c))
{
	struct attempt attempt = { .c = c, .act = body };
	pthread_t thread;

	n_left = 0;
	if (way == BY_EXCEPTION) {
		assert_int_equal(catch_number(act, &attempt), NUMBER);
	} else {
		assert_int_equal(pthread_create(&thread, NULL, act_in_thread,
						&attempt),
				 0);
		assert_int_equal(pthread_join(thread, NULL), 0);
	}
	assert_false(attempt.returned);
	if (!is_destroyed)
		assert_int_equal(camipc_proxy_adopt(c->proxy), 0);
	is_destroyed = false;
}

/** Asserts that @c is Dead, and that the worker @pid is no more. */
static void expect_unwound(struct contract *c, int pid)
{
	contract_expect_state(c, CAMIPC_STATE_DEAD);
	if (pid)
		fd_leak_assert_gone(pid);
	assert_int_equal(test_echo_temperature(c->ipa, 1, NULL), -EPIPE);
	assert_int_equal(camipc_proxy_last_reason(c->proxy, NULL),
			 CAMIPC_REASON_UNWOUND);
	contract_dispatch_closed(c);
	assert_int_equal(c->n_closed, 1);
	assert_int_equal(c->closed.reason, CAMIPC_REASON_UNWOUND);
	assert_int_equal(test_echo_dispatch(c->ipa), -EPIPE);
}

/* ---- callbacks --------------------------------------------------------- */

static void dispatch_events(struct contract *c)
{
	contract_dispatch_events(c, 1);
}

static void from_event(struct contract *c)
{
	const int pid = camipc_proxy_get_pid(c->proxy);

	contract_running(c);
	/* Calls and events that wait: their memory is released. */
	assert_int_equal(test_echo_tick_many(c->ipa, 1, 9), 0);
	assert_int_equal(test_echo_slow(c->ipa, 1), 1);
	c->on_event = leave;
	let_leave(c, dispatch_events);
	c->on_event = NULL;
	assert_int_equal(c->n_events, 1);
	expect_unwound(c, pid);
	assert_int_equal(c->n_events, 1);
}

static void dispatch_completion(struct contract *c)
{
	static struct contract_done never;

	never = (struct contract_done){ .c = c };
	contract_dispatch_done(c, &never);
}

static void from_completion(struct contract *c)
{
	const int pid = camipc_proxy_get_pid(c->proxy);
	struct contract_done other = { .c = c };

	contract_running(c);
	assert_int_equal(test_echo_slow_begin(c->ipa, 5, leave_completion, c),
			 0);
	/* The IPA's death completes this one, in the next dispatch. */
	contract_plan(c, TEST_ECHO_SLOW, TEST_ECHO_BEHAVE, 0);
	assert_int_equal(test_echo_slow_begin(c->ipa, 6, contract_done, &other),
			 0);
	let_leave(c, dispatch_completion);
	assert_int_equal(n_left, 1);
	expect_unwound(c, pid);
	assert_int_equal(other.n, 1);
}

static void dispatch_closed(struct contract *c)
{
	contract_dispatch_closed(c);
}

/** The IPA has a reason to be Dead already, and keeps it. */
static void from_closed(struct contract *c)
{
	contract_running(c);
	contract_plan(c, TEST_ECHO_START, TEST_ECHO_BLOCK, 0);
	camipc_proxy_set_timeout(c->proxy, 50);
	assert_int_equal(test_echo_stop(c->ipa), 0);
	assert_int_equal(test_echo_start(c->ipa), -ETIMEDOUT);
	contract_open_gate(c);
	c->on_closed = leave;
	let_leave(c, dispatch_closed);
	c->on_closed = NULL;
	assert_int_equal(c->n_closed, 1);
	assert_int_equal(test_echo_dispatch(c->ipa), -EPIPE);
	assert_int_equal(c->n_closed, 1);
}

static void destroy(struct contract *c)
{
	test_echo_destroy(c->ipa);
}

/** All completions are called, although the first one leaves destroy. */
static void from_destroy(struct contract *c)
{
	contract_running(c);
	camipc_proxy_set_timeout(c->proxy, 10000);
	contract_plan(c, TEST_ECHO_SLOW, TEST_ECHO_BLOCK, 0);
	for (int i = 0; i < 3; i++)
		assert_int_equal(test_echo_slow_begin(c->ipa, i,
						      leave_completion, c),
				 0);
	contract_open_gate(c);
	is_destroyed = true;
	let_leave(c, destroy);
	c->ipa = NULL;
	assert_int_equal(n_left, 3);
}

/** The proxy is freed, although nothing returns to dispatch. */
static void from_destroying_event(struct contract *c)
{
	contract_running(c);
	assert_int_equal(test_echo_tick_many(c->ipa, 1, 9), 0);
	assert_int_equal(test_echo_slow(c->ipa, 1), 1);
	c->on_event = leave;
	destroys_first = true;
	is_destroyed = true;
	let_leave(c, dispatch_events);
	destroys_first = false;
	c->ipa = NULL;
	assert_int_equal(c->n_events, 1);
}

static void drain(struct contract *c)
{
	(void)test_echo_stop_drain(c->ipa);
}

static void drain_all(struct contract *c)
{
	(void)camipc_drain_all(&c->proxy, 1);
}

/** An event that a draining stop delivers. */
static void leave_drain(struct contract *c, void (*body)(struct contract *c))
{
	const int pid = camipc_proxy_get_pid(c->proxy);

	contract_running(c);
	assert_int_equal(test_echo_tick_many(c->ipa, 1, 9), 0);
	c->on_event = leave;
	let_leave(c, body);
	c->on_event = NULL;
	assert_int_equal(c->n_events, 1);
	expect_unwound(c, pid);
}

static void from_drain(struct contract *c)
{
	leave_drain(c, drain);
}

static void from_drain_all(struct contract *c)
{
	leave_drain(c, drain_all);
}

/** Each callback, left on each way. */
#define IN_EACH_WAY(callback)                             \
	static void callback##_exception(void **state)    \
	{                                                 \
		way = BY_EXCEPTION;                       \
		callback(*state);                         \
	}                                                 \
	static void callback##_exit(void **state)         \
	{                                                 \
		way = BY_EXIT;                            \
		callback(*state);                         \
	}                                                 \
	static void callback##_cancellation(void **state) \
	{                                                 \
		way = BY_CANCELLATION;                    \
		callback(*state);                         \
	}

IN_EACH_WAY(from_event)
IN_EACH_WAY(from_completion)
IN_EACH_WAY(from_closed)
IN_EACH_WAY(from_destroy)
IN_EACH_WAY(from_destroying_event)
IN_EACH_WAY(from_drain)
IN_EACH_WAY(from_drain_all)

#define WAYS(callback)                                                    \
	CONTRACT_TEST(callback##_exception), CONTRACT_TEST(callback##_exit), \
		CONTRACT_TEST(callback##_cancellation)

/* ---- cancelled in the library ------------------------------------------ */

static void *call_when_cancelled(void *user)
{
	struct contract *c = user;

	assert_int_equal(camipc_proxy_adopt(c->proxy), 0);
	pthread_cancel(pthread_self());
	/* Sleeps, sends, receives: all of them are cancellation points. */
	assert_int_equal(test_echo_slow(c->ipa, 5), 5);
	c->n_values = 1;
	pthread_testcancel();
	c->n_values = 2;
	return NULL;
}

/** A cancellation waits until the thread has left the library. */
static void cancelled_outside(void **state)
{
	struct contract *c = *state;
	pthread_t thread;
	void *result;

	contract_running(c);
	assert_int_equal(pthread_create(&thread, NULL, call_when_cancelled, c),
			 0);
	assert_int_equal(pthread_join(thread, &result), 0);
	assert_ptr_equal(result, PTHREAD_CANCELED);
	assert_int_equal(c->n_values, 1);
	assert_int_equal(camipc_proxy_adopt(c->proxy), 0);
	contract_expect_state(c, CAMIPC_STATE_RUNNING);
	assert_int_equal(test_echo_slow(c->ipa, 6), 6);
}

/* ---- ops --------------------------------------------------------------- */

/** Asserts that the IPA has ended, because an op has ended its thread. */
static void expect_ended(struct contract *c)
{
	enum camipc_reason expected = CAMIPC_REASON_EXITED;

	if (contract_is_local())
		expected = CAMIPC_REASON_UNWOUND;
#ifdef __SANITIZE_THREAD__
	/* TSan's pthread_exit() aborts in a program with its own unwinder. */
	else
		expected = CAMIPC_REASON_SIGNALED;
#endif
	contract_dispatch_closed(c);
	assert_int_equal(c->closed.reason, expected);
}

static void call_op(struct contract *c)
{
	assert_int_equal(test_echo_add(c->ipa, 1, 2, NULL), -EPIPE);
}

/** The op runs in this thread, or in the main thread of a worker. */
static void op_while_stopped(void **state)
{
	struct contract *c = *state;

	contract_ready(c);
	contract_plan(c, TEST_ECHO_ADD, TEST_ECHO_LEAVE, 0);
	if (contract_is_local()) {
		way = BY_EXIT;
		let_leave(c, call_op);
		expect_unwound(c, 0);
		return;
	}
	assert_int_equal(test_echo_add(c->ipa, 1, 2, NULL), -EPIPE);
	expect_ended(c);
}

/** The op ends the IPA thread: the proxy notices before any deadline. */
static void op_while_running(void **state)
{
	struct contract *c = *state;

	contract_running(c);
	camipc_proxy_set_timeout(c->proxy, 10000);
	contract_plan(c, TEST_ECHO_SLOW, TEST_ECHO_LEAVE, 0);
	assert_int_equal(test_echo_slow(c->ipa, 1), -EPIPE);
	expect_ended(c);
}

/** The same, but nobody waits for an answer. */
static void async_op(void **state)
{
	struct contract *c = *state;

	contract_running(c);
	contract_plan(c, TEST_ECHO_PUSH, TEST_ECHO_LEAVE, 0);
	assert_int_equal(test_echo_push(c->ipa, 1), 0);
	expect_ended(c);
}

static const struct CMUnitTest tests[] = {
	WAYS(from_event),
	WAYS(from_completion),
	WAYS(from_closed),
	WAYS(from_destroy),
	WAYS(from_destroying_event),
	WAYS(from_drain),
	WAYS(from_drain_all),
	CONTRACT_TEST(cancelled_outside),
	CONTRACT_TEST(op_while_stopped),
	CONTRACT_TEST(op_while_running),
	CONTRACT_TEST(async_op),
};

CONTRACT_MAIN(tests)
