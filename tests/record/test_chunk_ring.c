/* SPDX-License-Identifier: MIT */
/* Tests what a ring of chunks keeps, and for how long. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

#include <cmocka.h>

#include "chunk_ring.h"
#include "recording_reader.h"
#include "test_files.h"

#define SPAN 1000u

static char folder[TEST_PATH_SIZE];
static char path[TEST_PATH_SIZE + 16];

static void put_items(struct camipc_chunk_ring *ring, uint64_t now, uint32_t n)
{
	uint8_t item[CAMIPC_ITEM_HEADER_SIZE] = { 0 };
	struct camipc_chunk_part parts[8];

	camipc_put_le(item, sizeof(item), 4);
	item[4] = CAMIPC_ITEM_LOST;
	camipc_put_le(item + 8, now, 8);
	camipc_put_le(item + 20, 1, 4);
	for (uint32_t i = 0; i < n; i++)
		parts[i] = (struct camipc_chunk_part){ item, sizeof(item) };
	camipc_chunk_ring_put(ring, CAMIPC_CHUNK_RECORDS, now, parts, n, n,
			      now);
}

static void put_buffer(struct camipc_chunk_ring *ring, uint64_t now,
		       const uint8_t *hash, const void *bytes, size_t size)
{
	const struct camipc_chunk_part parts[] = { { hash, CAMIPC_HASH_SIZE },
						   { bytes, size } };

	camipc_chunk_ring_put(ring, CAMIPC_CHUNK_BUFFER, now, parts, 2, 0,
			      now);
}

/** Saves the ring, and returns how many items the file has. */
static unsigned int save(struct camipc_chunk_ring *ring, uint32_t *ret_lost)
{
	char why[CAMIPC_RECORDING_WHY_SIZE];
	struct camipc_recording *recording;
	struct camipc_recorded item;
	unsigned int n = 0;
	int fd;

	assert_int_equal(camipc_chunk_ring_save(ring, path, true), 0);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(camipc_recording_open(fd, &recording, why), 0);
	*ret_lost = 0;
	while (camipc_recording_next(recording, &item) == 1) {
		/* All items of this test count 1; the first one may count
		 * what was dropped. */
		if (n++ == 0)
			*ret_lost = item.value;
	}
	assert_int_equal(camipc_recording_get_end(recording,
						  &(const char *){ NULL }),
			 CAMIPC_RECORDING_COMPLETE);
	camipc_recording_close(recording);
	close(fd);
	return n;
}

static void test_span(void **state)
{
	struct camipc_chunk_ring ring;
	uint32_t lost;

	(void)state;
	camipc_chunk_ring_init(&ring, SPAN);
	assert_int_equal(save(&ring, &lost), 0);
	put_items(&ring, 5000, 2);
	put_items(&ring, 5000 + SPAN, 3);
	assert_int_equal(save(&ring, &lost), 5);
	/* 1 ns later the first two are too old. */
	put_items(&ring, 5001 + SPAN, 1);
	assert_int_equal(save(&ring, &lost), 5);
	assert_int_equal(lost, 2);
	put_items(&ring, 50000, 1);
	assert_int_equal(save(&ring, &lost), 2);
	assert_int_equal(lost, 6);
	assert_int_equal(ring.size, CAMIPC_ITEM_HEADER_SIZE);
	camipc_chunk_ring_fini(&ring);
}

/** Contents that are used again are kept as long as their last use. */
static void test_buffers(void **state)
{
	const uint8_t one[CAMIPC_HASH_SIZE] = { 1 };
	const uint8_t two[CAMIPC_HASH_SIZE] = { 2 };
	struct camipc_chunk_ring ring;

	(void)state;
	camipc_chunk_ring_init(&ring, SPAN);
	assert_false(camipc_chunk_ring_has(&ring, one, 0));
	put_buffer(&ring, 1, one, "abc", 3);
	put_buffer(&ring, 1, two, "def", 3);
	assert_true(camipc_chunk_ring_has(&ring, one, SPAN));
	put_items(&ring, 2 * SPAN, 1);
	assert_false(camipc_chunk_ring_has(&ring, two, 2 * SPAN));
	assert_true(camipc_chunk_ring_has(&ring, one, 2 * SPAN));
	put_items(&ring, 4 * SPAN, 1);
	assert_false(camipc_chunk_ring_has(&ring, one, 4 * SPAN));
	camipc_chunk_ring_fini(&ring);
}

static void test_bound(void **state)
{
	static uint8_t bytes[1000000];
	struct camipc_chunk_ring ring;
	uint8_t hash[CAMIPC_HASH_SIZE] = { 0 };
	uint32_t lost;

	(void)state;
	camipc_chunk_ring_init(&ring, SPAN);
	put_items(&ring, 1, 4);
	for (uint8_t i = 0; i < 100; i++) {
		hash[0] = i;
		put_buffer(&ring, 1, hash, bytes, sizeof(bytes));
		assert_true(ring.size <= CAMIPC_CHUNK_RING_MAX);
	}
	assert_true(ring.size > CAMIPC_CHUNK_RING_MAX - 2 * sizeof(bytes));
	assert_false(camipc_chunk_ring_has(&ring, (uint8_t[32]){ 1 }, 1));
	assert_true(camipc_chunk_ring_has(&ring, hash, 1));
	put_items(&ring, 1, 1);
	assert_int_equal(save(&ring, &lost), 2);
	assert_int_equal(lost, 4);
	camipc_chunk_ring_fini(&ring);
}

/** Everything went; new chunks go to the end of the empty list. */
static void test_order(void **state)
{
	struct camipc_chunk_ring ring;
	uint32_t lost;

	(void)state;
	camipc_chunk_ring_init(&ring, SPAN);
	for (uint64_t now = 1; now < 100 * SPAN; now += 2 * SPAN)
		put_items(&ring, now, 1);
	assert_int_equal(save(&ring, &lost), 2);
	assert_int_equal(lost, 49);
	camipc_chunk_ring_fini(&ring);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_span),
		cmocka_unit_test(test_buffers),
		cmocka_unit_test(test_bound),
		cmocka_unit_test(test_order),
	};
	int ret;

	test_folder_make(folder);
	snprintf(path, sizeof(path), "%s/recording", folder);
	ret = cmocka_run_group_tests(tests, NULL, NULL);
	test_folder_remove(folder);
	return ret;
}
