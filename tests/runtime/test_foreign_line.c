/* SPDX-License-Identifier: MIT */
/* Tests that escape sequences leave foreign lines whole, and levels are found. */
#include "foreign_line.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

/* What a line has, and what is left of it. */
static const struct {
	const char *in;
	const char *out;
} lines[] = {
	{ "plain text", "plain text" },
	{ "", "" },
	/* CSI: colours, cursor, private parameters, intermediate bytes. */
	{ "\033[1;31mred\033[0m", "red" },
	{ "\033[38;2;1;2;3mx\033[m", "x" },
	{ "a\033[2J\033[Hb", "ab" },
	{ "a\033[?25lb\033[>4;1mc", "abc" },
	{ "a\033[0 qb\033[!pc", "abc" },
	{ "a\033[1\r;3\t1mb", "ab" },
	{ "a\2331;31mb", "ab" },
	{ "a\302\2331;31mb", "ab" },
	/* Strings: OSC with BEL, ST and C1, DCS, SOS, PM, APC. */
	{ "a\033]0;title\ab", "ab" },
	{ "a\033]8;;http://x/\033\\link\033]8;;\033\\b", "alinkb" },
	{ "a\033]0;\303\234ber\302\234b", "ab" },
	{ "a\2350;title\234b", "ab" },
	{ "a\302\2350;title\ab", "ab" },
	{ "a\033P1$r\033\\b", "ab" },
	{ "a\033Xsos\033\\b\033^pm\033\\c\033_apc\033\\d", "abcd" },
	{ "a\220dcs\234b\230s\234c\236p\234d\237a\234e", "abcde" },
	/* Short ones, with and without intermediate bytes. */
	{ "a\033cb\0337c\0338d\033=e\033Mf", "abcdef" },
	{ "a\033(Bb\033#8c\033%Gd\033 Fe", "abcde" },
	/* One in another, and cancelled ones. */
	{ "a\033[1\033[31mb", "ab" },
	{ "a\033\033[31mb", "ab" },
	{ "a\033]0;x\033[31mb", "ab" },
	{ "a\033[3\030b\033]x\032c", "abc" },
	{ "\033[m\033[m\033[m", "" },
	/* What does not end, or is malformed, hides nothing. */
	{ "a\033", "a\033" },
	{ "a\033[1;31", "a\033[1;31" },
	{ "a\033]0;no end", "a\033]0;no end" },
	{ "a\033Pno end\033", "a\033Pno end\033" },
	{ "a\033[3\377mb", "a\033[3\377mb" },
	{ "a\033[3\303\244mb", "a\033[3\303\244mb" },
	{ "a\033\303\244b", "a\033\303\244b" },
	{ "a\033[3\302\23331mb", "a\033[3b" },
	{ "a\033]0;one\ntwo\ab", "a\033]0;one\ntwo\ab" },
	{ "a\033[3\n1mb", "a\033[3\n1mb" },
	/* Bytes of C1 within UTF-8 are none: e with caron, a euro, a heart. */
	{ "\304\2331m \342\202\254 \360\237\222\2331m",
	  "\304\2331m \342\202\254 \360\237\222\2331m" },
	/* A character that is cut, then C1 in a byte. */
	{ "\342\2331mx", "\342\2331mx" },
	{ "\303a\2331mx", "\303ax" },
	/* C1 characters that begin no sequence stay, to be escaped. */
	{ "a\302\205b\205c", "a\302\205b\205c" },
};

static void removes_sequences_whole(void **state)
{
	char out[256];

	(void)state;
	for (size_t i = 0; i < LENGTH(lines); i++) {
		size_t n = camipc_strip_escapes(out, sizeof(out) - 1,
						lines[i].in,
						strlen(lines[i].in));

		out[n] = '\0';
		if (strcmp(out, lines[i].out) != 0)
			fail_msg("line %zu is '%s', not '%s'", i, out,
				 lines[i].out);
	}
}

static void cuts_do_not_matter(void **state)
{
	struct camipc_foreign_line line = { 0 };
	char out[256];

	(void)state;
	for (size_t i = 0; i < LENGTH(lines); i++) {
		const char *in = lines[i].in;
		const size_t len = strlen(in);

		for (size_t cut = 0; cut <= len; cut++) {
			camipc_foreign_line_add(&line, out, sizeof(out), in,
						cut);
			camipc_foreign_line_add(&line, out, sizeof(out),
						in + cut, len - cut);
			out[camipc_foreign_line_end(&line)] = '\0';
			assert_string_equal(out, lines[i].out);
		}
		for (size_t at = 0; at < len; at++)
			camipc_foreign_line_add(&line, out, sizeof(out),
						in + at, 1);
		out[camipc_foreign_line_end(&line)] = '\0';
		assert_string_equal(out, lines[i].out);
	}
}

