/* SPDX-License-Identifier: MIT */
/*
 * Tests the reader: every limit at it and one past it; threats 5 to 13 and 31.
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <camipc/wire.h>
#include <cmocka.h>

#include "exact_copy.h"

static struct camipc_arena arena;

static int setup(void **state)
{
	(void)state;
	camipc_arena_reset(&arena, 1000);
	return 0;
}

/* Reads one varint from @size bytes; says whether all of them were it. */
static bool reads_varint(const void *data, size_t size, uint64_t *value)
{
	uint8_t *copy = exact_copy(data, size);
	struct camipc_reader r;
	const uint8_t *p = camipc_reader_init(&r, copy, size, &arena, NULL, 0);

	p = camipc_get_uint64(&r, p, r.end, value);
	assert_ptr_equal(p, r.end);
	assert_int_equal(r.error, r.fault ? -EPROTO : 0);
	free(copy);
	return !r.error;
}

/* A fault that has no error of its own is not taken for success. */
static void test_fault_without_an_error(void **state)
{
	struct camipc_reader r;

	(void)state;
	camipc_reader_init(&r, NULL, 0, &arena, NULL, 0);
	assert_ptr_equal(camipc_fail(&r, CAMIPC_FAULT_NONE), r.end);
	assert_int_equal(r.error, -EPROTO);
}

static void test_varints_at_every_length(void **state)
{
	uint64_t value = 0;

	(void)state;
	for (unsigned int bits = 0; bits <= 64; bits++) {
		uint64_t limit = bits == 64 ? UINT64_MAX :
					      (UINT64_C(1) << bits) - 1;

		for (int past = 0; past < 2; past++) {
			uint8_t bytes[10];
			uint64_t wanted = limit + (unsigned int)past;
			size_t n = (size_t)(camipc_write_varint(bytes, wanted) -
					    bytes);

			assert_true(reads_varint(bytes, n, &value));
			assert_true(value == wanted);
			for (size_t cut = 0; cut < n; cut++)
				assert_false(reads_varint(bytes, cut, &value));
		}
	}
}

static void test_varints_longer_than_needed(void **state)
{
	uint8_t bytes[12];
	uint64_t value = 1;

	(void)state;
	for (size_t n = 2; n <= 12; n++) {
		memset(bytes, 0x80, sizeof(bytes));
		bytes[0] = 0x85;
		bytes[n - 1] = 0;
		assert_int_equal(reads_varint(bytes, n, &value), n <= 10);
		if (n <= 10)
			assert_true(value == 5);
	}
	/* What lies beyond bit 64 is dropped, as protobuf does. */
	memset(bytes, 0xff, sizeof(bytes));
	bytes[9] = 0x7f;
	assert_true(reads_varint(bytes, 10, &value));
	assert_true(value == UINT64_MAX);
}

#define READ(get, type, bytes, expected)                                     \
	do {                                                                 \
		struct camipc_reader r_;                                     \
		type value_;                                                 \
		const uint8_t *p_ = camipc_reader_init(                      \
			&r_, bytes, sizeof(bytes) - 1, &arena, NULL, 0);     \
		get(&r_, p_, r_.end, &value_);                               \
		assert_int_equal(r_.error, 0);                               \
		assert_true(value_ == (expected));                           \
	} while (0)

#define REFUSE(get, type, bytes)                                             \
	do {                                                                 \
		struct camipc_reader r_;                                     \
		type value_;                                                 \
		const uint8_t *p_ = camipc_reader_init(                      \
			&r_, bytes, sizeof(bytes) - 1, &arena, NULL, 0);     \
		assert_ptr_equal(get(&r_, p_, r_.end, &value_), r_.end);     \
		assert_int_equal(r_.error, -EPROTO);                         \
		assert_int_equal(r_.fault, CAMIPC_FAULT_RANGE);              \
	} while (0)

#define MINUS(last) "\xff\xff\xff\xff\xff\xff\xff\xff\xff" last

