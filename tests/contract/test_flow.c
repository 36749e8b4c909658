/* SPDX-License-Identifier: MIT */
/*
 * Tests flow control: credit, [queue=], [overflow=], bursts, memory per call.
 */
#include <errno.h>

#include "alloc_fail.h"
#include "contract.h"

/** The numbers that the IPA was given, oldest first. */
static size_t take_pushed(struct contract *c, uint32_t *numbers, size_t max)
{
	const uint32_t *pushed = NULL;
	size_t n = 0;

	assert_int_equal(test_echo_take_pushed(c->ipa, &pushed, &n), 0);
	for (size_t i = 0; i < n && i < max; i++)
		numbers[i] = pushed[i];
	camipc_clear_array(pushed);
	return n;
}

/** Has the next push wait in the IPA, so that credit runs out. */
static void block_ipa(struct contract *c)
{
	contract_running(c);
	contract_plan(c, TEST_ECHO_PUSH, TEST_ECHO_BLOCK, 0);
}

/**
 * Requirements 21, 28: calls return at once while the IPA is busy; a window of
 * them is accepted, and not one more.
 */
static void window(void **state)
{
	struct contract *c = *state;
	uint32_t numbers[CAMIPC_WINDOW + 1];

	block_ipa(c);
	for (uint32_t i = 0; i < CAMIPC_WINDOW; i++)
		assert_int_equal(test_echo_push(c->ipa, i), 0);
	assert_int_equal(test_echo_push(c->ipa, 99), -EAGAIN);
	assert_int_equal(camipc_proxy_last_reason(c->proxy, NULL),
			 CAMIPC_REASON_NO_CREDIT);
	assert_int_equal(contract_stats(c).async_refused, 1);
	assert_int_equal(contract_stats(c).high_water, CAMIPC_WINDOW);
	contract_open_gate(c);
	assert_int_equal(take_pushed(c, numbers, CAMIPC_WINDOW + 1),
			 CAMIPC_WINDOW);
	for (uint32_t i = 0; i < CAMIPC_WINDOW; i++)
		assert_int_equal(numbers[i], i);
	assert_int_equal(test_echo_push(c->ipa, 1), 0);
}

/** Main job: none lost silently; accepted, or refused and counted. */
static void burst(void **state)
{
	struct contract *c = *state;
	const size_t n = 10000;
	uint64_t accepted = 0;
	uint64_t refused = 0;
	size_t pushed;

	block_ipa(c);
	for (uint32_t i = 0; i < n; i++) {
		int ret = test_echo_push_few(c->ipa, i);

		if (ret == 0)
			accepted++;
		else
			refused++;
		assert_true(ret == 0 || ret == -EAGAIN);
		if (i == n / 2)
			contract_open_gate(c);
	}
	assert_int_equal(accepted + refused, n);
	assert_true(refused > 0);
	pushed = take_pushed(c, NULL, 0);
	assert_int_equal(pushed, accepted);
	assert_int_equal(contract_stats(c).async_calls, accepted);
	assert_int_equal(contract_stats(c).async_refused, refused);
	assert_int_equal(contract_stats(c).async_dropped, 0);
}

/** The same with events in the way, which nobody dispatches for long. */
static void burst_with_events(void **state)
{
	struct contract *c = *state;
	uint64_t accepted = 0;

	contract_running(c);
	for (uint32_t i = 0; i < 10000; i++) {
		int ret = test_echo_push(c->ipa, i);

		assert_true(ret == 0 || ret == -EAGAIN);
		accepted += ret == 0;
		if (i % 1000 == 999)
			contract_dispatch_all(c);
	}
	assert_int_equal(take_pushed(c, NULL, 0), accepted);
	contract_dispatch_all(c);
	assert_int_equal(contract_stats(c).async_calls, accepted);
	/* Each event that the IPA raised was delivered, or refused there and
	 * counted; the count arrives before the answer to a call. */
	assert_int_equal(test_echo_slow(c->ipa, 1), 1);
	assert_int_equal(c->pushed.n + contract_stats(c).events_refused,
			 accepted);
}

static void queue_refuses(void **state)
{
	struct contract *c = *state;
	uint32_t numbers[8];

	block_ipa(c);
	for (uint32_t i = 0; i < 4; i++)
		assert_int_equal(test_echo_push_few(c->ipa, i), 0);
	assert_int_equal(test_echo_push_few(c->ipa, 4), -EAGAIN);
	/* Another method has its own bound. */
	assert_int_equal(test_echo_push_newest(c->ipa, 10), 0);
	contract_open_gate(c);
	assert_int_equal(take_pushed(c, numbers, 8), 5);
	assert_int_equal(numbers[3], 3);
	assert_int_equal(numbers[4], 10);
}

