/* SPDX-License-Identifier: MIT */
/*
 * Fuzzes a camera process over a link to a worker process: whole sessions from
 * birth to destroy, over a real socket pair, with a worker that tells one lie
 * (port.h) about a message, its order, a descriptor, its birth or its death.
 * Everything from process_link.c upwards is the real code; the worker's process
 * is played (fake_child.c), and so is time (stage.c).
 *
 * An input is a mode, the lie, and steps: what the pipeline handler does, and
 * events and log lines of the worker's own.
 *
 * Held: without a lie nothing fails. With one: calls return in time, and errors
 * that are documented; each call that was begun completes once, in time;
 * `closed` comes once if the IPA is dead, and in time; callbacks come from
 * dispatch alone, none after `closed`, destroy, or an event after stop; what is
 * delivered is allowed; the log and the text of `closed` hold no control
 * characters; the worker is reaped; no descriptor is lost, none closed twice,
 * and none that a worker could make slow to close is closed here.
 */
#include <errno.h>
#include <string.h>
#include <time.h>

#include "canceller.h"
#include "host_session.h"
#include "link_input.h"
#include "stage.h"
#include "targets.h"

struct host host;

const struct camipc_interface *host_interface(void)
{
	return oracle_interfaces[0];
}

/* ---- time ---------------------------------------------------------------------------- */

static int64_t timeout_ms(const struct camipc_method *method)
{
	if (host.timeout_ms)
		return host.timeout_ms;
	if (method->timeout_ms)
		return method->timeout_ms;
	if (method->role == CAMIPC_ROLE_START ||
	    method->role == CAMIPC_ROLE_STOP)
		return CAMIPC_TIMEOUT_SWITCH_MS;
	return method->role == CAMIPC_ROLE_INIT ||
			       method->when == CAMIPC_WHEN_STOPPED
		       ? CAMIPC_TIMEOUT_STOPPED_MS
		       : CAMIPC_TIMEOUT_CALL_MS;
}

/*
 * When something with this deadline must be over: deadlines may be stretched
 * once by time in which the host did not run, and ending a worker takes some.
 */
static int64_t bound(int64_t since, int64_t ms)
{
	return since + (2 * ms + BOUND_MS) * STAGE_MS;
}

static void expect_within(int64_t since, int64_t ms)
{
	FUZZ_REQUIRE(stage_now() <= bound(since, ms));
}

/* ---- the pipeline handler ------------------------------------------------------------- */

static bool is_dead(void)
{
	return camipc_proxy_get_state(host.proxy) == CAMIPC_STATE_DEAD;
}

/* What the documentation of camipc_proxy_call() has. */
static void expect_documented(int error)
{
	static const int documented[] = {
		-EPIPE,	     -ETIMEDOUT, -EPROTO,	 -EINVAL,    -EMSGSIZE,
		-EAGAIN,     -EBUSY,	 -EALREADY,	 -ESHUTDOWN, -EOPNOTSUPP,
		-EREMOTEIO,  -ECANCELED, -EMFILE,	 -ENOMEM,
	};
	bool found = false;

	for (size_t i = 0; i < sizeof(documented) / sizeof(documented[0]); i++)
		found |= documented[i] == error;
	FUZZ_REQUIRE(found);
}

static int dispatch(void)
{
	const int64_t since = stage_now();
	int ret;

	host.dispatching = true;
	ret = camipc_proxy_dispatch(host.proxy);
	host.dispatching = false;
	FUZZ_REQUIRE(ret >= 0 || (ret == -EPIPE && host.n_closed == 1));
	FUZZ_REQUIRE(ret <= CAMIPC_DISPATCH_BATCH + 1);
	/* It may have to end the worker, which is no deadline of a call. */
	expect_within(since, 0);
	return ret;
}

/* Time in which the host was not busy with something else. */
static int64_t awake(void)
{
	return stage_now() - host.busy;
}

/* What should have ended by now, with a host that dispatches. */
static void expect_nothing_overdue(void)
{
	const int64_t now = awake();

	for (uint32_t i = 0; i < host.n_begun; i++)
		FUZZ_REQUIRE(!host.begun[i].method ||
			     now <= bound(host.begun[i].since,
					  host.begun[i].timeout_ms));
	if (!fake_worker_is_gone() || host.n_closed == 1)
		return;
	if (host.gone_since == 0)
		host.gone_since = now;
	FUZZ_REQUIRE(now <= bound(host.gone_since, 0));
}

