/* SPDX-License-Identifier: MIT */
/* Plays the worker of a session. */
#include "fake_worker.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <camipc/interface.h>

#include "control_message.h"
#include "crash_record.h"
#include "fake_child.h"
#include "stage.h"

/* A credit is sent once so many messages were consumed. */
#define CREDIT_AFTER 16u

/* A noisy peer sends a message in this time. */
#define NOISE_NS (2 * STAGE_MS)

/* A worker that is stuck in the kernel dies so much later. */
#define STUCK_NS (300 * STAGE_MS)

struct fake_worker {
	struct port port;
	uint8_t mode;
	bool frozen;
	int64_t killed; /* when it was, but does not react yet; 0: not */
	int64_t gone; /* when its process ended */
	bool holds_channel; /* a child of its own lives on */
	uint32_t epoch;
	uint32_t consumed; /* asynchronous calls */
	uint32_t credited; /* of them */
	uint32_t n_events;
	uint32_t events_consumed; /* by the camera process */
	uint32_t n_calls;
	struct camipc_arena arena;
};

static struct fake_worker worker;

static const struct camipc_interface *face(void)
{
	return oracle_interfaces[0];
}

bool fake_worker_has_lied(void)
{
	return worker.port.told;
}

bool fake_worker_is_noisy(void)
{
	return worker.port.noisy;
}

bool fake_worker_is_gone(void)
{
	return worker.gone != 0;
}

/* ---- messages ----------------------------------------------------------------- */

static uint32_t consumed(void)
{
	if (port_lies(&worker.port, LIE_CREDIT_HELD))
		return worker.credited;
	worker.credited = worker.consumed;
	if (port_lies(&worker.port, LIE_CREDIT_MORE))
		return worker.consumed + worker.port.lie.value;
	return worker.consumed;
}

static void fill_header(struct camipc_header *header)
{
	header->epoch = worker.epoch;
	header->consumed = consumed();
	if (header->kind == CAMIPC_MESSAGE_EVENT)
		worker.n_events++;
}

static void send_message(uint8_t kind, uint32_t id, const void *body,
			 size_t size, uint32_t n_fds)
{
	struct camipc_header header = { .kind = kind, .id = id };

	if (kind == CAMIPC_MESSAGE_EVENT || kind == CAMIPC_MESSAGE_CREDIT ||
	    kind == CAMIPC_MESSAGE_TRACE)
		fill_header(&header);
	port_send(&worker.port, &header, body, size, n_fds);
}

static void send_control(uint8_t kind, const ProtobufCMessage *body)
{
	uint8_t bytes[CAMIPC_MAX_CONTROL_SIZE];
	int size = camipc_control_pack(body, bytes);

	FUZZ_REQUIRE(size >= 0);
	send_message(kind, 0, bytes, (size_t)size, 0);
}

static void set_bytes(ProtobufCBinaryData *field, uint8_t *data, size_t size)
{
	field->data = data;
	field->len = size;
}

static void send_hello(const Camipc__Control__ParentHello *asked)
{
	const struct lie *lie = &worker.port.lie;
	Camipc__Control__WorkerHello hello = CAMIPC__CONTROL__WORKER_HELLO__INIT;
	uint8_t nonce[64] = { 0 };
	uint8_t build_id[64] = { 0xab };

	FUZZ_REQUIRE(asked->nonce.len == 16 && asked->window > 0);
	memcpy(nonce, asked->nonce.data, asked->nonce.len);
	set_bytes(&hello.nonce, nonce, 16);
	set_bytes(&hello.build_id, build_id, 20);
	hello.thread = 2;
	if (lie->what == LIE_HELLO) {
		worker.port.told = true;
		switch (lie->field % 5) {
		case 0:
			nonce[lie->value % 16] ^= 1;
			break;
		case 1:
			hello.nonce.len = lie->value % 64;
			break;
		case 2:
			hello.build_id.len = lie->value % 64;
			break;
		case 3:
			hello.thread = lie->value;
			break;
		default:
			hello.flags = lie->value;
		}
	}
	send_control(CAMIPC_MESSAGE_HELLO, &hello.base);
}

/* One method is missing, of those that the interface has. */
static size_t list_methods(uint32_t *pairs, uint32_t without)
{
	size_t n = 0;

	for (uint16_t i = 0; i < face()->n_methods; i++) {
		if (face()->methods[i].id == without)
			continue;
		pairs[n++] = face()->methods[i].id;
		pairs[n++] = face()->methods[i].id;
	}
	return n;
}

