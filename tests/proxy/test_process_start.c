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
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "child_process.h"
#include "ipa_manager.h"
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
	assert_int_equal(fixture.link->ops->packing(fixture.link),
			 CAMIPC_PACK_LENT_BYTES);
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
	struct camipc_worker_birth birth;
	struct link_fixture fixture;

	(void)state;
	link_set_up(&fixture, WORKER);
	link_open_file(&fixture, MODULES_FOLDER "/plain.so");
	camipc_worker_peer_init(&peer, "plain", NULL);
	assert_int_equal(camipc_worker_begin(&peer, &fixture.params, &birth),
			 0);
	assert_int_equal(camipc_worker_await(&peer, &fixture.params, &birth),
			 0);
	camipc_module_file_close(&fixture.file);
	assert_int_equal(peer.thread,
			 camipc_child_get_pid(peer.process.child));
	assert_int_equal(peer.flags, 0);
	free(birth.loaded.methods);
	camipc_worker_peer_fini(&peer);
	link_tear_down(&fixture);
}

/* ---- files that are exchanged meanwhile ---------------------------------- */

static char exchanged_folder[TEST_PATH_SIZE];

static void put(const char *from, const char *name)
{
	const char *next = test_path(exchanged_folder, "next");

	test_file_copy(from, next, 0755);
	assert_int_equal(rename(next, test_path(exchanged_folder, name)), 0);
}

/** Finds the worker; then both files become others, at the last moment. */
static int open_worker_and_exchange(struct camipc_manager *manager, char *path,
				    size_t size, int *ret_fd)
{
	int ret = camipc_manager_open_worker(manager, path, size, ret_fd);

	put("/bin/false", "worker");
	put(MODULES_FOLDER "/load_exits.so", "m.so");
	return ret;
}

/* Threat 53: what was opened runs, worker program and module alike. */
static void an_exchange_comes_too_late(void **state)
{
	struct link_fixture fixture;
	char worker[TEST_PATH_SIZE];
	char module[TEST_PATH_SIZE];

	(void)state;
	test_folder_make(exchanged_folder);
	assert_int_equal(chmod(exchanged_folder, 0777), 0);
	put(WORKER, "worker");
	put(MODULES_FOLDER "/plain.so", "m.so");
	snprintf(worker, sizeof(worker), "%s",
		 test_path(exchanged_folder, "worker"));
	snprintf(module, sizeof(module), "%s",
		 test_path(exchanged_folder, "m.so"));
	link_set_up(&fixture, worker);
	fixture.params.open_worker = open_worker_and_exchange;
	assert_int_equal(link_create(&fixture, module), 0);
	assert_int_equal(link_push_call(&fixture, 1, 1, 0), 0);
	link_expect_record(&fixture, CAMIPC_MESSAGE_REPLY, 1);
	link_tear_down(&fixture);
	/* The control: now the others run. */
	link_set_up(&fixture, worker);
	assert_int_equal(link_create(&fixture, module), -EPIPE);
	link_tear_down(&fixture);
	link_set_up(&fixture, WORKER);
	assert_int_equal(link_create(&fixture, module), -EPIPE);
	link_tear_down(&fixture);
	test_folder_remove(exchanged_folder);
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
		{ MODULES_FOLDER "/nothing.so", -ENOEXEC, "nothing.so" },
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
						 "--helpless" };
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
	expect_birth("bye in load", -EPIPE, "reported that it must end");
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

/** A flood of messages lasts until the deadline, or until it is too much. */
static void expect_flood_to_end(void)
{
	struct link_fixture fixture;
	int ret;

	print_message("log flood\n");
	link_set_up(&fixture, FAKE_WORKER);
	ret = link_create_fake(&fixture, "log flood", "-");
	assert_true(ret == -ETIMEDOUT || ret == -EPROTO);
	log_capture_expect(1, CAMIPC_LOG_ERROR,
			   ret == -ETIMEDOUT ? "deadline" : "limit");
	link_tear_down(&fixture);
}

/* Threats 27, 37 and 50: the deadline holds, whatever comes meanwhile. */
static void a_worker_has_to_say_hello_in_time(void **state)
{
	(void)state;
	expect_birth("silent", -ETIMEDOUT, "deadline");
	expect_flood_to_end();
	expect_birth("stderr flood", -ETIMEDOUT, "deadline");
}

