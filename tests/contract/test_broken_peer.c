/* SPDX-License-Identifier: MIT */
/*
 * Tests a peer that breaks the protocol (threats 20 to 27): the reason, one
 * completion per call, one call of closed. Runs once, because the proxy is the
 * same over every link.
 */
#include <errno.h>
#include <unistd.h>

#include "fake_link.h"
#include "proxy.h"

static void expect_bad(struct contract *c, enum camipc_reason reason)
{
	contract_expect_state(c, CAMIPC_STATE_DEAD);
	assert_int_equal(fake.n_kills, 1);
	assert_int_equal(c->n_closed, 0);
	assert_int_equal(test_echo_dispatch(c->ipa), 1);
	assert_int_equal(c->n_closed, 1);
	assert_int_equal(c->closed.reason, reason);
	assert_int_equal(test_echo_dispatch(c->ipa), -EPIPE);
	assert_int_equal(c->n_closed, 1);
	assert_int_equal(test_echo_temperature(c->ipa, 1, NULL), -EPIPE);
}

/* ---- replies ----------------------------------------------------------- */

static void reply_with_unknown_cookie(struct fake_link *link)
{
	(void)link;
	fake_reply(NULL, NULL)->message.header.cookie += 64;
}

static void unknown_cookie(void **state)
{
	struct contract *c = *state;

	fake_running(c);
	fake.on_wait = reply_with_unknown_cookie;
	assert_int_equal(test_echo_slow(c->ipa, 1), -EPROTO);
	assert_int_equal(camipc_proxy_last_reason(c->proxy, NULL),
			 CAMIPC_REASON_BAD_PROTOCOL);
	expect_bad(c, CAMIPC_REASON_BAD_PROTOCOL);
}

static void reply_with_cookie_0(struct fake_link *link)
{
	(void)link;
	fake_reply(NULL, NULL)->message.header.cookie = 0;
}

static void cookie_0(void **state)
{
	struct contract *c = *state;

	fake_running(c);
	fake.on_wait = reply_with_cookie_0;
	assert_int_equal(test_echo_slow(c->ipa, 1), -EPROTO);
	expect_bad(c, CAMIPC_REASON_BAD_PROTOCOL);
}

/** Threat 20: to a call that waits for room, and that nobody can know of. */
static void reply_before_the_call(void **state)
{
	struct contract *c = *state;
	struct contract_done done = { 0 };
	struct camipc_record *record;
	const struct camipc_call *call = NULL;

	fake_running(c);
	fake.push_error = -EAGAIN;
	assert_int_equal(test_echo_slow_begin(c->ipa, 1, contract_done, &done),
			 0);
	for (size_t i = 0; i < CAMIPC_CALL_SLOTS; i++) {
		if (c->proxy->calls.calls[i].phase == CAMIPC_CALL_BEGUN)
			call = &c->proxy->calls.calls[i];
	}
	assert_non_null(call);
	record = fake_send(CAMIPC_MESSAGE_REPLY, TEST_ECHO_METHOD_SLOW, NULL,
			   NULL);
	record->message.header.cookie = call->cookie;
	record->message.header.epoch = call->epoch;
	assert_int_equal(test_echo_dispatch(c->ipa), 2);
	assert_int_equal(done.ret, -EPROTO);
	assert_int_equal(c->closed.reason, CAMIPC_REASON_BAD_PROTOCOL);
	fake.push_error = 0;
}

static void reply_twice(struct fake_link *link)
{
	(void)link;
	fake_reply(NULL, NULL);
	fake_reply(NULL, NULL);
}

static void two_replies(void **state)
{
	struct contract *c = *state;

	fake_running(c);
	fake.on_wait = reply_twice;
	/* The first is as good as any; the caller sees one completion. */
	assert_int_equal(test_echo_slow(c->ipa, 1), 0);
	contract_expect_state(c, CAMIPC_STATE_RUNNING);
	fake.on_wait = NULL;
	assert_int_equal(test_echo_dispatch(c->ipa), 1);
	assert_int_equal(c->closed.reason, CAMIPC_REASON_BAD_PROTOCOL);
}

static void reply_of_another_method(struct fake_link *link)
{
	(void)link;
	fake_reply(NULL, NULL)->message.header.id = TEST_ECHO_METHOD_ADD;
}

