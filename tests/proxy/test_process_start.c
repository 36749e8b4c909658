/* SPDX-License-Identifier: MIT */
/*
 * Tests how a link to a worker process begins, with real workers and with fake
 * ones (fake_worker.c) whose birth fails.
 */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "child_process.h"
#include "link_fixture.h"
#include "log_capture.h"
#include "test_files.h"
#include "under_valgrind.h"
#include "worker_start.h"

/* ---- real workers ------------------------------------------------------ */

static void a_module_answers_in_its_worker(void **state)
{
	struct link_fixture fixture;
	const struct camipc_served *served;

	(void)state;
	link_set_up(&fixture, WORKER);
	assert_int_equal(link_create(&fixture, MODULES_FOLDER "/plain.so"), 0);
	assert_true(fixture.link->ops->is_encoded(fixture.link));
	served = fixture.link->ops->served(fixture.link);
	assert_int_equal(served->n_methods, 1);
	assert_int_equal(served->methods[0], 1);
	assert_true(fd_leak_process_exists(
		fixture.link->ops->get_pid(fixture.link)));
	for (uint32_t cookie = 1; cookie < 100; cookie++) {
		assert_int_equal(link_push_call(&fixture, 1, cookie, 0), 0);
		link_expect_record(&fixture, CAMIPC_MESSAGE_REPLY, cookie);
	}
	assert_true(link_is_quiet(fixture.params.epoll_fd));
	link_tear_down(&fixture);
	assert_int_equal(log_capture_count_from(CAMIPC_LOG_WARNING), 0);
}

/** The thread that serves is its first, in this pid namespace. */
static void the_worker_tells_which_thread_serves(void **state)
{
	struct camipc_worker_peer peer;
	struct camipc_loaded loaded;
	struct link_fixture fixture;

	(void)state;
	link_set_up(&fixture, WORKER);
	snprintf(fixture.module.path, sizeof(fixture.module.path), "%s",
		 MODULES_FOLDER "/plain.so");
	camipc_worker_peer_init(&peer, "plain");
	assert_int_equal(camipc_worker_start(&peer, &fixture.params, &loaded),
			 0);
	assert_int_equal(peer.thread,
			 camipc_child_get_pid(peer.process.child));
	assert_int_equal(peer.flags, 0);
	free(loaded.methods);
	camipc_worker_peer_fini(&peer);
	link_tear_down(&fixture);
}

/* Or a worker that happens to be installed would be tested. */
static void the_worker_tells_its_build_id(void **state)
{
	static const uint8_t note[] = { 4, 0, 0, 0, 20, 0, 0, 0,
					3, 0, 0, 0, 'G', 'N', 'U', 0 };
	struct link_fixture fixture;
	char text[64] = "build id ";
	size_t size;
	uint8_t *file = test_file_read(WORKER, &size);
	const uint8_t *found = memmem(file, size, note, sizeof(note));

	(void)state;
	if (!found) {
		free(file);
		print_message("the linker made no build id\n");
		skip();
	}
	for (size_t i = 0; i < 20; i++)
		snprintf(text + 9 + 2 * i, 3, "%02x", found[sizeof(note) + i]);
	free(file);
	link_set_up(&fixture, WORKER);
	assert_int_equal(link_create(&fixture, MODULES_FOLDER "/plain.so"), 0);
	log_capture_expect(1, CAMIPC_LOG_INFO, text);
	link_tear_down(&fixture);
}

