/* SPDX-License-Identifier: MIT */
/*
 * Tests arrays of numbers: packed and not, at their limits, cut, of fixed
 * length.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <camipc/wire.h>
#include <cmocka.h>

#include "exact_copy.h"

static uint8_t buffer[4000];
static struct camipc_arena arena;
static struct camipc_writer w;
static struct camipc_reader r;

static const uint8_t *begin(size_t budget)
{
	camipc_arena_reset(&arena, budget);
	return camipc_reader_init(&r, buffer, camipc_writer_size(&w), &arena,
				  NULL, 0);
}

static void write_again(void)
{
	camipc_writer_init(&w, buffer, sizeof(buffer), NULL, 0);
}

/*
 * There and back, packed; cut at every length; into an array of fixed length;
 * as single elements, written with @scalar, from two runs.
 */
#define TEST_ARRAY(name, type, scalar, ...)                                   \
	static const uint8_t *read_##name(const uint8_t *p,                   \
					  const type **items, size_t *n)      \
	{                                                                     \
		size_t room = 0;                                              \
		uint32_t tag;                                                 \
		*items = NULL;                                                \
		*n = 0;                                                       \
		while (p < r.end) {                                           \
			p = camipc_get_tag(&r, p, r.end, &tag);               \
			p = camipc_get_##name##_array(&r, p, r.end, tag,      \
						      items, n, &room);       \
		}                                                             \
		return p;                                                     \
	}                                                                     \
	static void test_##name(void **state)                                 \
	{                                                                     \
		static const type values[] = { __VA_ARGS__ };                 \
		const size_t count = sizeof(values) / sizeof(*values);        \
		const type *items;                                            \
		type exact[sizeof(values) / sizeof(*values)];                 \
		size_t n;                                                     \
		size_t seen = 0;                                              \
		uint32_t tag;                                                 \
		const uint8_t *p;                                             \
		(void)state;                                                  \
		write_again();                                                \
		w.pos = camipc_put_##name##_array(&w, w.pos, 3, values, 0);   \
		assert_int_equal(camipc_writer_size(&w), 0);                  \
		w.pos = camipc_put_##name##_array(&w, w.pos, 3, values,       \
						  count);                     \
		assert_true(w.pos <= w.end);                                  \
		p = begin((sizeof(values) + 7) / 8 * 8);                      \
		read_##name(p, &items, &n);                                   \
		assert_int_equal(r.error, 0);                                 \
		assert_int_equal(n, count);                                   \
		assert_memory_equal(items, values, sizeof(values));           \
		p = begin(sizeof(values) - 1);                                \
		read_##name(p, &items, &n);                                   \
		assert_int_equal(r.error, -EMSGSIZE);                         \
		for (size_t cut = 1; cut < camipc_writer_size(&w); cut++) {   \
			uint8_t *copy = exact_copy(buffer, cut);              \
			camipc_arena_reset(&arena, 1000);                     \
			p = camipc_reader_init(&r, copy, cut, &arena, NULL,   \
					       0);                            \
			read_##name(p, &items, &n);                           \
			assert_int_equal(r.error, -EPROTO);                   \
			assert_int_equal(n, 0);                               \
			free(copy);                                           \
		}                                                             \
		p = begin(0);                                                 \
		p = camipc_get_tag(&r, p, r.end, &tag);                       \
		p = camipc_get_##name##_array_exact(&r, p, r.end, tag, exact, \
						    count, &seen);            \
		camipc_exact_done(&r, p, seen, count);                        \
		assert_int_equal(r.error, 0);                                 \
		assert_memory_equal(exact, values, sizeof(values));           \
		seen = 0;                                                     \
		p = begin(0);                                                 \
		p = camipc_get_tag(&r, p, r.end, &tag);                       \
		camipc_get_##name##_array_exact(&r, p, r.end, tag, exact,     \
						count - 1, &seen);            \
		assert_int_equal(r.error, -EPROTO);                           \
		seen = 0;                                                     \
		p = begin(0);                                                 \
		p = camipc_get_tag(&r, p, r.end, &tag);                       \
		p = camipc_get_##name##_array_exact(&r, p, r.end, tag, exact, \
						    count, &seen);            \
		camipc_exact_done(&r, p, seen, count + 1);                    \
		assert_int_equal(r.error, -EPROTO);                           \
		write_again();                                                \
		w.pos = camipc_put_##name##_array(&w, w.pos, 300, values, 1); \
		for (size_t i = 1; i < count; i++)                            \
			w.pos = camipc_put_present_##scalar(&w, w.pos, 300,   \
							    values[i]);       \
		p = begin(1000);                                              \
		read_##name(p, &items, &n);                                   \
		assert_int_equal(r.error, 0);                                 \
		assert_int_equal(n, count);                                   \
		assert_memory_equal(items, values, sizeof(values));           \
	}