static void another_method(void **state)
{
	struct contract *c = *state;

	fake_running(c);
	fake.on_wait = reply_of_another_method;
	assert_int_equal(test_echo_slow(c->ipa, 1), -EPROTO);
	expect_bad(c, CAMIPC_REASON_BAD_PROTOCOL);
}

static void reply_of_another_epoch(struct fake_link *link)
{
	(void)link;
	fake_reply(NULL, NULL)->message.header.epoch++;
}

static void another_epoch(void **state)
{
	struct contract *c = *state;

	fake_running(c);
	fake.on_wait = reply_of_another_epoch;
	assert_int_equal(test_echo_slow(c->ipa, 1), -EPROTO);
	expect_bad(c, CAMIPC_REASON_BAD_PROTOCOL);
}

/** Threat 23. */
static void late_reply(void **state)
{
	struct contract *c = *state;
	struct camipc_header late;

	fake_running(c);
	assert_int_equal(test_echo_slow(c->ipa, 1), -ETIMEDOUT);
	late = *fake_last_sent();
	fake_reply(NULL, NULL);
	assert_int_equal(test_echo_dispatch(c->ipa), 0);
	assert_int_equal(contract_stats(c).late_replies, 1);
	contract_expect_state(c, CAMIPC_STATE_RUNNING);
	/* A second one is no late reply any more. */
	fake_reply(NULL, NULL)->message.header.cookie = late.cookie;
	assert_int_equal(test_echo_dispatch(c->ipa), 1);
	assert_int_equal(c->closed.reason, CAMIPC_REASON_BAD_PROTOCOL);
}

static void reply_that_does_not_decode(struct fake_link *link)
{
	struct camipc_record *record = fake_reply(NULL, NULL);

	(void)link;
	assert_int_equal(camipc_message_reserve(&record->message, 4), 0);
	camipc_message_body(&record->message)[0] = 0x07; /* wire type 7 */
	record->message.header.body_size = 1;
}

static void malformed_reply(void **state)
{
	struct contract *c = *state;

	fake_running(c);
	fake.on_wait = reply_that_does_not_decode;
	assert_int_equal(test_echo_slow(c->ipa, 1), -EPROTO);
	expect_bad(c, CAMIPC_REASON_BAD_MESSAGE);
}

/* Everything.bounds.level is at most 100. */
static void reply_out_of_range(struct fake_link *link)
{
	static const uint8_t body[] = { 0x0a, 4, 0x1a, 2, 0x08, 101 };
	struct camipc_record *record = fake_reply(NULL, NULL);

	(void)link;
	assert_int_equal(camipc_message_reserve(&record->message, sizeof(body)),
			 0);
	memcpy(camipc_message_body(&record->message), body, sizeof(body));
	record->message.header.body_size = sizeof(body);
}

/** Threat 18: told apart from bytes that are no message. */
static void value_out_of_range(void **state)
{
	struct contract *c = *state;
	struct test_echo_everything value;

	fake_running(c);
	test_echo_everything_init(&value);
	fake.on_wait = reply_out_of_range;
	assert_int_equal(test_echo_echo(c->ipa, &value, NULL), -EPROTO);
	expect_bad(c, CAMIPC_REASON_BAD_RANGE);
}

static int16_t status;

static void reply_with_status(struct fake_link *link)
{
	struct camipc_record *record = fake_reply(NULL, NULL);

	(void)link;
	record->message.header.flags = CAMIPC_MESSAGE_ERROR;
	record->message.header.status = status;
}

static void error_replies(void **state)
{
	static const int16_t allowed[] = { -EPROTO, -EMSGSIZE,   -EMFILE,
					   -ENOMEM, -EOPNOTSUPP, -ENOSYS };
	struct contract *c = *state;

	fake_running(c);
	fake.on_wait = reply_with_status;
	for (size_t i = 0; i < sizeof(allowed) / sizeof(allowed[0]); i++) {
		status = allowed[i];
		assert_int_equal(test_echo_slow(c->ipa, 1), status);
		assert_int_equal(camipc_proxy_last_error(c->proxy), status);
	}
	contract_expect_state(c, CAMIPC_STATE_RUNNING);
	status = -EPIPE;
	assert_int_equal(test_echo_slow(c->ipa, 1), -EPROTO);
	expect_bad(c, CAMIPC_REASON_BAD_PROTOCOL);
}

