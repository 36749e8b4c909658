/* SPDX-License-Identifier: MIT */
/*
 * The link to a worker process, by itself: real workers, and fake ones
 * (fake_worker.c) that do what threats.md warns of.
 */
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include <camipc/log.h>

#include "fd_leak.h"
#include "link.h"
#include "log_capture.h"
#include "module_info.h"
#include "test_files.h"
#include "under_valgrind.h"

#define FINGERPRINT UINT64_C(0x1122334455667788)

/* Patience in milliseconds; only a failure waits for all of it. */
#define LIMIT_MS 5000

/* ---- a link, and what a proxy has for it ------------------------------- */

struct fixture {
	struct camipc_manager *manager;
	struct camipc_module_found module;
	struct camipc_link_params params;
	struct camipc_link *link;
	struct fd_leak before;
};

static const struct camipc_interface interface = {
	.size = sizeof(interface),
	.name = "ipa.plain",
};

static void set_up(struct fixture *fixture, const char *worker)
{
	const char *workers[] = { worker, NULL };
	const struct camipc_manager_options options = {
		.size = sizeof(options),
		.worker_paths = workers,
		.no_install_paths = true,
	};

	memset(fixture, 0, sizeof(*fixture));
	fd_leak_take(&fixture->before);
	assert_int_equal(camipc_manager_create(&options, &fixture->manager), 0);
	snprintf(fixture->module.info.name, sizeof(fixture->module.info.name),
		 "plain");
	fixture->module.info.wire_fingerprint_low = (uint32_t)FINGERPRINT;
	fixture->module.info.wire_fingerprint_high =
		(uint32_t)(FINGERPRINT >> 32);
	fixture->params = (struct camipc_link_params){
		.manager = fixture->manager,
		.module = &fixture->module,
		.interface = &interface,
		.max_message_size = CAMIPC_MAX_MESSAGE_SIZE,
		.window = CAMIPC_WINDOW,
		.epoll_fd = epoll_create1(EPOLL_CLOEXEC),
		.cancel_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK),
	};
	log_capture_begin();
}

static void tear_down(struct fixture *fixture)
{
	if (fixture->link)
		fixture->link->ops->destroy(fixture->link);
	log_capture_end();
	camipc_manager_destroy(fixture->manager);
	close(fixture->params.epoll_fd);
	close(fixture->params.cancel_fd);
	fd_leak_assert_none(&fixture->before);
}

static int create(struct fixture *fixture, const char *path)
{
	const struct camipc_proxy_factory *factory =
		camipc_proxy_factory_find("process");

	assert_non_null(factory);
	snprintf(fixture->module.path, sizeof(fixture->module.path), "%s",
		 path);
	return factory->create(&fixture->params, &fixture->link);
}

static int create_fake(struct fixture *fixture, const char *birth,
		       const char *life)
{
	char path[256];

	snprintf(path, sizeof(path), "/%s/%s/%llx", birth, life,
		 (unsigned long long)FINGERPRINT);
	return create(fixture, path);
}

/* A fake worker, born well, that will do @life at the first message. */
static void set_up_fake(struct fixture *fixture, const char *life)
{
	set_up(fixture, FAKE_WORKER);
	assert_int_equal(create_fake(fixture, "born", life), 0);
}

static int64_t in_ms(uint32_t ms)
{
	return camipc_now() + (int64_t)ms * 1000000;
}

static int push_call(struct fixture *fixture, uint32_t id, uint32_t cookie,
		     size_t size)
{
	struct camipc_link *link = fixture->link;
	struct camipc_record *record = camipc_record_get(link->pool);
	int ret;

	assert_non_null(record);
	assert_int_equal(camipc_message_reserve(&record->message, size), 0);
	memset(camipc_message_body(&record->message), 'c', size);
	record->message.header.kind = CAMIPC_MESSAGE_CALL;
	record->message.header.id = id;
	record->message.header.cookie = cookie;
	record->message.header.body_size = (uint32_t)size;
	ret = link->ops->push(link, record);
	if (ret < 0)
		camipc_record_release(record);
	return ret;
}

