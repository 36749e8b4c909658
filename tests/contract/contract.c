/* SPDX-License-Identifier: MIT */
/* The test bed of the contract suite: a manager, a proxy and its callbacks. */
#include "contract.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "backend.h"

/* However slow the machine: only failing tests wait so long. */
#define PATIENCE_MS 20000

const char *contract_backend = "thread";

struct camipc_match contract_match = { .path = ECHO_MODULE };

bool contract_is(const char *backend)
{
	return strcmp(contract_backend, backend) == 0;
}

bool contract_is_local(void)
{
	return !contract_is("process") && !contract_is("shm");
}

void contract_use(const char *backend)
{
	contract_backend = backend;
	contract_match.isolation = test_backend_isolation(backend);
	contract_match.transport = test_backend_transport(backend);
}

int64_t contract_now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* ---- callbacks --------------------------------------------------------- */

static void note(struct contract *c, struct contract_numbers *numbers,
		 uint32_t number)
{
	if (numbers && numbers->n < CONTRACT_MAX)
		numbers->numbers[numbers->n++] = number;
	c->n_events++;
	c->thread = (int)syscall(SYS_gettid);
	if (c->on_event)
		c->on_event(c);
}

static void on_tick(void *user, uint32_t number)
{
	struct contract *c = user;

	note(c, &c->ticks, number);
}

static void on_few(void *user, uint32_t number)
{
	struct contract *c = user;

	note(c, &c->few, number);
}

static void on_kept(void *user, uint32_t number)
{
	struct contract *c = user;

	note(c, &c->kept, number);
}

static void on_latest(void *user, uint32_t number)
{
	struct contract *c = user;

	note(c, &c->latest, number);
}

static void on_pushed(void *user, uint32_t number)
{
	struct contract *c = user;

	note(c, &c->pushed, number);
}

static void on_value(void *user, const struct test_echo_everything *value)
{
	struct contract *c = user;

	c->n_values++;
	if (c->on_value)
		c->on_value(c, value);
	note(c, NULL, 0);
}

static void on_plane(void *user, const struct test_echo_plane *plane,
		     const int *more, size_t n_more)
{
	struct contract *c = user;

	c->n_planes++;
	if (c->on_plane)
		c->on_plane(c, plane, more, n_more);
	note(c, NULL, 0);
}

static void on_closed(void *user, const struct camipc_closed_info *info)
{
	struct contract *c = user;

	c->n_closed++;
	c->closed = *info;
	snprintf(c->closed_text, sizeof(c->closed_text), "%s", info->text);
	if (c->on_closed)
		c->on_closed(c);
}

const struct test_echo_events contract_events = {
	.size = sizeof(contract_events),
	.tick = on_tick,
	.few = on_few,
	.latest = on_latest,
	.kept = on_kept,
	.pushed = on_pushed,
	.value = on_value,
	.plane = on_plane,
	.closed = on_closed,
};

void contract_done(void *user, int ret)
{
	struct contract_done *done = user;

	done->n++;
	done->ret = ret;
}

/* ---- setting up -------------------------------------------------------- */

static struct camipc_manager *make_manager(void)
{
	static const char *const workers[] = { ECHO_WORKER, NULL };
	static const char *const none[] = { NULL };
	const struct camipc_manager_options options = {
		.size = sizeof(options),
		.module_paths = none,
		.worker_paths = workers,
		.no_install_paths = true,
	};
	struct camipc_manager *manager;

	assert_int_equal(camipc_manager_create(&options, &manager), 0);
	return manager;
}

struct test_echo *contract_create(struct contract *c)
{
	struct test_echo *ipa = NULL;
	int ret = test_echo_create(c->manager, &contract_match,
				   &contract_events, c, &ipa);

	assert_int_equal(ret, 0);
	assert_non_null(ipa);
	return ipa;
}

int contract_set_up(void **state)
{
	struct contract *c = calloc(1, sizeof(*c));

	assert_non_null(c);
	log_capture_begin();
	fd_leak_take(&c->before);
	contract_use(contract_backend);
	c->manager = make_manager();
	c->ipa = contract_create(c);
	c->proxy = test_echo_get_proxy(c->ipa);
	assert_int_equal(pipe(c->gate), 0);
	*state = c;
	return 0;
}

