/* SPDX-License-Identifier: MIT */
/*
 * Tests how long a pool of records exists (as long as anybody uses it), how much
 * memory it keeps, and what reason a message that does not decode gives.
 */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <camipc/wire_reader.h>

#include "record.h"

static struct camipc_record_pool *make_pool(void)
{
	struct camipc_record_pool *pool;

	assert_int_equal(camipc_record_pool_create(2, 1024, &pool), 0);
	return pool;
}

/* A sanitizer or valgrind sees what these leak, or use after its end. */

static void a_reference_keeps_the_pool(void **state)
{
	struct camipc_record_pool *pool = make_pool();
	struct camipc_record *record;

	(void)state;
	assert_ptr_equal(camipc_record_pool_ref(pool), pool);
	camipc_record_pool_unref(pool);
	record = camipc_record_get(pool);
	assert_non_null(record);
	camipc_record_release(record);
	camipc_record_pool_unref(pool);
	camipc_record_pool_unref(NULL);
}

static void records_may_come_back_late(void **state)
{
	struct camipc_record_pool *pool = make_pool();
	struct camipc_record *records[3];

	(void)state;
	camipc_record_pool_own(pool);
	for (int i = 0; i < 3; i++) {
		records[i] = camipc_record_get(pool);
		assert_non_null(records[i]);
	}
	/* Into the owner's stock. */
	camipc_record_release(records[0]);
	camipc_record_pool_unref(pool);
	camipc_record_release(records[1]);
	assert_int_equal(camipc_message_reserve(&records[2]->message, 512), 0);
	camipc_record_release(records[2]);
}

static void *take_and_release(void *user)
{
	struct camipc_record_pool *pool = user;

	for (int i = 0; i < 1000; i++)
		camipc_record_release(camipc_record_get(pool));
	camipc_record_pool_unref(pool);
	return NULL;
}

/* As a thread that hangs and goes on when its proxy is gone. */
static void a_thread_may_keep_the_pool(void **state)
{
	struct camipc_record_pool *pool = make_pool();
	pthread_t thread;

	(void)state;
	assert_int_equal(pthread_create(&thread, NULL, take_and_release,
					camipc_record_pool_ref(pool)),
			 0);
	camipc_record_release(camipc_record_get(pool));
	camipc_record_pool_unref(pool);
	assert_int_equal(pthread_join(thread, NULL), 0);
}

/** Fills a record with a message of @size bytes, encoded and decoded. */
static struct camipc_record *take(struct camipc_record_pool *pool, size_t size)
{
	struct camipc_record *record = camipc_record_get(pool);

	assert_non_null(record);
	assert_int_equal(camipc_message_reserve(&record->message, size), 0);
	camipc_arena_reset(&record->arena, size);
	assert_non_null(camipc_arena_alloc(&record->arena, size));
	return record;
}

/** Requirement 28, threat 10: no pool is as large as its largest messages. */
static void large_memory_is_given_back(void **state)
{
	const size_t large = 300u * 1024u;
	struct camipc_record_pool *pool;
	struct camipc_record *records[8];

	(void)state;
	for (int owned = 0; owned < 2; owned++) {
		size_t memory = 0;

		assert_int_equal(camipc_record_pool_create(8, 1024, &pool), 0);
		camipc_record_pool_limit_spare(pool, 3 * large);
		if (owned)
			camipc_record_pool_own(pool);
		for (int i = 0; i < 8; i++)
			records[i] = take(pool, large);
		assert_int_equal(camipc_record_pool_spare(pool), 0);
		for (int i = 0; i < 8; i++)
			camipc_record_release(records[i]);
		/* One fits, encoded and decoded; it is used again. */
		assert_in_range(camipc_record_pool_spare(pool), 2 * large,
				3 * large);
		for (int i = 0; i < 8; i++) {
			records[i] = camipc_record_get(pool);
			memory += camipc_record_memory(records[i]);
		}
		assert_in_range(memory, 2 * large, 3 * large);
		assert_int_equal(camipc_record_pool_spare(pool), 0);
		for (int i = 0; i < 8; i++)
			camipc_record_release(records[i]);
		camipc_record_pool_unref(pool);
	}
}

/** Small ones keep theirs all the same: they allocate nothing again. */
static void small_memory_is_kept(void **state)
{
	struct camipc_record_pool *pool = make_pool();
	struct camipc_record *record;

	(void)state;
	camipc_record_pool_limit_spare(pool, 0);
	record = take(pool, 4000);
	camipc_record_release(record);
	record = camipc_record_get(pool);
	assert_in_range(camipc_record_memory(record), 8000, 16000);
	camipc_record_release(record);
	camipc_record_pool_unref(pool);
}

static enum camipc_wire_fault fault;

static void decode_badly(struct camipc_reader *r, const uint8_t *p, void *msg)
{
	(void)p;
	(void)msg;
	camipc_fail(r, fault);
}

/** Threats 8 and 18: each fault has a reason of its own. */
static void a_fault_gives_its_reason(void **state)
{
	static const struct {
		enum camipc_wire_fault fault;
		enum camipc_reason reason;
	} rows[] = {
		{ CAMIPC_FAULT_BYTES, CAMIPC_REASON_BAD_MESSAGE },
		{ CAMIPC_FAULT_RANGE, CAMIPC_REASON_BAD_RANGE },
		{ CAMIPC_FAULT_FD, CAMIPC_REASON_BAD_FD },
		{ CAMIPC_FAULT_DEPTH, CAMIPC_REASON_BAD_DEPTH },
		{ CAMIPC_FAULT_LIMIT, CAMIPC_REASON_BAD_LIMIT },
		{ CAMIPC_FAULT_MEMORY, CAMIPC_REASON_NONE },
	};
	const struct camipc_message_type type = { .size = 8,
						  .decode = decode_badly };
	struct camipc_record_pool *pool = make_pool();
	struct camipc_record *record = camipc_record_get(pool);

	(void)state;
	assert_non_null(record);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct camipc_open_info info;

		fault = rows[i].fault;
		assert_true(camipc_record_open(record, &type, NULL, &info) < 0);
		assert_int_equal(info.reason, rows[i].reason);
	}
	camipc_record_release(record);
	camipc_record_pool_unref(pool);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_reference_keeps_the_pool),
		cmocka_unit_test(records_may_come_back_late),
		cmocka_unit_test(a_thread_may_keep_the_pool),
		cmocka_unit_test(large_memory_is_given_back),
		cmocka_unit_test(small_memory_is_kept),
		cmocka_unit_test(a_fault_gives_its_reason),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
