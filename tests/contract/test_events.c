/* SPDX-License-Identifier: MIT */
/*
 * Tests events: in which thread, when and in which order they are delivered,
 * and when not.
 */
#include <errno.h>
#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "contract.h"
#include "under_valgrind.h"

static bool fd_is_readable(struct contract *c)
{
	struct pollfd pfd = {
		.fd = test_echo_get_fd(c->ipa),
		.events = POLLIN,
	};

	return poll(&pfd, 1, 0) > 0;
}

static void expect_numbers(const struct contract_numbers *numbers,
			   uint32_t first, size_t n)
{
	assert_int_equal(numbers->n, n);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(numbers->numbers[i], first + i);
}

/** Requirements 28, 29: in order, and in the caller's thread. */
static void async_calls_and_events_in_order(void **state)
{
	struct contract *c = *state;
	const uint32_t most = CAMIPC_WINDOW * 3 / 4; /* and more than a credit */
	const uint32_t *pushed = NULL;
	size_t n = 0;

	contract_running(c);
	for (uint32_t i = 0; i < most; i++)
		assert_int_equal(test_echo_push(c->ipa, 100 + i), 0);
	contract_dispatch_events(c, most);
	expect_numbers(&c->pushed, 100, most);
	assert_int_equal(c->thread, (int)syscall(SYS_gettid));
	assert_int_equal(test_echo_take_pushed(c->ipa, &pushed, &n), 0);
	assert_int_equal(n, most);
	assert_int_equal(pushed[most - 1], 100 + most - 1);
	camipc_clear_array(pushed);
	assert_int_equal(contract_stats(c).async_calls, most);
	assert_int_equal(contract_stats(c).events, most);
	assert_int_equal(contract_stats(c).events_dropped, 0);
}

/** Real IPAs emit their first controls inside start(). */
static void events_raised_in_start(void **state)
{
	struct contract *c = *state;

	contract_ready(c);
	contract_plan(c, TEST_ECHO_START, TEST_ECHO_TICK, 3);
	contract_start(c);
	assert_int_equal(c->ticks.n, 0);
	assert_true(fd_is_readable(c));
	assert_int_equal(test_echo_dispatch(c->ipa), 3);
	expect_numbers(&c->ticks, 0, 3);
	assert_false(fd_is_readable(c));
}

struct started {
	struct contract *c;
	size_t events_before;
	int n;
};

static void on_started(void *user, int ret)
{
	struct started *started = user;

	assert_int_equal(ret, 0);
	started->events_before = started->c->n_events;
	started->n++;
}

static void events_of_a_begun_start_come_behind_it(void **state)
{
	struct contract *c = *state;
	struct started started = { .c = c, .events_before = 99 };

	contract_ready(c);
	contract_plan(c, TEST_ECHO_START, TEST_ECHO_TICK, 3);
	assert_int_equal(test_echo_start_begin(c->ipa, on_started, &started),
			 0);
	contract_dispatch_events(c, 3);
	assert_int_equal(started.n, 1);
	assert_int_equal(started.events_before, 0);
}

static void events_of_a_failed_start_are_dropped(void **state)
{
	struct contract *c = *state;

	contract_ready(c);
	contract_plan(c, TEST_ECHO_START, TEST_ECHO_TICK, 3);
	contract_start(c);
	/* Not dispatched: of the run that ends here. */
	assert_int_equal(test_echo_stop(c->ipa), 0);
	assert_int_equal(contract_stats(c).events_dropped, 3);
	contract_plan(c, TEST_ECHO_START, TEST_ECHO_RETURN, -EIO);
	assert_int_equal(test_echo_start(c->ipa), -EIO);
	contract_dispatch_all(c);
	assert_int_equal(c->n_events, 0);
}

/** Threat 25: honest helper threads emit late. */
static void events_while_stopped_are_dropped(void **state)
{
	struct contract *c = *state;

	contract_ready(c);
	contract_plan(c, TEST_ECHO_ADD, TEST_ECHO_TICK, 4);
	assert_int_equal(test_echo_add(c->ipa, 1, 1, NULL), 0);
	contract_dispatch_all(c);
	contract_plan(c, TEST_ECHO_ADD, TEST_ECHO_TICK, 4);
	assert_int_equal(test_echo_add(c->ipa, 1, 1, NULL), 0);
	/* Not looked at before start: not delivered after it, either. */
	contract_start(c);
	assert_int_equal(test_echo_push(c->ipa, 1), 0);
	contract_dispatch_events(c, 1);
	assert_int_equal(c->ticks.n, 0);
	assert_int_equal(contract_stats(c).events_dropped, 8);
	log_capture_expect(1, CAMIPC_LOG_WARNING,
			   "event tick was dropped because it arrived while");
}

static size_t most;