static void all_pending_calls_end(void **state)
{
	struct contract *c = *state;
	struct contract_done done[3] = { { 0 } };

	fake_running(c);
	for (int i = 0; i < 3; i++)
		assert_int_equal(test_echo_slow_begin(c->ipa, 1, contract_done,
						      &done[i]),
				 0);
	fake_send(CAMIPC_MESSAGE_EVENT, 99, NULL, NULL);
	/* Three completions, then closed. */
	assert_int_equal(test_echo_dispatch(c->ipa), 4);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(done[i].n, 1);
		assert_int_equal(done[i].ret, -EPROTO);
	}
	assert_int_equal(c->n_closed, 1);
}

/* ---- events and other kinds -------------------------------------------- */

/** Threat 24. */
static void unknown_event(void **state)
{
	struct contract *c = *state;

	fake_running(c);
	fake_send(CAMIPC_MESSAGE_EVENT, 99, NULL, NULL);
	assert_int_equal(test_echo_dispatch(c->ipa), 1);
	assert_int_equal(c->closed.reason, CAMIPC_REASON_BAD_PROTOCOL);
}

/** Threat 27: at the limit, and one past it. */
static void events_beyond_credit(void **state)
{
	struct contract *c = *state;

	fake_running(c);
	for (uint32_t i = 0; i < CAMIPC_WINDOW; i++)
		fake_tick(i);
	fake_answer_all();
	assert_int_equal(test_echo_slow(c->ipa, 1), 0);
	contract_expect_state(c, CAMIPC_STATE_RUNNING);
	fake.on_wait = NULL;
	fake_tick(CAMIPC_WINDOW);
	assert_int_equal(test_echo_slow(c->ipa, 1), -EPROTO);
	expect_bad(c, CAMIPC_REASON_BAD_LIMIT);
	assert_int_equal(c->ticks.n, 0);
}

/** Credit that was given back may be used again, as often as wanted. */
static void events_within_credit(void **state)
{
	struct contract *c = *state;

	fake_running(c);
	for (int round = 0; round < 10; round++) {
		for (uint32_t i = 0; i < CAMIPC_WINDOW; i++)
			fake_tick(i);
		assert_int_equal(test_echo_dispatch(c->ipa), CAMIPC_WINDOW);
		/* A peer that only listens receives credit, too. */
		assert_int_equal(fake_last_sent()->kind, CAMIPC_MESSAGE_CREDIT);
		assert_int_equal(fake_last_sent()->consumed,
				 (uint32_t)(round + 1) * CAMIPC_WINDOW);
	}
	contract_expect_state(c, CAMIPC_STATE_RUNNING);
}

static void events_of_other_runs(void **state)
{
	struct contract *c = *state;

	fake_running(c);
	fake_tick(1)->message.header.epoch--;
	fake_tick(2)->message.header.epoch++;
	fake_tick(3);
	assert_int_equal(test_echo_dispatch(c->ipa), 1);
	assert_int_equal(c->ticks.numbers[0], 3);
	assert_int_equal(contract_stats(c).events_dropped, 2);
}

static void malformed_event(void **state)
{
	struct contract *c = *state;
	struct camipc_record *record;

	fake_running(c);
	fake_tick(1);
	record = fake_tick(2);
	camipc_message_body(&record->message)[0] = 0x07;
	fake_tick(3);
	assert_int_equal(test_echo_dispatch(c->ipa), 3);
	assert_int_equal(c->ticks.n, 1);
	assert_int_equal(c->closed.reason, CAMIPC_REASON_BAD_MESSAGE);
}

/** An event that this process had no memory for: dropped, not blamed. */
static void event_without_memory(void **state)
{
	struct contract *c = *state;
	struct camipc_record *record;

	fake_running(c);
	record = fake_tick(1);
	record->message.header.flags = CAMIPC_MESSAGE_ERROR;
	record->message.header.status = -ENOMEM;
	record->message.header.body_size = 0;
	fake_tick(2);
	assert_int_equal(test_echo_dispatch(c->ipa), 1);
	assert_int_equal(c->ticks.numbers[0], 2);
	assert_int_equal(contract_stats(c).events_dropped, 1);
	contract_expect_state(c, CAMIPC_STATE_RUNNING);
}

