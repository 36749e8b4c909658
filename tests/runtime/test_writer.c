/* SPDX-License-Identifier: MIT */
/* Tests the writer: the bytes, omitted defaults, and every size of buffer. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <camipc/wire.h>
#include <cmocka.h>

static uint8_t buffer[1000];
static struct camipc_writer w;

static void expect(const char *bytes, size_t size)
{
	size_t written = 0;

	assert_int_equal(camipc_writer_finish(&w, &written), 0);
	assert_int_equal(written, size);
	assert_memory_equal(buffer, bytes, size);
}

#define WRITES(expression, bytes)                                         \
	do {                                                              \
		camipc_writer_init(&w, buffer, sizeof(buffer), NULL, 0);  \
		w.pos = expression;                                       \
		expect(bytes, sizeof(bytes) - 1);                         \
	} while (0)

static void test_scalars(void **state)
{
	(void)state;
	WRITES(camipc_put_uint32(&w, w.pos, 1, 0), "");
	WRITES(camipc_put_present_uint32(&w, w.pos, 1, 0), "\x08\0");
	WRITES(camipc_put_uint32(&w, w.pos, 1, 127), "\x08\x7f");
	WRITES(camipc_put_uint32(&w, w.pos, 16, 128), "\x80\x01\x80\x01");
	WRITES(camipc_put_uint32(&w, w.pos, 536870911, 1), "\xf8\xff\xff\xff\x0f\1");
	WRITES(camipc_put_int32(&w, w.pos, 1, -1),
	       "\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01");
	WRITES(camipc_put_int8(&w, w.pos, 1, -1),
	       "\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01");
	WRITES(camipc_put_sint32(&w, w.pos, 1, -22), "\x08\x2b");
	WRITES(camipc_put_sint64(&w, w.pos, 1, INT64_MIN),
	       "\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01");
	WRITES(camipc_put_sint16(&w, w.pos, 1, INT16_MAX), "\x08\xfe\xff\x03");
	WRITES(camipc_put_fixed32(&w, w.pos, 1, 1), "\x0d\1\0\0\0");
	WRITES(camipc_put_sfixed16(&w, w.pos, 1, -2), "\x0d\xfe\xff\xff\xff");
	WRITES(camipc_put_sfixed64(&w, w.pos, 1, -2),
	       "\x09\xfe\xff\xff\xff\xff\xff\xff\xff");
	WRITES(camipc_put_bool(&w, w.pos, 1, true), "\x08\1");
	WRITES(camipc_put_float(&w, w.pos, 1, 0.0f), "");
	WRITES(camipc_put_float(&w, w.pos, 1, -0.0f), "\x0d\0\0\0\x80");
	WRITES(camipc_put_double(&w, w.pos, 1, -0.0), "\x09\0\0\0\0\0\0\0\x80");
	WRITES(camipc_put_string(&w, w.pos, 1, NULL), "");
	WRITES(camipc_put_string(&w, w.pos, 1, ""), "");
	WRITES(camipc_put_present_string(&w, w.pos, 1, NULL), "\x0a\0");
	WRITES(camipc_put_string(&w, w.pos, 1, "abc"), "\x0a\3abc");
	WRITES(camipc_put_bytes(&w, w.pos, 1, NULL, 0), "");
	WRITES(camipc_put_present_bytes(&w, w.pos, 1, NULL, 0), "\x0a\0");
}

static void test_nested_lengths(void **state)
{
	static const size_t sizes[] = { 0, 1, 127, 128, 300 };
	char text[400];

	(void)state;
	memset(text, 'x', sizeof(text));
	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		size_t n = sizes[i];
		uint8_t *outer;
		uint8_t *inner;
		uint8_t *end;
		struct camipc_reader r;
		const uint8_t *p;
		const uint8_t *behind;
		const uint8_t *data;
		uint32_t tag;
		size_t len;

		camipc_writer_init(&w, buffer, sizeof(buffer), NULL, 0);
		outer = camipc_open(&w, w.pos, 3);
		inner = camipc_open(&w, outer, 200);
		end = camipc_put_bytes(&w, inner, 1, text, n);
		end = camipc_close(&w, inner, end);
		end = camipc_put_uint32(&w, end, 2, 7);
		w.pos = camipc_close(&w, outer, end);

		p = camipc_reader_init(&r, buffer, camipc_writer_size(&w),
				       NULL, NULL, 0);
		p = camipc_get_tag(&r, p, r.end, &tag);
		assert_int_equal(tag, CAMIPC_BYTES(3));
		p = camipc_get_len(&r, p, r.end, &len);
		assert_ptr_equal(p + len, r.end);
		p = camipc_get_tag(&r, p, r.end, &tag);
		assert_int_equal(tag, CAMIPC_BYTES(200));
		p = camipc_get_len(&r, p, r.end, &len);
		behind = p + len;
		if (n > 0) {
			size_t seen;

			p = camipc_get_tag(&r, p, r.end, &tag);
			p = camipc_get_bytes(&r, p, behind, &data, &seen);
			assert_int_equal(seen, n);
			assert_memory_equal(data, text, n);
		}
		assert_ptr_equal(p, behind);
		p = camipc_get_tag(&r, p, r.end, &tag);
		assert_int_equal(tag, CAMIPC_VARINT(2));
		p = camipc_skip(&r, p, r.end, tag);
		assert_int_equal(r.error, 0);
		assert_ptr_equal(p, r.end);
	}
}

static void write_everything(size_t size, uint8_t *to)
{
	static const uint16_t numbers[40] = { 65535, 65535, 65535, 1 };
	static const double reals[20] = { 1.0 };
	char text[200];
	uint8_t *body;
	uint8_t *inner;
	uint8_t *p;

	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	camipc_writer_init(&w, to, size, NULL, 0);
	body = camipc_open(&w, w.pos, 5000);
	p = camipc_put_int64(&w, body, 536870911, -1);
	p = camipc_put_string(&w, p, 2, text);
	p = camipc_put_double(&w, p, 3, 1.0);
	p = camipc_put_uint16_array(&w, p, 4, numbers, 40);
	p = camipc_put_double_array(&w, p, 5, reals, 20);
	p = camipc_put_uint32(&w, camipc_close(&w, body, p), 1, UINT32_MAX);
	/* Once it failed, what would fit is not written either. */
	for (uint32_t i = 1; i <= 3; i++) {
		body = camipc_open(&w, p, i);
		inner = camipc_open(&w, body, 1);
		p = camipc_put_bool(&w, inner, 1, true);
		p = camipc_close(&w, body, camipc_close(&w, inner, p));
	}
	w.pos = p;
}

