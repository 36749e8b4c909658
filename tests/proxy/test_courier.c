/* SPDX-License-Identifier: MIT */
/* Tests a courier: its debt on each message, bare credits, a new other end. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "courier.h"

#define WINDOW 8u
#define MAX_SENT 32

static const struct camipc_method sent_rows[] = {
	{ .name = "call", .id = 1, .role = CAMIPC_ROLE_ASYNC },
};

static const struct camipc_method received_rows[] = {
	{ .name = "event", .id = 1, .role = CAMIPC_ROLE_EVENT },
};

struct fixture {
	struct camipc_courier courier;
	struct camipc_record_pool *pool;
	struct camipc_header sent[MAX_SENT];
	size_t n_sent;
	int error; /* of sending; 0: it succeeds */
	size_t n_lost;
};

static int send_record(void *user, struct camipc_record *record)
{
	struct fixture *f = user;

	if (f->error)
		return f->error;
	assert_true(f->n_sent < MAX_SENT);
	f->sent[f->n_sent++] = record->message.header;
	camipc_record_release(record);
	return 0;
}

static void lose_record(void *user, struct camipc_record *record, int error)
{
	struct fixture *f = user;

	assert_int_equal(error, f->error);
	f->n_lost++;
	camipc_record_release(record);
}

static int set_up(void **state)
{
	static struct fixture f;
	const struct camipc_courier_rows sent = { sent_rows, 1 };
	const struct camipc_courier_rows received = { received_rows, 1 };
	const struct camipc_sender sender = {
		.send = send_record,
		.lost = lose_record,
		.user = &f,
	};

	memset(&f, 0, sizeof(f));
	assert_int_equal(camipc_record_pool_create(WINDOW, 1024, &f.pool), 0);
	assert_int_equal(camipc_courier_init(&f.courier, &sent, &received,
					     WINDOW, f.pool, &sender),
			 0);
	*state = &f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	camipc_courier_fini(&f->courier);
	camipc_record_pool_unref(f->pool);
	return 0;
}

/** An asynchronous call that has credit. */
static void add_call(struct fixture *f)
{
	struct camipc_record *record = camipc_record_get(f->pool);

	assert_non_null(record);
	record->message.header.kind = CAMIPC_MESSAGE_CALL;
	camipc_outbox_add(&f->courier.outbox, record, CAMIPC_ADMIT);
}

/** An event arrives, and is consumed. */
static void consume_event(struct fixture *f)
{
	struct camipc_record *record = camipc_record_get(f->pool);
	enum camipc_reason reason;

	assert_non_null(record);
	assert_int_equal(camipc_debt_receive(&f->courier.debt, record, &reason),
			 0);
	camipc_debt_consume(&f->courier.debt, record);
	camipc_record_release(record);
}

static void messages_carry_the_debt(void **state)
{
	struct fixture *f = *state;

	consume_event(f);
	assert_false(f->courier.debt.due);
	add_call(f);
	assert_int_equal(camipc_courier_flush(&f->courier), 0);
	assert_int_equal(f->n_sent, 1);
	assert_int_equal(f->sent[0].kind, CAMIPC_MESSAGE_CALL);
	assert_int_equal(f->sent[0].consumed, 1);
	assert_int_equal(f->courier.debt.reported, 1);
}

/** At half of the window the other end may be about to wait. */
static void a_bare_credit_goes_first(void **state)
{
	struct fixture *f = *state;

	for (uint32_t i = 0; i < WINDOW / 2; i++)
		consume_event(f);
	assert_true(camipc_courier_has_sendable(&f->courier));
	add_call(f);
	assert_int_equal(camipc_courier_flush(&f->courier), 0);
	assert_int_equal(f->n_sent, 2);
	assert_int_equal(f->sent[0].kind, CAMIPC_MESSAGE_CREDIT);
	assert_int_equal(f->sent[0].consumed, WINDOW / 2);
	assert_int_equal(f->sent[1].kind, CAMIPC_MESSAGE_CALL);
	assert_false(camipc_courier_has_sendable(&f->courier));
}

/** What was not sent was not reported. */
static void a_full_transport(void **state)
{
	struct fixture *f = *state;

	for (uint32_t i = 0; i < WINDOW / 2; i++)
		consume_event(f);
	f->error = -EAGAIN;
	assert_int_equal(camipc_courier_flush(&f->courier), -EAGAIN);
	assert_int_equal(f->courier.debt.reported, 0);
	assert_true(camipc_courier_has_sendable(&f->courier));
	f->error = 0;
	assert_int_equal(camipc_courier_flush(&f->courier), 0);
	assert_int_equal(f->n_sent, 1);
	assert_int_equal(f->courier.debt.reported, WINDOW / 2);
}

static void a_message_that_cannot_be_sent(void **state)
{
	struct fixture *f = *state;

	add_call(f);
	f->error = -EMFILE;
	assert_int_equal(camipc_courier_flush(&f->courier), 0);
	assert_int_equal(f->n_lost, 1);
	assert_int_equal(f->courier.outbox.load.messages, 0);
}

/** Counters start again from zero, and nothing of before is sent. */
static void another_other_end(void **state)
{
	struct fixture *f = *state;

	for (uint32_t i = 0; i < WINDOW / 2; i++)
		consume_event(f);
	for (uint32_t i = 0; i < WINDOW; i++)
		add_call(f);
	assert_int_equal(camipc_courier_flush(&f->courier), 0);
	f->n_sent = 0;
	assert_int_equal(camipc_outbox_judge(&f->courier.outbox, 0, 0),
			 CAMIPC_ADMIT_REFUSE);
	consume_event(f);
	camipc_courier_reset(&f->courier);
	assert_int_equal(camipc_courier_flush(&f->courier), 0);
	assert_int_equal(f->n_sent, 0);
	assert_int_equal(camipc_outbox_judge(&f->courier.outbox, 0, 0),
			 CAMIPC_ADMIT);
	add_call(f);
	assert_int_equal(camipc_courier_flush(&f->courier), 0);
	assert_int_equal(f->sent[0].consumed, 0);
	/* The new one has consumed nothing, and cannot report more. */
	assert_int_equal(camipc_outbox_consumed(&f->courier.outbox, 2), -EPROTO);
	assert_int_equal(camipc_outbox_consumed(&f->courier.outbox, 1), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(messages_carry_the_debt, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(a_bare_credit_goes_first,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_full_transport, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(a_message_that_cannot_be_sent,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(another_other_end, set_up,
						tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