/** Threat 26. */
static void call_from_the_peer(void **state)
{
	struct contract *c = *state;

	fake_running(c);
	fake_send(CAMIPC_MESSAGE_CALL, TEST_ECHO_METHOD_ADD, NULL, NULL);
	assert_int_equal(test_echo_dispatch(c->ipa), 1);
	assert_int_equal(c->closed.reason, CAMIPC_REASON_BAD_PROTOCOL);
}

static void too_much_consumed(void **state)
{
	struct contract *c = *state;

	fake_running(c);
	assert_int_equal(test_echo_push(c->ipa, 1), 0);
	fake_send(CAMIPC_MESSAGE_CREDIT, 0, NULL, NULL)
		->message.header.consumed = 1;
	assert_int_equal(test_echo_dispatch(c->ipa), 0);
	fake_send(CAMIPC_MESSAGE_CREDIT, 0, NULL, NULL)
		->message.header.consumed = 2;
	assert_int_equal(test_echo_dispatch(c->ipa), 1);
	assert_int_equal(c->closed.reason, CAMIPC_REASON_BAD_LIMIT);
}

/* ---- spans ---------------------------------------------------------------- */

static struct camipc_record *send_spans(const struct camipc_span *span,
					uint32_t size)
{
	struct camipc_record *record =
		fake_send(CAMIPC_MESSAGE_TRACE, 0, NULL, NULL);
	struct camipc_message *message = &record->message;

	assert_int_equal(camipc_message_reserve(message,
						CAMIPC_MAX_CONTROL_SIZE + 24),
			 0);
	for (uint32_t at = 0; at < size; at += CAMIPC_TRACE_SPAN_SIZE)
		camipc_span_encode(span, camipc_message_body(message) + at);
	message->header.body_size = size;
	return record;
}

/** What a camera process asks for, and does not believe. */
static void spans_that_lie(void **state)
{
	static const struct camipc_span lies[] = {
		{ 0, TEST_ECHO_METHOD_ADD, 0, 0 },
		{ 12345, TEST_ECHO_METHOD_ADD, 0, UINT64_MAX },
		{ UINT32_MAX, TEST_ECHO_METHOD_PUSH, UINT64_MAX, UINT64_MAX },
	};
	struct contract *c = *state;

	fake_running(c);
	for (size_t i = 0; i < sizeof(lies) / sizeof(lies[0]); i++)
		send_spans(&lies[i], CAMIPC_TRACE_MAX_SPANS *
					     CAMIPC_TRACE_SPAN_SIZE);
	fake_tick(1);
	assert_int_equal(test_echo_dispatch(c->ipa), 1);
	contract_expect_state(c, CAMIPC_STATE_RUNNING);
}

static void malformed_spans(void **state)
{
	const uint32_t size = CAMIPC_TRACE_SPAN_SIZE;
	const struct {
		struct camipc_span span;
		uint32_t size;
	} wrong[] = {
		{ { 1, TEST_ECHO_METHOD_ADD, 0, 0 }, 0 },
		{ { 1, TEST_ECHO_METHOD_ADD, 0, 0 }, size - 1 },
		{ { 1, TEST_ECHO_METHOD_ADD, 0, 0 }, size + 1 },
		{ { 1, TEST_ECHO_METHOD_ADD, 0, 0 },
		  (CAMIPC_TRACE_MAX_SPANS + 1) * size },
		{ { 1, TEST_ECHO_METHOD_ADD, 1, 0 }, size },
		{ { 1, 0, 0, 0 }, size },
		{ { 1, UINT32_MAX, 0, 0 }, size },
	};
	struct contract *c = *state;

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		if (i > 0) {
			assert_int_equal(fake_tear_down(state), 0);
			assert_int_equal(fake_set_up(state), 0);
			c = *state;
		}
		fake_running(c);
		send_spans(&wrong[i].span, wrong[i].size);
		assert_int_equal(test_echo_dispatch(c->ipa), 1);
		assert_int_equal(c->closed.reason, CAMIPC_REASON_BAD_PROTOCOL);
	}
}

/** Threats 28, 31: more than the interface lets an event have, or unused. */
static void too_many_descriptors(void **state)
{
	struct contract *c = *state;
	struct camipc_record *record;

	fake_running(c);
	record = fake_tick(1);
	record->message.header.n_fds = CAMIPC_MAX_FDS_FROM_WORKER + 1;
	assert_int_equal(test_echo_dispatch(c->ipa), 1);
	assert_int_equal(c->closed.reason, CAMIPC_REASON_BAD_FD);
}

