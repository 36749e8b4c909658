/* SPDX-License-Identifier: MIT */
/* Tests flow control alone: credit, order, overflow, descriptors in flight. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "debt.h"
#include "outbox.h"

#define WINDOW 8u
#define MAX_SENT 4096

enum { PLAIN, SHORT, NEWEST, OLDEST, N_ROWS };

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
};

/** An outbox, the wire behind it, and a receiver that consumes in order. */
struct fixture {
	struct camipc_outbox outbox;
	struct camipc_debt debt;
	struct camipc_record_pool *pool;
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

static int flush(struct fixture *f)
{
	const struct camipc_sender sender = {
		.send = send_record,
		.lost = lose_record,
		.user = f,
	};

	return camipc_outbox_flush(&f->outbox, &sender);
}

static int set_up(void **state)
{
	static struct fixture f;

	memset(&f, 0, sizeof(f));
	assert_int_equal(camipc_record_pool_create(4, 1024, &f.pool), 0);
	assert_int_equal(camipc_outbox_init(&f.outbox, rows, N_ROWS, WINDOW),
			 0);
	assert_int_equal(camipc_debt_init(&f.debt, rows, N_ROWS, WINDOW), 0);
	*state = &f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	camipc_outbox_fini(&f->outbox);
	camipc_debt_fini(&f->debt);
	camipc_record_pool_unref(f->pool);
	return 0;
}

static struct camipc_record *make(struct fixture *f, uint16_t row,
				  uint32_t number, uint16_t n_fds)
{
	struct camipc_record *record = camipc_record_get(f->pool);

	assert_non_null(record);
	record->row = row;
	record->n_fds = n_fds;
	record->message.header.cookie = number;
	return record;
}

/** Judges and, if it may, adds a message; then sends what can be sent. */
static enum camipc_admission offer_fds(struct fixture *f, uint16_t row,
				       uint32_t number, uint16_t n_fds)
{
	enum camipc_admission admission =
		camipc_outbox_judge(&f->outbox, row, n_fds);

	if (admission == CAMIPC_ADMIT || admission == CAMIPC_ADMIT_KEEP)
		camipc_outbox_add(&f->outbox, make(f, row, number, n_fds),
				  admission);
	flush(f);
	return admission;
}

static enum camipc_admission offer(struct fixture *f, uint16_t row,
				   uint32_t number)
{
	return offer_fds(f, row, number, 0);
}

/** The receiver consumes @n more, and says so. */
static void consume(struct fixture *f, uint32_t n)
{
	assert_int_equal(
		camipc_outbox_consumed(&f->outbox, f->outbox.consumed + n), 0);
	flush(f);
}

static void window_is_a_bound(void **state)
{
	struct fixture *f = *state;

	for (uint32_t i = 0; i < WINDOW; i++)
		assert_int_equal(offer(f, PLAIN, i), CAMIPC_ADMIT);
	assert_int_equal(offer(f, PLAIN, 99), CAMIPC_ADMIT_REFUSE);
	consume(f, 1);
	assert_int_equal(offer(f, PLAIN, 8), CAMIPC_ADMIT);
	assert_int_equal(offer(f, PLAIN, 99), CAMIPC_ADMIT_REFUSE);
	assert_int_equal(f->n_sent, WINDOW + 1);
	assert_int_equal(f->outbox.high_water, WINDOW);
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
	assert_int_equal(f->outbox.dropped, 3);
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
	assert_int_equal(offer(f, PLAIN, 10), CAMIPC_ADMIT);
	camipc_outbox_add_free(&f->outbox, make(f, 0, 11, 0));
	flush(f);
	assert_int_equal(f->n_sent, 2);
	/* But replies and credit do. */
	camipc_outbox_add_urgent(&f->outbox, make(f, 0, 12, 0));
	flush(f);
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
	for (uint32_t i = 0; i < WINDOW; i++)
		assert_int_equal(offer(f, PLAIN, i), CAMIPC_ADMIT);
	assert_int_equal(offer(f, PLAIN, 99), CAMIPC_ADMIT_REFUSE);
	assert_int_equal(flush(f), -EAGAIN);
	assert_true(camipc_outbox_has_sendable(&f->outbox));
	f->send_error = 0;
	assert_int_equal(flush(f), 0);
	for (uint32_t i = 0; i < WINDOW; i++)
		assert_int_equal(f->sent[i], i);
	/* Nothing was sent twice, nor counted twice. */
	assert_int_equal(f->n_sent, WINDOW);
	assert_int_equal(f->outbox.sent, WINDOW);
}

static void failing_transport(void **state)
{
	struct fixture *f = *state;

	f->send_error = -EMFILE;
	assert_int_equal(offer_fds(f, SHORT, 0, 3), CAMIPC_ADMIT);
	assert_int_equal(f->n_lost, 1);
	/* Its credit and its descriptors are back. */
	assert_int_equal(f->outbox.unconsumed, 0);
	assert_int_equal(f->outbox.fds, 0);
	assert_int_equal(f->outbox.sent, 0);
	f->send_error = -EPIPE;
	assert_int_equal(offer(f, PLAIN, 1), CAMIPC_ADMIT);
	assert_int_equal(flush(f), -EPIPE);
	assert_int_equal(f->n_lost, 1);
}

static void too_much_consumed(void **state)
{
	struct fixture *f = *state;

	offer(f, PLAIN, 0);
	assert_int_equal(camipc_outbox_consumed(&f->outbox, 2), -EPROTO);
	assert_int_equal(camipc_outbox_consumed(&f->outbox, UINT32_MAX),
			 -EPROTO);
	assert_int_equal(camipc_outbox_consumed(&f->outbox, 1), 0);
	/* Nor going back. */
	assert_int_equal(camipc_outbox_consumed(&f->outbox, 0), -EPROTO);
}

/** Messages that wait in the outbox were not sent: nobody consumed them. */
static void unsent_is_not_consumed(void **state)
{
	struct fixture *f = *state;

	f->send_error = -EAGAIN;
	offer(f, PLAIN, 0);
	assert_int_equal(camipc_outbox_consumed(&f->outbox, 1), -EPROTO);
}

static void counters_wrap(void **state)
{
	struct fixture *f = *state;

	f->outbox.sent = UINT32_MAX - 2;
	f->outbox.consumed = UINT32_MAX - 2;
	for (uint32_t i = 0; i < 100; i++) {
		assert_int_equal(offer(f, PLAIN, i), CAMIPC_ADMIT);
		consume(f, 1);
	}
	assert_int_equal(f->outbox.unconsumed, 0);
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

	camipc_outbox_add_free(&f->outbox, make(f, 0, 1, 60));
	camipc_outbox_add_free(&f->outbox, make(f, 0, 2, 60));
	flush(f);
	assert_int_equal(f->n_sent, 1);
	camipc_outbox_answered(&f->outbox, 60);
	flush(f);
	assert_int_equal(f->n_sent, 2);
	camipc_outbox_answered(&f->outbox, 60);
	assert_int_equal(f->outbox.fds, 0);
}

/** Nobody behind may take what the first in line waits for, for good. */
static void no_starvation_by_descriptors(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(offer_fds(f, PLAIN, 0, 40), CAMIPC_ADMIT);
	camipc_outbox_add_free(&f->outbox, make(f, 0, 1, 50));
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
	camipc_outbox_add_free(&f->outbox, make(f, 0, 1, 5));
	camipc_outbox_add_free(&f->outbox, make(f, 0, 2, 5));
	camipc_outbox_add_free(&f->outbox, make(f, 0, 3, 0));
	record = camipc_outbox_remove(&f->outbox, 2);
	assert_non_null(record);
	camipc_record_release(record);
	assert_null(camipc_outbox_remove(&f->outbox, 2));
	assert_int_equal(f->outbox.fds, 5);
	f->send_error = 0;
	flush(f);
	assert_int_equal(f->n_sent, 2);
	assert_int_equal(f->sent[1], 3);
}

static uint32_t next_random(uint32_t *seed)
{
	*seed = *seed * 1664525u + 1013904223u;
	return *seed >> 8;
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
		uint16_t row = (uint16_t)(next_random(&seed) % N_ROWS);
		uint16_t n_fds = next_random(&seed) % 4
					 ? 0
					 : (uint16_t)(next_random(&seed) % 80);

		f->send_error = next_random(&seed) % 8 ? 0 : -EAGAIN;
		offer_fds(f, row, i, n_fds);
		if (next_random(&seed) % 2 &&
		    f->outbox.sent != f->outbox.consumed)
			consume(f, 1);
	}
	f->send_error = 0;
	flush(f);
	while (f->outbox.sent != f->outbox.consumed)
		consume(f, 1);
	assert_int_equal(f->outbox.queue.n, 0);
	assert_int_equal(f->outbox.unconsumed, 0);
	assert_int_equal(f->outbox.fds, 0);
	assert_int_equal(f->outbox.n_ungranted, 0);
	for (int row = 0; row < N_ROWS; row++) {
		assert_int_equal(f->outbox.used[row], 0);
		assert_int_equal(f->outbox.kept[row], 0);
	}
	for (size_t i = 1; i < f->n_sent; i++)
		assert_true(f->sent[i] > f->sent[i - 1]);
}

