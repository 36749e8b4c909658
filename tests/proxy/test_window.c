/* SPDX-License-Identifier: MIT */
/*
 * Tests that sender and receiver count bytes and descriptors in the same way:
 * an outbox on one side, a debt on the other, and messages that wait between.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "flow_fixture.h"

#define WINDOW_BYTES 1000u
#define MAX_ON_WAY 64u

enum { PLAIN, KEPT, OLDEST, N_ROWS };

static const struct camipc_method rows[N_ROWS] = {
	[PLAIN] = { .name = "plain", .id = 1, .role = CAMIPC_ROLE_ASYNC },
	[KEPT] = { .name = "kept",
		   .id = 2,
		   .role = CAMIPC_ROLE_ASYNC,
		   .queue = 20,
		   .overflow = CAMIPC_OVERFLOW_KEEP },
	[OLDEST] = { .name = "oldest",
		     .id = 3,
		     .role = CAMIPC_ROLE_ASYNC,
		     .queue = 4,
		     .overflow = CAMIPC_OVERFLOW_DROP_OLDEST },
};

/** Both ends, and the records that the receiver has not consumed. */
struct fixture {
	struct flow flow;
	struct camipc_record *received[MAX_ON_WAY];
	uint32_t n_received;
	uint32_t last; /* number of the latest message received */
};

static int send_record(void *user, struct camipc_record *record)
{
	struct fixture *f = user;

	assert_int_equal(flow_receive(&f->flow, record), 0);
	assert_true(record->message.header.cookie > f->last);
	f->last = record->message.header.cookie;
	assert_true(f->n_received < MAX_ON_WAY);
	f->received[f->n_received++] = record;
	return 0;
}

static void lose_record(void *user, struct camipc_record *record, int error)
{
	(void)user;
	(void)record;
	fail_msg("a record was lost: %d", error);
}

static int set_up(void **state)
{
	static struct fixture f;
	const struct camipc_sender sender = {
		.send = send_record,
		.lost = lose_record,
		.user = &f,
	};

	memset(&f, 0, sizeof(f));
	flow_init(&f.flow, rows, N_ROWS, &sender);
	f.flow.outbox.window_bytes = WINDOW_BYTES;
	f.flow.debt.window_bytes = WINDOW_BYTES;
	*state = &f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	for (uint32_t i = 0; i < f->n_received; i++)
		camipc_record_release(f->received[i]);
	flow_fini(&f->flow);
	return 0;
}

static struct camipc_record *make(struct fixture *f, uint16_t row,
				  uint32_t number, uint32_t weight,
				  uint16_t n_fds)
{
	return flow_make(&f->flow, row, number, weight, n_fds);
}

static enum camipc_admission offer(struct fixture *f, uint16_t row,
				   uint32_t number, uint32_t weight,
				   uint16_t n_fds)
{
	return flow_offer(&f->flow, row, number, weight, n_fds);
}

/** The receiver consumes its oldest message, and reports if it is due. */
static void consume(struct fixture *f)
{
	assert_true(f->n_received > 0);
	camipc_debt_consume(&f->flow.debt, f->received[0]);
	camipc_record_release(f->received[0]);
	f->n_received--;
	memmove(f->received, f->received + 1,
		f->n_received * sizeof(f->received[0]));
	if (!f->flow.debt.due)
		return;
	camipc_debt_report(&f->flow.debt);
	assert_int_equal(camipc_outbox_consumed(&f->flow.outbox,
						f->flow.debt.consumed),
			 0);
	assert_int_equal(flow_flush(&f->flow), 0);
}

/** Threat 10: bytes are a bound of their own, far below that of messages. */
static void bytes_are_bounded(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(offer(f, PLAIN, 1, 999, 0), CAMIPC_ADMIT);
	/* A large one may follow while there is room at all. */
	assert_int_equal(offer(f, PLAIN, 2, 5000, 0), CAMIPC_ADMIT);
	assert_int_equal(offer(f, PLAIN, 3, 1, 0), CAMIPC_ADMIT_REFUSE);
	consume(f);
	assert_int_equal(offer(f, PLAIN, 4, 1, 0), CAMIPC_ADMIT_REFUSE);
	consume(f);
	assert_int_equal(offer(f, PLAIN, 5, 1, 0), CAMIPC_ADMIT);
	assert_int_equal(f->flow.outbox.load.bytes, 1);
}

/** Threat 27: the receiver counts itself, and believes no sender. */
static void receiver_bounds_bytes(void **state)
{
	struct fixture *f = *state;
	struct camipc_record *record = make(f, PLAIN, 1, WINDOW_BYTES, 0);

	assert_int_equal(flow_receive(&f->flow, record), 0);
	assert_int_equal(flow_receive(&f->flow, record), -EPROTO);
	assert_int_equal(f->flow.reason, CAMIPC_REASON_BAD_LIMIT);
	camipc_record_release(record);
}

