/* SPDX-License-Identifier: MIT */
/* Tests flow control alone: credit, order, overflow, descriptors in flight. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "flow_fixture.h"

#define MAX_SENT 4096

enum { PLAIN, SHORT, NEWEST, OLDEST, KEPT, N_ROWS };

static const struct camipc_method rows[N_ROWS] = {
	[PLAIN] = { .name = "plain", .id = 1, .role = CAMIPC_ROLE_ASYNC },
	[SHORT] = { .name = "short",
		    .id = 2,
		    .role = CAMIPC_ROLE_ASYNC,
		    .queue = 2 },
	[NEWEST] = { .name = "newest",
		     .id = 3,
		     .role = CAMIPC_ROLE_ASYNC,
		     .queue = 2,
		     .overflow = CAMIPC_OVERFLOW_DROP_NEWEST },
	[OLDEST] = { .name = "oldest",
		     .id = 4,
		     .role = CAMIPC_ROLE_ASYNC,
		     .queue = 2,
		     .overflow = CAMIPC_OVERFLOW_DROP_OLDEST },
	[KEPT] = { .name = "kept",
		   .id = 5,
		   .role = CAMIPC_ROLE_ASYNC,
		   .queue = 2 * FLOW_WINDOW,
		   .overflow = CAMIPC_OVERFLOW_KEEP },
};

/** An outbox, the wire behind it, and a receiver that consumes in order. */
struct fixture {
	struct flow flow;
	uint32_t sent[MAX_SENT]; /* cookies, as numbers of messages */
	uint16_t sent_rows[MAX_SENT];
	size_t n_sent;
	size_t n_received; /* of those, counted ones too */
	int send_error;
	size_t n_lost;
};

static int send_record(void *user, struct camipc_record *record)
{
	struct fixture *f = user;

	if (f->send_error)
		return f->send_error;
	assert_true(f->n_sent < MAX_SENT);
	f->sent_rows[f->n_sent] = record->row;
	f->sent[f->n_sent++] = record->message.header.cookie;
	camipc_record_release(record);
	return 0;
}

static void lose_record(void *user, struct camipc_record *record, int error)
{
	struct fixture *f = user;

	assert_int_equal(error, f->send_error);
	f->n_lost++;
	camipc_record_release(record);
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
	*state = &f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	flow_fini(&f->flow);
	return 0;
}

static struct camipc_record *make(struct fixture *f, uint16_t row,
				  uint32_t number, uint16_t n_fds)
{
	return flow_make(&f->flow, row, number, 100, n_fds);
}

static enum camipc_admission offer_fds(struct fixture *f, uint16_t row,
				       uint32_t number, uint16_t n_fds)
{
	return flow_offer(&f->flow, row, number, 100, n_fds);
}

static enum camipc_admission offer(struct fixture *f, uint16_t row,
				   uint32_t number)
{
	return offer_fds(f, row, number, 0);
}

/** The receiver consumes @n more, and says so. */
static void consume(struct fixture *f, uint32_t n)
{
	struct camipc_outbox *outbox = &f->flow.outbox;

	assert_int_equal(camipc_outbox_consumed(outbox, outbox->consumed + n),
			 0);
	(void)!flow_flush(&f->flow);
}

static void window_is_a_bound(void **state)
{
	struct fixture *f = *state;

	for (uint32_t i = 0; i < FLOW_WINDOW; i++)
		assert_int_equal(offer(f, PLAIN, i), CAMIPC_ADMIT);
	assert_int_equal(offer(f, PLAIN, 99), CAMIPC_ADMIT_REFUSE);
	consume(f, 1);
	assert_int_equal(offer(f, PLAIN, 8), CAMIPC_ADMIT);
	assert_int_equal(offer(f, PLAIN, 99), CAMIPC_ADMIT_REFUSE);
	assert_int_equal(f->n_sent, FLOW_WINDOW + 1);
	assert_int_equal(f->flow.outbox.high_water, FLOW_WINDOW);
}