static void unused_descriptor(void **state)
{
	struct contract *c = *state;
	struct camipc_record *record;

	fake_running(c);
	record = fake_tick(1);
	assert_int_equal(camipc_message_take_fd(&record->message, dup(0)), 0);
	record->message.header.n_fds = 1;
	/* A tick that was not told, and closed. */
	assert_int_equal(test_echo_dispatch(c->ipa), 2);
	assert_int_equal(c->ticks.n, 0);
	assert_int_equal(c->closed.reason, CAMIPC_REASON_BAD_FD);
}

static void end_of_file(void **state)
{
	struct contract *c = *state;

	fake_running(c);
	fake_reply(NULL, NULL);
	fake.n_sent = 0;
	camipc_record_queue_clear(&fake.answers);
	fake.pop_error = -EPIPE;
	assert_int_equal(test_echo_slow(c->ipa, 1), -EPIPE);
	assert_int_equal(camipc_proxy_last_error(c->proxy), -EPIPE);
	expect_bad(c, CAMIPC_REASON_DISCONNECTED);
}

static void answer_then_end(struct fake_link *link)
{
	fake_reply(NULL, NULL);
	link->pop_error = -EPIPE;
}

/** What was sent before the end is read before it. */
static void last_words(void **state)
{
	struct contract *c = *state;

	fake_running(c);
	fake.on_wait = answer_then_end;
	assert_int_equal(test_echo_slow(c->ipa, 1), 0);
	fake.on_wait = NULL;
	assert_int_equal(test_echo_slow(c->ipa, 1), -EPIPE);
}

/* ---- ids that a module lacks ------------------------------------------- */

static void calls_the_module_lacks(void **state)
{
	struct contract *c = *state;
	struct test_echo *ipa = c->ipa;
	size_t sent;

	test_echo_destroy(ipa);
	fake.hides[TEST_ECHO_METHOD_SINCE] = true;
	fake.hides[TEST_ECHO_METHOD_PUSH] = true;
	c->ipa = contract_create(c);
	c->proxy = test_echo_get_proxy(c->ipa);
	fake_running(c);
	sent = fake.n_sent;
	assert_int_equal(test_echo_since(c->ipa, NULL), -EOPNOTSUPP);
	assert_int_equal(test_echo_push(c->ipa, 1), -EOPNOTSUPP);
	/* Nothing was sent. */
	assert_int_equal(fake.n_sent, sent);
	assert_int_equal(test_echo_push_few(c->ipa, 1), 0);
}

/* ---- silence ----------------------------------------------------------- */

/** Three misses in a row, and no fourth call. */
static void silent_peer(void **state)
{
	struct contract *c = *state;

	fake_running(c);
	for (int i = 0; i < CAMIPC_MAX_MISSED_DEADLINES; i++)
		assert_int_equal(test_echo_slow(c->ipa, 1), -ETIMEDOUT);
	expect_bad(c, CAMIPC_REASON_UNRESPONSIVE);
}

static const struct CMUnitTest tests[] = {
	FAKE_TEST(unknown_cookie),
	FAKE_TEST(cookie_0),
	FAKE_TEST(reply_before_the_call),
	FAKE_TEST(two_replies),
	FAKE_TEST(another_method),
	FAKE_TEST(another_epoch),
	FAKE_TEST(late_reply),
	FAKE_TEST(malformed_reply),
	FAKE_TEST(value_out_of_range),
	FAKE_TEST(error_replies),
	FAKE_TEST(all_pending_calls_end),
	FAKE_TEST(unknown_event),
	FAKE_TEST(events_beyond_credit),
	FAKE_TEST(events_within_credit),
	FAKE_TEST(events_of_other_runs),
	FAKE_TEST(malformed_event),
	FAKE_TEST(event_without_memory),
	FAKE_TEST(call_from_the_peer),
	FAKE_TEST(too_much_consumed),
	FAKE_TEST(spans_that_lie),
	FAKE_TEST(malformed_spans),
	FAKE_TEST(too_many_descriptors),
	FAKE_TEST(unused_descriptor),
	FAKE_TEST(end_of_file),
	FAKE_TEST(last_words),
	FAKE_TEST(calls_the_module_lacks),
	FAKE_TEST(silent_peer),
};

CONTRACT_MAIN(tests)
