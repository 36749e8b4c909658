/* SPDX-License-Identifier: MIT */
/*
 * Tests texts of a recording that somebody else made: what acts on a terminal, or
 * turns the direction of reading, is escaped before it is printed (threat 50).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "chunk_item.h"
#include "value_tree.h"

static void expect_json(const char *data, size_t size, const char *json)
{
	struct camipc_bytes text = { .size = 0 };

	camipc_print_json_string(&text, (const uint8_t *)data, size);
	assert_int_equal(text.error, 0);
	assert_int_equal(text.size, strlen(json));
	assert_memory_equal(text.data, json, text.size);
	camipc_bytes_fini(&text);
}

/** Values that a worker chose; JSON gives them back as they are. */
static void json_strings(void **state)
{
	(void)state;
	expect_json("plain \xc3\xa9", 8, "\"plain \xc3\xa9\"");
	expect_json("a\"\\\n\x1b<&", 7, "\"a\\\"\\\\\\u000a\\u001b\\u003c\\u0026\"");
	/* CSI in one character, a turn of direction, an end of a line. */
	expect_json("\xc2\x9b"
		    "31m", 5, "\"\\u009b31m\"");
	expect_json("\xe2\x80\xae", 3, "\"\\u202e\"");
	expect_json("\xe2\x80\xa8", 3, "\"\\u2028\"");
	expect_json("\xf3\xa0\x80\x81", 4, "\"\\udb40\\udc01\"");
	expect_json("\x7f", 1, "\"\\u007f\"");
	/* No UTF-8. */
	expect_json("\x9b"
		    "31m", 4, "\"\\u009b31m\"");
}

static size_t put_text(uint8_t *to, const char *text)
{
	const size_t n = strlen(text);

	camipc_put_le(to, n, 2);
	memcpy(to + 2, text, n);
	return n + 2;
}

static void texts_of_a_file(void **state)
{
	static struct camipc_recorded item;
	uint8_t bytes[256] = { 0 };
	size_t size = CAMIPC_ITEM_HEADER_SIZE;

	(void)state;
	size += put_text(bytes + size, "ipa.\xe2\x80\xaex\n");
	size += put_text(bytes + size, "\x1b[2J \xc2\x9b \xe2\x80\xa8 \x9b \xc3\xa9");
	camipc_put_le(bytes, size, 4);
	bytes[4] = CAMIPC_ITEM_LOG;
	assert_int_equal(camipc_item_read(bytes, sizeof(bytes), &item), size);
	assert_string_equal(item.topic, "ipa.\\u{202E}x\\n");
	assert_string_equal(item.text,
			    "\\u{1B}[2J \\u{9B} \\u{2028} \\x9B \xc3\xa9");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(json_strings),
		cmocka_unit_test(texts_of_a_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