/* Every size of buffer: it fits, or fails, and never writes behind it. */
static void test_no_room(void **state)
{
	size_t needed = 0;

	(void)state;
	write_everything(sizeof(buffer), buffer);
	assert_int_equal(camipc_writer_finish(&w, &needed), 0);
	for (size_t size = 0; size < needed + 40; size++) {
		uint8_t *exact = malloc(size ? size : 1);
		size_t written = 12345;
		int ret;

		write_everything(size, exact);
		ret = camipc_writer_finish(&w, &written);
		if (size < needed + CAMIPC_WRITE_ROOM) {
			assert_int_equal(ret, -EMSGSIZE);
			assert_int_equal(written, 12345);
		} else {
			assert_int_equal(ret, 0);
			assert_int_equal(written, needed);
			assert_memory_equal(exact, buffer, needed);
		}
		free(exact);
	}
}

/* As protobuf says it: seven bits a byte, the lowest first. */
static size_t write_slowly(uint8_t *to, uint64_t value)
{
	size_t n = 0;

	while (value >= 0x80) {
		to[n++] = (uint8_t)(value | 0x80);
		value >>= 7;
	}
	to[n++] = (uint8_t)value;
	return n;
}

static void expect_varint(uint64_t value)
{
	uint8_t expected[10];
	size_t n = write_slowly(expected, value);
	size_t size = 0;

	camipc_writer_init(&w, buffer, sizeof(buffer), NULL, 0);
	w.pos = camipc_put_present_uint64(&w, w.pos, 1, value);
	assert_int_equal(camipc_writer_finish(&w, &size), 0);
	assert_int_equal(size, 1 + n);
	assert_memory_equal(buffer + 1, expected, n);
	assert_int_equal(camipc_write_short_varint(buffer, value) - buffer, n);
	assert_memory_equal(buffer, expected, n);
}

static void test_varints(void **state)
{
	uint64_t random = 1;

	(void)state;
	expect_varint(0);
	for (unsigned int bit = 0; bit < 64; bit++) {
		expect_varint(UINT64_C(1) << bit);
		expect_varint((UINT64_C(1) << bit) - 1);
		expect_varint(~(UINT64_C(1) << bit));
		expect_varint(UINT64_MAX << bit);
		for (int i = 0; i < 100; i++) {
			random = random * UINT64_C(6364136223846793005) + 1;
			expect_varint(random >> bit);
		}
	}
}

static void test_fds(void **state)
{
	int fds[2];
	size_t size;

	(void)state;
	camipc_writer_init(&w, buffer, sizeof(buffer), fds, 2);
	w.pos = camipc_put_fd(&w, w.pos, 1, 33);
	w.pos = camipc_put_fd(&w, w.pos, 2, -1);
	w.pos = camipc_put_fd(&w, w.pos, 3, 33);
	expect("\x08\1\x18\2", 4);
	assert_int_equal(w.n_fds, 2);
	assert_int_equal(fds[0], 33);
	assert_int_equal(fds[1], 33);
	/* In an array none takes its place, too. */
	w.pos = camipc_put_present_fd(&w, w.pos, 4, -1);
	expect("\x08\1\x18\2\x20\0", 6);
	w.pos = camipc_put_fd(&w, w.pos, 4, 34);
	assert_int_equal(camipc_writer_finish(&w, &size), -EMSGSIZE);
	assert_int_equal(w.n_fds, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_scalars),
		cmocka_unit_test(test_varints),
		cmocka_unit_test(test_nested_lengths),
		cmocka_unit_test(test_no_room),
		cmocka_unit_test(test_fds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
