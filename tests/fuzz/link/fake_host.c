/* SPDX-License-Identifier: MIT */
/* Plays the camera process of a session. */
#include "fake_host.h"

#include <errno.h>
#include <string.h>

#include <camipc/interface.h>

#include "control_message.h"
#include "handshake.h"
#include "sequence.h"
#include "stage.h"

#define WINDOW 16u

/* How long an answer is waited for: then the camera process leaves. */
#define PATIENCE_NS (10000 * STAGE_MS)

struct fake_host {
	struct port port;
	uint8_t mode;
	const uint8_t *steps;
	size_t size;
	unsigned int phase; /* of the session's fixed calls */
	bool met; /* hello and loaded have come */
	bool loaded;
	bool said_bye;
	bool ended; /* the worker said bye */
	bool traces; /* it has asked for spans */
	uint32_t n_calls; /* of which a span may come */
	int64_t pause; /* until then it does nothing */
	int64_t waits; /* for an answer, since; 0: does not */
	uint32_t cookie;
	uint32_t id; /* of the call that is waited for */
	uint32_t epoch;
	uint32_t n_async;
	uint32_t async_consumed;
	uint32_t n_events;
	uint32_t consumed; /* events, as it was said */
	struct camipc_arena arena;
};

static struct fake_host fake_host;

static const struct camipc_interface *face(void)
{
	return oracle_interfaces[0];
}

bool fake_host_has_lied(void)
{
	return fake_host.port.told;
}

/* ---- what it says ---------------------------------------------------------------- */

static void fill_header(struct camipc_header *header)
{
	struct fake_host *h = &fake_host;

	if (!port_lies(&h->port, LIE_CREDIT_HELD) &&
	    !(h->mode & FAKE_HOST_SLOW_CREDIT &&
	      h->n_events - h->consumed < WINDOW / 2))
		h->consumed = h->n_events;
	header->consumed = h->consumed;
	if (port_lies(&h->port, LIE_CREDIT_MORE))
		header->consumed += h->port.lie.value;
	header->epoch = h->epoch;
}

static void set_bytes(ProtobufCBinaryData *field, uint8_t *data, size_t size)
{
	field->data = data;
	field->len = size;
}

static void lie_about_hello(Camipc__Control__ParentHello *hello,
			    const struct lie *lie)
{
	fake_host.port.told = true;
	switch (lie->field % 8) {
	case 0:
		hello->nonce.len = lie->value % 64;
		break;
	case 1:
		hello->window = lie->value;
		break;
	case 2:
		hello->max_message_size = lie->value;
		break;
	case 3:
		hello->log_level = lie->value;
		break;
	case 4:
		hello->argument.len = lie->value % 4200;
		break;
	case 5:
		if (hello->n_events > 0)
			hello->events[lie->value % hello->n_events] =
				lie->value;
		break;
	case 6:
		hello->n_events = lie->value % (hello->n_events + 1);
		break;
	default:
		hello->flags = lie->value;
	}
}

static void say_hello(void)
{
	Camipc__Control__ParentHello hello = CAMIPC__CONTROL__PARENT_HELLO__INIT;
	const struct camipc_header header = { .kind = CAMIPC_MESSAGE_HELLO };
	static uint8_t argument[4200] = "/etc/tuning.yaml";
	uint8_t nonce[64] = { 1, 2, 3 };
	uint8_t bytes[CAMIPC_MAX_CONTROL_SIZE];
	uint32_t pairs[2 * 64];
	int size;

	FUZZ_REQUIRE(face()->n_events <= 64);
	hello.events = pairs;
	for (uint16_t i = 0; i < face()->n_events; i++) {
		pairs[hello.n_events++] = face()->events[i].id;
		pairs[hello.n_events++] = face()->events[i].id;
	}
	if (fake_host.mode & FAKE_HOST_KNOWS_NO_EVENTS)
		hello.n_events = 0;
	set_bytes(&hello.nonce, nonce, 16);
	set_bytes(&hello.argument, argument, 16);
	hello.window = WINDOW;
	hello.max_message_size = CAMIPC_MAX_MESSAGE_SIZE;
	hello.log_level = CAMIPC_LOG_DEBUG;
	if (fake_host.mode & FAKE_HOST_TRACES)
		hello.flags |= CAMIPC_HELLO_TRACE;
	if (fake_host.port.lie.what == LIE_HELLO ||
	    fake_host.port.lie.what == LIE_LOADED)
		lie_about_hello(&hello, &fake_host.port.lie);
	fake_host.traces = hello.flags & CAMIPC_HELLO_TRACE;
	size = camipc_control_pack(&hello.base, bytes);
	FUZZ_REQUIRE(size >= 0);
	port_send(&fake_host.port, &header, bytes, (size_t)size, 0);
}

static uint8_t drawn[CAMIPC_MAX_INLINE_SIZE];

