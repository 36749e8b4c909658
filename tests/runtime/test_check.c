/* SPDX-License-Identifier: MIT */
/*
 * Tests the sender's check: what it refuses, and that it counts as a receiver
 * does.
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <camipc/check.h>
#include <camipc/limits.h>
#include <cmocka.h>

static void test_first_error_names_its_field(void **state)
{
	struct camipc_check check = { 0 };

	(void)state;
	camipc_check_string(&check, "fine", SIZE_MAX, "first");
	assert_int_equal(check.error, 0);
	camipc_check_string(&check, "\xff", SIZE_MAX, "second");
	camipc_check_that(&check, false, "third");
	assert_int_equal(check.error, -EINVAL);
	assert_string_equal(check.field, "second");
}

static void test_limits_to_the_byte(void **state)
{
	struct camipc_check check = { 0 };
	uint8_t bytes[4] = { 0 };

	(void)state;
	camipc_check_string(&check, "abcd", 4, "f");
	camipc_check_bytes(&check, bytes, 4, 4, "f");
	assert_true(camipc_check_array(&check, bytes, 4, 1, 1, 4, "f"));
	assert_int_equal(check.error, 0);

	camipc_check_string(&check, "abcde", 4, "f");
	assert_int_equal(check.error, -EINVAL);
	check.error = 0;
	camipc_check_bytes(&check, bytes, 5, 4, "f");
	assert_int_equal(check.error, -EINVAL);
	check.error = 0;
	assert_false(camipc_check_array(&check, bytes, 5, 1, 1, 4, "f"));
	assert_int_equal(check.error, -EINVAL);
}

static void test_null_and_nonsense(void **state)
{
	struct camipc_check check = { 0 };

	(void)state;
	camipc_check_string(&check, NULL, 0, "f");
	camipc_check_bytes(&check, NULL, 0, 0, "f");
	assert_true(camipc_check_array(&check, NULL, 0, 8, 8, 0, "f"));
	assert_int_equal(check.error, 0);
	camipc_check_bytes(&check, NULL, 1, SIZE_MAX, "f");
	assert_int_equal(check.error, -EINVAL);
	check.error = 0;
	assert_false(camipc_check_array(&check, NULL, 1, 8, 8, SIZE_MAX, "f"));
	assert_int_equal(check.error, -EINVAL);
	check.error = 0;
	assert_false(camipc_check_array(&check, &check, SIZE_MAX, 16, 0,
					SIZE_MAX, "f"));
	assert_int_equal(check.error, -EMSGSIZE);
	check.error = 0;
	assert_false(camipc_check_array(&check, &check,
					CAMIPC_MAX_MESSAGE_SIZE_CEILING + 1, 1,
					1, SIZE_MAX, "f"));
	assert_int_equal(check.error, -EMSGSIZE);
}

static void test_sums_do_not_wrap(void **state)
{
	struct camipc_check check = { .wire = SIZE_MAX - 5 };

	(void)state;
	camipc_check_wire(&check, 10);
	assert_true(check.wire == SIZE_MAX);
	check.decoded = SIZE_MAX;
	camipc_check_string(&check, "x", SIZE_MAX, "f");
	assert_true(check.decoded == SIZE_MAX);
}

static void test_decoded_is_what_an_arena_hands_out(void **state)
{
	(void)state;
	for (size_t n = 0; n < 40; n++) {
		char text[41] = { 0 };
		struct camipc_check check = { 0 };
		struct camipc_arena arena;

		memset(text, 'x', n);
		camipc_check_string(&check, text, SIZE_MAX, "f");
		camipc_check_array(&check, text, n, 3, 1, SIZE_MAX, "f");
		camipc_arena_init(&arena, 1000);
		if (n > 0) {
			camipc_arena_alloc(&arena, n + 1);
			camipc_arena_alloc(&arena, n * 3);
		}
		assert_int_equal(check.decoded, 1000 - arena.budget);
		camipc_arena_fini(&arena);
	}
}

static void test_fds(void **state)
{
	int list[1];
	struct camipc_check check = { .fds = list, .max_fds = 1 };
	int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

	(void)state;
	camipc_check_fd(&check, -1, "f");
	assert_int_equal(check.n_fds, 0);
	camipc_check_fd(&check, fd, "f");
	camipc_check_fd(&check, fd, "f");
	assert_int_equal(check.error, 0);
	assert_int_equal(check.n_fds, 2); /* counts on past the room */
	assert_int_equal(list[0], fd);
	camipc_check_fd(&check, 54321, "f");
	assert_int_equal(check.error, -EINVAL);
	check.error = 0;
	camipc_check_fd(&check, -2, "f");
	assert_int_equal(check.error, -EINVAL);
	check.error = 0;
	camipc_check_fd_kind(&check, fd, CAMIPC_FD_KIND_PIPE,
			     CAMIPC_FD_ACCESS_ANY, false, 0, "f");
	assert_int_equal(check.error, -EINVAL);
	check.error = 0;
	camipc_check_fd_kind(&check, -1, CAMIPC_FD_KIND_ANY,
			     CAMIPC_FD_ACCESS_ANY, false, 0, "f");
	assert_int_equal(check.error, -EINVAL);
	close(fd);
}

/* What is closed in between shows when the kernel is asked. */
static void test_same_fd_in_a_row_is_asked_for_once(void **state)
{
	struct camipc_check check = { 0 };
	struct camipc_check next = { 0 };
	int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	int other = open("/dev/null", O_RDONLY | O_CLOEXEC);

	(void)state;
	camipc_check_fd(&check, other, "f");
	camipc_check_fd(&check, fd, "f");
	close(fd);
	camipc_check_fd(&check, fd, "f");
	camipc_check_fd(&check, -1, "f");
	camipc_check_fd(&check, fd, "f");
	assert_int_equal(check.error, 0);
	assert_int_equal(check.n_fds, 4);
	/* Another one came in between, and what fails is not remembered. */
	camipc_check_fd(&check, other, "f");
	assert_int_equal(check.error, 0);
	for (int i = 0; i < 2; i++) {
		check.error = 0;
		camipc_check_fd(&check, fd, "f");
		assert_int_equal(check.error, -EINVAL);
	}
	/* Nor does one message know of another. */
	camipc_check_fd(&next, fd, "f");
	assert_int_equal(next.error, -EINVAL);
	close(other);
}

static void test_depth(void **state)
{
	struct camipc_check check = { 0 };

	(void)state;
	for (int i = 0; i < CAMIPC_MAX_DEPTH; i++)
		assert_true(camipc_check_enter(&check, "f"));
	assert_int_equal(check.error, 0);
	assert_false(camipc_check_enter(&check, "f"));
	assert_int_equal(check.error, -EMSGSIZE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_first_error_names_its_field),
		cmocka_unit_test(test_limits_to_the_byte),
		cmocka_unit_test(test_null_and_nonsense),
		cmocka_unit_test(test_sums_do_not_wrap),
		cmocka_unit_test(test_decoded_is_what_an_arena_hands_out),
		cmocka_unit_test(test_fds),
		cmocka_unit_test(test_same_fd_in_a_row_is_asked_for_once),
		cmocka_unit_test(test_depth),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
