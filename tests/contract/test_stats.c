/* SPDX-License-Identifier: MIT */
/* Tests the counters of a proxy and of each method and event. */
#include <errno.h>
#include <string.h>

#include "contract.h"

static struct camipc_method_stats stats_of(struct contract *c, const char *name)
{
	struct camipc_method_stats stats = { .size = sizeof(stats) };

	for (uint32_t i = 0;; i++) {
		int ret = camipc_proxy_get_method_stats(c->proxy, i, &stats);

		if (ret < 0)
			fail_msg("no method %s", name);
		if (strcmp(stats.name, name) == 0)
			return stats;
	}
}

static uint64_t sum_of(const uint64_t latency[CAMIPC_LATENCY_BUCKETS])
{
	uint64_t sum = 0;

	for (unsigned int i = 0; i < CAMIPC_LATENCY_BUCKETS; i++)
		sum += latency[i];
	return sum;
}

static void rows(void **state)
{
	struct contract *c = *state;
	struct camipc_method_stats stats = { .size = sizeof(stats) };
	uint32_t n = 0;
	bool events = false;

	while (camipc_proxy_get_method_stats(c->proxy, n, &stats) == 0) {
		assert_int_equal(stats.size, sizeof(stats));
		assert_int_equal(stats.calls, 0);
		assert_int_equal(sum_of(stats.latency), 0);
		/* Methods, and then only events. */
		assert_true(!events || stats.role == CAMIPC_ROLE_EVENT);
		events = stats.role == CAMIPC_ROLE_EVENT;
		n++;
	}
	assert_true(events);
	assert_true(n > 20);
	assert_int_equal(camipc_proxy_get_method_stats(c->proxy, UINT32_MAX,
						       &stats),
			 -ENOENT);
	assert_int_equal(stats_of(c, "tick").role, CAMIPC_ROLE_EVENT);
	assert_int_equal(stats_of(c, "init").role, CAMIPC_ROLE_INIT);
}

/** A caller that was built with a shorter struct. */
static void older_callers(void **state)
{
	struct contract *c = *state;
	struct {
		struct camipc_method_stats stats;
		uint8_t guard[8];
	} small;

	memset(&small, 0xaa, sizeof(small));
	small.stats.size = offsetof(struct camipc_method_stats, errors);
	assert_int_equal(camipc_proxy_get_method_stats(c->proxy, 0,
						       &small.stats),
			 0);
	assert_int_equal(small.stats.size,
			 offsetof(struct camipc_method_stats, errors));
	assert_int_equal(small.stats.calls, 0);
	assert_int_equal(small.stats.errors, UINT64_C(0xaaaaaaaaaaaaaaaa));
}

static void synchronous_calls(void **state)
{
	struct contract *c = *state;
	struct camipc_method_stats add;

	contract_ready(c);
	for (int i = 0; i < 5; i++)
		assert_int_equal(test_echo_add(c->ipa, 1, 2, NULL), 0);
	contract_plan(c, TEST_ECHO_ADD, TEST_ECHO_RETURN, -ENODEV);
	assert_int_equal(test_echo_add(c->ipa, 1, 2, NULL), -ENODEV);
	add = stats_of(c, "add");
	assert_int_equal(add.calls, 6);
	assert_int_equal(add.errors, 1);
	assert_int_equal(add.timeouts, 0);
	assert_int_equal(sum_of(add.latency), 6);
	assert_true(add.bytes_sent >= 6 * 32);
	assert_true(add.bytes_received >= 6 * 32);
	assert_true(camipc_latency_percentile(add.latency, 50) > 0);
	assert_int_equal(stats_of(c, "configure").calls, 0);
	assert_int_equal(contract_stats(c).errors, 1);
}

/** What never reached the IPA is an error of the method, too. */
static void refused_calls(void **state)
{
	struct contract *c = *state;
	struct camipc_method_stats slow;

	contract_ready(c);
	assert_int_equal(test_echo_slow(c->ipa, 1), -EINVAL);
	slow = stats_of(c, "slow");
	assert_int_equal(slow.calls, 0);
	assert_int_equal(slow.errors, 1);
	assert_int_equal(sum_of(slow.latency), 0);
}

