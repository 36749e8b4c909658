/* SPDX-License-Identifier: MIT */
/*
 * Tests the IPA's side of a link, with a hand-made interface and a test as
 * link.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "servant.h"
#include "span_batch.h"

#define WINDOW 4u
#define MAX_SENT 64

enum { STOP = 1, PING, POKE }; /* methods */
enum { TICK = 1, NEWER }; /* events */

static const struct camipc_method methods[] = {
	{ .name = "stop", .id = STOP, .role = CAMIPC_ROLE_STOP },
	{ .name = "ping", .id = PING, .role = CAMIPC_ROLE_CALL },
	{ .name = "poke", .id = POKE, .role = CAMIPC_ROLE_ASYNC },
};
static const struct camipc_method events[] = {
	{ .name = "tick", .id = TICK, .role = CAMIPC_ROLE_EVENT },
	{ .name = "newer", .id = NEWER, .role = CAMIPC_ROLE_EVENT },
};
static const struct camipc_interface interface = {
	.size = sizeof(interface),
	.version = 1,
	.name = "test.servant",
	.compatible_since = 1,
	.codegen_revision = CAMIPC_CODEGEN_REVISION,
	.methods = methods,
	.events = events,
	.n_methods = 3,
	.n_events = 2,
};

struct fixture {
	struct camipc_servant *servant;
	struct camipc_record_pool *pool;
	struct camipc_host *host;
	struct camipc_header sent[MAX_SENT];
	struct camipc_span spans[MAX_SENT];
	size_t n_spans;
	bool trace; /* the other side wants spans */
	size_t n_sent;
	int send_error;
	const struct camipc_method *last_row; /* of the latest op */
	int n_ops;
	int ticks; /* raised by each op */
	int create_ret;
	int create_ticks;
	int emitted; /* what the last emit said */
	bool destroyed;
};

static struct fixture f;

static void tick(int n)
{
	for (int i = 0; i < n; i++)
		f.emitted = f.host->raise_event(f.host, TICK, NULL);
}

static void invoke(const struct camipc_method *row, const void *table,
		   void *self, const void *args, void *outs)
{
	(void)table;
	(void)args;
	(void)outs;
	assert_ptr_equal(self, &f);
	f.last_row = row;
	f.n_ops++;
	tick(f.ticks);
}

static const camipc_invoke_fn invokes[] = { invoke, invoke, invoke };

static int create(struct camipc_host *host, void **ret_ipa)
{
	f.host = host;
	*ret_ipa = &f;
	tick(f.create_ticks);
	return f.create_ret;
}

static void destroy(void *ipa)
{
	assert_ptr_equal(ipa, &f);
	f.destroyed = true;
	/* Legal until this returns. */
	tick(1);
}

static const struct camipc_module_entry entry = {
	.size = sizeof(entry),
	.abi = CAMIPC_MODULE_ABI,
	.descriptor = &interface,
	.invoke = invokes,
	.create = create,
	.destroy = destroy,
};

static void read_spans(struct camipc_message *message)
{
	const size_t size = message->header.body_size;

	assert_int_equal(size % CAMIPC_TRACE_SPAN_SIZE, 0);
	assert_true(size > 0);
	for (size_t at = 0; at < size; at += CAMIPC_TRACE_SPAN_SIZE)
		assert_int_equal(
			camipc_span_decode(camipc_message_body(message) + at,
					   &f.spans[f.n_spans++]),
			0);
}

static int send_record(void *user, struct camipc_record *record)
{
	(void)user;
	if (f.send_error)
		return f.send_error;
	assert_true(f.n_sent < MAX_SENT);
	f.sent[f.n_sent++] = record->message.header;
	if (record->message.header.kind == CAMIPC_MESSAGE_TRACE)
		read_spans(&record->message);
	camipc_record_release(record);
	return 0;
}

static void ignore_log(void *user, enum camipc_log_level level,
		       const char *text)
{
	(void)user;
	(void)level;
	(void)text;
}

static int make_servant(void)
{
	static const uint16_t known[] = { TICK };
	char argument[] = "an argument";
	const struct camipc_servant_params params = {
		.entry = &entry,
		.pool = f.pool,
		.max_message_size = 4096,
		.window = WINDOW,
		.packing = CAMIPC_PACK_BYTES,
		.trace = f.trace,
		.events = known,
		.n_events = 1,
		.send = send_record,
		.log = ignore_log,
		.argument = argument,
	};

	/* A copy is made: what it was made from may go. */
	return camipc_servant_create(&params, &f.servant);
}