static void lie_about_loading(Camipc__Control__Loaded *loaded,
			      const struct lie *lie)
{
	static char text[] = "no \033[31m module \x01 of mine";

	worker.port.told = true;
	switch (lie->field % 8) {
	case 0:
		loaded->error = -(int32_t)(lie->value % 5000);
		loaded->text = text;
		break;
	case 1:
		loaded->error = (int32_t)lie->value;
		break;
	case 2:
		loaded->wire_fingerprint ^= lie->value;
		break;
	case 3:
		loaded->n_methods =
			list_methods(loaded->methods,
				     face()->methods[lie->value %
						     face()->n_methods]
					     .id);
		break;
	case 4:
		loaded->methods[lie->value % loaded->n_methods] = lie->value;
		break;
	case 5:
		loaded->n_methods = lie->value % (loaded->n_methods + 1);
		break;
	case 6:
		loaded->methods[0] = 1;
		loaded->methods[1] = 65535;
		loaded->n_methods = 2;
		break;
	default:
		loaded->text = text;
	}
}

static void send_loaded(void)
{
	Camipc__Control__Loaded loaded = CAMIPC__CONTROL__LOADED__INIT;
	uint32_t pairs[2 * 64];

	FUZZ_REQUIRE(face()->n_methods <= 64);
	loaded.wire_fingerprint = face()->wire_fingerprint;
	loaded.methods = pairs;
	loaded.n_methods = list_methods(pairs, 0);
	if (worker.port.lie.what == LIE_LOADED)
		lie_about_loading(&loaded, &worker.port.lie);
	send_control(CAMIPC_MESSAGE_LOADED, &loaded.base);
}

static void take_hello(const uint8_t *body, size_t size)
{
	struct camipc_control_memory memory = { 0 };
	ProtobufCMessage *base;

	FUZZ_REQUIRE(camipc_control_unpack(
			     &camipc__control__parent_hello__descriptor, body,
			     size, &memory, &base) == 0);
	send_hello((const Camipc__Control__ParentHello *)(const void *)base);
	camipc_control_memory_fini(&memory);
	send_loaded();
}

/* ---- calls and events ----------------------------------------------------------- */

/* A body that the interface allows; a call's begins with @result. */
static size_t draw_body(const struct camipc_method *row, bool outs,
			uint64_t seed, int32_t result, uint8_t *bytes,
			size_t room, uint32_t *ret_n_fds)
{
	const struct camipc_message_type *type = outs ? row->outs : row->args;
	int fds[CAMIPC_MAX_FDS];
	struct camipc_writer writer;
	uint8_t *msg;
	size_t size;

	*ret_n_fds = 0;
	if (!type)
		return 0;
	msg = malloc(type->size);
	FUZZ_REQUIRE(msg);
	fuzz_draw(type, seed, &worker.arena, msg);
	if (outs && row->flags & CAMIPC_METHOD_RETURNS_INT32)
		memcpy(msg, &result, sizeof(result));
	camipc_writer_init(&writer, bytes, room, fds, CAMIPC_MAX_FDS);
	type->encode(&writer, msg);
	free(msg);
	FUZZ_REQUIRE(camipc_writer_finish(&writer, &size) == 0);
	*ret_n_fds = writer.n_fds;
	return size;
}

static uint8_t drawn[CAMIPC_MAX_INLINE_SIZE];

static void answer(const struct camipc_header *call,
		   const struct camipc_method *method)
{
	struct camipc_header reply = {
		.kind = CAMIPC_MESSAGE_REPLY,
		.id = call->id,
		.cookie = call->cookie,
	};
	int32_t result = 0;
	uint32_t n_fds;
	size_t size;

	if (worker.mode & WORKER_FAILS && worker.n_calls % 2 == 0)
		result = -EIO;
	size = draw_body(method, true, worker.n_calls, result, drawn,
			 sizeof(drawn), &n_fds);
	fill_header(&reply);
	port_send(&worker.port, &reply, drawn, size, n_fds);
}

void fake_worker_raise(uint16_t id, const void *body, size_t size,
		       uint32_t n_fds)
{
	/* Calls and events of before hello would be a second lie. */
	if (worker.epoch == 0 || worker.frozen || worker.port.fd < 0 ||
	    worker.n_events - worker.events_consumed >= CAMIPC_WINDOW)
		return;
	stage_begin_peer();
	send_message(CAMIPC_MESSAGE_EVENT, id, body, size, n_fds);
	stage_end_peer();
}

