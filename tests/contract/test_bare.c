/* SPDX-License-Identifier: MIT */
/*
 * Tests an interface without roles, and two versions of it. Built twice: as the
 * second version's pipeline, and with BARE_OLD as the first one's. Each runs
 * both modules.
 */
#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cmocka.h>

#include "backend.h"
#include "bare_ipa_proxy.h"
#include "fd_leak.h"
#include "log_capture.h"

static const char *backend = "thread";

struct fixture {
	struct camipc_manager *manager;
	struct test_bare *ipa;
	struct camipc_proxy *proxy;
	struct fd_leak before;
	uint32_t poked;
	uint32_t n_poked;
	uint32_t n_newer;
};

static void on_poked(void *user, uint32_t number)
{
	struct fixture *f = user;

	f->poked = number;
	f->n_poked++;
}

#ifndef BARE_OLD
static void on_newer_poked(void *user, uint32_t number)
{
	struct fixture *f = user;

	(void)number;
	f->n_newer++;
}
#endif

static const struct test_bare_events events = {
	.size = sizeof(events),
	.poked = on_poked,
#ifndef BARE_OLD
	.newer_poked = on_newer_poked,
#endif
};

static int set_up(void **state, const char *module)
{
	static struct fixture f;
	static const char *const workers[] = { ECHO_WORKER, NULL };
	const struct camipc_manager_options options = {
		.size = sizeof(options),
		.worker_paths = workers,
		.no_install_paths = true,
	};
	const struct camipc_match match = {
		.path = module,
		.isolation = test_backend_isolation(backend),
		.transport = test_backend_transport(backend),
	};

	memset(&f, 0, sizeof(f));
	log_capture_begin();
	fd_leak_take(&f.before);
	assert_int_equal(camipc_manager_create(&options, &f.manager), 0);
	assert_int_equal(
		test_bare_create(f.manager, &match, &events, &f, &f.ipa), 0);
	f.proxy = test_bare_get_proxy(f.ipa);
	*state = &f;
	return 0;
}

static int set_up_new(void **state)
{
	return set_up(state, BARE_MODULE);
}

static int set_up_old(void **state)
{
	return set_up(state, BARE_OLD_MODULE);
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	test_bare_destroy(f->ipa);
	camipc_manager_destroy(f->manager);
	log_capture_end();
	fd_leak_assert_none(&f->before);
	return 0;
}

static void dispatch_one(struct fixture *f)
{
	const uint32_t before = f->n_poked;
	struct pollfd pfd = {
		.fd = test_bare_get_fd(f->ipa),
		.events = POLLIN,
	};

	while (f->n_poked == before) {
		assert_int_equal(poll(&pfd, 1, 20000), 1);
		assert_true(test_bare_dispatch(f->ipa) >= 0);
	}
}

/** No init and no start: running at once, in a thread of its own. */
static void runs_at_once(void **state)
{
	struct fixture *f = *state;
	int32_t thread = 0;

	assert_int_equal(camipc_proxy_get_state(f->proxy),
			 CAMIPC_STATE_RUNNING);
	assert_int_equal(test_bare_where(f->ipa, &thread), 0);
	assert_int_not_equal(thread, (int32_t)syscall(SYS_gettid));
	assert_int_equal(test_bare_poke(f->ipa, 42), 0);
	dispatch_one(f);
	assert_int_equal(f->poked, 42);
	/* There is no stop role: nothing to do, and no error. */
	assert_int_equal(camipc_stop_all(&f->proxy, 1), 0);
}

/** Both know it, in whichever version. */
static void what_both_know(void **state)
{
	struct fixture *f = *state;
	struct test_bare_item item;
	struct test_bare_item doubled;

	test_bare_item_init(&item);
	item.number = 21;
	item.text = "both know this";
	assert_int_equal(test_bare_twice(f->ipa, &item, &doubled), 0);
	assert_int_equal(doubled.number, 42);
	assert_string_equal(doubled.text, "both know this");
#ifndef BARE_OLD
	/* An old module drops it: the default comes back. */
	assert_int_equal(doubled.weight, 3);
#endif
	test_bare_item_clear(&doubled);
	assert_int_equal(test_bare_poke(f->ipa, 1), 0);
	dispatch_one(f);
}

#ifdef BARE_OLD

/** The module raises an event that this side does not know: not sent. */
static void new_module(void **state)
{
	struct fixture *f = *state;

	what_both_know(state);
	assert_int_equal(f->n_newer, 0);
	assert_int_equal(camipc_proxy_get_state(f->proxy),
			 CAMIPC_STATE_RUNNING);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test_setup_teardown(runs_at_once, set_up_old, tear_down),
	cmocka_unit_test_setup_teardown(what_both_know, set_up_old, tear_down),
	cmocka_unit_test_setup_teardown(new_module, set_up_new, tear_down),
};

#else

/** Calls that an old module lacks are not sent. */
static void old_module(void **state)
{
	struct fixture *f = *state;
	struct camipc_proxy_stats stats = { .size = sizeof(stats) };

	what_both_know(state);
	camipc_proxy_get_stats(f->proxy, &stats);
	assert_int_equal(test_bare_newer(f->ipa, 1), -EOPNOTSUPP);
	assert_int_equal(test_bare_newer_poke(f->ipa, 1), -EOPNOTSUPP);
	assert_int_equal(camipc_proxy_last_error(f->proxy), -EOPNOTSUPP);
	assert_int_equal(stats.calls, 1);
	assert_int_equal(stats.async_calls, 1);
	assert_int_equal(camipc_proxy_get_state(f->proxy),
			 CAMIPC_STATE_RUNNING);
}

static void new_module(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(test_bare_newer(f->ipa, 5), 0);
	assert_int_equal(test_bare_newer_poke(f->ipa, 5), 0);
	assert_int_equal(test_bare_poke(f->ipa, 1), 0);
	dispatch_one(f);
	assert_int_equal(f->n_newer, 3);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test_setup_teardown(runs_at_once, set_up_new, tear_down),
	cmocka_unit_test_setup_teardown(what_both_know, set_up_new, tear_down),
	cmocka_unit_test_setup_teardown(old_module, set_up_old, tear_down),
	cmocka_unit_test_setup_teardown(new_module, set_up_new, tear_down),
};

#endif

int main(int argc, char **argv)
{
	if (argc > 1)
		backend = argv[1];
	return _cmocka_run_group_tests(
		backend, tests, sizeof(tests) / sizeof(tests[0]), NULL, NULL);
}