static bool has_many(struct contract *c)
{
	return c->ticks.n >= most || c->ticks.n == CONTRACT_MAX;
}

/**
 * Requirements 30, 31: an emitter at full rate, stopped in its course, and
 * again and again. Now and then some events are waited for first, or none is
 * looked at before the next start.
 */
static void none_after_stop(void **state)
{
	const int cycles = test_amount(10000, 500, 40);
	struct contract *c = *state;

	contract_ready(c);
	contract_plan(c, TEST_ECHO_START, TEST_ECHO_EMITTER, 0);
	contract_start(c);
	for (int i = 0; i < cycles; i++) {
		size_t n;

		if (i % 100 == 0) {
			most = c->ticks.n + 50;
			contract_dispatch_until(c, has_many);
		} else if (i % 3) {
			assert_true(test_echo_dispatch(c->ipa) >= 0);
		}
		assert_int_equal(test_echo_stop(c->ipa), 0);
		n = c->n_events;
		if (i % 5) {
			contract_dispatch_all(c);
			assert_int_equal(test_echo_temperature(c->ipa, 1, NULL),
					 0);
			contract_dispatch_all(c);
		}
		assert_int_equal(c->n_events, n);
		contract_start(c);
		/* What was raised between two runs belongs to neither. */
		assert_int_equal(c->n_events, n);
	}
	assert_int_equal(contract_stats(c).epoch, cycles + 1);
	/* The emitter counts up: delivered numbers never decrease. */
	for (size_t i = 1; i < c->ticks.n; i++)
		assert_true(c->ticks.numbers[i] > c->ticks.numbers[i - 1]);
}

/** A waiting call keeps events for later and never tells them. */
static void no_callback_beneath_a_call(void **state)
{
	struct contract *c = *state;

	contract_running(c);
	assert_int_equal(test_echo_tick_many(c->ipa, 0, 30), 0);
	assert_int_equal(test_echo_slow(c->ipa, 1), 1);
	assert_int_equal(c->n_events, 0);
	/* Kept events make the descriptor readable, too. */
	assert_true(fd_is_readable(c));
	assert_int_equal(test_echo_dispatch(c->ipa), 30);
	expect_numbers(&c->ticks, 0, 30);
	assert_false(fd_is_readable(c));
}

/** A dispatch is bounded, whatever came. */
static void dispatch_is_bounded(void **state)
{
	struct contract *c = *state;
	int rounds = 0;

	contract_ready(c);
	contract_plan(c, TEST_ECHO_START, TEST_ECHO_EMITTER, 0);
	contract_start(c);
	while (c->n_events < 1000) {
		int n = test_echo_dispatch(c->ipa);

		assert_in_range(n, 0, CAMIPC_DISPATCH_BATCH);
		rounds++;
	}
	assert_true(rounds >= 1000 / CAMIPC_DISPATCH_BATCH);
}

/* More than any channel has room for. */
#define LINES 3000

/**
 * A thread of the module raises an event while its lines have filled the channel,
 * and the op thread sleeps: nothing but the room that is there later can make it
 * send the event.
 */
static void an_event_behind_lines(void **state)
{
	struct contract *c = *state;
	char byte;

	contract_ready(c);
	assert_int_equal(test_echo_plan(c->ipa, TEST_ECHO_START,
					TEST_ECHO_EMITTER, LINES, c->gate[1]),
			 0);
	contract_start(c);
	/* The thread has raised it. */
	assert_int_equal(read(c->gate[0], &byte, 1), 1);
	contract_dispatch_events(c, 1);
	expect_numbers(&c->ticks, LINES, 1);
	assert_int_equal(test_echo_stop(c->ipa), 0);
}

/** A pipeline handler that wants no events passes no table for them. */
static void nobody_to_tell(void **state)
{
	struct contract *c = *state;
	struct test_echo_defaults defaults;
	struct camipc_proxy_stats stats = { .size = sizeof(stats) };
	struct test_echo *deaf = NULL;

	test_echo_defaults_init(&defaults);
	assert_int_equal(test_echo_create(c->manager, &contract_match, NULL,
					  NULL, &deaf),
			 0);
	assert_int_equal(test_echo_init(deaf, "", &defaults), 0);
	assert_int_equal(test_echo_start(deaf), 0);
	assert_int_equal(test_echo_tick_many(deaf, 0, 3), 0);
	assert_int_equal(test_echo_slow(deaf, 1), 1);
	assert_int_equal(test_echo_dispatch(deaf), 3);
	camipc_proxy_get_stats(test_echo_get_proxy(deaf), &stats);
	assert_int_equal(stats.events, 3);
	test_echo_destroy(deaf);
}

static void nothing_to_dispatch(void **state)
{
	struct contract *c = *state;

	contract_running(c);
	contract_dispatch_all(c);
	assert_false(fd_is_readable(c));
	assert_int_equal(test_echo_dispatch(c->ipa), 0);
}

