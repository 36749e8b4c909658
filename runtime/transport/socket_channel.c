/* SPDX-License-Identifier: MIT */
/*
 * The channel over a SEQPACKET socket: sends and receives datagrams, and checks
 * what a hostile peer sent.
 */
#include "socket_channel.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

/* Seals of a spilled body: nobody can change or cut it during the read. */
#define BODY_SEALS (F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE)

/* Most descriptors of one datagram: a message's, and a spilled body's. */
#define MAX_DATAGRAM_FDS (CAMIPC_MAX_FDS + 1)

struct socket_channel {
	struct camipc_channel base;
	struct camipc_channel_limits limits;
	int fd; /* owned */
	int epoll_fd; /* watches @fd; borrowed; -1 if there is none */
	bool wants_room; /* watchers wake up for room, too */
	/* Receives the end of a datagram that is larger than the record's
	 * memory, so that not every record must have the largest size. */
	uint8_t rest[CAMIPC_MAX_INLINE_SIZE];
};

static struct socket_channel *as_socket(struct camipc_channel *channel)
{
	return (struct socket_channel *)channel;
}

static const struct socket_channel *
as_const_socket(const struct camipc_channel *channel)
{
	return (const struct socket_channel *)channel;
}

union control {
	struct cmsghdr align;
	uint8_t bytes[CMSG_SPACE(MAX_DATAGRAM_FDS * sizeof(int))];
};

int camipc_socket_channel_open_pair(int ret_fds[2])
{
	int fds[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds) < 0)
		return errno == ENFILE ? -EMFILE : -errno;
	ret_fds[0] = fds[0];
	ret_fds[1] = fds[1];
	return 0;
}

bool camipc_socket_channel_accepts(int fd)
{
	int domain = 0;
	int type = 0;
	socklen_t size = sizeof(int);

	return getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &size) == 0 &&
	       domain == AF_UNIX &&
	       getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) == 0 &&
	       type == SOCK_SEQPACKET;
}

