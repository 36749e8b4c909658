/* SPDX-License-Identifier: MIT */
/*
 * Tests that a worker decides nothing about the camera process's time (threats
 * 27, 29, 37, 40 and 42): with floods, with descriptors whose close is slow, and
 * with a death that others hide. test_pauses.c has time in which nobody runs.
 */
#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmocka.h>

#include <camipc/record.h>

#include "hostile_fixture.h"
#include "message.h"
#include "slow_end.h"
#include "under_valgrind.h"

/* ---- floods ------------------------------------------------------------ */

static void a_flood_of(struct create_fixture *f, const char *life)
{
	struct camipc_proxy *proxy = hostile_born(f, life);
	struct hostile_done done;
	const int64_t began = camipc_now();

	camipc_proxy_set_timeout(proxy, 300);
	hostile_begin(proxy, &done);
	hostile_dispatch_until(proxy, (unsigned int *)&done.n);
	assert_int_equal(done.ret, -ETIMEDOUT);
	camipc_proxy_set_timeout(proxy, 50);
	assert_int_equal(camipc_proxy_call(proxy, 1, NULL, NULL), -ETIMEDOUT);
	assert_true(camipc_now() - began < HOSTILE_LIMIT_NS);
	camipc_proxy_destroy(proxy);
}

/** Threat 27. */
static void floods_stop_no_clock(void **state)
{
	a_flood_of(*state, "credit flood");
	a_flood_of(*state, "log flood");
	a_flood_of(*state, "stderr flood");
}

/** The same of spans, which were asked for. */
static void a_flood_of_spans(void **state)
{
	struct create_fixture *f = *state;
	char path[TEST_PATH_SIZE + 16];
	const struct camipc_record_options options = {
		.size = sizeof(options),
		.path = path,
	};
	struct camipc_recorder *recorder;

	snprintf(path, sizeof(path), "%s/flood", f->folder);
	assert_int_equal(camipc_recorder_create(&options, &recorder), 0);
	camipc_recorder_set_default(recorder);
	a_flood_of(f, "trace flood");
	camipc_recorder_set_default(NULL);
	assert_int_equal(camipc_recorder_destroy(recorder), 0);
	assert_int_equal(unlink(path), 0);
}

static void floods_feed_no_watchdog(void **state)
{
	static const char *const lives[] = { "credit flood", "log flood" };

	for (size_t i = 0; i < 2; i++) {
		struct camipc_proxy *proxy = hostile_born(*state, lives[i]);

		camipc_proxy_set_watchdog(proxy, 300);
		assert_int_equal(camipc_proxy_call(proxy, 2, NULL, NULL), 0);
		hostile_dispatch_until(proxy, &hostile_n_closed);
		assert_int_equal(hostile_closed.reason, CAMIPC_REASON_WATCHDOG);
		camipc_proxy_destroy(proxy);
	}
}

/** Through shared memory, datagrams that no record announces are a fault, which may
 *  end the worker before its death is seen. */
static int expected_of_noise(void)
{
	if (hostile_closed.reason == CAMIPC_REASON_BAD_RING)
		return -EPROTO;
	assert_int_equal(hostile_closed.reason, CAMIPC_REASON_EXITED);
	return -EPIPE;
}

/** Threat 42. */
static void a_death_hidden_by_noise(void **state)
{
	struct camipc_proxy *proxy = hostile_born(*state, "from the grave");
	struct hostile_done done;
	int ret;

	camipc_proxy_set_timeout(proxy, 60000);
	hostile_begin(proxy, &done);
	hostile_dispatch_until(proxy, &hostile_n_closed);
	assert_int_equal(done.n, 1);
	assert_int_equal(done.ret, expected_of_noise());
	camipc_proxy_destroy(proxy);
	/* The same beneath a call that waits. */
	proxy = hostile_born(*state, "from the grave");
	camipc_proxy_set_timeout(proxy, 60000);
	ret = camipc_proxy_call(proxy, 1, NULL, NULL);
	hostile_dispatch_until(proxy, &hostile_n_closed);
	assert_int_equal(ret, expected_of_noise());
	camipc_proxy_destroy(proxy);
}

