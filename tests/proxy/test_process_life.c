/* SPDX-License-Identifier: MIT */
/*
 * Tests how a link to a worker process goes on and how it ends: with fake
 * workers (fake_worker.c) that attack as tests/threats.md lists, and with the
 * death of the camera process.
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
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include <camipc/log.h>

#include "forked.h"
#include "link_fixture.h"
#include "log_capture.h"
#include "worker_peer.h"

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
		{ "trace", CAMIPC_REASON_BAD_PROTOCOL }, /* not asked for */
		{ "bad magic", CAMIPC_REASON_BAD_PROTOCOL },
		{ "short", CAMIPC_REASON_BAD_FRAMING },
		{ "empty crash", CAMIPC_REASON_BAD_PROTOCOL },
		{ "impossible crash", CAMIPC_REASON_BAD_PROTOCOL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct link_fixture fixture;
		struct camipc_closed_info info;

		print_message("%s\n", cases[i].life);
		link_set_up_fake(&fixture, cases[i].life);
		assert_int_equal(link_push_call(&fixture, 1, 1, 0), 0);
		link_expect_end(&fixture, -EPROTO, cases[i].reason);
		info = link_kill(&fixture, cases[i].reason);
		assert_int_equal(info.reason, cases[i].reason);
		assert_true(info.status_known);
		assert_int_equal(WTERMSIG(info.status), SIGKILL);
		assert_true(link_is_quiet(fixture.params.epoll_fd));
		link_tear_down(&fixture);
	}
}

/** A worker that was asked for spans, and one that does not know what they are. */
static void asked_for_spans(void **state)
{
	static const char *const lives[] = { "trace", "reply" };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct link_fixture fixture;

		link_set_up(&fixture, FAKE_WORKER);
		fixture.params.trace = true;
		assert_int_equal(link_create_fake(&fixture, "good", lives[i]),
				 0);
		assert_int_equal(link_push_call(&fixture, 1, 1, 0), 0);
		if (i == 0)
			link_expect_record(&fixture, CAMIPC_MESSAGE_TRACE, 0);
		else
			link_expect_record(&fixture, CAMIPC_MESSAGE_REPLY, 1);
		link_tear_down(&fixture);
	}
}

/* Threats 41 and 42: what it sent comes first, then how it ended. */
static void queued_messages_come_before_the_end(void **state)
{
	struct link_fixture fixture;
	struct camipc_closed_info info;

	(void)state;
	link_set_up_fake(&fixture, "events and exit");
	assert_int_equal(link_push_call(&fixture, 1, 1, 0), 0);
	for (int i = 0; i < 3; i++)
		link_expect_record(&fixture, CAMIPC_MESSAGE_EVENT, 0);
	link_expect_end(&fixture, -EPIPE, CAMIPC_REASON_NONE);
	info = link_kill(&fixture, CAMIPC_REASON_NONE);
	assert_int_equal(info.reason, CAMIPC_REASON_EXITED);
	assert_true(WIFEXITED(info.status));
	assert_int_equal(WEXITSTATUS(info.status), 0);
	link_tear_down(&fixture);
}

static void a_crash_is_told_with_its_last_words(void **state)
{
	struct link_fixture fixture;
	struct camipc_closed_info info;

	(void)state;
	link_set_up_fake(&fixture, "segv");
	assert_int_equal(link_push_call(&fixture, 1, 1, 0), 0);
	link_expect_end(&fixture, -EPIPE, CAMIPC_REASON_NONE);
	info = link_kill(&fixture, CAMIPC_REASON_NONE);
	assert_int_equal(info.reason, CAMIPC_REASON_SIGNALED);
	assert_true(info.status_known);
	assert_int_equal(WTERMSIG(info.status), SIGSEGV);
	/* A sanitizer has more to say, before or after it. */
	assert_non_null(strstr(info.stderr_tail, "last\nwords "));
	link_tear_down(&fixture);
}

/* Who lives on after its crash has not crashed. */
static void a_crash_that_never_was(void **state)
{
	struct link_fixture fixture;
	struct camipc_closed_info info;

	(void)state;
	link_set_up_fake(&fixture, "no crash");
	assert_int_equal(link_push_call(&fixture, 1, 1, 0), 0);
	link_expect_record(&fixture, CAMIPC_MESSAGE_REPLY, 1);
	link_expect_end(&fixture, -EPIPE, CAMIPC_REASON_NONE);
	info = link_kill(&fixture, CAMIPC_REASON_NONE);
	assert_int_equal(info.reason, CAMIPC_REASON_EXITED);
	assert_int_equal(info.n_frames, 0);
	assert_true(info.usage_known);
	link_tear_down(&fixture);
}