static void test_narrow_numbers_are_not_cut(void **state)
{
	(void)state;
	READ(camipc_get_uint8, uint8_t, "\xff\x01", 255);
	REFUSE(camipc_get_uint8, uint8_t, "\x80\x02");
	READ(camipc_get_uint16, uint16_t, "\xff\xff\x03", 65535);
	REFUSE(camipc_get_uint16, uint16_t, "\x80\x80\x04");
	REFUSE(camipc_get_uint16, uint16_t, "\x81\x80\x80\x80\x10");
	READ(camipc_get_int8, int8_t, "\x7f", 127);
	REFUSE(camipc_get_int8, int8_t, "\x80\x01");
	READ(camipc_get_int8, int8_t,
	     "\x80\xff\xff\xff\xff\xff\xff\xff\xff\x01", -128);
	REFUSE(camipc_get_int8, int8_t,
	       "\xff\xfe\xff\xff\xff\xff\xff\xff\xff\x01");
	READ(camipc_get_int16, int16_t, "\xff\xff\x01", 32767);
	REFUSE(camipc_get_int16, int16_t, "\x80\x80\x02");
	READ(camipc_get_sint8, int8_t, "\xff\x01", -128);
	REFUSE(camipc_get_sint8, int8_t, "\x80\x02");
	READ(camipc_get_fixed16, uint16_t, "\xff\xff\0\0", 65535);
	REFUSE(camipc_get_fixed16, uint16_t, "\0\0\1\0");
	READ(camipc_get_sfixed8, int8_t, "\x80\xff\xff\xff", -128);
	REFUSE(camipc_get_sfixed8, int8_t, "\x7f\xff\xff\xff");
}

static void test_wide_numbers_as_protobuf_has_them(void **state)
{
	(void)state;
	READ(camipc_get_int32, int32_t, MINUS("\x01"), -1);
	READ(camipc_get_int32, int32_t, "\xff\xff\xff\xff\x0f", -1);
	READ(camipc_get_uint32, uint32_t, "\x81\x80\x80\x80\x10", 1);
	READ(camipc_get_int64, int64_t, MINUS("\x01"), -1);
	READ(camipc_get_sint32, int32_t, "\xff\xff\xff\xff\x0f", INT32_MIN);
	READ(camipc_get_sint64, int64_t, MINUS("\x01"), INT64_MIN);
	READ(camipc_get_sfixed32, int32_t, "\xfe\xff\xff\xff", -2);
	READ(camipc_get_fixed64, uint64_t, "\1\0\0\0\0\0\0\x80",
	     UINT64_C(0x8000000000000001));
	READ(camipc_get_float, float, "\0\0\x80\x3f", 1.0f);
	READ(camipc_get_double, double, "\0\0\0\0\0\0\xf0\xbf", -1.0);
	/* Threat 14: any varint but 0 is true, stored as 1. */
	READ(camipc_get_bool, bool, MINUS("\x01"), true);
	READ(camipc_get_bool, bool, "\x80\x80\x80\x80\x20", true);
	READ(camipc_get_bool, bool, "\0", false);
}

/* As in a decoder: the compiler cannot see the bytes. */
__attribute__((noinline)) static const uint8_t *
read_floats(struct camipc_reader *r, const uint8_t *p, float *real,
	    double *wide)
{
	p = camipc_get_float(r, p, r->end, real);
	return camipc_get_double(r, p, r->end, wide);
}

/* What is not a number keeps its bits; the x87 would make it a quiet one, and
 * this test is about 32-bit machines that have nothing else. */
static void test_floats_keep_their_bits(void **state)
{
	static const uint8_t bytes[] = { 0x01, 0, 0x80, 0x7f, 0x01, 0, 0,
					 0,    0, 0,    0xf0, 0x7f };
	struct camipc_reader r;
	const uint8_t *p = camipc_reader_init(&r, bytes, sizeof(bytes), &arena,
					      NULL, 0);
	uint32_t float_bits;
	uint64_t double_bits;
	float real;
	double wide;

	(void)state;
	p = read_floats(&r, p, &real, &wide);
	assert_ptr_equal(p, bytes + sizeof(bytes));
	memcpy(&float_bits, &real, sizeof(real));
	memcpy(&double_bits, &wide, sizeof(wide));
	assert_int_equal(float_bits, 0x7f800001);
	assert_int_equal(double_bits, UINT64_C(0x7ff0000000000001));
}

/* Skips all fields of @data; returns the reader's error. */
static int skips(const void *data, size_t size, uint32_t *n)
{
	uint8_t *copy = exact_copy(data, size);
	struct camipc_reader r;
	const uint8_t *p = camipc_reader_init(&r, copy, size, &arena, NULL, 0);
	uint32_t tag;

	while (p < r.end) {
		p = camipc_get_tag(&r, p, r.end, &tag);
		p = camipc_skip(&r, p, r.end, tag);
	}
	free(copy);
	*n = r.skipped_fields;
	return r.error;
}