/* ---- the receiver's side ----------------------------------------------- */

static void receive_and_consume(struct fixture *f, uint16_t row, uint16_t n_fds)
{
	struct camipc_record *record = make(f, row, 0, 0);

	record->message.header.n_fds = n_fds;
	assert_int_equal(camipc_debt_receive(&f->debt), 0);
	camipc_debt_consume(&f->debt, record);
	camipc_record_release(record);
}

static void credit_after_half_a_window(void **state)
{
	struct fixture *f = *state;

	for (uint32_t i = 0; i < WINDOW / 2; i++) {
		assert_false(f->debt.due);
		receive_and_consume(f, PLAIN, 0);
	}
	assert_true(f->debt.due);
	camipc_debt_report(&f->debt);
	assert_false(f->debt.due);
	receive_and_consume(f, PLAIN, 0);
	assert_false(f->debt.due);
}

/** Sooner for who may have few out at once, or descriptors. */
static void credit_for_short_queues(void **state)
{
	struct fixture *f = *state;

	receive_and_consume(f, SHORT, 0);
	assert_true(f->debt.due);
	camipc_debt_report(&f->debt);
	receive_and_consume(f, PLAIN, 1);
	assert_true(f->debt.due);
}

static void credit_after_many_bytes(void **state)
{
	struct fixture *f = *state;
	struct camipc_record *record = make(f, PLAIN, 0, 0);

	record->message.header.body_size = CAMIPC_CREDIT_BYTES;
	assert_int_equal(camipc_debt_receive(&f->debt), 0);
	camipc_debt_consume(&f->debt, record);
	camipc_record_release(record);
	assert_true(f->debt.due);
}

static void beyond_the_window(void **state)
{
	struct fixture *f = *state;

	for (uint32_t i = 0; i < WINDOW; i++)
		assert_int_equal(camipc_debt_receive(&f->debt), 0);
	assert_int_equal(camipc_debt_receive(&f->debt), -EPROTO);
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