static void overflow_drops_newest(void **state)
{
	struct contract *c = *state;
	uint32_t numbers[8];

	block_ipa(c);
	for (uint32_t i = 0; i < 10; i++)
		assert_int_equal(test_echo_push_newest(c->ipa, i), 0);
	assert_int_equal(contract_stats(c).async_dropped, 6);
	assert_int_equal(contract_stats(c).async_calls, 4);
	contract_open_gate(c);
	assert_int_equal(take_pushed(c, numbers, 8), 4);
	assert_int_equal(numbers[3], 3);
}

/** Up to n unsent ones are kept, and the oldest of those goes. */
static void overflow_drops_oldest(void **state)
{
	struct contract *c = *state;
	uint32_t numbers[16];
	int32_t sum;

	block_ipa(c);
	for (uint32_t i = 0; i < 20; i++)
		assert_int_equal(test_echo_push_oldest(c->ipa, i), 0);
	/* Four are in the IPA, four wait here, twelve were dropped. */
	assert_int_equal(contract_stats(c).async_dropped, 12);
	/* In order: what cannot wait behind them is not accepted. */
	assert_int_equal(test_echo_push(c->ipa, 77), -EAGAIN);
	contract_open_gate(c);
	assert_int_equal(test_echo_add(c->ipa, 1, 1, &sum), 0);
	assert_int_equal(take_pushed(c, numbers, 16), 8);
	for (uint32_t i = 0; i < 4; i++) {
		assert_int_equal(numbers[i], i);
		assert_int_equal(numbers[4 + i], 16 + i);
	}
}

/** Few credits come back in time for a method with a short queue. */
static void short_queue_never_starves(void **state)
{
	struct contract *c = *state;

	contract_running(c);
	for (uint32_t i = 0; i < 400; i++) {
		while (test_echo_push_few(c->ipa, i) == -EAGAIN)
			assert_int_equal(test_echo_temperature(c->ipa, 1, NULL),
					 0);
	}
	assert_int_equal(take_pushed(c, NULL, 0), 400);
}

/* ---- [overflow=keep] ---------------------------------------------------- */

#define KEPT 200u /* [queue=200] of push_kept and kept */

/** Sends all that may be kept, while the IPA stands still. */
static void keep_calls(struct contract *c)
{
	block_ipa(c);
	assert_int_equal(test_echo_push(c->ipa, 999), 0);
	for (uint32_t i = 0; i < KEPT; i++)
		assert_int_equal(test_echo_push_kept(c->ipa, i), 0);
}

static void expect_kept(struct contract *c)
{
	uint32_t numbers[KEPT + 2];

	assert_int_equal(take_pushed(c, numbers, KEPT + 2), KEPT + 1);
	for (uint32_t i = 0; i < KEPT; i++)
		assert_int_equal(numbers[i + 1], i);
}

/** More than a window is accepted: all of it arrives, in order. */
static void kept_calls_arrive(void **state)
{
	struct contract *c = *state;
	struct camipc_memory_stats memory = { .size = sizeof(memory) };

	keep_calls(c);
	assert_int_equal(test_echo_push_kept(c->ipa, KEPT), -EAGAIN);
	assert_int_equal(camipc_proxy_last_reason(c->proxy, NULL),
			 CAMIPC_REASON_NO_CREDIT);
	camipc_proxy_get_memory_stats(c->proxy, &memory);
	assert_true(memory.unsent_bytes > 0);
	/* Nothing overtakes them: it waits if it can, or is not accepted. */
	assert_int_equal(test_echo_push_few(c->ipa, 1000), -EAGAIN);
	assert_int_equal(test_echo_push_newest(c->ipa, 1000), 0);
	assert_int_equal(contract_stats(c).async_dropped, 1);
	assert_int_equal(contract_stats(c).async_calls, 1 + KEPT);
	contract_open_gate(c);
	/* An answer comes behind them, too. */
	expect_kept(c);
	camipc_proxy_get_memory_stats(c->proxy, &memory);
	assert_int_equal(memory.unsent_bytes, 0);
	assert_int_equal(test_echo_push_few(c->ipa, 1), 0);
}

/** Credit that dispatch reads sends them, too. */
static void dispatch_sends_kept_calls(void **state)
{
	struct contract *c = *state;
	struct camipc_memory_stats memory = { .size = sizeof(memory) };

	keep_calls(c);
	contract_open_gate(c);
	do {
		contract_dispatch_all(c);
		camipc_proxy_get_memory_stats(c->proxy, &memory);
	} while (memory.unsent_bytes > 0);
	expect_kept(c);
}

static void stop_sends_kept_calls_first(void **state)
{
	struct contract *c = *state;

	keep_calls(c);
	contract_open_gate(c);
	assert_int_equal(test_echo_stop(c->ipa), 0);
	expect_kept(c);
	assert_int_equal(contract_stats(c).async_lost, 0);
}

