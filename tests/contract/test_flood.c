/* SPDX-License-Identifier: MIT */
/*
 * Tests a peer that floods the proxy with bytes, descriptors or silence: what
 * it may have on its way is counted by the receiver (threats 10, 27, 29), and
 * it never blocks the way out (threat 37). Runs once, over a link that the test
 * plays.
 */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "fake_link.h"
#include "proxy.h"

static void expect_bad(struct contract *c, enum camipc_reason reason)
{
	contract_dispatch_closed(c);
	contract_expect_state(c, CAMIPC_STATE_DEAD);
	assert_int_equal(c->closed.reason, reason);
}

/** A value event of about @size bytes. */
static struct camipc_record *send_value(const uint8_t *bytes, size_t size)
{
	struct test_echo_value_event_args args;

	test_echo_everything_init(&args.value);
	args.value.arrays.bytes = bytes;
	args.value.arrays.n_bytes = size;
	return fake_send(CAMIPC_MESSAGE_EVENT, TEST_ECHO_EVENT_VALUE,
			 &test_echo_value_event_args_type, &args);
}

/** Reads what was sent, without delivering any of it. */
static void read_all(struct contract *c)
{
	fake_answer_all();
	(void)!test_echo_temperature(c->ipa, 1, NULL);
	fake.on_wait = NULL;
}

static void bytes_beyond_credit(void **state)
{
	const size_t size = 700u * 1024u;
	uint8_t *bytes = calloc(1, size);
	struct contract *c = *state;
	size_t n = 0;

	assert_non_null(bytes);
	fake_running(c);
	/* An honest peer stops here. */
	for (; n * size < CAMIPC_KEPT_BYTES; n++)
		send_value(bytes, size);
	read_all(c);
	contract_expect_state(c, CAMIPC_STATE_RUNNING);
	assert_true(n < CAMIPC_WINDOW / 2);
	send_value(bytes, size);
	read_all(c);
	free(bytes);
	expect_bad(c, CAMIPC_REASON_BAD_LIMIT);
}

/** A plane event with @n_fds descriptors. */
static void send_planes(struct contract *c, uint32_t n_fds)
{
	struct test_echo_plane_event_args args = {
		.plane = { .fd = c->gate[0] },
	};
	int fds[CAMIPC_MAX_FDS];

	for (uint32_t i = 0; i + 1 < n_fds; i++)
		fds[i] = c->gate[0];
	args.more = fds;
	args.n_more = n_fds - 1;
	fake_send(CAMIPC_MESSAGE_EVENT, TEST_ECHO_EVENT_PLANE,
		  &test_echo_plane_event_args_type, &args);
}

/** Threat 29: 64 descriptors are kept at most, and none is left over. */
static void descriptors_beyond_credit(void **state)
{
	struct contract *c = *state;
	struct fd_leak before;

	fake_running(c);
	fd_leak_take(&before);
	send_planes(c, 60);
	fake_tick(1);
	send_planes(c, 4);
	read_all(c);
	contract_expect_state(c, CAMIPC_STATE_RUNNING);
	send_planes(c, 1);
	read_all(c);
	expect_bad(c, CAMIPC_REASON_BAD_FD);
	fd_leak_assert_none(&before);
}

/** A consumed one makes room, whatever else the peer has sent in between. */
static void descriptors_within_credit(void **state)
{
	struct contract *c = *state;

	fake_running(c);
	for (int i = 0; i < 10; i++) {
		send_planes(c, CAMIPC_MAX_FDS_FROM_WORKER);
		assert_int_equal(test_echo_dispatch(c->ipa), 1);
	}
	assert_int_equal(c->n_planes, 10);
	contract_expect_state(c, CAMIPC_STATE_RUNNING);
}

/**
 * Events of an earlier run are dropped as they come; yet they free nothing that
 * the peer still has in flight, or it could have ever more.
 */
static void dropped_ones_wait_their_turn(void **state)
{
	struct contract *c = *state;
	const struct camipc_debt *debt = &c->proxy->courier.debt;

	fake_running(c);
	send_planes(c, 60);
	for (int i = 0; i < 3; i++)
		fake_tick(7)->message.header.epoch--;
	read_all(c);
	assert_int_equal(debt->consumed, 0);
	send_planes(c, 60);
	read_all(c);
	expect_bad(c, CAMIPC_REASON_BAD_FD);
}

/** In their turn, they are dropped, and the others are delivered. */
static void dropped_ones_are_consumed(void **state)
{
	struct contract *c = *state;

	fake_running(c);
	fake_tick(1);
	fake_tick(7)->message.header.epoch--;
	fake_tick(2);
	read_all(c);
	contract_dispatch_events(c, 2);
	assert_int_equal(test_echo_dispatch(c->ipa), 0);
	assert_int_equal(c->ticks.numbers[1], 2);
	assert_int_equal(contract_stats(c).events_dropped, 1);
	assert_int_equal(c->proxy->courier.debt.consumed, 3);
	assert_int_equal(c->proxy->courier.debt.load.messages, 0);
}

