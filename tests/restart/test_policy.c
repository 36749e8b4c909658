/* SPDX-License-Identifier: MIT */
/* Restart policies: which are taken, by whom, and when they are used up. */
#include "bed.h"

#include <errno.h>
#include <signal.h>

static void test_policy(void **state)
{
	struct bed *bed = *state;
	struct camipc_restart_policy policy = { .size = sizeof(policy) };
	uint32_t answer;

	assert_int_equal(camipc_proxy_set_restart(bed->proxy, &policy),
			 -EINVAL);
	policy.max_restarts = 3;
	assert_int_equal(camipc_proxy_set_restart(bed->proxy, &policy),
			 -EINVAL);
	policy.window_ms = 100;
	policy.max_restarts = CAMIPC_MAX_RESTARTS + 1;
	assert_int_equal(camipc_proxy_set_restart(bed->proxy, &policy),
			 -EINVAL);
	policy.max_restarts = CAMIPC_MAX_RESTARTS;
	assert_int_equal(camipc_proxy_set_restart(bed->proxy, &policy), 0);
	policy.size = 0;
	assert_int_equal(camipc_proxy_set_restart(bed->proxy, &policy),
			 -EINVAL);
	policy.size = sizeof(policy);
	/* Off, and on again before the first call only. */
	assert_int_equal(camipc_proxy_set_restart(bed->proxy, NULL), 0);
	assert_int_equal(camipc_proxy_set_restart(bed->proxy, &policy), 0);
	bed_init(bed);
	assert_int_equal(camipc_proxy_set_restart(bed->proxy, &policy), 0);
	assert_int_equal(camipc_proxy_set_restart(bed->proxy, NULL), 0);
	assert_int_equal(camipc_proxy_set_restart(bed->proxy, &policy), -EBUSY);
	/* Without a policy, an end is the end. */
	bed_kill(bed, SIGKILL);
	bed_until(bed, &bed->n_closed, 1);
	assert_int_equal(test_phoenix_ask(bed->ipa, 1, &answer), -EPIPE);
	assert_int_equal(camipc_proxy_set_restart(bed->proxy, &policy), -EPIPE);
}

static void test_no_restart_of_a_thread(void **state)
{
	static const char *const kinds[] = { "thread", "loopback" };
	const struct camipc_restart_policy policy = {
		.size = sizeof(policy),
		.max_restarts = 1,
		.window_ms = 1,
	};
	struct bed *bed = *state;

	for (size_t i = 0; i < 2; i++) {
		const struct camipc_match match = {
			.path = PHOENIX_MODULE,
			.isolation = kinds[i],
		};
		struct test_phoenix *ipa;

		assert_int_equal(test_phoenix_create(bed->manager, &match, NULL,
						     NULL, &ipa),
				 0);
		assert_int_equal(
			camipc_proxy_set_restart(test_phoenix_get_proxy(ipa),
						 &policy),
			-EOPNOTSUPP);
		test_phoenix_destroy(ipa);
	}
}

/** Threat 43: the (n+1)th end within the window is the last one. */
static void test_policy_is_used_up(void **state)
{
	struct bed *bed = *state;
	uint32_t run;

	bed_allow(bed, 3);
	bed_running(bed);
	for (int i = 0; i < 3; i++)
		bed_restart(bed);
	assert_int_equal(bed_stats(bed).restarts, 3);
	bed_kill(bed, SIGKILL);
	bed_until(bed, &bed->n_closed, 1);
	assert_int_equal(bed->n_restarted, 3);
	assert_int_equal(bed->closed.reason, CAMIPC_REASON_SIGNALED);
	bed_expect_state(bed, CAMIPC_STATE_DEAD);
	assert_int_equal(test_phoenix_dispatch(bed->ipa), -EPIPE);
	assert_int_equal(test_phoenix_start(bed->ipa, 1, &run), -EPIPE);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		BED_TEST(test_policy),
		BED_TEST(test_no_restart_of_a_thread),
		BED_TEST(test_policy_is_used_up),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
