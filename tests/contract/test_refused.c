/* SPDX-License-Identifier: MIT */
/*
 * Tests system calls that the kernel refuses, as the profiles of containers do:
 * for each call that birth, life and death of an IPA make, a filter answers
 * EPERM, ENOSYS or EMFILE. The session then works all the same, or creation
 * fails with the right error and one line that names the call; no worker and no
 * zombie stays. A traced session finds calls that the table has forgotten.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "contract.h"
#include "forked.h"
#include "refused_calls.h"
#include "under_valgrind.h"

/* Enough for a body that travels in a memfd. */
#define LARGE (CAMIPC_MAX_INLINE_SIZE + 1000)

/* The time after which a host kills a worker that stands still. */
#define KILL_MS 400

/* Rounds of dispatch, of at most 10 ms each, until closed is called. */
#define MAX_ROUNDS 1000

/** What a host saw; in memory that it shares with the test. */
struct outcome {
	int ran; /* 0: all steps were reached */
	int create;
	int init;
	int large;
	int start;
	int stop;
	unsigned int errors; /* lines of the first session */
	unsigned int named; /* lines with the row's text */
	unsigned int wrong; /* error lines that blame somebody else */
	bool closed_late; /* of a worker that was killed */
	bool closed_dead; /* of one that died by itself */
	int death; /* its status */
	unsigned int children; /* left at the end */
};

struct host {
	const struct refused_call *row;
	int error;
	struct outcome *outcome;
	struct contract *contract;
};

/* ---- the filter --------------------------------------------------------- */

#define LOW_WORD (__BYTE_ORDER__ == __ORDER_BIG_ENDIAN__ ? 4 : 0)

/* Appends: "if this is the call, with this argument, it fails". */
static void add_rule(struct sock_filter *code, size_t *n,
		     const struct refused_rule *rule, int error)
{
	const size_t argument = offsetof(struct seccomp_data, args) +
				(size_t)rule->argument * 8 + LOW_WORD;
	const struct sock_filter part[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			 offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)rule->number, 0,
			 4),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (uint32_t)argument),
		BPF_STMT(BPF_ALU | BPF_AND | BPF_K, rule->mask),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, rule->value, 0, 1),
		BPF_STMT(BPF_RET | BPF_K,
			 SECCOMP_RET_ERRNO | (uint32_t)error),
	};

	memcpy(code + *n, part, sizeof(part));
	*n += sizeof(part) / sizeof(part[0]);
}

