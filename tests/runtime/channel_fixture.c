/* SPDX-License-Identifier: MIT */
/* The test bed of channel tests. */
#include "channel_fixture.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

const struct camipc_header event_header = {
	.kind = CAMIPC_MESSAGE_EVENT,
	.id = 7,
};

static void set_up(struct channel_fixture *fixture,
		   const struct camipc_channel_limits *limits)
{
	int fds[2];

	memset(fixture, 0, sizeof(*fixture));
	fd_leak_take(&fixture->before);
	assert_int_equal(camipc_socket_channel_open_pair(fds), 0);
	assert_int_equal(camipc_socket_channel_create(fds[0], limits,
						      &fixture->channel),
			 0);
	fixture->peer = fds[1];
}

void channel_set_up_with(struct channel_fixture *fixture, size_t max_size,
			uint32_t max_fds)
{
	const struct camipc_channel_limits limits = {
		.max_message_size = max_size,
		.max_fds = max_fds,
	};

	set_up(fixture, &limits);
}

void channel_set_up_untrusted(struct channel_fixture *fixture, size_t max_size,
			      uint32_t max_fds)
{
	const struct camipc_channel_limits limits = {
		.max_message_size = max_size,
		.max_fds = max_fds,
		.untrusted = true,
	};

	set_up(fixture, &limits);
}

void channel_set_up(struct channel_fixture *fixture)
{
	channel_set_up_with(fixture, CHANNEL_MAX_SIZE, CHANNEL_MAX_FDS);
}

void channel_tear_down(struct channel_fixture *fixture)
{
	camipc_message_fini(&fixture->message);
	camipc_channel_destroy(fixture->channel);
	if (fixture->peer >= 0)
		close(fixture->peer);
	fd_leak_assert_none(&fixture->before);
}

void peer_sends(int peer, const void *bytes, size_t size,
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

void peer_sends_frame(int peer, const struct camipc_header *header,
			     size_t size, const int *fds, size_t n_fds)
{
	uint8_t *bytes = calloc(1, CAMIPC_HEADER_SIZE + size);

	assert_non_null(bytes);
	camipc_header_encode(header, bytes);
	memset(bytes + CAMIPC_HEADER_SIZE, 'b', size);
	peer_sends(peer, bytes, CAMIPC_HEADER_SIZE + size, fds, n_fds);
	free(bytes);
}

int channel_receive(struct channel_fixture *fixture)
{
	fixture->reason = CAMIPC_REASON_NONE;
	camipc_message_reset(&fixture->message);
	return camipc_channel_receive(fixture->channel, &fixture->message,
				      false, &fixture->reason);
}

void channel_expect_bad(struct channel_fixture *fixture,
			enum camipc_reason reason)
{
	assert_int_equal(channel_receive(fixture), -EPROTO);
	assert_int_equal(fixture->reason, reason);
	assert_int_equal(fixture->message.fds.n, 0);
}


int channel_open_null(void)
{
	int fd = open("/dev/null", O_RDONLY);

	assert_true(fd > 2);
	return fd;
}
