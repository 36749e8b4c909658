/* SPDX-License-Identifier: MIT */
/* The socket channel against honest peers, and against what threats.md has in
 * rows 1-4, 28, 29 and 31-35. */
#include "socket_channel.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "alloc_fail.h"
#include "fd_leak.h"
#include "under_valgrind.h"

#define MAX_SIZE (64u * 1024u)
#define MAX_FDS 4
#define ALL_SEALS (F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE)

/* A channel, and the other end as the bare socket that a peer has. */
struct fixture {
	struct camipc_channel *channel;
	struct camipc_message message;
	struct fd_leak before;
	enum camipc_reason reason;
	int peer;
};

static void set_up_with(struct fixture *fixture, size_t max_size,
			uint32_t max_fds)
{
	const struct camipc_channel_limits limits = { max_size, max_fds };
	int fds[2];

	memset(fixture, 0, sizeof(*fixture));
	fd_leak_take(&fixture->before);
	assert_int_equal(camipc_socket_pair(fds), 0);
	assert_int_equal(camipc_socket_channel_create(fds[0], &limits,
						      &fixture->channel),
			 0);
	fixture->peer = fds[1];
}

static void set_up(struct fixture *fixture)
{
	set_up_with(fixture, MAX_SIZE, MAX_FDS);
}

static void tear_down(struct fixture *fixture)
{
	camipc_message_fini(&fixture->message);
	camipc_channel_destroy(fixture->channel);
	if (fixture->peer >= 0)
		close(fixture->peer);
	fd_leak_assert_none(&fixture->before);
}

static void peer_sends(int peer, const void *bytes, size_t size,
		       const int *fds, size_t n_fds)
{
	union {
		struct cmsghdr align;
		char bytes[CMSG_SPACE(253 * sizeof(int))];
	} control;
	struct iovec iov = { (void *)(uintptr_t)bytes, size };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };

	if (n_fds) {
		struct cmsghdr *cmsg;

		memset(&control, 0, sizeof(control));
		msg.msg_control = control.bytes;
		msg.msg_controllen = CMSG_SPACE(n_fds * sizeof(int));
		cmsg = CMSG_FIRSTHDR(&msg);
		cmsg->cmsg_level = SOL_SOCKET;
		cmsg->cmsg_type = SCM_RIGHTS;
		cmsg->cmsg_len = CMSG_LEN(n_fds * sizeof(int));
		memcpy(CMSG_DATA(cmsg), fds, n_fds * sizeof(int));
	}
	assert_int_equal(sendmsg(peer, &msg, MSG_NOSIGNAL), size);
}

/* A frame whose header says what it likes; @size bytes of body follow. */
static void peer_sends_frame(int peer, const struct camipc_header *header,
			     size_t size, const int *fds, size_t n_fds)
{
	uint8_t *bytes = calloc(1, CAMIPC_HEADER_SIZE + size);

	assert_non_null(bytes);
	camipc_header_encode(header, bytes);
	memset(bytes + CAMIPC_HEADER_SIZE, 'b', size);
	peer_sends(peer, bytes, CAMIPC_HEADER_SIZE + size, fds, n_fds);
	free(bytes);
}

static int receive(struct fixture *fixture)
{
	fixture->reason = CAMIPC_REASON_NONE;
	camipc_message_reset(&fixture->message);
	return camipc_channel_receive(fixture->channel, &fixture->message,
				      false, &fixture->reason);
}

static void expect_bad(struct fixture *fixture, enum camipc_reason reason)
{
	assert_int_equal(receive(fixture), -EPROTO);
	assert_int_equal(fixture->reason, reason);
	assert_int_equal(fixture->message.fds.n, 0);
}

static const struct camipc_header event_header = {
	.kind = CAMIPC_MESSAGE_EVENT,
	.id = 7,
};

static int open_null(void)
{
	int fd = open("/dev/null", O_RDONLY);

	assert_true(fd > 2);
	return fd;
}

