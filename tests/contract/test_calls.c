/* SPDX-License-Identifier: MIT */
/* Tests calls: results, arguments, deadlines, begin. */
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include <camipc/error.h>

#include "contract.h"
#include "proxy.h"

/* Longer than any test. */
#define NEVER_MS 60000

/* Long enough for a slow machine to answer, short enough to wait for. */
#define SHORT_MS 60

/** Requirements 1, 27; the answer is the IPA's own. */
static void results(void **state)
{
	struct contract *c = *state;
	int32_t value = 0;

	contract_ready(c);
	assert_int_equal(test_echo_add(c->ipa, 40, 2, &value), 0);
	assert_int_equal(value, 42);
	assert_int_equal(camipc_proxy_last_error(c->proxy), 0);
	contract_plan(c, TEST_ECHO_ADD, TEST_ECHO_RETURN, 17);
	assert_int_equal(test_echo_add(c->ipa, 1, 1, &value), 17);
	assert_int_equal(camipc_proxy_last_result(c->proxy), 17);
	/* An output may be dropped. */
	assert_int_equal(test_echo_add(c->ipa, 1, 1, NULL), 0);
	/* [value]: no errno. */
	assert_int_equal(test_echo_temperature(c->ipa, -20, &value), 0);
	assert_int_equal(value, -20);
}

static void failed_calls_leave_outputs_alone(void **state)
{
	struct contract *c = *state;
	int32_t sum = 4711;

	contract_ready(c);
	contract_plan(c, TEST_ECHO_ADD, TEST_ECHO_RETURN, -ENOSPC);
	assert_int_equal(test_echo_add(c->ipa, 1, 1, &sum), -ENOSPC);
	assert_int_equal(sum, 4711);
	assert_int_equal(camipc_proxy_last_error(c->proxy), 0);
	assert_int_equal(camipc_proxy_last_result(c->proxy), -ENOSPC);
}

static void expect_text(struct contract *c, int ret, const char *text)
{
	assert_string_equal(camipc_proxy_strerror(c->proxy, ret), text);
}

/** Every code of the IPA's is explained as the IPA's, none as one of ours. */
static void errors_say_whose_they_are(void **state)
{
	struct contract *c = *state;
	char text[160];

	assert_string_equal(camipc_proxy_strerror(NULL, -ENOENT),
			    camipc_strerror(-ENOENT));
	contract_ready(c);
	for (int32_t code = 1; code <= 133; code++) {
		int ret;

		contract_plan(c, TEST_ECHO_ADD, TEST_ECHO_RETURN, -code);
		ret = test_echo_add(c->ipa, 1, 1, NULL);
		snprintf(text, sizeof(text), "the IPA returned %s",
			 camipc_result_to_string(-code));
		expect_text(c, ret, text);
	}
	contract_plan(c, TEST_ECHO_ADD, TEST_ECHO_RETURN, -ENOENT);
	expect_text(c, test_echo_add(c->ipa, 1, 1, NULL),
		    "the IPA returned -ENOENT (no such file or directory)");
	/* Another error than that of the latest call has our meaning. */
	expect_text(c, -EINVAL, camipc_strerror(-EINVAL));
	contract_plan(c, TEST_ECHO_ADD, TEST_ECHO_RETURN, -EPIPE);
	expect_text(c, test_echo_add(c->ipa, 1, 1, NULL),
		    "the IPA returned -EPIPE (broken pipe)");
	expect_text(c, -EPIPE, "the IPA is gone");
	/* Ours, although the IPA returned the same code before. */
	contract_plan(c, TEST_ECHO_ADD, TEST_ECHO_RETURN, -EALREADY);
	assert_int_equal(test_echo_add(c->ipa, 1, 1, NULL), -EALREADY);
	expect_text(c, test_echo_init(c->ipa, "x", NULL),
		    camipc_strerror(-EALREADY));
}

/** Threat 50. */
static void lines_lose_their_colours(void **state)
{
	struct contract *c = *state;

	contract_ready(c);
	contract_plan(c, TEST_ECHO_ADD, TEST_ECHO_CHATTER, 1);
	assert_int_equal(test_echo_add(c->ipa, 1, 1, NULL), 0);
	contract_dispatch_all(c);
	log_capture_expect(1, CAMIPC_LOG_INFO, " chatter");
	log_capture_expect(0, CAMIPC_LOG_INFO, "u{1B}");
}

