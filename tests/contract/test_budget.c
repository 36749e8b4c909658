/* SPDX-License-Identifier: MIT */
/*
 * Tests what an honest IPA can make a camera process keep, and for how long one
 * dispatch may take: budgets in bytes, messages and time (threats 10 and 27).
 * Bytes are a matter of credit, so that nobody dies of them.
 */
#include <errno.h>
#include <stdlib.h>
#include <time.h>

#include "contract.h"

#define KIB 1024u

/** A value of about @size bytes on the wire. The caller frees. */
static uint8_t *make_value(struct test_echo_everything *value, size_t size)
{
	uint8_t *bytes = calloc(1, size);

	assert_non_null(bytes);
	test_echo_everything_init(value);
	value->arrays.bytes = bytes;
	value->arrays.n_bytes = size;
	return bytes;
}

static struct camipc_memory_stats memory_stats(const struct contract *c)
{
	struct camipc_memory_stats stats = { .size = sizeof(stats) };

	camipc_proxy_get_memory_stats(c->proxy, &stats);
	return stats;
}

/** Four messages of 60 KiB, and part of a fifth. */
static const struct camipc_budget few_kept = {
	.size = sizeof(few_kept),
	.kept_bytes = 256 * KIB,
};

/** Another proxy, with this budget, runs instead of the test's own. */
static void run_with(struct contract *c, const struct camipc_budget *budget)
{
	test_echo_destroy(c->ipa);
	contract_match.budget = budget;
	c->ipa = contract_create(c);
	contract_match.budget = NULL;
	c->proxy = test_echo_get_proxy(c->ipa);
	contract_running(c);
}

/**
 * Events that nobody dispatches are kept up to the budget, and refused at the
 * IPA from there on; then everything goes on.
 */
static void kept_events_are_bounded(void **state)
{
	struct contract *c = *state;
	struct test_echo_everything value;
	uint8_t *bytes = make_value(&value, 60 * KIB);
	size_t sent = 0;

	run_with(c, &few_kept);
	for (; sent < 40; sent++) {
		assert_int_equal(test_echo_push_value(c->ipa, &value), 0);
		contract_wait_for_ipa(c);
	}
	/* The one that used the budget up may be a whole message over it. */
	assert_true(memory_stats(c).kept_bytes > 0);
	assert_true(memory_stats(c).most_kept_bytes <=
		    few_kept.kept_bytes + 2 * 64 * KIB);
	contract_expect_state(c, CAMIPC_STATE_RUNNING);
	contract_dispatch_all(c);
	assert_in_range(c->n_values, 3, 6);
	assert_int_equal(memory_stats(c).kept_bytes, 0);
	/* What was refused is known by the time that anything else comes. */
	assert_int_equal(test_echo_push_value(c->ipa, &value), 0);
	contract_wait_for_ipa(c);
	contract_dispatch_all(c);
	assert_int_equal(c->n_values + contract_stats(c).events_refused,
			 sent + 1);
	free(bytes);
}

/** Memory of large messages is given back, whatever was the largest. */
static void memory_is_given_back(void **state)
{
	const struct camipc_budget budget = {
		.size = sizeof(budget),
		.spare_bytes = 128 * KIB,
	};
	struct contract *c = *state;
	struct test_echo_everything value;
	uint8_t *bytes = make_value(&value, 900 * KIB);

	run_with(c, &budget);
	for (int i = 0; i < 30; i++) {
		assert_int_equal(test_echo_push_value(c->ipa, &value), 0);
		contract_wait_for_ipa(c);
		if (i % 10 == 9)
			contract_dispatch_all(c);
	}
	contract_dispatch_all(c);
	assert_true(c->n_values > 10);
	assert_true(memory_stats(c).most_kept_bytes > 900 * KIB);
	assert_int_equal(memory_stats(c).kept_bytes, 0);
	assert_true(memory_stats(c).pool_bytes <= budget.spare_bytes);
	free(bytes);
}

/** Async calls count in bytes, too: the IPA is not flooded either. */
static void calls_are_bounded(void **state)
{
	struct contract *c = *state;
	struct test_echo_everything value;
	uint8_t *bytes = make_value(&value, 60 * KIB);
	int accepted = 0;

	run_with(c, &few_kept);
	contract_plan(c, TEST_ECHO_PUSH, TEST_ECHO_BLOCK, 0);
	assert_int_equal(test_echo_push(c->ipa, 0), 0);
	while (test_echo_push_value(c->ipa, &value) == 0)
		accepted++;
	assert_int_equal(camipc_proxy_last_reason(c->proxy, NULL),
			 CAMIPC_REASON_NO_CREDIT);
	assert_in_range(accepted, 4, 6);
	contract_open_gate(c);
	contract_wait_for_ipa(c);
	assert_int_equal(test_echo_push_value(c->ipa, &value), 0);
	free(bytes);
}