/* Threat 42. */
static void a_worker_that_closes_its_channel_is_killed(void **state)
{
	struct link_fixture fixture;
	struct camipc_closed_info info;

	(void)state;
	link_set_up_fake(&fixture, "close");
	assert_int_equal(link_push_call(&fixture, 1, 1, 0), 0);
	link_expect_end(&fixture, -EPIPE, CAMIPC_REASON_NONE);
	info = link_kill(&fixture, CAMIPC_REASON_NONE);
	assert_int_equal(info.reason, CAMIPC_REASON_DISCONNECTED);
	assert_int_equal(WTERMSIG(info.status), SIGKILL);
	link_tear_down(&fixture);
}

/* Threat 42: the end of the process counts, though others hold the socket. */
static void a_grandchild_cannot_hide_a_death(void **state)
{
	struct link_fixture fixture;
	struct camipc_closed_info info;
	const char *line;
	int pid = 0;

	(void)state;
	link_set_up_fake(&fixture, "grandchild");
	assert_int_equal(link_push_call(&fixture, 1, 1, 0), 0);
	link_expect_record(&fixture, CAMIPC_MESSAGE_EVENT, 0);
	link_expect_end(&fixture, -EPIPE, CAMIPC_REASON_NONE);
	info = link_kill(&fixture, CAMIPC_REASON_NONE);
	assert_int_equal(info.reason, CAMIPC_REASON_EXITED);
	line = strstr(info.stderr_tail, "grandchild ");
	assert_non_null(line);
	assert_int_equal(sscanf(line, "grandchild %d", &pid), 1);
	kill(pid, SIGKILL);
	link_tear_down(&fixture);
}

static void bye_is_an_end(void **state)
{
	struct link_fixture fixture;
	struct camipc_closed_info info;

	(void)state;
	link_set_up_fake(&fixture, "bye");
	assert_int_equal(link_push_call(&fixture, 1, 1, 0), 0);
	link_expect_end(&fixture, -EPIPE, CAMIPC_REASON_NONE);
	info = link_kill(&fixture, CAMIPC_REASON_NONE);
	assert_int_equal(info.reason, CAMIPC_REASON_BYE);
	link_tear_down(&fixture);
}

/* Threats 37 and 40. */
static void a_stopped_worker_misses_deadlines_and_is_killed(void **state)
{
	struct link_fixture fixture;
	struct camipc_record *record;
	enum camipc_reason reason;
	struct camipc_closed_info info;

	(void)state;
	link_set_up_fake(&fixture, "stop");
	assert_int_equal(link_push_call(&fixture, 1, 1, 0), 0);
	assert_int_equal(link_pop_within(&fixture, 50, &record, &reason),
			 -ETIMEDOUT);
	info = link_kill(&fixture, CAMIPC_REASON_TIMEOUT);
	assert_int_equal(info.reason, CAMIPC_REASON_TIMEOUT);
	assert_int_equal(WTERMSIG(info.status), SIGKILL);
	link_tear_down(&fixture);
}

/* Threats 10, 27 and 50: what never ends must not take our time. */
static void floods_do_not_stretch_deadlines(void **state)
{
	static const char *const lives[] = { "log flood", "stderr flood" };

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct link_fixture fixture;
		struct camipc_record *record;
		struct camipc_closed_info info;
		enum camipc_reason reason;
		int64_t before;

		link_set_up_fake(&fixture, lives[i]);
		assert_int_equal(link_push_call(&fixture, 1, 1, 0), 0);
		before = camipc_now();
		assert_int_equal(link_pop_within(&fixture, 200, &record,
						 &reason),
				 -ETIMEDOUT);
		assert_true(camipc_now() - before < INT64_C(5000000000));
		/* A dispatch does as much as it does, and returns. */
		fixture.link->ops->service(fixture.link);
		fixture.link->ops->service(fixture.link);
		info = link_kill(&fixture, CAMIPC_REASON_TIMEOUT);
		assert_true(strlen(info.stderr_tail) < CAMIPC_STDERR_TAIL);
		assert_true(log_capture_count(CAMIPC_LOG_WARNING, "") < 1000);
		assert_true(log_capture_count(CAMIPC_LOG_WARNING,
					      "lines were dropped") > 0);
		link_tear_down(&fixture);
	}
}

