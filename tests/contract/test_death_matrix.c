/* SPDX-License-Identifier: MIT */
/*
 * Tests every way in which a worker can end, at every moment (threats 40 to
 * 42): each call has exactly one completion, closed is called once with the
 * right reason, and nothing is left. tests/proxy/test_process_start.c,
 * each_death_at_birth(), covers the moments before the first call.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "contract.h"
#include "under_valgrind.h"

/* What a stopped worker's calls wait for. */
#define SHORT_MS 40

#define VALUE 17

/** A way of ending; the module does it to itself. */
struct death {
	const char *name;
	enum test_echo_act act;
	int32_t value;
	enum camipc_reason reason; /* of closed */
	int signal; /* of the status; 0: exit code 0 */
};

static const struct death deaths[] = {
	{ "SIGKILL", TEST_ECHO_RAISE, SIGKILL, CAMIPC_REASON_SIGNALED,
	  SIGKILL },
	{ "SIGSEGV", TEST_ECHO_RAISE, SIGSEGV, CAMIPC_REASON_SIGNALED,
	  SIGSEGV },
	{ "abort", TEST_ECHO_RAISE, SIGABRT, CAMIPC_REASON_SIGNALED, SIGABRT },
	{ "_exit(0)", TEST_ECHO_EXIT, 0, CAMIPC_REASON_EXITED, 0 },
	{ "close", TEST_ECHO_VANISH, 0, CAMIPC_REASON_DISCONNECTED, SIGKILL },
	{ "SIGSTOP", TEST_ECHO_RAISE, SIGSTOP, CAMIPC_REASON_UNRESPONSIVE,
	  SIGKILL },
};
#define N_DEATHS (sizeof(deaths) / sizeof(deaths[0]))

/** One cell of the table. */
struct cell {
	struct contract *c;
	const struct death *death;
	int end_fd; /* has no reader once the worker is dead, or has closed */
};

static bool stops(const struct cell *cell)
{
	return cell->death->reason == CAMIPC_REASON_UNRESPONSIVE;
}

/** Such a worker did not end by itself, and may take its time. */
static bool is_killed(const struct cell *cell)
{
	return stops(cell) ||
	       cell->death->reason == CAMIPC_REASON_DISCONNECTED;
}

/** Plans the end for when @op runs. */
static void plan_end(struct cell *cell, enum test_echo_op op)
{
	int fds[2];

	assert_int_equal(pipe(fds), 0);
	assert_int_equal(test_echo_plan(cell->c->ipa, op, cell->death->act,
					cell->death->value, fds[0]),
			 0);
	close(fds[0]);
	cell->end_fd = fds[1];
}

/** Until it has come to its end, without looking at anything it sent. */
static void wait_for_end(struct cell *cell)
{
	struct pollfd pfd = { .fd = cell->end_fd };
	siginfo_t info;
	int ret;

	if (!stops(cell)) {
		assert_int_equal(poll(&pfd, 1, 20000), 1);
		assert_true(pfd.revents & POLLERR);
		return;
	}
	do {
		ret = waitid(P_PID, (id_t)camipc_proxy_get_pid(cell->c->proxy),
			     &info, WSTOPPED | WNOWAIT);
	} while (ret < 0 && errno == EINTR);
	assert_int_equal(ret, 0);
}

/** Only its missed deadlines distinguish a stopped worker from a slow one. */
static void miss_deadlines(struct cell *cell, int n)
{
	camipc_proxy_set_timeout(cell->c->proxy, SHORT_MS);
	for (int i = 0; stops(cell) && i < n; i++)
		assert_int_equal(test_echo_temperature(cell->c->ipa, 1, NULL),
				 -ETIMEDOUT);
}

static void expect_closed(struct cell *cell, enum camipc_reason reason)
{
	struct contract *c = cell->c;

	contract_dispatch_closed(c);
	assert_int_equal(c->n_closed, 1);
	assert_string_equal(camipc_reason_to_string(c->closed.reason),
			    camipc_reason_to_string(reason));
	assert_true(c->closed.status_known);
	assert_true(c->closed.usage_known || is_killed(cell));
	if (cell->death->signal)
		assert_int_equal(WTERMSIG(c->closed.status),
				 cell->death->signal);
	else
		assert_int_equal(c->closed.status, 0);
	assert_true(is_killed(cell) || !fd_leak_process_exists(c->closed.pid));
	/* And never again. */
	assert_int_equal(test_echo_dispatch(c->ipa), -EPIPE);
	assert_int_equal(test_echo_temperature(c->ipa, 1, NULL), -EPIPE);
	assert_int_equal(c->n_closed, 1);
}

/** Runs @work for each way of ending, with a worker of its own. */
static void for_each_death(void (*work)(struct cell *cell))
{
	struct fd_leak before;

	for (size_t i = 0; i < N_DEATHS; i++) {
		struct cell cell = { .death = &deaths[i], .end_fd = -1 };
		void *state = NULL;

		print_message("%s\n", cell.death->name);
		/* The first one warms up. */
		if (i == 1)
			fd_leak_take(&before);
		contract_set_up(&state);
		cell.c = state;
		work(&cell);
		close(cell.end_fd);
		contract_tear_down(&state);
	}
	/* The threads that close and reap may begin after the first one, on a
	 * busy machine: libc keeps their stacks. Valgrind and sanitizers map
	 * memory of their own, in this process. */
	fd_leak_assert_no_growth(&before,
				 (unsigned int)test_amount(10, 64, 64));
}

/* ---- the moments ------------------------------------------------------- */