static int make_memfd(size_t size, unsigned int seals)
{
	int fd = memfd_create("test", MFD_ALLOW_SEALING);

	assert_true(fd >= 0);
	assert_int_equal(ftruncate(fd, (off_t)size), 0);
	if (seals)
		assert_int_equal(fcntl(fd, F_ADD_SEALS, seals), 0);
	return fd;
}

/* ---- honest peers ------------------------------------------------------ */

static void fill_body(struct camipc_message *message, size_t size)
{
	assert_int_equal(camipc_message_reserve(message, size), 0);
	for (size_t i = 0; i < size; i++)
		camipc_message_body(message)[i] = (uint8_t)(i * 31 + i / 251);
	message->header = event_header;
	message->header.body_size = (uint32_t)size;
}

static void check_body(struct camipc_message *message, size_t size)
{
	assert_int_equal(message->header.kind, CAMIPC_MESSAGE_EVENT);
	assert_int_equal(message->header.id, 7);
	assert_int_equal(message->header.flags, 0);
	assert_int_equal(message->header.body_size, size);
	for (size_t i = 0; i < size; i++)
		assert_int_equal(camipc_message_body(message)[i],
				 (uint8_t)(i * 31 + i / 251));
}

static void bodies_of_every_size_arrive(void **state)
{
	static const size_t sizes[] = { 0, 1, 479, 480, 481, 4096,
					CAMIPC_MAX_INLINE_SIZE - 1,
					CAMIPC_MAX_INLINE_SIZE,
					CAMIPC_MAX_INLINE_SIZE + 1,
					1024 * 1024,
					CAMIPC_MAX_MESSAGE_SIZE_CEILING };
	struct fixture fixture;
	struct fixture other;

	(void)state;
	set_up_with(&fixture, CAMIPC_MAX_MESSAGE_SIZE_CEILING, MAX_FDS);
	memset(&other, 0, sizeof(other));
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct camipc_message sent;
		const struct camipc_channel_limits limits = { 0, 0 };
		struct camipc_channel *peer;

		camipc_message_init(&sent);
		assert_int_equal(camipc_socket_channel_create(
					 dup(fixture.peer), &limits, &peer),
				 0);
		fill_body(&sent, sizes[i]);
		assert_int_equal(camipc_channel_send(peer, &sent), 0);
		camipc_channel_destroy(peer);
		camipc_message_fini(&sent);
		assert_int_equal(receive(&fixture), 0);
		check_body(&fixture.message, sizes[i]);
		assert_int_equal(fixture.message.fds.n, 0);
		assert_int_equal(receive(&fixture), -EAGAIN);
	}
	tear_down(&fixture);
}

/* Threat 32: close-on-exec, and never 0, 1 or 2 of a peer's choice. */
static void descriptors_arrive_in_order_and_close_on_exec(void **state)
{
	struct fixture fixture;
	struct camipc_header header = event_header;
	int fds[MAX_FDS];

	(void)state;
	set_up(&fixture);
	for (int i = 0; i < MAX_FDS; i++)
		fds[i] = make_memfd((size_t)i + 1, 0);
	header.n_fds = MAX_FDS;
	peer_sends_frame(fixture.peer, &header, 0, fds, MAX_FDS);
	assert_int_equal(receive(&fixture), 0);
	assert_int_equal(fixture.message.fds.n, MAX_FDS);
	for (int i = 0; i < MAX_FDS; i++) {
		int fd = fixture.message.fds.fds[i];

		assert_true(fd > 2);
		assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
		assert_int_equal(lseek(fd, 0, SEEK_END), i + 1);
		close(fds[i]);
	}
	tear_down(&fixture);
}