/* A line of 1 MiB that never ends its sequence, in a buffer of 16 bytes. */
static void sequences_without_end_stay_small(void **state)
{
	static const char *const begins[] = { "ok\033]", "ok\033[", "ok\033P",
					      "ok\033 ", "ok\033" };
	struct camipc_foreign_line line = { 0 };
	char out[17];

	(void)state;
	for (size_t i = 0; i < LENGTH(begins); i++) {
		memset(out, '#', sizeof(out));
		camipc_foreign_line_add(&line, out, 16, begins[i],
					strlen(begins[i]));
		for (int k = 0; k < 1024 * 1024; k++)
			camipc_foreign_line_add(&line, out, 16,
						i == 3 ? " " : "0", 1);
		assert_in_range(camipc_foreign_line_end(&line), 14, 16);
		assert_memory_equal(out, "ok", 2);
		assert_int_equal(out[16], '#');
		/* Nor does it swallow the next line. */
		camipc_foreign_line_add(&line, out, 16, "next", 4);
		assert_int_equal(camipc_foreign_line_end(&line), 4);
		assert_memory_equal(out, "next", 4);
	}
}

static void add_text(struct camipc_foreign_line *line, char *out, size_t size,
		     const char *text)
{
	camipc_foreign_line_add(line, out, size, text, strlen(text));
}

/* A sequence that began in the buffer and ended behind it goes, too. */
static void sequences_take_no_room(void **state)
{
	struct camipc_foreign_line line = { 0 };
	char out[8];

	(void)state;
	for (int i = 0; i < 1000; i++)
		add_text(&line, out, 4, "\033[38;2;9;9;9m");
	add_text(&line, out, 4, "abc\033]0;a long title\adef");
	assert_int_equal(camipc_foreign_line_end(&line), 4);
	assert_memory_equal(out, "abcd", 4);
	add_text(&line, out, 4, "abcd\302\2331mefgh");
	assert_int_equal(camipc_foreign_line_end(&line), 4);
	assert_memory_equal(out, "abcd", 4);
}

static const struct {
	const char *text;
	enum camipc_log_level level;
} levels[] = {
	{ "[0:12:34.567] [4711]  WARN IPARkISP1 rkisp1.cpp:123 text",
	  CAMIPC_LOG_WARNING },
	{ "[0:12:34.567890123] [1] DEBUG A b.cpp:1 text", CAMIPC_LOG_DEBUG },
	{ "[100:00:00.000000000] [1]  INFO A b.cpp:1 x", CAMIPC_LOG_INFO },
	{ "[0:12:34.567] [4711] ERROR A b.cpp:1 x", CAMIPC_LOG_ERROR },
	{ "[0:12:34.567] [4711] FATAL A b.cpp:1 x", CAMIPC_LOG_ERROR },
	/* Another level in the text changes nothing. */
	{ "[0:12:34.567] [4711]  INFO A b.cpp:1 ERROR text", CAMIPC_LOG_INFO },
};

static const char *const without_level[] = {
	"",
	"[",
	"ERROR text",
	"[0:12:34.567] ERROR text",
	"[0:12:34.567] [4711] text",
	"[0:12:34.567] [4711] ERRORS text",
	"[0:12:34.567] [4711] ERROR",
	"[0:12:34.567] [4711]ERROR text",
	"[0:12:34.567 [4711] ERROR text",
	"[] [] ERROR text",
	"[0:12:34.567] [name] ERROR text",
	"x [0:12:34.567] [4711] ERROR text",
	"[0:12:34.567] [4711] error text",
};

static void finds_levels(void **state)
{
	(void)state;
	for (size_t i = 0; i < LENGTH(levels); i++)
		for (int k = CAMIPC_LOG_ERROR; k <= CAMIPC_LOG_DEBUG; k++)
			assert_int_equal(
				camipc_foreign_level(
					levels[i].text,
					(enum camipc_log_level)k),
				levels[i].level);
	for (size_t i = 0; i < LENGTH(without_level); i++)
		for (int k = CAMIPC_LOG_ERROR; k <= CAMIPC_LOG_DEBUG; k++)
			assert_int_equal(
				camipc_foreign_level(
					without_level[i],
					(enum camipc_log_level)k),
				k);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(removes_sequences_whole),
		cmocka_unit_test(cuts_do_not_matter),
		cmocka_unit_test(sequences_without_end_stay_small),
		cmocka_unit_test(sequences_take_no_room),
		cmocka_unit_test(finds_levels),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
