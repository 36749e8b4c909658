/* SPDX-License-Identifier: MIT */
/* Tests each cell of the state table (proxy/README.md) on every backend. */
#include <errno.h>

#include "backend.h"
#include "contract.h"

#define ANY_PUSH 7

static int call_init(struct contract *c)
{
	struct test_echo_defaults defaults;

	test_echo_defaults_init(&defaults);
	return test_echo_init(c->ipa, "again", &defaults);
}

static int call_configure(struct contract *c)
{
	return test_echo_configure(c->ipa, NULL, 0, NULL, 0, NULL, NULL, NULL);
}

static int call_add(struct contract *c)
{
	int32_t sum = 0;
	int ret = test_echo_add(c->ipa, 2, 3, &sum);

	if (ret == 0)
		assert_int_equal(sum, 5);
	return ret;
}

/** What every kind of call says in a state in which none goes anywhere. */
static void expect_all(struct contract *c, int init, int sync, int start,
		       int async, int stop)
{
	enum camipc_state state = camipc_proxy_get_state(c->proxy);

	assert_int_equal(call_init(c), init);
	assert_int_equal(call_add(c), sync);
	assert_int_equal(test_echo_start(c->ipa), start);
	assert_int_equal(test_echo_push(c->ipa, ANY_PUSH), async);
	assert_int_equal(test_echo_stop(c->ipa), stop);
	contract_expect_state(c, state);
}

static void created(void **state)
{
	struct contract *c = *state;

	contract_expect_state(c, CAMIPC_STATE_CREATED);
	assert_int_equal(call_add(c), -EINVAL);
	assert_int_equal(call_configure(c), -EINVAL);
	assert_int_equal(test_echo_slow(c->ipa, 1), -EINVAL);
	assert_int_equal(test_echo_temperature(c->ipa, 1, NULL), -EINVAL);
	assert_int_equal(test_echo_start(c->ipa), -EINVAL);
	assert_int_equal(test_echo_push(c->ipa, 1), -EINVAL);
	assert_int_equal(camipc_proxy_last_reason(c->proxy, NULL),
			 CAMIPC_REASON_BAD_STATE);
	assert_int_equal(camipc_proxy_last_error(c->proxy), -EINVAL);
	/* Requirement 33: stop on a never-started proxy does nothing. */
	assert_int_equal(test_echo_stop(c->ipa), 0);
	contract_expect_state(c, CAMIPC_STATE_CREATED);
	contract_init(c);
	contract_expect_state(c, CAMIPC_STATE_READY);
}

static void ready(void **state)
{
	struct contract *c = *state;

	contract_ready(c);
	assert_int_equal(call_init(c), -EALREADY);
	assert_int_equal(call_add(c), 0);
	assert_int_equal(call_configure(c), 0);
	assert_int_equal(test_echo_slow(c->ipa, 1), -EINVAL);
	assert_int_equal(test_echo_temperature(c->ipa, 1, NULL), 0);
	assert_int_equal(test_echo_push(c->ipa, 1), -EINVAL);
	assert_int_equal(test_echo_stop(c->ipa), 0);
	contract_expect_state(c, CAMIPC_STATE_READY);
	contract_start(c);
	contract_expect_state(c, CAMIPC_STATE_RUNNING);
}

static void running(void **state)
{
	struct contract *c = *state;

	contract_running(c);
	assert_int_equal(call_init(c), -EBUSY);
	assert_int_equal(test_echo_start(c->ipa), -EALREADY);
	assert_int_equal(call_configure(c), -EBUSY);
	assert_int_equal(test_echo_slow(c->ipa, 9), 9);
	assert_int_equal(test_echo_temperature(c->ipa, 1, NULL), 0);
	assert_int_equal(test_echo_push(c->ipa, 1), 0);
	/* One warning per method, and none for [when=any] or [when=running]. */
	assert_int_equal(call_add(c), 0);
	assert_int_equal(call_add(c), 0);
	log_capture_expect(1, CAMIPC_LOG_WARNING,
			   "add is called while running");
	log_capture_expect(1, CAMIPC_LOG_WARNING, "is called while running");
	assert_int_equal(test_echo_stop(c->ipa), 0);
	contract_expect_state(c, CAMIPC_STATE_STOPPED);
}

static void stopped(void **state)
{
	struct contract *c = *state;

	contract_running(c);
	assert_int_equal(test_echo_stop(c->ipa), 0);
	assert_int_equal(call_init(c), -EALREADY);
	assert_int_equal(call_add(c), 0);
	assert_int_equal(call_configure(c), 0);
	assert_int_equal(test_echo_slow(c->ipa, 1), -EINVAL);
	assert_int_equal(test_echo_push(c->ipa, 1), -EINVAL);
	assert_int_equal(test_echo_stop(c->ipa), 0);
	contract_expect_state(c, CAMIPC_STATE_STOPPED);
	/* Requirement 33: start again, any number of times. */
	contract_start(c);
	contract_expect_state(c, CAMIPC_STATE_RUNNING);
}

static void starting(void **state)
{
	struct contract *c = *state;
	struct contract_done done = { 0 };

	contract_ready(c);
	contract_plan(c, TEST_ECHO_START, TEST_ECHO_BLOCK, 0);
	assert_int_equal(test_echo_start_begin(c->ipa, contract_done, &done),
			 0);
	contract_expect_state(c, CAMIPC_STATE_STARTING);
	expect_all(c, -EBUSY, -EBUSY, -EBUSY, -EINVAL, -EBUSY);
	contract_open_gate(c);
	contract_dispatch_done(c, &done);
	assert_int_equal(done.ret, 0);
	contract_expect_state(c, CAMIPC_STATE_RUNNING);
}