static int set_up(void **state)
{
	(void)state;
	memset(&f, 0, sizeof(f));
	assert_int_equal(camipc_record_pool_create(4, 4096, &f.pool), 0);
	assert_int_equal(make_servant(), 0);
	assert_int_equal(camipc_servant_flush(f.servant), 0);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	camipc_servant_destroy(f.servant);
	camipc_record_pool_unref(f.pool);
	return 0;
}

static int call(uint32_t id, uint32_t cookie, uint32_t consumed)
{
	struct camipc_record *record = camipc_record_get(f.pool);

	record->message.header = (struct camipc_header){
		.kind = CAMIPC_MESSAGE_CALL,
		.flags = id == POKE ? CAMIPC_MESSAGE_ONEWAY : 0,
		.id = id,
		.cookie = cookie,
		.consumed = consumed,
		.epoch = 7,
	};
	return camipc_servant_handle(f.servant, record);
}

static void answers(void **state)
{
	(void)state;
	assert_int_equal(call(PING, 11, 0), 0);
	assert_int_equal(f.n_sent, 1);
	assert_int_equal(f.sent[0].kind, CAMIPC_MESSAGE_REPLY);
	assert_int_equal(f.sent[0].id, PING);
	assert_int_equal(f.sent[0].cookie, 11);
	assert_int_equal(f.sent[0].epoch, 7);
	assert_ptr_equal(f.last_row, &methods[1]);
	/* An async one has no answer. */
	assert_int_equal(call(POKE, 0, 0), 0);
	assert_int_equal(f.n_sent, 1);
	assert_int_equal(f.n_ops, 2);
	assert_ptr_equal(f.last_row, &methods[2]);
}

/** Half a window of async calls: a bare credit. Or any other message. */
static void says_what_it_consumed(void **state)
{
	(void)state;
	assert_int_equal(call(POKE, 0, 0), 0);
	assert_int_equal(call(POKE, 0, 0), 0);
	assert_int_equal(f.n_sent, 1);
	assert_int_equal(f.sent[0].kind, CAMIPC_MESSAGE_CREDIT);
	assert_int_equal(f.sent[0].consumed, 2);
	assert_int_equal(call(POKE, 0, 0), 0);
	assert_int_equal(call(PING, 1, 0), 0);
	assert_int_equal(f.sent[1].consumed, 3);
}

static void events_have_the_epoch_of_the_run(void **state)
{
	(void)state;
	f.ticks = 1;
	assert_int_equal(call(PING, 1, 0), 0);
	assert_int_equal(f.sent[0].kind, CAMIPC_MESSAGE_EVENT);
	assert_int_equal(f.sent[0].epoch, 7);
	assert_int_equal(f.sent[1].kind, CAMIPC_MESSAGE_REPLY);
}

static void events_need_credit(void **state)
{
	(void)state;
	tick(WINDOW);
	assert_int_equal(f.emitted, 0);
	tick(2);
	assert_int_equal(f.emitted, -EAGAIN);
	assert_int_equal(f.n_sent, WINDOW);
	assert_int_equal(camipc_servant_credit(f.servant, 1), 0);
	/* What is old news, or was overtaken by newer, is none. */
	assert_int_equal(camipc_servant_credit(f.servant, 1), 0);
	assert_int_equal(camipc_servant_credit(f.servant, 0), 0);
	tick(1);
	assert_int_equal(f.emitted, 0);
	/* The events themselves tell how many were refused. */
	assert_int_equal(f.sent[WINDOW].cookie, 2);
	assert_int_equal(camipc_servant_credit(f.servant, 99), -EPROTO);
}

static void events_that_nobody_knows(void **state)
{
	(void)state;
	assert_int_equal(f.host->raise_event(f.host, NEWER, NULL), -EOPNOTSUPP);
	assert_int_equal(f.host->raise_event(f.host, 99, NULL), -EINVAL);
	assert_int_equal(f.n_sent, 0);
}

