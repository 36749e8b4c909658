/* SPDX-License-Identifier: MIT */
/* Tests the socket channel with honest peers. */
#include "socket_channel.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "alloc_fail.h"
#include "channel_fixture.h"
#include "test_files.h"
#include "under_valgrind.h"

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
	struct channel_fixture fixture;
	struct channel_fixture other;

	(void)state;
	channel_set_up_with(&fixture, CAMIPC_MAX_MESSAGE_SIZE_CEILING,
			    CHANNEL_MAX_FDS);
	memset(&other, 0, sizeof(other));
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		struct camipc_message sent;
		const struct camipc_channel_limits limits = {
			.max_message_size = 0,
		};
		struct camipc_channel *peer;

		camipc_message_init(&sent);
		assert_int_equal(camipc_socket_channel_create(
					 dup(fixture.peer), &limits, &peer),
				 0);
		fill_body(&sent, sizes[i]);
		assert_int_equal(camipc_channel_send(peer, &sent), 0);
		camipc_channel_destroy(peer);
		camipc_message_fini(&sent);
		assert_int_equal(channel_receive(&fixture), 0);
		check_body(&fixture.message, sizes[i]);
		assert_int_equal(fixture.message.fds.n, 0);
		assert_int_equal(channel_receive(&fixture), -EAGAIN);
	}
	channel_tear_down(&fixture);
}

/* Threat 32: close-on-exec, and never 0, 1 or 2 of a peer's choice. */
static void descriptors_arrive_in_order_and_close_on_exec(void **state)
{
	struct channel_fixture fixture;
	struct camipc_header header = event_header;
	int fds[CHANNEL_MAX_FDS];

	(void)state;
	channel_set_up(&fixture);
	for (int i = 0; i < CHANNEL_MAX_FDS; i++)
		fds[i] = test_memfd((size_t)i + 1, 0);
	header.n_fds = CHANNEL_MAX_FDS;
	peer_sends_frame(fixture.peer, &header, 0, fds, CHANNEL_MAX_FDS);
	assert_int_equal(channel_receive(&fixture), 0);
	assert_int_equal(fixture.message.fds.n, CHANNEL_MAX_FDS);
	for (int i = 0; i < CHANNEL_MAX_FDS; i++) {
		int fd = fixture.message.fds.fds[i];

		assert_true(fd > 2);
		assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
		assert_int_equal(lseek(fd, 0, SEEK_END), i + 1);
		close(fds[i]);
	}
	channel_tear_down(&fixture);
}

/* A spilled body comes beside descriptors of the message's own. */
static void most_descriptors_and_a_large_body_arrive_together(void **state)
{
	struct channel_fixture fixture;
	struct camipc_message sent;
	struct camipc_channel *peer;
	const struct camipc_channel_limits limits = {
		.max_message_size = 0,
	};

	(void)state;
	channel_set_up_with(&fixture, CAMIPC_MAX_MESSAGE_SIZE, CAMIPC_MAX_FDS);
	assert_int_equal(camipc_socket_channel_create(dup(fixture.peer),
						      &limits, &peer),
			 0);
	camipc_message_init(&sent);
	fill_body(&sent, CAMIPC_MAX_MESSAGE_SIZE);
	for (int i = 0; i < CAMIPC_MAX_FDS; i++)
		assert_int_equal(
			camipc_message_take_fd(&sent, channel_open_null()), 0);
	assert_int_equal(camipc_channel_send(peer, &sent), 0);
	assert_int_equal(channel_receive(&fixture), 0);
	check_body(&fixture.message, CAMIPC_MAX_MESSAGE_SIZE);
	assert_int_equal(fixture.message.fds.n, CAMIPC_MAX_FDS);

	/* One past it is the sender's mistake. */
	assert_int_equal(camipc_message_take_fd(&sent, channel_open_null()), 0);
	assert_int_equal(camipc_channel_send(peer, &sent), -EMSGSIZE);
	camipc_message_fini(&sent);
	camipc_channel_destroy(peer);
	channel_tear_down(&fixture);
}