/* An event loop, for so long. */
static void loop(int64_t ms)
{
	const int64_t until = stage_now() + ms * STAGE_MS;
	int fd = camipc_proxy_get_fd(host.proxy);

	while (stage_now() < until && host.n_closed == 0) {
		if (stage_wait(fd, until))
			(void)dispatch();
		expect_nothing_overdue();
	}
}

static void *draw_args(const struct camipc_method *method, uint64_t seed)
{
	void *args;

	if (!method->args)
		return NULL;
	args = malloc(method->args->size);
	FUZZ_REQUIRE(args);
	fuzz_draw(method->args, seed, &host.values, args);
	return args;
}

static void note_result(const struct camipc_method *method, int ret)
{
	int error = camipc_proxy_last_error(host.proxy);

	if (error < 0) {
		FUZZ_REQUIRE(ret == error);
		expect_documented(error);
	}
	if (ret >= 0 && method->role == CAMIPC_ROLE_STOP)
		host.stopped = true;
	if (ret == -ETIMEDOUT)
		host.may_fail = true;
}

static int call(const struct camipc_method *method, uint64_t seed)
{
	const struct camipc_message_type *type = method->outs;
	const int64_t since = stage_now();
	void *args = draw_args(method, seed);
	void *outs = type ? calloc(1, type->size) : NULL;
	int ret;

	FUZZ_REQUIRE(outs || !type);
	if (type && type->init)
		type->init(outs);
	if (method->role == CAMIPC_ROLE_START)
		host.stopped = false;
	ret = camipc_proxy_call(host.proxy, method->id, args, outs);
	expect_within(since, timeout_ms(method));
	/* Begun calls complete in dispatch, not in a synchronous call. */
	host.busy += stage_now() - since;
	note_result(method, ret);
	if (ret >= 0 && method->role != CAMIPC_ROLE_ASYNC && type) {
		fuzz_expect_allowed(type, outs);
		/* The caller's own, and the caller's own time. */
		stage_begin_peer();
		if (type->clear)
			type->clear(outs);
		stage_end_peer();
	}
	free(args);
	free(outs);
	return ret;
}

static void begin(const struct camipc_method *method, uint64_t seed)
{
	struct begun *begun = &host.begun[host.n_begun];
	void *args = draw_args(method, seed);

	if (host.n_begun < MAX_BEGUN) {
		*begun = (struct begun){ method, awake(),
					 timeout_ms(method) };
		if (method->role == CAMIPC_ROLE_START)
			host.stopped = false;
		if (camipc_proxy_begin(host.proxy, method->id, args, host_take_done,
				       host_done, begun) == 0)
			host.n_begun++;
		else
			begun->method = NULL;
	}
	free(args);
}

static int call_role(enum camipc_role role)
{
	const struct camipc_interface *face = host_interface();

	for (uint16_t i = 0; i < face->n_methods; i++) {
		if (face->methods[i].role == role)
			return call(&face->methods[i], 1);
	}
	return -EOPNOTSUPP;
}

static const struct camipc_method *any_method(const struct sequence_step *step)
{
	const struct camipc_interface *face = host_interface();
	const struct camipc_method *method =
		camipc_find_method(face->methods, face->n_methods, step->id);

	return method ? method : &face->methods[step->id % face->n_methods];
}

static void stop_all(void)
{
	const int64_t since = stage_now();
	int ret = camipc_stop_all(&host.proxy, 1);

	expect_within(since, host.timeout_ms ? host.timeout_ms
					     : CAMIPC_TIMEOUT_SWITCH_MS);
	if (ret < 0)
		expect_documented(ret);
	host.may_fail |= ret == -ETIMEDOUT;
	if (ret >= 0)
		host.stopped = true;
}

/* So that no call takes longer than a session may. */
static void set_timeout(uint32_t ms)
{
	host.timeout_ms = ms;
	camipc_proxy_set_timeout(host.proxy, ms);
	host.may_fail = true;
}

static void set_watchdog(uint32_t ms)
{
	camipc_proxy_set_watchdog(host.proxy, ms);
	host.may_fail |= ms > 0;
}

/* The host does something else, or the whole machine nothing at all. */
static void be_busy(int64_t ms, bool peer_runs)
{
	const int64_t since = stage_now();

	if (peer_runs)
		(void)stage_wait(-1, since + ms * STAGE_MS);
	else
		stage_pass(ms * STAGE_MS);
	host.busy += stage_now() - since;
	/* At most a deadline's own length is forgiven. */
	host.may_fail |= !peer_runs;
}

