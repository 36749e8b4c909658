/* SPDX-License-Identifier: MIT */
/*
 * Fuzzes the servant of an interface with calls that no honest camera process
 * makes, and a module that answers, fails, raises events or returns nonsense
 * through the generated invokers and emitters. Sometimes the other side's
 * transport is full or closed.
 *
 * Held: arguments that reach an op are allowed, and are those that were
 * decoded; outputs begin with their defaults, and are what the op says; each
 * answered call has one reply; what is sent is what the other side would
 * accept; events keep to their credit; no descriptor is lost, and none closed
 * twice.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "sequence.h"
#include "servant.h"
#include "servant_steps.h"
#include "targets.h"
#include "typed.h"

#define WINDOW 8u
#define MAX_MESSAGE 8192u

struct session {
	struct camipc_servant *servant;
	struct camipc_record_pool *pool;
	struct camipc_host *host;
	struct camipc_arena outs; /* what ops gave back last */
	struct camipc_arena event;
	struct sequence_step step;
	int send_error;
	uint32_t n_events; /* sent */
	uint32_t credited; /* of them */
	uint32_t n_owed; /* replies */
	uint32_t epoch;

	/* The op under way: what its invoker was given, and what it gave. */
	unsigned int row;
	const void *args;
	uint8_t *gave; /* in this step */
	unsigned int n_ran;

	/* The event that is being raised. */
	int (*emit)(struct camipc_host *host, uint32_t event, const void *args);
	const struct camipc_method *event_row;
	const void *emitted; /* NULL: a struct is missing, or it has none */
};

static struct session s;

static const struct camipc_interface *interface(void)
{
	return fuzz_face->interface;
}

/* ---- the module ----------------------------------------------------------- */

/* In the place of the host's: is it the event, with the arguments, that the
 * emitter was called for? */
static int emit_checked(struct camipc_host *host, uint32_t id, const void *args)
{
	const struct camipc_method *event = s.event_row;

	FUZZ_REQUIRE(host == s.host && event && event->id == id);
	FUZZ_REQUIRE(!args == !s.emitted);
	if (args)
		FUZZ_REQUIRE(oracle_equal(event->args->info, s.emitted, args));
	return s.emit(host, id, args);
}

static void emit(uint32_t id, uint64_t seed, bool missing)
{
	const struct camipc_method *event = camipc_find_method(
		interface()->events, interface()->n_events, id);
	const struct fuzz_emitter *emitter;
	uint8_t *args = NULL;
	int ret;

	if (!event) {
		FUZZ_REQUIRE(s.emit(s.host, id, NULL) < 0);
		return;
	}
	emitter = &fuzz_face->emitters[event - interface()->events];
	if (event->args) {
		args = malloc(event->args->size);
		FUZZ_REQUIRE(args);
		fuzz_draw(event->args, seed, &s.event, args);
	}
	s.event_row = event;
	s.emitted = missing && emitter->has_structs ? NULL : args;
	ret = emitter->emit(s.host, args, missing);
	FUZZ_REQUIRE(ret <= 0);
	FUZZ_REQUIRE((ret == -EINVAL) == (missing && emitter->has_structs));
	s.event_row = NULL;
	free(args);
}

/* An enum that nobody declared, in each place where one is. */
static void make_nonsense(const struct camipc_type_info *info, uint8_t *outs)
{
	static const int32_t undeclared = 0x7ffffff0;

	for (uint32_t i = 0; i < info->n_fields; i++) {
		const struct camipc_field_info *field = &info->fields[i];

		if (field->shape == CAMIPC_SHAPE_SINGLE &&
		    field->kind == CAMIPC_KIND_ENUM)
			memcpy(outs + field->offset, &undeclared,
			       sizeof(undeclared));
	}
}

static void fill_outs(const struct camipc_message_type *type, uint8_t *outs)
{
	fuzz_draw_outs(type, s.step.pick, &s.outs, outs);
	if (s.step.flags & OUTS_NONSENSE)
		make_nonsense(type->info, outs);
}

static void emit_some(void)
{
	for (unsigned int i = 0; i <= s.step.pick % 4u; i++)
		emit(interface()
			     ->events[(s.step.pick + i) % interface()->n_events]
			     .id,
		     s.step.pick + i, false);
}

/* Are those the defaults? A result has none. */
static void expect_defaults(const struct camipc_message_type *type,
			    const void *outs)
{
	uint8_t *fresh = calloc(1, type->size);

	FUZZ_REQUIRE(fresh);
	if (type->init)
		type->init(fresh);
	FUZZ_REQUIRE(oracle_equal(type->info, fresh, outs));
	free(fresh);
}