/* Threat 38: a peer that does not read costs an error, not time. */
static void a_full_socket_says_so(void **state)
{
	struct channel_fixture fixture;
	struct camipc_message sent;
	int ret = 0;
	int n = 0;

	(void)state;
	channel_set_up(&fixture);
	camipc_message_init(&sent);
	fill_body(&sent, 64);
	for (; ret == 0 && n < 100000; n++)
		ret = camipc_channel_send(fixture.channel, &sent);
	assert_int_equal(ret, -EAGAIN);
	assert_true(n > CAMIPC_WINDOW);
	camipc_message_fini(&sent);
	channel_tear_down(&fixture);
}

static void a_dead_peer_is_told_after_its_last_message(void **state)
{
	struct channel_fixture fixture;
	struct camipc_message sent;

	(void)state;
	channel_set_up(&fixture);
	camipc_message_init(&sent);
	fill_body(&sent, 64);
	/* Unread messages at the peer turn its end into ECONNRESET. */
	assert_int_equal(camipc_channel_send(fixture.channel, &sent), 0);
	peer_sends_frame(fixture.peer, &event_header, 0, NULL, 0);
	peer_sends_frame(fixture.peer, &event_header, 0, NULL, 0);
	close(fixture.peer);
	fixture.peer = -1;
	assert_int_equal(channel_receive(&fixture), 0);
	assert_int_equal(channel_receive(&fixture), 0);
	assert_int_equal(channel_receive(&fixture), -EPIPE);
	assert_int_equal(channel_receive(&fixture), -EPIPE);
	/* No SIGPIPE: this process would be gone. */
	assert_int_equal(camipc_channel_send(fixture.channel, &sent), -EPIPE);
	camipc_message_fini(&sent);
	channel_tear_down(&fixture);
}

/* Sends until there is no room, and returns how many messages fitted. */
static int fill_socket(struct camipc_channel *channel)
{
	struct camipc_message sent;
	int ret = 0;
	int n = -1;

	camipc_message_init(&sent);
	fill_body(&sent, 64);
	for (; ret == 0; n++)
		ret = camipc_channel_send(channel, &sent);
	assert_int_equal(ret, -EAGAIN);
	camipc_message_fini(&sent);
	return n;
}

static void drain_peer(int peer, int n)
{
	char bytes[256];

	for (; n > 0; n--)
		assert_true(recv(peer, bytes, sizeof(bytes), 0) > 0);
}

static void room_is_waited_for(void **state)
{
	struct channel_fixture fixture;
	int n;

	(void)state;
	channel_set_up(&fixture);
	assert_int_equal(camipc_channel_wait_room(fixture.channel, false, 0),
			 0);
	n = fill_socket(fixture.channel);
	assert_int_equal(camipc_channel_wait_room(fixture.channel, false, 1),
			 -ETIMEDOUT);
	assert_int_equal(camipc_channel_wait_room(fixture.channel, true, 1),
			 -ETIMEDOUT);
	/* A message counts only for a caller that asked for messages. */
	peer_sends_frame(fixture.peer, &event_header, 0, NULL, 0);
	assert_int_equal(camipc_channel_wait_room(fixture.channel, false, 1),
			 -ETIMEDOUT);
	assert_int_equal(camipc_channel_wait_room(fixture.channel, true, -1),
			 1);
	drain_peer(fixture.peer, n);
	assert_int_equal(camipc_channel_wait_room(fixture.channel, false, -1),
			 0);
	/* With both, the message is first: it may bring credit. */
	assert_int_equal(camipc_channel_wait_room(fixture.channel, true, -1),
			 1);
	assert_int_equal(channel_receive(&fixture), 0);
	assert_int_equal(camipc_channel_wait_room(fixture.channel, true, -1),
			 0);
	close(fixture.peer);
	fixture.peer = -1;
	assert_int_equal(camipc_channel_wait_room(fixture.channel, true, -1),
			 1);
	channel_tear_down(&fixture);
}

