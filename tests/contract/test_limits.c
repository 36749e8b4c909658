/* SPDX-License-Identifier: MIT */
/* Tests sizes and counts at their limits and one past them, on each backend. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "contract.h"
#include "under_valgrind.h"

/* Around a payload there are a tag and, from 16 KiB on, three bytes of size. */
#define AROUND 4u

/** A byte that tells its place, as far as one byte can. */
static uint8_t byte_at(size_t i)
{
	return (uint8_t)(i * 31 + i / 251);
}

static void expect_echoed(struct contract *c, uint8_t *bytes, size_t n)
{
	struct test_echo_everything value;
	struct test_echo_everything back;

	test_echo_everything_init(&value);
	value.arrays.bytes = bytes;
	value.arrays.n_bytes = n;
	assert_int_equal(test_echo_echo(c->ipa, &value, &back), 0);
	assert_int_equal(back.arrays.n_bytes, n);
	assert_memory_equal(back.arrays.bytes, bytes, n);
	test_echo_everything_clear(&back);
}

/**
 * Where bodies begin to travel in a memfd: whatever else is in the message, one
 * of these sizes is the last inline one.
 */
static void inline_and_spilled(void **state)
{
	const size_t first = CAMIPC_MAX_INLINE_SIZE -
			     (size_t)test_amount(100, 100, 5);
	struct contract *c = *state;
	uint8_t *bytes = malloc(CAMIPC_MAX_INLINE_SIZE + 1);
	uint64_t size = 0;

	assert_non_null(bytes);
	for (size_t i = 0; i <= CAMIPC_MAX_INLINE_SIZE; i++)
		bytes[i] = byte_at(i);
	contract_running(c);
	for (size_t n = first; n <= CAMIPC_MAX_INLINE_SIZE + 1; n++)
		expect_echoed(c, bytes, n);
	/* The boundary itself, there and back. */
	for (size_t n = CAMIPC_MAX_INLINE_SIZE - AROUND - 1;
	     n <= CAMIPC_MAX_INLINE_SIZE - AROUND + 1; n++) {
		const uint8_t *payload = NULL;
		size_t n_payload = 0;

		assert_int_equal(
			test_echo_measure(c->ipa, bytes, n, "", &size, NULL),
			0);
		assert_int_equal(size, n);
		assert_int_equal(test_echo_produce(c->ipa, (uint32_t)n,
						   &payload, &n_payload),
				 0);
		assert_int_equal(n_payload, n);
		assert_int_equal(payload[n - 1], 0xa5);
		camipc_clear_array(payload);
	}
	free(bytes);
}

/** Spilled ones do not overtake, and are not overtaken. */
static void order_across_the_boundary(void **state)
{
	struct contract *c = *state;
	static uint8_t bytes[CAMIPC_MAX_INLINE_SIZE];
	struct test_echo_everything value;
	const uint32_t n_pairs = CAMIPC_WINDOW / 3; /* all in the window */
	const uint32_t *numbers = NULL;
	size_t n = 0;

	contract_running(c);
	test_echo_everything_init(&value);
	value.arrays.bytes = bytes;
	value.arrays.n_bytes = sizeof(bytes);
	for (uint32_t i = 0; i < n_pairs; i++) {
		assert_int_equal(test_echo_push(c->ipa, i), 0);
		assert_int_equal(test_echo_push_value(c->ipa, &value), 0);
	}
	contract_dispatch_events(c, 2 * n_pairs);
	assert_int_equal(c->n_values, n_pairs);
	assert_int_equal(c->pushed.n, n_pairs);
	assert_int_equal(test_echo_take_pushed(c->ipa, &numbers, &n), 0);
	assert_int_equal(n, n_pairs);
	for (uint32_t i = 0; i < n_pairs; i++) {
		assert_int_equal(numbers[i], i);
		assert_int_equal(c->pushed.numbers[i], i);
	}
	camipc_clear_array(numbers);
}

/** The largest answer, and one past it. */
static void largest_answer(void **state)
{
	const uint32_t most = CAMIPC_MAX_MESSAGE_SIZE - AROUND;
	struct contract *c = *state;
	const uint8_t *payload = NULL;
	size_t n = 0;

	contract_running(c);
	assert_int_equal(test_echo_produce(c->ipa, most, &payload, &n), 0);
	assert_int_equal(n, most);
	assert_int_equal(payload[most - 1], 0xa5);
	camipc_clear_array(payload);
	payload = NULL;
	assert_int_equal(test_echo_produce(c->ipa, most + 1, &payload, &n),
			 -EMSGSIZE);
	assert_null(payload);
	assert_int_equal(n, most);
	contract_expect_state(c, CAMIPC_STATE_RUNNING);
}

