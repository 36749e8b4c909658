/* SPDX-License-Identifier: MIT */
/*
 * Tests an IPA that hangs: the proxy gives it up, calls closed once, and
 * delivers nothing from it afterwards.
 */
#include <errno.h>
#include <poll.h>

#include "contract.h"

/** Some event loops ignore the return value: they must not spin. */
static void quiet_once_dead(void **state)
{
	struct contract *c = *state;
	struct pollfd pfd = {
		.fd = test_echo_get_fd(c->ipa),
		.events = POLLIN,
	};

	contract_ready(c);
	contract_plan(c, TEST_ECHO_START, TEST_ECHO_BLOCK, 0);
	camipc_proxy_set_timeout(c->proxy, 50);
	assert_int_equal(test_echo_start(c->ipa), -ETIMEDOUT);
	contract_dispatch_closed(c);
	assert_int_equal(poll(&pfd, 1, 0), 0);
	/* A hung thread that comes round later tells nobody. */
	contract_open_gate(c);
	assert_int_equal(poll(&pfd, 1, 20), 0);
}

/* As a loop that ignores the return value: dispatches while there is a cause. */
static void expect_rest(struct contract *c)
{
	struct pollfd pfd = {
		.fd = test_echo_get_fd(c->ipa),
		.events = POLLIN,
	};

	for (int i = 0; poll(&pfd, 1, 0) > 0; i++) {
		assert_in_range(i, 0, 9);
		(void)!test_echo_dispatch(c->ipa);
	}
	assert_int_equal(test_echo_dispatch(c->ipa), -EPIPE);
}

/** Another thread need not know that the IPA is gone. */
static void quiet_after_a_late_cancel(void **state)
{
	struct contract *c = *state;

	contract_ready(c);
	contract_plan(c, TEST_ECHO_START, TEST_ECHO_BLOCK, 0);
	camipc_proxy_set_timeout(c->proxy, 50);
	assert_int_equal(test_echo_start(c->ipa), -ETIMEDOUT);
	contract_dispatch_closed(c);
	camipc_proxy_cancel(c->proxy);
	expect_rest(c);
	contract_open_gate(c);
}

static void kill_in_closed(struct contract *c)
{
	test_echo_destroy(c->ipa);
}

static void destroy_in_closed(void **state)
{
	struct contract *c = *state;

	contract_ready(c);
	c->on_closed = kill_in_closed;
	contract_plan(c, TEST_ECHO_START, TEST_ECHO_BLOCK, 0);
	camipc_proxy_set_timeout(c->proxy, 50);
	assert_int_equal(test_echo_start(c->ipa), -ETIMEDOUT);
	contract_dispatch_closed(c);
	assert_int_equal(c->n_closed, 1);
	contract_open_gate(c);
	c->on_closed = NULL;
	c->ipa = contract_create(c);
	c->proxy = test_echo_get_proxy(c->ipa);
}

/** Destroying without having dispatched: closed is never told then. */
static void destroy_when_dead(void **state)
{
	struct contract *c = *state;

	contract_ready(c);
	contract_plan(c, TEST_ECHO_START, TEST_ECHO_BLOCK, 0);
	camipc_proxy_set_timeout(c->proxy, 50);
	assert_int_equal(test_echo_start(c->ipa), -ETIMEDOUT);
	test_echo_destroy(c->ipa);
	assert_int_equal(c->n_closed, 0);
	contract_open_gate(c);
	c->ipa = contract_create(c);
	c->proxy = test_echo_get_proxy(c->ipa);
}

/** Destroy does not wait for an op that never ends. */
static void destroy_a_hung_ipa(void **state)
{
	struct contract *c = *state;
	int64_t before;

	contract_running(c);
	contract_plan(c, TEST_ECHO_STOP, TEST_ECHO_BLOCK, 0);
	camipc_proxy_set_timeout(c->proxy, 50);
	before = contract_now_ms();
	test_echo_destroy(c->ipa);
	assert_true(contract_now_ms() - before < 10000);
	contract_open_gate(c);
	c->ipa = contract_create(c);
	c->proxy = test_echo_get_proxy(c->ipa);
}

static const struct CMUnitTest tests[] = {
	CONTRACT_TEST(quiet_once_dead),
	CONTRACT_TEST(quiet_after_a_late_cancel),
	CONTRACT_TEST(destroy_in_closed),
	CONTRACT_TEST(destroy_when_dead),
	CONTRACT_TEST(destroy_a_hung_ipa),
};

CONTRACT_MAIN(tests)