static bool polls(const struct camipc_channel *channel)
{
	struct pollfd pfd;

	camipc_channel_get_poll(channel, &pfd);
	return poll(&pfd, 1, 0) == 1;
}

static bool wakes(int epoll_fd)
{
	struct epoll_event event;

	return epoll_wait(epoll_fd, &event, 1, 0) == 1;
}

static void watchers_wake_up_for_messages_and_wanted_room(void **state)
{
	struct channel_fixture fixture;
	int epoll_fd = epoll_create1(EPOLL_CLOEXEC);

	(void)state;
	assert_true(epoll_fd >= 0);
	channel_set_up(&fixture);
	assert_int_equal(camipc_channel_watch(fixture.channel, epoll_fd), 0);
	assert_int_equal(camipc_channel_watch(fixture.channel, epoll_fd),
			 -EBUSY);
	assert_false(wakes(epoll_fd));
	assert_false(polls(fixture.channel));
	camipc_channel_want_room(fixture.channel, true);
	assert_true(wakes(epoll_fd));
	assert_true(polls(fixture.channel));
	camipc_channel_want_room(fixture.channel, false);
	assert_false(wakes(epoll_fd));
	assert_false(polls(fixture.channel));
	peer_sends_frame(fixture.peer, &event_header, 0, NULL, 0);
	assert_true(wakes(epoll_fd));
	assert_true(polls(fixture.channel));
	camipc_channel_unwatch(fixture.channel);
	assert_false(wakes(epoll_fd));
	camipc_channel_unwatch(fixture.channel);
	/* What was wanted before holds for a later watcher. */
	assert_int_equal(channel_receive(&fixture), 0);
	camipc_channel_want_room(fixture.channel, true);
	assert_int_equal(camipc_channel_watch(fixture.channel, epoll_fd), 0);
	assert_true(wakes(epoll_fd));
	channel_tear_down(&fixture);
	assert_false(wakes(epoll_fd));
	close(epoll_fd);
}

/* Another holder of the socket, such as a forked child, must not keep a dead
 * channel in the epoll. */
static void destroy_ends_watching_for_good(void **state)
{
	struct channel_fixture fixture;
	struct pollfd pfd;
	int epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	int held;

	(void)state;
	assert_true(epoll_fd >= 0);
	channel_set_up(&fixture);
	assert_int_equal(camipc_channel_watch(fixture.channel, epoll_fd), 0);
	camipc_channel_get_poll(fixture.channel, &pfd);
	held = dup(pfd.fd);
	assert_true(held >= 0);
	camipc_channel_destroy(fixture.channel);
	fixture.channel = NULL;
	close(fixture.peer);
	fixture.peer = -1;
	assert_false(wakes(epoll_fd));
	close(held);
	channel_tear_down(&fixture);
	close(epoll_fd);
}

static void closed_writing_ends_after_what_was_sent(void **state)
{
	const struct camipc_channel_limits limits = {
		.max_message_size = 0,
	};
	struct channel_fixture fixture;
	struct camipc_channel *peer;
	struct camipc_message sent;

	(void)state;
	channel_set_up(&fixture);
	assert_int_equal(camipc_socket_channel_create(dup(fixture.peer),
						      &limits, &peer),
			 0);
	camipc_message_init(&sent);
	fill_body(&sent, 64);
	assert_int_equal(camipc_channel_send(peer, &sent), 0);
	camipc_channel_close_write(peer);
	assert_int_equal(camipc_channel_send(peer, &sent), -EPIPE);
	assert_int_equal(channel_receive(&fixture), 0);
	assert_int_equal(channel_receive(&fixture), -EPIPE);
	/* The other direction goes on. */
	sent.header.body_size = 0;
	assert_int_equal(camipc_channel_send(fixture.channel, &sent), 0);
	camipc_message_fini(&sent);
	camipc_channel_destroy(peer);
	channel_tear_down(&fixture);
}