/** Replies first; but a stop's comes behind what was raised before it. */
static void order_when_the_transport_is_full(void **state)
{
	(void)state;
	f.send_error = -EAGAIN;
	tick(2);
	assert_int_equal(f.emitted, 0);
	assert_int_equal(call(STOP, 1, 0), 0);
	assert_int_equal(call(PING, 2, 0), 0);
	assert_true(camipc_servant_has_backlog(f.servant));
	assert_int_equal(camipc_servant_flush(f.servant), -EAGAIN);
	f.send_error = 0;
	assert_int_equal(camipc_servant_flush(f.servant), 0);
	assert_false(camipc_servant_has_backlog(f.servant));
	assert_int_equal(f.n_sent, 4);
	assert_int_equal(f.sent[0].id, PING);
	assert_int_equal(f.sent[1].kind, CAMIPC_MESSAGE_EVENT);
	assert_int_equal(f.sent[2].kind, CAMIPC_MESSAGE_EVENT);
	assert_int_equal(f.sent[3].id, STOP);
}

static void nobody_is_there(void **state)
{
	(void)state;
	f.send_error = -EPIPE;
	tick(1);
	assert_int_equal(f.emitted, -EPIPE);
}

static void broken_callers(void **state)
{
	struct camipc_record *record;

	(void)state;
	/* Unknown method: answered, for a sync call. */
	assert_int_equal(call(99, 5, 0), 0);
	assert_int_equal(f.sent[0].flags, CAMIPC_MESSAGE_ERROR);
	assert_int_equal(f.sent[0].status, -EOPNOTSUPP);
	assert_int_equal(f.sent[0].cookie, 5);
	/* A sync method called without wanting an answer. */
	record = camipc_record_get(f.pool);
	record->message.header.kind = CAMIPC_MESSAGE_CALL;
	record->message.header.flags = CAMIPC_MESSAGE_ONEWAY;
	record->message.header.id = PING;
	assert_int_equal(camipc_servant_handle(f.servant, record), 0);
	assert_int_equal(f.n_sent, 1);
	/* And an asynchronous one by somebody who waits. */
	record = camipc_record_get(f.pool);
	record->message.header.kind = CAMIPC_MESSAGE_CALL;
	record->message.header.id = POKE;
	assert_int_equal(camipc_servant_handle(f.servant, record), 0);
	assert_int_equal(f.n_sent, 2);
	assert_int_equal(f.sent[1].status, -EPROTO);
	/* What is neither call nor credit. */
	record = camipc_record_get(f.pool);
	record->message.header.kind = CAMIPC_MESSAGE_EVENT;
	assert_int_equal(camipc_servant_handle(f.servant, record), -EPROTO);
	assert_int_equal(f.n_ops, 0);
}

/** This process had no memory for the arguments: the op is not run. */
static void call_without_its_body(void **state)
{
	struct camipc_record *record = camipc_record_get(f.pool);

	(void)state;
	record->message.header = (struct camipc_header){
		.kind = CAMIPC_MESSAGE_CALL,
		.flags = CAMIPC_MESSAGE_ERROR,
		.status = -EMFILE,
		.id = PING,
		.cookie = 3,
	};
	assert_int_equal(camipc_servant_handle(f.servant, record), 0);
	assert_int_equal(f.n_ops, 0);
	assert_int_equal(f.sent[0].status, -EMFILE);
}

static void memory_only_in_an_op(void **state)
{
	(void)state;
	assert_null(f.host->alloc(f.host, 1, 8));
}

/** What create() raises waits until the link is open. */
static void events_of_create(void **state)
{
	(void)state;
	memset(&f, 0, sizeof(f));
	assert_int_equal(camipc_record_pool_create(4, 4096, &f.pool), 0);
	f.create_ticks = 2;
	assert_int_equal(make_servant(), 0);
	assert_int_equal(f.n_sent, 0);
	assert_int_equal(camipc_servant_flush(f.servant), 0);
	assert_int_equal(f.n_sent, 2);
	tear_down(NULL);
	assert_true(f.destroyed);
}