/* The op of each method; what it was called with has been packed again. */
void fuzz_op(unsigned int row, void *self, const void *args, void *outs)
{
	const struct camipc_method *method = &interface()->methods[row];
	static const int32_t failed = -EIO;

	FUZZ_REQUIRE(self == &s && row == s.row && s.n_ran++ == 0);
	FUZZ_REQUIRE((args || !method->args) && (outs || !method->outs));
	if (args)
		FUZZ_REQUIRE(oracle_equal(method->args->info, s.args, args));
	fuzz_expect_allowed(method->args, args);
	if (s.step.flags & OP_EMITS && interface()->n_events > 0)
		emit_some();
	if (!outs)
		return;
	expect_defaults(method->outs, outs);
	if (!(s.step.flags & OUTS_DEFAULT))
		fill_outs(method->outs, outs);
	if (s.step.flags & OP_FAILS &&
	    method->flags & CAMIPC_METHOD_RETURNS_INT32)
		memcpy(outs, &failed, sizeof(failed));
	memcpy(s.gave, outs, method->outs->size);
}

/* The outputs of an op that says that it failed do not count. */
static void drop_failed(const struct camipc_method *method)
{
	int32_t ret;

	if (!(method->flags & CAMIPC_METHOD_RETURNS_INT32))
		return;
	memcpy(&ret, s.gave, sizeof(ret));
	if (ret >= 0)
		return;
	memset(s.gave, 0, method->outs->size);
	if (method->outs->init)
		method->outs->init(s.gave);
	memcpy(s.gave, &ret, sizeof(ret));
}

/* Runs the generated invoker, and looks at what it made of both sides. */
static void invoke(const struct camipc_method *method, const void *table,
		   void *self, const void *args, void *outs)
{
	FUZZ_REQUIRE(table == fuzz_face->ops && self == &s);
	FUZZ_REQUIRE(method == camipc_find_method(interface()->methods,
						  interface()->n_methods,
						  method->id));
	s.row = (unsigned int)(method - interface()->methods);
	s.args = args;
	s.n_ran = 0;
	if (outs)
		s.gave = malloc(method->outs->size);
	fuzz_face->invoke[s.row](method, table, self, args, outs);
	FUZZ_REQUIRE(s.n_ran == 1);
	if (outs) {
		FUZZ_REQUIRE(oracle_equal(method->outs->info, s.gave, outs));
		drop_failed(method);
	}
}

static int create(struct camipc_host *host, void **ret_ipa)
{
	s.host = host;
	s.emit = host->raise_event;
	host->raise_event = emit_checked;
	*ret_ipa = &s;
	return 0;
}

static void destroy(void *ipa)
{
	FUZZ_REQUIRE(ipa == &s);
}

/* ---- the other side ------------------------------------------------------- */

static const struct camipc_message_type *
expected_type(const struct camipc_header *header)
{
	const bool event = header->kind == CAMIPC_MESSAGE_EVENT;
	const struct camipc_method *row =
		event ? camipc_find_method(interface()->events,
					   interface()->n_events, header->id)
		      : camipc_find_method(interface()->methods,
					   interface()->n_methods, header->id);

	FUZZ_REQUIRE(row || header->flags & CAMIPC_MESSAGE_ERROR);
	if (!row)
		return NULL;
	return event ? row->args : row->outs;
}

/* Fields that nobody knows are kept in it, or in what it has. */
static bool keeps_unknown(const struct camipc_type_info *info,
			  unsigned int depth)
{
	if (info->flags & CAMIPC_TYPE_KEEPS_UNKNOWN)
		return true;
	for (uint32_t i = 0; i < info->n_fields && depth > 0; i++) {
		if (info->fields[i].type &&
		    keeps_unknown(info->fields[i].type, depth - 1))
			return true;
	}
	return false;
}

/* What is sent can be read here; @gave is what its op gave, or NULL. */
static void expect_readable(struct camipc_record *record, const void *gave)
{
	const struct camipc_message_type *type =
		expected_type(&record->message.header);
	struct camipc_open_info info;

	FUZZ_REQUIRE(camipc_record_open(record, type, NULL, &info) == 0);
	if (!type)
		return;
	FUZZ_REQUIRE(info.skipped_fields == 0 || keeps_unknown(type->info, 4));
	if (gave)
		FUZZ_REQUIRE(oracle_equal(type->info, gave, record->data));
}

