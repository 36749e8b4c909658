/* SPDX-License-Identifier: MIT */
/*
 * Tests that the tool asks addr2line only about files that it knows, that it
 * waits for no answer longer than a few seconds, and that no answer reaches a
 * terminal as it is.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "backtrace.h"
#include "test_files.h"

/* How long a hanging addr2line would take: nobody may wait so long. */
#define HANG_S "120"
#define PATIENCE_S 60

static char folder[TEST_PATH_SIZE];
static char *text;

/* Files that the caller names. */
static const char *files[2];

/* Runs backtrace_print() with an addr2line that is this script. */
static void print(const char *script, const struct camipc_closed_info *info)
{
	const char *program;
	size_t size = 0;
	FILE *stream;

	test_folder_make(folder);
	program = test_path(folder, "addr2line");
	test_file_write(program, script, strlen(script), 0755);
	assert_int_equal(setenv("ASKED", test_path(folder, "asked"), 1), 0);
	assert_int_equal(setenv("PATH", folder, 1), 0);
	text = NULL;
	stream = open_memstream(&text, &size);
	assert_non_null(stream);
	backtrace_print(stream, info, files);
	fclose(stream);
	assert_non_null(text);
}

static bool was_asked(void)
{
	return access(test_path(folder, "asked"), F_OK) == 0;
}

static void finish(void)
{
	free(text);
	test_folder_remove(folder);
}

/* A crash at one place, in this file. */
static struct camipc_closed_info crash_in(struct camipc_closed_frame *frame,
					  const char *file, const char *module)
{
	*frame = (struct camipc_closed_frame){
		.module = file,
		.offset = 0x1234,
		.build_id = "",
	};
	return (struct camipc_closed_info){
		.size = sizeof(struct camipc_closed_info),
		.module = module,
		.frames = frame,
		.n_frames = 1,
		.stderr_tail = "",
	};
}

#define SHELL "#!/bin/sh\n: > \"$ASKED\"\n"

static void a_known_file_is_looked_up(void **state)
{
	struct camipc_closed_frame frame;
	struct camipc_closed_info info =
		crash_in(&frame, "/bin/sh", "/bin/sh");

	(void)state;
	print(SHELL "echo measure; echo /src/stats.c:42\n", &info);
	assert_true(was_asked());
	assert_string_equal(text,
			    "  #0  sh+0x1234  measure at /src/stats.c:42\n");
	finish();
}

/* It might be on a file system that never answers. */
static void a_file_that_only_the_worker_names_is_not(void **state)
{
	struct camipc_closed_frame frame;
	struct camipc_closed_info info =
		crash_in(&frame, "/bin/sh", "/usr/lib/ipa.so");

	(void)state;
	print(SHELL "echo measure; echo /src/stats.c:42\n", &info);
	assert_false(was_asked());
	assert_string_equal(text, "  #0  sh+0x1234\n");
	finish();
}

/* The worker program, and a file that the module loads. */
static void a_file_that_the_caller_names_is_looked_up(void **state)
{
	struct camipc_closed_frame frame;
	struct camipc_closed_info info =
		crash_in(&frame, "/bin/sh", "/usr/lib/ipa.so");

	(void)state;
	files[0] = "/bin/sh";
	print(SHELL "echo measure; echo /src/stats.c:42\n", &info);
	files[0] = NULL;
	assert_true(was_asked());
	assert_string_equal(text,
			    "  #0  sh+0x1234  measure at /src/stats.c:42\n");
	finish();
}

static void an_answer_is_not_waited_for(void **state)
{
	struct camipc_closed_frame frames[4];
	struct camipc_closed_info info;
	time_t begin = time(NULL);

	(void)state;
	for (int i = 0; i < 4; i++)
		info = crash_in(&frames[i], "/bin/sh", "/bin/sh");
	info.frames = frames;
	info.n_frames = 4;
	print(SHELL "exec /bin/sleep " HANG_S "\n", &info);
	assert_true(time(NULL) - begin < PATIENCE_S);
	assert_true(was_asked());
	assert_non_null(strstr(text, "  #3  sh+0x1234\n"));
	finish();
}

/* A process of the host may hold the pipe open: two lines are an answer. */
static void the_end_of_the_pipe_is_not_waited_for(void **state)
{
	struct camipc_closed_frame frame;
	struct camipc_closed_info info =
		crash_in(&frame, "/bin/sh", "/bin/sh");
	time_t begin = time(NULL);

	(void)state;
	print(SHELL "echo f; echo s.c:1; exec /bin/sleep " HANG_S "\n", &info);
	assert_true(time(NULL) - begin < PATIENCE_S);
	assert_string_equal(text, "  #0  sh+0x1234  f at s.c:1\n");
	finish();
}

static void an_endless_answer_is_cut(void **state)
{
	struct camipc_closed_frame frame;
	struct camipc_closed_info info =
		crash_in(&frame, "/bin/sh", "/bin/sh");

	(void)state;
	print(SHELL "while :; do printf xxxxxxxxxxxxxxxx; done\n", &info);
	assert_true(was_asked());
	assert_string_equal(text, "  #0  sh+0x1234\n");
	finish();
}

static void an_answer_is_escaped(void **state)
{
	struct camipc_closed_frame frame;
	struct camipc_closed_info info =
		crash_in(&frame, "/bin/sh", "/bin/sh");

	(void)state;
	print(SHELL "printf 'f\\033[31m\\n\\342\\200\\256s.c:1\\n'\n", &info);
	assert_string_equal(text, "  #0  sh+0x1234  f\\u{1B}[31m at "
				  "\\u{202E}s.c:1\n");
	finish();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_known_file_is_looked_up),
		cmocka_unit_test(a_file_that_the_caller_names_is_looked_up),
		cmocka_unit_test(a_file_that_only_the_worker_names_is_not),
		cmocka_unit_test(an_answer_is_not_waited_for),
		cmocka_unit_test(the_end_of_the_pipe_is_not_waited_for),
		cmocka_unit_test(an_endless_answer_is_cut),
		cmocka_unit_test(an_answer_is_escaped),
	};

	return cmocka_run_group_tests_name("backtrace", tests, NULL, NULL);
}
