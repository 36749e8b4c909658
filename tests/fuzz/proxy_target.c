/* SPDX-License-Identifier: MIT */
/*
 * Fuzzes a proxy of an interface: its IPA sends anything, and a pipeline
 * handler calls, begins, cancels and dispatches, from callbacks as well,
 * through the generated functions. The link is played by the test, as in
 * tests/contract/fake_link.c.
 *
 * Held: threats 20 to 27 end in what they must: one completion for each call
 * begun, closed once, -EPIPE from then on; what is delivered is allowed, and
 * what the engine had; a call that fails leaves its outputs alone; nothing
 * after stop; a call whose time is over waits no more; no descriptor is lost,
 * and none closed twice.
 */
#include <errno.h>
#include <string.h>

#include "clock.h"
#include "proxy_session.h"
#include "targets.h"

static void take_step(void);

/* ---- the pipeline handler -------------------------------------------------- */

static void in_callback(void)
{
	if (!(proxy_session.mode & MODE_CALLBACKS) ||
	    proxy_session.in_callback > 0)
		return;
	proxy_session.in_callback++;
	take_step();
	proxy_session.in_callback--;
}

/* The function of each event; what it was called with has been packed again. */
void fuzz_event(unsigned int row, void *user, const void *args)
{
	const struct camipc_method *event = &proxy_interface()->events[row];

	FUZZ_REQUIRE(user == &proxy_session && row == proxy_session.event_row);
	FUZZ_REQUIRE(args || !event->args);
	/* No event after stop; none after closed, or destroy. */
	FUZZ_REQUIRE(!proxy_session.stopped && !proxy_session.destroyed &&
		     proxy_session.n_closed == 0);
	if (args)
		FUZZ_REQUIRE(oracle_equal(event->args->info,
					  proxy_session.event_args, args));
	fuzz_expect_allowed(event->args, args);
	proxy_session.n_events++;
	in_callback();
}

/* Between the engine and the generated invoker of an event. */
static void invoke_event(const struct camipc_method *event, const void *table,
			 void *self, const void *args, void *outs)
{
	const struct camipc_interface *face = proxy_interface();
	const uint32_t n_events = proxy_session.n_events;
	unsigned int row;

	FUZZ_REQUIRE(event == camipc_find_method(face->events, face->n_events,
						 event->id));
	FUZZ_REQUIRE(table == proxy_session.events && self == &proxy_session &&
		     !outs);
	row = (unsigned int)(event - face->events);
	proxy_session.event_row = row;
	proxy_session.event_args = args;
	proxy_session.client->invoke_event[row](event, table, self, args, outs);
	FUZZ_REQUIRE(proxy_session.n_events - n_events ==
		     !(proxy_session.mode & MODE_QUIET));
}

void fuzz_closed(void *user, const struct camipc_closed_info *info)
{
	FUZZ_REQUIRE(user == &proxy_session && info->text);
	FUZZ_REQUIRE(++proxy_session.n_closed == 1);
	in_callback();
}

static const struct camipc_method *any_method(const struct sequence_step *step)
{
	const struct camipc_interface *face = proxy_interface();
	const struct camipc_method *method =
		camipc_find_method(face->methods, face->n_methods, step->id);

	return method ? method : &face->methods[step->id % face->n_methods];
}

/* Outputs beside the result, so that its completion is given them. */
static bool has_outs(const struct camipc_method *method)
{
	const uint32_t n = method->flags & CAMIPC_METHOD_RETURNS_INT32;

	return method->outs && method->outs->info->n_fields > !!n;
}

void fuzz_done(void *user, int ret, const void *outs)
{
	uint8_t *count = user;
	const struct camipc_method *method;

	FUZZ_REQUIRE(count >= proxy_session.completions &&
		     count < proxy_session.completions + MAX_BEGUN);
	/* Methods are numbered from 1 in it: 0 is done. */
	FUZZ_REQUIRE(*count > 0);
	method = &proxy_interface()->methods[*count - 1];
	*count = 0;
	FUZZ_REQUIRE(ret >= 0 || !outs);
	FUZZ_REQUIRE(outs ==
		     (has_outs(method) ? proxy_session.done_outs : NULL));
	if (outs)
		fuzz_expect_allowed(method->outs, outs);
	in_callback();
}