TEST_ARRAY(bool, bool, bool, true, false, true)
TEST_ARRAY(int16, int16_t, int16, 0, -1, INT16_MIN, INT16_MAX)
TEST_ARRAY(uint16, uint16_t, uint16, 0, 1, UINT16_MAX)
TEST_ARRAY(int32, int32_t, sfixed32, 0, -1, INT32_MIN, INT32_MAX)
TEST_ARRAY(uint32, uint32_t, fixed32, 0, 1, UINT32_MAX)
TEST_ARRAY(int64, int64_t, sfixed64, 0, -1, INT64_MIN, INT64_MAX)
TEST_ARRAY(uint64, uint64_t, fixed64, 0, 1, UINT64_MAX)
TEST_ARRAY(float, float, float, 0.0f, -0.0f, 1.5f, -3.25e30f)
TEST_ARRAY(double, double, double, 0.0, -0.0, 1.5, -3.25e300)
TEST_ARRAY(int32_varint, int32_t, int32, 0, -1, INT32_MIN, INT32_MAX)
TEST_ARRAY(uint32_varint, uint32_t, uint32, 0, 1, UINT32_MAX)
TEST_ARRAY(int64_varint, int64_t, int64, 0, -1, INT64_MIN, INT64_MAX)
TEST_ARRAY(uint64_varint, uint64_t, uint64, 0, 1, UINT64_MAX)
TEST_ARRAY(int16_zigzag, int16_t, sint16, 0, -1, INT16_MIN, INT16_MAX)
TEST_ARRAY(int32_zigzag, int32_t, sint32, 0, -1, INT32_MIN, INT32_MAX)
TEST_ARRAY(int64_zigzag, int64_t, sint64, 0, -1, INT64_MIN, INT64_MAX)
TEST_ARRAY(int16_fixed, int16_t, sfixed16, 0, -1, INT16_MIN, INT16_MAX)
TEST_ARRAY(uint16_fixed, uint16_t, fixed16, 0, 1, UINT16_MAX)

static void test_enums(void **state)
{
	static const int32_t values[] = { 0, 1, -1, INT32_MIN };
	const void *items = NULL;
	int32_t exact[4];
	size_t n = 0;
	size_t room = 0;
	size_t seen = 0;
	uint32_t tag;
	const uint8_t *p;

	(void)state;
	write_again();
	w.pos = camipc_put_enum_array(&w, w.pos, 1, values, 4);
	p = begin(16);
	p = camipc_get_tag(&r, p, r.end, &tag);
	camipc_get_enum_array(&r, p, r.end, tag, &items, &n, &room);
	assert_int_equal(n, 4);
	assert_memory_equal(items, values, sizeof(values));
	p = begin(16);
	p = camipc_get_tag(&r, p, r.end, &tag);
	camipc_get_enum_array_exact(&r, p, r.end, tag, exact, 4, &seen);
	assert_memory_equal(exact, values, sizeof(values));
	assert_int_equal(r.error, 0);
}

static void test_fds(void **state)
{
	static const int sent[] = { 33, -1, 34 };
	static const int received[] = { 43, 44 };
	int list[2];
	const int *items = NULL;
	int exact[3];
	size_t n = 0;
	size_t room = 0;
	size_t seen = 0;
	uint32_t tag;
	const uint8_t *p;

	(void)state;
	camipc_writer_init(&w, buffer, sizeof(buffer), list, 2);
	w.pos = camipc_put_fd_array(&w, w.pos, 1, sent, 3);
	assert_true(w.pos <= w.end);
	assert_int_equal(w.n_fds, 2);
	assert_memory_equal(buffer, "\x0a\3\1\0\2", 5);
	camipc_arena_reset(&arena, 100);
	p = camipc_reader_init(&r, buffer, 5, &arena, received, 2);
	p = camipc_get_tag(&r, p, r.end, &tag);
	camipc_get_fd_array(&r, p, r.end, tag, &items, &n, &room);
	assert_int_equal(camipc_reader_finish(&r), 0);
	assert_int_equal(n, 3);
	assert_int_equal(items[0], 43);
	assert_int_equal(items[1], -1);
	assert_int_equal(items[2], 44);
	p = camipc_reader_init(&r, buffer, 5, &arena, received, 2);
	p = camipc_get_tag(&r, p, r.end, &tag);
	camipc_get_fd_array_exact(&r, p, r.end, tag, exact, 3, &seen);
	assert_int_equal(camipc_reader_finish(&r), 0);
	assert_int_equal(exact[2], 44);
	/* No room for a third. */
	w.pos = camipc_put_fd_array(&w, w.pos, 2, sent, 3);
	assert_true(w.pos > w.end);
	assert_int_equal(w.n_fds, 2);
}