/** Codes of the transport are never the IPA's. */
static void ipa_cannot_fake_transport_errors(void **state)
{
	static const int32_t codes[] = { -EPIPE,  -ETIMEDOUT,  -EPROTO,
					 -ESTALE, -EOPNOTSUPP, -ECANCELED,
					 -ECHILD, -EREMOTEIO };
	struct contract *c = *state;

	contract_ready(c);
	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
		contract_plan(c, TEST_ECHO_ADD, TEST_ECHO_RETURN, codes[i]);
		assert_int_equal(test_echo_add(c->ipa, 1, 1, NULL), -EREMOTEIO);
		assert_int_equal(camipc_proxy_last_result(c->proxy), codes[i]);
		assert_int_equal(camipc_proxy_last_error(c->proxy), 0);
	}
	contract_expect_state(c, CAMIPC_STATE_READY);
}

/** An IPA whose outputs break the interface: the caller did nothing wrong. */
static void nonsense_outputs(void **state)
{
	struct contract *c = *state;
	struct test_echo_place place = { .process = 4711 };

	contract_ready(c);
	contract_plan(c, TEST_ECHO_WHERE, TEST_ECHO_NONSENSE, 0);
	assert_int_equal(test_echo_where(c->ipa, &place), -EPROTO);
	assert_int_equal(place.process, 4711);
	assert_int_equal(camipc_proxy_last_error(c->proxy), -EPROTO);
	assert_int_equal(camipc_proxy_last_reason(c->proxy, NULL),
			 CAMIPC_REASON_BAD_MESSAGE);
	assert_int_equal(test_echo_where(c->ipa, &place), 0);
	test_echo_place_clear(&place);
}

/** Threat 37: on time, and what comes later is dropped and counted. */
static void deadline(void **state)
{
	struct contract *c = *state;
	int64_t before;

	contract_running(c);
	contract_plan(c, TEST_ECHO_SLOW, TEST_ECHO_BLOCK, 0);
	camipc_proxy_set_timeout(c->proxy, SHORT_MS);
	before = contract_now_ms();
	assert_int_equal(test_echo_slow(c->ipa, 1), -ETIMEDOUT);
	assert_true(contract_now_ms() - before >= SHORT_MS);
	assert_int_equal(camipc_proxy_last_error(c->proxy), -ETIMEDOUT);
	assert_int_equal(contract_stats(c).timeouts, 1);
	contract_expect_state(c, CAMIPC_STATE_RUNNING);
	contract_open_gate(c);
	camipc_proxy_set_timeout(c->proxy, 0);
	/* After the late reply, which must not be taken for this one. */
	assert_int_equal(test_echo_slow(c->ipa, 2), 2);
	assert_int_equal(contract_stats(c).late_replies, 1);
}

static void miss_deadlines(struct contract *c, int n)
{
	camipc_proxy_set_timeout(c->proxy, SHORT_MS);
	for (int i = 0; i < n; i++)
		assert_int_equal(test_echo_slow(c->ipa, 1), -ETIMEDOUT);
	camipc_proxy_set_timeout(c->proxy, 0);
}

/** Threat 37: three misses in a row are the end. */
static void three_misses_in_a_row(void **state)
{
	struct contract *c = *state;

	contract_running(c);
	contract_plan(c, TEST_ECHO_SLOW, TEST_ECHO_BLOCK, 0);
	miss_deadlines(c, 2);
	contract_open_gate(c);
	/* An answer in time makes all good again. */
	assert_int_equal(test_echo_slow(c->ipa, 3), 3);
	contract_plan(c, TEST_ECHO_SLOW, TEST_ECHO_BLOCK, 0);
	miss_deadlines(c, 2);
	contract_expect_state(c, CAMIPC_STATE_RUNNING);
	miss_deadlines(c, 1);
	contract_expect_state(c, CAMIPC_STATE_DEAD);
	contract_dispatch_closed(c);
	assert_int_equal(c->closed.reason,
			 contract_is_local() ? CAMIPC_REASON_HUNG_THREAD
					     : CAMIPC_REASON_UNRESPONSIVE);
	assert_string_equal(c->closed.last_call, "slow");
}

static void *open_gate_too_late(void *user)
{
	struct contract *c = user;
	const int64_t end = contract_now_ms() + 30;

	while (contract_now_ms() < end)
		sched_yield();
	contract_open_gate(c);
	return NULL;
}