/* The next record, waiting for it; or the error that came instead. */
static int pop_within(struct fixture *fixture, uint32_t ms,
		      struct camipc_record **ret_record,
		      enum camipc_reason *ret_reason)
{
	struct camipc_link *link = fixture->link;
	int64_t deadline = in_ms(ms);
	int ret;

	*ret_reason = CAMIPC_REASON_NONE;
	while ((ret = link->ops->pop(link, ret_record, ret_reason)) ==
	       -EAGAIN) {
		ret = link->ops->wait(link, deadline);
		if (ret < 0)
			return ret;
	}
	return ret;
}

static void expect_record(struct fixture *fixture, uint8_t kind,
			  uint32_t cookie)
{
	struct camipc_record *record;
	enum camipc_reason reason;

	assert_int_equal(pop_within(fixture, LIMIT_MS, &record, &reason), 0);
	assert_int_equal(record->message.header.kind, kind);
	assert_int_equal(record->message.header.cookie, cookie);
	camipc_record_release(record);
}

static void expect_end(struct fixture *fixture, int error,
		       enum camipc_reason reason)
{
	struct camipc_record *record;
	enum camipc_reason got;

	assert_int_equal(pop_within(fixture, LIMIT_MS, &record, &got), error);
	assert_int_equal(got, reason);
}

static struct camipc_closed_info kill_link(struct fixture *fixture,
					   enum camipc_reason reason)
{
	struct camipc_closed_info info;
	struct camipc_closed_info again;

	memset(&info, 0, sizeof(info));
	info.size = sizeof(info);
	info.reason = reason;
	again = info;
	fixture->link->ops->kill(fixture->link, &info);
	assert_false(fd_leak_process_exists(info.pid));
	/* Idempotent. */
	fixture->link->ops->kill(fixture->link, &again);
	assert_int_equal(again.status, info.status);
	assert_int_equal(again.reason, info.reason);
	/* And nothing comes or goes any more. */
	assert_int_equal(push_call(fixture, 1, 1, 0), -EPIPE);
	expect_end(fixture, -EPIPE, CAMIPC_REASON_NONE);
	fixture->link->ops->service(fixture->link);
	fixture->link->ops->want_room(fixture->link, true);
	return info;
}

static bool is_quiet(int epoll_fd)
{
	struct pollfd pfd = { .fd = epoll_fd, .events = POLLIN };

	return poll(&pfd, 1, 0) == 0;
}

/* ---- real workers ------------------------------------------------------ */

static void a_module_answers_in_its_worker(void **state)
{
	struct fixture fixture;
	const struct camipc_served *served;

	(void)state;
	set_up(&fixture, WORKER);
	assert_int_equal(create(&fixture, MODULES_FOLDER "/plain.so"), 0);
	assert_true(fixture.link->ops->is_encoded(fixture.link));
	served = fixture.link->ops->served(fixture.link);
	assert_int_equal(served->n_methods, 1);
	assert_int_equal(served->methods[0], 1);
	assert_true(fd_leak_process_exists(
		fixture.link->ops->get_pid(fixture.link)));
	for (uint32_t cookie = 1; cookie < 100; cookie++) {
		assert_int_equal(push_call(&fixture, 1, cookie, 0), 0);
		expect_record(&fixture, CAMIPC_MESSAGE_REPLY, cookie);
	}
	assert_true(is_quiet(fixture.params.epoll_fd));
	tear_down(&fixture);
	assert_int_equal(log_capture_count_from(CAMIPC_LOG_WARNING), 0);
}

/* Or a worker that happens to be installed would be tested. */
static void the_worker_tells_its_build_id(void **state)
{
	static const uint8_t note[] = { 4, 0, 0, 0, 20, 0, 0, 0,
					3, 0, 0, 0, 'G', 'N', 'U', 0 };
	struct fixture fixture;
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
	set_up(&fixture, WORKER);
	assert_int_equal(create(&fixture, MODULES_FOLDER "/plain.so"), 0);
	log_capture_expect(1, CAMIPC_LOG_INFO, text);
	tear_down(&fixture);
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
		{ MODULES_FOLDER "/skewed.so", -ESTALE, "exchanged" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct fixture fixture;

		print_message("%s\n", cases[i].path);
		set_up(&fixture, WORKER);
		assert_int_equal(create(&fixture, cases[i].path),
				 cases[i].error);
		log_capture_expect(1, CAMIPC_LOG_ERROR, cases[i].text);
		assert_int_equal(log_capture_count_from(CAMIPC_LOG_WARNING), 1);
		tear_down(&fixture);
	}
}