static void a_bad_word_on_loading_is_refused(void **state)
{
	(void)state;
	expect_birth("load error", -ENOEXEC, "no \\u{1B}[31mmodule\\n");
	expect_birth("positive error", -EPROTO, "broke the protocol");
	expect_birth("low error", -EPROTO, "broke the protocol");
	expect_birth("backwards", -EPROTO, "broke the protocol");
	expect_birth("half", -EPROTO, "broke the protocol");
	expect_birth("huge", -EPROTO, "broke the protocol");
	expect_birth("replaced", -ESTALE, "replaced");
}

/* ---- what a worker says of itself -------------------------------------- */

static const struct camipc_method four_methods[] = {
	{ .name = "one", .id = 1, .role = CAMIPC_ROLE_INIT },
	{ .name = "two", .id = 2 },
	{ .name = "three", .id = 3, .role = CAMIPC_ROLE_START },
	{ .name = "seven", .id = 7, .role = CAMIPC_ROLE_STOP },
};

/** Another version of the interface of link_fixture.c. */
static const struct camipc_interface four = {
	.size = sizeof(four),
	.name = "ipa.plain",
	.wire_fingerprint = 4,
	.methods = four_methods,
	.n_methods = 4,
};

/* Threat 54: the same version has the same methods. */
static void a_worker_has_no_choice_of_methods(void **state)
{
	(void)state;
	expect_birth("no methods", -EPROTO, "does not serve \"poke\"");
	expect_birth("other methods", -EPROTO, "does not serve \"poke\"");
	expect_birth("more methods", -EPROTO,
		     "serves 4 methods, though its version of the interface "
		     "has 1");
}

static void expect_skewed(const char *birth, int error, const char *line)
{
	struct link_fixture fixture;

	print_message("%s\n", birth);
	link_set_up(&fixture, FAKE_WORKER);
	fixture.params.interface = &four;
	assert_int_equal(link_create_fake(&fixture, birth, "-"), error);
	log_capture_expect(1, CAMIPC_LOG_ERROR, line);
	link_tear_down(&fixture);
}

/* Threat 54: nor are init, start and stop optional in another version. */
static void roles_are_not_optional(void **state)
{
	(void)state;
	expect_skewed("no methods", -ESTALE, "does not serve \"one\"");
	expect_skewed("other methods", -ESTALE, "does not serve \"one\"");
	expect_skewed("no stop", -ESTALE, "does not serve \"seven\"");
}

/* Threat 54: it cannot make creation fail for a reason that is not its own. */
static void a_worker_does_not_choose_the_error(void **state)
{
	static const int errors[] = { EPERM, ENOENT, EACCES, EPROTOTYPE, EPIPE,
				      EMFILE, ENOMEM, EAGAIN, ETIMEDOUT, EPROTO,
				      EBUSY, EINTR, ECHILD, 4095 };
	char birth[32];
	char line[64];

	(void)state;
	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		snprintf(birth, sizeof(birth), "chosen %d", errors[i]);
		snprintf(line, sizeof(line), "the worker reports error -%d",
			 errors[i]);
		expect_birth(birth, -EREMOTEIO, line);
	}
}

static void ids_travel_as_ranges(void **state)
{
	static const uint16_t expected[] = { 1, 2, 3, 7 };
	struct link_fixture fixture;
	const struct camipc_served *served;

	(void)state;
	link_set_up(&fixture, FAKE_WORKER);
	fixture.params.interface = &four;
	assert_int_equal(link_create_fake(&fixture, "more methods", "reply"),
			 0);
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
		cmocka_unit_test(an_exchange_comes_too_late),
		cmocka_unit_test(the_worker_tells_its_build_id),
		cmocka_unit_test(a_module_that_cannot_be_loaded_is_one_line),
		cmocka_unit_test(many_workers_leave_nothing),
		cmocka_unit_test(a_worker_refuses_to_be_run_by_hand),
		cmocka_unit_test(a_bad_hello_is_refused),
		cmocka_unit_test(a_death_at_birth_is_told),
		cmocka_unit_test(each_death_at_birth),
		cmocka_unit_test(a_worker_has_to_say_hello_in_time),
		cmocka_unit_test(a_bad_word_on_loading_is_refused),
		cmocka_unit_test(a_worker_has_no_choice_of_methods),
		cmocka_unit_test(roles_are_not_optional),
		cmocka_unit_test(a_worker_does_not_choose_the_error),
		cmocka_unit_test(ids_travel_as_ranges),
		cmocka_unit_test(a_worker_that_does_not_run_is_one_line),
	};

	return cmocka_run_group_tests_name("process_start", tests, NULL, NULL);
}