static void test_elements_out_of_range(void **state)
{
	static const uint32_t large[] = { 65535, 65536 };
	const uint16_t *items = NULL;
	size_t n = 0;
	size_t room = 0;
	uint32_t tag;
	const uint8_t *p;

	(void)state;
	write_again();
	w.pos = camipc_put_uint32_varint_array(&w, w.pos, 1, large, 2);
	p = begin(100);
	p = camipc_get_tag(&r, p, r.end, &tag);
	p = camipc_get_uint16_array(&r, p, r.end, tag, &items, &n, &room);
	assert_ptr_equal(p, r.end);
	assert_int_equal(r.error, -EPROTO);
	assert_int_equal(r.fault, CAMIPC_FAULT_RANGE);
	assert_int_equal(n, 0);
}

static void test_a_present_empty_field_adds_nothing(void **state)
{
	static const uint8_t message[] = "\x0a\0\x0a\4\1\0\0\0\x0a\0";
	const int32_t *items;
	size_t n;

	(void)state;
	camipc_arena_reset(&arena, 8);
	read_int32(camipc_reader_init(&r, message, sizeof(message) - 1, &arena,
				      NULL, 0),
		   &items, &n);
	assert_int_equal(r.error, 0);
	assert_int_equal(n, 1);
	assert_int_equal(items[0], 1);
}

/* One element and a half: the rest would be read as a field of its own. */
static void test_a_part_of_an_element(void **state)
{
	static const uint8_t message[] = "\x0a\6\1\0\0\0\x0d\0";
	const size_t size = sizeof(message) - 1;
	int32_t exact[2] = { 0 };
	const int32_t *items;
	const uint8_t *p;
	uint32_t tag;
	size_t n;

	(void)state;
	camipc_arena_reset(&arena, 100);
	p = camipc_reader_init(&r, message, size, &arena, NULL, 0);
	read_int32(p, &items, &n);
	assert_int_equal(r.error, -EPROTO);
	assert_int_equal(r.fault, CAMIPC_FAULT_BYTES);
	assert_int_equal(n, 0);
	p = camipc_reader_init(&r, message, size, &arena, NULL, 0);
	p = camipc_get_tag(&r, p, r.end, &tag);
	camipc_get_int32_array_exact(&r, p, r.end, tag, exact, 2, &n);
	assert_int_equal(r.error, -EPROTO);
	assert_int_equal(r.fault, CAMIPC_FAULT_BYTES);
}

/* Threat 9: one byte on the wire, eight in memory: the budget decides. */
static void test_a_count_bomb(void **state)
{
	static uint8_t message[3 + 1000] = { 0x0a, 0xe8, 0x07 };
	const int64_t *items;
	size_t n;
	const uint8_t *p;

	(void)state;
	camipc_arena_reset(&arena, 8000);
	p = camipc_reader_init(&r, message, sizeof(message), &arena, NULL, 0);
	read_int64_varint(p, &items, &n);
	assert_int_equal(n, 1000);
	camipc_arena_reset(&arena, 7999);
	p = camipc_reader_init(&r, message, sizeof(message), &arena, NULL, 0);
	read_int64_varint(p, &items, &n);
	assert_int_equal(r.error, -EMSGSIZE);
	assert_int_equal(n, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bool),
		cmocka_unit_test(test_int16),
		cmocka_unit_test(test_uint16),
		cmocka_unit_test(test_int32),
		cmocka_unit_test(test_uint32),
		cmocka_unit_test(test_int64),
		cmocka_unit_test(test_uint64),
		cmocka_unit_test(test_float),
		cmocka_unit_test(test_double),
		cmocka_unit_test(test_int32_varint),
		cmocka_unit_test(test_uint32_varint),
		cmocka_unit_test(test_int64_varint),
		cmocka_unit_test(test_uint64_varint),
		cmocka_unit_test(test_int16_zigzag),
		cmocka_unit_test(test_int32_zigzag),
		cmocka_unit_test(test_int64_zigzag),
		cmocka_unit_test(test_int16_fixed),
		cmocka_unit_test(test_uint16_fixed),
		cmocka_unit_test(test_enums),
		cmocka_unit_test(test_fds),
		cmocka_unit_test(test_elements_out_of_range),
		cmocka_unit_test(test_a_present_empty_field_adds_nothing),
		cmocka_unit_test(test_a_part_of_an_element),
		cmocka_unit_test(test_a_count_bomb),
	};
	int ret;

	camipc_arena_init(&arena, 0);
	ret = cmocka_run_group_tests(tests, NULL, NULL);
	camipc_arena_fini(&arena);
	return ret;
}