static void queue_is_a_bound_of_its_own(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(offer(f, SHORT, 0), CAMIPC_ADMIT);
	assert_int_equal(offer(f, SHORT, 1), CAMIPC_ADMIT);
	assert_int_equal(offer(f, SHORT, 2), CAMIPC_ADMIT_REFUSE);
	assert_int_equal(offer(f, PLAIN, 3), CAMIPC_ADMIT);
	assert_int_equal(offer(f, NEWEST, 4), CAMIPC_ADMIT);
	assert_int_equal(offer(f, NEWEST, 5), CAMIPC_ADMIT);
	assert_int_equal(offer(f, NEWEST, 6), CAMIPC_ADMIT_DROP);
	/* In order of sending: the first two are short ones. */
	consume(f, 1);
	assert_int_equal(offer(f, SHORT, 7), CAMIPC_ADMIT);
	assert_int_equal(offer(f, NEWEST, 8), CAMIPC_ADMIT_DROP);
}

static void oldest_unsent_goes(void **state)
{
	struct fixture *f = *state;

	for (uint32_t i = 0; i < 7; i++)
		offer(f, OLDEST, i);
	assert_int_equal(f->n_sent, 2);
	assert_int_equal(f->flow.outbox.dropped, 3);
	consume(f, 2);
	assert_int_equal(f->n_sent, 4);
	assert_int_equal(f->sent[2], 5);
	assert_int_equal(f->sent[3], 6);
}

/** What was accepted later does not overtake what waits for credit. */
static void order_is_kept(void **state)
{
	struct fixture *f = *state;

	for (uint32_t i = 0; i < 3; i++)
		offer(f, OLDEST, i);
	/* Those that cannot wait are refused, though they have credit. */
	assert_int_equal(offer(f, PLAIN, 10), CAMIPC_ADMIT_REFUSE);
	assert_int_equal(offer(f, NEWEST, 10), CAMIPC_ADMIT_DROP);
	assert_int_equal(offer(f, KEPT, 10), CAMIPC_ADMIT_KEEP);
	camipc_outbox_add_free(&f->flow.outbox, make(f, 0, 11, 0));
	(void)!flow_flush(&f->flow);
	assert_int_equal(f->n_sent, 2);
	/* But replies and credit do. */
	camipc_outbox_add_urgent(&f->flow.outbox, make(f, 0, 12, 0));
	(void)!flow_flush(&f->flow);
	assert_int_equal(f->sent[2], 12);
	consume(f, 1);
	assert_int_equal(f->n_sent, 6);
	assert_int_equal(f->sent[3], 2);
	assert_int_equal(f->sent[4], 10);
	assert_int_equal(f->sent[5], 11);
}

static void full_transport(void **state)
{
	struct fixture *f = *state;

	f->send_error = -EAGAIN;
	for (uint32_t i = 0; i < FLOW_WINDOW; i++)
		assert_int_equal(offer(f, PLAIN, i), CAMIPC_ADMIT);
	assert_int_equal(offer(f, PLAIN, 99), CAMIPC_ADMIT_REFUSE);
	assert_int_equal(flow_flush(&f->flow), -EAGAIN);
	assert_true(camipc_outbox_has_sendable(&f->flow.outbox));
	f->send_error = 0;
	assert_int_equal(flow_flush(&f->flow), 0);
	for (uint32_t i = 0; i < FLOW_WINDOW; i++)
		assert_int_equal(f->sent[i], i);
	/* Nothing was sent twice, nor counted twice. */
	assert_int_equal(f->n_sent, FLOW_WINDOW);
	assert_int_equal(f->flow.outbox.sent, FLOW_WINDOW);
}

static void failing_transport(void **state)
{
	struct fixture *f = *state;

	f->send_error = -EMFILE;
	assert_int_equal(offer_fds(f, SHORT, 0, 3), CAMIPC_ADMIT);
	assert_int_equal(f->n_lost, 1);
	/* Its credit and its descriptors are back. */
	assert_int_equal(f->flow.outbox.load.messages, 0);
	assert_int_equal(f->flow.outbox.load.fds, 0);
	assert_int_equal(f->flow.outbox.sent, 0);
	f->send_error = -EPIPE;
	assert_int_equal(offer(f, PLAIN, 1), CAMIPC_ADMIT);
	assert_int_equal(flow_flush(&f->flow), -EPIPE);
	assert_int_equal(f->n_lost, 1);
}