/* Threat 27: each line of a log is one message of those that one look takes in;
 * the answer behind them is not lost. */
static void logs_come_one_by_one(void **state)
{
	struct link_fixture fixture;
	struct camipc_record *record;
	enum camipc_reason reason;
	siginfo_t info;

	(void)state;
	link_set_up_fake(&fixture, "log burst");
	assert_int_equal(link_push_call(&fixture, 1, 6, 0), 0);
	/* Once it has ended, all that it sent is there. */
	assert_int_equal(waitid(P_PID,
				(id_t)fixture.link->ops->get_pid(fixture.link),
				&info, WEXITED | WNOWAIT),
			 0);
	for (int i = 0; i < 100; i++)
		assert_int_equal(fixture.link->ops->pop(fixture.link, &record,
							&reason),
				 1);
	link_expect_record(&fixture, CAMIPC_MESSAGE_REPLY, 6);
	link_expect_end(&fixture, -EPIPE, CAMIPC_REASON_NONE);
	link_tear_down(&fixture);
}

/* Threat 27: much in a moment, and for ever at the rate; one more is a flood. */
static void messages_without_credit_have_a_budget(void **state)
{
	const int64_t second = INT64_C(1000000000);
	int64_t empty = 0;
	int64_t now = second;

	(void)state;
	for (int i = 0; i < CAMIPC_CONTROL_BURST; i++)
		assert_false(camipc_flood_rises(&empty, now));
	assert_true(camipc_flood_rises(&empty, now));
	empty = 0;
	for (int s = 0; s < 60; s++, now += second) {
		for (int i = 0; i < CAMIPC_CONTROL_RATE; i++)
			assert_false(camipc_flood_rises(&empty, now));
	}
}

/* Threat 50. */
static void logs_are_made_harmless(void **state)
{
	struct link_fixture fixture;

	(void)state;
	link_set_up_fake(&fixture, "log");
	assert_int_equal(link_push_call(&fixture, 1, 5, 0), 0);
	link_expect_record(&fixture, CAMIPC_MESSAGE_REPLY, 5);
	fixture.link->ops->destroy(fixture.link);
	fixture.link = NULL;
	/* Once as a message, once from stderr. */
	log_capture_expect(2, CAMIPC_LOG_WARNING, "red \\r");
	log_capture_expect(2, CAMIPC_LOG_WARNING, "\\x9B \\xFF");
	log_capture_expect(0, CAMIPC_LOG_WARNING, "\033");
	log_capture_expect(0, CAMIPC_LOG_WARNING, "u{1B}");
	link_tear_down(&fixture);

	link_set_up_fake(&fixture, "long log");
	assert_int_equal(link_push_call(&fixture, 1, 5, 0), 0);
	link_expect_record(&fixture, CAMIPC_MESSAGE_REPLY, 5);
	log_capture_expect(1, CAMIPC_LOG_WARNING, "lllllllll");
	link_tear_down(&fixture);
}

/* Threat 38: it does not read, and nothing here waits for it. */
static void a_full_socket_wakes_up_when_there_is_room(void **state)
{
	struct link_fixture fixture;
	uint32_t cookie = 0;
	int ret = 0;

	(void)state;
	link_set_up_fake(&fixture, "slow reader");
	while (ret == 0)
		ret = link_push_call(&fixture, 1, 0, 1000);
	assert_int_equal(ret, -EAGAIN);
	fixture.link->ops->want_room(fixture.link, true);
	while (ret == -EAGAIN) {
		assert_int_equal(link_wait(&fixture), 0);
		ret = link_push_call(&fixture, 1, ++cookie, 1000);
	}
	assert_int_equal(ret, 0);
	fixture.link->ops->want_room(fixture.link, false);
	link_expect_record(&fixture, CAMIPC_MESSAGE_REPLY, cookie);
	assert_true(link_is_quiet(fixture.params.epoll_fd));
	link_tear_down(&fixture);
}