/* Returns a sealed memfd with the body, -EMFILE or -ENOMEM. */
static int spill_body(const uint8_t *body, size_t size)
{
	int fd = memfd_create("camipc-body", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	size_t done = 0;

	if (fd < 0)
		return errno == EMFILE || errno == ENFILE ? -EMFILE : -ENOMEM;
	while (done < size) {
		ssize_t n = write(fd, body + done, size - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			goto fail;
		done += (size_t)n;
	}
	if (fcntl(fd, F_ADD_SEALS, BODY_SEALS | F_SEAL_SEAL) < 0)
		goto fail;
	return fd;

fail:
	close(fd);
	return -ENOMEM;
}

static int send_error(int error)
{
	switch (error) {
	case EAGAIN:
	case EPIPE:
		return -error;
	case ECONNRESET:
	case ENOTCONN:
		return -EPIPE;
	case ETOOMANYREFS: /* this user has too many descriptors in flight */
		return -EMFILE;
	case EMSGSIZE:
		return -EMSGSIZE;
	default:
		return -ENOMEM;
	}
}

static int send_datagram(int fd, const uint8_t *bytes, size_t size,
			 const int *fds, size_t n_fds)
{
	union control control;
	struct iovec iov = { (void *)(uintptr_t)bytes, size };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };
	struct cmsghdr *cmsg;
	ssize_t n;

	if (n_fds) {
		msg.msg_control = control.bytes;
		msg.msg_controllen = CMSG_SPACE(n_fds * sizeof(int));
		memset(control.bytes, 0, msg.msg_controllen);
		cmsg = CMSG_FIRSTHDR(&msg);
		cmsg->cmsg_level = SOL_SOCKET;
		cmsg->cmsg_type = SCM_RIGHTS;
		cmsg->cmsg_len = CMSG_LEN(n_fds * sizeof(int));
		memcpy(CMSG_DATA(cmsg), fds, n_fds * sizeof(int));
	}
	do {
		n = n_fds ? sendmsg(fd, &msg, MSG_NOSIGNAL | MSG_DONTWAIT) :
			    send(fd, bytes, size, MSG_NOSIGNAL | MSG_DONTWAIT);
	} while (n < 0 && errno == EINTR);
	return n < 0 ? send_error(errno) : 0;
}

static int send_spilled(int fd, struct camipc_message *message)
{
	int fds[MAX_DATAGRAM_FDS];
	size_t n = message->fds.n;
	int ret;

	if (n)
		memcpy(fds, message->fds.fds, n * sizeof(int));
	fds[n] = spill_body(camipc_message_body(message),
			    message->header.body_size);
	if (fds[n] < 0)
		return fds[n];
	message->header.flags |= CAMIPC_MESSAGE_SPILLED;
	camipc_header_encode(&message->header, message->bytes);
	/* The caller may send the same message again after -EAGAIN. */
	message->header.flags &= (uint16_t)~CAMIPC_MESSAGE_SPILLED;
	ret = send_datagram(fd, message->bytes, CAMIPC_HEADER_SIZE, fds, n + 1);
	close(fds[n]);
	return ret;
}

static int socket_send(const struct camipc_channel *channel,
		       struct camipc_message *message)
{
	struct camipc_header *header = &message->header;
	int fd = as_const_socket(channel)->fd;
	int ret = camipc_message_reserve(message, header->body_size);

	if (ret < 0)
		return ret;
	if (header->body_size > CAMIPC_MAX_MESSAGE_SIZE_CEILING ||
	    message->fds.n > CAMIPC_MAX_FDS)
		return -EMSGSIZE;
	header->n_fds = (uint16_t)message->fds.n;
	if (CAMIPC_UNLIKELY(header->body_size > CAMIPC_MAX_INLINE_SIZE))
		return send_spilled(fd, message);
	camipc_header_encode(header, message->bytes);
	return send_datagram(fd, message->bytes,
			     CAMIPC_HEADER_SIZE + (size_t)header->body_size,
			     message->fds.fds, message->fds.n);
}

/* One datagram as it arrived, before any check. */
struct datagram {
	size_t size;
	int flags; /* MSG_TRUNC, MSG_CTRUNC */
};

/*
 * Gives all descriptors that the kernel installed to the message, or closes
 * them. The socket has no options that produce other control messages.
 */
static int take_fds(struct msghdr *msg, struct camipc_message *message)
{
	int ret = 0;

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

	if (poll(&pfd, 1, 0) == 1)
		return -EPIPE;
	*ret_reason = CAMIPC_REASON_BAD_FRAMING;
	return -EPROTO;
}

static int receive_error(int error)
{
	return error == EAGAIN || error == ENOMEM ? -error : -EPIPE;
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
	union control control;
	/* Not CMSG_SPACE: its padding would have room for one descriptor
	 * more. */
	struct msghdr msg = { .msg_iov = iov,
			      .msg_iovlen = iov[1].iov_len ? 2 : 1,
			      .msg_control = control.bytes };
	int flags = MSG_CMSG_CLOEXEC | (wait ? 0 : MSG_DONTWAIT);
	ssize_t n;

	/*
	 * After a peer closed with messages unread, ECONNRESET is reported
	 * once, before the messages that the peer had sent.
	 */
	do {
		msg.msg_controllen = CMSG_LEN((channel->limits.max_fds + 1) *
					      sizeof(int));
		n = recvmsg(channel->fd, &msg, flags);
	} while (n < 0 && (errno == EINTR || errno == ECONNRESET));
	if (n < 0)
		return receive_error(errno);
	ret_datagram->size = (size_t)n;
	ret_datagram->flags = msg.msg_flags;
	return msg.msg_controllen ? take_fds(&msg, message) : 0;
}

/* Reduces a message that this process has no room for to its header. */
static void drop_body(struct camipc_message *message, int error)
{
	camipc_fd_table_close(&message->fds);
	message->header.flags = CAMIPC_MESSAGE_ERROR |
				(message->header.flags & CAMIPC_MESSAGE_ONEWAY);
	message->header.status = (int16_t)error;
	message->header.body_size = 0;
	message->header.n_fds = 0;
}

/* Checks header and sizes, before anything is allocated for the body. */
static enum camipc_reason check_frame(const struct camipc_channel_limits *limits,
				      struct camipc_message *message,
				      const struct datagram *datagram,
				      int *ret_error)
{
	struct camipc_header *header = &message->header;
	size_t body;
	int ret;

	*ret_error = -EPROTO;
	if ((datagram->flags & MSG_TRUNC) ||
	    datagram->size < CAMIPC_HEADER_SIZE)
		return CAMIPC_REASON_BAD_FRAMING;
	ret = camipc_header_decode(message->bytes, header);
	if (ret < 0) {
		*ret_error = ret;
		return CAMIPC_REASON_BAD_PROTOCOL;
	}
	if (header->body_size > limits->max_message_size)
		return CAMIPC_REASON_BAD_LIMIT;
	body = header->flags & CAMIPC_MESSAGE_SPILLED ? 0 : header->body_size;
	if (datagram->size != CAMIPC_HEADER_SIZE + body)
		return CAMIPC_REASON_BAD_FRAMING;
	if (header->n_fds > limits->max_fds)
		return CAMIPC_REASON_BAD_FD;
	*ret_error = 0;
	return CAMIPC_REASON_NONE;
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
	if (seals < 0 || (seals & BODY_SEALS) != BODY_SEALS)
		return -EPROTO;
	if (fstat(fd, &st) < 0 || (uint64_t)st.st_size != size)
		return -EPROTO;
	ret = camipc_message_reserve(message, size);
	if (ret < 0)
		return ret;
	while (done < size) {
		ssize_t n = pread(fd, camipc_message_body(message) + done,
				  size - done, (off_t)done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == ENOMEM)
			return -ENOMEM;
		if (n <= 0)
			return -EPROTO;
		done += (size_t)n;
	}
	message->fds.n--;
	message->header.flags &= (uint16_t)~CAMIPC_MESSAGE_SPILLED;
	close(fd);
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

static int refuse(struct camipc_message *message, enum camipc_reason reason,
		  int error, enum camipc_reason *ret_reason)
{
	camipc_message_reset(message);
	*ret_reason = reason;
	return error;
}

static int socket_receive(struct camipc_channel *channel,
			  struct camipc_message *message, bool wait,
			  enum camipc_reason *ret_reason)
{
	struct socket_channel *socket = as_socket(channel);
	struct datagram datagram = { 0, 0 };
	enum camipc_reason reason;
	int ret = camipc_message_reserve(message, 0);
	int taken;
	int error;

	if (ret < 0)
		return ret;
	taken = receive_datagram(socket, message, wait, &datagram);
	if (taken < 0 && !datagram.size)
		return taken;
	if (!datagram.size && !message->fds.n)
		return check_empty(socket->fd, ret_reason);

	reason = check_frame(&socket->limits, message, &datagram, &error);
	if (reason != CAMIPC_REASON_NONE)
		return refuse(message, reason, error, ret_reason);
	ret = taken < 0 ? taken :
			  complete_message(socket, message, datagram.flags);
	if (ret == -EPROTO)
		return refuse(message, CAMIPC_REASON_BAD_FD, ret, ret_reason);
	if (ret < 0)
		drop_body(message, ret);
	return 0;
}

/* ---- waiting ----------------------------------------------------------- */

static void socket_get_poll(const struct camipc_channel *channel,
			    struct pollfd *ret_poll)
{
	const struct socket_channel *socket = as_const_socket(channel);

	ret_poll->fd = socket->fd;
	ret_poll->events = socket->wants_room ? POLLIN | POLLOUT : POLLIN;
	ret_poll->revents = 0;
}

static int socket_wait_room(const struct camipc_channel *channel,
			    bool or_message, int timeout_ms)
{
	struct pollfd pfd = {
		.fd = as_const_socket(channel)->fd,
		.events = or_message ? POLLIN | POLLOUT : POLLOUT,
	};
	int n = poll(&pfd, 1, timeout_ms);

	if (n < 0)
		return -errno;
	if (n == 0)
		return -ETIMEDOUT;
	return or_message && (pfd.revents & ~POLLOUT) ? 1 : 0;
}

static int control_epoll(const struct socket_channel *socket, int epoll_fd,
			 int operation)
{
	struct epoll_event event = {
		.events = socket->wants_room ? EPOLLIN | EPOLLOUT : EPOLLIN,
	};

	return epoll_ctl(epoll_fd, operation, socket->fd, &event) < 0 ? -errno :
									0;
}

static int socket_watch(struct camipc_channel *channel, int epoll_fd)
{
	struct socket_channel *socket = as_socket(channel);
	int ret;

	if (socket->epoll_fd >= 0)
		return -EBUSY;
	ret = control_epoll(socket, epoll_fd, EPOLL_CTL_ADD);
	if (ret < 0)
		return ret;
	socket->epoll_fd = epoll_fd;
	return 0;
}

static void socket_unwatch(struct camipc_channel *channel)
{
	struct socket_channel *socket = as_socket(channel);

	if (socket->epoll_fd >= 0)
		control_epoll(socket, socket->epoll_fd, EPOLL_CTL_DEL);
	socket->epoll_fd = -1;
}

static void socket_want_room(struct camipc_channel *channel, bool want)
{
	struct socket_channel *socket = as_socket(channel);

	if (socket->wants_room == want)
		return;
	socket->wants_room = want;
	if (socket->epoll_fd >= 0)
		control_epoll(socket, socket->epoll_fd, EPOLL_CTL_MOD);
}

/* ---- life -------------------------------------------------------------- */

static int socket_set_limit(struct camipc_channel *channel,
			    size_t max_message_size)
{
	if (max_message_size > CAMIPC_MAX_MESSAGE_SIZE_CEILING)
		return -EINVAL;
	as_socket(channel)->limits.max_message_size = max_message_size;
	return 0;
}

static void socket_close_write(struct camipc_channel *channel)
{
	shutdown(as_socket(channel)->fd, SHUT_WR);
}

static void socket_destroy(struct camipc_channel *channel)
{
	/* A forked child may hold the socket; closing would not unwatch it. */
	socket_unwatch(channel);
	close(as_socket(channel)->fd);
	free(channel);
}

static const struct camipc_channel_ops socket_ops = {
	.size = sizeof(socket_ops),
	.send = socket_send,
	.receive = socket_receive,
	.wait_room = socket_wait_room,
	.get_poll = socket_get_poll,
	.watch = socket_watch,
	.unwatch = socket_unwatch,
	.want_room = socket_want_room,
	.set_limit = socket_set_limit,
	.close_write = socket_close_write,
	.destroy = socket_destroy,
};

int camipc_socket_channel_create(int fd,
				 const struct camipc_channel_limits *limits,
				 struct camipc_channel **ret_channel)
{
	struct socket_channel *channel;

	if (limits->max_message_size > CAMIPC_MAX_MESSAGE_SIZE_CEILING ||
	    limits->max_fds > CAMIPC_MAX_FDS)
		return -EINVAL;
	channel = malloc(sizeof(*channel));
	if (!channel)
		return -ENOMEM;
	channel->base.ops = &socket_ops;
	channel->limits = *limits;
	channel->fd = fd;
	channel->epoll_fd = -1;
	channel->wants_room = false;
	*ret_channel = &channel->base;
	return 0;
}