int contract_tear_down(void **state)
{
	struct contract *c = *state;
	const struct fd_leak before = c->before;

	/* An op that still waits there goes on; then the proxy can end. */
	close(c->gate[1]);
	test_echo_destroy(c->ipa);
	close(c->gate[0]);
	camipc_manager_destroy(c->manager);
	log_capture_end();
	free(c);
	fd_leak_assert_none(&before);
	return 0;
}

void contract_init(struct contract *c)
{
	struct test_echo_defaults defaults;

	test_echo_defaults_init(&defaults);
	assert_int_equal(test_echo_init(c->ipa, "contract", &defaults), 0);
}

void contract_start(struct contract *c)
{
	assert_int_equal(test_echo_start(c->ipa), 0);
}

void contract_ready(struct contract *c)
{
	contract_init(c);
	contract_expect_state(c, CAMIPC_STATE_READY);
}

void contract_running(struct contract *c)
{
	contract_init(c);
	contract_start(c);
	contract_expect_state(c, CAMIPC_STATE_RUNNING);
}

void contract_expect_state(struct contract *c, enum camipc_state state)
{
	assert_string_equal(
		camipc_state_to_string(camipc_proxy_get_state(c->proxy)),
		camipc_state_to_string(state));
}

void contract_plan(struct contract *c, enum test_echo_op op,
		   enum test_echo_act act, int32_t value)
{
	int fd = act == TEST_ECHO_BLOCK ? c->gate[0] : -1;

	assert_int_equal(test_echo_plan(c->ipa, op, act, value, fd), 0);
}

void contract_open_gate(struct contract *c)
{
	assert_int_equal(write(c->gate[1], "", 1), 1);
}

/* ---- dispatching ------------------------------------------------------- */

/** Waits for the descriptor; false once the time is up. */
static bool wait_readable(struct contract *c, int timeout_ms)
{
	struct pollfd pfd = {
		.fd = test_echo_get_fd(c->ipa),
		.events = POLLIN,
	};

	return poll(&pfd, 1, timeout_ms) > 0;
}

void contract_dispatch_until(struct contract *c,
			     bool (*condition)(struct contract *c))
{
	const int64_t end = contract_now_ms() + PATIENCE_MS;

	while (!condition(c)) {
		int64_t left = end - contract_now_ms();

		if (left <= 0)
			fail_msg("nothing came in %d ms", PATIENCE_MS);
		if (!wait_readable(c, (int)left))
			continue;
		if (test_echo_dispatch(c->ipa) < 0)
			assert_true(condition(c));
	}
}

void contract_dispatch_all(struct contract *c)
{
	while (wait_readable(c, 0) && test_echo_dispatch(c->ipa) >= 0)
		;
}

static size_t wanted;

static bool has_wanted(struct contract *c)
{
	return c->n_events >= wanted;
}

void contract_dispatch_events(struct contract *c, size_t n)
{
	wanted = n;
	contract_dispatch_until(c, has_wanted);
}

static bool is_closed(struct contract *c)
{
	return c->n_closed > 0;
}

void contract_dispatch_closed(struct contract *c)
{
	contract_dispatch_until(c, is_closed);
}

static struct contract_done *awaited;

static bool is_done(struct contract *c)
{
	(void)c;
	return awaited->n > 0;
}

void contract_dispatch_done(struct contract *c, struct contract_done *done)
{
	awaited = done;
	contract_dispatch_until(c, is_done);
}

void contract_wait_for_ipa(struct contract *c)
{
	const uint32_t *numbers = NULL;
	size_t n = 0;

	assert_int_equal(test_echo_take_pushed(c->ipa, &numbers, &n), 0);
	camipc_clear_array(numbers);
}

struct camipc_proxy_stats contract_stats(struct contract *c)
{
	struct camipc_proxy_stats stats = { .size = sizeof(stats) };

	camipc_proxy_get_stats(c->proxy, &stats);
	return stats;
}

void contract_kill_worker(struct contract *c, int number)
{
	const int pid = camipc_proxy_get_pid(c->proxy);

	assert_true(pid > 0);
	assert_int_equal(kill(pid, number), 0);
}

int contract_run(int argc, char **argv, const struct CMUnitTest *tests,
		 size_t n)
{
	if (argc > 1)
		contract_backend = argv[1];
	if (argc > 2)
		cmocka_set_test_filter(argv[2]);
	return _cmocka_run_group_tests(contract_backend, tests, n, NULL, NULL);
}