/** Threat 42: dispatch does not wait to see whether such a worker lives on. */
static void a_channel_closed_alive(void **state)
{
	struct camipc_proxy *proxy = hostile_born(*state, "close");
	struct pollfd pfd = { .events = POLLIN };
	unsigned int n = 0;
	struct hostile_done done;

	hostile_begin(proxy, &done);
	pfd.fd = camipc_proxy_get_fd(proxy);
	assert_int_equal(poll(&pfd, 1, SLOW_CLOSE_LIMIT_MS), 1);
	assert_int_equal(camipc_proxy_dispatch(proxy), 0);
	assert_int_equal(hostile_n_closed, 0);
	/* Its end wakes the host, and the channel's end does not any more. */
	for (; !hostile_n_closed; n++) {
		assert_int_equal(poll(&pfd, 1, SLOW_CLOSE_LIMIT_MS), 1);
		assert_true(camipc_proxy_dispatch(proxy) >= 0);
		assert_true(n < 10);
	}
	assert_int_equal(hostile_closed.reason, CAMIPC_REASON_DISCONNECTED);
	assert_int_equal(done.ret, -EPIPE);
	camipc_proxy_destroy(proxy);
}

/** Neither the end of a proxy nor its destruction waits for the worker's. */
static void workers_that_end_slowly(void **state)
{
	const int amount = test_amount(12, 12, 3);
	struct slow_end slow;
	int64_t spent = 0;

	for (int i = 0; i < amount; i++) {
		struct camipc_proxy *proxy = hostile_born(*state, "bad magic");
		pid_t pid = camipc_proxy_get_pid(proxy);
		int64_t began;

		if (!slow_end_begin(&slow, &pid, 1)) {
			camipc_proxy_destroy(proxy);
			skip();
		}
		began = camipc_now();
		assert_int_equal(camipc_proxy_call(proxy, 1, NULL, NULL),
				 -EPROTO);
		hostile_dispatch_until(proxy, &hostile_n_closed);
		spent += camipc_now() - began;
		assert_true(hostile_closed.status_known);
		assert_int_equal(hostile_closed.status, SIGKILL);
		assert_int_equal(camipc_proxy_get_pid(proxy), pid);
		/* It is reaped while the proxy exists, too. */
		if (i == 0) {
			slow_end_end(&slow);
			while (fd_leak_process_exists(pid))
				poll(NULL, 0, 1);
		}
		began = camipc_now();
		camipc_proxy_destroy(proxy);
		spent += camipc_now() - began;
		if (i > 0)
			slow_end_end(&slow);
	}
	assert_true(spent < HOSTILE_LIMIT_NS);
}

/* ---- descriptors whose close is slow ----------------------------------- */

static void live_with_slow_close(struct create_fixture *f,
				 enum camipc_message_kind kind, uint16_t port)
{
	const int64_t began = camipc_now();
	struct camipc_proxy *proxy;
	char life[64];
	int ret;

	snprintf(life, sizeof(life), "slow %d %u", (int)kind, port);
	proxy = hostile_born(f, life);
	ret = camipc_proxy_call(proxy, 1, NULL, NULL);
	assert_true(ret == -EPROTO || ret == -ETIMEDOUT);
	camipc_proxy_destroy(proxy);
	/* Sent after the last receive, it stays unread. */
	proxy = hostile_born(f, life);
	assert_int_equal(camipc_proxy_call(proxy, 2, NULL, NULL), 0);
	camipc_proxy_destroy(proxy);
	assert_true(camipc_now() - began < HOSTILE_LIMIT_NS);
}

/** Threat 29: wherever they come; the whole life takes no time. */
static void slow_closes(void **state)
{
	static const enum camipc_message_kind kinds[] = {
		CAMIPC_MESSAGE_CREDIT, CAMIPC_MESSAGE_EVENT,
		CAMIPC_MESSAGE_REPLY,  CAMIPC_MESSAGE_LOG,
		CAMIPC_MESSAGE_BYE,
	};
	struct slow_close slow;

	/* A close() that takes long stops all threads of its process there. */
	SKIP_UNDER_VALGRIND();
	slow_close_begin(&slow);
	for (size_t i = 0; i < 2 * sizeof(kinds) / sizeof(kinds[0]); i++) {
		hostile_client.descriptor = i % 2 ? &hostile_with_fds
						  : &hostile_without_fds;
		live_with_slow_close(*state, kinds[i / 2], slow.port);
	}
	hostile_client.descriptor = &hostile_without_fds;
	slow_close_end(&slow);
}

static void slow_closes_at_birth(void **state)
{
	struct slow_close slow;
	char birth[64];

	SKIP_UNDER_VALGRIND();
	slow_close_begin(&slow);
	snprintf(birth, sizeof(birth), "two slow %d %u", CAMIPC_MESSAGE_HELLO,
		 slow.port);
	for (int i = 0; i < 2; i++) {
		const int64_t began = camipc_now();
		struct camipc_proxy *proxy = NULL;
		int ret;

		hostile_client.descriptor = i ? &hostile_with_fds
					      : &hostile_without_fds;
		ret = hostile_create(*state, birth, "reply", &proxy);
		/* Where the kernel let nothing through, the hello is missing. */
		assert_true(ret == -EPROTO || i == 0);
		camipc_proxy_destroy(proxy);
		assert_true(camipc_now() - began < HOSTILE_LIMIT_NS);
	}
	hostile_client.descriptor = &hostile_without_fds;
	slow_close_end(&slow);
}

