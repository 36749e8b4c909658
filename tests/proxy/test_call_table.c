/* SPDX-License-Identifier: MIT */
/* Tests pending calls: slots, cookies, completions, deadlines. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "call_table.h"
#include "deadline.h"

#define N CAMIPC_MAX_PENDING_CALLS
#define SLOTS CAMIPC_CALL_SLOTS

static struct camipc_call_table table;
static struct camipc_kept kept;
static struct camipc_journal journal;

static int set_up(void **state)
{
	(void)state;
	camipc_call_table_init(&table, &kept, &journal);
	return 0;
}

static void cookies_are_new_each_time(void **state)
{
	uint32_t last = 0;

	(void)state;
	for (int i = 0; i < 1000; i++) {
		struct camipc_call *call =
			camipc_call_open(&table, CAMIPC_CALL_WAITING);

		assert_non_null(call);
		assert_int_not_equal(call->cookie, 0);
		assert_int_not_equal(call->cookie, last);
		assert_ptr_equal(camipc_call_find(&table, call->cookie), call);
		assert_null(camipc_call_find(&table, last));
		last = call->cookie;
		camipc_call_close(&table, call);
		assert_null(camipc_call_find(&table, last));
	}
	assert_null(camipc_call_find(&table, 0));
}

/** Async calls have cookie 0, also after four billion others. */
static void cookies_wrap_past_zero(void **state)
{
	(void)state;
	table.serial = UINT32_MAX / SLOTS - 3;
	for (int i = 0; i < 300; i++) {
		struct camipc_call *call =
			camipc_call_open(&table, CAMIPC_CALL_WAITING);

		assert_true(call->cookie >= SLOTS);
		camipc_call_close(&table, call);
	}
}

static void slots_are_bounded(void **state)
{
	struct camipc_call *calls[N];

	(void)state;
	for (int i = 0; i < N; i++) {
		calls[i] = camipc_call_open(&table, CAMIPC_CALL_BEGUN);
		assert_non_null(calls[i]);
		assert_non_null(calls[i]->completion);
	}
	assert_null(camipc_call_open(&table, CAMIPC_CALL_WAITING));
	/* An abandoned call keeps its slot until it is answered. */
	camipc_call_complete(&table, calls[3], 1);
	camipc_call_set_phase(&table, calls[3], CAMIPC_CALL_ABANDONED);
	assert_null(camipc_call_open(&table, CAMIPC_CALL_WAITING));
	camipc_call_close(&table, calls[3]);
	assert_non_null(camipc_call_open(&table, CAMIPC_CALL_WAITING));
}

/** Threat 37: calls that nobody answers never stand in the way of stop. */
static void roles_have_slots_of_their_own(void **state)
{
	struct camipc_call *call;

	(void)state;
	for (int i = 0; i < N; i++)
		assert_non_null(camipc_call_open(&table, CAMIPC_CALL_BEGUN));
	assert_null(camipc_call_open(&table, CAMIPC_CALL_BEGUN));
	for (int i = 0; i < 3; i++) {
		call = camipc_call_open_role(&table, CAMIPC_CALL_BEGUN);
		assert_non_null(call);
		assert_non_null(call->completion);
		assert_ptr_equal(camipc_call_find(&table, call->cookie), call);
	}
}

/** Completions that nobody fetched are bounded, too. */
static void completions_are_bounded(void **state)
{
	struct camipc_completion *completion;

	(void)state;
	for (uint64_t i = 0; i < N; i++) {
		struct camipc_call *call =
			camipc_call_open(&table, CAMIPC_CALL_BEGUN);

		camipc_call_complete(&table, call, i);
		camipc_call_close(&table, call);
	}
	assert_null(camipc_call_open(&table, CAMIPC_CALL_BEGUN));
	assert_non_null(camipc_call_open(&table, CAMIPC_CALL_WAITING));
	for (uint64_t i = 0; i < N; i++) {
		completion = camipc_completion_pop(&table);
		assert_int_equal(completion->order, i);
		camipc_completion_release(&table, completion);
	}
	assert_null(camipc_completion_pop(&table));
	assert_non_null(camipc_call_open(&table, CAMIPC_CALL_BEGUN));
}

static void earliest_deadline(void **state)
{
	struct camipc_call *waiting;
	struct camipc_call *begun;
	struct camipc_call *silent;

	(void)state;
	assert_true(camipc_call_table_earliest(&table) == CAMIPC_NO_DEADLINE);
	waiting = camipc_call_open(&table, CAMIPC_CALL_WAITING);
	waiting->time.deadline = 10;
	begun = camipc_call_open(&table, CAMIPC_CALL_BEGUN);
	begun->time.deadline = 30;
	silent = camipc_call_open(&table, CAMIPC_CALL_SILENT);
	silent->time.deadline = 20;
	/* Who waits watches the deadline itself. */
	assert_int_equal(camipc_call_table_earliest(&table), 20);
	camipc_call_close(&table, silent);
	assert_int_equal(camipc_call_table_earliest(&table), 30);
	/* A cancelled call keeps its deadline; a late one has none left. */
	camipc_call_set_phase(&table, begun, CAMIPC_CALL_ABANDONED);
	assert_int_equal(camipc_call_table_earliest(&table), 30);
	camipc_call_set_phase(&table, begun, CAMIPC_CALL_LATE);
	assert_true(camipc_call_table_earliest(&table) == CAMIPC_NO_DEADLINE);
	assert_int_equal(table.n_timed, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(cookies_are_new_each_time, set_up),
		cmocka_unit_test_setup(cookies_wrap_past_zero, set_up),
		cmocka_unit_test_setup(slots_are_bounded, set_up),
		cmocka_unit_test_setup(roles_have_slots_of_their_own, set_up),
		cmocka_unit_test_setup(completions_are_bounded, set_up),
		cmocka_unit_test_setup(earliest_deadline, set_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
