/* SPDX-License-Identifier: MIT */
/* What polls for a socket channel: for messages, for room, or not at all. */
#include <errno.h>
#include <sys/epoll.h>

#include "fd_poll.h"
#include "refusal.h"
#include "socket_channel-internal.h"

void camipc_socket_get_poll(const struct camipc_channel *channel,
			    struct pollfd *ret_poll)
{
	const struct socket_channel *socket = as_const_socket(channel);

	/* Nothing polls readable for what a thread receives. */
	ret_poll->fd = socket->is_muted ? -1 : socket->fd;
	ret_poll->events = socket->wants_room ? POLLIN | POLLOUT : POLLIN;
	ret_poll->revents = 0;
}

static int control_epoll(const struct socket_channel *socket, int epoll_fd,
			 int operation)
{
	struct epoll_event event = {
		.events = socket->wants_room ? EPOLLIN | EPOLLOUT : EPOLLIN,
	};

	return epoll_ctl(epoll_fd, operation, socket->fd, &event) < 0 ?
		       camipc_system_error(errno) :
		       0;
}

int camipc_socket_watch(struct camipc_channel *channel, int epoll_fd)
{
	struct socket_channel *socket = as_socket(channel);
	int ret;

	if (socket->epoll_fd >= 0)
		return -EBUSY;
	ret = socket->is_muted ?
		      0 :
		      control_epoll(socket, epoll_fd, EPOLL_CTL_ADD);
	if (ret < 0)
		return ret;
	socket->epoll_fd = epoll_fd;
	return 0;
}

void camipc_socket_unwatch(struct camipc_channel *channel)
{
	struct socket_channel *socket = as_socket(channel);

	if (socket->epoll_fd >= 0 && !socket->is_muted)
		control_epoll(socket, socket->epoll_fd, EPOLL_CTL_DEL);
	socket->epoll_fd = -1;
}

void camipc_socket_mute(struct socket_channel *socket, bool mute)
{
	int ret = 0;

	if (socket->is_muted == mute)
		return;
	if (socket->epoll_fd >= 0)
		ret = control_epoll(socket, socket->epoll_fd,
				    mute ? EPOLL_CTL_DEL : EPOLL_CTL_ADD);
	if (ret == 0)
		socket->is_muted = mute;
}

bool camipc_socket_is_busy(const struct camipc_channel *channel)
{
	return as_const_socket(channel)->is_muted;
}

void camipc_socket_want_room(struct camipc_channel *channel, bool want)
{
	struct socket_channel *socket = as_socket(channel);

	if (socket->wants_room == want)
		return;
	socket->wants_room = want;
	if (socket->epoll_fd >= 0 && !socket->is_muted)
		control_epoll(socket, socket->epoll_fd, EPOLL_CTL_MOD);
}
