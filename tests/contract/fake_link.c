/* SPDX-License-Identifier: MIT */
/* A link to an IPA that the test itself plays. */
#include "fake_link.h"

#include <errno.h>
#include <poll.h>
#include <string.h>

#include "ipa_link.h"

/* Of every call. */
#define FAKE_TIMEOUT_MS 50

struct fake_link fake;
static struct camipc_link base;
static uint16_t served_ids[64];
static struct camipc_served served = { .methods = served_ids };

static enum camipc_packing get_packing(const struct camipc_link *link)
{
	(void)link;
	return CAMIPC_PACK_LENT_BYTES;
}

static const struct camipc_served *get_served(const struct camipc_link *link)
{
	(void)link;
	served.n_methods = 0;
	for (uint16_t i = 0; i < test_echo_interface.n_methods; i++) {
		uint16_t id = test_echo_interface.methods[i].id;

		if (!fake.hides[id])
			served_ids[served.n_methods++] = id;
	}
	return &served;
}

static int push(struct camipc_link *link, struct camipc_record *record)
{
	(void)link;
	if (fake.push_error)
		return fake.push_error;
	assert_true(fake.n_sent < FAKE_MAX_SENT);
	fake.sent[fake.n_sent++] = record->message.header;
	if (fake.on_push)
		fake.on_push(record);
	camipc_record_release(record);
	return 0;
}

static void want_room(struct camipc_link *link, bool want)
{
	(void)link;
	fake.wants_room = want;
	fake.n_wants += want;
}

static int pop(struct camipc_link *link, struct camipc_record **ret_record,
	       enum camipc_reason *ret_reason)
{
	struct camipc_record *record = camipc_record_queue_pop(&fake.answers);

	(void)link;
	(void)ret_reason;
	if (!record)
		return fake.pop_error ? fake.pop_error : -EAGAIN;
	*ret_record = record;
	return 0;
}

/** Time passes when nothing else happens. */
static int wait_for(struct camipc_link *link, int64_t deadline)
{
	(void)link;
	if (fake.on_wait)
		fake.on_wait(&fake);
	if (!fake.late && (fake.answers.head || fake.pop_error))
		return 0;
	while (camipc_now() < deadline)
		poll(NULL, 0, camipc_deadline_to_poll(deadline, camipc_now()));
	return -ETIMEDOUT;
}

static void kill_peer(struct camipc_link *link, struct camipc_closed_info *info)
{
	(void)link;
	(void)info;
	fake.n_kills++;
}

static void destroy(struct camipc_link *link)
{
	(void)link;
	camipc_record_queue_clear(&fake.answers);
}

static const struct camipc_link_ops ops = {
	.size = sizeof(ops),
	.name = "fake",
	.packing = get_packing,
	.served = get_served,
	.push = push,
	.want_room = want_room,
	.pop = pop,
	.wait = wait_for,
	.kill = kill_peer,
	.destroy = destroy,
};

static int create(const struct camipc_link_params *params,
		  struct camipc_link **ret_link)
{
	fake.pool = params->pool;
	base.ops = &ops;
	*ret_link = &base;
	return 0;
}

static const struct camipc_proxy_factory fake_factory = {
	.size = sizeof(fake_factory),
	.name = "fake",
	.create = create,
};
CAMIPC_REGISTER_PROXY_FACTORY(fake_factory)

/* ---- what a peer does -------------------------------------------------- */

const struct camipc_header *fake_last_sent(void)
{
	assert_true(fake.n_sent > 0);
	return &fake.sent[fake.n_sent - 1];
}

struct camipc_record *fake_send(enum camipc_message_kind kind, uint32_t id,
				const struct camipc_message_type *type,
				const void *body)
{
	struct camipc_record *record = camipc_record_get(fake.pool);
	struct camipc_check_result checked;

	assert_non_null(record);
	if (type) {
		assert_int_equal(
			camipc_check_message(type, body, 252, NULL,
					     &checked), 0);
		assert_int_equal(camipc_record_pack(record, type, body,
						    &checked,
						    CAMIPC_PACK_BYTES),
				 0);
	}
	record->message.header.kind = (uint8_t)kind;
	record->message.header.id = id;
	record->message.header.epoch = fake.n_sent ? fake_last_sent()->epoch
						   : 0;
	camipc_record_queue_push(&fake.answers, record);
	return record;
}

struct camipc_record *fake_reply(const struct camipc_message_type *type,
				 const void *body)
{
	const struct camipc_header *call = fake_last_sent();
	struct camipc_record *record =
		fake_send(CAMIPC_MESSAGE_REPLY, call->id, type, body);

	record->message.header.cookie = call->cookie;
	return record;
}

struct camipc_record *fake_tick(uint32_t number)
{
	const struct test_echo_tick_event_args args = { .number = number };

	return fake_send(CAMIPC_MESSAGE_EVENT, TEST_ECHO_EVENT_TICK,
			 &test_echo_tick_event_args_type, &args);
}

static void answer(struct fake_link *link)
{
	if (link->n_answered == link->n_sent)
		return;
	link->n_answered = link->n_sent;
	if (fake_last_sent()->kind == CAMIPC_MESSAGE_CALL &&
	    !(fake_last_sent()->flags & CAMIPC_MESSAGE_ONEWAY))
		fake_reply(NULL, NULL);
}

void fake_answer_all(void)
{
	fake.on_wait = answer;
}

void fake_running(struct contract *c)
{
	fake_answer_all();
	contract_running(c);
	fake.on_wait = NULL;
}

int fake_set_up(void **state)
{
	memset(&fake, 0, sizeof(fake));
	int ret;

	contract_backend = "fake";
	ret = contract_set_up(state);
	/* Tests wait for deadlines; nothing else here takes time. */
	if (ret == 0)
		camipc_proxy_set_timeout(((struct contract *)*state)->proxy,
					 FAKE_TIMEOUT_MS);
	return ret;
}

int fake_tear_down(void **state)
{
	fake_answer_all();
	return contract_tear_down(state);
}
