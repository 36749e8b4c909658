/* SPDX-License-Identifier: MIT */
/* Plays the IPA of a proxy under fuzz, and the link to it. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <time.h>

#include "clock.h"
#include "deadline.h"
#include "ipa_manager.h"
#include "policy.h"
#include "proxy_session.h"

struct proxy_session proxy_session;

/* ---- what the IPA sends ---------------------------------------------------- */

static const struct camipc_header *answered(uint8_t pick)
{
	uint32_t n = proxy_session.n_sent < MAX_SENT ? proxy_session.n_sent
						     : MAX_SENT;

	return n ? &proxy_session.sent[(proxy_session.n_sent - 1 - pick % n) %
				       MAX_SENT]
		 : NULL;
}

static struct camipc_record *make_record(const uint8_t *body, size_t size)
{
	struct camipc_record *record = camipc_record_get(proxy_session.pool);

	FUZZ_REQUIRE(record);
	FUZZ_REQUIRE(camipc_message_reserve(&record->message, size) == 0);
	if (size > 0)
		memcpy(camipc_message_body(&record->message), body, size);
	record->message.header.body_size = (uint32_t)size;
	record->message.header.epoch = proxy_session.epoch;
	return record;
}

const struct camipc_message_type *proxy_body_type(uint8_t kind, uint32_t id)
{
	const struct camipc_interface *face = proxy_interface();
	const struct camipc_method *row =
		kind == CAMIPC_MESSAGE_EVENT
			? camipc_find_method(face->events, face->n_events, id)
			: camipc_find_method(face->methods, face->n_methods,
					     id);

	if (!row)
		return NULL;
	return kind == CAMIPC_MESSAGE_EVENT ? row->args : row->outs;
}

/* A body that is allowed, the same for each @seed. */
static size_t draw_body(uint8_t *body, size_t room, uint8_t seed,
			const struct camipc_message_type *type,
			uint32_t *ret_n_fds)
{
	struct oracle_random random = { .state = seed * 2u + 1 };

	*ret_n_fds = 0;
	return type ? fuzz_draw_bytes(&random, type, body, room, ret_n_fds) : 0;
}

static void add_fds(struct camipc_record *record, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		FUZZ_REQUIRE(
			camipc_message_take_fd(&record->message,
					       fcntl(fuzz_open_fd(),
						     F_DUPFD_CLOEXEC, 0)) == 0);
	record->message.header.n_fds = (uint16_t)record->message.fds.n;
}

/* A good answer to the call that was sent last. */
static void answer(void)
{
	const struct camipc_header *call = answered(0);
	uint8_t body[FUZZ_MAX_INPUT];
	struct camipc_record *record;
	uint32_t n_fds;
	size_t size;

	size = draw_body(body, sizeof(body), 1,
			 proxy_body_type(CAMIPC_MESSAGE_REPLY, call->id),
			 &n_fds);
	record = make_record(body, size);
	add_fds(record, n_fds);
	record->message.header.kind = CAMIPC_MESSAGE_REPLY;
	record->message.header.id = call->id;
	record->message.header.cookie = call->cookie;
	record->message.header.consumed = proxy_session.n_async;
	camipc_record_queue_push(&proxy_session.answers, record);
}

static void set_error(const struct sequence_step *step,
		      struct camipc_record *record)
{
	static const int16_t statuses[] = { -EPROTO, -EMSGSIZE,	  -EMFILE,
					    -ENOMEM, -EOPNOTSUPP, -EPIPE };
	struct camipc_header *header = &record->message.header;

	camipc_fd_table_close(&record->message.fds);
	header->flags = CAMIPC_MESSAGE_ERROR;
	header->status = statuses[step->pick % 6];
	header->body_size = 0;
	header->n_fds = 0;
}

uint8_t proxy_kind_of(const struct sequence_step *step)
{
	switch (step->op % N_OPS) {
	case OP_REPLY:
		return CAMIPC_MESSAGE_REPLY;
	case OP_EVENT:
		return CAMIPC_MESSAGE_EVENT;
	case OP_CREDIT:
		return CAMIPC_MESSAGE_CREDIT;
	default:
		return step->pick % 16;
	}
}