static void many_workers_leave_nothing(void **state)
{
	struct fd_leak before;

	(void)state;
	for (int i = 0; i < 30; i++) {
		struct fixture fixture;

		set_up(&fixture, WORKER);
		assert_int_equal(create(&fixture, MODULES_FOLDER "/plain.so"),
				 0);
		if (i % 3 == 0)
			kill(fixture.link->ops->get_pid(fixture.link), SIGKILL);
		if (i % 3 == 1)
			kill_link(&fixture, CAMIPC_REASON_TIMEOUT);
		tear_down(&fixture);
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
	struct fixture fixture;

	print_message("%s\n", birth);
	set_up(&fixture, FAKE_WORKER);
	assert_int_equal(create_fake(&fixture, birth, "-"), error);
	log_capture_expect(1, CAMIPC_LOG_ERROR, line);
	assert_int_equal(log_capture_count_from(CAMIPC_LOG_ERROR), 1);
	tear_down(&fixture);
}

/* Threats 4, 26, 52, and what else a first message can be. */
static void a_bad_hello_is_refused(void **state)
{
	(void)state;
	expect_birth("wrong nonce", -EPROTO, "broke the protocol");
	expect_birth("garbage", -EPROTO, "broke the protocol");
	expect_birth("large hello", -EPROTO, "broke the protocol");
	expect_birth("empty hello", -EPROTO, "broke the protocol");
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
 * tests/contract/test_death_matrix.c. Before exec: test_child_birth has the
 * signals; a child runs code of ours alone there, which neither exits nor closes
 * anything, and one that is stopped stops its parent (see there). Where exec
 * fails (a_worker_that_does_not_run_is_one_line) there is no worker to die. A
 * worker that stops while it loads is as one that takes too long:
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
		snprintf(birth, sizeof(birth), "exchanged %s", cases[i].death);
		expect_birth(birth, -ESTALE, "exchanged");
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
	expect_birth("exchanged", -ESTALE, "exchanged");
}

static void ids_travel_as_ranges(void **state)
{
	static const uint16_t expected[] = { 1, 2, 3, 7 };
	struct fixture fixture;
	const struct camipc_served *served;

	(void)state;
	set_up_fake(&fixture, "reply");
	served = fixture.link->ops->served(fixture.link);
	assert_int_equal(served->n_methods, 4);
	assert_memory_equal(served->methods, expected, sizeof(expected));
	tear_down(&fixture);
}

static void a_worker_that_does_not_run_is_one_line(void **state)
{
	char folder[TEST_PATH_SIZE];
	struct fixture fixture;

	(void)state;
	test_folder_make(folder);
	test_file_write(test_path(folder, "broken"), "\177ELF", 4, 0755);
	set_up(&fixture, test_path(folder, "none"));
	assert_int_equal(create_fake(&fixture, "born", "-"), -ENOENT);
	log_capture_expect(1, CAMIPC_LOG_ERROR, "no worker program");
	tear_down(&fixture);
	set_up(&fixture, test_path(folder, "broken"));
	assert_int_equal(create_fake(&fixture, "born", "-"), -ENOEXEC);
	log_capture_expect(1, CAMIPC_LOG_ERROR, "does not start");
	tear_down(&fixture);
	test_folder_remove(folder);
}

/* ---- lives that go wrong ----------------------------------------------- */

/* Threats 2, 4 and 26. */
static void what_no_worker_may_send_has_a_reason(void **state)
{
	static const struct {
		const char *life;
		enum camipc_reason reason;
	} cases[] = {
		{ "call", CAMIPC_REASON_BAD_PROTOCOL },
		{ "hello again", CAMIPC_REASON_BAD_PROTOCOL },
		{ "loaded again", CAMIPC_REASON_BAD_PROTOCOL },
		{ "bad magic", CAMIPC_REASON_BAD_PROTOCOL },
		{ "short", CAMIPC_REASON_BAD_FRAMING },
		{ "empty crash", CAMIPC_REASON_BAD_PROTOCOL },
		{ "impossible crash", CAMIPC_REASON_BAD_PROTOCOL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct fixture fixture;
		struct camipc_closed_info info;

		print_message("%s\n", cases[i].life);
		set_up_fake(&fixture, cases[i].life);
		assert_int_equal(push_call(&fixture, 1, 1, 0), 0);
		expect_end(&fixture, -EPROTO, cases[i].reason);
		info = kill_link(&fixture, cases[i].reason);
		assert_int_equal(info.reason, cases[i].reason);
		assert_true(info.status_known);
		assert_int_equal(WTERMSIG(info.status), SIGKILL);
		assert_true(is_quiet(fixture.params.epoll_fd));
		tear_down(&fixture);
	}
}

/* Threats 41 and 42: what it sent comes first, then how it ended. */
static void queued_messages_come_before_the_end(void **state)
{
	struct fixture fixture;
	struct camipc_closed_info info;

	(void)state;
	set_up_fake(&fixture, "events and exit");
	assert_int_equal(push_call(&fixture, 1, 1, 0), 0);
	for (int i = 0; i < 3; i++)
		expect_record(&fixture, CAMIPC_MESSAGE_EVENT, 0);
	expect_end(&fixture, -EPIPE, CAMIPC_REASON_NONE);
	info = kill_link(&fixture, CAMIPC_REASON_NONE);
	assert_int_equal(info.reason, CAMIPC_REASON_EXITED);
	assert_true(WIFEXITED(info.status));
	assert_int_equal(WEXITSTATUS(info.status), 0);
	tear_down(&fixture);
}

static void a_crash_is_told_with_its_last_words(void **state)
{
	struct fixture fixture;
	struct camipc_closed_info info;

	(void)state;
	set_up_fake(&fixture, "segv");
	assert_int_equal(push_call(&fixture, 1, 1, 0), 0);
	expect_end(&fixture, -EPIPE, CAMIPC_REASON_NONE);
	info = kill_link(&fixture, CAMIPC_REASON_NONE);
	assert_int_equal(info.reason, CAMIPC_REASON_SIGNALED);
	assert_true(info.status_known);
	assert_int_equal(WTERMSIG(info.status), SIGSEGV);
	/* A sanitizer has more to say, before or after it. */
	assert_non_null(strstr(info.stderr_tail, "last\nwords ?[31m"));
	tear_down(&fixture);
}

/* Who lives on after its crash has not crashed. */
static void a_crash_that_never_was(void **state)
{
	struct fixture fixture;
	struct camipc_closed_info info;

	(void)state;
	set_up_fake(&fixture, "no crash");
	assert_int_equal(push_call(&fixture, 1, 1, 0), 0);
	expect_record(&fixture, CAMIPC_MESSAGE_REPLY, 1);
	expect_end(&fixture, -EPIPE, CAMIPC_REASON_NONE);
	info = kill_link(&fixture, CAMIPC_REASON_NONE);
	assert_int_equal(info.reason, CAMIPC_REASON_EXITED);
	assert_int_equal(info.n_frames, 0);
	assert_true(info.usage_known);
	tear_down(&fixture);
}

/* Threat 42. */
static void a_worker_that_closes_its_channel_is_killed(void **state)
{
	struct fixture fixture;
	struct camipc_closed_info info;

	(void)state;
	set_up_fake(&fixture, "close");
	assert_int_equal(push_call(&fixture, 1, 1, 0), 0);
	expect_end(&fixture, -EPIPE, CAMIPC_REASON_NONE);
	info = kill_link(&fixture, CAMIPC_REASON_NONE);
	assert_int_equal(info.reason, CAMIPC_REASON_DISCONNECTED);
	assert_int_equal(WTERMSIG(info.status), SIGKILL);
	tear_down(&fixture);
}

/* Threat 42: the end of the process counts, whoever holds the socket. */
static void a_grandchild_cannot_hide_a_death(void **state)
{
	struct fixture fixture;
	struct camipc_closed_info info;
	const char *line;
	int pid = 0;

	(void)state;
	set_up_fake(&fixture, "grandchild");
	assert_int_equal(push_call(&fixture, 1, 1, 0), 0);
	expect_record(&fixture, CAMIPC_MESSAGE_EVENT, 0);
	expect_end(&fixture, -EPIPE, CAMIPC_REASON_NONE);
	info = kill_link(&fixture, CAMIPC_REASON_NONE);
	assert_int_equal(info.reason, CAMIPC_REASON_EXITED);
	line = strstr(info.stderr_tail, "grandchild ");
	assert_non_null(line);
	assert_int_equal(sscanf(line, "grandchild %d", &pid), 1);
	kill(pid, SIGKILL);
	tear_down(&fixture);
}

static void bye_is_an_end(void **state)
{
	struct fixture fixture;

	(void)state;
	set_up_fake(&fixture, "bye");
	assert_int_equal(push_call(&fixture, 1, 1, 0), 0);
	expect_end(&fixture, -EPIPE, CAMIPC_REASON_NONE);
	tear_down(&fixture);
}

/* Threats 37 and 40. */
static void a_stopped_worker_misses_deadlines_and_is_killed(void **state)
{
	struct fixture fixture;
	struct camipc_record *record;
	enum camipc_reason reason;
	struct camipc_closed_info info;

	(void)state;
	set_up_fake(&fixture, "stop");
	assert_int_equal(push_call(&fixture, 1, 1, 0), 0);
	assert_int_equal(pop_within(&fixture, 50, &record, &reason),
			 -ETIMEDOUT);
	info = kill_link(&fixture, CAMIPC_REASON_TIMEOUT);
	assert_int_equal(info.reason, CAMIPC_REASON_TIMEOUT);
	assert_int_equal(WTERMSIG(info.status), SIGKILL);
	tear_down(&fixture);
}

/* Threats 10, 27 and 50: what never ends must not take our time. */
static void floods_do_not_stretch_deadlines(void **state)
{
	static const char *const lives[] = { "log flood", "stderr flood" };

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct fixture fixture;
		struct camipc_record *record;
		struct camipc_closed_info info;
		enum camipc_reason reason;
		int64_t before;

		set_up_fake(&fixture, lives[i]);
		assert_int_equal(push_call(&fixture, 1, 1, 0), 0);
		before = camipc_now();
		assert_int_equal(pop_within(&fixture, 200, &record, &reason),
				 -ETIMEDOUT);
		assert_true(camipc_now() - before < INT64_C(5000000000));
		/* A dispatch does as much as it does, and returns. */
		fixture.link->ops->service(fixture.link);
		fixture.link->ops->service(fixture.link);
		info = kill_link(&fixture, CAMIPC_REASON_TIMEOUT);
		assert_true(strlen(info.stderr_tail) < CAMIPC_STDERR_TAIL);
		assert_true(log_capture_count(CAMIPC_LOG_WARNING, "") < 1000);
		assert_true(log_capture_count(CAMIPC_LOG_WARNING,
					      "left out") > 0);
		tear_down(&fixture);
	}
}

/* Threat 27: when the time is up, it is up, though there is more to read. */
static void a_deadline_passes_over_unread_logs(void **state)
{
	struct fixture fixture;
	struct camipc_record *record;
	enum camipc_reason reason;
	siginfo_t info;

	(void)state;
	set_up_fake(&fixture, "log burst");
	assert_int_equal(push_call(&fixture, 1, 6, 0), 0);
	/* Once it has ended, all that it sent is there; the answer is behind
	 * a hundred lines, more than one look takes in. */
	assert_int_equal(waitid(P_PID,
				(id_t)fixture.link->ops->get_pid(fixture.link),
				&info, WEXITED | WNOWAIT),
			 0);
	assert_int_equal(fixture.link->ops->pop(fixture.link, &record, &reason),
			 -EAGAIN);
	assert_int_equal(fixture.link->ops->wait(fixture.link, 0), -ETIMEDOUT);
	expect_record(&fixture, CAMIPC_MESSAGE_REPLY, 6);
	expect_end(&fixture, -EPIPE, CAMIPC_REASON_NONE);
	tear_down(&fixture);
}

/* Threat 50. */
static void logs_are_made_harmless(void **state)
{
	struct fixture fixture;

	(void)state;
	set_up_fake(&fixture, "log");
	assert_int_equal(push_call(&fixture, 1, 5, 0), 0);
	expect_record(&fixture, CAMIPC_MESSAGE_REPLY, 5);
	fixture.link->ops->destroy(fixture.link);
	fixture.link = NULL;
	/* Once as a message, once from stderr. */
	log_capture_expect(2, CAMIPC_LOG_WARNING, "red ?[31m");
	log_capture_expect(0, CAMIPC_LOG_WARNING, "\033");
	tear_down(&fixture);

	set_up_fake(&fixture, "long log");
	assert_int_equal(push_call(&fixture, 1, 5, 0), 0);
	expect_record(&fixture, CAMIPC_MESSAGE_REPLY, 5);
	log_capture_expect(1, CAMIPC_LOG_WARNING, "lllllllll");
	tear_down(&fixture);
}

/* Threat 38: it does not read, and nothing here waits for it. */
static void a_full_socket_wakes_up_when_there_is_room(void **state)
{
	struct fixture fixture;
	uint32_t cookie = 0;
	int ret = 0;

	(void)state;
	set_up_fake(&fixture, "slow reader");
	while (ret == 0)
		ret = push_call(&fixture, 1, 0, 1000);
	assert_int_equal(ret, -EAGAIN);
	fixture.link->ops->want_room(fixture.link, true);
	while (ret == -EAGAIN) {
		assert_int_equal(fixture.link->ops->wait(fixture.link,
							 in_ms(LIMIT_MS)),
				 0);
		ret = push_call(&fixture, 1, ++cookie, 1000);
	}
	assert_int_equal(ret, 0);
	fixture.link->ops->want_room(fixture.link, false);
	expect_record(&fixture, CAMIPC_MESSAGE_REPLY, cookie);
	assert_true(is_quiet(fixture.params.epoll_fd));
	tear_down(&fixture);
}

static void waiting_can_be_cancelled(void **state)
{
	struct fixture fixture;
	struct pollfd pfd = { .events = POLLIN };
	const uint64_t one = 1;

	(void)state;
	set_up_fake(&fixture, "reply");
	assert_int_equal(write(fixture.params.cancel_fd, &one, sizeof(one)),
			 sizeof(one));
	assert_int_equal(fixture.link->ops->wait(fixture.link,
						 in_ms(LIMIT_MS)),
			 -ECANCELED);
	/* Not while there is something to read. */
	assert_int_equal(push_call(&fixture, 1, 1, 0), 0);
	pfd.fd = fixture.params.epoll_fd;
	assert_int_equal(poll(&pfd, 1, LIMIT_MS), 1);
	assert_int_equal(fixture.link->ops->wait(fixture.link, 0), 0);
	expect_record(&fixture, CAMIPC_MESSAGE_REPLY, 1);
	assert_int_equal(fixture.link->ops->wait(fixture.link, 0), -ECANCELED);
	tear_down(&fixture);
}

static void who_ignores_bye_is_killed(void **state)
{
	struct fixture fixture;

	(void)state;
	set_up_fake(&fixture, "ignore bye");
	assert_int_equal(push_call(&fixture, 1, 1, 0), 0);
	expect_record(&fixture, CAMIPC_MESSAGE_REPLY, 1);
	fixture.link->ops->destroy(fixture.link);
	fixture.link = NULL;
	log_capture_expect(1, CAMIPC_LOG_WARNING, "did not end in time");
	tear_down(&fixture);
}

/* ---- the death of the camera process ----------------------------------- */

static void *create_in_thread(void *data)
{
	struct fixture *fixture = data;

	return create(fixture, MODULES_FOLDER "/plain.so") == 0 ? fixture :
								  NULL;
}

/* A camera process whose creating thread ends; it tells the worker's pid. */
static void be_a_host(int fd, bool ignore_children)
{
	struct fixture fixture;
	pthread_t thread;
	void *created;

	if (ignore_children)
		signal(SIGCHLD, SIG_IGN);
	set_up(&fixture, WORKER);
	if (pthread_create(&thread, NULL, create_in_thread, &fixture) != 0 ||
	    pthread_join(thread, &created) != 0 || !created)
		_exit(1);
	dprintf(fd, "%d\n", fixture.link->ops->get_pid(fixture.link));
	for (;;)
		pause();
}

static void a_worker_ends_with_its_camera_process(void **state)
{
	(void)state;
	SKIP_UNDER_VALGRIND();
	for (int i = 0; i < 2; i++) {
		char text[32] = "";
		struct pollfd pfd = { .events = POLLIN };
		int fds[2];
		pid_t host;

		assert_int_equal(pipe(fds), 0);
		host = fork();
		if (host == 0) {
			close(fds[0]);
			be_a_host(fds[1], i == 1);
		}
		close(fds[1]);
		assert_true(read(fds[0], text, sizeof(text) - 1) > 0);
		close(fds[0]);
		pfd.fd = (int)syscall(SYS_pidfd_open, atoi(text), 0);
		assert_true(pfd.fd >= 0);
		/* Alive, though the thread that made it is gone. */
		assert_int_equal(poll(&pfd, 1, 50), 0);
		kill(host, SIGKILL);
		assert_int_equal(poll(&pfd, 1, 1000), 1);
		close(pfd.fd);
		assert_int_equal(waitpid(host, NULL, 0), host);
	}
}

/* Threat 41: the link of a host that ignores or reaps its children. */
static void an_unknown_status_is_told_as_such(void **state)
{
	struct fixture fixture;
	struct camipc_closed_info info;

	(void)state;
	signal(SIGCHLD, SIG_IGN);
	set_up_fake(&fixture, "events and exit");
	assert_int_equal(push_call(&fixture, 1, 1, 0), 0);
	for (int i = 0; i < 3; i++)
		expect_record(&fixture, CAMIPC_MESSAGE_EVENT, 0);
	expect_end(&fixture, -EPIPE, CAMIPC_REASON_NONE);
	info = kill_link(&fixture, CAMIPC_REASON_NONE);
	signal(SIGCHLD, SIG_DFL);
	assert_false(info.status_known);
	assert_int_equal(info.reason, CAMIPC_REASON_EXITED);
	tear_down(&fixture);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_module_answers_in_its_worker),
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
		cmocka_unit_test(what_no_worker_may_send_has_a_reason),
		cmocka_unit_test(queued_messages_come_before_the_end),
		cmocka_unit_test(a_crash_is_told_with_its_last_words),
		cmocka_unit_test(a_crash_that_never_was),
		cmocka_unit_test(a_worker_that_closes_its_channel_is_killed),
		cmocka_unit_test(a_grandchild_cannot_hide_a_death),
		cmocka_unit_test(bye_is_an_end),
		cmocka_unit_test(
			a_stopped_worker_misses_deadlines_and_is_killed),
		cmocka_unit_test(floods_do_not_stretch_deadlines),
		cmocka_unit_test(a_deadline_passes_over_unread_logs),
		cmocka_unit_test(logs_are_made_harmless),
		cmocka_unit_test(a_full_socket_wakes_up_when_there_is_room),
		cmocka_unit_test(waiting_can_be_cancelled),
		cmocka_unit_test(who_ignores_bye_is_killed),
		cmocka_unit_test(a_worker_ends_with_its_camera_process),
		cmocka_unit_test(an_unknown_status_is_told_as_such),
	};

	return cmocka_run_group_tests_name("process_link", tests, NULL, NULL);
}
