/* SPDX-License-Identifier: MIT */
/*
 * Fuzzes a camera process's end of a channel over shared memory: steps are what
 * a hostile worker does to the memory and to the socket beside it, and what the
 * camera process does meanwhile. A step is an act, four bytes of a value, and the
 * number of bytes that follow.
 *
 * Held: threat 36: a message within the limits, or one error and its reason,
 * which stays; descriptors belong to the message or are closed.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "shm_channel.h"
#include "shm_ring.h"
#include "socket_channel.h"
#include "targets.h"

#define MAX_MESSAGE 4096u
#define MAX_FDS 4u
#define STEP_SIZE 6u

enum act {
	ACT_PUT, /* a record of a message, both right */
	ACT_RECORD, /* a record whose size is the value, and any bytes */
	ACT_WRITE, /* bytes, anywhere */
	ACT_HEAD, /* is moved by the value */
	ACT_TAIL,
	ACT_WORD, /* of the parent or of the worker has the value */
	ACT_CLOSE,
	ACT_DATAGRAM, /* with a mark if the value is odd, or with none */
	ACT_BELL,
	ACT_FILL, /* as many messages as fit */
	/* Of the camera process. */
	ACT_ANNOUNCE,
	ACT_ATTEND,
	ACT_SEND,
	ACT_SLEEP,
	ACT_COUNT,
};

static struct {
	struct camipc_channel *parent;
	/* Made once, and set to zeros for each input. */
	struct camipc_shm_area *mine; /* of the parent */
	struct camipc_shm_area *area; /* of the worker */
	struct camipc_shm_ring out; /* what an honest worker would know */
	int socket;
} bed;

static const struct camipc_shm_options options = {
	.side = CAMIPC_SHM_PARENT,
	.limits = {
		.max_message_size = MAX_MESSAGE,
		.max_fds = MAX_FDS,
		.untrusted = true,
	},
	.sleeps_alone = true,
};

/* ---- the worker ---------------------------------------------------------- */

/* Header and body of a message that is right. */
static uint32_t make_message(uint8_t *bytes, uint8_t kind, const uint8_t *body,
			     uint32_t size)
{
	const struct camipc_header header = {
		.kind = kind,
		.id = 1,
		.body_size = size,
	};

	camipc_header_encode(&header, bytes);
	if (size)
		memcpy(bytes + CAMIPC_HEADER_SIZE, body, size);
	return CAMIPC_HEADER_SIZE + size;
}

static void put(const uint8_t *message, uint32_t size)
{
	if (camipc_shm_ring_check_room(&bed.out, camipc_shm_ring_cost(size)) ==
	    0)
		camipc_shm_ring_put(&bed.out, message, size);
}

static void put_message(const uint8_t *body, uint32_t size)
{
	uint8_t bytes[CAMIPC_HEADER_SIZE + UINT8_MAX];

	put(bytes, make_message(bytes, CAMIPC_MESSAGE_EVENT, body, size));
}

/* Publishes @n bytes, after the size and the right number. */
static void put_record(uint32_t size, const uint8_t *bytes, uint32_t n)
{
	const struct camipc_shm_record record = { size, ++bed.out.number };
	const uint32_t at = bed.out.at;

	memcpy(bed.out.bytes + at % CAMIPC_SHM_RING_SIZE, &record,
	       sizeof(record));
	for (uint32_t i = 0; i < n; i++)
		bed.out.bytes[(at + CAMIPC_SHM_RECORD_SIZE + i) %
			      CAMIPC_SHM_RING_SIZE] = bytes[i];
	bed.out.at += camipc_shm_ring_cost(n);
	atomic_store(&bed.out.words->head, bed.out.at);
}

static void write_anywhere(uint32_t at, const uint8_t *bytes, uint32_t n)
{
	uint8_t *memory = (uint8_t *)bed.area->words;

	for (uint32_t i = 0; i < n; i++)
		memory[(at + i) % CAMIPC_SHM_SIZE] = bytes[i];
}