static void take_step(const struct sequence_step *step)
{
	static const char bytes[] = "\033[0m \xff text\n of a worker \x01";

	switch (step->op % N_HOST_OPS) {
	case HOST_CALL:
		(void)call(any_method(step), step->pick);
		break;
	case HOST_BEGIN:
		begin(any_method(step), step->pick);
		break;
	case HOST_DISPATCH:
		(void)dispatch();
		break;
	case HOST_LOOP:
		loop(step->pick * 10);
		break;
	case HOST_BUSY:
		be_busy(step->pick * 20, true);
		break;
	case HOST_SUSPEND:
		be_busy(step->pick * 20, false);
		break;
	case HOST_CANCEL:
		camipc_proxy_cancel(host.proxy);
		break;
	case HOST_STOP_ALL:
		stop_all();
		break;
	case HOST_TIMEOUT:
		set_timeout(step->pick * 10u);
		break;
	case HOST_WATCHDOG:
		set_watchdog(step->pick * 10u);
		break;
	case WORKER_EVENT:
		if (step->flags & BODY_DRAWN)
			fake_worker_raise_drawn(step->id, step->pick);
		else
			fake_worker_raise(step->id, step->body, step->size,
					  step->n_fds % 8u);
		host.may_fail |= !(step->flags & BODY_DRAWN);
		break;
	case WORKER_LOG:
		fake_worker_log(step->id, bytes, step->pick % sizeof(bytes));
		break;
	default:
		fake_worker_die(step->pick, step->id);
		host.may_fail = true;
	}
}

/* ---- a session ---------------------------------------------------------------------------- */

/* As if there were a recorder. */
bool __wrap_camipc_record_is_expected(void);
bool __wrap_camipc_record_is_expected(void)
{
	return host.traces;
}

static bool create(void)
{
	static const struct {
		uint32_t size;
		void (*functions[64])(void);
	} events = { .size = sizeof(events) };
	static const struct camipc_match match = { .module = NULL };
	static struct camipc_client client;
	const int64_t since = stage_now();
	int ret;

	host_make_client(&client);
	ret = camipc_proxy_create(NULL, &match, &client, &events, &host,
				  &host.proxy);
	expect_within(since, CAMIPC_TIMEOUT_HELLO_MS +
				     CAMIPC_TIMEOUT_LOADED_MS);
	if (ret == 0)
		return true;
	fuzz_result = ret;
	host.proxy = NULL;
	FUZZ_REQUIRE(fake_worker_has_lied() || host.spawn_fails);
	FUZZ_REQUIRE(ret < 0 && ret != -EAGAIN && ret != -EINVAL);
	return false;
}

static void begin_session(uint8_t mode)
{
	if (mode & HOST_CANCELLED && canceller_is_useful()) {
		canceller_begin(host.proxy);
		canceller_go();
		host.may_fail = true;
	}
	if (mode & HOST_NOT_STARTED)
		return;
	(void)call_role(CAMIPC_ROLE_INIT);
	(void)call_role(CAMIPC_ROLE_START);
}

/* Time enough for everything that is due. */
static void settle(uint8_t mode)
{
	for (int i = 0; i < 80 && host.n_closed == 0; i++) {
		bool waits = is_dead() || fake_worker_is_gone();

		for (uint32_t k = 0; k < host.n_begun; k++)
			waits |= host.begun[k].method != NULL;
		if (!waits)
			break;
		loop(500);
	}
	if (!(mode & HOST_NOT_STOPPED))
		(void)call_role(CAMIPC_ROLE_STOP);
	for (int i = 0; i < 4 && host.n_closed == 0 && is_dead(); i++)
		(void)dispatch();
	FUZZ_REQUIRE(host.n_closed == (is_dead() ? 1u : 0u));
	if (is_dead()) {
		fuzz_result = -EPIPE;
		FUZZ_REQUIRE(call_role(CAMIPC_ROLE_INIT) == -EPIPE);
		/* A stop that was begun since is no less complete for it. */
		FUZZ_REQUIRE(dispatch() >= 0 ? dispatch() == -EPIPE : true);
		FUZZ_REQUIRE(fake_worker_is_gone());
	}
	/* Honest ones have nothing to fear. */
	FUZZ_REQUIRE(!is_dead() || fake_worker_has_lied() || host.may_fail);
}

