/* SPDX-License-Identifier: MIT */
/* Tests UTF-8: tables, and every code point. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <camipc/check.h>
#include <cmocka.h>

static void test_tables(void **state)
{
	static const char *const good[] = {
		"", "a", "camera 1", "\xc2\x80", "\xdf\xbf", "\xe0\xa0\x80",
		"\xed\x9f\xbf", "\xee\x80\x80", "\xef\xbf\xbf",
		"\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf",
		("12345678\xc3\xa4" "12345678"), "1234567\xe2\x82\xac",
	};
	static const char *const bad[] = {
		"\x80", "\xbf", "\xc0\x80", "\xc1\xbf", "\xc2", "\xc2\x41",
		"\xe0\x80\x80", "\xe0\x9f\xbf", "\xe2\x82", "\xe2\x82\x41",
		"\xed\xa0\x80", "\xed\xbf\xbf", /* surrogates */
		"\xf0\x80\x80\x80", "\xf0\x8f\xbf\xbf", /* overlong */
		"\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xff", "\xfe",
		"\xf0\x90\x80", "\xf8\x88\x80\x80\x80",
		"12345678\x80", "1234567\xc2", ("12345678\xed\xa0\x80" "12345"),
	};

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++)
		assert_true(camipc_utf8_is_valid(good[i], strlen(good[i])));
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		assert_false(camipc_utf8_is_valid(bad[i], strlen(bad[i])));
	assert_true(camipc_utf8_is_valid("a\0b", 3));
	assert_true(camipc_utf8_is_valid(NULL, 0));
}

static size_t encode(uint32_t point, uint8_t *out)
{
	if (point < 0x80) {
		out[0] = (uint8_t)point;
		return 1;
	}
	if (point < 0x800) {
		out[0] = (uint8_t)(0xc0 | point >> 6);
		out[1] = (uint8_t)(0x80 | (point & 0x3f));
		return 2;
	}
	if (point < 0x10000) {
		out[0] = (uint8_t)(0xe0 | point >> 12);
		out[1] = (uint8_t)(0x80 | (point >> 6 & 0x3f));
		out[2] = (uint8_t)(0x80 | (point & 0x3f));
		return 3;
	}
	out[0] = (uint8_t)(0xf0 | point >> 18);
	out[1] = (uint8_t)(0x80 | (point >> 12 & 0x3f));
	out[2] = (uint8_t)(0x80 | (point >> 6 & 0x3f));
	out[3] = (uint8_t)(0x80 | (point & 0x3f));
	return 4;
}

static void test_every_code_point(void **state)
{
	(void)state;
	for (uint32_t point = 0; point < 0x120000; point++) {
		uint8_t bytes[4];
		size_t len = encode(point, bytes);
		bool legal = point <= 0x10ffff &&
			     (point < 0xd800 || point > 0xdfff);

		if (camipc_utf8_is_valid(bytes, len) != legal)
			fail_msg("U+%04X: %d expected", point, legal);
		for (size_t cut = 1; cut < len; cut++)
			assert_false(camipc_utf8_is_valid(bytes, cut));
	}
}

/* Exactly as long as it is: what is looked at in eights must not be passed. */
static void test_every_place(void **state)
{
	(void)state;
	for (size_t len = 0; len <= 40; len++) {
		uint8_t *text = malloc(len ? len : 1);

		memset(text, 0x7f, len ? len : 1);
		assert_true(camipc_utf8_is_valid(text, len));
		assert_true(camipc_text_is_valid(text, len));
		for (size_t i = 0; i < len; i++) {
			text[i] = 0;
			assert_true(camipc_utf8_is_valid(text, len));
			assert_false(camipc_text_is_valid(text, len));
			text[i] = 1;
			assert_true(camipc_text_is_valid(text, len));
			text[i] = 0x80;
			assert_false(camipc_utf8_is_valid(text, len));
			assert_false(camipc_text_is_valid(text, len));
			text[i] = 0xc3;
			if (i + 1 < len)
				text[i + 1] = 0xa9;
			assert_int_equal(camipc_utf8_is_valid(text, len),
					 i + 1 < len);
			assert_int_equal(camipc_text_is_valid(text, len),
					 i + 1 < len);
			if (i > 0)
				text[i - 1] = 0;
			assert_false(camipc_text_is_valid(text, len) && i > 0);
			memset(text, 0x7f, len);
		}
		free(text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tables),
		cmocka_unit_test(test_every_code_point),
		cmocka_unit_test(test_every_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
