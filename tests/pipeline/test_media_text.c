/* SPDX-License-Identifier: MIT */
/*
 * Tests how texts from drivers are cleaned: control characters, invalid UTF-8,
 * fields without an end.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "media_text.h"

#define FIELD_SIZE 16

/* A field that is not full, and behind its NUL things that do not count. */
static void expect(const char *text, const char *expected)
{
	char field[FIELD_SIZE];
	char copy[FIELD_SIZE + 1];

	memset(field, 'x', sizeof(field));
	memset(copy, 'y', sizeof(copy));
	assert_true(strlen(text) < sizeof(field));
	memcpy(field, text, strlen(text) + 1);
	media_text_copy(copy, field, sizeof(field));
	assert_string_equal(copy, expected);
}

static void test_keeps_good_text(void **state)
{
	(void)state;
	expect("", "");
	expect("VIMC MDEV", "VIMC MDEV");
	expect("Cam\xc3\xa9ra \xe2\x82\xac", "Cam\xc3\xa9ra \xe2\x82\xac");
	expect("\xf0\x9f\x93\xb7", "\xf0\x9f\x93\xb7");
}

/* Escape sequences would reach the terminal that camipc list writes to. */
static void test_replaces_what_terminals_obey(void **state)
{
	(void)state;
	expect("a\x1b[2Jb", "a?[2Jb");
	expect("a\nb\tc", "a?b?c");
	expect("\x7f", "?");
	expect("a\xc2\x9b"
	       "2J",
	       "a??2J");
	expect("a\xc2\xa0"
	       "b",
	       "a\xc2\xa0"
	       "b");
}

static void test_replaces_what_is_no_text(void **state)
{
	(void)state;
	expect("\xff\xfe", "??");
	expect("caf\xe9", "caf?");
	expect("\xc3", "?");
	expect("\xed\xa0\x80", "???");
	/* All that is not ASCII goes, once something is wrong. */
	expect("\xc3\xa9\x01", "???");
}

static void test_ends_a_full_field(void **state)
{
	static const char full[FIELD_SIZE] = { 'a', 'b', 'c', 'd', 'e', 'f',
					       'g', 'h', 'i', 'j', 'k', 'l',
					       'm', 'n', 'o', 'p' };
	char copy[FIELD_SIZE + 1];

	(void)state;
	media_text_copy(copy, full, sizeof(full));
	assert_string_equal(copy, "abcdefghijklmnop");
}

/* A character cut off by the end of the field. */
static void test_ends_a_field_within_a_character(void **state)
{
	static const char cut[2] = { 'a', (char)0xc3 };
	char copy[3];

	(void)state;
	media_text_copy(copy, cut, sizeof(cut));
	assert_string_equal(copy, "a?");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_keeps_good_text),
		cmocka_unit_test(test_replaces_what_terminals_obey),
		cmocka_unit_test(test_replaces_what_is_no_text),
		cmocka_unit_test(test_ends_a_full_field),
		cmocka_unit_test(test_ends_a_field_within_a_character),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
