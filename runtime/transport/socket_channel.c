/* SPDX-License-Identifier: MIT */
/* The channel over a SEQPACKET socket: its life, sending and waiting. */
#include "socket_channel-internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <linux/sockios.h>

#include "closer.h"
#include "fd_poll.h"
#include "file_limit.h"
#include "late_receive.h"
#include "refusal.h"

/* Since Linux 6.16; other architectures have numbers of their own. */
#if !defined(SO_PASSRIGHTS) && !defined(__hppa__) && !defined(__sparc__)
#define SO_PASSRIGHTS 83
#endif

/* More datagrams than a socket holds, unless a sender has privileges. */
#define MAX_UNREAD 1024

int camipc_socket_channel_open_pair(int ret_fds[2])
{
	int fds[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds) < 0)
		return camipc_system_error(errno);
	ret_fds[0] = fds[0];
	ret_fds[1] = fds[1];
	return 0;
}

bool camipc_socket_channel_accepts(int fd)
{
	int domain = 0;
	int type = 0;
	socklen_t size = sizeof(int);

	if (getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &size) < 0 ||
	    getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &size) < 0)
		/* Where nobody may ask, the first message tells. */
		return camipc_is_refusal(errno);
	return domain == AF_UNIX && type == SOCK_SEQPACKET;
}

/* Why a memfd could not be made or filled: -EMFILE, -ENOSYS or -ENOMEM. */
static int spill_error(const char *call, int error)
{
	static atomic_flag said = ATOMIC_FLAG_INIT;
	int ret = camipc_system_error(error);

	if (ret == -ENOSYS)
		camipc_say_refused(&said, call, error,
				   "large messages cannot be sent");
	return ret == -EMFILE || ret == -ENOSYS ? ret : -ENOMEM;
}

/* Returns a sealed memfd with the body, or an error of spill_error(). */
static int spill_body(const uint8_t *body, size_t size)
{
	int fd = memfd_create("camipc-body", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	const char *call = "write";
	size_t done = 0;
	int ret;

	if (fd < 0)
		return spill_error("memfd_create", errno);
	if (camipc_check_file_size(size) < 0)
		goto fail;
	while (done < size) {
		ssize_t n = write(fd, body + done, size - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			goto fail;
		done += (size_t)n;
	}
	call = "fcntl";
	if (fcntl(fd, F_ADD_SEALS, BODY_SEALS | F_SEAL_SEAL) < 0)
		goto fail;
	return fd;

fail:
	ret = spill_error(call, errno);
	close(fd);
	return ret;
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
	case EPERM:
	case EACCES:
	case ENOSYS:
		return -ENOSYS;
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

/* ---- waiting ----------------------------------------------------------- */

static int socket_wait_room(const struct camipc_channel *channel,
			    bool or_message, int timeout_ms)
{
	struct pollfd pfd = {
		.fd = as_const_socket(channel)->fd,
		.events = or_message ? POLLIN | POLLOUT : POLLOUT,
	};
	int n = camipc_poll(&pfd, 1, timeout_ms);

	if (n < 0)
		return camipc_system_error(errno);
	if (n == 0)
		return -ETIMEDOUT;
	return or_message && (pfd.revents & ~POLLOUT) ? 1 : 0;
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

static void socket_end_at(struct camipc_channel *channel)
{
	struct socket_channel *socket = as_socket(channel);
	int unread = 0;

	/* Of all datagrams; an empty one is a fault and ends a channel too. */
	if (socket->ends || ioctl(socket->fd, SIOCINQ, &unread) < 0)
		return;
	socket->ends = true;
	socket->left = unread > 0 ? (size_t)unread : 0;
}

static void socket_close_write(struct camipc_channel *channel)
{
	shutdown(as_socket(channel)->fd, SHUT_WR);
}

/* As MSG_PEEK sees it: nothing is closed, however many descriptors there are.
 * Returns the size; -1 if descriptors or credentials came along. */
static ssize_t peek(int fd)
{
	uint8_t byte;
	struct iovec iov = { &byte, sizeof(byte) };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };
	ssize_t n = recvmsg(fd, &msg, MSG_PEEK | MSG_DONTWAIT);

	return msg.msg_flags & MSG_CTRUNC ? -1 : n;
}

/*
 * Whether closing the socket would throw descriptors away, which the kernel
 * would close at once. After shutdown() no more can come. An empty datagram
 * looks like the end of the file, but only a datagram has credentials.
 */
static bool has_unread_fds(int fd)
{
	const int on = 1;
	uint8_t byte;
	ssize_t n = 0;

	if (shutdown(fd, SHUT_RDWR) < 0)
		return true;
	for (int i = 0; i < MAX_UNREAD; i++) {
		n = peek(fd);
		if (n <= 0)
			break;
		(void)!recv(fd, &byte, sizeof(byte), MSG_DONTWAIT);
	}
	return n != 0 || setsockopt(fd, SOL_SOCKET, SO_PASSCRED, &on,
				    sizeof(on)) < 0 ||
	       peek(fd) != 0;
}

static void socket_destroy(struct camipc_channel *channel)
{
	struct socket_channel *socket = as_socket(channel);

	/* A forked child may hold the socket; closing would not unwatch it. */
	camipc_socket_unwatch(channel);
	if (camipc_late_receive_destroy(socket->late))
		shutdown(socket->fd, SHUT_RDWR);
	else if (socket->source && has_unread_fds(socket->fd))
		camipc_closer_close(socket->fd, socket->source);
	else
		close(socket->fd);
	camipc_fd_source_unref(socket->source);
	free(channel);
}

static const struct camipc_channel_ops socket_ops = {
	.size = sizeof(socket_ops),
	.send = socket_send,
	.receive = camipc_socket_receive,
	.wait_room = socket_wait_room,
	.get_poll = camipc_socket_get_poll,
	.watch = camipc_socket_watch,
	.unwatch = camipc_socket_unwatch,
	.is_busy = camipc_socket_is_busy,
	.want_room = camipc_socket_want_room,
	.set_limit = socket_set_limit,
	.end_at = socket_end_at,
	.close_write = socket_close_write,
	.destroy = socket_destroy,
};

void camipc_socket_refuse_fds(int fd)
{
#ifdef SO_PASSRIGHTS
	const int off = 0;

	(void)setsockopt(fd, SOL_SOCKET, SO_PASSRIGHTS, &off, sizeof(off));
#else
	(void)fd;
#endif
}

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
	channel->source = NULL;
	if (limits->untrusted) {
		channel->source = camipc_fd_source_create();
		if (!channel->source) {
			free(channel);
			return -ENOMEM;
		}
	}
	if (limits->no_fds)
		camipc_socket_refuse_fds(fd);
	channel->base.ops = &socket_ops;
	channel->limits = *limits;
	channel->fd = fd;
	channel->epoll_fd = -1;
	channel->wants_room = false;
	channel->late = NULL;
	channel->is_late = false;
	channel->is_muted = false;
	channel->ends = false;
	channel->left = 0;
	*ret_channel = &channel->base;
	return 0;
}