/** The permitted difference (a): a call before start cannot be cut short. */
static void overrun_before_start(void **state)
{
	struct contract *c = *state;
	pthread_t thread;
	int32_t sum = 0;
	int ret;

	contract_ready(c);
	contract_plan(c, TEST_ECHO_ADD, TEST_ECHO_BLOCK, 0);
	camipc_proxy_set_timeout(c->proxy, 1);
	if (contract_is_local())
		assert_int_equal(pthread_create(&thread, NULL,
						open_gate_too_late, c),
				 0);
	ret = test_echo_add(c->ipa, 1, 1, &sum);
	if (contract_is_local())
		pthread_join(thread, NULL);
	else
		contract_open_gate(c);
	assert_int_equal(ret, contract_is_local() ? 0 : -ETIMEDOUT);
	assert_int_equal(sum, contract_is_local() ? 2 : 0);
	/* Logged and counted, whichever way. */
	assert_int_equal(contract_stats(c).timeouts, 1);
	assert_true(log_capture_count(CAMIPC_LOG_WARNING, "add") >= 1);
	contract_expect_state(c, CAMIPC_STATE_READY);
}

/* ---- begin ------------------------------------------------------------- */

struct sum {
	int n;
	int ret;
	int32_t sum;
};

static void on_sum(void *user, int ret, const struct test_echo_add_outs *outs)
{
	struct sum *sum = user;

	sum->n++;
	sum->ret = ret;
	sum->sum = outs ? outs->sum : -1;
}

static bool has_pushed(struct contract *c)
{
	return c->pushed.n == 1;
}

struct results {
	struct contract *c;
	int n;
	int32_t result[2];
};

static void note_result(void *user, int ret,
			const struct test_echo_add_outs *outs)
{
	struct results *results = user;

	(void)outs;
	assert_int_equal(camipc_proxy_last_error(results->c->proxy), 0);
	assert_int_equal(ret, results->n ? 0 : -EREMOTEIO);
	results->result[results->n++] =
		camipc_proxy_last_result(results->c->proxy);
}

static bool has_two_results(struct contract *c)
{
	const struct results *results = c->context;

	return results->n == 2;
}

/** In a completion, what the latest call said is what this one said. */
static void begin_tells_its_own_result(void **state)
{
	struct contract *c = *state;
	struct results results = { .c = c };

	contract_running(c);
	c->context = &results;
	contract_plan(c, TEST_ECHO_ADD, TEST_ECHO_RETURN, -EPIPE);
	assert_int_equal(
		test_echo_add_begin(c->ipa, 1, 2, note_result, &results), 0);
	assert_int_equal(
		test_echo_add_begin(c->ipa, 1, 2, note_result, &results), 0);
	assert_int_equal(test_echo_slow(c->ipa, 17), 17);
	contract_dispatch_until(c, has_two_results);
	assert_int_equal(results.result[0], -EPIPE);
	assert_int_equal(results.result[1], 0);
}

static void begin_completes_in_dispatch(void **state)
{
	struct contract *c = *state;
	struct sum sums[2] = { { 0 } };

	contract_running(c);
	contract_plan(c, TEST_ECHO_ADD, TEST_ECHO_RETURN, -ENOSPC);
	assert_int_equal(test_echo_add_begin(c->ipa, 1, 2, on_sum, &sums[0]),
			 0);
	assert_int_equal(test_echo_add_begin(c->ipa, 3, 4, on_sum, &sums[1]),
			 0);
	/* A waiting call takes their replies in; it never tells them. */
	assert_int_equal(test_echo_slow(c->ipa, 1), 1);
	assert_int_equal(sums[0].n + sums[1].n, 0);
	assert_int_equal(test_echo_push(c->ipa, 9), 0);
	contract_dispatch_until(c, has_pushed);
	assert_int_equal(sums[0].n, 1);
	assert_int_equal(sums[0].ret, -ENOSPC);
	assert_int_equal(sums[0].sum, -1);
	assert_int_equal(sums[1].n, 1);
	assert_int_equal(sums[1].ret, 0);
	assert_int_equal(sums[1].sum, 7);
}

static void begin_has_a_deadline(void **state)
{
	struct contract *c = *state;
	struct contract_done done = { 0 };

	contract_running(c);
	contract_plan(c, TEST_ECHO_SLOW, TEST_ECHO_BLOCK, 0);
	camipc_proxy_set_timeout(c->proxy, SHORT_MS);
	assert_int_equal(test_echo_slow_begin(c->ipa, 1, contract_done, &done),
			 0);
	contract_dispatch_done(c, &done);
	assert_int_equal(done.ret, -ETIMEDOUT);
	contract_open_gate(c);
}