static void a_module_that_cannot_be_loaded_is_one_line(void **state)
{
	static const struct {
		const char *path;
		int error;
		const char *text;
	} cases[] = {
		{ MODULES_FOLDER "/missing_symbol.so", -ENOEXEC,
		  "nobody_defines_this" },
		{ MODULES_FOLDER "/no_note.so", -ENOEXEC, "no_note.so" },
		{ MODULES_FOLDER "/nothing.so", -ENOENT, "nothing.so" },
		{ MODULES_FOLDER "/skewed.so", -ESTALE, "replaced" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct link_fixture fixture;

		print_message("%s\n", cases[i].path);
		link_set_up(&fixture, WORKER);
		assert_int_equal(link_create(&fixture, cases[i].path),
				 cases[i].error);
		log_capture_expect(1, CAMIPC_LOG_ERROR, cases[i].text);
		assert_int_equal(log_capture_count_from(CAMIPC_LOG_WARNING), 1);
		link_tear_down(&fixture);
	}
}

static void many_workers_leave_nothing(void **state)
{
	struct fd_leak before;

	(void)state;
	for (int i = 0; i < 30; i++) {
		struct link_fixture fixture;

		link_set_up(&fixture, WORKER);
		assert_int_equal(
			link_create(&fixture, MODULES_FOLDER "/plain.so"), 0);
		if (i % 3 == 0)
			kill(fixture.link->ops->get_pid(fixture.link), SIGKILL);
		if (i % 3 == 1)
			link_kill(&fixture, CAMIPC_REASON_TIMEOUT);
		link_tear_down(&fixture);
		if (i == 5)
			fd_leak_take(&before);
	}
	fd_leak_assert_none(&before);
}

static int run_by_hand(const char *arguments, char *text, size_t size)
{
	char command[TEST_PATH_SIZE + 64];
	FILE *pipe;
	size_t n;

	snprintf(command, sizeof(command), "'%s' %s 2>&1", WORKER, arguments);
	pipe = popen(command, "r");
	assert_non_null(pipe);
	n = fread(text, 1, size - 1, pipe);
	text[n] = '\0';
	return pclose(pipe);
}

static void a_worker_refuses_to_be_run_by_hand(void **state)
{
	static const char *const arguments[] = { "", "/tmp/module.so",
						 ("/tmp/module.so </dev/null "
						  "4</dev/null"),
						 "--help" };
	char text[512];

	(void)state;
	for (size_t i = 0; i < sizeof(arguments) / sizeof(arguments[0]); i++) {
		int status = run_by_hand(arguments[i], text, sizeof(text));

		assert_true(WIFEXITED(status));
		assert_int_equal(WEXITSTATUS(status), 64);
		assert_non_null(strstr(text, "by hand"));
		assert_ptr_equal(strchr(text, '\n'), text + strlen(text) - 1);
	}
}

/* ---- births that go wrong ---------------------------------------------- */

static void expect_birth(const char *birth, int error, const char *line)
{
	struct link_fixture fixture;

	print_message("%s\n", birth);
	link_set_up(&fixture, FAKE_WORKER);
	assert_int_equal(link_create_fake(&fixture, birth, "-"), error);
	log_capture_expect(1, CAMIPC_LOG_ERROR, line);
	assert_int_equal(log_capture_count_from(CAMIPC_LOG_ERROR), 1);
	link_tear_down(&fixture);
}

/* Threats 4, 26, 52, and what else a first message can be. */
static void a_bad_hello_is_refused(void **state)
{
	(void)state;
	expect_birth("wrong nonce", -EPROTO, "broke the protocol");
	expect_birth("garbage", -EPROTO, "broke the protocol");
	expect_birth("large hello", -EPROTO, "broke the protocol");
	expect_birth("empty hello", -EPROTO, "broke the protocol");
	expect_birth("trace first", -EPROTO, "broke the protocol");
	expect_birth("event first", -EPROTO, "broke the protocol");
	expect_birth("old version", -ESTALE, "broke the protocol");
}

/* Threat 41: dead in each state, here before and in the handshake. */
static void a_death_at_birth_is_told(void **state)
{
	(void)state;
	expect_birth("exit", -EPIPE, "exit code 3");
	expect_birth("abort", -EPIPE, "SIGABRT");
	expect_birth("close", -EPIPE, "closed its channel");
	expect_birth("crash in load", -EPIPE, "SIGSEGV");
	expect_birth("bye in load", -EPIPE, "closed its channel");
}

/*
 * Threats 40 to 42: the first columns of the matrix whose others are in
 * tests/contract/test_death_matrix.c. Before exec: test_child_start has the
 * signals; a child runs code of ours alone there, which neither exits nor
 * closes anything, and one that is stopped stops its parent (see there). Where
 * exec fails (a_worker_that_does_not_run_is_one_line) there is no worker to die.
 * A worker that stops while it loads is as one that takes too long:
 * test_create_timeouts.
 */
static void each_death_at_birth(void **state)
{
	static const struct {
		const char *death;
		int error;
		const char *line;
	} cases[] = {
		{ "SIGKILL", -EPIPE, "SIGKILL" },
		{ "SIGSEGV", -EPIPE, "SIGSEGV" },
		{ "SIGABRT", -EPIPE, "SIGABRT" },
		{ "exit", -EPIPE, "exit code 0" },
		{ "close", -EPIPE, "closed its channel" },
		{ "SIGSTOP", -ETIMEDOUT, "deadline" },
	};
	char birth[32];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		snprintf(birth, sizeof(birth), "hello %s", cases[i].death);
		expect_birth(birth, cases[i].error, cases[i].line);
		/* It was said; what becomes of who said it is the same. */
		snprintf(birth, sizeof(birth), "replaced %s", cases[i].death);
		expect_birth(birth, -ESTALE, "replaced");
		if (cases[i].error == -ETIMEDOUT)
			continue;
		snprintf(birth, sizeof(birth), "load %s", cases[i].death);
		expect_birth(birth, cases[i].error, cases[i].line);
	}
}