static void waiting_can_be_cancelled(void **state)
{
	struct link_fixture fixture;
	struct pollfd pfd = { .events = POLLIN };
	const uint64_t one = 1;

	(void)state;
	link_set_up_fake(&fixture, "reply");
	assert_int_equal(write(fixture.params.cancel_fd, &one, sizeof(one)),
			 sizeof(one));
	assert_int_equal(link_wait(&fixture), -ECANCELED);
	/* Not while there is something to read. */
	assert_int_equal(link_push_call(&fixture, 1, 1, 0), 0);
	pfd.fd = fixture.params.epoll_fd;
	assert_int_equal(poll(&pfd, 1, LINK_LIMIT_MS), 1);
	assert_int_equal(fixture.link->ops->wait(fixture.link, 0), 0);
	link_expect_record(&fixture, CAMIPC_MESSAGE_REPLY, 1);
	assert_int_equal(fixture.link->ops->wait(fixture.link, 0), -ECANCELED);
	link_tear_down(&fixture);
}

static void who_ignores_bye_is_killed(void **state)
{
	struct link_fixture fixture;

	(void)state;
	link_set_up_fake(&fixture, "ignore bye");
	assert_int_equal(link_push_call(&fixture, 1, 1, 0), 0);
	link_expect_record(&fixture, CAMIPC_MESSAGE_REPLY, 1);
	fixture.link->ops->destroy(fixture.link);
	fixture.link = NULL;
	log_capture_expect(1, CAMIPC_LOG_WARNING, "did not end in time");
	link_tear_down(&fixture);
}

/* ---- the death of the camera process ----------------------------------- */

static void *create_in_thread(void *data)
{
	struct link_fixture *fixture = data;

	return link_create(fixture, MODULES_FOLDER "/plain.so") == 0 ? fixture :
								  NULL;
}

/* A camera process whose creating thread ends; it tells the worker's pid. */
static void camera_process(int fd, void *user)
{
	struct link_fixture fixture;
	pthread_t thread;
	void *created;

	(void)user;
	link_set_up(&fixture, WORKER);
	if (pthread_create(&thread, NULL, create_in_thread, &fixture) != 0 ||
	    pthread_join(thread, &created) != 0 || !created)
		return;
	dprintf(fd, "%d\n", fixture.link->ops->get_pid(fixture.link));
	for (;;)
		pause();
}

static void one_that_ignores_children(int fd, void *user)
{
	signal(SIGCHLD, SIG_IGN);
	camera_process(fd, user);
}

static void a_worker_ends_with_its_camera_process(void **state)
{
	(void)state;
	forked_kill(camera_process, NULL, 1000);
	forked_kill(one_that_ignores_children, NULL, 1000);
}

/* Threat 41: the link of a host that ignores or reaps its children. */
static void an_unknown_status_is_told_as_such(void **state)
{
	struct link_fixture fixture;
	struct camipc_closed_info info;

	(void)state;
	signal(SIGCHLD, SIG_IGN);
	link_set_up_fake(&fixture, "events and exit");
	assert_int_equal(link_push_call(&fixture, 1, 1, 0), 0);
	for (int i = 0; i < 3; i++)
		link_expect_record(&fixture, CAMIPC_MESSAGE_EVENT, 0);
	link_expect_end(&fixture, -EPIPE, CAMIPC_REASON_NONE);
	info = link_kill(&fixture, CAMIPC_REASON_NONE);
	signal(SIGCHLD, SIG_DFL);
	assert_false(info.status_known);
	assert_int_equal(info.reason, CAMIPC_REASON_EXITED);
	link_tear_down(&fixture);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_no_worker_may_send_has_a_reason),
		cmocka_unit_test(asked_for_spans),
		cmocka_unit_test(queued_messages_come_before_the_end),
		cmocka_unit_test(a_crash_is_told_with_its_last_words),
		cmocka_unit_test(a_crash_that_never_was),
		cmocka_unit_test(a_worker_that_closes_its_channel_is_killed),
		cmocka_unit_test(a_grandchild_cannot_hide_a_death),
		cmocka_unit_test(bye_is_an_end),
		cmocka_unit_test(
			a_stopped_worker_misses_deadlines_and_is_killed),
		cmocka_unit_test(floods_do_not_stretch_deadlines),
		cmocka_unit_test(logs_come_one_by_one),
		cmocka_unit_test(messages_without_credit_have_a_budget),
		cmocka_unit_test(logs_are_made_harmless),
		cmocka_unit_test(a_full_socket_wakes_up_when_there_is_room),
		cmocka_unit_test(waiting_can_be_cancelled),
		cmocka_unit_test(who_ignores_bye_is_killed),
		cmocka_unit_test(a_worker_ends_with_its_camera_process),
		cmocka_unit_test(an_unknown_status_is_told_as_such),
	};

	return cmocka_run_group_tests_name("process_life", tests, NULL, NULL);
}
