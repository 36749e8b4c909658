/* SPDX-License-Identifier: MIT */
/*
 * Fuzzes the datagrams that a hostile worker can send: steps of sequence.h are
 * datagrams, whose body is the whole datagram, header included. Flags choose
 * the descriptors beside it and how it is sent.
 *
 * Held: threats 1 to 4 and 28 to 32 as far as a datagram decides: a message
 * within the limits, or one error and its reason; descriptors belong to the
 * message or are closed.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sequence.h"
#include "socket_channel.h"
#include "targets.h"

#define MAX_MESSAGE 4096u
#define MAX_FDS 4u

/* Flags of steps. */
#define HEADER_RIGHT 1u /* magic, version and size are put right */
#define FDS_RIGHT 2u /* as many descriptors as the header says */
#define SPILL 4u /* the last one is a sealed memfd with the rest */
#define SPILL_UNSEALED 8u
#define SPILL_SHORT 16u

static const struct camipc_channel_limits limits = {
	.max_message_size = MAX_MESSAGE,
	.max_fds = MAX_FDS,
};

static struct camipc_channel *channel;
static int other_end;

static int make_spilled(const struct sequence_step *step, const uint8_t *body,
			size_t size)
{
	int fd = memfd_create("body", MFD_CLOEXEC | MFD_ALLOW_SEALING);

	FUZZ_REQUIRE(fd >= 0);
	if (step->flags & SPILL_SHORT && size > 0)
		size--;
	FUZZ_REQUIRE(write(fd, body, size) == (ssize_t)size);
	if (!(step->flags & SPILL_UNSEALED))
		FUZZ_REQUIRE(
			fcntl(fd, F_ADD_SEALS,
			      F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE) == 0);
	return fd;
}

static void send_with(const uint8_t *bytes, size_t size, const int *fds,
		      uint32_t n_fds)
{
	union {
		struct cmsghdr align;
		uint8_t bytes[CMSG_SPACE(16 * sizeof(int))];
	} control = { .bytes = { 0 } };
	struct iovec iov = { (void *)(uintptr_t)bytes, size };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };

	if (n_fds > 0) {
		msg.msg_control = control.bytes;
		msg.msg_controllen = CMSG_SPACE(n_fds * sizeof(int));
		control.align.cmsg_level = SOL_SOCKET;
		control.align.cmsg_type = SCM_RIGHTS;
		control.align.cmsg_len = CMSG_LEN(n_fds * sizeof(int));
		memcpy(CMSG_DATA(&control.align), fds, n_fds * sizeof(int));
	}
	FUZZ_REQUIRE(sendmsg(other_end, &msg, MSG_NOSIGNAL | MSG_DONTWAIT) ==
		     (ssize_t)size);
}

static void set_header(uint8_t *bytes, uint32_t body_size)
{
	fuzz_put_u32(bytes, CAMIPC_WIRE_MAGIC);
	bytes[4] = CAMIPC_WIRE_VERSION;
	fuzz_put_u32(bytes + 16, body_size);
}

static void peer_sends(const struct sequence_step *step)
{
	static uint8_t bytes[FUZZ_MAX_INPUT];
	uint32_t n_fds = step->n_fds % 16u;
	size_t size = step->size;
	size_t body = size > CAMIPC_HEADER_SIZE ? size - CAMIPC_HEADER_SIZE : 0;
	int spilled = -1;
	int fds[16];

	memcpy(bytes, step->body, size);
	for (uint32_t i = 0; i < n_fds; i++)
		fds[i] = fuzz_open_fd();
	if (step->flags & HEADER_RIGHT && size >= CAMIPC_HEADER_SIZE)
		set_header(bytes, (uint32_t)body);
	if (step->flags & FDS_RIGHT && size >= CAMIPC_HEADER_SIZE)
		fuzz_put_u16(bytes + 24, (uint16_t)n_fds);
	if (step->flags & SPILL && size >= CAMIPC_HEADER_SIZE && n_fds < 15) {
		spilled = make_spilled(step, bytes + CAMIPC_HEADER_SIZE, body);
		fds[n_fds++] = spilled;
		size = CAMIPC_HEADER_SIZE;
	}
	send_with(bytes, size, fds, n_fds);
	if (spilled >= 0)
		close(spilled);
}