static void send_datagram(uint32_t value, const uint8_t *bytes, uint32_t n)
{
	uint8_t message[CAMIPC_HEADER_SIZE + UINT8_MAX];
	const uint32_t size = make_message(
		message, value & 2 ? CAMIPC_MESSAGE_LOG : CAMIPC_MESSAGE_REPLY,
		bytes, n);

	if (send(bed.socket, message, size, MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
		return;
	if (value & 1)
		put(NULL, CAMIPC_SHM_ON_SOCKET);
}

static void ring_bell(void)
{
	uint8_t message[CAMIPC_HEADER_SIZE];

	make_message(message, CAMIPC_MESSAGE_BELL, NULL, 0);
	(void)!send(bed.socket, message, sizeof(message),
		    MSG_DONTWAIT | MSG_NOSIGNAL);
}

/* ---- the camera process -------------------------------------------------- */

static int send_message(uint32_t size)
{
	struct camipc_message message;
	int ret;

	camipc_message_init(&message);
	FUZZ_REQUIRE(camipc_message_reserve(&message, size) == 0);
	memset(camipc_message_body(&message), 'm', size);
	message.header.kind = CAMIPC_MESSAGE_CALL;
	message.header.body_size = size;
	ret = camipc_channel_send(bed.parent, &message);
	camipc_message_fini(&message);
	FUZZ_REQUIRE(ret == 0 || ret == -EAGAIN || ret == -EPIPE);
	return ret;
}

static void expect_whole(struct camipc_message *message)
{
	volatile uint8_t last = 0;

	FUZZ_REQUIRE(message->header.body_size <= MAX_MESSAGE);
	FUZZ_REQUIRE(message->header.n_fds == message->fds.n);
	FUZZ_REQUIRE(!(message->header.flags & CAMIPC_MESSAGE_SPILLED));
	FUZZ_REQUIRE(message->header.kind != CAMIPC_MESSAGE_BELL);
	if (message->header.body_size > 0)
		last = camipc_message_body(message)[message->header.body_size -
						    1];
	(void)last;
}

/* Returns false once nothing more can come. */
static bool receive(void)
{
	enum camipc_reason reason = CAMIPC_REASON_NONE;
	struct camipc_message message;
	int ret;

	camipc_message_init(&message);
	ret = camipc_channel_receive(bed.parent, &message, false, &reason);
	if (ret == 0)
		expect_whole(&message);
	else
		FUZZ_REQUIRE(message.fds.n == 0);
	camipc_message_fini(&message);
	FUZZ_REQUIRE(ret == 0 || ret == -EAGAIN || ret == -EPIPE ||
		     ret == -EPROTO || ret == -ESTALE);
	if (ret == -EPROTO || ret == -ESTALE) {
		FUZZ_REQUIRE(reason != CAMIPC_REASON_NONE);
		fuzz_result = ret;
	}
	if (reason == CAMIPC_REASON_BAD_RING)
		FUZZ_REQUIRE(send_message(0) == -EPIPE);
	return ret == 0 || ret == -EAGAIN;
}

/* What was impossible stays so. */
static void expect_an_end(void)
{
	enum camipc_reason first = CAMIPC_REASON_NONE;
	enum camipc_reason again = CAMIPC_REASON_NONE;
	struct camipc_message message;

	camipc_message_init(&message);
	(void)!camipc_channel_receive(bed.parent, &message, false, &first);
	camipc_message_reset(&message);
	(void)!camipc_channel_receive(bed.parent, &message, false, &again);
	camipc_message_fini(&message);
	if (first == CAMIPC_REASON_BAD_RING)
		FUZZ_REQUIRE(again == first);
}

/* ---- steps --------------------------------------------------------------- */

static void act(uint8_t what, uint32_t value, const uint8_t *bytes, uint32_t n)
{
	struct camipc_shm_words *words = bed.area->words;

	switch (what % ACT_COUNT) {
	case ACT_PUT:
		put_message(bytes, n);
		break;
	case ACT_RECORD:
		put_record(value, bytes, n);
		break;
	case ACT_WRITE:
		write_anywhere(value, bytes, n);
		break;
	case ACT_HEAD:
		atomic_fetch_add(&words->rings[CAMIPC_SHM_WORKER].head, value);
		break;
	case ACT_TAIL:
		atomic_fetch_add(&words->rings[CAMIPC_SHM_PARENT].tail, value);
		break;
	case ACT_WORD:
		atomic_store(&words->sleepers[n % 2].word, value);
		break;
	case ACT_CLOSE:
		atomic_store(&words->rings[CAMIPC_SHM_WORKER].closed, value);
		break;
	case ACT_DATAGRAM:
		send_datagram(value, bytes, n);
		break;
	case ACT_BELL:
		ring_bell();
		break;
	case ACT_FILL:
		for (int i = 0; i < 400; i++)
			put_message(bytes, n);
		break;
	case ACT_ANNOUNCE:
		if (camipc_channel_announce(bed.parent))
			(void)receive();
		break;
	case ACT_ATTEND:
		camipc_channel_attend(bed.parent);
		camipc_channel_look(bed.parent);
		break;
	case ACT_SEND:
		for (uint32_t i = 0; i < n && send_message(value % 4096) == 0;
		     i++)
			;
		break;
	default:
		/* With no time at all. */
		(void)!camipc_channel_sleep(bed.parent, 0);
		break;
	}
}

static void make_areas(void)
{
	int fd;

	FUZZ_REQUIRE(camipc_shm_area_create(&bed.mine, &fd) == 0);
	FUZZ_REQUIRE(camipc_shm_area_map(fd, &bed.area) == 0);
	close(fd);
}

static void set_up(void)
{
	struct camipc_channel *socket;
	int fds[2];

	if (!bed.mine)
		make_areas();
	memset(bed.area->words, 0, CAMIPC_SHM_SIZE);
	FUZZ_REQUIRE(camipc_socket_channel_open_pair(fds) == 0);
	FUZZ_REQUIRE(camipc_socket_channel_create(fds[0], &options.limits,
						  &socket) == 0);
	FUZZ_REQUIRE(camipc_shm_channel_create(socket, bed.mine, &options,
					       &bed.parent) == 0);
	bed.socket = fds[1];
	camipc_shm_ring_init(&bed.out, &bed.area->words->rings[CAMIPC_SHM_WORKER],
			     bed.area->rings[CAMIPC_SHM_WORKER]);
}

static void run(const uint8_t *data, size_t size)
{
	const unsigned int n_fds = fuzz_count_fds();
	bool goes_on = true;

	set_up();
	fuzz_result = 0;
	while (goes_on && size >= STEP_SIZE) {
		uint32_t n = data[5];

		if (n > size - STEP_SIZE)
			n = (uint32_t)(size - STEP_SIZE);
		act(data[0], fuzz_get_u32(data + 1), data + STEP_SIZE, n);
		goes_on = receive();
		data += STEP_SIZE + n;
		size -= STEP_SIZE + n;
	}
	close(bed.socket);
	/* As many as the ring may hold. */
	for (uint32_t i = 0; i < CAMIPC_SHM_RING_SIZE && goes_on; i++) {
		camipc_channel_look(bed.parent);
		goes_on = receive();
	}
	FUZZ_REQUIRE(!goes_on);
	expect_an_end();
	camipc_channel_destroy(bed.parent);
	fuzz_expect_fds(n_fds);
}

/* ---- inputs -------------------------------------------------------------- */

/* Values that once meant something. */
static uint32_t draw_value(struct oracle_random *random)
{
	static const uint32_t values[] = {
		0, 1, 4, 8, 31, 32, 33, 40, 4096,
		CAMIPC_SHM_MAX_MESSAGE, CAMIPC_SHM_MAX_MESSAGE + 1,
		CAMIPC_SHM_RING_SIZE, CAMIPC_SHM_ON_SOCKET,
		CAMIPC_SHM_RING_SOCKET, UINT32_C(0x80000000), (uint32_t)-8,
	};

	if (oracle_below(random, 4) == 0)
		return (uint32_t)oracle_next(random);
	return values[oracle_below(random, sizeof(values) / sizeof(values[0]))];
}

/* More than half of the steps are honest, so that sequences go far. */
static size_t draw_step(struct oracle_random *random, uint8_t *data)
{
	const uint32_t n = oracle_below(random, 60);
	uint8_t what = (uint8_t)oracle_below(random, ACT_COUNT);

	if (oracle_below(random, 8) < 5)
		what = oracle_below(random, 2) ?
			       ACT_PUT :
			       (uint8_t)(ACT_ANNOUNCE + oracle_below(random, 4));
	data[0] = what;
	fuzz_put_u32(data + 1, draw_value(random));
	data[5] = (uint8_t)n;
	for (uint32_t i = 0; i < n; i++)
		data[STEP_SIZE + i] = (uint8_t)oracle_next(random);
	return STEP_SIZE + n;
}

static size_t seed(struct oracle_random *random, uint8_t *data, size_t room)
{
	const uint32_t n = 1 + oracle_below(random, 12);
	size_t size = 0;

	for (uint32_t i = 0; i < n && size + STEP_SIZE + 60 <= room; i++)
		size += draw_step(random, data + size);
	return size;
}

static size_t mutate(struct oracle_random *random, uint8_t *data, size_t size,
		     size_t room, const uint8_t *other, size_t other_size)
{
	(void)other;
	(void)other_size;
	if (oracle_below(random, 3) == 0)
		return seed(random, data, room);
	if (oracle_below(random, 3) == 0 && size + STEP_SIZE + 60 <= room)
		return size + draw_step(random, data + size);
	return fuzz_mutate_bytes(random, data, size, room);
}

const struct fuzz_target fuzz_ring_target = {
	.name = "ring",
	.run = run,
	.mutate = mutate,
	.seed = seed,
};
