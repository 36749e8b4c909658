/* SPDX-License-Identifier: MIT */
/* Tests how long a pool of records exists: as long as anybody uses it. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_reference_keeps_the_pool),
		cmocka_unit_test(records_may_come_back_late),
		cmocka_unit_test(a_thread_may_keep_the_pool),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