void fake_worker_raise_drawn(uint16_t id, uint64_t seed)
{
	const struct camipc_method *event =
		camipc_find_method(face()->events, face()->n_events, id);
	uint32_t n_fds;
	size_t size;

	if (!event)
		return;
	size = draw_body(event, false, seed, 0, drawn, sizeof(drawn), &n_fds);
	fake_worker_raise(id, drawn, size, n_fds);
}

void fake_worker_log(uint32_t level, const void *text, size_t size)
{
	if (worker.epoch == 0 || worker.frozen || worker.port.fd < 0)
		return;
	stage_begin_peer();
	send_message(CAMIPC_MESSAGE_LOG, level, text, size, 0);
	stage_end_peer();
}

static void take_async(void)
{
	worker.consumed++;
	if (worker.mode & WORKER_EVENTS)
		fake_worker_raise_drawn(face()->events[0].id, worker.n_calls);
	if (worker.consumed - worker.credited >= CREDIT_AFTER)
		send_message(CAMIPC_MESSAGE_CREDIT, 0, NULL, 0, 0);
}

/* One span at once, which leaves before the reply. */
static void send_span(const struct camipc_header *call)
{
	const struct camipc_span span = {
		.cookie = call->cookie,
		.id = call->id,
		.begin = (uint64_t)stage_now(),
		.end = (uint64_t)stage_now(),
	};
	uint8_t bytes[CAMIPC_TRACE_SPAN_SIZE];

	camipc_span_encode(&span, bytes);
	send_message(CAMIPC_MESSAGE_TRACE, 0, bytes, sizeof(bytes), 0);
}

static void take_call(const struct camipc_header *call)
{
	const struct camipc_method *method =
		camipc_find_method(face()->methods, face()->n_methods, call->id);

	FUZZ_REQUIRE(method);
	worker.epoch = call->epoch;
	worker.n_calls++;
	if (worker.mode & WORKER_LOGS)
		fake_worker_log(worker.n_calls % 6, "an op runs", 10);
	if (worker.mode & WORKER_TRACES)
		send_span(call);
	if (method->role == CAMIPC_ROLE_ASYNC) {
		FUZZ_REQUIRE(call->flags & CAMIPC_MESSAGE_ONEWAY);
		take_async();
		return;
	}
	answer(call, method);
}

static void end_well(void)
{
	Camipc__Control__Bye bye = CAMIPC__CONTROL__BYE__INIT;

	bye.calls = worker.n_calls;
	bye.events = worker.n_events;
	send_control(CAMIPC_MESSAGE_BYE, &bye.base);
	fake_worker_die(0, 0);
}

static bool take_message(void)
{
	static uint8_t body[CAMIPC_MAX_INLINE_SIZE];
	struct camipc_header header = { .kind = 0 };
	int size = port_receive(&worker.port, &header, body, sizeof(body));

	if (size == -1)
		return false;
	if (size == -2) {
		fake_worker_die(0, 0);
		return true;
	}
	worker.events_consumed = header.consumed;
	FUZZ_REQUIRE(worker.n_events - header.consumed <= UINT32_MAX / 2 ||
		     worker.port.told);
	switch (header.kind) {
	case CAMIPC_MESSAGE_HELLO:
		take_hello(body, (size_t)size);
		break;
	case CAMIPC_MESSAGE_CALL:
		take_call(&header);
		break;
	case CAMIPC_MESSAGE_BYE:
		end_well();
		break;
	default:
		FUZZ_REQUIRE(header.kind == CAMIPC_MESSAGE_CREDIT);
	}
	return true;
}

/* ---- lies of the process ---------------------------------------------------------- */

/* A worker that ends hands to the kernel what it still can. */
void fake_worker_die(uint8_t how, uint32_t value)
{
	static const int signals[] = { SIGKILL, SIGSEGV, SIGABRT, SIGBUS };
	const bool has_child = how % 6 >= 4;

	if (worker.gone || !fake_child_is_alive())
		return;
	worker.gone = stage_now();
	fake_child_die(how % 3 == 0 ? (int)(value & 0xff) << 8
				    : signals[value % 4]);
	worker.holds_channel = has_child;
	worker.frozen = true;
	if (has_child)
		worker.port.noisy |= how % 6 == 5;
	else
		port_close(&worker.port);
}

static void close_channel(uint8_t how)
{
	worker.frozen = true;
	if (how % 3 == 0)
		port_close(&worker.port);
	else
		shutdown(worker.port.fd, how % 3 == 1 ? SHUT_WR : SHUT_RD);
}

