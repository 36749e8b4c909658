/* SPDX-License-Identifier: MIT */
/* Tests log topics by glob, and how programs react to CAMIPC_LOG. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <camipc/log.h>
#include <cmocka.h>

#include "log_filter.h"

static const char *program;

static enum camipc_log_level level_of(const char *text, const char *topic)
{
	struct camipc_log_filter filter;
	char error[192] = "";

	if (camipc_log_filter_parse(&filter, text, error, sizeof(error)) < 0)
		fail_msg("%s: %s", text, error);
	return camipc_log_filter_level(&filter,
				       filter.has_level ? filter.level :
							  CAMIPC_LOG_WARNING,
				       topic);
}

static void globs(void **state)
{
	const char *wanted = "proxy.*:debug,warning,ipa.s?ftisp:info,*q*y:error";

	(void)state;
	assert_int_equal(level_of(wanted, "proxy.process"), CAMIPC_LOG_DEBUG);
	assert_int_equal(level_of(wanted, "proxy"), CAMIPC_LOG_DEBUG);
	assert_int_equal(level_of(wanted, "proxyx"), CAMIPC_LOG_WARNING);
	assert_int_equal(level_of(wanted, "prox"), CAMIPC_LOG_WARNING);
	assert_int_equal(level_of(wanted, "ipa.softisp"), CAMIPC_LOG_INFO);
	assert_int_equal(level_of(wanted, "ipa.sftisp"), CAMIPC_LOG_WARNING);
	assert_int_equal(level_of(wanted, "aqbyqy"), CAMIPC_LOG_ERROR);
	assert_int_equal(level_of(wanted, "aqbyqz"), CAMIPC_LOG_WARNING);
	assert_int_equal(level_of("debug", "module"), CAMIPC_LOG_DEBUG);
	assert_int_equal(level_of("*:info", "module"), CAMIPC_LOG_INFO);
	assert_int_equal(level_of("*:info", ""), CAMIPC_LOG_INFO);
}

/** The last one that fits, as a command line reads. */
static void later_globs_win(void **state)
{
	(void)state;
	assert_int_equal(level_of("*:debug,proxy:error", "proxy"),
			 CAMIPC_LOG_ERROR);
	assert_int_equal(level_of("proxy:error,*:debug", "proxy"),
			 CAMIPC_LOG_DEBUG);
	assert_int_equal(level_of("proxy:error,debug", "proxy"),
			 CAMIPC_LOG_ERROR);
}

static void expect_bad(const char *text, const char *complaint)
{
	struct camipc_log_filter filter;
	char error[192] = "";

	assert_int_equal(camipc_log_filter_parse(&filter, text, error,
						 sizeof(error)),
			 -EINVAL);
	assert_int_equal(filter.n_rules, 0);
	assert_false(filter.has_level);
	if (!strstr(error, complaint))
		fail_msg("%s: got \"%s\"", text, error);
}

static void bad_values(void **state)
{
	char many[512] = "";

	(void)state;
	expect_bad("", "'': error, warning, info or debug is expected");
	expect_bad("loud", "'loud': error, warning");
	expect_bad("proxy:debug,,info", "'': error, warning");
	expect_bad("proxy:Debug", "'proxy:Debug': error, warning");
	expect_bad(":debug", "there is no topic");
	expect_bad("proxy", "'proxy': error, warning");
	expect_bad("a\x1b[31m:x", "'a\\u{1B}[31m:x'");
	for (int i = 0; i <= CAMIPC_LOG_MAX_RULES; i++)
		strcat(many, i ? ",a:info" : "a:info");
	expect_bad(many, "too many topics");
	memset(many, 'a', CAMIPC_LOG_RULES_SIZE);
	strcpy(many + CAMIPC_LOG_RULES_SIZE, ":info");
	expect_bad(many, "too many topics");
}

/** What a program writes to stderr with this CAMIPC_LOG. */
static void run_with(const char *value, const char *how, char *text,
		     size_t size)
{
	char command[512];
	FILE *output;
	size_t n;

	snprintf(command, sizeof(command), "CAMIPC_LOG='%s' '%s' %s 2>&1",
		 value, program, how);
	output = popen(command, "r");
	assert_non_null(output);
	n = fread(text, 1, size - 1, output);
	text[n] = '\0';
	assert_int_equal(pclose(output), 0);
}

static void in_a_program(void **state)
{
	char text[2048];

	(void)state;
	run_with("proxy.*:debug,error", "child", text, sizeof(text));
	assert_string_equal(text, "camipc: debug: proxy.process: one\n"
				  "wants 1 1 0\n");
	run_with("loud", "child", text, sizeof(text));
	assert_string_equal(text,
			    "camipc: CAMIPC_LOG is ignored: 'loud': error, "
			    "warning, info or debug is expected, or a topic as "
			    "in proxy.*:debug\n"
			    "camipc: warning: other: two\n"
			    "wants 0 0 0\n");
}

/** The variable overrides the level of a host, for topics and for the rest; a
 *  variable that only names topics leaves the rest to the host. */
static void overrides_a_host(void **state)
{
	char text[2048];

	(void)state;
	run_with("proxy.*:debug,error", "host", text, sizeof(text));
	assert_string_equal(text, "host: proxy.process: one\n"
				  "wants 1 1 0\n");
	run_with("info", "host", text, sizeof(text));
	assert_string_equal(text, "host: other: two\n"
				  "host: other: three\n"
				  "wants 0 0 0\n");
	run_with("proxy.*:debug", "host", text, sizeof(text));
	assert_string_equal(text, "host: proxy.process: one\n"
				  "host: other: two\n"
				  "wants 1 1 0\n");
}

static void print(void *user, enum camipc_log_level level, const char *topic,
		  const char *text)
{
	(void)user;
	(void)level;
	fprintf(stderr, "host: %s: %s\n", topic, text);
}

static int be_child(bool host)
{
	if (host)
		camipc_log_set(print, NULL, CAMIPC_LOG_WARNING);
	camipc_log(CAMIPC_LOG_DEBUG, "proxy.process", "one");
	camipc_log(CAMIPC_LOG_WARNING, "other", "two");
	camipc_log(CAMIPC_LOG_INFO, "other", "three");
	fprintf(stderr, "wants %d %d %d\n", camipc_log_wants(CAMIPC_LOG_DEBUG),
		camipc_log_wants_topic(CAMIPC_LOG_DEBUG, "proxy"),
		camipc_log_wants_topic(CAMIPC_LOG_DEBUG, "other"));
	return 0;
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(globs),
		cmocka_unit_test(later_globs_win),
		cmocka_unit_test(bad_values),
		cmocka_unit_test(in_a_program),
		cmocka_unit_test(overrides_a_host),
	};

	if (argc > 1)
		return be_child(strcmp(argv[1], "host") == 0);
	program = argv[0];
	return cmocka_run_group_tests_name("log_filter", tests, NULL, NULL);
}