static int take_sent(void *user, struct camipc_record *record)
{
	const struct camipc_header *header = &record->message.header;
	const void *gave = NULL;

	(void)user;
	if (s.send_error)
		return s.send_error;
	FUZZ_REQUIRE(header->n_fds == record->message.fds.n);
	switch (header->kind) {
	case CAMIPC_MESSAGE_REPLY:
		FUZZ_REQUIRE(s.n_owed > 0);
		/* Of one that had to wait, it is gone. */
		gave = s.n_owed == 1 ? s.gave : NULL;
		s.n_owed--;
		break;
	case CAMIPC_MESSAGE_EVENT:
		s.n_events++;
		FUZZ_REQUIRE(s.n_events - s.credited <= WINDOW);
		break;
	default:
		FUZZ_REQUIRE(header->kind == CAMIPC_MESSAGE_CREDIT);
	}
	if (header->kind != CAMIPC_MESSAGE_CREDIT &&
	    !(header->flags & CAMIPC_MESSAGE_ERROR))
		expect_readable(record, gave);
	camipc_record_release(record);
	return 0;
}

static void take_log(void *user, enum camipc_log_level level, const char *text)
{
	(void)user;
	(void)level;
	(void)text;
}

/* How much of the events the other side says that it consumed. */
static uint32_t consumed(void)
{
	uint32_t sent = s.n_events - s.credited;

	if (s.step.flags & CREDIT_IS_WRONG)
		return s.n_events + 1 + s.step.pick;
	s.credited += s.step.pick % (sent + 1);
	return s.credited;
}

static struct camipc_record *make_record(void)
{
	const struct sequence_step *step = &s.step;
	struct camipc_record *record = camipc_record_get(s.pool);
	struct camipc_header *header;

	FUZZ_REQUIRE(record);
	FUZZ_REQUIRE(camipc_message_reserve(&record->message, step->size) == 0);
	memcpy(camipc_message_body(&record->message), step->body, step->size);
	for (unsigned int i = 0; i < step->n_fds % (MAX_STEP_FDS + 1); i++)
		FUZZ_REQUIRE(
			camipc_message_take_fd(&record->message,
					       fcntl(fuzz_open_fd(),
						     F_DUPFD_CLOEXEC, 0)) == 0);
	header = &record->message.header;
	header->kind = CAMIPC_MESSAGE_CALL;
	header->id = step->id;
	header->cookie = step->pick;
	header->body_size = step->size;
	header->n_fds = (uint16_t)record->message.fds.n;
	header->consumed = consumed();
	if (step->flags & NEXT_EPOCH)
		s.epoch++;
	header->epoch = s.epoch;
	return record;
}

/* Returns what the servant says of it. */
static int call(void)
{
	struct camipc_record *record = make_record();
	struct camipc_header *header = &record->message.header;
	const struct camipc_method *method = camipc_find_method(
		interface()->methods, interface()->n_methods, s.step.id);
	bool oneway = method && method->role == CAMIPC_ROLE_ASYNC;
	int ret;

	if (s.step.flags & ONEWAY_IS_WRONG)
		oneway = !oneway;
	if (oneway)
		header->flags |= CAMIPC_MESSAGE_ONEWAY;
	if (s.step.flags & MARKED_ERROR) {
		camipc_fd_table_close(&record->message.fds);
		header->flags |= CAMIPC_MESSAGE_ERROR;
		header->status = -EMFILE;
		header->body_size = 0;
		header->n_fds = 0;
	}
	s.n_owed += !oneway;
	ret = camipc_servant_handle(s.servant, record);
	FUZZ_REQUIRE(ret == 0 || ret == -EPROTO || ret == -EPIPE);
	return ret;
}

static int other_kind(void)
{
	struct camipc_record *record = make_record();

	record->message.header.kind = s.step.pick % 16;
	if (record->message.header.kind == CAMIPC_MESSAGE_CALL)
		record->message.header.kind = CAMIPC_MESSAGE_LOG;
	return camipc_servant_handle(s.servant, record);
}

static int credit(void)
{
	struct camipc_record *record = make_record();

	record->message.header.kind = CAMIPC_MESSAGE_CREDIT;
	return camipc_servant_handle(s.servant, record);
}

static int take_step(void)
{
	static const int errors[] = { 0, -EAGAIN, -EPIPE, -EMFILE };

	switch (s.step.op % N_OPS) {
	case OP_CALL:
		return call();
	case OP_CREDIT:
		return credit();
	case OP_OTHER:
		return other_kind();
	case OP_TRANSPORT:
		s.send_error = errors[s.step.pick % 4];
		return 0;
	case OP_FLUSH:
		(void)camipc_servant_flush(s.servant);
		return 0;
	default:
		emit(s.step.id, s.step.pick, s.step.flags & STRUCT_MISSING);
		return 0;
	}
}

