/* SPDX-License-Identifier: MIT */
/*
 * Tests the log: levels, cleaning, errno, threads, rate limit; and base/text.c.
 */
#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <camipc/log.h>
#include <cmocka.h>

#include "log_share.h"
#include "text.h"

static unsigned int lines;
static char last[2048];
static enum camipc_log_level last_level;

static void collect(void *user, enum camipc_log_level level, const char *topic,
		    const char *text)
{
	assert_ptr_equal(user, last);
	snprintf(last, sizeof(last), "%s|%s", topic, text);
	last_level = level;
	lines++;
	errno = EBADF; /* a host's callback may */
	camipc_log(CAMIPC_LOG_ERROR, "nested", "must not come back");
}

static void test_levels_and_errno(void **state)
{
	(void)state;
	camipc_log_set(collect, last, CAMIPC_LOG_INFO);
	lines = 0;
	errno = ENOENT;
	camipc_log(CAMIPC_LOG_INFO, "a.topic", "%s %d", "text", 7);
	assert_int_equal(errno, ENOENT);
	assert_int_equal(lines, 1);
	assert_int_equal(last_level, CAMIPC_LOG_INFO);
	assert_string_equal(last, "a.topic|text 7");
	camipc_log(CAMIPC_LOG_DEBUG, "a.topic", "unwanted");
	assert_int_equal(lines, 1);
	assert_true(camipc_log_wants(CAMIPC_LOG_ERROR));
	assert_false(camipc_log_wants(CAMIPC_LOG_DEBUG));
	camipc_log((enum camipc_log_level)77, "a.topic", "no such level");
	assert_int_equal(lines, 1);
}

static void test_lines_are_clean_and_bounded(void **state)
{
	char longer[5000];

	(void)state;
	camipc_log_set(collect, last, CAMIPC_LOG_INFO);
	camipc_log(CAMIPC_LOG_INFO, "t", "a\nb\x1b[31mc\x7f\xc2\x9b\xff\xc3\xa4");
	assert_string_equal(last, "t|a\\nb\\u{1B}[31mc\\u{7F}\\u{9B}\\xFF\xc3\xa4");
	memset(longer, 'x', sizeof(longer));
	longer[sizeof(longer) - 1] = '\0';
	camipc_log(CAMIPC_LOG_INFO, "t", "%s", longer);
	assert_int_equal(strlen(last), 2 + 1023);
}

static void test_sanitise_cuts_at_a_character(void **state)
{
	char out[5];

	(void)state;
	assert_int_equal(camipc_sanitise(out, sizeof(out), "abc\xe2\x82\xac", 6),
			 3);
	assert_string_equal(out, "abc");
	assert_int_equal(camipc_sanitise(out, sizeof(out), "a\xe2\x82\xac", 4),
			 4);
	assert_string_equal(out, "a\xe2\x82\xac");
	assert_int_equal(camipc_sanitise(out, 1, "abc", 3), 0);
	assert_string_equal(out, "");
	/* Nor within an escaped one. */
	assert_int_equal(camipc_sanitise(out, sizeof(out), "a\xff", 2), 1);
	assert_string_equal(out, "a");
	assert_int_equal(camipc_sanitise(out, sizeof(out), "\xff", 1), 4);
	assert_string_equal(out, "\\xFF");
}

/* Threat 50: what a reader of the log must not be fed, and what stays. */
static void test_hidden_characters_are_shown(void **state)
{
	static const struct {
		const char *text;
		const char *clean;
	} rows[] = {
		{ "a\tb\r", "a\\tb\\r" },
		{ "\x1b]0;title\x07", "\\u{1B}]0;title\\u{7}" },
		{ "\xc2\x9b" "31m", "\\u{9B}31m" },
		{ "\xc2\xad", "\\u{AD}" },
		{ "\xd8\x9c", "\\u{61C}" },
		{ "\xe2\x80\x8b", "\\u{200B}" },
		{ "\xe2\x80\x8e\xe2\x80\x8f", "\\u{200E}\\u{200F}" },
		{ "\xe2\x80\xa8\xe2\x80\xa9", "\\u{2028}\\u{2029}" },
		{ "so.exe\xe2\x80\xae", "so.exe\\u{202E}" },
		{ "\xe2\x80\xaa\xe2\x80\xac", "\\u{202A}\\u{202C}" },
		{ "\xe2\x81\xa6\xe2\x81\xa9", "\\u{2066}\\u{2069}" },
		{ "\xef\xbb\xbf", "\\u{FEFF}" },
		{ "\xef\xbf\xb9\xef\xbf\xbb", "\\u{FFF9}\\u{FFFB}" },
		{ "\xf3\xa0\x81\x81", "\\u{E0041}" },
		{ "\xed\xa0\x80", "\\xED\\xA0\\x80" },
		{ "\xc0\x80", "\\xC0\\x80" },
		{ "\xf4\x90\x80\x80", "\\xF4\\x90\\x80\\x80" },
		{ "\xe2\x82", "\\xE2\\x82" },
		/* Letters, signs and pictures stay, and so does a backslash. */
		{ "\xd7\x90\xd8\xa7", "\xd7\x90\xd8\xa7" },
		{ "\xe2\x82\xac\xef\xbf\xbd", "\xe2\x82\xac\xef\xbf\xbd" },
		{ "\xf0\x9f\x98\x80\\n", "\xf0\x9f\x98\x80\\n" },
	};
	char out[64];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		camipc_sanitise(out, sizeof(out), rows[i].text,
				strlen(rows[i].text));
		assert_string_equal(out, rows[i].clean);
	}
	camipc_sanitise(out, sizeof(out), "a\0b", 3);
	assert_string_equal(out, "a\\u{0}b");
}