/** Threat 29: 64 descriptors, or one larger message alone. */
static void receiver_bounds_descriptors(void **state)
{
	struct fixture *f = *state;
	struct camipc_record *some = make(f, PLAIN, 1, 1, 60);
	struct camipc_record *more = make(f, PLAIN, 2, 1, 5);
	struct camipc_record *none = make(f, PLAIN, 3, 1, 0);
	struct camipc_record *many = make(f, PLAIN, 4, 1, 200);

	assert_int_equal(flow_receive(&f->flow, some), 0);
	assert_int_equal(flow_receive(&f->flow, none), 0);
	assert_int_equal(flow_receive(&f->flow, more), -EPROTO);
	assert_int_equal(f->flow.reason, CAMIPC_REASON_BAD_FD);
	camipc_debt_consume(&f->flow.debt, some);
	camipc_debt_consume(&f->flow.debt, none);
	assert_int_equal(flow_receive(&f->flow, many), 0);
	assert_int_equal(flow_receive(&f->flow, more), -EPROTO);
	camipc_record_release(some);
	camipc_record_release(more);
	camipc_record_release(none);
	camipc_record_release(many);
}

/** [overflow=keep]: n are kept or in flight, and go in order. */
static void kept_ones_go_as_credit_comes(void **state)
{
	struct fixture *f = *state;

	for (uint32_t i = 1; i <= 20; i++)
		assert_int_equal(offer(f, KEPT, i, 10, 0),
				 i <= FLOW_WINDOW ? CAMIPC_ADMIT
					     : CAMIPC_ADMIT_KEEP);
	assert_int_equal(offer(f, KEPT, 21, 10, 0), CAMIPC_ADMIT_REFUSE);
	assert_int_equal(f->flow.outbox.n_kept, 12);
	/* A call that waits for an answer travels behind them. */
	camipc_outbox_add_free(&f->flow.outbox, make(f, 0, 22, 10, 0));
	assert_int_equal(f->n_received, FLOW_WINDOW);
	for (uint32_t i = 0; i < FLOW_WINDOW / 2; i++)
		consume(f);
	/* Four are in flight less: so many more may be kept. */
	assert_int_equal(offer(f, PLAIN, 23, 10, 0), CAMIPC_ADMIT_REFUSE);
	assert_int_equal(offer(f, KEPT, 23, 10, 0), CAMIPC_ADMIT_KEEP);
	assert_int_equal(f->last, 12);
}

/** They count against the budget: memory, not messages, runs out first. */
static void kept_bytes_are_bounded(void **state)
{
	struct fixture *f = *state;
	uint32_t kept = 0;

	for (uint32_t i = 1; i <= FLOW_WINDOW; i++)
		offer(f, KEPT, i, 10, 0);
	for (uint32_t i = 0; i < 12; i++) {
		struct camipc_record *record =
			make(f, KEPT, FLOW_WINDOW + 1 + i, 400, 0);

		record->message.header.body_size = 400;
		assert_int_equal(camipc_message_reserve(&record->message, 400),
				 0);
		if (camipc_outbox_judge(&f->flow.outbox, KEPT, 0) ==
		    CAMIPC_ADMIT_KEEP) {
			camipc_outbox_add(&f->flow.outbox, record,
					  CAMIPC_ADMIT_KEEP);
			kept++;
		} else {
			camipc_record_release(record);
		}
	}
	assert_in_range(kept, 2, 3);
	assert_true(f->flow.outbox.kept_bytes >= WINDOW_BYTES);
	/* One that may replace nothing is dropped. */
	assert_int_equal(offer(f, OLDEST, 50, 10, 0), CAMIPC_ADMIT_DROP);
}

/** At the end of its receiver, every accepted message counts as lost. */
static void unsent_ones_are_lost(void **state)
{
	struct fixture *f = *state;

	for (uint32_t i = 1; i <= 12; i++)
		offer(f, KEPT, i, 10, 0);
	camipc_outbox_reset(&f->flow.outbox);
	assert_int_equal(camipc_outbox_take_lost(&f->flow.outbox), 12);
	assert_int_equal(camipc_outbox_take_lost(&f->flow.outbox), 0);
	assert_int_equal(f->flow.outbox.kept_bytes, 0);
	assert_int_equal(camipc_outbox_judge(&f->flow.outbox, KEPT, 0),
			 CAMIPC_ADMIT);
}

/**
 * Whatever the sizes: an honest sender is never refused by the receiver (as
 * send_record() asserts), and what it kept always goes once the receiver has
 * consumed the rest, though that reports only now and then.
 */
static void both_ends_agree(void **state)
{
	struct fixture *f = *state;
	uint32_t seed = 815;

	for (uint32_t i = 1; i < 5000; i++) {
		const uint16_t row = (uint16_t)(flow_random(&seed) % N_ROWS);
		const uint32_t weight = flow_random(&seed) % 900;
		const uint16_t n_fds =
			flow_random(&seed) % 3
				? 0
				: (uint16_t)(flow_random(&seed) % 80);

		offer(f, row, i, weight, n_fds);
		if (flow_random(&seed) % 3 && f->n_received)
			consume(f);
	}
	while (f->n_received)
		consume(f);
	assert_int_equal(f->flow.outbox.queue.n, 0);
	assert_int_equal(f->flow.outbox.n_kept, 0);
	assert_int_equal(f->flow.outbox.kept_bytes, 0);
	assert_int_equal(f->flow.debt.load.bytes, 0);
	assert_int_equal(f->flow.debt.load.fds, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(bytes_are_bounded),
		TEST(receiver_bounds_bytes),
		TEST(receiver_bounds_descriptors),
		TEST(kept_ones_go_as_credit_comes),
		TEST(kept_bytes_are_bounded),
		TEST(unsent_ones_are_lost),
		TEST(both_ends_agree),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