static size_t draw_args(const struct camipc_message_type *type, uint64_t seed,
			uint32_t *ret_n_fds)
{
	struct oracle_random random = { .state = seed * 2 + 1 };

	*ret_n_fds = 0;
	return type ? fuzz_draw_bytes(&random, type, drawn, sizeof(drawn),
				      ret_n_fds)
		    : 0;
}

static void call(const struct camipc_method *method, const uint8_t *body,
		 size_t size, uint32_t n_fds)
{
	const bool oneway = method->role == CAMIPC_ROLE_ASYNC;
	struct camipc_header header = {
		.kind = CAMIPC_MESSAGE_CALL,
		.flags = oneway ? CAMIPC_MESSAGE_ONEWAY : 0,
		.id = method->id,
		.cookie = ++fake_host.cookie,
	};

	if (oneway && fake_host.n_async - fake_host.async_consumed >= WINDOW)
		return;
	if (method->role == CAMIPC_ROLE_START)
		fake_host.epoch++;
	fill_header(&header);
	fake_host.n_async += oneway;
	fake_host.n_calls++;
	if (!oneway) {
		fake_host.waits = stage_now();
		fake_host.id = method->id;
	}
	port_send(&fake_host.port, &header, body, size, n_fds);
}

static void call_role(enum camipc_role role)
{
	for (uint16_t i = 0; i < face()->n_methods; i++) {
		const struct camipc_method *method = &face()->methods[i];
		uint32_t n_fds;
		size_t size;

		if (method->role != role)
			continue;
		size = draw_args(method->args, 1, &n_fds);
		call(method, drawn, size, n_fds);
	}
}

static void give_credit(void)
{
	struct camipc_header header = { .kind = CAMIPC_MESSAGE_CREDIT };

	fill_header(&header);
	port_send(&fake_host.port, &header, NULL, 0, 0);
}

static void leave(void)
{
	static const struct camipc_header bye = { .kind = CAMIPC_MESSAGE_BYE };

	if (fake_host.mode & FAKE_HOST_LEAVES)
		port_close(&fake_host.port);
	else
		port_send(&fake_host.port, &bye, NULL, 0, 0);
	fake_host.said_bye = true;
	fake_host.waits = stage_now();
}

static void take_step(const struct sequence_step *step)
{
	const struct camipc_method *method = camipc_find_method(
		face()->methods, face()->n_methods, step->id);
	uint32_t n_fds;
	size_t size;

	switch (step->op % N_FAKE_HOST_OPS) {
	case FAKE_HOST_CALL:
		if (!method)
			method = &face()->methods[step->id %
						  face()->n_methods];
		if (!(step->flags & ARGS_DRAWN)) {
			call(method, step->body, step->size, step->n_fds % 8u);
			break;
		}
		size = draw_args(method->args, step->pick, &n_fds);
		call(method, drawn, size, n_fds);
		break;
	case FAKE_HOST_CREDIT:
		give_credit();
		break;
	default:
		fake_host.pause = stage_now() + step->pick * 10 * STAGE_MS;
	}
}

/* The next thing of the session; false at its end. */
static bool go_on(void)
{
	static const enum camipc_role roles[] = { CAMIPC_ROLE_INIT,
						  CAMIPC_ROLE_START };
	struct sequence_step step;

	if (fake_host.mode & FAKE_HOST_NOT_STARTED && fake_host.phase < 2)
		fake_host.phase = 2;
	if (fake_host.phase < 2) {
		call_role(roles[fake_host.phase++]);
	} else if (sequence_next(&fake_host.steps, &fake_host.size, &step)) {
		take_step(&step);
	} else if (fake_host.phase == 2) {
		fake_host.phase++;
		call_role(CAMIPC_ROLE_STOP);
	} else if (!fake_host.said_bye) {
		leave();
	} else {
		return false;
	}
	return true;
}

/* ---- what it hears -------------------------------------------------------------------- */

static void take_reply(const struct camipc_header *reply)
{
	/* A lie may turn another message into a call, or one call into another.
	 * For the end it waits nevertheless, also if bye was turned into a call. */
	if (fake_host.port.told) {
		if (!fake_host.said_bye)
			fake_host.waits = 0;
		return;
	}
	FUZZ_REQUIRE(fake_host.waits && !fake_host.said_bye);
	FUZZ_REQUIRE(reply->cookie == fake_host.cookie &&
		     reply->id == fake_host.id);
	fake_host.waits = 0;
}

static void take_event(const struct camipc_header *event)
{
	struct fake_host *h = &fake_host;

	h->n_events++;
	FUZZ_REQUIRE(camipc_find_method(face()->events, face()->n_events,
					event->id));
	FUZZ_REQUIRE(h->port.told || (h->n_events - h->consumed <= WINDOW &&
				      !(h->mode & FAKE_HOST_KNOWS_NO_EVENTS)));
}