/* A spilled body comes beside descriptors of the message's own. */
static void most_descriptors_and_a_large_body_arrive_together(void **state)
{
	struct fixture fixture;
	struct camipc_message sent;
	struct camipc_channel *peer;
	const struct camipc_channel_limits limits = { 0, 0 };

	(void)state;
	set_up_with(&fixture, CAMIPC_MAX_MESSAGE_SIZE, CAMIPC_MAX_FDS);
	assert_int_equal(camipc_socket_channel_create(dup(fixture.peer),
						      &limits, &peer),
			 0);
	camipc_message_init(&sent);
	fill_body(&sent, CAMIPC_MAX_MESSAGE_SIZE);
	for (int i = 0; i < CAMIPC_MAX_FDS; i++)
		assert_int_equal(camipc_message_take_fd(&sent, open_null()), 0);
	assert_int_equal(camipc_channel_send(peer, &sent), 0);
	assert_int_equal(receive(&fixture), 0);
	check_body(&fixture.message, CAMIPC_MAX_MESSAGE_SIZE);
	assert_int_equal(fixture.message.fds.n, CAMIPC_MAX_FDS);

	/* One past it is the sender's mistake. */
	assert_int_equal(camipc_message_take_fd(&sent, open_null()), 0);
	assert_int_equal(camipc_channel_send(peer, &sent), -EMSGSIZE);
	camipc_message_fini(&sent);
	camipc_channel_destroy(peer);
	tear_down(&fixture);
}

/* Threat 38: a peer that does not read costs an error, not time. */
static void a_full_socket_says_so(void **state)
{
	struct fixture fixture;
	struct camipc_message sent;
	int ret = 0;
	int n = 0;

	(void)state;
	set_up(&fixture);
	camipc_message_init(&sent);
	fill_body(&sent, 64);
	for (; ret == 0 && n < 100000; n++)
		ret = camipc_channel_send(fixture.channel, &sent);
	assert_int_equal(ret, -EAGAIN);
	assert_true(n > CAMIPC_WINDOW);
	camipc_message_fini(&sent);
	tear_down(&fixture);
}

static void a_dead_peer_is_told_after_its_last_message(void **state)
{
	struct fixture fixture;
	struct camipc_message sent;

	(void)state;
	set_up(&fixture);
	camipc_message_init(&sent);
	fill_body(&sent, 64);
	/* Unread messages at the peer turn its end into ECONNRESET. */
	assert_int_equal(camipc_channel_send(fixture.channel, &sent), 0);
	peer_sends_frame(fixture.peer, &event_header, 0, NULL, 0);
	peer_sends_frame(fixture.peer, &event_header, 0, NULL, 0);
	close(fixture.peer);
	fixture.peer = -1;
	assert_int_equal(receive(&fixture), 0);
	assert_int_equal(receive(&fixture), 0);
	assert_int_equal(receive(&fixture), -EPIPE);
	assert_int_equal(receive(&fixture), -EPIPE);
	/* No SIGPIPE: this process would be gone. */
	assert_int_equal(camipc_channel_send(fixture.channel, &sent), -EPIPE);
	camipc_message_fini(&sent);
	tear_down(&fixture);
}

static void steady_state_allocates_nothing(void **state)
{
	struct fixture fixture;
	struct camipc_message sent;

	(void)state;
	set_up(&fixture);
	camipc_message_init(&sent);
	fill_body(&sent, 2000);
	for (int i = 0; i < 100; i++) {
		if (i == 2)
			alloc_fail_begin(0);
		assert_int_equal(camipc_channel_send(fixture.channel, &sent),
				 0);
		peer_sends(fixture.peer, sent.bytes,
			   CAMIPC_HEADER_SIZE + 2000, NULL, 0);
		assert_int_equal(receive(&fixture), 0);
		check_body(&fixture.message, 2000);
		assert_true(recv(fixture.peer, sent.bytes,
				 CAMIPC_HEADER_SIZE + 2000, 0) > 0);
	}
	assert_int_equal(alloc_fail_end(), 0);
	camipc_message_fini(&sent);
	tear_down(&fixture);
}