/* ---- the target ------------------------------------------------------------ */

static void begin(void)
{
	static struct camipc_module_entry entry;
	static camipc_invoke_fn rows[FUZZ_MAX_ROWS];
	struct camipc_servant_params params = {
		.entry = &entry,
		.max_message_size = MAX_MESSAGE,
		.window = WINDOW,
		.packing = CAMIPC_PACK_BYTES,
		.send = take_sent,
		.log = take_log,
	};

	entry = (struct camipc_module_entry){
		.size = sizeof(entry),
		.abi = CAMIPC_MODULE_ABI,
		.descriptor = interface(),
		.invoke = rows,
		.ops = fuzz_face->ops,
		.missing_op = fuzz_face->missing_op,
		.create = create,
		.destroy = destroy,
	};
	FUZZ_REQUIRE(!fuzz_face->missing_op(fuzz_face->ops));
	FUZZ_REQUIRE(interface()->n_methods <= FUZZ_MAX_ROWS);
	for (uint16_t i = 0; i < interface()->n_methods; i++)
		rows[i] = invoke;
	memset(&s, 0, sizeof(s));
	camipc_log_set(fuzz_ignore_log, NULL, CAMIPC_LOG_WARNING);
	camipc_arena_init(&s.outs, 0);
	camipc_arena_init(&s.event, 0);
	FUZZ_REQUIRE(camipc_record_pool_create(2, MAX_MESSAGE, &s.pool) == 0);
	params.pool = s.pool;
	FUZZ_REQUIRE(camipc_servant_create(&params, &s.servant) == 0);
	FUZZ_REQUIRE(camipc_servant_flush(s.servant) == 0);
}

/* Stop's reply waits behind events, and those for credit. */
static void take_all(void)
{
	uint32_t n_events;

	do {
		n_events = s.n_events;
		s.credited = n_events;
		FUZZ_REQUIRE(camipc_servant_credit(s.servant, n_events) == 0);
		FUZZ_REQUIRE(camipc_servant_flush(s.servant) == 0);
	} while (s.n_events != n_events);
}

static void run(const uint8_t *data, size_t size)
{
	unsigned int n_fds = fuzz_count_fds();
	bool lost = false;
	int ret = 0;

	begin();
	while (ret == 0 && sequence_next(&data, &size, &s.step)) {
		ret = take_step();
		free(s.gave);
		s.gave = NULL;
		/* What these meet is dropped. */
		lost |= s.send_error && s.send_error != -EAGAIN;
	}
	fuzz_result = ret;
	s.send_error = 0;
	if (ret == 0 && !lost) {
		take_all();
		FUZZ_REQUIRE(s.n_owed == 0);
		FUZZ_REQUIRE(!camipc_servant_has_backlog(s.servant));
	}
	camipc_servant_destroy(s.servant);
	camipc_record_pool_unref(s.pool);
	camipc_arena_fini(&s.outs);
	camipc_arena_fini(&s.event);
	fuzz_expect_fds(n_fds);
}

static const struct camipc_message_type *
type_of(const struct sequence_step *step)
{
	const struct camipc_method *method = camipc_find_method(
		interface()->methods, interface()->n_methods, step->id);

	return step->op % N_OPS == OP_CALL && method ? method->args : NULL;
}

static void draw(struct oracle_random *random, struct sequence_step *step)
{
	uint32_t what = oracle_below(random, 16);
	const struct camipc_interface *face = interface();

	step->op = what < 10 ? OP_CALL : (uint8_t)(what % N_OPS);
	step->pick = (uint8_t)oracle_below(random, 16);
	step->flags = (uint8_t)(oracle_below(random, 8) << 3);
	if (oracle_below(random, 16) == 0)
		step->flags |= (uint8_t)oracle_next(random);
	if (step->op == OP_EMIT && face->n_events > 0)
		step->id =
			face->events[oracle_below(random, face->n_events)].id;
	else
		step->id =
			face->methods[oracle_below(random, face->n_methods)].id;
}

static const struct sequence_rules rules = {
	.n_ops = N_OPS,
	.type_of = type_of,
	.draw = draw,
};

static size_t mutate(struct oracle_random *random, uint8_t *data, size_t size,
		     size_t room, const uint8_t *other, size_t other_size)
{
	return sequence_mutate(random, &rules, data, size, room, other,
			       other_size);
}

static size_t seed(struct oracle_random *random, uint8_t *data, size_t room)
{
	return sequence_seed(random, &rules, data, room);
}

const struct fuzz_target fuzz_servant_target = {
	.name = "servant",
	.run = run,
	.mutate = mutate,
	.seed = seed,
	.of_interface = true,
};