/** Spans leave in batches, and before the reply of what changes the state. */
static void spans_in_batches(void **state)
{
	(void)state;
	memset(&f, 0, sizeof(f));
	assert_int_equal(camipc_record_pool_create(4, 4096, &f.pool), 0);
	f.trace = true;
	assert_int_equal(make_servant(), 0);
	assert_int_equal(camipc_servant_flush(f.servant), 0);
	for (uint32_t cookie = 1; cookie <= CAMIPC_SPAN_BATCH; cookie++)
		assert_int_equal(call(PING, cookie, 0), 0);
	/* A pause of this machine may split the batch. */
	assert_in_range(f.n_spans, 1, CAMIPC_SPAN_BATCH);
	assert_int_equal(call(POKE, 99, 0), 0);
	assert_int_equal(call(STOP, 100, 0), 0);
	assert_int_equal(f.n_spans, CAMIPC_SPAN_BATCH + 2);
	for (uint32_t i = 0; i < f.n_spans; i++) {
		assert_true(i == 0 || f.spans[i].begin >= f.spans[i - 1].end);
		assert_int_equal(f.spans[i].id,
				 i < CAMIPC_SPAN_BATCH	? PING
				 : i < CAMIPC_SPAN_BATCH + 1 ? POKE
							: STOP);
		assert_int_equal(f.spans[i].cookie,
				 i < CAMIPC_SPAN_BATCH ? i + 1
						: 99 + i - CAMIPC_SPAN_BATCH);
	}
	assert_int_equal(f.sent[f.n_sent - 1].kind, CAMIPC_MESSAGE_REPLY);
	assert_int_equal(f.sent[f.n_sent - 2].kind, CAMIPC_MESSAGE_TRACE);
	assert_int_equal(f.sent[f.n_sent - 2].epoch, 7);
	tear_down(NULL);
}

/** TRACE messages also say how many events were refused. */
static void spans_after_refused_events(void **state)
{
	(void)state;
	memset(&f, 0, sizeof(f));
	assert_int_equal(camipc_record_pool_create(4, 4096, &f.pool), 0);
	f.trace = true;
	assert_int_equal(make_servant(), 0);
	assert_int_equal(camipc_servant_flush(f.servant), 0);
	tick(WINDOW + 3);
	assert_int_equal(call(STOP, 1, 0), 0);
	assert_int_equal(f.sent[WINDOW].kind, CAMIPC_MESSAGE_TRACE);
	assert_int_equal(f.sent[WINDOW].cookie, 3);
	tear_down(NULL);
}

static void failing_create(void **state)
{
	(void)state;
	memset(&f, 0, sizeof(f));
	assert_int_equal(camipc_record_pool_create(4, 4096, &f.pool), 0);
	f.create_ret = -ENODEV;
	assert_int_equal(make_servant(), -EREMOTEIO);
	f.create_ret = 5;
	assert_int_equal(make_servant(), -EREMOTEIO);
	assert_false(f.destroyed);
	camipc_record_pool_unref(f.pool);
}

/** A module can ask for each optional function. */
static void the_host_that_a_module_gets(void **state)
{
	(void)state;
	assert_int_equal(f.host->size, sizeof(*f.host));
	assert_int_equal(f.host->abi, CAMIPC_MODULE_ABI);
	assert_string_equal(f.host->argument, "an argument");
	assert_true(CAMIPC_TABLE_HAS(f.host, argument));
	assert_true(CAMIPC_TABLE_HAS(f.host, add_descriptor));
	assert_true(CAMIPC_TABLE_HAS(f.host, add_timer));
	assert_true(CAMIPC_TABLE_HAS(f.host, remove_source));
	assert_true(CAMIPC_TABLE_HAS(f.host, post));
	assert_true(CAMIPC_TABLE_HAS(f.host, set_thread_hooks));
	assert_true(CAMIPC_TABLE_HAS(f.host, set_answered));
	assert_false(CAMIPC_TABLE_HAS(f.host, trace));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_host_that_a_module_gets),
		TEST(answers),
		TEST(says_what_it_consumed),
		TEST(events_have_the_epoch_of_the_run),
		TEST(events_need_credit),
		TEST(events_that_nobody_knows),
		TEST(order_when_the_transport_is_full),
		TEST(nobody_is_there),
		TEST(broken_callers),
		TEST(call_without_its_body),
		TEST(memory_only_in_an_op),
		cmocka_unit_test(spans_in_batches),
		cmocka_unit_test(spans_after_refused_events),
		cmocka_unit_test(events_of_create),
		cmocka_unit_test(failing_create),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