/** Nobody may open a descriptor until restore(). */
static struct rlimit use_up_descriptors(void)
{
	struct rlimit saved;
	struct rlimit none;

	assert_int_equal(getrlimit(RLIMIT_NOFILE, &saved), 0);
	none = saved;
	none.rlim_cur = 3;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	return saved;
}

/** Dispatches for a while in which nothing takes long, until *flag. */
static void dispatch_quickly(struct camipc_proxy *proxy,
			     const unsigned int *flag)
{
	unsigned int n = 0;

	for (; !*flag; n++) {
		struct pollfd pfd = { .fd = camipc_proxy_get_fd(proxy),
				      .events = POLLIN };
		const int64_t began = camipc_now();

		assert_true(poll(&pfd, 1, SLOW_CLOSE_LIMIT_MS) == 1);
		assert_true(camipc_proxy_dispatch(proxy) >= 0);
		assert_true(camipc_now() - began < HOSTILE_LIMIT_NS);
		/* What a thread still receives wakes nobody at once. */
		assert_true(n < 5000);
	}
}

/**
 * Threat 29: without descriptors the kernel closes inside of recvmsg(), what
 * comes behind the first such message in a thread. The clock goes on.
 */
static void slow_closes_without_descriptors(void **state)
{
	struct camipc_proxy *proxy;
	struct slow_close slow;
	struct rlimit saved;
	struct hostile_done done;
	char life[64];
	int64_t began;

	SKIP_UNDER_VALGRIND();
	slow_close_begin(&slow);
	snprintf(life, sizeof(life), "run %u", slow.port);
	hostile_client.descriptor = &hostile_with_fds;
	for (int i = 0; i < 2; i++) {
		proxy = hostile_born(*state, life);
		saved = use_up_descriptors();
		began = camipc_now();
		camipc_proxy_set_timeout(proxy, HOSTILE_CALL_MS);
		assert_int_equal(camipc_proxy_call(proxy, 1, NULL, NULL),
				 -ETIMEDOUT);
		assert_true(camipc_now() - began < HOSTILE_LIMIT_NS);
		camipc_proxy_set_timeout(proxy, i ? 60000 : HOSTILE_CALL_MS);
		hostile_begin(proxy, &done);
		if (i)
			kill(camipc_proxy_get_pid(proxy), SIGKILL);
		dispatch_quickly(proxy, i ? &hostile_n_closed
					  : (unsigned int *)&done.n);
		if (!i)
			assert_int_equal(done.ret, -ETIMEDOUT);
		began = camipc_now();
		camipc_proxy_destroy(proxy);
		assert_true(camipc_now() - began < HOSTILE_LIMIT_NS);
		assert_int_equal(setrlimit(RLIMIT_NOFILE, &saved), 0);
	}
	hostile_client.descriptor = &hostile_without_fds;
	slow_close_end(&slow);
}

/* ---- our own limits ---------------------------------------------------- */

/** RLIMIT_NOFILE below what is open already is nobody's death. */
static void a_lowered_limit(void **state)
{
	struct camipc_proxy *proxy;
	struct rlimit saved;
	struct rlimit none;
	struct hostile_done done;

	SKIP_UNDER_VALGRIND();
	proxy = hostile_born(*state, "reply");
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &saved), 0);
	none = saved;
	none.rlim_cur = 0;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	for (int i = 0; i < 20; i++)
		assert_int_equal(camipc_proxy_call(proxy, 1, NULL, NULL), 0);
	hostile_begin(proxy, &done);
	while (!done.n)
		assert_true(camipc_proxy_dispatch(proxy) >= 0);
	assert_int_equal(done.ret, 0);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &saved), 0);
	camipc_proxy_destroy(proxy);
}

#define TIME_TEST(name) \
	cmocka_unit_test_setup_teardown(name, create_set_up, create_tear_down)

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		TIME_TEST(floods_stop_no_clock),
		TIME_TEST(a_flood_of_spans),
		TIME_TEST(floods_feed_no_watchdog),
		TIME_TEST(a_death_hidden_by_noise),
		TIME_TEST(a_channel_closed_alive),
		TIME_TEST(workers_that_end_slowly),
		TIME_TEST(slow_closes),
		TIME_TEST(slow_closes_at_birth),
		TIME_TEST(slow_closes_without_descriptors),
		TIME_TEST(a_lowered_limit),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests_name("hostile_time", tests, NULL, NULL);
}