/* ---- calls in callbacks ------------------------------------------------ */

static void call_in_event(struct contract *c)
{
	int32_t sum = 0;

	assert_int_equal(test_echo_add(c->ipa, (int32_t)c->n_events, 1, &sum),
			 0);
	assert_int_equal(sum, (int32_t)c->n_events + 1);
	assert_int_equal(test_echo_dispatch(c->ipa), -EBUSY);
}

static void synchronous_calls_in_callbacks(void **state)
{
	struct contract *c = *state;

	contract_running(c);
	c->on_event = call_in_event;
	assert_int_equal(test_echo_tick_many(c->ipa, 5, 20), 0);
	contract_dispatch_events(c, 20);
	expect_numbers(&c->ticks, 5, 20);
}

/** The event's memory stays while a nested call takes other records in. */
static void check_value(struct contract *c,
			const struct test_echo_everything *value)
{
	struct test_echo_everything back;

	for (int i = 0; i < 10; i++) {
		assert_int_equal(test_echo_echo(c->ipa, value, &back), 0);
		assert_string_equal(value->scalars.text, "kept in the event");
		assert_string_equal(back.scalars.text, "kept in the event");
		test_echo_everything_clear(&back);
	}
}

static void event_memory_outlives_nested_calls(void **state)
{
	struct contract *c = *state;
	struct test_echo_everything value;

	contract_running(c);
	c->on_value = check_value;
	test_echo_everything_init(&value);
	value.scalars.text = "kept in the event";
	for (int i = 0; i < 5; i++)
		assert_int_equal(test_echo_push_value(c->ipa, &value), 0);
	contract_dispatch_events(c, 5);
	assert_int_equal(c->n_values, 5);
}

static void stop_in_event(struct contract *c)
{
	if (c->n_events == 3)
		assert_int_equal(test_echo_stop(c->ipa), 0);
}

/** Stop from a callback drops the rest of the batch. */
static void stop_in_a_callback(void **state)
{
	struct contract *c = *state;

	contract_ready(c);
	c->on_event = stop_in_event;
	contract_plan(c, TEST_ECHO_START, TEST_ECHO_TICK, 10);
	contract_start(c);
	contract_dispatch_all(c);
	expect_numbers(&c->ticks, 0, 3);
	contract_expect_state(c, CAMIPC_STATE_STOPPED);
	assert_int_equal(contract_stats(c).events_dropped, 7);
	/* And a new run begins with its own. */
	c->on_event = NULL;
	contract_plan(c, TEST_ECHO_START, TEST_ECHO_TICK, 2);
	contract_start(c);
	contract_dispatch_all(c);
	assert_int_equal(c->ticks.n, 5);
}

static void restart_in_event(struct contract *c)
{
	if (c->n_events != 3)
		return;
	assert_int_equal(test_echo_stop(c->ipa), 0);
	contract_start(c);
}

/** What a previous run raised is never delivered in the next. */
static void restart_in_a_callback(void **state)
{
	struct contract *c = *state;

	contract_ready(c);
	c->on_event = restart_in_event;
	contract_plan(c, TEST_ECHO_START, TEST_ECHO_TICK, 10);
	contract_start(c);
	contract_dispatch_all(c);
	assert_int_equal(test_echo_push(c->ipa, 1), 0);
	contract_dispatch_events(c, 4);
	expect_numbers(&c->ticks, 0, 3);
	assert_int_equal(c->pushed.n, 1);
	assert_int_equal(contract_stats(c).epoch, 2);
}

/* ---- stop with draining ------------------------------------------------ */

/** stop_begin() tells what was raised before, then that it stopped. */
static void begun_stop_drains(void **state)
{
	struct contract *c = *state;
	struct contract_done done = { 0 };

	contract_running(c);
	assert_int_equal(test_echo_tick_many(c->ipa, 0, 20), 0);
	contract_plan(c, TEST_ECHO_STOP, TEST_ECHO_TICK, 5);
	assert_int_equal(test_echo_stop_begin(c->ipa, contract_done, &done), 0);
	contract_dispatch_done(c, &done);
	assert_int_equal(done.ret, 0);
	assert_int_equal(c->ticks.n, 25);
	contract_expect_state(c, CAMIPC_STATE_STOPPED);
	contract_dispatch_all(c);
	assert_int_equal(c->ticks.n, 25);
}

static void blocking_stop_drops(void **state)
{
	struct contract *c = *state;

	contract_running(c);
	assert_int_equal(test_echo_tick_many(c->ipa, 0, 20), 0);
	assert_int_equal(test_echo_stop(c->ipa), 0);
	contract_dispatch_all(c);
	assert_int_equal(c->n_events, 0);
	assert_int_equal(contract_stats(c).events_dropped, 20);
}

/* ---- destroy in callbacks ---------------------------------------------- */