/* For a method that does not exist, which no generated function begins. */
static void complete_raw(void (*done)(void), void *user, int ret,
			 const void *outs)
{
	const uint8_t row = *(const uint8_t *)user;

	(void)done;
	FUZZ_REQUIRE(row > 0);
	fuzz_done(user, ret,
		  has_outs(&proxy_interface()->methods[row - 1]) ? outs : NULL);
}

static void nothing(void)
{
}

static void *draw_args(const struct sequence_step *step,
		       const struct camipc_method *method)
{
	void *args = NULL;

	if (method->args && !(step->flags & ARGS_MISSING)) {
		args = malloc(method->args->size);
		FUZZ_REQUIRE(args);
		fuzz_draw(method->args, step->pick, &proxy_session.values,
			  args);
	}
	return args;
}

/* Any method of the interface, or none of it. */
static int begin_it(const struct sequence_step *step,
		    const struct camipc_method *method, const void *args,
		    void *user)
{
	const struct fuzz_method *typed =
		&fuzz_face->methods[method - proxy_interface()->methods];
	const bool missing = step->flags & STRUCT_MISSING;
	int ret;

	if (step->flags & (ID_IS_WRONG | ARGS_MISSING) || !typed->begin) {
		uint32_t id = step->flags & ID_IS_WRONG ? step->id : method->id;

		proxy_session.called = NULL;
		return camipc_proxy_begin(proxy_session.proxy, id, args,
					  complete_raw, nothing, user);
	}
	proxy_session.called = method;
	proxy_session.args = missing && typed->has_structs ? NULL : args;
	ret = typed->begin(proxy_session.ipa, args, missing, user);
	FUZZ_REQUIRE(ret < 0 || proxy_session.args || !method->args);
	return ret;
}

static void begin(const struct sequence_step *step)
{
	const struct camipc_method *method = any_method(step);
	const bool is_wrong = step->flags & ID_IS_WRONG &&
			      step->id != method->id;
	void *args = draw_args(step, method);
	uint8_t *count = &proxy_session.completions[proxy_session.n_begun];

	if (proxy_session.n_begun == MAX_BEGUN || (is_wrong && args)) {
		free(args);
		return;
	}
	*count = (uint8_t)(method - proxy_interface()->methods + 1);
	if (method->role == CAMIPC_ROLE_START)
		proxy_session.stopped = false;
	proxy_session.n_begun++;
	if (begin_it(step, method, args, count) < 0)
		*count = 0;
	free(args);
}

/* Outputs as they are when a call begins. */
static void *new_outs(const struct camipc_message_type *type)
{
	void *outs = calloc(1, type->size);

	FUZZ_REQUIRE(outs);
	if (type->init)
		type->init(outs);
	return outs;
}

/* What a call gave back is what the engine gave the generated function. */
static void take_outs(const struct camipc_method *method, void *outs, int ret,
		      bool all)
{
	/* The result is returned, not put there; it is the first member. */
	if (method->flags & CAMIPC_METHOD_RETURNS_INT32)
		memcpy(outs, &ret, sizeof(int32_t));
	if (all && proxy_session.outs)
		FUZZ_REQUIRE(oracle_equal(method->outs->info,
					  proxy_session.outs, outs));
	if (all)
		fuzz_expect_allowed(method->outs, outs);
	if (method->outs->clear)
		method->outs->clear(outs);
}

static int call_it(const struct sequence_step *step,
		   const struct camipc_method *method, const void *args,
		   void *outs)
{
	const struct fuzz_method *typed =
		&fuzz_face->methods[method - proxy_interface()->methods];
	const bool missing = step->flags & STRUCT_MISSING;
	const uint32_t wanted = step->flags & OUTS_DROPPED ? step->pick
							   : UINT32_MAX;
	int ret;

	proxy_session.called = NULL;
	if (step->flags & ARGS_MISSING && method->args)
		return camipc_proxy_call(proxy_session.proxy, method->id, NULL,
					 outs);
	proxy_session.called = method;
	proxy_session.args = missing && typed->has_structs ? NULL : args;
	ret = typed->call(proxy_session.ipa, args, missing, outs, wanted);
	FUZZ_REQUIRE(ret < 0 || proxy_session.args || !method->args);
	return ret;
}