static void limits_above_the_ceilings_are_refused(void **state)
{
	struct camipc_channel *channel;
	const struct camipc_channel_limits large = {
		CAMIPC_MAX_MESSAGE_SIZE_CEILING + 1, 0
	};
	const struct camipc_channel_limits many = { 1, CAMIPC_MAX_FDS + 1 };

	(void)state;
	assert_int_equal(camipc_socket_channel_create(0, &large, &channel),
			 -EINVAL);
	assert_int_equal(camipc_socket_channel_create(0, &many, &channel),
			 -EINVAL);
}

static void only_a_seqpacket_socket_is_a_channel(void **state)
{
	int fds[2];
	int null = open_null();

	(void)state;
	assert_int_equal(camipc_socket_pair(fds), 0);
	assert_true(camipc_socket_is_channel(fds[0]));
	close(fds[0]);
	close(fds[1]);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	assert_false(camipc_socket_is_channel(fds[0]));
	close(fds[0]);
	close(fds[1]);
	assert_false(camipc_socket_is_channel(null));
	assert_false(camipc_socket_is_channel(-1));
	close(null);
}

/* ---- hostile peers ----------------------------------------------------- */

/* Threat 1: nothing is allocated for what is only claimed. */
static void claimed_sizes_are_limited(void **state)
{
	struct fixture fixture;
	struct camipc_header header = event_header;

	(void)state;
	set_up(&fixture);
	/* Once, so that the message has its first memory. */
	peer_sends_frame(fixture.peer, &header, 0, NULL, 0);
	assert_int_equal(receive(&fixture), 0);
	header.body_size = UINT32_MAX;
	peer_sends_frame(fixture.peer, &header, 8, NULL, 0);
	alloc_fail_begin(0);
	expect_bad(&fixture, CAMIPC_REASON_BAD_LIMIT);
	assert_int_equal(alloc_fail_end(), 0);

	header.body_size = MAX_SIZE + 1;
	peer_sends_frame(fixture.peer, &header, 0, NULL, 0);
	expect_bad(&fixture, CAMIPC_REASON_BAD_LIMIT);
	tear_down(&fixture);
}

/* Threat 1: the limit itself is fine, spilled as it is. */
static void the_largest_body_is_taken(void **state)
{
	struct fixture fixture;
	struct camipc_header header = event_header;
	int fd;

	(void)state;
	set_up(&fixture);
	fd = make_memfd(MAX_SIZE, ALL_SEALS);
	header.flags = CAMIPC_MESSAGE_SPILLED;
	header.body_size = MAX_SIZE;
	peer_sends_frame(fixture.peer, &header, 0, &fd, 1);
	assert_int_equal(receive(&fixture), 0);
	assert_int_equal(fixture.message.header.body_size, MAX_SIZE);
	close(fd);
	fd = make_memfd(MAX_SIZE + 1, ALL_SEALS);
	header.body_size = MAX_SIZE + 1;
	peer_sends_frame(fixture.peer, &header, 0, &fd, 1);
	expect_bad(&fixture, CAMIPC_REASON_BAD_LIMIT);
	close(fd);
	tear_down(&fixture);
}

/* Threat 2. */
static void short_datagrams_are_refused(void **state)
{
	struct fixture fixture;
	uint8_t bytes[CAMIPC_HEADER_SIZE];

	(void)state;
	set_up(&fixture);
	camipc_header_encode(&event_header, bytes);
	for (size_t size = 0; size < sizeof(bytes); size++) {
		peer_sends(fixture.peer, bytes, size, NULL, 0);
		expect_bad(&fixture, CAMIPC_REASON_BAD_FRAMING);
	}
	tear_down(&fixture);
}

/* Threats 2 and 29: descriptors that came with nothing are closed. */
static void descriptors_without_bytes_are_closed(void **state)
{
	struct fixture fixture;
	int fd;

	(void)state;
	set_up(&fixture);
	fd = open_null();
	peer_sends(fixture.peer, "", 0, &fd, 1);
	close(fd);
	expect_bad(&fixture, CAMIPC_REASON_BAD_FRAMING);
	tear_down(&fixture);
}