static void destroy_in_event(struct contract *c)
{
	if (c->n_events != 3)
		return;
	test_echo_destroy(c->ipa);
	/* Still here: it ends when dispatch unwinds. Silent, though. */
	assert_int_equal(test_echo_push(c->ipa, 1), -EPIPE);
}

static void destroy_in_a_callback(void **state)
{
	struct contract *c = *state;
	struct contract_done done = { 0 };

	contract_ready(c);
	c->on_event = destroy_in_event;
	contract_plan(c, TEST_ECHO_START, TEST_ECHO_TICK, 10);
	contract_start(c);
	contract_plan(c, TEST_ECHO_SLOW, TEST_ECHO_BLOCK, 0);
	assert_int_equal(test_echo_slow_begin(c->ipa, 1, contract_done, &done),
			 0);
	contract_open_gate(c);
	assert_true(test_echo_dispatch(c->ipa) >= 3);
	expect_numbers(&c->ticks, 0, 3);
	assert_int_equal(c->n_closed, 0);
	assert_int_equal(done.n, 1);
	c->ipa = contract_create(c);
	c->proxy = test_echo_get_proxy(c->ipa);
}

static void destroy_in_done(void *user, int ret)
{
	struct contract_done *done = user;

	assert_int_equal(ret, 3);
	done->n++;
	test_echo_destroy(done->c->ipa);
}

static void destroy_in_a_completion(void **state)
{
	struct contract *c = *state;
	struct contract_done done = { .c = c };

	contract_running(c);
	assert_int_equal(
		test_echo_slow_begin(c->ipa, 3, destroy_in_done, &done), 0);
	contract_dispatch_done(c, &done);
	c->ipa = contract_create(c);
	c->proxy = test_echo_get_proxy(c->ipa);
}

/** Begun calls complete exactly once, also by destroy. */
static void destroy_with_calls_pending(void **state)
{
	struct contract *c = *state;
	struct contract_done done[3] = { { 0 } };

	contract_running(c);
	contract_plan(c, TEST_ECHO_SLOW, TEST_ECHO_BLOCK, 0);
	for (int i = 0; i < 3; i++)
		assert_int_equal(test_echo_slow_begin(c->ipa, 1, contract_done,
						      &done[i]),
				 0);
	assert_int_equal(test_echo_push(c->ipa, 1), 0);
	contract_open_gate(c);
	test_echo_destroy(c->ipa);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(done[i].n, 1);
		assert_true(done[i].ret == -ECANCELED || done[i].ret == 1);
	}
	c->ipa = contract_create(c);
	c->proxy = test_echo_get_proxy(c->ipa);
}

static void destroy_in_each_state(void **state)
{
	struct contract *c = *state;
	struct contract_done done = { 0 };

	for (int i = 0; i < 5; i++) {
		if (i > 0)
			contract_init(c);
		if (i == 2)
			contract_start(c);
		if (i == 3)
			assert_int_equal(test_echo_start_begin(
						 c->ipa, contract_done, &done),
					 0);
		if (i == 4) {
			contract_start(c);
			assert_int_equal(test_echo_stop_begin(
						 c->ipa, contract_done, &done),
					 0);
		}
		test_echo_destroy(c->ipa);
		c->ipa = contract_create(c);
		c->proxy = test_echo_get_proxy(c->ipa);
	}
	assert_int_equal(done.n, 2);
	test_echo_destroy(NULL);
}

static const struct CMUnitTest tests[] = {
	CONTRACT_TEST(async_calls_and_events_in_order),
	CONTRACT_TEST(events_raised_in_start),
	CONTRACT_TEST(events_of_a_begun_start_come_behind_it),
	CONTRACT_TEST(events_of_a_failed_start_are_dropped),
	CONTRACT_TEST(events_while_stopped_are_dropped),
	CONTRACT_TEST(none_after_stop),
	CONTRACT_TEST(no_callback_beneath_a_call),
	CONTRACT_TEST(dispatch_is_bounded),
	CONTRACT_TEST(an_event_behind_lines),
	CONTRACT_TEST(nobody_to_tell),
	CONTRACT_TEST(nothing_to_dispatch),
	CONTRACT_TEST(synchronous_calls_in_callbacks),
	CONTRACT_TEST(event_memory_outlives_nested_calls),
	CONTRACT_TEST(stop_in_a_callback),
	CONTRACT_TEST(restart_in_a_callback),
	CONTRACT_TEST(begun_stop_drains),
	CONTRACT_TEST(blocking_stop_drops),
	CONTRACT_TEST(destroy_in_a_callback),
	CONTRACT_TEST(destroy_in_a_completion),
	CONTRACT_TEST(destroy_with_calls_pending),
	CONTRACT_TEST(destroy_in_each_state),
};

CONTRACT_MAIN(tests)