static void slow_event(struct contract *c)
{
	const struct timespec ten_ms = { 0, 10 * 1000 * 1000 };

	(void)c;
	nanosleep(&ten_ms, NULL);
}

/** Dispatches once. Returns the number of events. */
static size_t dispatch_once(struct contract *c)
{
	const size_t before = c->n_events;

	assert_true(test_echo_dispatch(c->ipa) >= 0);
	return c->n_events - before;
}

/** One dispatch ends by each of its limits, and the rest is not lost. */
static void dispatch_is_bounded(void **state)
{
	struct camipc_budget budgets[] = {
		{ .dispatch_messages = 3 },
		{ .dispatch_bytes = 100 * KIB },
		{ .dispatch_ms = 1 },
	};
	struct contract *c = *state;
	struct test_echo_everything value;
	uint8_t *bytes = make_value(&value, 60 * KIB);

	for (size_t i = 0; i < 3; i++) {
		budgets[i].size = sizeof(budgets[i]);
		run_with(c, &budgets[i]);
		c->n_values = 0;
		c->on_event = i == 2 ? slow_event : NULL;
		for (int k = 0; k < 10; k++) {
			assert_int_equal(test_echo_push_value(c->ipa, &value),
					 0);
			contract_wait_for_ipa(c);
		}
		assert_in_range(dispatch_once(c), 1, 3);
		assert_in_range(dispatch_once(c), 1, 3);
		assert_in_range(c->n_values, 2, 6);
		contract_dispatch_all(c);
		assert_int_equal(c->n_values, 10);
	}
	free(bytes);
}

static void budgets_are_checked(void **state)
{
	const struct camipc_budget no_size = { .kept_bytes = 1 };
	const struct camipc_budget too_much = {
		.size = sizeof(too_much),
		.kept_bytes = CAMIPC_MAX_KEPT_BYTES + 1,
	};
	const struct camipc_budget most = {
		.size = sizeof(most),
		.kept_bytes = CAMIPC_MAX_KEPT_BYTES,
		.max_message_size = 2 * CAMIPC_MAX_MESSAGE_SIZE,
	};
	static uint8_t payload[CAMIPC_MAX_MESSAGE_SIZE];
	uint64_t size = 0;
	struct contract *c = *state;
	struct test_echo *ipa = NULL;

	contract_match.budget = &no_size;
	assert_int_equal(test_echo_create(c->manager, &contract_match,
					  &contract_events, c, &ipa),
			 -EINVAL);
	contract_match.budget = &too_much;
	assert_int_equal(test_echo_create(c->manager, &contract_match,
					  &contract_events, c, &ipa),
			 -EINVAL);
	contract_match.budget = NULL;
	run_with(c, &most);
	assert_int_equal(test_echo_push(c->ipa, 1), 0);
	/* With its tag larger than the interface's own limit. */
	assert_int_equal(test_echo_measure(c->ipa, payload, sizeof(payload), "",
					   &size, NULL),
			 0);
	assert_int_equal(size, sizeof(payload));
}

static void produced(void *user, int ret,
		     const struct test_echo_produce_outs *outs)
{
	assert_true(ret < 0 || outs->n_payload == 60 * KIB);
	contract_done(user, ret);
}

/** Answers of begun calls wait for dispatch, too. */
static void begun_answers_are_bounded(void **state)
{
	struct contract *c = *state;
	struct contract_done done[40] = { { 0 } };
	uint32_t fitted = 0;
	uint32_t refused = 0;

	run_with(c, &few_kept);
	for (int i = 0; i < 40; i++)
		assert_int_equal(test_echo_produce_begin(
					 c->ipa, 60 * KIB, produced, &done[i]),
				 0);
	/* A waiting call must read past them all. */
	contract_wait_for_ipa(c);
	assert_true(memory_stats(c).kept_bytes <=
		    few_kept.kept_bytes + 4 * 64 * KIB);
	for (int i = 0; i < 40; i++) {
		contract_dispatch_done(c, &done[i]);
		fitted += done[i].ret == 0;
		refused += done[i].ret == -EMSGSIZE;
	}
	assert_int_equal(fitted + refused, 40);
	assert_in_range(fitted, 1, 8);
	assert_int_equal(memory_stats(c).refused, refused);
	assert_int_equal(memory_stats(c).kept_bytes, 0);
}

static const struct CMUnitTest tests[] = {
	CONTRACT_TEST(kept_events_are_bounded),
	CONTRACT_TEST(memory_is_given_back),
	CONTRACT_TEST(calls_are_bounded),
	CONTRACT_TEST(dispatch_is_bounded),
	CONTRACT_TEST(budgets_are_checked),
	CONTRACT_TEST(begun_answers_are_bounded),
};

CONTRACT_MAIN(tests)