/** The largest asynchronous call, and one past it. */
static void largest_async_call(void **state)
{
	struct contract *c = *state;
	struct test_echo_everything value;
	uint8_t *bytes = calloc(CAMIPC_MAX_MESSAGE_SIZE, 1);
	size_t most = CAMIPC_MAX_MESSAGE_SIZE;
	int ret = -EMSGSIZE;

	assert_non_null(bytes);
	contract_running(c);
	test_echo_everything_init(&value);
	value.arrays.bytes = bytes;
	/* What else a value has is a few bytes: the first that fits fits
	 * everywhere. */
	while (ret == -EMSGSIZE && most > CAMIPC_MAX_MESSAGE_SIZE - 200) {
		value.arrays.n_bytes = --most;
		ret = test_echo_push_value(c->ipa, &value);
	}
	assert_int_equal(ret, 0);
	contract_dispatch_events(c, 1);
	assert_int_equal(c->n_values, 1);
	assert_int_equal(contract_stats(c).async_calls, 1);
	/* On each backend the same: this is one past it. */
	value.arrays.n_bytes = most + 1;
	assert_int_equal(test_echo_push_value(c->ipa, &value), -EMSGSIZE);
	assert_int_equal(test_echo_echo(c->ipa, &value, NULL), -EMSGSIZE);
	value.arrays.n_bytes = most;
	assert_int_equal(test_echo_echo(c->ipa, &value, NULL), 0);
	free(bytes);
}

/* ---- descriptors ------------------------------------------------------- */

static void *many_times(int fd, size_t n)
{
	int *fds = malloc(n * sizeof(*fds));

	assert_non_null(fds);
	for (size_t i = 0; i < n; i++)
		fds[i] = fd;
	return fds;
}

/** To the IPA: 252 go alone through any window, 253 nowhere. */
static void most_descriptors_to_the_ipa(void **state)
{
	struct contract *c = *state;
	int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	const struct test_echo_plane plane = { .fd = fd, .offset = 17 };
	int *more = many_times(fd, CAMIPC_MAX_FDS);
	const uint32_t *numbers = NULL;
	size_t n = 0;

	contract_running(c);
	/* One is the plane's own. */
	assert_int_equal(test_echo_push_plane(c->ipa, &plane, more,
					      CAMIPC_MAX_FDS - 1),
			 0);
	assert_int_equal(test_echo_take_pushed(c->ipa, &numbers, &n), 0);
	assert_int_equal(n, 1);
	assert_int_equal(numbers[0], 17);
	camipc_clear_array(numbers);
	assert_int_equal(test_echo_push_plane(c->ipa, &plane, more,
					      CAMIPC_MAX_FDS),
			 -EMSGSIZE);
	assert_int_equal(camipc_proxy_last_reason(c->proxy, NULL),
			 CAMIPC_REASON_TOO_LARGE);
	log_capture_expect(1, CAMIPC_LOG_ERROR,
			   "the arguments of pushPlane need 253 file "
			   "descriptors; at most 252 are allowed");
	/* What it raised had too many for an event, and was refused there. */
	contract_dispatch_all(c);
	assert_int_equal(c->n_planes, 0);
	contract_expect_state(c, CAMIPC_STATE_RUNNING);
	free(more);
	close(fd);
}

/** From the IPA: 64 in an event or an answer, and not one more. */
static void most_descriptors_from_the_ipa(void **state)
{
	struct contract *c = *state;
	int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	const struct test_echo_plane plane = { .fd = fd };
	int *more = many_times(fd, CAMIPC_MAX_FDS_FROM_WORKER);

	contract_running(c);
	assert_int_equal(test_echo_push_plane(c->ipa, &plane, more,
					      CAMIPC_MAX_FDS_FROM_WORKER - 1),
			 0);
	contract_dispatch_events(c, 1);
	assert_int_equal(c->n_planes, 1);
	/* The IPA's answer says that it has closed those. */
	assert_int_equal(test_echo_slow(c->ipa, 1), 1);
	assert_int_equal(test_echo_push_plane(c->ipa, &plane, more,
					      CAMIPC_MAX_FDS_FROM_WORKER),
			 0);
	assert_int_equal(test_echo_slow(c->ipa, 1), 1);
	contract_dispatch_all(c);
	assert_int_equal(c->n_planes, 1);
	assert_int_equal(test_echo_exchange(c->ipa, -1, more,
					    CAMIPC_MAX_FDS_FROM_WORKER - 1,
					    &plane, NULL, 0, NULL, NULL, NULL,
					    NULL, NULL, NULL),
			 0);
	assert_int_equal(test_echo_exchange(c->ipa, -1, more,
					    CAMIPC_MAX_FDS_FROM_WORKER, &plane,
					    NULL, 0, NULL, NULL, NULL, NULL,
					    NULL, NULL),
			 -EMSGSIZE);
	contract_expect_state(c, CAMIPC_STATE_RUNNING);
	free(more);
	close(fd);
}

/** What an IPA must not raise is refused there; nobody else suffers. */
static void emitters_validate_too(void **state)
{
	struct contract *c = *state;

	contract_running(c);
	contract_plan(c, TEST_ECHO_ADD, TEST_ECHO_BAD_EVENT, 0);
	assert_int_equal(test_echo_add(c->ipa, 1, 1, NULL), -EINVAL);
	assert_int_equal(camipc_proxy_last_error(c->proxy), 0);
	contract_dispatch_all(c);
	assert_int_equal(c->n_events, 0);
	assert_int_equal(test_echo_slow(c->ipa, 1), 1);
}

static const struct CMUnitTest tests[] = {
	CONTRACT_TEST(inline_and_spilled),
	CONTRACT_TEST(order_across_the_boundary),
	CONTRACT_TEST(largest_answer),
	CONTRACT_TEST(largest_async_call),
	CONTRACT_TEST(most_descriptors_to_the_ipa),
	CONTRACT_TEST(most_descriptors_from_the_ipa),
	CONTRACT_TEST(emitters_validate_too),
};

CONTRACT_MAIN(tests)
