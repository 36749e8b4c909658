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
	assert_string_equal(last, "t|a?b?[31mc???\xc3\xa4");
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
	assert_int_equal(camipc_sanitise(out, sizeof(out), "a\0b\xe2\x82", 5),
			 4);
	assert_string_equal(out, "a?b?");
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
	/* A hundred at once; a slow machine earns a few more meanwhile. */
	assert_in_range(n, 100, 900);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_levels_and_errno),
		cmocka_unit_test(test_lines_are_clean_and_bounded),
		cmocka_unit_test(test_sanitise_cuts_at_a_character),
		cmocka_unit_test(test_threads_come_one_at_a_time),
		cmocka_unit_test(test_stderr_is_rate_limited),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
