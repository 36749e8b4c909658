/* SPDX-License-Identifier: MIT */
/* Receives datagrams, and checks what a hostile peer sent. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "closer.h"
#include "fd_poll.h"
#include "frame.h"
#include "late_receive.h"
#include "refusal.h"
#include "socket_channel-internal.h"

/* One datagram as it arrived, before any check. */
struct datagram {
	size_t size;
	int flags; /* MSG_TRUNC, MSG_CTRUNC */
};

/*
 * Gives all descriptors that the kernel installed to the message, or closes
 * them. The socket has no options that produce other control messages.
 */
static int take_fds(struct msghdr *msg, struct camipc_message *message,
		    struct camipc_fd_source *source)
{
	int ret = 0;

	message->source = camipc_fd_source_ref(source);
	for (struct cmsghdr *cmsg = CMSG_FIRSTHDR(msg); cmsg;
	     cmsg = CMSG_NXTHDR(msg, cmsg)) {
		size_t n = (cmsg->cmsg_len - CMSG_LEN(0)) / sizeof(int);

		if (cmsg->cmsg_level != SOL_SOCKET ||
		    cmsg->cmsg_type != SCM_RIGHTS)
			continue;
		for (size_t i = 0; i < n; i++) {
			int fd;
			int taken;

			memcpy(&fd, CMSG_DATA(cmsg) + i * sizeof(fd),
			       sizeof(fd));
			taken = camipc_message_take_fd(message, fd);
			ret = ret < 0 ? ret : taken;
		}
	}
	return ret;
}

/* 0 bytes mean the end of the file or an empty datagram. */
static int check_empty(int fd, enum camipc_reason *ret_reason)
{
	struct pollfd pfd = { .fd = fd, .events = POLLRDHUP };

	if (camipc_poll(&pfd, 1, 0) == 1)
		return -EPIPE;
	*ret_reason = CAMIPC_REASON_BAD_FRAMING;
	return -EPROTO;
}

static int receive_error(int error)
{
	if (camipc_is_refusal(error))
		return -ENOSYS;
	return error == EAGAIN || error == ENOMEM ? -error : -EPIPE;
}

/*
 * From the first datagram on that this process had too few descriptors for, the
 * closer's thread receives: the kernel closes there what it cannot install.
 */
static void become_late(struct socket_channel *socket)
{
	if (!socket->source || socket->is_late)
		return;
	if (!socket->late)
		socket->late = camipc_late_receive_create(socket->fd,
							  socket->source);
	socket->is_late = socket->late != NULL;
}

static ssize_t receive_late(struct socket_channel *socket, struct msghdr *msg)
{
	ssize_t n = camipc_late_receive_message(socket->late, msg);
	int saved = errno;

	camipc_socket_mute(socket, camipc_late_receive_is_busy(socket->late));
	errno = saved;
	return n;
}

static ssize_t receive_bytes(struct socket_channel *socket, struct msghdr *msg,
			     int flags)
{
	const size_t room = msg->msg_controllen;
	ssize_t n;

	if (CAMIPC_UNLIKELY(socket->is_late))
		socket->is_late = !camipc_late_receive_is_over(socket->late);
	if (CAMIPC_UNLIKELY(socket->is_late))
		return receive_late(socket, msg);
	camipc_socket_mute(socket, false);
	/*
	 * After a peer closed with messages unread, ECONNRESET is reported
	 * once, before the messages that the peer had sent.
	 */
	do {
		msg->msg_controllen = room;
		n = recvmsg(socket->fd, msg, flags);
	} while (n < 0 && (errno == EINTR || errno == ECONNRESET));
	if (n >= 0 && CAMIPC_UNLIKELY(msg->msg_flags & MSG_CTRUNC))
		become_late(socket);
	return n;
}

static int receive_datagram(struct socket_channel *channel,
			    struct camipc_message *message, bool wait,
			    struct datagram *ret_datagram)
{
	size_t first = message->room < CAMIPC_MAX_INLINE_SIZE ?
			       message->room :
			       CAMIPC_MAX_INLINE_SIZE;
	struct iovec iov[2] = {
		{ message->bytes, CAMIPC_HEADER_SIZE + first },
		{ channel->rest, CAMIPC_MAX_INLINE_SIZE - first },
	};
	/*
	 * Room for every descriptor that one datagram may have, also where none
	 * is welcome: the kernel closes what does not fit, and may block then.
	 */
	union control control;
	struct msghdr msg = { .msg_iov = iov,
			      .msg_iovlen = iov[1].iov_len ? 2 : 1,
			      .msg_control = control.bytes,
			      .msg_controllen = sizeof(control.bytes) };
	int flags = MSG_CMSG_CLOEXEC | (wait ? 0 : MSG_DONTWAIT);
	ssize_t n = receive_bytes(channel, &msg, flags);

	if (n < 0)
		return receive_error(errno);
	ret_datagram->size = (size_t)n;
	ret_datagram->flags = msg.msg_flags;
	return msg.msg_controllen ? take_fds(&msg, message, channel->source) :
				    0;
}