static void begin_on_every_slot(void **state)
{
	struct contract *c = *state;
	struct contract_done done[CAMIPC_MAX_PENDING_CALLS] = { { 0 } };

	contract_running(c);
	contract_plan(c, TEST_ECHO_SLOW, TEST_ECHO_BLOCK, 0);
	for (int i = 0; i < CAMIPC_MAX_PENDING_CALLS; i++)
		assert_int_equal(test_echo_slow_begin(c->ipa, i, contract_done,
						      &done[i]),
				 0);
	/* One past the limit, of both forms. */
	assert_int_equal(test_echo_slow_begin(c->ipa, 1, contract_done, NULL),
			 -EAGAIN);
	assert_int_equal(test_echo_slow(c->ipa, 1), -EAGAIN);
	assert_int_equal(camipc_proxy_last_reason(c->proxy, NULL),
			 CAMIPC_REASON_NO_CREDIT);
	contract_open_gate(c);
	contract_dispatch_done(c, &done[CAMIPC_MAX_PENDING_CALLS - 1]);
	for (int i = 0; i < CAMIPC_MAX_PENDING_CALLS; i++) {
		assert_int_equal(done[i].n, 1);
		assert_int_equal(done[i].ret, i);
	}
}

static int count_answered(const struct contract *c)
{
	int n = 0;

	for (const struct camipc_completion *one = c->proxy->calls.first; one;
	     one = one->next)
		n++;
	return n;
}

/** A call that finds no slot looks for answers: dispatch has to deliver them. */
static void a_refused_call_reads_answers(void **state)
{
	struct contract *c = *state;
	struct contract_done done[CAMIPC_MAX_PENDING_CALLS] = { { 0 } };

	contract_running(c);
	camipc_proxy_set_timeout(c->proxy, NEVER_MS);
	for (int i = 0; i < CAMIPC_MAX_PENDING_CALLS; i++)
		assert_int_equal(test_echo_slow_begin(c->ipa, i, contract_done,
						      &done[i]),
				 0);
	while (count_answered(c) < CAMIPC_MAX_PENDING_CALLS)
		assert_int_equal(test_echo_slow_begin(c->ipa, 1, contract_done,
						      NULL),
				 -EAGAIN);
	/* Not only by a timer for deadlines, which would come later. */
	assert_true(c->proxy->signals.woken);
	contract_dispatch_done(c, &done[CAMIPC_MAX_PENDING_CALLS - 1]);
}

/** Threat 37: calls that the IPA leaves unanswered do not keep stop away. */
static void stop_behind_cancelled_calls(void **state)
{
	struct contract *c = *state;
	struct contract_done done[CAMIPC_MAX_PENDING_CALLS] = { { 0 } };

	contract_running(c);
	camipc_proxy_set_timeout(c->proxy, NEVER_MS);
	contract_plan(c, TEST_ECHO_SLOW, TEST_ECHO_BLOCK, 0);
	for (int i = 0; i < CAMIPC_MAX_PENDING_CALLS; i++)
		assert_int_equal(test_echo_slow_begin(c->ipa, i, contract_done,
						      &done[i]),
				 0);
	camipc_proxy_cancel(c->proxy);
	contract_dispatch_done(c, &done[CAMIPC_MAX_PENDING_CALLS - 1]);
	assert_int_equal(test_echo_slow(c->ipa, 1), -EAGAIN);
	contract_open_gate(c);
	assert_int_equal(test_echo_stop(c->ipa), 0);
	contract_expect_state(c, CAMIPC_STATE_STOPPED);
	assert_int_equal(contract_stats(c).late_replies,
			 CAMIPC_MAX_PENDING_CALLS);
}

/* ---- arguments: what one backend refuses, all refuse ------------------- */

static int configure(struct contract *c,
		     const struct test_echo_uint32_point_entry *streams,
		     size_t n)
{
	return test_echo_configure(c->ipa, streams, n, NULL, 0, NULL, NULL,
				   NULL);
}

static void refuse_field(struct contract *c, int ret, const char *name)
{
	const char *field = NULL;

	assert_int_equal(ret, -EINVAL);
	assert_int_equal(camipc_proxy_last_reason(c->proxy, &field),
			 CAMIPC_REASON_BAD_ARGUMENT);
	assert_non_null(field);
	assert_string_equal(field, name);
}

static int echo_bounds(struct contract *c, const struct test_echo_bounds *b)
{
	struct test_echo_everything value;

	test_echo_everything_init(&value);
	value.bounds = *b;
	return test_echo_echo(c->ipa, &value, NULL);
}