/* Threat 3. */
static void datagram_and_header_have_to_agree(void **state)
{
	struct fixture fixture;
	struct camipc_header header = event_header;

	(void)state;
	set_up(&fixture);
	header.body_size = 100;
	peer_sends_frame(fixture.peer, &header, 99, NULL, 0);
	expect_bad(&fixture, CAMIPC_REASON_BAD_FRAMING);
	peer_sends_frame(fixture.peer, &header, 101, NULL, 0);
	expect_bad(&fixture, CAMIPC_REASON_BAD_FRAMING);
	peer_sends_frame(fixture.peer, &header, 100, NULL, 0);
	assert_int_equal(receive(&fixture), 0);
	/* Cut exactly where the declared body ends: only MSG_TRUNC tells. */
	header.body_size = CAMIPC_MAX_INLINE_SIZE;
	peer_sends_frame(fixture.peer, &header, CAMIPC_MAX_INLINE_SIZE + 1,
			 NULL, 0);
	expect_bad(&fixture, CAMIPC_REASON_BAD_FRAMING);
	/* Larger than any datagram may be: MSG_TRUNC. */
	header.body_size = CAMIPC_MAX_INLINE_SIZE + 1;
	peer_sends_frame(fixture.peer, &header, CAMIPC_MAX_INLINE_SIZE + 1,
			 NULL, 0);
	expect_bad(&fixture, CAMIPC_REASON_BAD_FRAMING);
	/* A body in both places. */
	header.flags = CAMIPC_MESSAGE_SPILLED;
	header.body_size = 8;
	peer_sends_frame(fixture.peer, &header, 8, NULL, 0);
	expect_bad(&fixture, CAMIPC_REASON_BAD_FRAMING);
	tear_down(&fixture);
}

/* Threat 4. */
static void unknown_headers_are_refused(void **state)
{
	struct fixture fixture;
	uint8_t bytes[CAMIPC_HEADER_SIZE];

	(void)state;
	set_up(&fixture);
	camipc_header_encode(&event_header, bytes);
	bytes[0] ^= 1;
	peer_sends(fixture.peer, bytes, sizeof(bytes), NULL, 0);
	expect_bad(&fixture, CAMIPC_REASON_BAD_PROTOCOL);
	bytes[0] ^= 1;
	bytes[7] = 0x80;
	peer_sends(fixture.peer, bytes, sizeof(bytes), NULL, 0);
	expect_bad(&fixture, CAMIPC_REASON_BAD_PROTOCOL);
	bytes[7] = 0;
	bytes[4] = 9;
	peer_sends(fixture.peer, bytes, sizeof(bytes), NULL, 0);
	assert_int_equal(receive(&fixture), -ESTALE);
	assert_int_equal(fixture.reason, CAMIPC_REASON_BAD_PROTOCOL);
	tear_down(&fixture);
}

/* Threat 28: every pair of declared and sent; those received are closed. */
static void descriptors_have_to_be_declared(void **state)
{
	struct fixture fixture;
	int fds[MAX_FDS + 2];

	(void)state;
	set_up(&fixture);
	for (int i = 0; i < MAX_FDS + 2; i++)
		fds[i] = open_null();
	for (uint16_t declared = 0; declared <= MAX_FDS + 2; declared++) {
		for (uint16_t sent = 0; sent <= MAX_FDS + 2; sent++) {
			struct camipc_header header = event_header;

			header.n_fds = declared;
			peer_sends_frame(fixture.peer, &header, 0, fds, sent);
			if (declared != sent || declared > MAX_FDS)
				expect_bad(&fixture, CAMIPC_REASON_BAD_FD);
			else
				assert_int_equal(receive(&fixture), 0);
		}
	}
	for (int i = 0; i < MAX_FDS + 2; i++)
		close(fds[i]);
	tear_down(&fixture);
}

