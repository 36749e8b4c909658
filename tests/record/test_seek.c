/* SPDX-License-Identifier: MIT */
/* Tests the index of recordings: seeking with it, without it, and with a wrong
 * one. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "chunk_places.h"
#include "made_recording.h"
#include "test_files.h"
#include "under_valgrind.h"

/* Chunks with one item each, of the times FIRST, FIRST + 1, ... */
#define N_ITEMS 20u
#define FIRST 10u

/* When made_put_state()'s proxy begins. */
#define BEGIN 2u

static char folder[TEST_PATH_SIZE];
static char path[TEST_PATH_SIZE + 16];

/** Writes a file, and a second proxy in the middle of it. */
static void write_items(void)
{
	struct camipc_chunk_file file;

	assert_int_equal(camipc_chunk_file_open(&file, path, true), 0);
	made_put_interface(&file);
	made_put_state(&file);
	for (uint32_t i = 0; i < N_ITEMS; i++) {
		uint8_t item[CAMIPC_ITEM_HEADER_SIZE] = { 0 };
		const struct camipc_chunk_part part = { item, sizeof(item) };

		if (i == N_ITEMS / 2) {
			made_put_interface(&file);
			made_put_state(&file);
		}
		camipc_put_le(item, sizeof(item), 4);
		item[4] = CAMIPC_ITEM_LOST;
		camipc_put_le(item + 8, FIRST + i, 8);
		camipc_put_le(item + 20, i, 4);
		camipc_chunk_file_put(&file, CAMIPC_CHUNK_RECORDS, FIRST + i,
				      &part, 1);
	}
	assert_int_equal(camipc_chunk_file_close(&file), 0);
}

/** Seeks, and reads to the end. Returns the number of the first item. */
static uint32_t first_after(int fd, uint64_t since,
			    enum camipc_recording_end *ret_end)
{
	struct camipc_recording *recording;
	char why[CAMIPC_RECORDING_WHY_SIZE];
	struct camipc_recorded item;
	uint32_t first = N_ITEMS;
	uint32_t next = N_ITEMS;
	const char *reason;

	assert_int_equal(camipc_recording_open(fd, &recording, why), 0);
	assert_int_equal(camipc_recording_seek(recording, since), 0);
	while (camipc_recording_next(recording, &item) == 1) {
		if (first == N_ITEMS)
			first = next = item.value;
		assert_int_equal(item.value, next);
		next++;
	}
	*ret_end = camipc_recording_get_end(recording, &reason);
	if (*ret_end == CAMIPC_RECORDING_COMPLETE)
		assert_int_equal(next, N_ITEMS);
	camipc_recording_close(recording);
	return first;
}

/** The item that is right for a time since the beginning. */
static uint32_t expected(uint64_t since)
{
	const uint64_t time = BEGIN + since;

	if (time < FIRST)
		return 0;
	return time - FIRST < N_ITEMS ? (uint32_t)(time - FIRST) : N_ITEMS - 1;
}

static int open_file(void)
{
	const int fd = open(path, O_RDWR | O_CLOEXEC);

	assert_true(fd >= 0);
	return fd;
}

/** Finds all chunks; returns where the first index chunk is. */
static uint64_t find_places(int fd, size_t *ret_n, bool *ret_by_index)
{
	struct camipc_recording_chunk *places = NULL;
	uint64_t index_at = 0;

	assert_int_equal(camipc_chunk_places_find(fd, &places, ret_n,
						  ret_by_index),
			 0);
	for (size_t i = 0; i < *ret_n; i++)
		if (places[i].type == CAMIPC_CHUNK_INDEX)
			index_at = places[i].offset;
	free(places);
	return index_at;
}

static void test_with_index(void **state)
{
	enum camipc_recording_end end;
	bool by_index;
	size_t n;
	int fd;

	(void)state;
	write_items();
	fd = open_file();
	find_places(fd, &n, &by_index);
	assert_true(by_index);
	assert_int_equal(n, N_ITEMS + 4);
	for (uint64_t since = 0; since < 2 * N_ITEMS; since++) {
		assert_int_equal(first_after(fd, since, &end),
				 expected(since));
		assert_int_equal(end, CAMIPC_RECORDING_COMPLETE);
	}
	assert_int_equal(first_after(fd, UINT64_MAX, &end), N_ITEMS - 1);
	close(fd);
}

