/* SPDX-License-Identifier: MIT */
/* What the files about sockets share. */
#ifndef CAMIPC_TRANSPORT_SOCKET_INTERNAL_H
#define CAMIPC_TRANSPORT_SOCKET_INTERNAL_H

#include <fcntl.h>
#include <sys/socket.h>

#include "socket_channel.h"

struct camipc_fd_source;
struct camipc_late_receive;

/* Seals of a spilled body: nobody can change or cut it during the read. */
#define BODY_SEALS (F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE)

/* Most descriptors of one datagram: a message's, and a spilled body's. */
#define MAX_DATAGRAM_FDS (CAMIPC_MAX_FDS + 1)

struct socket_channel {
	struct camipc_channel base;
	struct camipc_channel_limits limits;
	int fd; /* owned */
	int epoll_fd; /* watches @fd; borrowed; -1: not watched */
	bool wants_room; /* watchers wake up for room, too */
	bool ends; /* after @left bytes */
	size_t left;
	struct camipc_fd_source *source; /* NULL: a trusted peer */
	struct camipc_late_receive *late; /* NULL: not needed so far */
	bool is_late; /* @late receives, from an untrusted peer */
	bool is_muted; /* not watched while @late is busy */
	/* Receives the end of a datagram that is larger than the record's
	 * memory, so that not every record must have the largest size. */
	uint8_t rest[CAMIPC_MAX_INLINE_SIZE];
};

static inline struct socket_channel *
as_socket(struct camipc_channel *channel)
{
	return (struct socket_channel *)channel;
}

static inline const struct socket_channel *
as_const_socket(const struct camipc_channel *channel)
{
	return (const struct socket_channel *)channel;
}

union control {
	struct cmsghdr align;
	uint8_t bytes[CMSG_SPACE(MAX_DATAGRAM_FDS * sizeof(int))];
};

/** Asks the kernel to let no descriptor through to @fd. Where it is older than
 *  Linux 6.16, receiving does what it can. */
void camipc_socket_refuse_fds(int fd);

/** Takes the socket out of what polls for it, or puts it back. Without memory
 *  nothing changes. */
void camipc_socket_mute(struct socket_channel *socket, bool mute);

/** The functions of channel.h that have these names, of a socket. */
void camipc_socket_get_poll(const struct camipc_channel *channel,
			    struct pollfd *ret_poll);
int camipc_socket_watch(struct camipc_channel *channel, int epoll_fd);
void camipc_socket_unwatch(struct camipc_channel *channel);
void camipc_socket_want_room(struct camipc_channel *channel, bool want);
bool camipc_socket_is_busy(const struct camipc_channel *channel);

/** camipc_channel_receive() of a socket. */
int camipc_socket_receive(struct camipc_channel *channel,
			  struct camipc_message *message, bool wait,
			  enum camipc_reason *ret_reason);

#endif /* CAMIPC_TRANSPORT_SOCKET_INTERNAL_H */