/* Threat 29: a flood to a channel that expects none. */
static void a_flood_of_descriptors_is_closed(void **state)
{
	struct fixture fixture;
	struct camipc_header header = event_header;
	int fds[253];

	(void)state;
	set_up_with(&fixture, MAX_SIZE, 0);
	for (int i = 0; i < 253; i++)
		fds[i] = 0;
	for (uint16_t declared = 0; declared < 254; declared++) {
		header.n_fds = declared;
		peer_sends_frame(fixture.peer, &header, 0, fds, 253);
		expect_bad(&fixture, CAMIPC_REASON_BAD_FD);
	}
	/* Many control messages in one datagram are one list to the kernel. */
	tear_down(&fixture);
}

/* Threat 29: small on purpose: descriptors that are not for us don't come. */
static void control_buffer_is_as_small_as_the_limit(void **state)
{
	struct fixture fixture;
	struct rlimit saved;
	struct rlimit tight;
	int fds[200];
	int next;

	(void)state;
	SKIP_UNDER_VALGRIND();
	next = open_null();
	close(next);
	set_up_with(&fixture, MAX_SIZE, 0);
	memset(fds, 0, sizeof(fds));
	peer_sends_frame(fixture.peer, &event_header, 0, fds, 200);
	/* Two numbers are free: were all 200 taken in, there would be an
	 * -EMFILE instead of a refusal. */
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &saved), 0);
	tight = saved;
	tight.rlim_cur = (rlim_t)next + 4;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &tight), 0);
	expect_bad(&fixture, CAMIPC_REASON_BAD_FD);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &saved), 0);
	tear_down(&fixture);
}

/* Threat 28: our own limit is not the peer's fault; that message fails, the
 * next one is fine. */
static void own_limit_fails_only_that_message(void **state)
{
	struct fixture fixture;
	struct camipc_header header = event_header;
	struct rlimit saved;
	struct rlimit tight;
	int fds[MAX_FDS];

	(void)state;
	SKIP_UNDER_VALGRIND();
	set_up(&fixture);
	for (int i = 0; i < MAX_FDS; i++)
		fds[i] = open_null();
	header.n_fds = MAX_FDS;
	header.cookie = 99;
	header.body_size = 10;
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &saved), 0);
	for (int room = 0; room < MAX_FDS; room++) {
		tight = saved;
		tight.rlim_cur = (rlim_t)(fds[MAX_FDS - 1] + 1 + room);
		peer_sends_frame(fixture.peer, &header, 10, fds, MAX_FDS);
		assert_int_equal(setrlimit(RLIMIT_NOFILE, &tight), 0);
		assert_int_equal(receive(&fixture), 0);
		assert_int_equal(setrlimit(RLIMIT_NOFILE, &saved), 0);
		assert_int_equal(fixture.message.header.flags,
				 CAMIPC_MESSAGE_ERROR);
		assert_int_equal(fixture.message.header.status, -EMFILE);
		assert_int_equal(fixture.message.header.cookie, 99);
		assert_int_equal(fixture.message.header.body_size, 0);
		assert_int_equal(fixture.message.fds.n, 0);
	}
	peer_sends_frame(fixture.peer, &header, 10, fds, MAX_FDS);
	assert_int_equal(receive(&fixture), 0);
	assert_int_equal(fixture.message.fds.n, MAX_FDS);
	for (int i = 0; i < MAX_FDS; i++)
		close(fds[i]);
	tear_down(&fixture);
}

