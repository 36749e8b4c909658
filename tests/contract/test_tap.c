/* SPDX-License-Identifier: MIT */
/* Tests observers at a proxy's tap: what they are shown, and in which order. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "contract.h"
#include "proxy.h"

/** Writes down everything that it is shown. */
struct diary {
	struct camipc_observer base;
	struct contract *c;
	char text[1024];
};

static int n_released;

static void note(struct camipc_observer *observer, const char *what,
		 const char *name)
{
	struct diary *diary = (struct diary *)(void *)observer;
	const size_t used = strlen(diary->text);

	snprintf(diary->text + used, sizeof(diary->text) - used, "%s%s %s",
		 used ? ", " : "", what, name);
}

static void note_call(struct camipc_observer *observer,
		      const struct camipc_method *method, uint32_t cookie,
		      const void *args)
{
	assert_true(!cookie == (method->role == CAMIPC_ROLE_ASYNC));
	assert_true(!args == !method->args);
	note(observer, cookie ? "call" : "async", method->name);
}

static void note_reply(struct camipc_observer *observer,
		       const struct camipc_method *method, uint32_t cookie,
		       int error, const void *outs, uint64_t took_ns)
{
	assert_int_not_equal(cookie, 0);
	assert_true(took_ns > 0);
	/* Outputs are there exactly if the IPA answered. */
	assert_true(!outs == (error || !method->outs));
	note(observer, error ? "error" : "reply", method->name);
}

static void note_event(struct camipc_observer *observer,
		       const struct camipc_method *event, const void *args)
{
	assert_non_null(args);
	note(observer, "event", event->name);
}

static void note_dropped(struct camipc_observer *observer,
			 const struct camipc_method *event, uint32_t size,
			 enum camipc_state state)
{
	(void)size;
	note(observer, "dropped", event->name);
	note(observer, "while", camipc_state_to_string(state));
}

static void note_stall(struct camipc_observer *observer,
		       const struct camipc_method *method,
		       enum camipc_stall fate)
{
	static const char *const fates[] = {
		[CAMIPC_STALL_WAITS] = "waits",
		[CAMIPC_STALL_DROPPED] = "lost",
		[CAMIPC_STALL_REFUSED] = "refused",
	};

	note(observer, fates[fate], method->name);
}

static void note_state(struct camipc_observer *observer, enum camipc_state from,
		       enum camipc_state to)
{
	assert_int_not_equal(from, to);
	note(observer, "state", camipc_state_to_string(to));
}

static void note_ended(struct camipc_observer *observer,
		       const struct camipc_closed_info *info)
{
	assert_non_null(info->text);
	assert_int_not_equal(info->reason, CAMIPC_REASON_NONE);
	note(observer, "ended", "");
}

static void release(struct camipc_observer *observer)
{
	n_released++;
	free(observer);
}

static const struct camipc_observer_ops all_ops = {
	.size = sizeof(all_ops),
	.call = note_call,
	.reply = note_reply,
	.event = note_event,
	.dropped = note_dropped,
	.state = note_state,
	.ended = note_ended,
	.release = release,
	.stall = note_stall,
};

/* As if a later version of the struct had more functions. */
static const struct camipc_observer_ops few_ops = {
	.size = offsetof(struct camipc_observer_ops, event),
	.call = note_call,
	.event = note_event, /* beyond size: never called */
	.release = release,
};

static struct diary *open_diary(struct contract *c,
				const struct camipc_observer_ops *ops)
{
	struct diary *diary = calloc(1, sizeof(*diary));

	assert_non_null(diary);
	diary->base.ops = ops;
	assert_int_equal(camipc_tap_add(&c->proxy->tap, &diary->base), 0);
	return diary;
}

static void a_session(void **state)
{
	struct contract *c = *state;
	struct diary *diary = open_diary(c, &all_ops);

	contract_running(c);
	assert_int_equal(test_echo_push(c->ipa, 7), 0);
	contract_dispatch_events(c, 1);
	contract_plan(c, TEST_ECHO_STOP, TEST_ECHO_TICK, 1);
	assert_int_equal(test_echo_stop(c->ipa), 0);
	assert_string_equal(diary->text,
			    "call init, reply init, state ready, "
			    "state starting, call start, reply start, "
			    "state running, async push, event pushed, "
			    "call plan, reply plan, state stopping, call stop, "
			    "dropped tick, while stopping, reply stop, "
			    "state stopped");
}

/** Two observers; one is older than the library and has fewer functions. */
static void old_observers(void **state)
{
	struct contract *c = *state;
	struct diary *all = open_diary(c, &all_ops);
	struct diary *few = open_diary(c, &few_ops);

	contract_running(c);
	assert_int_equal(test_echo_push(c->ipa, 7), 0);
	contract_dispatch_events(c, 1);
	assert_string_equal(few->text, "call init, call start, async push");
	assert_non_null(strstr(all->text, "event pushed"));
}

/** Asynchronous calls that find no credit, by what becomes of them. */
static void stalls(void **state)
{
	struct contract *c = *state;
	struct diary *diary = open_diary(c, &all_ops);

	contract_running(c);
	contract_plan(c, TEST_ECHO_PUSH, TEST_ECHO_BLOCK, 0);
	assert_int_equal(test_echo_push(c->ipa, 0), 0);
	for (uint32_t i = 0; i < 4; i++)
		assert_int_equal(test_echo_push_newest(c->ipa, i), 0);
	diary->text[0] = '\0';
	assert_int_equal(test_echo_push_newest(c->ipa, 4), 0);
	for (uint32_t i = 0; i < 5; i++)
		assert_int_equal(test_echo_push_oldest(c->ipa, i), 0);
	assert_int_equal(test_echo_push(c->ipa, 1), -EAGAIN);
	assert_string_equal(diary->text,
			    "lost pushNewest, async pushOldest, "
			    "async pushOldest, async pushOldest, "
			    "async pushOldest, waits pushOldest, "
			    "async pushOldest, refused push");
	contract_open_gate(c);
}

static void an_end(void **state)
{
	struct contract *c = *state;
	struct diary *diary = open_diary(c, &all_ops);

	if (contract_is_local())
		return;
	contract_ready(c);
	diary->text[0] = '\0';
	contract_kill_worker(c, SIGKILL);
	contract_dispatch_closed(c);
	assert_string_equal(diary->text, "state dead, ended ");
}

/** The tap releases its observers with the proxy. */
static void released(void **state)
{
	(void)state;
	assert_int_equal(n_released, 5);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		CONTRACT_TEST(a_session),
		CONTRACT_TEST(old_observers),
		CONTRACT_TEST(stalls),
		CONTRACT_TEST(an_end),
		cmocka_unit_test(released),
	};

	return contract_run(argc, argv, tests, sizeof(tests) / sizeof(*tests));
}
