/* SPDX-License-Identifier: MIT */
/*
 * Tests the largest message: as the interface says, and as a proxy's budget
 * says, at the limit and one past it, in calls, answers and events. Bodies of
 * such sizes travel in sealed files between processes.
 */
#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "backend.h"
#include "fd_leak.h"
#include "large_ipa_proxy.h"
#include "log_capture.h"

#define MIB (1024u * 1024)
#define PATIENCE_MS 20000

/* Of a message with one array of bytes: the tag. */
#define TAG_SIZE 1u

static const char *backend = "thread";
static struct camipc_manager *manager;
static struct test_large *ipa;
static struct fd_leak before;

/* On no stack. */
static uint8_t payload[16 * MIB + 1];
static struct test_large_cube cube;
static struct test_large_cube cube_back;
static struct test_large_wide wide[8192];

static uint32_t n_produced;
static size_t produced;

static void on_produced(void *user, const uint8_t *bytes, size_t n_bytes)
{
	(void)user;
	(void)bytes;
	produced = n_bytes;
	n_produced++;
}

static const struct test_large_events events = {
	.size = sizeof(events),
	.produced = on_produced,
};

static int create(uint32_t max_message_size)
{
	const struct camipc_budget budget = {
		.size = sizeof(budget),
		.max_message_size = max_message_size,
	};
	const struct camipc_match match = {
		.path = MODULE,
		.isolation = test_backend_isolation(backend),
		.transport = test_backend_transport(backend),
		.budget = &budget,
	};

	n_produced = 0;
	return test_large_create(manager, &match, &events, NULL, &ipa);
}

static int set_up(void **state)
{
	static const char *const workers[] = { ECHO_WORKER, NULL };
	const struct camipc_manager_options options = {
		.size = sizeof(options),
		.worker_paths = workers,
		.no_install_paths = true,
	};

	(void)state;
	ipa = NULL;
	log_capture_begin();
	fd_leak_take(&before);
	return camipc_manager_create(&options, &manager);
}

static int tear_down(void **state)
{
	(void)state;
	test_large_destroy(ipa);
	camipc_manager_destroy(manager);
	log_capture_end();
	fd_leak_assert_none(&before);
	return 0;
}

static void run(uint32_t max_message_size)
{
	assert_int_equal(create(max_message_size), 0);
	assert_int_equal(test_large_init(ipa), 0);
	assert_int_equal(test_large_start(ipa), 0);
}

static void dispatch_until(uint32_t wanted)
{
	struct pollfd pfd = { .fd = test_large_get_fd(ipa), .events = POLLIN };

	while (n_produced < wanted) {
		assert_int_equal(poll(&pfd, 1, PATIENCE_MS), 1);
		assert_true(test_large_dispatch(ipa) >= 0);
	}
}

static void expect_said(const char *part, const char *method, size_t needed,
			size_t limit)
{
	char text[128];

	snprintf(text, sizeof(text),
		 "the %s of %s need %zu bytes; at most %zu are allowed", part,
		 method, needed, limit);
	log_capture_expect(1, CAMIPC_LOG_ERROR, text);
}

/** Bytes of the length before @n bytes. */
static size_t length_size(size_t n)
{
	size_t size = 1;

	while (n >>= 7)
		size++;
	return size;
}

/** Largest array of bytes in a message of @limit bytes. */
static size_t most_of(size_t limit)
{
	return limit - TAG_SIZE - length_size(limit);
}

static void try_calls(size_t limit)
{
	const size_t most = most_of(limit);
	struct camipc_proxy *proxy = test_large_get_proxy(ipa);
	uint32_t size = 0;

	assert_int_equal(test_large_measure(ipa, payload, most, &size), 0);
	assert_int_equal(size, most);
	assert_int_equal(test_large_measure(ipa, payload, most + 1, &size),
			 -EMSGSIZE);
	assert_int_equal(camipc_proxy_last_reason(proxy, NULL),
			 CAMIPC_REASON_TOO_LARGE);
	expect_said("arguments", "measure", limit + 1, limit);
}

static void try_answers(size_t limit)
{
	const size_t most = most_of(limit);
	const uint8_t *bytes = NULL;
	size_t n = 0;

	assert_int_equal(test_large_produce(ipa, (uint32_t)most, &bytes, &n),
			 0);
	assert_int_equal(n, most);
	camipc_clear_array(bytes);
	assert_int_equal(test_large_produce(ipa, (uint32_t)most + 1, &bytes,
					    &n),
			 -EMSGSIZE);
	assert_int_equal(camipc_proxy_last_reason(test_large_get_proxy(ipa),
						  NULL),
			 CAMIPC_REASON_BAD_LIMIT);
	expect_said("outputs", "produce", limit + 1, limit);
}