static void peer_sends(const struct sequence_step *step)
{
	const struct camipc_header *call = answered(step->pick);
	uint8_t body[FUZZ_MAX_INPUT];
	uint8_t kind = proxy_kind_of(step);
	uint32_t id = step->id;
	struct camipc_record *record;
	struct camipc_header *header;
	uint32_t n_fds = step->n_fds % (MAX_STEP_FDS + 1);
	size_t size = step->size;

	if (kind == CAMIPC_MESSAGE_REPLY && call && step->flags & ID_AS_SENT)
		id = call->id;
	if (step->flags & IS_DEFAULT)
		size = draw_body(body, sizeof(body), step->pick,
				 proxy_body_type(kind, id), &n_fds);
	record =
		make_record(step->flags & IS_DEFAULT ? body : step->body, size);
	add_fds(record, n_fds);
	header = &record->message.header;
	header->kind = kind;
	header->id = id;
	header->cookie = call && !(step->flags & COOKIE_IS_WRONG) ? call->cookie
								  : step->pick;
	header->consumed =
		proxy_session.n_async + (step->flags & CREDIT_IS_WRONG);
	if (step->flags & EPOCH_IS_WRONG)
		header->epoch += step->pick & 1 ? 1u : UINT32_MAX;
	if (step->flags & IS_ERROR)
		set_error(step, record);
	camipc_record_queue_push(&proxy_session.answers, record);
}

static void peer_ends(const struct sequence_step *step)
{
	proxy_session.pop_error = step->pick & 1 ? -EPIPE : -EPROTO;
	proxy_session.pop_reason = CAMIPC_REASON_BAD_FRAMING;
}

void proxy_peer_step(const struct sequence_step *step)
{
	if (step->op % N_OPS == OP_END)
		peer_ends(step);
	else
		peer_sends(step);
}

/* ---- the link -------------------------------------------------------------- */

static enum camipc_packing get_packing(const struct camipc_link *link)
{
	(void)link;
	return CAMIPC_PACK_BYTES;
}

static const struct camipc_served *get_served(const struct camipc_link *link)
{
	static uint16_t ids[FUZZ_MAX_ROWS];
	static struct camipc_served served = { .methods = ids };

	(void)link;
	served.n_methods = proxy_interface()->n_methods;
	for (uint16_t i = 0; i < served.n_methods; i++)
		ids[i] = proxy_interface()->methods[i].id;
	return &served;
}

static int push(struct camipc_link *link, struct camipc_record *record)
{
	const struct camipc_header *header = &record->message.header;

	(void)link;
	FUZZ_REQUIRE(!proxy_session.dead);
	if (proxy_session.push_error)
		return proxy_session.push_error;
	FUZZ_REQUIRE(header->n_fds == record->message.fds.n);
	if (header->kind == CAMIPC_MESSAGE_CALL) {
		proxy_session.epoch = header->epoch;
		if (header->flags & CAMIPC_MESSAGE_ONEWAY)
			proxy_session.n_async++;
		else
			proxy_session.sent[proxy_session.n_sent++ % MAX_SENT] =
				*header;
		if (proxy_session.answers_itself &&
		    !(header->flags & CAMIPC_MESSAGE_ONEWAY))
			answer();
	}
	camipc_record_release(record);
	return 0;
}

static void want_room(struct camipc_link *link, bool want)
{
	(void)link;
	(void)want;
}

static int pop(struct camipc_link *link, struct camipc_record **ret_record,
	       enum camipc_reason *ret_reason)
{
	struct camipc_record *record;

	(void)link;
	if (proxy_session.dead)
		return -EPIPE;
	record = camipc_record_queue_pop(&proxy_session.answers);
	if (!record) {
		*ret_reason = proxy_session.pop_reason;
		return proxy_session.pop_error ? proxy_session.pop_error
					       : -EAGAIN;
	}
	*ret_record = record;
	return 0;
}

/* More sleeps in a row that are over at once: the engine would not end. */
#define MAX_EMPTY_SLEEPS 3u

/* Nothing happens until @deadline. The engine sleeps in slices, and asks again
 * until its call has ended. It may find only then that a call's time is over. */
static int sleep_until(int64_t deadline)
{
	FUZZ_REQUIRE(deadline != CAMIPC_NO_DEADLINE);
	if (deadline > proxy_session.now) {
		proxy_session.n_empty_sleeps = 0;
		proxy_session.now = deadline;
	} else {
		FUZZ_REQUIRE(++proxy_session.n_empty_sleeps <=
			     MAX_EMPTY_SLEEPS);
	}
	return -ETIMEDOUT;
}

