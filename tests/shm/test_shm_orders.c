/* SPDX-License-Identifier: MIT */
/*
 * Tests sleeping and waking of a shm channel in every order of the steps of both
 * sides, with the death of the worker before each step: no wake-up is lost. The
 * code under test is the channel's own (orders_bed.h). Sleeps have no slices here.
 *
 * Mistakes that are planted, one at a time, must be found: a store that another
 * access overtakes, and a death that nobody reports.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "orders_bed.h"
#include "under_valgrind.h"

static const char *const mistake_names[N_MISTAKES] = {
	"none",	     "late announcement", "late record", "late room",
	"late interrupt", "no list_op_pending", "no robust list",
};

/* ---- tasks ---------------------------------------------------------------- */

#define N_MESSAGES 2

static int receive_one(int side, bool wait)
{
	struct camipc_message *message = &bed.message[side];
	enum camipc_reason reason;
	int ret;

	camipc_message_reset(message);
	ret = camipc_channel_receive(bed.channels[side], message, wait,
				     &reason);
	if (ret == 0)
		bed.n_got++;
	else if (ret != -EAGAIN && ret != -EPIPE)
		bed.wrong = "an honest peer was found at fault";
	return ret;
}

static void send_messages(int side)
{
	while (bed.n_sent < N_MESSAGES && !bed.wrong) {
		bed.n_sent++;
		if (orders_send_one(side) < 0)
			bed.wrong = "a message could not be sent";
	}
}

static void worker_sends(void)
{
	send_messages(WORKER);
}

static void worker_sends_one(void)
{
	bed.n_sent = N_MESSAGES - 1;
	send_messages(WORKER);
}

static void parent_sends_one(void)
{
	bed.n_sent = N_MESSAGES - 1;
	send_messages(PARENT);
}

static void worker_receives_one(void)
{
	bed.n_got = N_MESSAGES - 1;
	while (bed.n_got < N_MESSAGES && !bed.wrong)
		(void)receive_one(WORKER, true);
}

/* Sleeps on the word until all messages have come, or the worker has ended. */
static void parent_sleeps(void)
{
	int ret = 0;

	while (bed.n_got < N_MESSAGES && !bed.wrong && ret != -EOPNOTSUPP) {
		if (receive_one(PARENT, false) != 0)
			ret = camipc_channel_sleep(bed.channels[PARENT],
						   LONG_SLEEP);
	}
	/* What came before the end is there. */
	while (ret == -EOPNOTSUPP && receive_one(PARENT, false) == 0)
		;
}

static void parent_sleeps_for_one(void)
{
	bed.n_got = N_MESSAGES - 1;
	parent_sleeps();
}

static bool is_readable(int task)
{
	return bed.bells[task] > 0 || bed.is_dead;
}

/* As an event loop does. */
static void parent_polls_for_one(void)
{
	struct camipc_channel *channel = bed.channels[PARENT];
	int ret = 0;

	bed.n_got = N_MESSAGES - 1;
	while (bed.n_got < N_MESSAGES && !bed.wrong && ret != -EPIPE) {
		ret = receive_one(PARENT, false);
		if (ret != -EAGAIN || camipc_channel_announce(channel))
			continue;
		interleave_wait(is_readable);
		camipc_channel_attend(channel);
		camipc_channel_look(channel);
	}
}

static void parent_waits_for_room(void)
{
	int ret = 0;

	camipc_channel_want_room(bed.channels[PARENT], true);
	while (orders_send_one(PARENT) == -EAGAIN && ret != -EOPNOTSUPP)
		ret = camipc_channel_sleep(bed.channels[PARENT], LONG_SLEEP);
}

static void worker_takes_one(void)
{
	(void)receive_one(WORKER, false);
}

static void worker_waits_for_room(void)
{
	while (orders_send_one(WORKER) == -EAGAIN)
		(void)!camipc_channel_wait_room(bed.channels[WORKER], false,
						-1);
}

static void parent_takes_one(void)
{
	(void)receive_one(PARENT, false);
}