static void test_illegal_tags(void **state)
{
	uint8_t bytes[16] = { 0 };
	uint32_t n = 0;

	(void)state;
	for (unsigned int type = 0; type < 8; type++) {
		bool known = type == 0 || type == 1 || type == 2 || type == 5;

		bytes[0] = (uint8_t)(1 << 3 | type);
		memset(bytes + 1, 0, sizeof(bytes) - 1);
		assert_int_equal(skips(bytes, type == 1 ? 9 :
					      type == 5 ? 5 : 2, &n),
				 known ? 0 : -EPROTO);
		bytes[0] = (uint8_t)type; /* field number 0 */
		assert_int_equal(skips(bytes, 9, &n), -EPROTO);
	}
	/* Field number 2^29 - 1 is the last one; a bit more is no tag. */
	assert_int_equal(skips("\xf8\xff\xff\xff\x0f\0", 6, &n), 0);
	assert_int_equal(n, 1);
	assert_int_equal(skips("\x80\x80\x80\x80\x10\0", 6, &n), -EPROTO);
	/* Longer than it need be: values may be that, tags may not. */
	assert_int_equal(skips("\x88\x01\0", 3, &n), 0);
	assert_int_equal(skips("\x88\0\0", 3, &n), -EPROTO);
	assert_int_equal(skips("\x88\x80\0\0", 4, &n), -EPROTO);
	assert_int_equal(skips("\xf8\xff\xff\xff\x8f\0\0", 7, &n), -EPROTO);
}

/* Threat 11: lengths at the outer end and one past it. */
static void test_inner_lengths(void **state)
{
	uint32_t n = 0;

	(void)state;
	assert_int_equal(skips("\x0a\x02zz", 4, &n), 0);
	assert_int_equal(skips("\x0a\x03zz", 4, &n), -EPROTO);
	assert_int_equal(skips("\x0a" MINUS("\x01"), 11, &n), -EPROTO);
	assert_int_equal(skips("\x0a\xff\xff\xff\xff\x0fzz", 8, &n), -EPROTO);
}

/* Messages in messages without end: 0a len 0a len ... */
static int nests(uint32_t depth)
{
	uint8_t bytes[200];
	const uint8_t *p;
	struct camipc_reader r;
	uint32_t tag;
	uint32_t in = 1;
	size_t len;

	for (uint32_t i = 0; i + 1 < depth; i++) {
		bytes[2 * i] = 0x0a;
		bytes[2 * i + 1] = (uint8_t)(2 * (depth - 2 - i));
	}
	p = camipc_reader_init(&r, bytes, 2 * (size_t)(depth - 1), &arena,
			       NULL, 0);
	p = camipc_enter(&r, p);
	for (; p < r.end; in++) {
		p = camipc_get_tag(&r, p, r.end, &tag);
		p = camipc_get_len(&r, p, r.end, &len);
		p = camipc_enter(&r, p);
	}
	while (in-- > 0)
		camipc_leave(&r);
	assert_int_equal(r.depth, 0);
	assert_ptr_equal(p, r.end);
	if (r.error)
		assert_int_equal(r.fault, CAMIPC_FAULT_DEPTH);
	return camipc_reader_finish(&r);
}

static void test_depth_limit(void **state)
{
	(void)state;
	assert_int_equal(nests(CAMIPC_MAX_DEPTH), 0);
	assert_int_equal(nests(CAMIPC_MAX_DEPTH + 1), -EMSGSIZE);
}

/* Threats 5 and 11: what follows is compared, and nothing behind the end. */
static void test_the_next_tag(void **state)
{
	static const uint8_t bytes[] = { 0x08, 0xa2, 0x06, 0x88, 0 };
	const uint8_t *p = bytes;
	uint32_t tag = 7;

	(void)state;
	assert_false(camipc_next(&p, bytes, &tag, CAMIPC_VARINT(1)));
	assert_false(camipc_next(&p, bytes + 1, &tag, CAMIPC_VARINT(2)));
	assert_ptr_equal(p, bytes);
	assert_int_equal(tag, 7);
	assert_true(camipc_next(&p, bytes + 1, &tag, CAMIPC_VARINT(1)));
	assert_ptr_equal(p, bytes + 1);
	assert_int_equal(tag, CAMIPC_VARINT(1));

	assert_false(camipc_next(&p, bytes + 2, &tag, CAMIPC_BYTES(100)));
	assert_false(camipc_next(&p, bytes + 3, &tag, CAMIPC_BYTES(101)));
	assert_ptr_equal(p, bytes + 1);
	assert_true(camipc_next(&p, bytes + 3, &tag, CAMIPC_BYTES(100)));
	assert_ptr_equal(p, bytes + 3);
	/* Longer than it need be: no tag. */
	assert_false(camipc_next(&p, bytes + 5, &tag, CAMIPC_VARINT(1)));
	assert_int_equal(tag, CAMIPC_BYTES(100));
}