static void missing_memory_fails_only_that_message(void **state)
{
	struct fixture fixture;
	struct camipc_header header = event_header;

	(void)state;
	set_up(&fixture);
	header.body_size = 3000;
	peer_sends_frame(fixture.peer, &header, 3000, NULL, 0);
	alloc_fail_begin(1);
	assert_int_equal(receive(&fixture), -ENOMEM);
	alloc_fail_end();
	/* It is still there; and its body does not fit now. */
	alloc_fail_begin(2);
	assert_int_equal(receive(&fixture), 0);
	assert_true(alloc_fail_happened());
	alloc_fail_end();
	assert_int_equal(fixture.message.header.flags, CAMIPC_MESSAGE_ERROR);
	assert_int_equal(fixture.message.header.status, -ENOMEM);
	peer_sends_frame(fixture.peer, &header, 3000, NULL, 0);
	assert_int_equal(receive(&fixture), 0);
	assert_int_equal(fixture.message.header.flags, 0);
	tear_down(&fixture);
}

/* ---- spilled bodies ---------------------------------------------------- */

static int make_sealed(void)
{
	return make_memfd(50000, ALL_SEALS);
}

static int make_unsealed(void)
{
	return make_memfd(50000, 0);
}

static int make_shrinkable(void)
{
	return make_memfd(50000, F_SEAL_GROW | F_SEAL_WRITE);
}

static int make_growable(void)
{
	return make_memfd(50000, F_SEAL_SHRINK | F_SEAL_WRITE);
}

static int make_writable(void)
{
	return make_memfd(50000, F_SEAL_SHRINK | F_SEAL_GROW);
}

static int make_short(void)
{
	return make_memfd(49999, ALL_SEALS);
}

static int make_long(void)
{
	return make_memfd(50001, ALL_SEALS);
}

static int make_pipe_end(void)
{
	int fds[2];

	assert_int_equal(pipe(fds), 0);
	close(fds[1]);
	return fds[0];
}

static int make_folder(void)
{
	return open("/", O_RDONLY | O_DIRECTORY);
}

static int make_path_only(void)
{
	return open("/proc/self/exe", O_PATH);
}

static int make_regular(void)
{
	return open("/proc/self/exe", O_RDONLY);
}

static int make_zero(void)
{
	return open("/dev/zero", O_RDONLY);
}

static int make_memory(void)
{
	return open("/proc/self/mem", O_RDONLY);
}

/* Sealed as it should be, but not to be read through this descriptor. */
static int make_write_only(void)
{
	char path[64];
	int memfd = make_memfd(50000, 0);
	int fd;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", memfd);
	fd = open(path, O_WRONLY);
	assert_true(fd >= 0);
	assert_int_equal(fcntl(memfd, F_ADD_SEALS, ALL_SEALS), 0);
	close(memfd);
	return fd;
}

/* Threats 30 and 33 to 35: only what send makes is read. */
static void spilled_bodies_have_to_be_sealed_memfds(void **state)
{
	static const struct {
		const char *name;
		int (*make)(void);
		bool good;
	} kinds[] = {
		{ "sealed memfd", make_sealed, true },
		{ "unsealed memfd", make_unsealed, false },
		{ "memfd that shrinks", make_shrinkable, false },
		{ "memfd that grows", make_growable, false },
		{ "memfd that is written", make_writable, false },
		{ "short memfd", make_short, false },
		{ "long memfd", make_long, false },
		{ "pipe", make_pipe_end, false },
		{ "folder", make_folder, false },
		{ "O_PATH", make_path_only, false },
		{ "regular file", make_regular, false },
		{ "/dev/zero", make_zero, false },
		{ "/proc/self/mem", make_memory, false },
		{ "write-only memfd", make_write_only, false },
	};
	struct fixture fixture;
	struct camipc_header header = event_header;

	(void)state;
	set_up(&fixture);
	header.flags = CAMIPC_MESSAGE_SPILLED;
	header.body_size = 50000;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		int fd = kinds[i].make();

		print_message("%s\n", kinds[i].name);
		assert_true(fd >= 0);
		peer_sends_frame(fixture.peer, &header, 0, &fd, 1);
		close(fd);
		if (kinds[i].good)
			assert_int_equal(receive(&fixture), 0);
		else
			expect_bad(&fixture, CAMIPC_REASON_BAD_FD);
		assert_int_equal(fixture.message.fds.n, 0);
	}
	/* And none at all. */
	peer_sends_frame(fixture.peer, &header, 0, NULL, 0);
	expect_bad(&fixture, CAMIPC_REASON_BAD_FD);
	tear_down(&fixture);
}