/* Each span is of a call that was made. */
static void take_trace(const uint8_t *body, size_t size)
{
	FUZZ_REQUIRE(fake_host.traces);
	FUZZ_REQUIRE(size > 0 && size % CAMIPC_TRACE_SPAN_SIZE == 0);
	for (size_t at = 0; at < size; at += CAMIPC_TRACE_SPAN_SIZE) {
		struct camipc_span span;

		FUZZ_REQUIRE(camipc_span_decode(body + at, &span) == 0);
		FUZZ_REQUIRE(camipc_find_method(face()->methods,
						face()->n_methods, span.id));
		/* A lie may turn another message into a call. */
		FUZZ_REQUIRE(fake_host.port.told || fake_host.n_calls > 0);
		fake_host.n_calls -= fake_host.n_calls > 0;
	}
}

static bool hear(void)
{
	static uint8_t body[CAMIPC_MAX_INLINE_SIZE];
	struct camipc_header header = { .kind = 0 };
	int size = port_receive(&fake_host.port, &header, body, sizeof(body));

	if (size == -1)
		return false;
	/* Nothing comes after bye, and loaded only once. */
	FUZZ_REQUIRE(size == -2 || !fake_host.ended);
	if (size == -2) {
		port_close(&fake_host.port);
		return true;
	}
	switch (header.kind) {
	case CAMIPC_MESSAGE_HELLO:
		FUZZ_REQUIRE(!fake_host.met);
		fake_host.met = true;
		break;
	case CAMIPC_MESSAGE_LOADED:
		FUZZ_REQUIRE(fake_host.met && !fake_host.loaded);
		fake_host.loaded = true;
		fake_host.waits = 0;
		break;
	case CAMIPC_MESSAGE_REPLY:
		take_reply(&header);
		break;
	case CAMIPC_MESSAGE_EVENT:
		take_event(&header);
		break;
	case CAMIPC_MESSAGE_TRACE:
		take_trace(body, header.body_size);
		break;
	case CAMIPC_MESSAGE_BYE:
		fake_host.ended = true;
		break;
	default:
		FUZZ_REQUIRE(header.kind == CAMIPC_MESSAGE_CREDIT ||
			     header.kind == CAMIPC_MESSAGE_LOG);
	}
	if (header.kind == CAMIPC_MESSAGE_REPLY ||
	    header.kind == CAMIPC_MESSAGE_EVENT ||
	    header.kind == CAMIPC_MESSAGE_CREDIT) {
		FUZZ_REQUIRE(fake_host.loaded);
		fake_host.async_consumed = header.consumed;
	}
	return true;
}

/* ---- its turns --------------------------------------------------------------------------- */

static bool is_frozen(void)
{
	return port_lies(&fake_host.port, LIE_FROZEN) ||
	       port_lies(&fake_host.port, LIE_STUCK);
}

static bool take_turn(void)
{
	struct fake_host *h = &fake_host;

	if (h->port.fd < 0)
		return false;
	if (h->waits && stage_now() >= h->waits + PATIENCE_NS) {
		port_close(&h->port);
		return true;
	}
	if (port_flush(&h->port))
		return true;
	if (stage_now() < h->pause)
		return false;
	if (!is_frozen() && hear())
		return true;
	/* What it waits for first is loaded. */
	if (h->loaded && !h->waits && !is_frozen())
		return go_on();
	if (!port_make_noise(&h->port))
		return false;
	stage_pass(10 * STAGE_MS);
	return true;
}

static int64_t next_turn(void)
{
	struct fake_host *h = &fake_host;
	int64_t next = port_next(&h->port);

	if (h->port.fd < 0)
		return STAGE_NEVER;
	if (h->pause > stage_now() && h->pause < next)
		next = h->pause;
	if (h->waits && h->waits + PATIENCE_NS < next)
		next = h->waits + PATIENCE_NS;
	return next;
}

static void on_lie(const struct lie *lie, bool before)
{
	if (before ? lie->what == LIE_DIES_BEFORE || lie->what == LIE_CLOSES
		   : lie->what == LIE_DIES_AFTER)
		port_close(&fake_host.port);
	/* It waits for nothing any more, and leaves at last. */
	if (is_frozen())
		fake_host.waits = stage_now();
}

void fake_host_set_up(int fd, const struct lie *lie, uint8_t mode,
		      const uint8_t *steps, size_t size)
{
	const struct stage_peer peer = { .turn = take_turn,
					 .next = next_turn,
					 .is_trusted = true };

	memset(&fake_host, 0, sizeof(fake_host));
	port_init(&fake_host.port, fd, lie);
	fake_host.port.on_lie = on_lie;
	fake_host.port.on_extra = fill_header;
	fake_host.mode = mode;
	fake_host.steps = steps;
	fake_host.size = size;
	camipc_arena_init(&fake_host.arena, 0);
	stage_enter(&peer);
	fake_host.waits = stage_now();
	stage_begin_peer();
	say_hello();
	stage_end_peer();
}

void fake_host_tear_down(void)
{
	stage_begin_peer();
	/* What it said last has to be right, too. */
	while (fake_host.port.fd >= 0 && hear())
		continue;
	port_fini(&fake_host.port);
	stage_end_peer();
	camipc_arena_fini(&fake_host.arena);
	stage_leave();
}
