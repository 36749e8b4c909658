/* SPDX-License-Identifier: MIT */
/*
 * A channel carries messages between a camera process and a worker. Which kind
 * it is was chosen when it was made.
 */
#ifndef CAMIPC_TRANSPORT_CHANNEL_H
#define CAMIPC_TRANSPORT_CHANNEL_H

#include <camipc/base.h>
#include <camipc/reason.h>

#include "message.h"

struct camipc_channel;

/** What this side takes in; the other side may be hostile. */
struct camipc_channel_limits {
	size_t max_message_size; /* bytes of a body */
	uint32_t max_fds; /* of one message, without a spilled body's */
};

struct camipc_channel_ops {
	uint32_t size;
	int (*send)(const struct camipc_channel *channel,
		    struct camipc_message *message);
	int (*receive)(struct camipc_channel *channel,
		       struct camipc_message *message, bool wait,
		       enum camipc_reason *ret_reason);
	void (*destroy)(struct camipc_channel *channel);
};

/** First member of each channel's own struct. Thread word: see functions. */
struct camipc_channel {
	const struct camipc_channel_ops *ops;
	struct camipc_channel_limits limits;
	int fd; /* readable when receive() has something, owned */
};

/**
 * camipc_channel_send() - hand a message to the kernel, without waiting
 * @message: its header's n_fds is set here; fds stay the message's
 *
 * Returns 0, -EAGAIN (no room: try again when the fd is writable), -EPIPE (the
 * peer is gone), -EMSGSIZE (body over the peer's ceiling, or too many fds),
 * -EMFILE (no descriptor for a spilled body, or too many in flight) or
 * -ENOMEM. Thread word: safe, for different messages.
 */
CAMIPC_MUST_CHECK static inline int
camipc_channel_send(const struct camipc_channel *channel,
		    struct camipc_message *message)
{
	return channel->ops->send(channel, message);
}

/**
 * camipc_channel_receive() - the next message
 * @message: empty; gets header, body and fds
 * @wait: block until there is one; never on an end that a worker could share
 * @ret_reason: set with -EPROTO and -ESTALE
 *
 * A message that this process has no memory or descriptors for comes without
 * its body, marked CAMIPC_MESSAGE_ERROR. Descriptors of what is refused are
 * closed. No allocation, once the message has room.
 *
 * Returns 0, -EAGAIN (none now), -EPIPE (all were read and the peer closed),
 * -EPROTO (the peer broke the rules), -ESTALE (the peer speaks another version
 * of the protocol) or -ENOMEM (nothing was read). Thread word: bound.
 */
CAMIPC_MUST_CHECK static inline int
camipc_channel_receive(struct camipc_channel *channel,
		       struct camipc_message *message, bool wait,
		       enum camipc_reason *ret_reason)
{
	return channel->ops->receive(channel, message, wait, ret_reason);
}

/** Closes it; NULL is fine. Thread word: bound. */
static inline void camipc_channel_destroy(struct camipc_channel *channel)
{
	if (channel)
		channel->ops->destroy(channel);
}

#endif /* CAMIPC_TRANSPORT_CHANNEL_H */