/* More than one small message leaves, and less than two do. */
#define MEDIUM_BODY 32

static void parent_waits_for_more_room(void)
{
	int ret = 0;

	camipc_channel_want_room(bed.channels[PARENT], true);
	while (orders_send(PARENT, MEDIUM_BODY) == -EAGAIN &&
	       ret != -EOPNOTSUPP)
		ret = camipc_channel_sleep(bed.channels[PARENT], LONG_SLEEP);
}

static void parent_polls_for_more_room(void)
{
	struct camipc_channel *channel = bed.channels[PARENT];

	camipc_channel_want_room(channel, true);
	while (orders_send(PARENT, MEDIUM_BODY) == -EAGAIN) {
		if (camipc_channel_announce(channel))
			continue;
		interleave_wait(is_readable);
		camipc_channel_attend(channel);
		(void)receive_one(PARENT, false);
	}
}

static void worker_takes_two(void)
{
	(void)receive_one(WORKER, false);
	(void)receive_one(WORKER, false);
}

static void worker_waits_for_more_room(void)
{
	while (orders_send(WORKER, MEDIUM_BODY) == -EAGAIN)
		(void)!camipc_channel_wait_room(bed.channels[WORKER], false,
						-1);
}

static void parent_takes_two(void)
{
	(void)receive_one(PARENT, false);
	(void)receive_one(PARENT, false);
}

static void parent_waits_for_cancel(void)
{
	while (!bed.is_cancelled && !bed.wrong) {
		if (receive_one(PARENT, false) != 0)
			(void)!camipc_channel_sleep(bed.channels[PARENT],
						    LONG_SLEEP);
	}
}

static void cancel(void)
{
	bed.is_cancelled = true;
	camipc_shm_area_interrupt(&bed.areas[PARENT], CAMIPC_SHM_PARENT);
}

/* ---- what must hold -------------------------------------------------------- */

/*
 * A worker that dies before the parent announces itself is found at the end of the
 * first slice. In all other runs the parent goes on without one.
 */
static const char *judge_parent(void)
{
	if (bed.wrong)
		return bed.wrong;
	if (!interleave_has_ended(PARENT) &&
	    !(bed.is_dead && !bed.must_notice))
		return "the camera process sleeps for ever";
	return NULL;
}

/* It polls the worker's end, too. */
static const char *judge_loop(void)
{
	if (!bed.wrong && !interleave_has_ended(PARENT))
		return "the event loop sleeps for ever";
	return bed.wrong;
}

static const char *judge_worker(void)
{
	if (!bed.wrong && !interleave_has_ended(WORKER))
		return "the worker sleeps for ever";
	return bed.wrong;
}

struct case_of_orders {
	struct interleave_scene scene;
	unsigned int watched;
	unsigned int mistakes; /* bits: which are found here */
};

#define FINDS(mistake) (1u << (mistake))

/* A scene of two tasks, in which somebody may be mortal. */
#define SCENE(title, parent, other, who, set_up_func, judge_func) \
	{                                                         \
		.name = title,                                    \
		.n_tasks = 2,                                     \
		.tasks = { parent, other },                       \
		.mortal = who,                                    \
		.set_up = set_up_func,                            \
		.die = orders_die,                                \
		.may_happen = orders_can_settle,                  \
		.happen = orders_settle,                          \
		.judge = judge_func,                              \
	}