static int reads_string(const char *bytes, size_t size, const char **text)
{
	struct camipc_reader r;
	const uint8_t *p = camipc_reader_init(&r, bytes, size, &arena, NULL, 0);

	*text = NULL; /* as in a union that held something else */
	camipc_get_string(&r, p, r.end, text);
	assert_non_null(*text);
	if (r.error)
		assert_string_equal(*text, "");
	return r.error;
}

/* Threat 12. */
static void test_strings(void **state)
{
	const char *text;

	(void)state;
	assert_int_equal(reads_string("\3abc", 4, &text), 0);
	assert_string_equal(text, "abc");
	assert_int_equal(reads_string("\0", 1, &text), 0);
	assert_ptr_equal(text, camipc_empty_string);
	assert_int_equal(reads_string("\3a\0c", 4, &text), -EPROTO);
	assert_int_equal(reads_string("\2\xc3\x28", 3, &text), -EPROTO);
	assert_int_equal(reads_string("\4abc", 4, &text), -EPROTO);
	assert_string_equal(text, "");
	camipc_arena_reset(&arena, 8);
	assert_int_equal(reads_string("\7abcdefg", 8, &text), 0);
	camipc_arena_reset(&arena, 8);
	assert_int_equal(reads_string("\10abcdefgh", 9, &text), -EMSGSIZE);
}

static void test_bytes_stay_in_the_message(void **state)
{
	static const uint8_t message[] = "\4a\0bc";
	struct camipc_reader r;
	const uint8_t *data;
	uint8_t exact[4];
	size_t n;
	const uint8_t *p = camipc_reader_init(&r, message, 5, &arena, NULL, 0);

	(void)state;
	assert_ptr_equal(camipc_get_bytes(&r, p, r.end, &data, &n),
			 message + 5);
	assert_ptr_equal(data, message + 1);
	assert_int_equal(n, 4);
	assert_ptr_equal(camipc_get_bytes_exact(&r, p, r.end, exact, 4),
			 message + 5);
	assert_memory_equal(exact, "a\0bc", 4);
	assert_int_equal(r.error, 0);
	camipc_get_bytes_exact(&r, p, r.end, exact, 3);
	assert_int_equal(r.error, -EPROTO);
}

static const int three[] = { 70, 71, 72 };

/* Reads fds named by @places; returns finish's word. */
static int reads_fds(const char *places, size_t n, bool skip, int *fds,
		     struct camipc_reader *r)
{
	const uint8_t *p = camipc_reader_init(r, places, n, &arena, three, 3);

	if (skip)
		r->skipped_fields = 1;
	for (size_t i = 0; i < n; i++)
		p = camipc_get_fd(r, p, r->end, &fds[i]);
	return camipc_reader_finish(r);
}

/* Threats 28 and 31. */
static void test_fds_come_once_and_in_order(void **state)
{
	struct camipc_reader r;
	int fds[4];

	(void)state;
	assert_int_equal(reads_fds("\1\0\2\3", 4, false, fds, &r), 0);
	assert_int_equal(fds[0], 70);
	assert_int_equal(fds[1], -1);
	assert_int_equal(fds[2], 71);
	assert_int_equal(fds[3], 72);

	assert_int_equal(reads_fds("\1\2\1", 3, false, fds, &r), -EPROTO);
	assert_int_equal(r.fault, CAMIPC_FAULT_FD);
	assert_int_equal(fds[2], -1);
	assert_int_equal(reads_fds("\2\1\3", 3, false, fds, &r), -EPROTO);
	assert_int_equal(reads_fds("\1\1\3", 3, false, fds, &r), -EPROTO);
	assert_int_equal(reads_fds("\1\2\4", 3, false, fds, &r), -EPROTO);
	assert_int_equal(reads_fds("\1\2", 2, false, fds, &r), -EPROTO);
	assert_int_equal(r.fault, CAMIPC_FAULT_FD);
	assert_int_equal(reads_fds("", 0, false, fds, &r), -EPROTO);
}

