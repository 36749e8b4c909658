/* SPDX-License-Identifier: MIT */
/* Tests CAMIPC_TRACE=1: each message in one line, with typed arguments. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "contract.h"

/* It is read once: before anything else asks. */
__attribute__((constructor)) static void switch_on(void)
{
	setenv("CAMIPC_TRACE", "1", 1);
}

static void expect_traced(unsigned int n, const char *text)
{
	log_capture_expect(n, CAMIPC_LOG_DEBUG, text);
}

static int set_up(void **state)
{
	log_capture_begin();
	return contract_set_up(state);
}

static int tear_down(void **state)
{
	int ret = contract_tear_down(state);

	log_capture_end();
	return ret;
}

static void calls_and_replies(void **state)
{
	struct contract *c = *state;

	contract_ready(c);
	assert_int_equal(test_echo_add(c->ipa, 40, -2, NULL), 0);
	expect_traced(1, "init(name: \"contract\", defaults: {width: 640, "
			 "offset: -5, enabled: true, gain: 1.5, mood: Busy, "
			 "name: \"unnamed\"})");
	expect_traced(1, " add(a: 40, b: -2)");
	expect_traced(1, " add(ret: 0, sum: 38) after ");
	expect_traced(2, "-> call #");
	expect_traced(2, "<- reply #");
}

static void errors(void **state)
{
	struct contract *c = *state;

	contract_running(c);
	contract_plan(c, TEST_ECHO_SLOW, TEST_ECHO_BLOCK, 0);
	camipc_proxy_set_timeout(c->proxy, 20);
	assert_int_equal(test_echo_slow(c->ipa, 1), -ETIMEDOUT);
	expect_traced(1, " slow: the IPA did not answer in time after ");
	camipc_proxy_set_timeout(c->proxy, 0);
	contract_open_gate(c);
	/* Late: it was said already that it is not waited for. */
	assert_int_equal(test_echo_slow(c->ipa, 2), 2);
	expect_traced(1, " slow(ret: 2) after ");
}

static void events(void **state)
{
	struct contract *c = *state;

	contract_running(c);
	assert_int_equal(test_echo_push(c->ipa, 7), 0);
	contract_dispatch_events(c, 1);
	expect_traced(1, "-> async push(number: 7)");
	expect_traced(1, "<- event pushed(number: 7)");
	contract_plan(c, TEST_ECHO_STOP, TEST_ECHO_TICK, 1);
	assert_int_equal(test_echo_stop(c->ipa), 0);
	contract_dispatch_all(c);
	expect_traced(1, "<- event tick, ");
	expect_traced(1, " dropped while stop");
}

static void credit(void **state)
{
	struct contract *c = *state;

	const uint32_t n = CAMIPC_WINDOW / 2 + 8; /* and so a credit */

	contract_running(c);
	assert_int_equal(test_echo_tick_many(c->ipa, 0, n), 0);
	contract_dispatch_events(c, n);
	assert_true(log_capture_count(CAMIPC_LOG_DEBUG, "-> credit, ") > 0);
}

/** Whatever the message is, a line stays one that people can read. */
static void long_messages(void **state)
{
	struct contract *c = *state;
	const size_t n = 100000;
	uint8_t *payload = calloc(1, n);
	char *text = malloc(n);
	uint64_t size = 0;

	assert_non_null(payload);
	assert_non_null(text);
	memset(text, 'x', n - 1);
	text[0] = '\x1b';
	text[n - 1] = '\0';
	payload[1] = 0xff;
	contract_ready(c);
	assert_int_equal(test_echo_measure(c->ipa, payload, n, text, &size,
					   NULL),
			 0);
	expect_traced(1, "measure(payload: <00 ff 00 00 00 00 00 00 00 00 00 "
			 "00 00 00 00 00 ... 100000 bytes>, text: "
			 "\"\\u{1B}xxx");
	expect_traced(1, "xxx\"... (99999 bytes))");
	expect_traced(1, " measure(size: 100000, length: 99999) after ");
	free(payload);
	free(text);
}

static void descriptors(void **state)
{
	struct contract *c = *state;
	const struct test_echo_plane plane = { .fd = c->gate[0], .offset = 3 };
	const int more[1] = { c->gate[1] };
	char text[80];

	contract_running(c);
	assert_int_equal(test_echo_push_plane(c->ipa, &plane, more, 1), 0);
	contract_dispatch_events(c, 1);
	snprintf(text, sizeof(text),
		 "pushPlane(plane: {fd: fd %d, offset: 3}, more: [fd %d])",
		 c->gate[0], c->gate[1]);
	expect_traced(1, text);
	expect_traced(1, "<- event plane(plane: {fd: fd ");
}

/** Also what the host's log does not want comes, and past no limit. */
static void a_death(void **state)
{
	struct contract *c = *state;

	if (contract_is_local())
		return;
	contract_running(c);
	contract_plan(c, TEST_ECHO_SLOW, TEST_ECHO_EXIT, 1);
	assert_int_equal(test_echo_slow(c->ipa, 1), -EPIPE);
	expect_traced(1, " slow: the IPA is gone after ");
	contract_dispatch_closed(c);
}

#define TRACE_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

static const struct CMUnitTest tests[] = {
	TRACE_TEST(calls_and_replies), TRACE_TEST(errors),
	TRACE_TEST(events),	       TRACE_TEST(credit),
	TRACE_TEST(long_messages),     TRACE_TEST(descriptors),
	TRACE_TEST(a_death),
};

CONTRACT_MAIN(tests)