static void call(const struct sequence_step *step)
{
	const struct camipc_method *method = any_method(step);
	const struct camipc_message_type *type = method->outs;
	void *args = draw_args(step, method);
	void *outs = type ? new_outs(type) : NULL;
	void *fresh = type ? new_outs(type) : NULL;
	uint32_t closed = proxy_session.n_closed;
	int ret;

	if (method->role == CAMIPC_ROLE_START)
		proxy_session.stopped = false;
	proxy_session.late = step->flags & TIME_IS_UP;
	ret = call_it(step, method, args, outs);
	proxy_session.late = false;
	/* Only dispatch calls closed; nothing is delivered after it. */
	FUZZ_REQUIRE(proxy_session.n_closed == closed);
	FUZZ_REQUIRE(closed == 0 || ret == -EPIPE ||
		     method->role == CAMIPC_ROLE_STOP);
	if (ret >= 0 && method->role == CAMIPC_ROLE_STOP)
		proxy_session.stopped = true;
	if (ret >= 0 && method->role != CAMIPC_ROLE_ASYNC && outs)
		take_outs(method, outs, ret, !(step->flags & OUTS_DROPPED));
	else if (outs)
		FUZZ_REQUIRE(memcmp(outs, fresh, type->size) == 0);
	free(proxy_session.outs);
	proxy_session.outs = NULL;
	free(args);
	free(outs);
	free(fresh);
}

static void dispatch(void)
{
	int ret = fuzz_face->dispatch(proxy_session.ipa);

	if (proxy_session.in_callback > 0)
		FUZZ_REQUIRE(ret == -EBUSY || ret == -EPIPE);
	else
		FUZZ_REQUIRE(ret >= 0 ||
			     (ret == -EPIPE && proxy_session.n_closed == 1));
}

static void take_step(void)
{
	static const int errors[] = { 0, -EAGAIN, -EMFILE, -ENOMEM };
	struct sequence_step step;

	if (proxy_session.destroyed ||
	    !sequence_next(&proxy_session.data, &proxy_session.size, &step))
		return;
	switch (step.op % N_OPS) {
	case OP_BEGIN:
		begin(&step);
		break;
	case OP_CALL:
		call(&step);
		break;
	case OP_DISPATCH:
		dispatch();
		break;
	case OP_CANCEL:
		camipc_proxy_cancel(proxy_session.proxy);
		break;
	case OP_DESTROY:
		proxy_session.destroyed = true;
		proxy_session.answers_itself = true;
		fuzz_face->destroy(proxy_session.ipa);
		break;
	case OP_TRANSPORT:
		proxy_session.push_error = errors[step.pick % 4];
		break;
	default:
		proxy_peer_step(&step);
	}
}

/* ---- the target ------------------------------------------------------------ */

/* In the place of the engine's functions, by the linker: between it and what
 * was generated. Calls of this file go through them, too. */
int __real_camipc_proxy_create(struct camipc_manager *manager,
			       const struct camipc_match *match,
			       const struct camipc_client *client,
			       const void *events, void *user,
			       struct camipc_proxy **ret_proxy);
int __wrap_camipc_proxy_create(struct camipc_manager *manager,
			       const struct camipc_match *match,
			       const struct camipc_client *client,
			       const void *events, void *user,
			       struct camipc_proxy **ret_proxy);
int __real_camipc_proxy_call(struct camipc_proxy *proxy, uint32_t id,
			     const void *args, void *outs);
int __wrap_camipc_proxy_call(struct camipc_proxy *proxy, uint32_t id,
			     const void *args, void *outs);
int __real_camipc_proxy_begin(struct camipc_proxy *proxy, uint32_t id,
			      const void *args, camipc_done_fn complete,
			      void (*done)(void), void *user);