static void *log_much(void *user)
{
	for (int i = 0; i < 1000; i++)
		camipc_log(CAMIPC_LOG_INFO, "thread", "%p %d", user, i);
	return NULL;
}

static void test_threads_come_one_at_a_time(void **state)
{
	pthread_t threads[4];

	(void)state;
	camipc_log_set(collect, last, CAMIPC_LOG_INFO);
	lines = 0; /* not atomic: the lock of the log has to do */
	for (int i = 0; i < 4; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, log_much,
						NULL),
				 0);
	for (int i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
	assert_int_equal(lines, 4000);
}

/* Runs @work with stderr in a file; returns what was written. */
static char *stderr_of(void (*work)(void))
{
	FILE *file = tmpfile();
	int kept = dup(STDERR_FILENO);
	char *text = calloc(1, 100001);

	fflush(stderr);
	dup2(fileno(file), STDERR_FILENO);
	work();
	fflush(stderr);
	dup2(kept, STDERR_FILENO);
	close(kept);
	rewind(file);
	assert_true(fread(text, 1, 100000, file) > 0);
	fclose(file);
	return text;
}

static void flood(void)
{
	for (int i = 0; i < 1000; i++)
		camipc_log(CAMIPC_LOG_WARNING, "flood", "line %d", i);
	camipc_log(CAMIPC_LOG_ERROR, "flood", "an error passes");
}

static void test_stderr_is_rate_limited(void **state)
{
	unsigned int n = 0;
	char *text;

	(void)state;
	camipc_log_set(NULL, NULL, CAMIPC_LOG_WARNING);
	text = stderr_of(flood);
	assert_non_null(strstr(text, "camipc: warning: flood: line 0\n"));
	for (const char *at = text; (at = strchr(at, '\n')); at++)
		n++;
	assert_non_null(strstr(text, "an error passes\n"));
	/* A hundred at once; a slow machine earns a few more meanwhile, and
	 * another test has used a few. */
	assert_in_range(n, 90, 900);
	free(text);
}

/* ---- shares ------------------------------------------------------------- */

static struct camipc_log_share noisy;
static struct camipc_log_share quiet;

/* One source floods; the other one, and this library, have a word to say. */
static void flood_of_one_source(void)
{
	for (int i = 0; i < 1000; i++)
		camipc_log_foreign(&noisy, CAMIPC_LOG_WARNING, "ipa.noisy",
				   "[1]", "noise");
	camipc_log_foreign(&quiet, CAMIPC_LOG_WARNING, "ipa.quiet", "[2]",
			   "a word");
	camipc_log(CAMIPC_LOG_WARNING, "proxy", "our warning");
	camipc_log(CAMIPC_LOG_ERROR, "proxy", "the worker died");
	camipc_log_foreign_settle(&noisy, "ipa.noisy", "[1]", false);
	camipc_log_foreign_settle(&noisy, "ipa.noisy", "[1]", true);
	camipc_log_foreign_settle(&noisy, "ipa.noisy", "[1]", true);
}

static unsigned int count_text(const char *text, const char *what)
{
	unsigned int n = 0;

	for (const char *at = text; (at = strstr(at, what)); at++)
		n++;
	return n;
}

/* Nobody loses lines because another one writes many. */
static void test_each_source_has_a_share(void **state)
{
	char *text;

	(void)state;
	camipc_log_set(NULL, NULL, CAMIPC_LOG_WARNING);
	text = stderr_of(flood_of_one_source);
	assert_in_range(count_text(text, "[1] noise\n"), 100, 900);
	assert_int_equal(count_text(text, "ipa.quiet: [2] a word\n"), 1);
	assert_int_equal(count_text(text, "our warning\n"), 1);
	assert_int_equal(count_text(text, "the worker died\n"), 1);
	/* One line: when the flood has ended, or its source. */
	assert_int_equal(count_text(text, "lines were dropped\n"), 1);
	free(text);
}

/* A callback gets everything of a module in this process. */
static void test_a_callback_has_no_limit_of_its_own(void **state)
{
	struct camipc_log_share share = { .only_stderr = true };

	(void)state;
	camipc_log_set(collect, last, CAMIPC_LOG_WARNING);
	lines = 0;
	for (int i = 0; i < 1000; i++)
		camipc_log_foreign(&share, CAMIPC_LOG_WARNING, "ipa", "m:",
				   "line\n");
	assert_int_equal(lines, 1000);
	assert_string_equal(last, "ipa|m: line\\n");
	share.only_stderr = false;
	lines = 0;
	for (int i = 0; i < 1000; i++)
		camipc_log_foreign(&share, CAMIPC_LOG_WARNING, "ipa", "m:",
				   "line");
	assert_in_range(lines, 100, 900);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_levels_and_errno),
		cmocka_unit_test(test_lines_are_clean_and_bounded),
		cmocka_unit_test(test_sanitise_cuts_at_a_character),
		cmocka_unit_test(test_threads_come_one_at_a_time),
		cmocka_unit_test(test_hidden_characters_are_shown),
		cmocka_unit_test(test_each_source_has_a_share),
		cmocka_unit_test(test_stderr_is_rate_limited),
		cmocka_unit_test(test_a_callback_has_no_limit_of_its_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
