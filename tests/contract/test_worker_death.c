/* SPDX-License-Identifier: MIT */
/* Tests a worker's death in each state; only process backends survive it. */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>

#include "contract.h"

static void expect_killed(struct contract *c, int number)
{
	contract_dispatch_closed(c);
	assert_int_equal(c->closed.reason, CAMIPC_REASON_SIGNALED);
	assert_true(c->closed.status_known);
	assert_true(WIFSIGNALED(c->closed.status));
	assert_int_equal(WTERMSIG(c->closed.status), number);
	assert_int_equal(c->closed.error, -EPIPE);
	assert_int_equal(test_echo_dispatch(c->ipa), -EPIPE);
	assert_int_equal(c->n_closed, 1);
	contract_expect_state(c, CAMIPC_STATE_DEAD);
	assert_int_equal(test_echo_temperature(c->ipa, 1, NULL), -EPIPE);
	assert_int_equal(camipc_proxy_last_reason(c->proxy, NULL),
			 CAMIPC_REASON_SIGNALED);
	assert_int_equal(test_echo_stop(c->ipa), 0);
}

/** Threat 41: in each state; told without a call, by the descriptor. */
static void killed_when_created(void **state)
{
	struct contract *c = *state;

	contract_kill_worker(c, SIGKILL);
	expect_killed(c, SIGKILL);
}

static void killed_when_ready(void **state)
{
	struct contract *c = *state;

	contract_ready(c);
	contract_kill_worker(c, SIGKILL);
	expect_killed(c, SIGKILL);
	assert_string_equal(c->closed.last_call, "init");
	assert_non_null(strstr(c->closed_text, "last call init"));
	assert_non_null(strstr(c->closed_text, "signal 9"));
}

static void killed_when_running(void **state)
{
	struct contract *c = *state;

	contract_running(c);
	contract_kill_worker(c, SIGKILL);
	expect_killed(c, SIGKILL);
}

static void killed_when_stopped(void **state)
{
	struct contract *c = *state;

	contract_running(c);
	assert_int_equal(test_echo_stop(c->ipa), 0);
	contract_kill_worker(c, SIGKILL);
	expect_killed(c, SIGKILL);
}

static void dies_in_a_call(void **state)
{
	struct contract *c = *state;
	int32_t sum = 4711;

	contract_ready(c);
	contract_plan(c, TEST_ECHO_ADD, TEST_ECHO_RAISE, SIGSEGV);
	assert_int_equal(test_echo_add(c->ipa, 1, 1, &sum), -EPIPE);
	assert_int_equal(sum, 4711);
	assert_int_equal(camipc_proxy_last_error(c->proxy), -EPIPE);
	/* Told from dispatch only, never beneath the call. */
	assert_int_equal(c->n_closed, 0);
	expect_killed(c, SIGSEGV);
	assert_string_equal(c->closed.last_call, "add");
}

static void dies_in_start(void **state)
{
	struct contract *c = *state;

	contract_ready(c);
	contract_plan(c, TEST_ECHO_START, TEST_ECHO_RAISE, SIGABRT);
	assert_int_equal(test_echo_start(c->ipa), -EPIPE);
	expect_killed(c, SIGABRT);
}

static void dies_in_stop(void **state)
{
	struct contract *c = *state;

	contract_running(c);
	contract_plan(c, TEST_ECHO_STOP, TEST_ECHO_RAISE, SIGKILL);
	assert_int_equal(test_echo_stop(c->ipa), -EPIPE);
	expect_killed(c, SIGKILL);
}

static void dies_with_calls_begun(void **state)
{
	struct contract *c = *state;
	struct contract_done done[3] = { { 0 } };

	contract_running(c);
	contract_plan(c, TEST_ECHO_SLOW, TEST_ECHO_RAISE, SIGKILL);
	for (int i = 0; i < 3; i++)
		assert_int_equal(test_echo_slow_begin(c->ipa, 1, contract_done,
						      &done[i]),
				 0);
	expect_killed(c, SIGKILL);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(done[i].n, 1);
		assert_int_equal(done[i].ret, -EPIPE);
	}
}

static void dies_in_an_async_call(void **state)
{
	struct contract *c = *state;

	contract_running(c);
	contract_plan(c, TEST_ECHO_PUSH, TEST_ECHO_RAISE, SIGBUS);
	assert_int_equal(test_echo_push(c->ipa, 1), 0);
	expect_killed(c, SIGBUS);
	assert_string_equal(c->closed.last_call, "push");
	assert_int_equal(test_echo_push(c->ipa, 1), -EPIPE);
}

/** Threat 42: a clean exit is an end, too. */
static void exits(void **state)
{
	struct contract *c = *state;

	contract_running(c);
	contract_plan(c, TEST_ECHO_SLOW, TEST_ECHO_EXIT, 3);
	assert_int_equal(test_echo_slow(c->ipa, 1), -EPIPE);
	contract_dispatch_closed(c);
	assert_int_equal(c->closed.reason, CAMIPC_REASON_EXITED);
	assert_true(WIFEXITED(c->closed.status));
	assert_int_equal(WEXITSTATUS(c->closed.status), 3);
}

/** Threat 40: a stopped worker is as one that does not answer. */
static void stopped_worker(void **state)
{
	struct contract *c = *state;

	contract_ready(c);
	contract_kill_worker(c, SIGSTOP);
	camipc_proxy_set_timeout(c->proxy, 50);
	for (int i = 0; i < 3; i++)
		assert_int_equal(test_echo_temperature(c->ipa, 1, NULL),
				 -ETIMEDOUT);
	contract_dispatch_closed(c);
	assert_int_equal(c->closed.reason, CAMIPC_REASON_UNRESPONSIVE);
	assert_true(WIFSIGNALED(c->closed.status));
}

static const struct CMUnitTest tests[] = {
	CONTRACT_TEST(killed_when_created),
	CONTRACT_TEST(killed_when_ready),
	CONTRACT_TEST(killed_when_running),
	CONTRACT_TEST(killed_when_stopped),
	CONTRACT_TEST(dies_in_a_call),
	CONTRACT_TEST(dies_in_start),
	CONTRACT_TEST(dies_in_stop),
	CONTRACT_TEST(dies_with_calls_begun),
	CONTRACT_TEST(dies_in_an_async_call),
	CONTRACT_TEST(exits),
	CONTRACT_TEST(stopped_worker),
};

CONTRACT_MAIN(tests)