int __wrap_camipc_proxy_begin(struct camipc_proxy *proxy, uint32_t id,
			      const void *args, camipc_done_fn complete,
			      void (*done)(void), void *user);

int __wrap_camipc_proxy_create(struct camipc_manager *manager,
			       const struct camipc_match *match,
			       const struct camipc_client *client,
			       const void *events, void *user,
			       struct camipc_proxy **ret_proxy)
{
	static struct camipc_client checked;
	static camipc_invoke_fn rows[FUZZ_MAX_ROWS];

	FUZZ_REQUIRE(client->descriptor == proxy_interface());
	proxy_session.client = client;
	proxy_session.events = events;
	checked = *client;
	for (uint16_t i = 0; i < client->descriptor->n_events; i++)
		rows[i] = invoke_event;
	if (client->invoke_event)
		checked.invoke_event = rows;
	return __real_camipc_proxy_create(manager, match, &checked, events,
					  user, ret_proxy);
}

/* Checks that a generated function calls the right method with its arguments. */
static void check_call(const struct camipc_proxy *proxy, uint32_t id,
		       const void *args)
{
	const struct camipc_method *method = proxy_session.called;

	FUZZ_REQUIRE(proxy == proxy_session.proxy);
	if (!method)
		return;
	FUZZ_REQUIRE(id == method->id);
	FUZZ_REQUIRE(!args == !proxy_session.args);
	if (args)
		FUZZ_REQUIRE(oracle_equal(method->args->info,
					  proxy_session.args, args));
}

int __wrap_camipc_proxy_call(struct camipc_proxy *proxy, uint32_t id,
			     const void *args, void *outs)
{
	const struct camipc_method *method = proxy_session.called;
	int ret;

	check_call(proxy, id, args);
	ret = __real_camipc_proxy_call(proxy, id, args, outs);
	if (ret >= 0 && outs && method) {
		/* What they point to is the same, and lives as long. */
		proxy_session.outs = malloc(method->outs->size);
		FUZZ_REQUIRE(proxy_session.outs);
		memcpy(proxy_session.outs, outs, method->outs->size);
	}
	return ret;
}

/* Between the engine and the generated function that completes a call. */
static void complete(void (*done)(void), void *user, int ret, const void *outs)
{
	const size_t i = (size_t)((uint8_t *)user - proxy_session.completions);

	FUZZ_REQUIRE(i < MAX_BEGUN);
	proxy_session.done_outs = outs;
	proxy_session.completes[i](done, user, ret, outs);
}

int __wrap_camipc_proxy_begin(struct camipc_proxy *proxy, uint32_t id,
			      const void *args, camipc_done_fn generated,
			      void (*done)(void), void *user)
{
	const size_t i = (size_t)((uint8_t *)user - proxy_session.completions);

	check_call(proxy, id, args);
	FUZZ_REQUIRE(i < MAX_BEGUN);
	proxy_session.completes[i] = generated;
	return __real_camipc_proxy_begin(proxy, id, args, complete, done, user);
}

static void call_role(enum camipc_role role)
{
	const struct camipc_interface *face = proxy_interface();

	for (uint16_t i = 0; i < face->n_methods; i++) {
		const struct sequence_step step = { .id = face->methods[i].id,
						    .pick = 1 };

		if (face->methods[i].role == role)
			call(&step);
	}
}

static void set_up(uint8_t mode)
{
	static const struct camipc_match match;

	FUZZ_REQUIRE(proxy_interface()->n_methods <= FUZZ_MAX_ROWS &&
		     proxy_interface()->n_events <= FUZZ_MAX_ROWS);
	memset(&proxy_session, 0, sizeof(proxy_session));
	proxy_session.mode = mode;
	proxy_session.now = CAMIPC_NS_PER_S;
	proxy_session.on_stage = true;
	camipc_arena_init(&proxy_session.values, 0);
	camipc_log_set(fuzz_ignore_log, NULL, CAMIPC_LOG_WARNING);
	FUZZ_REQUIRE(fuzz_face->create(&match, mode & MODE_QUIET,
				       &proxy_session,
				       &proxy_session.ipa) == 0);
	proxy_session.proxy = fuzz_face->get_proxy(proxy_session.ipa);
	if (mode & MODE_RUNNING) {
		proxy_session.answers_itself = true;
		call_role(CAMIPC_ROLE_INIT);
		call_role(CAMIPC_ROLE_START);
		proxy_session.answers_itself = false;
	}
}