/* ---- anything ---------------------------------------------------------- */

/* Whatever comes, it ends in a message or a reason, and nothing stays open. */
static void random_datagrams_do_no_harm(void **state)
{
	struct fixture fixture;
	uint32_t random = 12345;
	int fds[8];
	unsigned int good = 0;

	(void)state;
	set_up(&fixture);
	for (int i = 0; i < 8; i++)
		fds[i] = i < 6 ? open_null() : make_sealed();
	for (int round = 0; round < 20000; round++) {
		uint8_t bytes[CAMIPC_HEADER_SIZE + 64];
		struct camipc_header header;
		size_t size;
		int ret;

		memset(&header, 0, sizeof(header));
		for (size_t i = 0; i < sizeof(bytes); i++) {
			random = random * 1664525 + 1013904223;
			bytes[i] = (uint8_t)(random >> 24);
		}
		header.kind = bytes[40] % 10;
		header.flags = bytes[41] % 2 ? 0 : bytes[41] / 2 % 8;
		header.n_fds = bytes[42] % 2 ? 0 : bytes[42] / 2 % 6;
		header.body_size = bytes[43] % 66;
		header.status = bytes[44] % 8 ? 0 : -1;
		if (bytes[45] % 8)
			camipc_header_encode(&header, bytes);
		size = bytes[46] % 4 ? CAMIPC_HEADER_SIZE +
					       header.body_size % 65 :
				       bytes[47] % sizeof(bytes);
		peer_sends(fixture.peer, bytes, size, fds,
			   bytes[48] % 4 ? header.n_fds : bytes[49] % 9);
		ret = receive(&fixture);
		assert_true(ret == 0 || ret == -EPROTO || ret == -ESTALE);
		assert_true((ret == 0) ==
			    (fixture.reason == CAMIPC_REASON_NONE));
		good += ret == 0;
	}
	/* Else this would only test the first check. */
	assert_true(good > 2000);
	for (int i = 0; i < 8; i++)
		close(fds[i]);
	tear_down(&fixture);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bodies_of_every_size_arrive),
		cmocka_unit_test(descriptors_arrive_in_order_and_close_on_exec),
		cmocka_unit_test(
			most_descriptors_and_a_large_body_arrive_together),
		cmocka_unit_test(a_full_socket_says_so),
		cmocka_unit_test(a_dead_peer_is_told_after_its_last_message),
		cmocka_unit_test(steady_state_allocates_nothing),
		cmocka_unit_test(limits_above_the_ceilings_are_refused),
		cmocka_unit_test(only_a_seqpacket_socket_is_a_channel),
		cmocka_unit_test(claimed_sizes_are_limited),
		cmocka_unit_test(the_largest_body_is_taken),
		cmocka_unit_test(short_datagrams_are_refused),
		cmocka_unit_test(descriptors_without_bytes_are_closed),
		cmocka_unit_test(datagram_and_header_have_to_agree),
		cmocka_unit_test(unknown_headers_are_refused),
		cmocka_unit_test(descriptors_have_to_be_declared),
		cmocka_unit_test(a_flood_of_descriptors_is_closed),
		cmocka_unit_test(control_buffer_is_as_small_as_the_limit),
		cmocka_unit_test(own_limit_fails_only_that_message),
		cmocka_unit_test(missing_memory_fails_only_that_message),
		cmocka_unit_test(spilled_bodies_have_to_be_sealed_memfds),
		cmocka_unit_test(random_datagrams_do_no_harm),
	};

	return cmocka_run_group_tests_name("socket_channel", tests, NULL, NULL);
}