static const struct case_of_orders cases[] = {
	{ SCENE("a message, a worker that dies", parent_sleeps_for_one,
		worker_sends_one, WORKER, orders_set_up, judge_parent),
	  HEADS | WORDS,
	  FINDS(LATE_ANNOUNCEMENT) | FINDS(LATE_RECORD) | FINDS(NO_PENDING) |
		  FINDS(NO_LIST) },
	{ SCENE("two messages", parent_sleeps, worker_sends, -1, orders_set_up,
		judge_parent),
	  HEADS | WORDS, FINDS(LATE_ANNOUNCEMENT) | FINDS(LATE_RECORD) },
	{ SCENE("an event loop, a worker that dies", parent_polls_for_one,
		worker_sends_one, WORKER, orders_set_up, judge_loop),
	  HEADS | WORDS, FINDS(LATE_ANNOUNCEMENT) | FINDS(LATE_RECORD) },
	{ SCENE("a worker that waits for a call", parent_sends_one,
		worker_receives_one, -1, orders_set_up, judge_worker),
	  HEADS | WORDS, FINDS(LATE_ANNOUNCEMENT) | FINDS(LATE_RECORD) },
	{ SCENE("room for a call, a worker that dies", parent_waits_for_room,
		worker_takes_one, WORKER, orders_fill_parents_ring,
		judge_parent),
	  TAILS | WORDS,
	  FINDS(LATE_ROOM) | FINDS(NO_PENDING) | FINDS(NO_LIST) },
	{ SCENE("room for an event", parent_takes_one, worker_waits_for_room,
		-1, orders_fill_workers_ring, judge_worker),
	  TAILS | WORDS, FINDS(LATE_ROOM) },
	{ SCENE("more room for a call", parent_waits_for_more_room,
		worker_takes_two, -1, orders_fill_parents_ring_twice,
		judge_parent),
	  TAILS | WORDS, FINDS(LATE_ROOM) },
	{ SCENE("an event loop, more room", parent_polls_for_more_room,
		worker_takes_two, -1, orders_fill_parents_ring_twice,
		judge_loop),
	  TAILS | WORDS, FINDS(LATE_ROOM) },
	{ SCENE("more room for an event", parent_takes_two,
		worker_waits_for_more_room, -1, orders_fill_workers_ring_twice,
		judge_worker),
	  TAILS | WORDS, FINDS(LATE_ROOM) },
	{ SCENE("a cancellation", parent_waits_for_cancel, cancel, -1,
		orders_set_up, judge_parent),
	  WORDS | INTERRUPTS,
	  FINDS(LATE_ANNOUNCEMENT) | FINDS(LATE_INTERRUPT) },
};

#define N_CASES (sizeof(cases) / sizeof(cases[0]))

static void explore(const struct case_of_orders *one, enum mistake mistake,
		    struct interleave_result *ret_result)
{
	bed.mistake = mistake;
	bed.watched = one->watched;
	interleave_explore(&one->scene, 5000000, ret_result);
	print_message("%s, %s: %lu orders, %u steps: %s%s%s\n", one->scene.name,
		      mistake_names[mistake], ret_result->runs,
		      ret_result->longest,
		      ret_result->wrong ? ret_result->wrong : "all is well",
		      ret_result->wrong ? " in " : "", ret_result->order);
}

static void no_order_loses_a_wake_up(void **state)
{
	(void)state;
	for (size_t i = 0; i < N_CASES; i++) {
		struct interleave_result result;

		explore(&cases[i], NO_MISTAKE, &result);
		assert_null(result.wrong);
		assert_true(result.runs > 20);
	}
}

static void each_mistake_is_found(void **state)
{
	unsigned int found = 0;

	(void)state;
	for (size_t i = 0; i < N_CASES; i++) {
		for (int m = NO_MISTAKE + 1; m < N_MISTAKES; m++) {
			struct interleave_result result;

			if (!(cases[i].mistakes & FINDS(m)))
				continue;
			explore(&cases[i], (enum mistake)m, &result);
			assert_non_null(result.wrong);
			found |= FINDS(m);
		}
	}
	for (int m = NO_MISTAKE + 1; m < N_MISTAKES; m++)
		assert_true(found & FINDS(m));
}

static int free_channels(void **state)
{
	(void)state;
	orders_tear_down();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_order_loses_a_wake_up),
		cmocka_unit_test(each_mistake_is_found),
	};

	if (under_valgrind()) {
		print_message("skipped: valgrind does not follow stacks\n");
		return 77;
	}
	return cmocka_run_group_tests_name("shm_orders", tests, NULL,
					   free_channels);
}