static void the_limit_of_bodies_can_change(void **state)
{
	struct channel_fixture fixture;
	struct camipc_header header = event_header;

	(void)state;
	channel_set_up(&fixture);
	assert_int_equal(
		camipc_channel_set_limit(fixture.channel,
					 CAMIPC_MAX_MESSAGE_SIZE_CEILING + 1),
		-EINVAL);
	assert_int_equal(camipc_channel_set_limit(fixture.channel, 8), 0);
	header.body_size = 8;
	peer_sends_frame(fixture.peer, &header, 8, NULL, 0);
	assert_int_equal(channel_receive(&fixture), 0);
	header.body_size = 9;
	peer_sends_frame(fixture.peer, &header, 9, NULL, 0);
	channel_expect_bad(&fixture, CAMIPC_REASON_BAD_LIMIT);
	channel_tear_down(&fixture);
}

static void steady_state_allocates_nothing(void **state)
{
	struct channel_fixture fixture;
	struct camipc_message sent;

	(void)state;
	channel_set_up(&fixture);
	camipc_message_init(&sent);
	fill_body(&sent, 2000);
	for (int i = 0; i < 100; i++) {
		if (i == 2)
			alloc_fail_begin(0);
		assert_int_equal(camipc_channel_send(fixture.channel, &sent),
				 0);
		peer_sends(fixture.peer, sent.bytes,
			   CAMIPC_HEADER_SIZE + 2000, NULL, 0);
		assert_int_equal(channel_receive(&fixture), 0);
		check_body(&fixture.message, 2000);
		assert_true(recv(fixture.peer, sent.bytes,
				 CAMIPC_HEADER_SIZE + 2000, 0) > 0);
	}
	assert_int_equal(alloc_fail_end(), 0);
	camipc_message_fini(&sent);
	channel_tear_down(&fixture);
}

static void limits_above_the_ceilings_are_refused(void **state)
{
	struct camipc_channel *channel;
	const struct camipc_channel_limits large = {
		.max_message_size = CAMIPC_MAX_MESSAGE_SIZE_CEILING + 1,
	};
	const struct camipc_channel_limits many = {
		.max_message_size = 1,
		.max_fds = CAMIPC_MAX_FDS + 1,
	};

	(void)state;
	assert_int_equal(camipc_socket_channel_create(0, &large, &channel),
			 -EINVAL);
	assert_int_equal(camipc_socket_channel_create(0, &many, &channel),
			 -EINVAL);
}

static void only_a_seqpacket_socket_is_a_channel(void **state)
{
	int fds[2];
	int null = channel_open_null();

	(void)state;
	assert_int_equal(camipc_socket_channel_open_pair(fds), 0);
	assert_true(camipc_socket_channel_accepts(fds[0]));
	close(fds[0]);
	close(fds[1]);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	assert_false(camipc_socket_channel_accepts(fds[0]));
	close(fds[0]);
	close(fds[1]);
	assert_false(camipc_socket_channel_accepts(null));
	assert_false(camipc_socket_channel_accepts(-1));
	close(null);
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
		cmocka_unit_test(room_is_waited_for),
		cmocka_unit_test(watchers_wake_up_for_messages_and_wanted_room),
		cmocka_unit_test(destroy_ends_watching_for_good),
		cmocka_unit_test(closed_writing_ends_after_what_was_sent),
		cmocka_unit_test(the_limit_of_bodies_can_change),
		cmocka_unit_test(steady_state_allocates_nothing),
		cmocka_unit_test(limits_above_the_ceilings_are_refused),
		cmocka_unit_test(only_a_seqpacket_socket_is_a_channel),
	};

	return cmocka_run_group_tests_name("socket_channel", tests, NULL, NULL);
}
