/* SPDX-License-Identifier: MIT */
/*
 * Tests how long a proxy sleeps during a reload: never over what a link has
 * received and reports through no descriptor.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "deadline.h"
#include "proxy.h"
#include "reload.h"
#include "reload_step.h"

/* Only a failing test sleeps for so long. */
#define PATIENCE_MS 20000

static struct {
	bool has_come; /* between the latest look and settle() */
	bool is_pending;
} play;

static void settle(struct camipc_link *link)
{
	(void)link;
	play.is_pending = play.has_come;
}

static int64_t look_at(const struct camipc_link *link)
{
	(void)link;
	return play.is_pending ? camipc_now() : CAMIPC_NO_DEADLINE;
}

static const struct camipc_link_ops ops = {
	.size = sizeof(ops),
	.name = "played",
	.settle = settle,
	.look_at = look_at,
};

static struct camipc_proxy proxy;
static struct camipc_reload reload;
static struct camipc_link present = { .ops = &ops };
static struct camipc_link other = { .ops = &ops };

static int set_up(void **state)
{
	(void)state;
	memset(&proxy, 0, sizeof(proxy));
	memset(&reload, 0, sizeof(reload));
	memset(&play, 0, sizeof(play));
	proxy.link = &present;
	proxy.reload = &reload;
	reload.link = &other;
	reload.time.deadline = CAMIPC_NO_DEADLINE;
	camipc_signals_prepare(&proxy.signals);
	return camipc_signals_open(&proxy.signals);
}

static int tear_down(void **state)
{
	(void)state;
	camipc_signals_fini(&proxy.signals);
	return 0;
}

static void what_has_come_is_not_slept_on(void **state)
{
	const int64_t end =
		camipc_deadline_after(camipc_now(), PATIENCE_MS);

	(void)state;
	play.has_come = true;
	assert_int_equal(camipc_reload_sleep(&proxy, end), -ETIMEDOUT);
	assert_true(camipc_now() < end);
}

static void the_other_worker_is_looked_at(void **state)
{
	static const enum camipc_reload_phase phases[] = {
		CAMIPC_RELOAD_BIRTH, CAMIPC_RELOAD_READY, CAMIPC_RELOAD_DRAIN,
		CAMIPC_RELOAD_REPLAY
	};

	(void)state;
	reload.sent = true;
	proxy.restart.barriers = 1;
	for (size_t i = 0; i < sizeof(phases) / sizeof(phases[0]); i++) {
		reload.phase = phases[i];
		play.is_pending = false;
		/* In that one the next step is due at once. */
		if (phases[i] != CAMIPC_RELOAD_READY)
			assert_true(camipc_reload_due(&proxy) ==
				    CAMIPC_NO_DEADLINE);
		play.is_pending = true;
		assert_true(camipc_reload_due(&proxy) <= camipc_now());
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_has_come_is_not_slept_on),
		TEST(the_other_worker_is_looked_at),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