static void write_stderr(const struct lie *lie)
{
	static const char *const texts[] = {
		"one line\n", "no end of the line ", "\033[31mred\n\r\x9b \xff\n",
		"\n", "\0\0\0", "\xe2\x80\xae backwards \xe2\x80\xa8 two\n",
	};
	const char *text = texts[lie->field % 6];
	uint32_t n = lie->value % 4096u + 1;

	for (uint32_t i = 0; i < n; i++)
		fake_child_write_stderr(text, lie->field % 6 == 4
						      ? 3
						      : strlen(text));
}

static void send_crash(const struct lie *lie)
{
	struct camipc_crash_record record;
	size_t size = sizeof(record);

	memset(&record, 0, sizeof(record));
	record.signal = lie->field & 1 ? SIGSEGV : lie->value;
	record.n_frames = lie->field & 2 ? lie->value % 40 : 1;
	record.n_modules = lie->field & 4 ? lie->value % 16 : 1;
	record.modules[0].build_id_size = lie->field & 8 ? lie->value : 4;
	memset(record.modules[0].path, lie->field & 16 ? 'x' : 0,
	       sizeof(record.modules[0].path));
	record.frames[0].module = lie->field & 32 ? lie->value : 0;
	if (lie->field & 64)
		size = lie->value % size;
	send_message(CAMIPC_MESSAGE_CRASH, 0, &record, size, 0);
}

static void on_lie(const struct lie *lie, bool before)
{
	const bool dies = lie->what == LIE_DIES_BEFORE ||
			  lie->what == LIE_CRASH;

	if (before && lie->what == LIE_CRASH)
		send_crash(lie);
	if (before && lie->what == LIE_STDERR)
		write_stderr(lie);
	if (before && lie->what == LIE_CLOSES)
		close_channel(lie->field);
	if (before && (lie->what == LIE_FROZEN || lie->what == LIE_STUCK))
		worker.frozen = true;
	if (before ? dies && (lie->what != LIE_CRASH || lie->field & 128)
		   : lie->what == LIE_DIES_AFTER)
		fake_worker_die(lie->what == LIE_CRASH ? 1 : lie->field,
				lie->value);
}

/* ---- its turns ---------------------------------------------------------------------- */

static bool is_killed(void)
{
	if (port_lies(&worker.port, LIE_STUCK)) {
		if (!worker.killed)
			worker.killed = stage_now() + STUCK_NS;
		return false;
	}
	worker.gone = worker.gone ? worker.gone : stage_now();
	worker.frozen = true;
	port_close(&worker.port);
	return true;
}

static bool take_turn(void)
{
	if (worker.killed && stage_now() >= worker.killed && !worker.gone) {
		worker.gone = stage_now();
		port_close(&worker.port);
		fake_child_die(SIGKILL);
		return true;
	}
	if (port_flush(&worker.port))
		return true;
	if (worker.port.noisy && port_make_noise(&worker.port)) {
		stage_pass(NOISE_NS);
		return true;
	}
	return !worker.frozen && worker.port.fd >= 0 && take_message();
}

static int64_t next_turn(void)
{
	int64_t next = port_next(&worker.port);

	if (worker.killed && !worker.gone && worker.killed < next)
		next = worker.killed;
	return next;
}

/* A flood is always faster than its reader. */
static void was_read(void)
{
	if (worker.port.noisy && port_make_noise(&worker.port))
		stage_pass(NOISE_NS);
}

static void born(int channel_fd)
{
	FUZZ_REQUIRE(channel_fd >= 0);
	worker.port.fd = channel_fd;
}

void fake_worker_set_up(const struct lie *lie, uint8_t mode)
{
	const struct fake_child_plan child = {
		.spawn_error = mode & WORKER_SPAWN_FAILS ? -ENOENT : 0,
		.status_unknown = mode & WORKER_STATUS_UNKNOWN,
		.born = born,
		.killed = is_killed,
	};
	const struct stage_peer peer = {
		.turn = take_turn,
		.next = next_turn,
		.was_read = was_read,
	};

	memset(&worker, 0, sizeof(worker));
	port_init(&worker.port, -1, lie);
	worker.port.on_lie = on_lie;
	worker.port.on_extra = fill_header;
	worker.mode = mode;
	camipc_arena_init(&worker.arena, 0);
	fake_child_plan(&child);
	stage_enter(&peer);
}

void fake_worker_tear_down(void)
{
	stage_begin_peer();
	port_fini(&worker.port);
	stage_end_peer();
	camipc_arena_fini(&worker.arena);
	stage_leave();
	fake_child_expect_gone();
}