static void bad_arguments(void **state)
{
	static const uint32_t items[5] = { 1 };
	const struct test_echo_uint32_point_entry unsorted[] = {
		{ .key = 2 },
		{ .key = 1 },
	};
	struct contract *c = *state;
	struct test_echo_bounds b;
	struct test_echo_defaults defaults;

	test_echo_defaults_init(&defaults);
	refuse_field(c, test_echo_init(c->ipa, "\xff", &defaults), "name");
	defaults.mood = (enum test_echo_mood)3;
	refuse_field(c, test_echo_init(c->ipa, "x", &defaults), "mood");
	assert_int_equal(test_echo_init(c->ipa, "x", NULL), -EINVAL);
	contract_ready(c);
	refuse_field(c, configure(c, unsorted, 2), "streams");

	test_echo_everything_init(&(struct test_echo_everything){ 0 });
	test_echo_bounds_init(&b);
	b.level = 101;
	refuse_field(c, echo_bounds(c, &b), "level");
	test_echo_bounds_init(&b);
	b.ratio = 1.5f;
	refuse_field(c, echo_bounds(c, &b), "ratio");
	test_echo_bounds_init(&b);
	b.tag = "123456789";
	refuse_field(c, echo_bounds(c, &b), "tag");
	test_echo_bounds_init(&b);
	b.items = items;
	b.n_items = 5;
	refuse_field(c, echo_bounds(c, &b), "items");
	b.n_items = 4;
	b.level = 100;
	b.ratio = 1.0f;
	b.tag = "12345678";
	assert_int_equal(echo_bounds(c, &b), 0);
	contract_expect_state(c, CAMIPC_STATE_READY);
}

/** The limit of a message, at it and one past it, on all backends. */
static void message_size(void **state)
{
	static uint8_t payload[CAMIPC_MAX_MESSAGE_SIZE];
	struct contract *c = *state;
	/* A tag and a length of three bytes; of an empty string nothing. */
	const size_t most = CAMIPC_MAX_MESSAGE_SIZE - 4;
	uint64_t size = 0;

	contract_running(c);
	assert_int_equal(
		test_echo_measure(c->ipa, payload, most, "", &size, NULL), 0);
	assert_int_equal(size, most);
	assert_int_equal(test_echo_measure(c->ipa, payload, most + 1, "", &size,
					   NULL),
			 -EMSGSIZE);
	assert_int_equal(camipc_proxy_last_reason(c->proxy, NULL),
			 CAMIPC_REASON_TOO_LARGE);
	/* The same for what comes back. */
	assert_int_equal(test_echo_produce(c->ipa, (uint32_t)most + 1, NULL,
					   NULL),
			 -EMSGSIZE);
	assert_int_equal(camipc_proxy_last_error(c->proxy), -EMSGSIZE);
	contract_expect_state(c, CAMIPC_STATE_RUNNING);
}

static void large_outputs(void **state)
{
	struct contract *c = *state;
	const uint8_t *payload = NULL;
	size_t n = 0;

	contract_running(c);
	assert_int_equal(test_echo_produce(c->ipa, 700000, &payload, &n), 0);
	assert_int_equal(n, 700000);
	assert_int_equal(payload[0], 0xa5);
	assert_int_equal(payload[n - 1], 0xa5);
	camipc_clear_array(payload);
}

static const struct CMUnitTest tests[] = {
	CONTRACT_TEST(results),
	CONTRACT_TEST(failed_calls_leave_outputs_alone),
	CONTRACT_TEST(errors_say_whose_they_are),
	CONTRACT_TEST(lines_lose_their_colours),
	CONTRACT_TEST(ipa_cannot_fake_transport_errors),
	CONTRACT_TEST(nonsense_outputs),
	CONTRACT_TEST(deadline),
	CONTRACT_TEST(three_misses_in_a_row),
	CONTRACT_TEST(overrun_before_start),
	CONTRACT_TEST(begin_completes_in_dispatch),
	CONTRACT_TEST(begin_tells_its_own_result),
	CONTRACT_TEST(begin_has_a_deadline),
	CONTRACT_TEST(begin_on_every_slot),
	CONTRACT_TEST(a_refused_call_reads_answers),
	CONTRACT_TEST(stop_behind_cancelled_calls),
	CONTRACT_TEST(bad_arguments),
	CONTRACT_TEST(message_size),
	CONTRACT_TEST(large_outputs),
};

CONTRACT_MAIN(tests)
