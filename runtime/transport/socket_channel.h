/* SPDX-License-Identifier: MIT */
/*
 * Messages as datagrams of a SEQPACKET socket: one message, one datagram,
 * descriptors beside it. Larger bodies go in a sealed memfd that the receiver
 * reads and never maps.
 */
#ifndef CAMIPC_TRANSPORT_SOCKET_CHANNEL_H
#define CAMIPC_TRANSPORT_SOCKET_CHANNEL_H

#include "channel.h"

/**
 * Opens both ends of a socket that channels can be made of, close-on-exec; the
 * caller closes them. Returns 0, -EMFILE or -ENOMEM. Thread word: safe.
 */
int camipc_socket_channel_open_pair(int ret_fds[2]) CAMIPC_MUST_CHECK;

/**
 * Returns true if @fd is an end of such a socket, as a worker inherits one.
 * Thread word: safe.
 */
bool camipc_socket_channel_accepts(int fd);

/**
 * camipc_socket_channel_create() - make a channel of one end
 * @fd: owned by the channel if this succeeds
 * @limits: copied
 *
 * Returns 0, -EINVAL (limits above the ceilings) or -ENOMEM. Thread word: safe.
 */
int camipc_socket_channel_create(int fd,
				 const struct camipc_channel_limits *limits,
				 struct camipc_channel **ret_channel)
	CAMIPC_MUST_CHECK;

#endif /* CAMIPC_TRANSPORT_SOCKET_CHANNEL_H */