static void too_much_consumed(void **state)
{
	struct fixture *f = *state;

	offer(f, PLAIN, 0);
	assert_int_equal(camipc_outbox_consumed(&f->flow.outbox, 2), -EPROTO);
	assert_int_equal(camipc_outbox_consumed(&f->flow.outbox, UINT32_MAX),
			 -EPROTO);
	assert_int_equal(camipc_outbox_consumed(&f->flow.outbox, 1), 0);
	/* Nor going back. */
	assert_int_equal(camipc_outbox_consumed(&f->flow.outbox, 0), -EPROTO);
}

/** Messages that wait in the outbox were not sent: nobody consumed them. */
static void unsent_is_not_consumed(void **state)
{
	struct fixture *f = *state;

	f->send_error = -EAGAIN;
	offer(f, PLAIN, 0);
	assert_int_equal(camipc_outbox_consumed(&f->flow.outbox, 1), -EPROTO);
}

static void counters_wrap(void **state)
{
	struct fixture *f = *state;

	f->flow.outbox.sent = UINT32_MAX - 2;
	f->flow.outbox.consumed = UINT32_MAX - 2;
	for (uint32_t i = 0; i < 100; i++) {
		assert_int_equal(offer(f, PLAIN, i), CAMIPC_ADMIT);
		consume(f, 1);
	}
	assert_int_equal(f->flow.outbox.load.messages, 0);
}

static void descriptors_in_flight(void **state)
{
	struct fixture *f = *state;

	/* A single message with more than the limit goes alone. */
	assert_int_equal(offer_fds(f, PLAIN, 0, 200), CAMIPC_ADMIT);
	assert_int_equal(offer_fds(f, PLAIN, 1, 1), CAMIPC_ADMIT_REFUSE);
	assert_int_equal(offer(f, PLAIN, 2), CAMIPC_ADMIT);
	consume(f, 1);
	assert_int_equal(offer_fds(f, PLAIN, 3, CAMIPC_MAX_FDS_IN_FLIGHT - 1),
			 CAMIPC_ADMIT);
	assert_int_equal(offer_fds(f, PLAIN, 4, 1), CAMIPC_ADMIT);
	assert_int_equal(offer_fds(f, PLAIN, 5, 1), CAMIPC_ADMIT_REFUSE);
}

/** Calls that wait for a reply give theirs back with it. */
static void descriptors_of_calls(void **state)
{
	struct fixture *f = *state;

	camipc_outbox_add_free(&f->flow.outbox, make(f, 0, 1, 60));
	camipc_outbox_add_free(&f->flow.outbox, make(f, 0, 2, 60));
	(void)!flow_flush(&f->flow);
	assert_int_equal(f->n_sent, 1);
	camipc_outbox_answered(&f->flow.outbox, 60);
	(void)!flow_flush(&f->flow);
	assert_int_equal(f->n_sent, 2);
	camipc_outbox_answered(&f->flow.outbox, 60);
	assert_int_equal(f->flow.outbox.load.fds, 0);
}

/** Nobody behind may take what the first in line waits for, for good. */
static void no_starvation_by_descriptors(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(offer_fds(f, PLAIN, 0, 40), CAMIPC_ADMIT);
	camipc_outbox_add_free(&f->flow.outbox, make(f, 0, 1, 50));
	assert_int_equal(offer_fds(f, PLAIN, 2, 20), CAMIPC_ADMIT_REFUSE);
	consume(f, 1);
	assert_int_equal(f->n_sent, 2);
	assert_int_equal(f->sent[1], 1);
}

static void removing_an_unsent_call(void **state)
{
	struct fixture *f = *state;
	struct camipc_record *record;

	f->send_error = -EAGAIN;
	camipc_outbox_add_free(&f->flow.outbox, make(f, 0, 1, 5));
	camipc_outbox_add_free(&f->flow.outbox, make(f, 0, 2, 5));
	camipc_outbox_add_free(&f->flow.outbox, make(f, 0, 3, 0));
	record = camipc_outbox_remove(&f->flow.outbox, 2);
	assert_non_null(record);
	camipc_record_release(record);
	assert_null(camipc_outbox_remove(&f->flow.outbox, 2));
	assert_int_equal(f->flow.outbox.load.fds, 5);
	f->send_error = 0;
	(void)!flow_flush(&f->flow);
	assert_int_equal(f->n_sent, 2);
	assert_int_equal(f->sent[1], 3);
}

/**
 * Whatever is offered in whatever order: it gets through as long as the
 * receiver goes on; in the end nothing is owed and nothing is left.
 */