/*
 * Returns -EPROTO unless the peer sent as many descriptors as it declared, or
 * -EMFILE if some are missing because this process can open no more.
 */
static int check_fds(const struct camipc_message *message, int flags)
{
	uint32_t declared =
		message->header.n_fds +
		(message->header.flags & CAMIPC_MESSAGE_SPILLED ? 1u : 0);

	if (flags & MSG_CTRUNC)
		return message->fds.n < declared ? -EMFILE : -EPROTO;
	return message->fds.n == declared ? 0 : -EPROTO;
}

/* What this system refuses is not the peer's fault. */
static int spilled_error(int error)
{
	if (camipc_is_refusal(error))
		return -ENOSYS;
	return error == ENOMEM ? -ENOMEM : -EPROTO;
}

/* Reads the body from the last descriptor, a memfd as spill_body() makes it. */
static int read_spilled(struct camipc_message *message)
{
	int fd = message->fds.fds[message->fds.n - 1];
	int seals = fcntl(fd, F_GET_SEALS);
	size_t size = message->header.body_size;
	size_t done = 0;
	struct stat st;
	int ret;

	/* Only a memfd can have these seals, and reading it never blocks. */
	if (seals < 0)
		return spilled_error(errno);
	if ((seals & BODY_SEALS) != BODY_SEALS)
		return -EPROTO;
	if (fstat(fd, &st) < 0)
		return spilled_error(errno);
	if ((uint64_t)st.st_size != size)
		return -EPROTO;
	ret = camipc_message_reserve(message, size);
	if (ret < 0)
		return ret;
	while (done < size) {
		ssize_t n = pread(fd, camipc_message_body(message) + done,
				  size - done, (off_t)done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return spilled_error(errno);
		if (n == 0)
			return -EPROTO;
		done += (size_t)n;
	}
	message->fds.n--;
	message->header.flags &= (uint16_t)~CAMIPC_MESSAGE_SPILLED;
	/* Which is quick, unless the file holds more than the body. */
	camipc_closer_close(fd, message->source);
	return 0;
}

/* Joins the two parts of a large datagram. */
static int join_body(struct socket_channel *channel,
		     struct camipc_message *message)
{
	size_t size = message->header.body_size;
	size_t first = message->room;
	int ret;

	if (CAMIPC_LIKELY(size <= first))
		return 0;
	ret = camipc_message_reserve(message, size);
	if (ret < 0)
		return ret;
	memcpy(camipc_message_body(message) + first, channel->rest,
	       size - first);
	return 0;
}

/* Checks the descriptors and completes the body, after the header was
 * checked. */
static int complete_message(struct socket_channel *channel,
			    struct camipc_message *message, int flags)
{
	int ret = check_fds(message, flags);

	if (ret < 0)
		return ret;
	return message->header.flags & CAMIPC_MESSAGE_SPILLED ?
		       read_spilled(message) :
		       join_body(channel, message);
}

/* -EPIPE once the arrived bytes were read that the channel ends at. */
static int check_end(const struct socket_channel *socket)
{
	return socket->ends && socket->left == 0 ? -EPIPE : 0;
}

static void count_read(struct socket_channel *socket, size_t size)
{
	if (CAMIPC_UNLIKELY(socket->ends))
		socket->left -= size < socket->left ? size : socket->left;
}

int camipc_socket_receive(struct camipc_channel *channel,
			  struct camipc_message *message, bool wait,
			  enum camipc_reason *ret_reason)
{
	struct socket_channel *socket = as_socket(channel);
	struct datagram datagram = { 0, 0 };
	enum camipc_reason reason;
	int ret = camipc_message_reserve(message, 0);
	int taken;
	int error;

	if (ret == 0)
		ret = check_end(socket);
	if (ret < 0)
		return ret;
	taken = receive_datagram(socket, message, wait, &datagram);
	if (taken == -ENOSYS)
		*ret_reason = CAMIPC_REASON_REFUSED;
	if (taken < 0 && !datagram.size)
		return taken;
	if (!datagram.size && !message->fds.n)
		return check_empty(socket->fd, ret_reason);
	count_read(socket, datagram.size);
	if (message->fds.n && camipc_fd_source_is_clogged(socket->source))
		return camipc_frame_refuse(message, CAMIPC_REASON_BAD_FD, -EPROTO,
			      ret_reason);

	reason = camipc_frame_check(&socket->limits, message, datagram.size,
				    datagram.flags & MSG_TRUNC, &error);
	if (reason != CAMIPC_REASON_NONE)
		return camipc_frame_refuse(message, reason, error, ret_reason);
	ret = taken < 0 ? taken :
			  complete_message(socket, message, datagram.flags);
	if (ret == -EPROTO)
		return camipc_frame_refuse(message, CAMIPC_REASON_BAD_FD, ret, ret_reason);
	if (ret < 0)
		camipc_frame_drop_body(message, ret);
	return 0;
}