static bool refuse(const struct refused_call *row, int error)
{
	struct sock_filter code[REFUSED_MAX_RULES * 6 + 1];
	const struct sock_filter allow =
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	struct sock_fprog program = { .filter = code };
	size_t n = 0;

	for (size_t i = 0; row && i < row->n_rules; i++)
		add_rule(code, &n, &row->rules[i], error);
	code[n++] = allow;
	program.len = (unsigned short)n;
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
	       prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

/* ---- a session ---------------------------------------------------------- */

static int create(struct contract *c)
{
	int ret;

	c->ipa = NULL;
	c->n_closed = 0;
	ret = test_echo_create(c->manager, &contract_match, &contract_events, c,
			       &c->ipa);
	if (ret == 0)
		c->proxy = test_echo_get_proxy(c->ipa);
	return ret;
}

static int init(struct contract *c)
{
	struct test_echo_defaults defaults;

	test_echo_defaults_init(&defaults);
	return test_echo_init(c->ipa, "refused", &defaults);
}

static bool dispatch_closed(struct contract *c)
{
	struct pollfd pfd = { .fd = test_echo_get_fd(c->ipa),
			      .events = POLLIN };
	const struct timespec limit = { .tv_nsec = 10000000 };

	for (int i = 0; i < MAX_ROUNDS && c->n_closed == 0; i++) {
		(void)ppoll(&pfd, 1, &limit, NULL);
		(void)!test_echo_dispatch(c->ipa);
	}
	return c->n_closed == 1;
}

static void use(struct contract *c, struct outcome *outcome)
{
	static uint8_t payload[LARGE];

	outcome->init = init(c);
	outcome->large = test_echo_measure(c->ipa, payload, LARGE, "", NULL,
					   NULL);
	outcome->start = test_echo_start(c->ipa);
	if (outcome->start == 0)
		(void)!test_echo_push(c->ipa, 1);
	outcome->stop = test_echo_stop(c->ipa);
}

/* A worker that hangs: its host must kill it. */
static void be_killed(struct contract *c, struct outcome *outcome)
{
	int ret;

	contract_match.timeout_ms = KILL_MS;
	ret = create(c);
	contract_match.timeout_ms = 0;
	if (ret < 0)
		return;
	outcome->closed_late = false;
	if (init(c) == 0 &&
	    test_echo_plan(c->ipa, TEST_ECHO_START, TEST_ECHO_BLOCK, 0,
			   c->gate[0]) == 0 &&
	    test_echo_start(c->ipa) == -ETIMEDOUT)
		outcome->closed_late =
			dispatch_closed(c) &&
			c->closed.reason == CAMIPC_REASON_TIMEOUT;
	test_echo_destroy(c->ipa);
}

/* A worker that dies: its host must reap it. */
static void die(struct contract *c, struct outcome *outcome)
{
	if (create(c) < 0)
		return;
	if (init(c) == 0 &&
	    test_echo_plan(c->ipa, TEST_ECHO_ADD, TEST_ECHO_EXIT, 3, -1) == 0 &&
	    test_echo_add(c->ipa, 1, 1, NULL) == -EPIPE)
		outcome->closed_dead = dispatch_closed(c);
	outcome->death = c->closed.status_known ? c->closed.status : -1;
	test_echo_destroy(c->ipa);
}

static unsigned int count_named(const char *text)
{
	unsigned int n = 0;

	for (int level = CAMIPC_LOG_ERROR; level <= CAMIPC_LOG_INFO; level++)
		n += log_capture_count((enum camipc_log_level)level, text);
	return n;
}

static unsigned int count_wrong(void)
{
	static const char *const blames[] = {
		"broke the protocol", "died", "is gone", "the worker ended",
		"not trusted", "malformed", "did not answer",
	};
	unsigned int n = 0;

	for (size_t i = 0; i < sizeof(blames) / sizeof(blames[0]); i++)
		n += log_capture_count(CAMIPC_LOG_ERROR, blames[i]);
	return n;
}

static void count_children(struct outcome *outcome)
{
	const struct timespec moment = { .tv_nsec = 10000000 };
	struct fd_leak now;

	/* One that was killed through its life-line may take a moment. */
	for (int i = 0; i < 200; i++) {
		fd_leak_take(&now);
		outcome->children = now.children;
		if (!now.children)
			return;
		(void)ppoll(NULL, 0, &moment, NULL);
	}
}

/** Runs in a process of its own: filters stay. Returns 77 without filters. */
static int play(void *user)
{
	const struct host *host = user;
	struct outcome *outcome = host->outcome;
	struct contract *c = host->contract;

	if (!refuse(host->row, host->error))
		return 77;
	log_capture_begin();
	outcome->create = create(c);
	if (outcome->create == 0) {
		use(c, outcome);
		test_echo_destroy(c->ipa);
	}
	outcome->errors = log_capture_count_from(CAMIPC_LOG_ERROR);
	outcome->wrong = count_wrong();
	if (outcome->create == 0 && !contract_is_local()) {
		outcome->closed_late = true;
		if (!host->row || refused_concerns_death(host->row))
			be_killed(c, outcome);
		die(c, outcome);
	}
	if (host->row && host->row->says)
		outcome->named = count_named(host->row->says);
	count_children(outcome);
	outcome->ran = 1;
	return 0;
}

/* ---- verdicts ----------------------------------------------------------- */

/* All rows are tried: the failures are shown together. */
static unsigned int n_failures;

static void expect_equal(const struct host *host, const char *what, int found,
			 int expected)
{
	if (found == expected)
		return;
	print_error("%s refused with %s: %s is %d, expected %d\n",
		    host->row ? host->row->name : "nothing",
		    host->error ? strerrorname_np(host->error) : "nothing",
		    what, found, expected);
	n_failures++;
}

/** EMFILE is the answer of a call that makes descriptors. */
static int to_error(const struct host *host, int expected)
{
	return expected == -ENOSYS && host->error == EMFILE ? -EMFILE :
							      expected;
}

static void judge(const struct host *host)
{
	const struct refused_call *row = host->row;
	const struct outcome *outcome = host->outcome;
	const int created = row ? to_error(host, row->create) : 0;
	const int large = row ? to_error(host, row->large) : 0;
	const int start = row ? to_error(host, row->start) : 0;

	expect_equal(host, "the end", outcome->ran, 1);
	expect_equal(host, "create", outcome->create, created);
	expect_equal(host, "a wrong blame", (int)outcome->wrong, 0);
	/* ENOSYS, as of an old kernel, is said more quietly. */
	if (row && row->says && host->error == EPERM)
		expect_equal(host, row->says, outcome->named > 0, 1);
	if (created < 0) {
		expect_equal(host, "error lines", (int)outcome->errors, 1);
		expect_equal(host, "children", (int)outcome->children, 0);
		return;
	}
	expect_equal(host, "error lines", (int)outcome->errors,
		     start < 0 ? 1 : 0);
	expect_equal(host, "init", outcome->init, 0);
	expect_equal(host, "the large call", outcome->large, large);
	expect_equal(host, "start", outcome->start, start);
	expect_equal(host, "stop", outcome->stop, 0);
	if (contract_is_local())
		return;
	expect_equal(host, "closed, killed", outcome->closed_late, 1);
	expect_equal(host, "closed, dead", outcome->closed_dead, 1);
	expect_equal(host, "the status", outcome->death,
		     row && row->unreaped ? -1 : 3 << 8);
	if (!row || !row->unreaped)
		expect_equal(host, "children", (int)outcome->children, 0);
}

static void run(struct contract *c, const struct refused_call *row, int error)
{
	struct outcome *outcome = mmap(NULL, sizeof(*outcome),
				       PROT_READ | PROT_WRITE,
				       MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	struct host host = {
		.row = row, .error = error, .outcome = outcome, .contract = c
	};
	int ret;

	assert_true(outcome != MAP_FAILED);
	ret = forked_call(play, &host);
	if (ret == 77) {
		print_message("skipped: no filters of system calls here\n");
		munmap(outcome, sizeof(*outcome));
		skip();
	}
	judge(&host);
	munmap(outcome, sizeof(*outcome));
}

/* TSan starts children in another way. */
#if defined(__SANITIZE_THREAD__)
#define STARTS_AS_USUAL false
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define STARTS_AS_USUAL false
#endif
#endif
#ifndef STARTS_AS_USUAL
#define STARTS_AS_USUAL true
#endif

/* A sanitizer's own library gives up without sigaltstack(), and the sandbox has no
 * layer of files beside it. Its check for leaks changes the status with which a
 * worker ends that cannot receive. */
static bool is_possible(const struct refused_call *row)
{
	return !TEST_SANITIZED ||
	       (strcmp(row->name, "sigaltstack") != 0 &&
		strcmp(row->name, "recvmsg of the worker") != 0 &&
		strncmp(row->name, "landlock", 8) != 0);
}

static void each_call_is_refused(void **state)
{
	static const int errors[] = { EPERM, ENOSYS, EMFILE };
	struct contract *c = *state;

	SKIP_UNDER_VALGRIND();
	if (!STARTS_AS_USUAL)
		skip();
	run(c, NULL, 0);
	for (size_t i = 0; i < refused_n_calls; i++) {
		const struct refused_call *row = &refused_calls[i];

		if (strcmp(row->backend, contract_backend) != 0 ||
		    !is_possible(row))
			continue;
		for (size_t j = 0; j < sizeof(errors) / sizeof(errors[0]);
		     j++) {
			if (errors[j] != EMFILE || row->makes_fds)
				run(c, row, errors[j]);
		}
	}
	assert_int_equal(n_failures, 0);
}

/* ---- completeness ------------------------------------------------------- */

static int play_traced(void *user)
{
	struct host *host = user;

	if (refused_trace_me() < 0)
		return 77;
	(void)play(host);
	return 0;
}

/** Each call of a session is in the table, or cannot be refused alone. */
static void no_call_is_forgotten(void **state)
{
	static struct outcome outcome;
	struct contract *c = *state;
	struct host host = { .outcome = &outcome, .contract = c };
	bool made[REFUSED_MAX_CALLS] = { false };
	unsigned int forgotten = 0;

	SKIP_UNDER_VALGRIND();
	if (TEST_SANITIZED)
		skip();
	if (refused_trace(play_traced, &host, made) < 0) {
		print_message("skipped: no process can be traced here\n");
		skip();
	}
	for (int number = 0; number < REFUSED_MAX_CALLS; number++) {
		if (!made[number] || refused_is_known(number))
			continue;
		print_error("system call %d is in no row of "
			    "refused_calls.c\n",
			    number);
		forgotten++;
	}
	assert_true(made[SYS_epoll_create1]);
	if (contract_is("process"))
		assert_true(made[SYS_execve]);
	assert_int_equal(forgotten, 0);
}

/* ---- the test bed ------------------------------------------------------- */

/** No proxy: each is created in a process with a filter. */
static int set_up(void **state)
{
	int ret = contract_set_up(state);
	struct contract *c = *state;

	test_echo_destroy(c->ipa);
	c->ipa = NULL;
	return ret;
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test_setup_teardown(each_call_is_refused, set_up,
					contract_tear_down),
	cmocka_unit_test_setup_teardown(no_call_is_forgotten, set_up,
					contract_tear_down),
};

CONTRACT_MAIN(tests)