static void test_fds_of_skipped_fields_are_counted(void **state)
{
	struct camipc_reader r;
	int fds[4];

	(void)state;
	assert_int_equal(reads_fds("\1", 1, true, fds, &r), 0);
	assert_int_equal(r.unused_fds, 2);
	assert_int_equal(reads_fds("\1\3", 2, true, fds, &r), 0);
	assert_int_equal(r.unused_fds, 1);
	assert_int_equal(fds[1], 72);
	assert_int_equal(reads_fds("\3\2", 2, true, fds, &r), -EPROTO);
	assert_int_equal(reads_fds("\3\3", 2, true, fds, &r), -EPROTO);
}

/* Is @fd taken where a field wants that kind and access? */
static bool takes_fd(int fd, enum camipc_fd_kind kind,
		     enum camipc_fd_access access)
{
	struct camipc_reader r;
	const uint8_t *p = camipc_reader_init(&r, "x", 1, &arena, NULL, 0);
	const uint8_t *next = camipc_require_fd_kind(&r, p, fd, kind, access,
						     false, 0);

	if (r.fault == CAMIPC_FAULT_NONE) {
		assert_ptr_equal(next, p);
		return true;
	}
	assert_int_equal(r.fault, CAMIPC_FAULT_FD);
	assert_int_equal(r.error, -EPROTO);
	assert_ptr_equal(next, r.end);
	return false;
}

static void test_fd_kinds(void **state)
{
	int pipes[2];

	(void)state;
	assert_int_equal(pipe2(pipes, O_CLOEXEC), 0);
	assert_true(takes_fd(pipes[0], CAMIPC_FD_KIND_PIPE,
			     CAMIPC_FD_ACCESS_ANY));
	assert_true(takes_fd(pipes[0], CAMIPC_FD_KIND_ANY,
			     CAMIPC_FD_ACCESS_RO));
	assert_false(takes_fd(pipes[1], CAMIPC_FD_KIND_PIPE,
			      CAMIPC_FD_ACCESS_RO));
	assert_false(takes_fd(pipes[0], CAMIPC_FD_KIND_MEMFD,
			      CAMIPC_FD_ACCESS_ANY));
	assert_false(takes_fd(-1, CAMIPC_FD_KIND_ANY, CAMIPC_FD_ACCESS_ANY));
	close(pipes[0]);
	close(pipes[1]);
}

static void test_new_is_clear_and_bounded(void **state)
{
	struct camipc_reader r;
	const uint8_t *piece;

	(void)state;
	camipc_reader_init(&r, NULL, 0, &arena, NULL, 0);
	memset(camipc_arena_alloc(&arena, 64), 0xff, 64);
	camipc_arena_reset(&arena, 64);
	piece = camipc_new(&r, 64);
	for (int i = 0; i < 64; i++)
		assert_int_equal(piece[i], 0);
	assert_null(camipc_new(&r, 1));
	assert_int_equal(r.error, -EMSGSIZE);
	assert_int_equal(r.fault, CAMIPC_FAULT_LIMIT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fault_without_an_error),
		cmocka_unit_test(test_varints_at_every_length),
		cmocka_unit_test(test_varints_longer_than_needed),
		cmocka_unit_test(test_narrow_numbers_are_not_cut),
		cmocka_unit_test(test_wide_numbers_as_protobuf_has_them),
		cmocka_unit_test(test_floats_keep_their_bits),
		cmocka_unit_test(test_illegal_tags),
		cmocka_unit_test(test_inner_lengths),
		cmocka_unit_test(test_depth_limit),
		cmocka_unit_test(test_the_next_tag),
		cmocka_unit_test_setup(test_strings, setup),
		cmocka_unit_test_setup(test_bytes_stay_in_the_message, setup),
		cmocka_unit_test(test_fds_come_once_and_in_order),
		cmocka_unit_test(test_fds_of_skipped_fields_are_counted),
		cmocka_unit_test(test_fd_kinds),
		cmocka_unit_test(test_new_is_clear_and_bounded),
	};
	int ret;

	camipc_arena_init(&arena, 1000);
	ret = cmocka_run_group_tests(tests, NULL, NULL);
	camipc_arena_fini(&arena);
	return ret;
}