/** Waits for the credit of an earlier one, which may be a window by itself. */
static int push(size_t n)
{
	struct pollfd pfd = { .fd = test_large_get_fd(ipa), .events = POLLIN };
	int ret;

	while ((ret = test_large_push(ipa, payload, n)) == -EAGAIN) {
		assert_int_equal(poll(&pfd, 1, PATIENCE_MS), 1);
		assert_true(test_large_dispatch(ipa) >= 0);
	}
	return ret;
}

/** Several in a row: each may be as large as a window. */
static void try_events(size_t limit)
{
	const size_t most = most_of(limit);

	for (uint32_t i = 1; i <= 3; i++) {
		assert_int_equal(push(most), 0);
		dispatch_until(i);
		assert_int_equal(produced, most);
	}
	assert_int_equal(push(most + 1), -EMSGSIZE);
	expect_said("arguments", "push", limit + 1, limit);
	assert_int_equal(test_large_raise(ipa, (uint32_t)most + 1), -EMSGSIZE);
	expect_said("arguments", "produced", limit + 1, limit);
	assert_int_equal(test_large_raise(ipa, 1), 0);
	dispatch_until(4);
}

static void try_all(uint32_t max_message_size, size_t limit)
{
	run(max_message_size);
	try_calls(limit);
	try_answers(limit);
	try_events(limit);
	assert_int_equal(camipc_proxy_get_state(test_large_get_proxy(ipa)),
			 CAMIPC_STATE_RUNNING);
}

static void as_the_interface_says(void **state)
{
	(void)state;
	try_all(0, 4 * MIB);
}

static void raised_by_the_proxy(void **state)
{
	(void)state;
	try_all(CAMIPC_MAX_MESSAGE_SIZE_CEILING,
		CAMIPC_MAX_MESSAGE_SIZE_CEILING);
}

static void lowered_by_the_proxy(void **state)
{
	(void)state;
	try_all(CAMIPC_MIN_MESSAGE_SIZE, CAMIPC_MIN_MESSAGE_SIZE);
}

static void other_limits_are_refused(void **state)
{
	(void)state;
	assert_int_equal(create(CAMIPC_MAX_MESSAGE_SIZE_CEILING + 1), -EINVAL);
	assert_int_equal(create(CAMIPC_MIN_MESSAGE_SIZE - 1), -EINVAL);
	assert_int_equal(create(UINT32_MAX), -EINVAL);
	ipa = NULL;
}

static void a_cube_crosses(void **state)
{
	const size_t n = sizeof(cube.cells) / sizeof(cube.cells[0]);

	(void)state;
	assert_int_equal(n, 33 * 33 * 33 * 3);
	for (size_t i = 0; i < n; i++)
		cube.cells[i] = (float)i / 4;
	run(0);
	assert_int_equal(test_large_colour(ipa, &cube, &cube_back), 0);
	assert_memory_equal(&cube, &cube_back, sizeof(cube));
}

/** What the IDL bounds may take memory, however few bytes it is encoded in. */
static void memory_of_decoding(void **state)
{
	uint32_t n = 0;

	(void)state;
	run(0);
	assert_int_equal(test_large_bounded(ipa, wide, 4096, &n), 0);
	assert_int_equal(n, 4096);
	assert_int_equal(test_large_unbounded(ipa, wide, 4096, &n), -EMSGSIZE);
	assert_int_equal(camipc_proxy_last_reason(test_large_get_proxy(ipa),
						  NULL),
			 CAMIPC_REASON_TOO_LARGE);
	log_capture_expect(1, CAMIPC_LOG_ERROR,
			   "the arguments of unbounded need 1048576 bytes of "
			   "memory when decoded; at most 196608 are allowed");
	assert_int_equal(test_large_unbounded(ipa, wide, 256, &n), 0);
	assert_int_equal(n, 256);
}

#define LARGE_TEST(name) \
	cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		LARGE_TEST(as_the_interface_says),
		LARGE_TEST(raised_by_the_proxy),
		LARGE_TEST(lowered_by_the_proxy),
		LARGE_TEST(other_limits_are_refused),
		LARGE_TEST(a_cube_crosses),
		LARGE_TEST(memory_of_decoding),
	};

	/* Megabytes take a while with sanitizers on a busy machine. */
	setenv("CAMIPC_DEADLINE_SCALE", "10", 0);
	if (argc > 1)
		backend = argv[1];
	return cmocka_run_group_tests_name(backend, tests, NULL, NULL);
}