/* The IPA's turn: it takes those of the next steps that are its own. */
static int wait_for(struct camipc_link *link, int64_t deadline)
{
	const uint8_t *data = proxy_session.data;
	size_t size = proxy_session.size;
	struct sequence_step step;

	(void)link;
	if (proxy_session.late)
		return sleep_until(deadline);
	if (!proxy_session.answers.head && sequence_next(&data, &size, &step) &&
	    step.op % N_OPS < N_PEER_OPS) {
		proxy_session.data = data;
		proxy_session.size = size;
		proxy_peer_step(&step);
	}
	return proxy_session.answers.head || proxy_session.pop_error
		       ? 0
		       : sleep_until(deadline);
}

static void kill_peer(struct camipc_link *link, struct camipc_closed_info *info)
{
	(void)link;
	(void)info;
	proxy_session.dead = true;
}

static void destroy_link(struct camipc_link *link)
{
	(void)link;
	camipc_record_queue_clear(&proxy_session.answers);
}

static const struct camipc_link_ops link_ops = {
	.size = sizeof(link_ops),
	.name = "fuzz",
	.packing = get_packing,
	.served = get_served,
	.push = push,
	.want_room = want_room,
	.pop = pop,
	.wait = wait_for,
	.kill = kill_peer,
	.destroy = destroy_link,
};

static int create_link(const struct camipc_link_params *params,
		       struct camipc_link **ret_link)
{
	proxy_session.pool = params->pool;
	proxy_session.link.ops = &link_ops;
	*ret_link = &proxy_session.link;
	return 0;
}

static const struct camipc_proxy_factory factory = {
	.size = sizeof(factory),
	.name = "fuzz",
	.create = create_link,
};

/* A few records at hand; the others are allocated, and freed, where ASan sees
 * it. */
int __real_camipc_record_pool_create(uint32_t keep, size_t max_message_size,
				     struct camipc_record_pool **ret_pool);
int __wrap_camipc_record_pool_create(uint32_t keep, size_t max_message_size,
				     struct camipc_record_pool **ret_pool);

int __wrap_camipc_record_pool_create(uint32_t keep, size_t max_message_size,
				     struct camipc_record_pool **ret_pool)
{
	(void)keep;
	return __real_camipc_record_pool_create(2, max_message_size, ret_pool);
}

/* In the place of the C library's, by the linker: a call that nobody answers
 * ends at once, and in the same round each time. */
int __real_clock_gettime(clockid_t clock, struct timespec *ret_time);
int __wrap_clock_gettime(clockid_t clock, struct timespec *ret_time);

int __wrap_clock_gettime(clockid_t clock, struct timespec *ret_time)
{
	if (!proxy_session.on_stage ||
	    (clock != CLOCK_MONOTONIC && clock != CLOCK_MONOTONIC_COARSE))
		return __real_clock_gettime(clock, ret_time);
	*ret_time = camipc_ns_to_timespec((uint64_t)proxy_session.now);
	return 0;
}

/* In the place of the manager's, by the linker: no module is needed, and none is
 * looked for. */
__typeof__(camipc_manager_choose) __wrap_camipc_manager_choose;
__typeof__(camipc_manager_get_environment) __wrap_camipc_manager_get_environment;
__typeof__(camipc_manager_get_grants) __wrap_camipc_manager_get_grants;

const struct camipc_host_grants *
__wrap_camipc_manager_get_grants(const struct camipc_manager *manager)
{
	(void)manager;
	return NULL;
}

const char *const *__wrap_camipc_manager_get_environment(
	const struct camipc_manager *manager)
{
	(void)manager;
	return NULL;
}

int __wrap_camipc_manager_choose(struct camipc_manager *manager,
				 const struct camipc_match *match,
				 const struct camipc_interface *wanted,
				 struct camipc_module_found *ret_module,
				 struct camipc_module_file *ret_file,
				 struct camipc_load_files *ret_loads,
				 struct camipc_module_settings *ret_settings,
				 const struct camipc_proxy_factory **ret_factory)
{
	memset(ret_settings, 0, sizeof(*ret_settings));
	ret_settings->sandbox = CAMIPC_SANDBOX_OFF;
	ret_settings->layers[CAMIPC_POLICY_ROOT].transport =
		CAMIPC_TRANSPORT_SOCKET;
	(void)ret_file;
	(void)ret_loads;
	(void)manager;
	(void)match;
	(void)wanted;
	(void)ret_module;
	*ret_factory = &factory;
	return 0;
}