/** Destroy stops the IPA, and does not wait for what that cannot send. */
static void destroy_ends_kept_calls(void **state)
{
	struct contract *c = *state;

	keep_calls(c);
	contract_open_gate(c);
	test_echo_destroy(c->ipa);
	c->ipa = NULL;
}

/** At the IPA's end, each accepted call is consumed, dropped or lost. */
static void kept_calls_may_be_lost(void **state)
{
	struct contract *c = *state;

	keep_calls(c);
	camipc_proxy_set_timeout(c->proxy, 1);
	for (int i = 0; i < CAMIPC_MAX_MISSED_DEADLINES; i++)
		assert_int_equal(test_echo_slow(c->ipa, 1), -ETIMEDOUT);
	contract_expect_state(c, CAMIPC_STATE_DEAD);
	assert_int_equal(contract_stats(c).async_lost, 1 + KEPT);
	assert_int_equal(test_echo_push_kept(c->ipa, 1), -EPIPE);
	contract_open_gate(c);
}

/** Events are kept at the IPA, and sent as dispatch makes room. */
static void kept_events_arrive(void **state)
{
	struct contract *c = *state;

	contract_running(c);
	assert_int_equal(test_echo_tick_kept(c->ipa, 0, KEPT + 5), 0);
	assert_int_equal(test_echo_slow(c->ipa, 1), 1);
	contract_dispatch_events(c, KEPT);
	contract_dispatch_all(c);
	assert_int_equal(c->kept.n, KEPT);
	for (uint32_t i = 0; i < KEPT; i++)
		assert_int_equal(c->kept.numbers[i], i);
	/* Five were refused at the IPA, and counted. */
	assert_int_equal(contract_stats(c).events_refused, 5);
}

/** A stop does not wait for room: nobody wants these events any more. */
static void stop_drops_kept_events(void **state)
{
	struct contract *c = *state;

	contract_running(c);
	assert_int_equal(test_echo_tick_kept(c->ipa, 0, KEPT), 0);
	assert_int_equal(test_echo_slow(c->ipa, 1), 1);
	assert_int_equal(test_echo_stop(c->ipa), 0);
	contract_dispatch_all(c);
	assert_int_equal(c->kept.n, 0);
	assert_int_equal(contract_stats(c).events_dropped, KEPT);
	contract_start(c);
	assert_int_equal(test_echo_tick_kept(c->ipa, 1, 1), 0);
	contract_dispatch_events(c, 1);
	assert_int_equal(c->kept.numbers[0], 1);
}

/* ---- events ------------------------------------------------------------ */

static void events_are_refused_at_the_ipa(void **state)
{
	struct contract *c = *state;

	contract_running(c);
	assert_int_equal(test_echo_tick_many(c->ipa, 0, 100), 0);
	assert_int_equal(test_echo_slow(c->ipa, 1), 1);
	contract_dispatch_all(c);
	assert_int_equal(c->ticks.n, CAMIPC_WINDOW);
	assert_int_equal(c->ticks.numbers[CAMIPC_WINDOW - 1],
			 CAMIPC_WINDOW - 1);
	/* Consumed ones make room again, and say what was lost. */
	assert_int_equal(test_echo_tick_many(c->ipa, 200, 1), 0);
	contract_dispatch_events(c, CAMIPC_WINDOW + 1);
	assert_int_equal(contract_stats(c).events_refused, 100 - CAMIPC_WINDOW);
}

static void event_queue_refuses(void **state)
{
	struct contract *c = *state;

	contract_running(c);
	assert_int_equal(test_echo_tick_few(c->ipa, 0, 5), 0);
	assert_int_equal(test_echo_slow(c->ipa, 1), 1);
	contract_dispatch_all(c);
	assert_int_equal(c->few.n, 2);
	assert_int_equal(c->few.numbers[1], 1);
}

static void event_overflow_drops_oldest(void **state)
{
	struct contract *c = *state;

	contract_running(c);
	assert_int_equal(test_echo_tick_oldest(c->ipa, 0, 10), 0);
	assert_int_equal(test_echo_slow(c->ipa, 1), 1);
	contract_dispatch_events(c, 4);
	/* Two were on their way; of those kept the newest two. */
	assert_int_equal(c->latest.numbers[0], 0);
	assert_int_equal(c->latest.numbers[1], 1);
	assert_int_equal(c->latest.numbers[2], 8);
	assert_int_equal(c->latest.numbers[3], 9);
	assert_int_equal(contract_stats(c).events_refused, 6);
}

