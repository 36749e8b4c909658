/* SPDX-License-Identifier: MIT */
/* Tests what becomes of a worker's stderr and messages in the host's log. */
#include "worker_log.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "log_capture.h"

static struct camipc_worker_log worker_log;
static int stream[2];

static int setup(void **state)
{
	(void)state;
	camipc_worker_log_init(&worker_log, "x", NULL);
	worker_log.pid = 4711;
	assert_int_equal(socketpair(AF_UNIX,
				    SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC,
				    0, stream),
			 0);
	log_capture_begin();
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	log_capture_end();
	close(stream[0]);
	if (stream[1] >= 0)
		close(stream[1]);
	return 0;
}

/* The worker writes, and the host reads at once. */
static void worker_writes(const char *text)
{
	const size_t size = strlen(text);

	assert_int_equal(write(stream[1], text, size), size);
	assert_int_equal(camipc_worker_log_read(&worker_log, stream[0]), 0);
}

/* Lines of libcamera 0.0.3 on a terminal. */
static void levels_and_colours_of_stderr(void **state)
{
	(void)state;
	worker_writes("\033[1;33m[0:12:34.567] [7]  \033[1;32mINFO A a.cpp:1 one\033[0m\n"
		      "[0:12:34.567] [7] ERROR A a.cpp:2 two\n"
		      "[0:12:34.567] [7] FATAL A a.cpp:3 three\n"
		      "[0:12:34.567] [7] DEBUG A a.cpp:4 four\n"
		      "[0:12:34.567] [7]  WARN A a.cpp:5 five\n"
		      "\033[31mterminate called\033[0m\n"
		      "\033[0m\n");
	log_capture_expect(1, CAMIPC_LOG_INFO,
			   "[4711] [0:12:34.567] [7]  INFO A a.cpp:1 one");
	log_capture_expect(1, CAMIPC_LOG_ERROR, "a.cpp:2 two");
	log_capture_expect(1, CAMIPC_LOG_ERROR, "a.cpp:3 three");
	log_capture_expect(1, CAMIPC_LOG_DEBUG, "a.cpp:4 four");
	log_capture_expect(1, CAMIPC_LOG_WARNING, "a.cpp:5 five");
	log_capture_expect(1, CAMIPC_LOG_WARNING, "[4711] terminate called");
	assert_int_equal(log_capture_count_from(CAMIPC_LOG_DEBUG), 6);
	assert_non_null(strstr(worker_log.tail, "\nterminate called"));
}

static void sequences_cut_over_two_reads(void **state)
{
	(void)state;
	worker_writes("one \033[1");
	worker_writes(";31mtwo \033");
	worker_writes("]0;title");
	worker_writes("\033");
	worker_writes("\\three \302");
	worker_writes("\2330mfour\n");
	log_capture_expect(1, CAMIPC_LOG_WARNING, "[4711] one two three four");
}

static void what_does_not_end_is_seen(void **state)
{
	(void)state;
	worker_writes("\033]0;hidden?\nnext\n");
	log_capture_expect(1, CAMIPC_LOG_WARNING, "\\u{1B}]0;hidden?");
	log_capture_expect(1, CAMIPC_LOG_WARNING, "[4711] next");
	worker_writes("\033[31");
	close(stream[1]);
	stream[1] = -1;
	assert_int_equal(camipc_worker_log_read(&worker_log, stream[0]),
			 -EPIPE);
	camipc_worker_log_finish(&worker_log);
	log_capture_expect(1, CAMIPC_LOG_WARNING, "\\u{1B}[31");
}

static void messages_of_the_module(void **state)
{
	static const char coloured[] = "\033[1;31mred\033[0m";
	static const char stated[] =
		"[0:12:34.567] [7] \033[31mERROR\033[0m A a.cpp:2 two";

	(void)state;
	camipc_worker_log_message(&worker_log, CAMIPC_LOG_INFO, coloured,
				  strlen(coloured));
	log_capture_expect(1, CAMIPC_LOG_INFO, "[4711] red");
	camipc_worker_log_message(&worker_log, CAMIPC_LOG_INFO, stated,
				  strlen(stated));
	log_capture_expect(1, CAMIPC_LOG_ERROR, "[7] ERROR A a.cpp:2 two");
}

#define LOG_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		LOG_TEST(levels_and_colours_of_stderr),
		LOG_TEST(sequences_cut_over_two_reads),
		LOG_TEST(what_does_not_end_is_seen),
		LOG_TEST(messages_of_the_module),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