static void destroy(void)
{
	const int64_t since = stage_now();

	host.destroying = true;
	camipc_proxy_destroy(host.proxy);
	expect_within(since, CAMIPC_TIMEOUT_SWITCH_MS +
				     (int64_t)host.timeout_ms);
	for (uint32_t i = 0; i < host.n_begun; i++)
		FUZZ_REQUIRE(!host.begun[i].method);
}

static int64_t real_seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec;
}

static void run(const uint8_t *data, size_t size)
{
	const unsigned int n_fds = fuzz_count_fds();
	const int64_t began = real_seconds();
	struct sequence_step step;
	struct lie lie;

	if (size < LINK_INPUT_HEADER)
		return;
	memset(&host, 0, sizeof(host));
	camipc_arena_init(&host.values, 0);
	camipc_log_set(host_expect_clean_log, NULL, CAMIPC_LOG_DEBUG);
	lie_read(&lie, data + LINK_INPUT_LIE);
	host.spawn_fails = data[1] & WORKER_SPAWN_FAILS;
	host.traces = data[1] & WORKER_TRACES;
	fuzz_result = 0;
	fake_worker_set_up(&lie, data[1]);
	if (create()) {
		const uint8_t *rest = data + LINK_INPUT_HEADER;
		size_t left = size - LINK_INPUT_HEADER;

		begin_session(data[0]);
		while (sequence_next(&rest, &left, &step)) {
			canceller_go();
			take_step(&step);
		}
		settle(data[0]);
		canceller_end();
		destroy();
	}
	fake_worker_tear_down();
	camipc_arena_fini(&host.values);
	fuzz_expect_fds(n_fds);
	/* Played time does not show what really sleeps. */
	FUZZ_REQUIRE(real_seconds() - began < REAL_BOUND_S);
}

/* ---- inputs ---------------------------------------------------------------------------------- */

static const struct camipc_message_type *
type_of(const struct sequence_step *step)
{
	const struct camipc_interface *face = host_interface();
	const struct camipc_method *event =
		camipc_find_method(face->events, face->n_events, step->id);

	return step->op % N_HOST_OPS == WORKER_EVENT && event &&
			       !(step->flags & BODY_DRAWN)
		       ? event->args
		       : NULL;
}

static void draw(struct oracle_random *random, struct sequence_step *step)
{
	static const uint8_t ops[] = { HOST_CALL,  HOST_CALL,	  HOST_BEGIN,
				       HOST_BEGIN, HOST_DISPATCH, HOST_LOOP,
				       WORKER_EVENT };
	const struct camipc_interface *face = host_interface();

	step->op = ops[oracle_below(random, sizeof(ops))];
	if (oracle_below(random, 6) == 0)
		step->op = (uint8_t)oracle_below(random, N_HOST_OPS);
	step->pick = (uint8_t)oracle_below(random,
					   oracle_below(random, 4) ? 16 : 256);
	if (step->op == WORKER_EVENT) {
		step->id =
			face->events[oracle_below(random, face->n_events)].id;
		step->flags = oracle_below(random, 4) ? BODY_DRAWN : 0;
	} else {
		step->id =
			face->methods[oracle_below(random, face->n_methods)].id;
	}
}

static const struct sequence_rules rules = {
	.n_ops = N_HOST_OPS,
	.type_of = type_of,
	.draw = draw,
};

static void draw_modes(struct oracle_random *random, uint8_t *data)
{
	static const uint8_t modes[] = { 0, 0, WORKER_EVENTS,
					 WORKER_EVENTS | WORKER_LOGS,
					 WORKER_EVENTS | WORKER_FAILS,
					 WORKER_EVENTS | WORKER_TRACES };

	data[0] = oracle_below(random, 6) ? 0 : (uint8_t)oracle_next(random);
	if (canceller_is_useful())
		data[0] ^= HOST_CANCELLED;
	data[1] = modes[oracle_below(random, sizeof(modes))];
}

static const struct link_input input = {
	.rules = &rules,
	.n_mode_bits = 6,
	.draw_modes = draw_modes,
};

static size_t seed(struct oracle_random *random, uint8_t *data, size_t room)
{
	return link_input_seed(random, &input, data, room);
}

static size_t mutate(struct oracle_random *random, uint8_t *data, size_t size,
		     size_t room, const uint8_t *other, size_t other_size)
{
	return link_input_mutate(random, &input, data, size, room, other,
				 other_size);
}

const struct fuzz_target fuzz_host_target = {
	.name = "host",
	.run = run,
	.mutate = mutate,
	.seed = seed,
};