/** A stream of frames: each side's credit comes back by itself. */
static void endless_stream(void **state)
{
	struct contract *c = *state;

	contract_running(c);
	for (uint32_t i = 0; i < 3000; i++) {
		assert_int_equal(test_echo_push(c->ipa, i), 0);
		contract_dispatch_events(c, i + 1);
	}
	assert_int_equal(c->pushed.n, 3000);
	assert_int_equal(contract_stats(c).events_refused, 0);
}

/** Both directions full, and a call that must get through nevertheless. */
static void replies_are_never_stuck(void **state)
{
	struct contract *c = *state;

	contract_running(c);
	for (int round = 0; round < 20; round++) {
		for (uint32_t i = 0; i < 100; i++) {
			int ret = test_echo_tick_many(c->ipa, 0, 100);

			assert_true(ret == 0 || ret == -EAGAIN);
		}
		assert_int_equal(test_echo_slow(c->ipa, round), round);
	}
	assert_int_equal(test_echo_stop(c->ipa), 0);
}

/* ---- memory ------------------------------------------------------------ */

/** A value of the size of a frame's controls; @items are its 20. */
static struct test_echo_everything frame_value(struct test_echo_value *items)
{
	struct test_echo_everything value;

	test_echo_everything_init(&value);
	for (int i = 0; i < 20; i++) {
		items[i] = (struct test_echo_value){
			.tag = TEST_ECHO_VALUE_NUMBER,
		};
		items[i].number = 1000 + i;
	}
	value.arrays.values = items;
	value.arrays.n_values = 20;
	value.scalars.text = "a frame";
	return value;
}

static void frames(struct contract *c, uint32_t n)
{
	struct test_echo_value items[20];
	const struct test_echo_everything value = frame_value(items);

	for (uint32_t i = 0; i < n; i++) {
		size_t before = c->n_events;

		assert_int_equal(test_echo_push(c->ipa, i), 0);
		assert_int_equal(test_echo_push_value(c->ipa, &value), 0);
		contract_dispatch_events(c, before + 2);
	}
}

/**
 * Records grow when they first carry a message of some size, and how many are
 * on their way at once depends on the scheduler: has more of them carry the
 * largest than frames() ever needs.
 */
static void warm_up(struct contract *c)
{
	struct test_echo_value items[20];
	const struct test_echo_everything value = frame_value(items);

	for (int round = 0; round < 20; round++) {
		size_t before = c->n_events;

		for (int i = 0; i < 16; i++)
			assert_int_equal(test_echo_push_value(c->ipa, &value),
					 0);
		/* Its answer is behind them: meanwhile events pile up. */
		assert_int_equal(test_echo_slow(c->ipa, round), round);
		contract_dispatch_events(c, before + 16);
	}
}

/** Main job: no allocation per call in the steady state. */
static void no_allocation_per_frame(void **state)
{
	struct contract *c = *state;
	size_t values;

	contract_running(c);
	warm_up(c);
	frames(c, 300);
	values = c->n_values;
	alloc_fail_begin(0);
	frames(c, 300);
	assert_int_equal(alloc_fail_end(), 0);
	assert_int_equal(c->n_values - values, 300);
}

static void no_allocation_per_call(void **state)
{
	struct contract *c = *state;

	contract_running(c);
	for (int i = 0; i < 100; i++)
		assert_int_equal(test_echo_slow(c->ipa, i), i);
	alloc_fail_begin(0);
	for (int i = 0; i < 100; i++)
		assert_int_equal(test_echo_slow(c->ipa, i), i);
	assert_int_equal(alloc_fail_end(), 0);
}

static const struct CMUnitTest tests[] = {
	CONTRACT_TEST(window),
	CONTRACT_TEST(burst),
	CONTRACT_TEST(burst_with_events),
	CONTRACT_TEST(queue_refuses),
	CONTRACT_TEST(overflow_drops_newest),
	CONTRACT_TEST(overflow_drops_oldest),
	CONTRACT_TEST(kept_calls_arrive),
	CONTRACT_TEST(dispatch_sends_kept_calls),
	CONTRACT_TEST(stop_sends_kept_calls_first),
	CONTRACT_TEST(destroy_ends_kept_calls),
	CONTRACT_TEST(kept_calls_may_be_lost),
	CONTRACT_TEST(kept_events_arrive),
	CONTRACT_TEST(stop_drops_kept_events),
	CONTRACT_TEST(short_queue_never_starves),
	CONTRACT_TEST(events_are_refused_at_the_ipa),
	CONTRACT_TEST(event_queue_refuses),
	CONTRACT_TEST(event_overflow_drops_oldest),
	CONTRACT_TEST(endless_stream),
	CONTRACT_TEST(replies_are_never_stuck),
	CONTRACT_TEST(no_allocation_per_frame),
	CONTRACT_TEST(no_allocation_per_call),
};

CONTRACT_MAIN(tests)
