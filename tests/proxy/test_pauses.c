/* SPDX-License-Identifier: MIT */
/*
 * Tests processes that do not run for a while: both, as in a container that is
 * paused, the worker alone, or a host that is busy (threats 37, 40). Time in
 * which both did not run counts for nobody.
 */
#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "freeze.h"
#include "hostile_fixture.h"
#include "under_valgrind.h"

/** Stops this process and its children, as a container's pause does. */
static void freeze(pid_t worker, int64_t ms)
{
	const pid_t self = getpid();
	pid_t waker = fork();

	if (waker == 0) {
		kill(worker, SIGSTOP);
		kill(self, SIGSTOP);
		poll(NULL, 0, (int)ms);
		kill(worker, SIGCONT);
		kill(self, SIGCONT);
		_exit(0);
	}
	assert_true(waker > 0);
	waitpid(waker, NULL, 0);
}

#define FREEZE_MS 1500

/** Frozen for longer than its deadline, a begun call still has its time. */
static void frozen_together(void **state)
{
	struct camipc_proxy *proxy;
	struct hostile_done done;
	int64_t began;
	int64_t thawed;

	SKIP_UNDER_VALGRIND();
	proxy = hostile_born(*state, "silent");
	began = camipc_now();
	camipc_proxy_set_timeout(proxy, HOSTILE_CALL_MS);
	hostile_begin(proxy, &done);
	freeze(camipc_proxy_get_pid(proxy), FREEZE_MS);
	thawed = camipc_now();
	assert_true(thawed - began >= HOSTILE_CALL_MS * INT64_C(1000000));
	/* Not yet: it had nearly all of its time left. */
	assert_int_equal(camipc_proxy_dispatch(proxy), 0);
	assert_int_equal(done.n, 0);
	/* It is silent, and that counts from now on. */
	hostile_dispatch_until(proxy, (unsigned int *)&done.n);
	assert_int_equal(done.ret, -ETIMEDOUT);
	camipc_proxy_destroy(proxy);
}

/** A worker that is started has its time, too. */
static void frozen_at_birth(void **state)
{
	struct camipc_proxy *proxy;
	pid_t freezer;

	SKIP_UNDER_VALGRIND();
	freezer = freeze_begin(100, CAMIPC_TIMEOUT_HELLO_MS + 300);
	assert_int_equal(hostile_create(*state, "two late", "reply", &proxy), 0);
	freeze_end(freezer);
	assert_int_equal(camipc_proxy_call(proxy, 1, NULL, NULL), 0);
	camipc_proxy_destroy(proxy);
}

/** The watchdog waits for the IPA's time, too. */
static void a_frozen_watchdog(void **state)
{
	struct camipc_proxy *proxy;

	SKIP_UNDER_VALGRIND();
	proxy = hostile_born(*state, "silent");
	camipc_proxy_set_watchdog(proxy, HOSTILE_CALL_MS);
	assert_int_equal(camipc_proxy_call(proxy, 2, NULL, NULL), 0);
	freeze(camipc_proxy_get_pid(proxy), FREEZE_MS);
	assert_int_equal(camipc_proxy_dispatch(proxy), 0);
	assert_int_equal(hostile_n_closed, 0);
	hostile_dispatch_until(proxy, &hostile_n_closed);
	assert_int_equal(hostile_closed.reason, CAMIPC_REASON_WATCHDOG);
	camipc_proxy_destroy(proxy);
}

static void *freeze_from_outside(const struct camipc_proxy *proxy)
{
	const pid_t self = getpid();
	const pid_t worker = camipc_proxy_get_pid(proxy);

	if (fork() == 0) {
		poll(NULL, 0, 100);
		kill(worker, SIGSTOP);
		kill(self, SIGSTOP);
		poll(NULL, 0, FREEZE_MS);
		kill(self, SIGCONT);
		/* The worker's answer takes it a moment. */
		poll(NULL, 0, 100);
		kill(worker, SIGCONT);
		_exit(0);
	}
	return NULL;
}

/** In a call that waits: the answer comes after the thaw, and counts. */
static void frozen_in_a_call(void **state)
{
	struct camipc_proxy *proxy;

	SKIP_UNDER_VALGRIND();
	proxy = hostile_born(*state, "late reply");
	camipc_proxy_set_timeout(proxy, HOSTILE_CALL_MS);
	freeze_from_outside(proxy);
	assert_int_equal(camipc_proxy_call(proxy, 1, NULL, NULL), 0);
	assert_int_equal(camipc_proxy_call(proxy, 1, NULL, NULL), 0);
	camipc_proxy_destroy(proxy);
	while (wait(NULL) > 0)
		;
}

/** Threat 40: the worker alone is stopped. That is a hang. */
static void a_frozen_worker(void **state)
{
	struct camipc_proxy *proxy = hostile_born(*state, "stop");
	const int64_t began = camipc_now();

	/* Ten times as long under valgrind, as all deadlines. */
	camipc_proxy_set_timeout(proxy, HOSTILE_CALL_MS / 4);
	assert_int_equal(camipc_proxy_call(proxy, 1, NULL, NULL), -ETIMEDOUT);
	assert_true(camipc_now() - began < HOSTILE_LIMIT_NS);
	camipc_proxy_destroy(proxy);
}

/** What came while the host was busy counts; a silent IPA gains little. */
static void a_busy_host(void **state)
{
	struct camipc_proxy *proxy;
	struct hostile_done done;

	/* Deadlines are longer there than the host is busy. */
	SKIP_UNDER_VALGRIND();
	proxy = hostile_born(*state, "reply");
	camipc_proxy_set_timeout(proxy, HOSTILE_CALL_MS);
	hostile_begin(proxy, &done);
	poll(NULL, 0, 3 * HOSTILE_CALL_MS);
	assert_int_equal(camipc_proxy_dispatch(proxy), 1);
	assert_int_equal(done.ret, 0);
	camipc_proxy_destroy(proxy);

	proxy = hostile_born(*state, "silent");
	camipc_proxy_set_timeout(proxy, HOSTILE_CALL_MS);
	hostile_begin(proxy, &done);
	for (int i = 0; i < 4 && !done.n; i++) {
		poll(NULL, 0, HOSTILE_CALL_MS);
		(void)!camipc_proxy_dispatch(proxy);
	}
	assert_int_equal(done.ret, -ETIMEDOUT);
	camipc_proxy_destroy(proxy);
}

#define TIME_TEST(name) \
	cmocka_unit_test_setup_teardown(name, create_set_up, create_tear_down)

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		TIME_TEST(frozen_together),
		TIME_TEST(frozen_at_birth),
		TIME_TEST(a_frozen_watchdog),
		TIME_TEST(frozen_in_a_call),
		TIME_TEST(a_frozen_worker),
		TIME_TEST(a_busy_host),
	};

	if (argc > 1)
		cmocka_set_test_filter(argv[1]);
	return cmocka_run_group_tests_name("pauses", tests, NULL, NULL);
}