static void begun_calls(void **state)
{
	struct contract *c = *state;
	struct contract_done done = { 0 };

	contract_running(c);
	contract_plan(c, TEST_ECHO_SLOW, TEST_ECHO_RETURN, -ENODEV);
	assert_int_equal(test_echo_slow_begin(c->ipa, 1, contract_done, &done),
			 0);
	contract_dispatch_done(c, &done);
	assert_int_equal(done.ret, -ENODEV);
	assert_int_equal(stats_of(c, "slow").calls, 1);
	assert_int_equal(stats_of(c, "slow").errors, 1);
	assert_int_equal(sum_of(stats_of(c, "slow").latency), 1);
}

static void timeouts(void **state)
{
	struct contract *c = *state;

	contract_running(c);
	contract_plan(c, TEST_ECHO_SLOW, TEST_ECHO_BLOCK, 0);
	camipc_proxy_set_timeout(c->proxy, 20);
	assert_int_equal(test_echo_slow(c->ipa, 1), -ETIMEDOUT);
	camipc_proxy_set_timeout(c->proxy, 0);
	contract_open_gate(c);
	assert_int_equal(test_echo_slow(c->ipa, 2), 2);
	assert_int_equal(stats_of(c, "slow").calls, 2);
	assert_int_equal(stats_of(c, "slow").errors, 1);
	assert_int_equal(stats_of(c, "slow").timeouts, 1);
	/* A late reply does not count as an answered call. */
	assert_int_equal(sum_of(stats_of(c, "slow").latency), 1);
	assert_int_equal(contract_stats(c).timeouts, 1);
}

static void asynchronous_calls(void **state)
{
	struct contract *c = *state;
	struct camipc_method_stats few;

	contract_running(c);
	contract_plan(c, TEST_ECHO_PUSH, TEST_ECHO_BLOCK, 0);
	assert_int_equal(test_echo_push(c->ipa, 1), 0);
	for (int i = 0; i < 4; i++)
		assert_int_equal(test_echo_push_few(c->ipa, 2), 0);
	assert_int_equal(test_echo_push_few(c->ipa, 3), -EAGAIN);
	contract_open_gate(c);
	/* Behind all of them. */
	assert_int_equal(test_echo_slow(c->ipa, 1), 1);
	few = stats_of(c, "pushFew");
	assert_int_equal(few.calls, 4);
	assert_int_equal(few.errors, 1);
	assert_int_equal(few.high_water, 4);
	assert_true(few.bytes_sent >= 4 * 32);
	assert_int_equal(few.bytes_received, 0);
	assert_int_equal(sum_of(few.latency), 0);
}

static void events(void **state)
{
	struct contract *c = *state;
	struct camipc_method_stats tick;

	contract_running(c);
	assert_int_equal(test_echo_tick_many(c->ipa, 0, 10), 0);
	contract_dispatch_events(c, 10);
	tick = stats_of(c, "tick");
	assert_int_equal(tick.calls, 10);
	assert_int_equal(tick.errors, 0);
	assert_true(tick.bytes_received >= 10 * 32);
	assert_true(contract_stats(c).events_high_water >= 1);
	contract_plan(c, TEST_ECHO_STOP, TEST_ECHO_TICK, 3);
	assert_int_equal(test_echo_stop(c->ipa), 0);
	contract_dispatch_all(c);
	assert_int_equal(stats_of(c, "tick").calls, 10);
	assert_int_equal(stats_of(c, "tick").errors, 3);
}

static void percentiles(void **state)
{
	uint64_t latency[CAMIPC_LATENCY_BUCKETS] = { 0 };

	(void)state;
	assert_int_equal(camipc_latency_percentile(latency, 50), 0);
	latency[3] = 98;
	latency[10] = 1;
	assert_int_equal(camipc_latency_percentile(latency, 50), 8);
	assert_int_equal(camipc_latency_percentile(latency, 99), 1024);
	assert_int_equal(camipc_latency_percentile(latency, 100), 1024);
	latency[CAMIPC_LATENCY_BUCKETS - 1] = 1;
	assert_int_equal(camipc_latency_percentile(latency, 99), 1024);
	assert_int_equal(camipc_latency_percentile(latency, 100), UINT64_MAX);
}

static const struct CMUnitTest tests[] = {
	CONTRACT_TEST(rows),
	CONTRACT_TEST(older_callers),
	CONTRACT_TEST(synchronous_calls),
	CONTRACT_TEST(refused_calls),
	CONTRACT_TEST(begun_calls),
	CONTRACT_TEST(timeouts),
	CONTRACT_TEST(asynchronous_calls),
	CONTRACT_TEST(events),
	cmocka_unit_test(percentiles),
};

CONTRACT_MAIN(tests)
