/* SPDX-License-Identifier: MIT */
/*
 * Tests shortage of memory: every allocation of a session in this process fails
 * in turn. The step then returns -ENOMEM or succeeds without the memory;
 * nothing is left behind.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "alloc_fail.h"
#include "contract.h"

/* More than a session has: something would repeat for ever. */
#define TOO_MANY 3000

static void count_error(int ret, unsigned int *errors)
{
	if (ret >= 0)
		return;
	assert_int_equal(ret, -ENOMEM);
	(*errors)++;
}

/** Calls of all kinds; a run that failed to start has fewer. */
static void use(struct contract *c, unsigned int *errors)
{
	struct test_echo_everything value;
	struct test_echo_everything back;
	struct test_echo_plane plane = { .fd = c->gate[0] };
	struct contract_done done = { 0 };
	int ret;

	test_echo_everything_init(&value);
	value.scalars.text = "a text that does not fit into a word or two";
	ret = test_echo_echo(c->ipa, &value, &back);
	count_error(ret, errors);
	if (ret == 0)
		test_echo_everything_clear(&back);
	count_error(test_echo_exchange(c->ipa, c->gate[0], &c->gate[0], 1,
				       &plane, &plane, 1, NULL, NULL, NULL,
				       NULL, NULL, NULL),
		    errors);
	ret = test_echo_start(c->ipa);
	count_error(ret, errors);
	if (camipc_proxy_get_state(c->proxy) != CAMIPC_STATE_RUNNING)
		return;
	count_error(test_echo_push_value(c->ipa, &value), errors);
	count_error(test_echo_push_plane(c->ipa, &plane, &c->gate[0], 1),
		    errors);
	ret = test_echo_slow_begin(c->ipa, 1, contract_done, &done);
	count_error(ret, errors);
	if (ret == 0)
		contract_dispatch_done(c, &done);
	contract_dispatch_all(c);
	count_error(test_echo_stop(c->ipa), errors);
}

/** One session; returns how many steps said that memory is short. */
static unsigned int session(struct contract *c)
{
	struct test_echo_defaults defaults;
	unsigned int errors = 0;
	int ret;

	c->ipa = NULL;
	ret = test_echo_create(c->manager, &contract_match, &contract_events, c,
			       &c->ipa);
	count_error(ret, &errors);
	if (ret < 0) {
		assert_null(c->ipa);
		return errors;
	}
	c->proxy = test_echo_get_proxy(c->ipa);
	test_echo_defaults_init(&defaults);
	ret = test_echo_init(c->ipa, "memory", &defaults);
	count_error(ret, &errors);
	if (ret >= 0)
		use(c, &errors);
	test_echo_destroy(c->ipa);
	c->ipa = NULL;
	return errors;
}

static void each_allocation_fails(void **state)
{
	struct contract *c = *state;
	struct fd_leak before;
	unsigned int n = 0;
	bool happened = true;

	test_echo_destroy(c->ipa);
	/* The first session keeps what belongs to the process. */
	assert_int_equal(session(c), 0);
	fd_leak_take_settled(&c->before, &before);
	while (happened) {
		alloc_fail_begin(++n);
		(void)session(c);
		alloc_fail_end();
		happened = alloc_fail_happened();
		assert_true(n < TOO_MANY);
		if (n % 32 == 0)
			fd_leak_assert_none(&before);
	}
	fd_leak_assert_none(&before);
	assert_true(n > 20);
	/* And all is well again. */
	assert_int_equal(session(c), 0);
	c->ipa = contract_create(c);
	c->proxy = test_echo_get_proxy(c->ipa);
}

static const struct CMUnitTest tests[] = {
	CONTRACT_TEST(each_allocation_fails),
};

CONTRACT_MAIN(tests)