/** A file whose recorder died: cut at any byte, it has no index. */
static void test_without_index(void **state)
{
	enum camipc_recording_end end;
	bool by_index;
	size_t whole;
	off_t size;
	size_t n;
	int fd;

	(void)state;
	write_items();
	fd = open_file();
	find_places(fd, &whole, &by_index);
	size = lseek(fd, 0, SEEK_END);
	assert_int_equal(ftruncate(fd, size - 1), 0);
	assert_true(find_places(fd, &n, &by_index) > 0);
	assert_false(by_index);
	/* The index, and the header of the chunk that is cut. */
	assert_int_equal(n, whole + 2);
	for (uint64_t since = 0; since < 2 * N_ITEMS; since++) {
		assert_int_equal(first_after(fd, since, &end),
				 expected(since));
		assert_int_equal(end, CAMIPC_RECORDING_CUT);
	}
	for (size--; size > CAMIPC_RECORDING_HEADER_SIZE;
	     size -= test_amount(7, 49, 49)) {
		assert_int_equal(ftruncate(fd, size), 0);
		find_places(fd, &n, &by_index);
		assert_false(by_index);
		first_after(fd, N_ITEMS / 2, &end);
		assert_int_equal(end, CAMIPC_RECORDING_CUT);
	}
	close(fd);
}

/** A wrong byte anywhere in index and end: the headers are used instead. */
static void test_damaged_index(void **state)
{
	enum camipc_recording_end end;
	uint64_t index_at;
	bool by_index;
	uint64_t size;
	size_t n;
	int fd;

	(void)state;
	write_items();
	fd = open_file();
	assert_int_equal(ftruncate(fd, lseek(fd, 0, SEEK_END) - 1), 0);
	index_at = find_places(fd, &n, &by_index);
	close(fd);
	write_items();
	fd = open_file();
	size = (uint64_t)lseek(fd, 0, SEEK_END);
	for (uint64_t i = index_at; i < size;
	     i += (uint64_t)test_amount(1, 5, 5)) {
		uint8_t byte;

		assert_int_equal(pread(fd, &byte, 1, (off_t)i), 1);
		byte ^= (uint8_t)(1u << i % 8);
		assert_int_equal(pwrite(fd, &byte, 1, (off_t)i), 1);
		find_places(fd, &n, &by_index);
		assert_false(by_index);
		assert_int_equal(first_after(fd, 15, &end), expected(15));
		assert_int_not_equal(end, CAMIPC_RECORDING_COMPLETE);
		byte ^= (uint8_t)(1u << i % 8);
		assert_int_equal(pwrite(fd, &byte, 1, (off_t)i), 1);
	}
	find_places(fd, &n, &by_index);
	assert_true(by_index);
	close(fd);
}

/** An index whose checksum is right, and that lies about everything else. */
static void test_lying_index(void **state)
{
	const uint64_t lies[] = { 0, 1, 19, 45, 1000, UINT64_MAX };
	struct camipc_chunk_file file;
	enum camipc_recording_end end;
	int fd;

	(void)state;
	for (size_t lie = 0; lie < sizeof(lies) / sizeof(*lies); lie++)
		for (uint32_t entry = 0; entry < 2; entry++) {
			assert_int_equal(camipc_chunk_file_open(&file, path,
								true),
					 0);
			made_put_interface(&file);
			made_put_state(&file);
			file.offsets[entry] = lies[lie];
			file.types[entry] = CAMIPC_CHUNK_RECORDS;
			file.times[entry] = 5;
			assert_int_equal(camipc_chunk_file_close(&file), 0);
			fd = open_file();
			assert_int_equal(first_after(fd, 3, &end), N_ITEMS);
			close(fd);
		}
}

static void test_too_late(void **state)
{
	struct camipc_recording *recording;
	char why[CAMIPC_RECORDING_WHY_SIZE];
	struct camipc_recorded item;
	int fd;

	(void)state;
	write_items();
	fd = open_file();
	assert_int_equal(camipc_recording_open(fd, &recording, why), 0);
	assert_int_equal(camipc_recording_next(recording, &item), 1);
	assert_int_equal(camipc_recording_seek(recording, 1), -EBUSY);
	assert_int_equal(camipc_recording_next(recording, &item), 1);
	assert_int_equal(item.value, 1);
	camipc_recording_close(recording);
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_with_index),
		cmocka_unit_test(test_without_index),
		cmocka_unit_test(test_damaged_index),
		cmocka_unit_test(test_lying_index),
		cmocka_unit_test(test_too_late),
	};
	int ret;

	test_folder_make(folder);
	snprintf(path, sizeof(path), "%s/recording", folder);
	ret = cmocka_run_group_tests(tests, NULL, NULL);
	test_folder_remove(folder);
	return ret;
}