static void stopping(void **state)
{
	struct contract *c = *state;
	struct contract_done done = { 0 };

	contract_running(c);
	contract_plan(c, TEST_ECHO_STOP, TEST_ECHO_BLOCK, 0);
	assert_int_equal(test_echo_stop_begin(c->ipa, contract_done, &done), 0);
	contract_expect_state(c, CAMIPC_STATE_STOPPING);
	expect_all(c, -EBUSY, -EBUSY, -EBUSY, -ESHUTDOWN, -EALREADY);
	contract_open_gate(c);
	contract_dispatch_done(c, &done);
	assert_int_equal(done.ret, 0);
	contract_expect_state(c, CAMIPC_STATE_STOPPED);
}

/** By a start that misses its deadline: threat 37, in every backend. */
static void dead(void **state)
{
	struct contract *c = *state;

	contract_ready(c);
	contract_plan(c, TEST_ECHO_START, TEST_ECHO_BLOCK, 0);
	camipc_proxy_set_timeout(c->proxy, 50);
	assert_int_equal(test_echo_start(c->ipa), -ETIMEDOUT);
	contract_expect_state(c, CAMIPC_STATE_DEAD);
	expect_all(c, -EPIPE, -EPIPE, -EPIPE, -EPIPE, 0);
	assert_int_equal(c->n_closed, 0);
	contract_dispatch_closed(c);
	assert_int_equal(c->closed.reason, contract_is_local()
						   ? CAMIPC_REASON_HUNG_THREAD
						   : CAMIPC_REASON_TIMEOUT);
	assert_int_equal(contract_stats(c).leaked_threads,
			 contract_is_local() ? 1 : 0);
	assert_int_equal(test_echo_dispatch(c->ipa), -EPIPE);
	assert_int_equal(c->n_closed, 1);
	expect_all(c, -EPIPE, -EPIPE, -EPIPE, -EPIPE, 0);
	assert_true(camipc_proxy_is_valid(c->proxy));
}

static void failed_init_stays_created(void **state)
{
	struct contract *c = *state;
	struct test_echo_defaults defaults;

	test_echo_defaults_init(&defaults);
	defaults.width = 0;
	assert_int_equal(test_echo_init(c->ipa, "", &defaults), -ERANGE);
	assert_int_equal(camipc_proxy_last_error(c->proxy), 0);
	assert_int_equal(camipc_proxy_last_result(c->proxy), -ERANGE);
	contract_expect_state(c, CAMIPC_STATE_CREATED);
	contract_ready(c);
}

/** Requirements 32, 33: a failed start leaves the proxy stopped. */
static void failed_start_goes_back(void **state)
{
	struct contract *c = *state;

	contract_ready(c);
	contract_plan(c, TEST_ECHO_START, TEST_ECHO_RETURN, -EIO);
	assert_int_equal(test_echo_start(c->ipa), -EIO);
	contract_expect_state(c, CAMIPC_STATE_READY);
	contract_start(c);
	assert_int_equal(test_echo_stop(c->ipa), 0);
	contract_plan(c, TEST_ECHO_START, TEST_ECHO_RETURN, -EIO);
	assert_int_equal(test_echo_start(c->ipa), -EIO);
	contract_expect_state(c, CAMIPC_STATE_STOPPED);
	contract_start(c);
}

static void positive_start_is_success(void **state)
{
	struct contract *c = *state;

	contract_ready(c);
	contract_plan(c, TEST_ECHO_START, TEST_ECHO_RETURN, 5);
	assert_int_equal(test_echo_start(c->ipa), 5);
	contract_expect_state(c, CAMIPC_STATE_RUNNING);
}

static void stop_begin_when_stopped(void **state)
{
	struct contract *c = *state;
	struct contract_done done = { .ret = -1 };

	contract_ready(c);
	assert_int_equal(test_echo_stop_begin(c->ipa, contract_done, &done), 0);
	contract_dispatch_done(c, &done);
	assert_int_equal(done.ret, 0);
	contract_expect_state(c, CAMIPC_STATE_READY);
}

/** Requirement 9: valid at the end of creation, and for good. */
static void validity(void **state)
{
	struct contract *c = *state;

	assert_true(camipc_proxy_is_valid(c->proxy));
	assert_string_equal(camipc_proxy_get_isolation(c->proxy),
			    test_backend_isolation(contract_backend));
	if (contract_is_local())
		assert_int_equal(camipc_proxy_get_pid(c->proxy), 0);
	else
		assert_true(camipc_proxy_get_pid(c->proxy) > 0);
}

static const struct CMUnitTest tests[] = {
	CONTRACT_TEST(created),
	CONTRACT_TEST(ready),
	CONTRACT_TEST(starting),
	CONTRACT_TEST(running),
	CONTRACT_TEST(stopping),
	CONTRACT_TEST(stopped),
	CONTRACT_TEST(dead),
	CONTRACT_TEST(failed_init_stays_created),
	CONTRACT_TEST(failed_start_goes_back),
	CONTRACT_TEST(positive_start_is_success),
	CONTRACT_TEST(stop_begin_when_stopped),
	CONTRACT_TEST(validity),
};

CONTRACT_MAIN(tests)