static void never_stands_still(void **state)
{
	struct fixture *f = *state;
	uint32_t seed = 4711;

	for (uint32_t i = 0; i < 3000; i++) {
		uint16_t row = (uint16_t)(flow_random(&seed) % N_ROWS);
		uint16_t n_fds = flow_random(&seed) % 4
					 ? 0
					 : (uint16_t)(flow_random(&seed) % 80);

		f->send_error = flow_random(&seed) % 8 ? 0 : -EAGAIN;
		offer_fds(f, row, i, n_fds);
		if (flow_random(&seed) % 2 &&
		    f->flow.outbox.sent != f->flow.outbox.consumed)
			consume(f, 1);
	}
	f->send_error = 0;
	(void)!flow_flush(&f->flow);
	while (f->flow.outbox.sent != f->flow.outbox.consumed)
		consume(f, 1);
	assert_int_equal(f->flow.outbox.queue.n, 0);
	assert_int_equal(f->flow.outbox.load.messages, 0);
	assert_int_equal(f->flow.outbox.load.fds, 0);
	assert_int_equal(f->flow.outbox.n_ungranted, 0);
	for (int row = 0; row < N_ROWS; row++) {
		assert_int_equal(f->flow.outbox.used[row], 0);
		assert_int_equal(f->flow.outbox.kept[row], 0);
	}
	for (size_t i = 1; i < f->n_sent; i++)
		assert_true(f->sent[i] > f->sent[i - 1]);
}

/* ---- the receiver's side ----------------------------------------------- */

static void receive_and_consume(struct fixture *f, uint16_t row, uint16_t n_fds)
{
	struct camipc_record *record = make(f, row, 0, n_fds);

	assert_int_equal(flow_receive(&f->flow, record), 0);
	camipc_debt_consume(&f->flow.debt, record);
	camipc_record_release(record);
}

static void credit_after_half_a_window(void **state)
{
	struct fixture *f = *state;

	for (uint32_t i = 0; i < FLOW_WINDOW / 2; i++) {
		assert_false(f->flow.debt.due);
		receive_and_consume(f, PLAIN, 0);
	}
	assert_true(f->flow.debt.due);
	camipc_debt_report(&f->flow.debt);
	assert_false(f->flow.debt.due);
	receive_and_consume(f, PLAIN, 0);
	assert_false(f->flow.debt.due);
}

/** Sooner for who may have few out at once, or descriptors. */
static void credit_for_short_queues(void **state)
{
	struct fixture *f = *state;

	receive_and_consume(f, SHORT, 0);
	assert_true(f->flow.debt.due);
	camipc_debt_report(&f->flow.debt);
	receive_and_consume(f, PLAIN, 1);
	assert_true(f->flow.debt.due);
}

static void credit_after_many_bytes(void **state)
{
	struct fixture *f = *state;
	struct camipc_record *record = make(f, PLAIN, 0, 0);

	record->message.header.body_size = CAMIPC_CREDIT_BYTES;
	assert_int_equal(flow_receive(&f->flow, record), 0);
	camipc_debt_consume(&f->flow.debt, record);
	camipc_record_release(record);
	assert_true(f->flow.debt.due);
}

static void beyond_the_window(void **state)
{
	struct fixture *f = *state;

	struct camipc_record *record = make(f, PLAIN, 0, 0);

	for (uint32_t i = 0; i < FLOW_WINDOW; i++)
		assert_int_equal(flow_receive(&f->flow, record), 0);
	assert_int_equal(flow_receive(&f->flow, record), -EPROTO);
	assert_int_equal(f->flow.reason, CAMIPC_REASON_BAD_LIMIT);
	camipc_record_release(record);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(window_is_a_bound),
		TEST(queue_is_a_bound_of_its_own),
		TEST(oldest_unsent_goes),
		TEST(order_is_kept),
		TEST(full_transport),
		TEST(failing_transport),
		TEST(too_much_consumed),
		TEST(unsent_is_not_consumed),
		TEST(counters_wrap),
		TEST(descriptors_in_flight),
		TEST(descriptors_of_calls),
		TEST(no_starvation_by_descriptors),
		TEST(removing_an_unsent_call),
		TEST(never_stands_still),
		TEST(credit_after_half_a_window),
		TEST(credit_for_short_queues),
		TEST(credit_after_many_bytes),
		TEST(beyond_the_window),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