static void idle_cell(struct cell *cell)
{
	contract_running(cell->c);
	plan_end(cell, TEST_ECHO_PUSH);
	assert_int_equal(test_echo_push(cell->c->ipa, 1), 0);
	wait_for_end(cell);
	miss_deadlines(cell, 3);
	expect_closed(cell, cell->death->reason);
}

static void idle(void **state)
{
	(void)state;
	for_each_death(idle_cell);
}

/** One waits, and two were begun. */
static void mid_call_cell(struct cell *cell)
{
	struct contract *c = cell->c;
	struct contract_done done[2] = { { 0 } };

	contract_running(c);
	plan_end(cell, TEST_ECHO_SLOW);
	if (stops(cell))
		camipc_proxy_set_timeout(c->proxy, SHORT_MS);
	for (int i = 0; i < 2; i++)
		assert_int_equal(test_echo_slow_begin(c->ipa, VALUE,
						      contract_done, &done[i]),
				 0);
	assert_int_equal(test_echo_slow(c->ipa, VALUE),
			 stops(cell) ? -ETIMEDOUT : -EPIPE);
	expect_closed(cell, cell->death->reason);
	for (int i = 0; i < 2; i++) {
		assert_int_equal(done[i].n, 1);
		assert_int_equal(done[i].ret,
				 stops(cell) ? -ETIMEDOUT : -EPIPE);
	}
}

static void mid_call(void **state)
{
	(void)state;
	for_each_death(mid_call_cell);
}

/** What it answered before it died is an answer. */
static void reply_queued_cell(struct cell *cell)
{
	struct contract *c = cell->c;
	struct contract_done done = { 0 };

	contract_running(c);
	plan_end(cell, TEST_ECHO_PUSH);
	assert_int_equal(test_echo_slow_begin(c->ipa, VALUE, contract_done,
					      &done),
			 0);
	assert_int_equal(test_echo_push(c->ipa, 1), 0);
	wait_for_end(cell);
	contract_dispatch_done(c, &done);
	assert_int_equal(done.ret, VALUE);
	miss_deadlines(cell, 3);
	expect_closed(cell, cell->death->reason);
	assert_int_equal(done.n, 1);
}

static void reply_queued(void **state)
{
	(void)state;
	for_each_death(reply_queued_cell);
}

/** Events on their way, more than one dispatch takes in. */
static void event_burst_cell(struct cell *cell)
{
	struct contract *c = cell->c;

	contract_running(c);
	plan_end(cell, TEST_ECHO_PUSH);
	assert_int_equal(test_echo_tick_many(c->ipa, 0, 60), 0);
	assert_int_equal(test_echo_push(c->ipa, 1), 0);
	wait_for_end(cell);
	miss_deadlines(cell, 3);
	expect_closed(cell, cell->death->reason);
	assert_in_range(c->ticks.n, 0, 60);
	for (size_t i = 0; i < c->ticks.n; i++)
		assert_int_equal(c->ticks.numbers[i], i);
}

static void event_burst(void **state)
{
	(void)state;
	for_each_death(event_burst_cell);
}

/** What it held is nobody's any more: a pipe has its end of file. */
static void holding_buffers_cell(struct cell *cell)
{
	struct contract *c = cell->c;
	struct test_echo_plane plane = { 0 };
	char byte;
	int fds[2];

	contract_running(c);
	assert_int_equal(pipe(fds), 0);
	plane.fd = fds[1];
	plan_end(cell, TEST_ECHO_PUSH);
	assert_int_equal(test_echo_push(c->ipa, 1), 0);
	/* Behind it: sent, and never taken out of the socket. */
	assert_int_equal(test_echo_push_plane(c->ipa, &plane, fds, 2), 0);
	close(fds[1]);
	wait_for_end(cell);
	miss_deadlines(cell, 3);
	expect_closed(cell, cell->death->reason);
	assert_int_equal(read(fds[0], &byte, 1), 0);
	close(fds[0]);
}

static void holding_buffers(void **state)
{
	(void)state;
	for_each_death(holding_buffers_cell);
}

static void in_stop_cell(struct cell *cell)
{
	struct contract *c = cell->c;

	contract_running(c);
	plan_end(cell, TEST_ECHO_STOP);
	if (stops(cell))
		camipc_proxy_set_timeout(c->proxy, SHORT_MS);
	assert_int_equal(test_echo_stop(c->ipa),
			 stops(cell) ? -ETIMEDOUT : -EPIPE);
	expect_closed(cell, stops(cell) ? CAMIPC_REASON_TIMEOUT
					: cell->death->reason);
	assert_int_equal(test_echo_stop(c->ipa), 0);
}

static void in_stop(void **state)
{
	(void)state;
	for_each_death(in_stop_cell);
}

/** Nothing is delivered then, but begun calls complete. */
static void in_destroy_cell(struct cell *cell)
{
	struct contract *c = cell->c;
	struct contract_done done = { 0 };
	const int pid = camipc_proxy_get_pid(c->proxy);

	contract_running(c);
	plan_end(cell, TEST_ECHO_DESTROY);
	assert_int_equal(test_echo_slow_begin(c->ipa, VALUE, contract_done,
					      &done),
			 0);
	test_echo_destroy(c->ipa);
	c->ipa = NULL;
	assert_int_equal(c->n_closed, 0);
	assert_int_equal(done.n, 1);
	assert_int_equal(done.ret, -ECANCELED);
	fd_leak_assert_gone(pid);
}

static void in_destroy(void **state)
{
	(void)state;
	for_each_death(in_destroy_cell);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(idle),
	cmocka_unit_test(mid_call),
	cmocka_unit_test(reply_queued),
	cmocka_unit_test(event_burst),
	cmocka_unit_test(holding_buffers),
	cmocka_unit_test(in_stop),
	cmocka_unit_test(in_destroy),
};

CONTRACT_MAIN(tests)
