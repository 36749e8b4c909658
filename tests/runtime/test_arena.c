/* SPDX-License-Identifier: MIT */
/*
 * Tests memory of messages: budgets, reuse, copies, and each allocation
 * failing.
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <camipc/arena.h>
#include <camipc/fd.h>
#include <camipc/limits.h>
#include <cmocka.h>

#include "alloc_fail.h"
#include "fd_leak.h"
#include "fd_table.h"

static void test_pieces_are_aligned_and_apart(void **state)
{
	struct camipc_arena arena;
	uint8_t *last = NULL;

	(void)state;
	camipc_arena_init(&arena, 100000);
	for (size_t size = 1; size < 300; size++) {
		uint8_t *piece = camipc_arena_alloc(&arena, size);

		assert_non_null(piece);
		assert_int_equal((uintptr_t)piece % CAMIPC_ARENA_ALIGN, 0);
		memset(piece, (int)size, size);
		if (last)
			assert_int_equal(last[0], (uint8_t)(size - 1));
		last = piece;
	}
	camipc_arena_fini(&arena);
}

static void test_budget_holds_to_the_byte(void **state)
{
	struct camipc_arena arena;

	(void)state;
	camipc_arena_init(&arena, 24);
	assert_non_null(camipc_arena_alloc(&arena, 16));
	assert_non_null(camipc_arena_alloc(&arena, 1)); /* 8 with padding */
	assert_int_equal(arena.budget, 0);
	assert_non_null(camipc_arena_alloc(&arena, 0));
	assert_null(camipc_arena_alloc(&arena, 1));
	assert_int_equal(arena.error, -EMSGSIZE);

	camipc_arena_reset(&arena, 24);
	assert_int_equal(arena.error, 0);
	assert_null(camipc_arena_alloc(&arena, 25));
	assert_null(camipc_arena_alloc(&arena, 8)); /* sticks */
	camipc_arena_reset(&arena, SIZE_MAX);
	assert_null(camipc_arena_alloc(&arena, SIZE_MAX));
	assert_int_equal(arena.error, -EMSGSIZE);
	camipc_arena_fini(&arena);
	camipc_arena_fini(&arena);
}

static void use_like_a_message(struct camipc_arena *arena, size_t rounds)
{
	camipc_arena_reset(arena, 1000000);
	for (size_t i = 0; i < rounds; i++)
		assert_non_null(camipc_arena_alloc(arena, 100));
}

static void test_steady_state_allocates_nothing(void **state)
{
	struct camipc_arena arena;

	(void)state;
	camipc_arena_init(&arena, 0);
	use_like_a_message(&arena, 1000);
	use_like_a_message(&arena, 1000);
	alloc_fail_begin(0);
	for (int i = 0; i < 100; i++)
		use_like_a_message(&arena, 1000);
	assert_int_equal(alloc_fail_end(), 0);
	camipc_arena_fini(&arena);
}

static void test_memory_stays_within_the_budget(void **state)
{
	struct camipc_arena arena;

	(void)state;
	/* Whatever is asked for, at most the budget is ever allocated. */
	camipc_arena_init(&arena, 10000);
	while (camipc_arena_alloc(&arena, 1000))
		;
	assert_int_equal(arena.error, -EMSGSIZE);
	camipc_arena_fini(&arena);
}

static int work_with_blocks(void *user)
{
	struct camipc_arena arena;
	int error;

	(void)user;
	camipc_arena_init(&arena, 1000000);
	for (int i = 0; i < 200; i++)
		camipc_copy_string(&arena, "a string of some length, so that "
					   "several blocks are needed ......");
	error = arena.error;
	camipc_arena_fini(&arena);
	return error;
}

static void test_each_block_may_fail(void **state)
{
	(void)state;
	alloc_fail_each(work_with_blocks, NULL, 0);
}

struct sample {
	const char *text;
	const uint32_t *numbers;
	int fd;
};

