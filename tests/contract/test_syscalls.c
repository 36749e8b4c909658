/* SPDX-License-Identifier: MIT */
/*
 * Tests failing system calls: every call of a session in this process fails in
 * turn, in each way it can (interrupted, no descriptors, no memory, no room,
 * half done). The step then returns a documented error or goes on; nothing is
 * left behind.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "contract.h"
#include "syscall_fail.h"
#include "under_valgrind.h"

/* More than a session has: something would repeat for ever. */
#define TOO_MANY 2000

/* Enough for a body that travels in a memfd. */
#define LARGE (CAMIPC_MAX_INLINE_SIZE + 1000)

/** What is clean: one of these, from any step. */
static void check(int ret, const char *step)
{
	static const int clean[] = { -ENOMEM, -EMFILE, -EPIPE,
				     -EAGAIN, -EINVAL, -ETIMEDOUT };

	if (ret >= 0)
		return;
	for (size_t i = 0; i < sizeof(clean) / sizeof(clean[0]); i++) {
		if (ret == clean[i])
			return;
	}
	fail_msg("%s: %d, after %s in %s", step, ret, strerror(errno),
		 syscall_fail_where() ? syscall_fail_where() : "nothing");
}

static void use(struct contract *c)
{
	static uint8_t payload[LARGE];
	struct test_echo_plane plane = { .fd = c->gate[0] };
	struct contract_done done = { 0 };
	const uint8_t *produced = NULL;
	size_t n = 0;
	int fd = -1;
	int ret;

	check(test_echo_measure(c->ipa, payload, LARGE, "", NULL, NULL),
	      "measure");
	ret = test_echo_produce(c->ipa, LARGE, &produced, &n);
	check(ret, "produce");
	if (ret == 0)
		camipc_clear_array(produced);
	ret = test_echo_exchange(c->ipa, c->gate[0], &c->gate[0], 1, &plane,
				 &plane, 1, &fd, NULL, NULL, NULL, NULL, NULL);
	check(ret, "exchange");
	if (ret == 0 && fd >= 0)
		close(fd);
	check(test_echo_start(c->ipa), "start");
	if (camipc_proxy_get_state(c->proxy) != CAMIPC_STATE_RUNNING)
		return;
	check(test_echo_push(c->ipa, 1), "push");
	check(test_echo_push_plane(c->ipa, &plane, &c->gate[0], 1),
	      "pushPlane");
	ret = test_echo_slow_begin(c->ipa, 1, contract_done, &done);
	check(ret, "slow");
	if (ret == 0) {
		contract_dispatch_done(c, &done);
		check(done.ret, "slow's completion");
		assert_int_equal(done.n, 1);
	}
	contract_dispatch_all(c);
	check(test_echo_stop(c->ipa), "stop");
}

/** Returns 0 if the IPA was created. */
static int session(struct contract *c)
{
	struct test_echo_defaults defaults;
	int ret;

	c->ipa = NULL;
	c->n_closed = 0;
	ret = test_echo_create(c->manager, &contract_match, &contract_events, c,
			       &c->ipa);
	check(ret, "create");
	if (ret < 0) {
		assert_null(c->ipa);
		return ret;
	}
	c->proxy = test_echo_get_proxy(c->ipa);
	test_echo_defaults_init(&defaults);
	ret = test_echo_init(c->ipa, "calls", &defaults);
	check(ret, "init");
	if (ret >= 0)
		use(c);
	assert_true(c->n_closed <= 1);
	test_echo_destroy(c->ipa);
	c->ipa = NULL;
	return 0;
}

static void each_call_fails(struct contract *c, enum syscall_failure how)
{
	struct fd_leak before;
	unsigned long n = 0;
	bool happened = true;

	fd_leak_take(&before);
	while (happened) {
		syscall_fail_begin(how, ++n);
		(void)session(c);
		happened = syscall_fail_end();
		assert_true(n < TOO_MANY);
		if (n % 16 == 0)
			fd_leak_assert_none(&before);
	}
	fd_leak_assert_none(&before);
	print_message("%s: %lu calls\n", syscall_failure_names[how], n - 1);
}

/** All ways, one after the other, in one process. */
static void all(void **state)
{
	struct contract *c = *state;

	SKIP_UNDER_VALGRIND();
	test_echo_destroy(c->ipa);
	/* The first session keeps what belongs to the process. */
	assert_int_equal(session(c), 0);
	for (int how = 0; how < N_SYSCALL_FAILURES; how++)
		each_call_fails(c, (enum syscall_failure)how);
	/* And all is well again. */
	assert_int_equal(session(c), 0);
	c->ipa = contract_create(c);
	c->proxy = test_echo_get_proxy(c->ipa);
}

static const struct CMUnitTest tests[] = {
	CONTRACT_TEST(all),
};

CONTRACT_MAIN(tests)