/* Threats 27, 37 and 50: the deadline holds, whatever comes meanwhile. */
static void a_worker_has_to_say_hello_in_time(void **state)
{
	(void)state;
	expect_birth("silent", -ETIMEDOUT, "deadline");
	expect_birth("log flood", -ETIMEDOUT, "deadline");
	expect_birth("stderr flood", -ETIMEDOUT, "deadline");
}

static void a_bad_word_on_loading_is_refused(void **state)
{
	(void)state;
	expect_birth("load error", -ENOEXEC, "no ?[31mmodule?");
	expect_birth("positive error", -EPROTO, "broke the protocol");
	expect_birth("low error", -EPROTO, "broke the protocol");
	expect_birth("backwards", -EPROTO, "broke the protocol");
	expect_birth("half", -EPROTO, "broke the protocol");
	expect_birth("huge", -EPROTO, "broke the protocol");
	expect_birth("replaced", -ESTALE, "replaced");
}

static void ids_travel_as_ranges(void **state)
{
	static const uint16_t expected[] = { 1, 2, 3, 7 };
	struct link_fixture fixture;
	const struct camipc_served *served;

	(void)state;
	link_set_up_fake(&fixture, "reply");
	served = fixture.link->ops->served(fixture.link);
	assert_int_equal(served->n_methods, 4);
	assert_memory_equal(served->methods, expected, sizeof(expected));
	link_tear_down(&fixture);
}

static void a_worker_that_does_not_run_is_one_line(void **state)
{
	char folder[TEST_PATH_SIZE];
	struct link_fixture fixture;

	(void)state;
	test_folder_make(folder);
	test_file_write(test_path(folder, "broken"), "\177ELF", 4, 0755);
	link_set_up(&fixture, test_path(folder, "none"));
	assert_int_equal(link_create_fake(&fixture, "born", "-"), -ENOENT);
	log_capture_expect(1, CAMIPC_LOG_ERROR, "cannot find the worker program");
	link_tear_down(&fixture);
	link_set_up(&fixture, test_path(folder, "broken"));
	assert_int_equal(link_create_fake(&fixture, "born", "-"), -ENOEXEC);
	log_capture_expect(1, CAMIPC_LOG_ERROR, "cannot start the worker");
	link_tear_down(&fixture);
	test_folder_remove(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_module_answers_in_its_worker),
		cmocka_unit_test(the_worker_tells_which_thread_serves),
		cmocka_unit_test(the_worker_tells_its_build_id),
		cmocka_unit_test(a_module_that_cannot_be_loaded_is_one_line),
		cmocka_unit_test(many_workers_leave_nothing),
		cmocka_unit_test(a_worker_refuses_to_be_run_by_hand),
		cmocka_unit_test(a_bad_hello_is_refused),
		cmocka_unit_test(a_death_at_birth_is_told),
		cmocka_unit_test(each_death_at_birth),
		cmocka_unit_test(a_worker_has_to_say_hello_in_time),
		cmocka_unit_test(a_bad_word_on_loading_is_refused),
		cmocka_unit_test(ids_travel_as_ranges),
		cmocka_unit_test(a_worker_that_does_not_run_is_one_line),
	};

	return cmocka_run_group_tests_name("process_start", tests, NULL, NULL);
}