static void run(const uint8_t *data, size_t size)
{
	unsigned int n_fds = fuzz_count_fds();

	if (size < 1)
		return;
	set_up(data[0]);
	proxy_session.data = data + 1;
	proxy_session.size = size - 1;
	while (proxy_session.size >= 8 && !proxy_session.destroyed)
		take_step();
	fuzz_result = proxy_session.dead ? -EPIPE : 0;
	if (!proxy_session.destroyed) {
		proxy_session.destroyed = true;
		proxy_session.answers_itself = true;
		fuzz_face->destroy(proxy_session.ipa);
	}
	proxy_session.on_stage = false;
	for (uint32_t i = 0; i < proxy_session.n_begun; i++)
		FUZZ_REQUIRE(proxy_session.completions[i] == 0);
	camipc_arena_fini(&proxy_session.values);
	fuzz_expect_fds(n_fds);
}

static const struct camipc_message_type *
type_of(const struct sequence_step *step)
{
	switch (step->op % N_OPS) {
	case OP_REPLY:
	case OP_EVENT:
		return proxy_body_type(proxy_kind_of(step), step->id);
	default:
		return NULL;
	}
}

static void draw(struct oracle_random *random, struct sequence_step *step)
{
	static const uint8_t ops[] = { OP_REPLY, OP_REPLY, OP_EVENT,   OP_EVENT,
				       OP_BEGIN, OP_CALL,  OP_DISPATCH };
	const struct camipc_interface *face = proxy_interface();

	step->op = ops[oracle_below(random, sizeof(ops))];
	if (oracle_below(random, 8) == 0)
		step->op = (uint8_t)oracle_below(random, N_OPS);
	step->pick = (uint8_t)oracle_below(random, 4);
	if (step->op == OP_EVENT && face->n_events > 0)
		step->id =
			face->events[oracle_below(random, face->n_events)].id;
	else
		step->id =
			face->methods[oracle_below(random, face->n_methods)].id;
	if (step->op == OP_REPLY && oracle_below(random, 4))
		step->flags = ID_AS_SENT | IS_DEFAULT;
	if (step->op == OP_CALL && oracle_below(random, 4) == 0) {
		step->flags = OUTS_DROPPED;
		step->pick = (uint8_t)oracle_next(random);
	}
	if (oracle_below(random, 16) == 0)
		step->flags ^= (uint8_t)(1u << oracle_below(random, 8));
}

static const struct sequence_rules rules = {
	.n_ops = N_OPS,
	.type_of = type_of,
	.draw = draw,
};

static size_t seed(struct oracle_random *random, uint8_t *data, size_t room)
{
	data[0] = oracle_below(random, 4) ? MODE_RUNNING : 0;
	if (oracle_below(random, 2))
		data[0] |= MODE_CALLBACKS;
	if (oracle_below(random, 16) == 0)
		data[0] |= MODE_QUIET;
	return 1 + sequence_seed(random, &rules, data + 1, room - 1);
}

static size_t mutate(struct oracle_random *random, uint8_t *data, size_t size,
		     size_t room, const uint8_t *other, size_t other_size)
{
	if (size < 1)
		return seed(random, data, room);
	if (oracle_below(random, 32) == 0)
		data[0] ^= (uint8_t)(1 + oracle_below(random, 7));
	return 1 + sequence_mutate(random, &rules, data + 1, size - 1, room - 1,
				   other_size > 0 ? other + 1 : other,
				   other_size > 0 ? other_size - 1 : 0);
}

const struct fuzz_target fuzz_proxy_target = {
	.name = "proxy",
	.run = run,
	.mutate = mutate,
	.seed = seed,
	.of_interface = true,
};