/** Begins @n calls of slow, and cancels them all. */
static void cancel_calls(struct contract *c, struct contract_done *done, int n)
{
	for (int i = 0; i < n; i++)
		assert_int_equal(test_echo_slow_begin(c->ipa, 1, contract_done,
						      &done[i]),
				 0);
	camipc_proxy_cancel(c->proxy);
	for (int i = 0; i < n; i++) {
		contract_dispatch_done(c, &done[i]);
		assert_int_equal(done[i].ret, -ECANCELED);
	}
}

/**
 * Threat 37: calls that were cancelled count as missed at their
 * deadline, so that a silent peer is found to be one.
 */
static void cancelled_calls_count_as_missed(void **state)
{
	struct contract *c = *state;
	struct contract_done done[3] = { { 0 } };

	fake_running(c);
	camipc_proxy_set_timeout(c->proxy, 20);
	cancel_calls(c, done, 2);
	cancel_calls(c, done + 2, 1);
	expect_bad(c, CAMIPC_REASON_UNRESPONSIVE);
	assert_int_equal(contract_stats(c).timeouts, 3);
}

/** The same for a host that calls, and does not dispatch. */
static void full_table_is_looked_through(void **state)
{
	struct contract_done done[CAMIPC_MAX_PENDING_CALLS] = { { 0 } };
	struct contract *c = *state;
	int ret;

	fake_running(c);
	camipc_proxy_set_timeout(c->proxy, 20);
	cancel_calls(c, done, CAMIPC_MAX_PENDING_CALLS);
	do {
		ret = test_echo_temperature(c->ipa, 1, NULL);
	} while (ret == -EAGAIN);
	assert_int_equal(ret, -EPIPE);
	expect_bad(c, CAMIPC_REASON_UNRESPONSIVE);
}

/** Answers in time show that the IPA lives, also if nobody wants them. */
static void cancelled_calls_that_are_answered(void **state)
{
	struct contract *c = *state;
	struct contract_done done = { 0 };

	fake_running(c);
	for (int i = 0; i < 5; i++) {
		cancel_calls(c, &done, 1);
		done.n = 0;
		fake_reply(NULL, NULL);
		read_all(c);
		assert_int_equal(c->proxy->calls.n_used, 0);
		assert_int_equal(c->proxy->calls.n_timed, 0);
	}
	assert_int_equal(contract_stats(c).late_replies, 5);
	contract_expect_state(c, CAMIPC_STATE_RUNNING);
}

/** However many are outstanding, stop is sent, and has its own deadline. */
static void stop_always_has_a_slot(void **state)
{
	struct contract_done done[CAMIPC_MAX_PENDING_CALLS] = { { 0 } };
	struct contract *c = *state;
	struct contract_done stopped = { 0 };

	fake_running(c);
	camipc_proxy_set_timeout(c->proxy, 60 * 1000);
	cancel_calls(c, done, CAMIPC_MAX_PENDING_CALLS);
	assert_int_equal(test_echo_temperature(c->ipa, 1, NULL), -EAGAIN);
	assert_int_equal(test_echo_stop_begin(c->ipa, contract_done, &stopped),
			 0);
	assert_int_equal(fake_last_sent()->id, TEST_ECHO_METHOD_STOP);
	fake_reply(NULL, NULL);
	assert_int_equal(test_echo_dispatch(c->ipa), 1);
	assert_int_equal(stopped.n, 1);
	assert_int_equal(stopped.ret, 0);
	contract_expect_state(c, CAMIPC_STATE_STOPPED);
	/* The next run starts, too. */
	fake_answer_all();
	contract_start(c);
	assert_int_equal(test_echo_stop(c->ipa), 0);
}

/** Main job: at the end of the peer, all that it had sent is delivered. */
static void drain_until_the_end(void **state)
{
	struct contract *c = *state;

	fake_running(c);
	for (uint32_t i = 0; i < 10; i++)
		fake_tick(i);
	fake.pop_error = -EPIPE;
	assert_int_equal(test_echo_stop_drain(c->ipa), -EPIPE);
	assert_int_equal(c->ticks.n, 10);
	assert_int_equal(c->n_closed, 0);
	contract_dispatch_closed(c);
	assert_int_equal(c->ticks.n, 10);
}

/** The same where the peer breaks a rule in between. */
static void drain_until_a_lie(void **state)
{
	struct contract *c = *state;

	fake_running(c);
	for (uint32_t i = 0; i < 3; i++)
		fake_tick(i);
	fake_send(CAMIPC_MESSAGE_EVENT, 999, NULL, NULL);
	fake_tick(3);
	assert_int_equal(test_echo_stop_drain(c->ipa), -EPROTO);
	assert_int_equal(c->ticks.n, 3);
	expect_bad(c, CAMIPC_REASON_BAD_PROTOCOL);
}

static const struct CMUnitTest tests[] = {
	FAKE_TEST(bytes_beyond_credit),
	FAKE_TEST(descriptors_beyond_credit),
	FAKE_TEST(descriptors_within_credit),
	FAKE_TEST(dropped_ones_wait_their_turn),
	FAKE_TEST(dropped_ones_are_consumed),
	FAKE_TEST(cancelled_calls_count_as_missed),
	FAKE_TEST(full_table_is_looked_through),
	FAKE_TEST(cancelled_calls_that_are_answered),
	FAKE_TEST(stop_always_has_a_slot),
	FAKE_TEST(drain_until_the_end),
	FAKE_TEST(drain_until_a_lie),
};

CONTRACT_MAIN(tests)
