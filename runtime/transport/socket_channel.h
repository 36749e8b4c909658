/* SPDX-License-Identifier: MIT */
/*
 * Messages as datagrams of a SEQPACKET socket: one message, one datagram,
 * descriptors beside it. Larger bodies go in a sealed memfd that the receiver
 * reads and never maps.
 */
#ifndef CAMIPC_TRANSPORT_SOCKET_CHANNEL_H
#define CAMIPC_TRANSPORT_SOCKET_CHANNEL_H

#include "channel.h"

/** Both ends, close-on-exec. Returns 0, -EMFILE or -ENOMEM. */
int camipc_socket_pair(int ret_fds[2]) CAMIPC_MUST_CHECK;

/** True if @fd is what camipc_socket_pair() makes. */
bool camipc_socket_is_channel(int fd);

/**
 * camipc_socket_channel_create() - make a channel of one end
 * @fd: taken over, if this succeeds
 *
 * Returns 0, -EINVAL (limits above the ceilings) or -ENOMEM.
 */
int camipc_socket_channel_create(int fd,
				 const struct camipc_channel_limits *limits,
				 struct camipc_channel **ret_channel)
	CAMIPC_MUST_CHECK;

#endif /* CAMIPC_TRANSPORT_SOCKET_CHANNEL_H */
