/* SPDX-License-Identifier: MIT */
/*
 * A proxy of an interface whose IPA answers, and says, whatever it likes; and
 * a pipeline handler that calls, begins, cancels, dispatches, from callbacks
 * too. The link is played here, as in tests/contract/fake_link.c.
 *
 * Held: threats 20 to 27 end in what they must: one completion for each call
 * begun, closed once, -EPIPE from then on; what is delivered is allowed;
 * nothing after stop; no descriptor is lost, and none closed twice.
 */
#include <errno.h>
#include <string.h>

#include "proxy_session.h"
#include "targets.h"
#include "thunks.h"

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

static void on_event(unsigned int row, void *self, const void *args, void *outs)
{
	const struct camipc_method *event = &proxy_interface()->events[row];

	FUZZ_REQUIRE(self == &proxy_session && !outs);
	FUZZ_REQUIRE(args || !event->args);
	/* No event after stop; none after closed, or destroy. */
	FUZZ_REQUIRE(!proxy_session.stopped && !proxy_session.destroyed &&
		     proxy_session.n_closed == 0);
	fuzz_expect_allowed(event->args, args);
	in_callback();
}

FUZZ_THUNKS(event_rows, on_event)

static void on_closed(const void *events, void *user,
		      const struct camipc_closed_info *info)
{
	(void)events;
	FUZZ_REQUIRE(user == &proxy_session && info->text);
	FUZZ_REQUIRE(++proxy_session.n_closed == 1);
	in_callback();
}

static const struct camipc_method *any_method(const struct sequence_step *step)
{
	const struct camipc_interface *face = proxy_interface();
	const struct camipc_method *method = camipc_find_method(
		face->methods, face->n_methods, step->id);

	return method ? method : &face->methods[step->id % face->n_methods];
}

static void on_done(void (*done)(void), void *user, int ret, const void *outs)
{
	uint8_t *count = user;
	const struct camipc_method *method;

	(void)done;
	(void)ret;
	FUZZ_REQUIRE(count >= proxy_session.completions &&
		     count < proxy_session.completions + MAX_BEGUN);
	/* Methods are numbered from 1 in it: 0 is done. */
	FUZZ_REQUIRE(*count > 0);
	method = &proxy_interface()->methods[*count - 1];
	*count = 0;
	if (outs)
		fuzz_expect_allowed(method->outs, outs);
	in_callback();
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

static void begin(const struct sequence_step *step)
{
	const struct camipc_method *method = any_method(step);
	uint32_t id = step->flags & ID_IS_WRONG ? step->id : method->id;
	void *args = draw_args(step, method);
	uint8_t *count = &proxy_session.completions[proxy_session.n_begun];

	if (proxy_session.n_begun == MAX_BEGUN || (id != method->id && args)) {
		free(args);
		return;
	}
	*count = (uint8_t)(method - proxy_interface()->methods + 1);
	if (method->role == CAMIPC_ROLE_START)
		proxy_session.stopped = false;
	proxy_session.n_begun++;
	if (camipc_proxy_begin(proxy_session.proxy, id, args, on_done, nothing,
			       count) < 0)
		*count = 0;
	free(args);
}

static void call(const struct sequence_step *step)
{
	const struct camipc_method *method = any_method(step);
	void *args = draw_args(step, method);
	void *outs = NULL;
	uint32_t closed = proxy_session.n_closed;
	int ret;

	if (method->outs) {
		outs = malloc(method->outs->size);
		FUZZ_REQUIRE(outs);
	}
	if (method->role == CAMIPC_ROLE_START)
		proxy_session.stopped = false;
	proxy_session.late = step->flags & TIME_IS_UP;
	ret = camipc_proxy_call(proxy_session.proxy, method->id, args, outs);
	proxy_session.late = false;
	/* closed is told by dispatch only; and then it is over. */
	FUZZ_REQUIRE(proxy_session.n_closed == closed);
	FUZZ_REQUIRE(closed == 0 || ret == -EPIPE ||
		     method->role == CAMIPC_ROLE_STOP);
	if (ret >= 0 && method->role == CAMIPC_ROLE_STOP)
		proxy_session.stopped = true;
	if (ret >= 0 && method->role != CAMIPC_ROLE_ASYNC && outs) {
		fuzz_expect_allowed(method->outs, outs);
		if (method->outs->clear)
			method->outs->clear(outs);
	}
	free(args);
	free(outs);
}

static void dispatch(void)
{
	int ret = camipc_proxy_dispatch(proxy_session.proxy);

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
		camipc_proxy_destroy(proxy_session.proxy);
		break;
	case OP_TRANSPORT:
		proxy_session.push_error = errors[step.pick % 4];
		break;
	default:
		proxy_peer_step(&step);
	}
}

/* ---- the target ------------------------------------------------------------ */

static const struct camipc_client *client(void)
{
	static struct camipc_client made;

	made = (struct camipc_client){
		.size = sizeof(made),
		.interface = proxy_interface(),
		.invoke_event = event_rows,
		.invoke_closed = on_closed,
	};
	return &made;
}

static void call_role(enum camipc_role role)
{
	const struct camipc_interface *face = proxy_interface();

	for (uint16_t i = 0; i < face->n_methods; i++) {
		const struct sequence_step step = {
			.id = face->methods[i].id, .pick = 1
		};

		if (face->methods[i].role == role)
			call(&step);
	}
}

static void set_up(uint8_t mode)
{
	static const struct camipc_match match;

	FUZZ_REQUIRE(proxy_interface()->n_methods <= FUZZ_N_THUNKS &&
		     proxy_interface()->n_events <= FUZZ_N_THUNKS);
	memset(&proxy_session, 0, sizeof(proxy_session));
	proxy_session.mode = mode;
	camipc_arena_init(&proxy_session.values, 0);
	camipc_log_set(fuzz_ignore_log, NULL, CAMIPC_LOG_WARNING);
	FUZZ_REQUIRE(camipc_proxy_create(NULL, &match, client(), &proxy_session,
					 &proxy_session,
					 &proxy_session.proxy) == 0);
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
		camipc_proxy_destroy(proxy_session.proxy);
	}
	for (uint32_t i = 0; i < proxy_session.n_begun; i++)
		FUZZ_REQUIRE(proxy_session.completions[i] == 0);
	camipc_arena_fini(&proxy_session.values);
	FUZZ_REQUIRE(fuzz_count_fds() == n_fds);
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
	return 1 + sequence_seed(random, &rules, data + 1, room - 1);
}

static size_t mutate(struct oracle_random *random, uint8_t *data, size_t size,
		     size_t room, const uint8_t *other, size_t other_size)
{
	if (size < 1)
		return seed(random, data, room);
	if (oracle_below(random, 32) == 0)
		data[0] ^= (uint8_t)(1 + oracle_below(random, 2));
	return 1 + sequence_mutate(random, &rules, data + 1, size - 1, room - 1,
				   other_size > 0 ? other + 1 : other,
				   other_size > 0 ? other_size - 1 : 0);
}

const struct fuzz_target fuzz_proxy_target = {
	.name = "proxy",
	.run = run,
	.mutate = mutate,
	.seed = seed,
};