static int copy_sample(void *user)
{
	static const uint32_t numbers[] = { 1, 2, 3 };
	struct camipc_arena arena;
	struct sample copy = { "text", numbers, *(int *)user };

	camipc_arena_init_heap(&arena, CAMIPC_FD_DUP);
	copy.text = camipc_copy_string(&arena, copy.text);
	copy.numbers = camipc_copy_array(&arena, copy.numbers, 3, 4);
	copy.fd = camipc_copy_fd(&arena, copy.fd);
	if (!arena.error) {
		assert_string_equal(copy.text, "text");
		assert_memory_equal(copy.numbers, numbers, 12);
		assert_int_not_equal(copy.fd, *(int *)user);
	}
	/* Nothing of the source may be left: all of it gets cleared. */
	camipc_clear_string(copy.text);
	camipc_clear_array(copy.numbers);
	camipc_clear_fd(copy.fd);
	return arena.error;
}

static void test_heap_copies_survive_failures(void **state)
{
	struct fd_leak before;
	int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

	(void)state;
	fd_leak_take(&before);
	alloc_fail_each(copy_sample, &fd, 0);
	fd_leak_assert_none(&before);
	close(fd);
}

static void test_strings_are_never_shared(void **state)
{
	struct camipc_arena heap;
	struct camipc_arena block;
	const char *copy;

	(void)state;
	camipc_arena_init_heap(&heap, CAMIPC_FD_DUP);
	copy = camipc_copy_string(&heap, NULL);
	assert_string_equal(copy, "");
	assert_ptr_not_equal(copy, camipc_empty_string);
	camipc_clear_string(copy);
	camipc_clear_string(camipc_empty_string);
	camipc_clear_string(NULL);
	assert_null(camipc_copy_optional_string(&heap, NULL));

	camipc_arena_init(&block, 100);
	assert_string_equal(camipc_copy_string(&block, NULL), "");
	assert_int_equal(block.budget, 100);
	assert_null(camipc_copy_array(&block, "x", 0, 1));
	assert_null(camipc_copy_array(&block, "x", SIZE_MAX, 2));
	assert_int_equal(block.error, -EMSGSIZE);
	assert_null(camipc_copy_string(&block, "after an error"));
	camipc_arena_fini(&block);
}

static void test_fd_modes(void **state)
{
	struct camipc_fd_table table = { NULL, 0, 0 };
	struct camipc_arena arena;
	struct fd_leak before;
	int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	int copy;

	(void)state;
	fd_leak_take(&before);
	camipc_arena_init(&arena, 100);
	arena.table = &table;
	copy = camipc_copy_fd(&arena, fd);
	assert_int_equal(table.n, 1);
	assert_int_equal(table.fds[0], copy);
	assert_true(fcntl(copy, F_GETFD) & FD_CLOEXEC);
	assert_true(copy > 2);
	close(copy);
	arena.fd_mode = CAMIPC_FD_MOVE;
	assert_int_equal(camipc_copy_fd(&arena, fd), fd);
	assert_int_equal(camipc_copy_fd(&arena, -1), -1);
	assert_int_equal(arena.error, 0);
	arena.fd_mode = CAMIPC_FD_DUP;
	assert_int_equal(camipc_copy_fd(&arena, 12345), -1);
	assert_int_equal(arena.error, -EBADF);
	camipc_arena_fini(&arena);
	free(table.fds);
	fd_leak_assert_none(&before);
	close(fd);
}

static void test_fd_table_is_bounded(void **state)
{
	struct camipc_fd_table table = { NULL, 0, 0 };

	(void)state;
	for (int i = 0; i < CAMIPC_MAX_FDS; i++)
		assert_int_equal(camipc_fd_table_add(&table, i), 0);
	assert_int_equal(camipc_fd_table_add(&table, 0), -EMSGSIZE);
	assert_int_equal(table.n, CAMIPC_MAX_FDS);
	free(table.fds);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pieces_are_aligned_and_apart),
		cmocka_unit_test(test_budget_holds_to_the_byte),
		cmocka_unit_test(test_steady_state_allocates_nothing),
		cmocka_unit_test(test_memory_stays_within_the_budget),
		cmocka_unit_test(test_each_block_may_fail),
		cmocka_unit_test(test_heap_copies_survive_failures),
		cmocka_unit_test(test_strings_are_never_shared),
		cmocka_unit_test(test_fd_modes),
		cmocka_unit_test(test_fd_table_is_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