/* All of it is what header and limits say. */
static void expect_whole(struct camipc_message *message)
{
	const struct camipc_header *header = &message->header;
	volatile uint8_t last;

	FUZZ_REQUIRE(header->body_size <= MAX_MESSAGE);
	FUZZ_REQUIRE(header->n_fds <= MAX_FDS);
	FUZZ_REQUIRE(header->n_fds == message->fds.n);
	FUZZ_REQUIRE(!(header->flags & CAMIPC_MESSAGE_SPILLED));
	for (uint32_t i = 0; i < message->fds.n; i++)
		FUZZ_REQUIRE(fcntl(message->fds.fds[i], F_GETFD) == FD_CLOEXEC);
	if (header->body_size > 0)
		last = camipc_message_body(message)[header->body_size - 1];
	(void)last;
}

static bool receive(void)
{
	enum camipc_reason reason = CAMIPC_REASON_NONE;
	struct camipc_message message;
	int ret;

	camipc_message_init(&message);
	ret = camipc_channel_receive(channel, &message, false, &reason);
	if (ret == 0)
		expect_whole(&message);
	else
		FUZZ_REQUIRE(message.fds.n == 0);
	if (ret == -EPROTO || ret == -ESTALE)
		FUZZ_REQUIRE(reason != CAMIPC_REASON_NONE);
	else
		FUZZ_REQUIRE(ret == 0 || ret == -EAGAIN || ret == -EPIPE);
	camipc_message_fini(&message);
	if (ret == -EPROTO || ret == -ESTALE)
		fuzz_result = ret;
	return ret == 0;
}

static void run(const uint8_t *data, size_t size)
{
	unsigned int n_fds = fuzz_count_fds();
	struct sequence_step step;
	int fds[2];

	FUZZ_REQUIRE(camipc_socket_channel_open_pair(fds) == 0);
	FUZZ_REQUIRE(camipc_socket_channel_create(fds[0], &limits, &channel) ==
		     0);
	other_end = fds[1];
	fuzz_result = 0;
	while (sequence_next(&data, &size, &step)) {
		peer_sends(&step);
		if (!receive())
			break;
	}
	close(other_end);
	while (receive())
		continue;
	channel->ops->destroy(channel);
	fuzz_expect_fds(n_fds);
}

static const struct camipc_message_type *
type_of(const struct sequence_step *step)
{
	(void)step;
	return NULL;
}

static void draw(struct oracle_random *random, struct sequence_step *step)
{
	step->flags = HEADER_RIGHT | FDS_RIGHT;
	if (oracle_below(random, 4) == 0)
		step->flags |= (uint8_t)(1u << oracle_below(random, 5));
	if (oracle_below(random, 8) == 0)
		step->flags = (uint8_t)oracle_next(random);
}

static const struct sequence_rules rules = {
	.n_ops = 1,
	.type_of = type_of,
	.draw = draw,
};

/* One datagram with a header that is right, and a body of a few bytes. */
static size_t seed(struct oracle_random *random, uint8_t *data, size_t room)
{
	static const uint8_t flags[] = { 0, 0, 0, 4, 2, 0, 0, 0, 0 };
	struct camipc_header header = {
		.kind = (uint8_t)(1 + oracle_below(random, 8)),
		.id = 1 + oracle_below(random, 4),
	};
	uint32_t size = oracle_below(random, 40);

	(void)room;
	header.flags = flags[header.kind];
	if (header.flags == CAMIPC_MESSAGE_ERROR)
		header.status = -EPROTO;
	data[0] = 0;
	data[1] = HEADER_RIGHT | FDS_RIGHT;
	if (header.kind == CAMIPC_MESSAGE_EVENT && oracle_below(random, 2)) {
		header.flags |= CAMIPC_MESSAGE_SPILLED;
		data[1] |= SPILL;
	}
	memset(data + 2, 0, 4);
	if (header.kind >= CAMIPC_MESSAGE_CALL &&
	    header.kind <= CAMIPC_MESSAGE_EVENT)
		data[5] = (uint8_t)oracle_below(random, MAX_FDS + 1);
	fuzz_put_u16(data + 6, (uint16_t)(CAMIPC_HEADER_SIZE + size));
	camipc_header_encode(&header, data + 8);
	memset(data + 8 + CAMIPC_HEADER_SIZE, 'b', size);
	return 8 + CAMIPC_HEADER_SIZE + size;
}

static size_t mutate(struct oracle_random *random, uint8_t *data, size_t size,
		     size_t room, const uint8_t *other, size_t other_size)
{
	uint8_t more[128];
	size_t n;

	/* Steps that are drawn have no body; these have one. */
	if (oracle_below(random, 4) == 0) {
		n = seed(random, more, sizeof(more));
		if (n <= room - size) {
			memcpy(data + size, more, n);
			return size + n;
		}
	}
	return sequence_mutate(random, &rules, data, size, room, other,
			       other_size);
}

const struct fuzz_target fuzz_channel_target = {
	.name = "channel",
	.run = run,
	.mutate = mutate,
	.seed = seed,
};
