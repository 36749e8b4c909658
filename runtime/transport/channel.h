/* SPDX-License-Identifier: MIT */
/*
 * A channel carries messages between a camera process and a worker. The
 * function that creates a channel decides its kind; nothing else depends on it.
 */
#ifndef CAMIPC_TRANSPORT_CHANNEL_H
#define CAMIPC_TRANSPORT_CHANNEL_H

#include <errno.h>

#include <camipc/base.h>
#include <camipc/reason.h>

#include "message.h"

struct pollfd;

struct camipc_channel;

/** What this end accepts; the peer may be hostile. */
struct camipc_channel_limits {
	size_t max_message_size; /* bytes of a body */
	uint32_t max_fds; /* of one message, without a spilled body's */
	bool untrusted; /* the peer's descriptors: closer.h closes them */
	/** The kernel is asked to refuse every message with descriptors, those
	 *  with a spilled body included. Older kernels cannot. */
	bool no_fds;
};

/** One function for each of those below. */
struct camipc_channel_ops {
	uint32_t size;
	int (*send)(const struct camipc_channel *channel,
		    struct camipc_message *message);
	int (*receive)(struct camipc_channel *channel,
		       struct camipc_message *message, bool wait,
		       enum camipc_reason *ret_reason);
	int (*wait_room)(const struct camipc_channel *channel, bool or_message,
			 int timeout_ms);
	void (*get_poll)(const struct camipc_channel *channel,
			 struct pollfd *ret_poll);
	int (*watch)(struct camipc_channel *channel, int epoll_fd);
	void (*unwatch)(struct camipc_channel *channel);
	bool (*is_busy)(const struct camipc_channel *channel);
	void (*want_room)(struct camipc_channel *channel, bool want);
	int (*set_limit)(struct camipc_channel *channel,
			 size_t max_message_size);
	void (*end_at)(struct camipc_channel *channel);
	void (*close_write)(struct camipc_channel *channel);
	/* NULL: the channel is woken through its descriptor only. */
	int (*sleep)(struct camipc_channel *channel, int64_t ns);
	bool (*announce)(struct camipc_channel *channel);
	bool (*attend)(struct camipc_channel *channel);
	void (*look)(struct camipc_channel *channel);
	/* NULL: every message wakes its receiver by itself. */
	void (*wake)(struct camipc_channel *channel);
	void (*destroy)(struct camipc_channel *channel);
};

/** First member of each channel's own struct. Thread word: see functions. */
struct camipc_channel {
	const struct camipc_channel_ops *ops;
};

/**
 * camipc_channel_send() - hand a message to the kernel, without waiting
 * @message: its header's n_fds is set here; fds stay the message's
 *
 * Returns 0, -EAGAIN (no room: try again after camipc_channel_wait_room()),
 * -EPIPE (the peer is gone), -EMSGSIZE (body over the peer's ceiling, or too
 * many fds), -EMFILE (no descriptor for a spilled body, or too many in flight)
 * or -ENOMEM. Async-signal-safe, if the message has room for its body. Thread
 * word: safe, for different messages.
 */
CAMIPC_MUST_CHECK static inline int
camipc_channel_send(const struct camipc_channel *channel,
		    struct camipc_message *message)
{
	return channel->ops->send(channel, message);
}

/**
 * camipc_channel_receive() - read the next message
 * @message: empty; gets header, body and fds
 * @wait: block until there is one; never on an end that a worker could share
 * @ret_reason: set with -EPROTO and -ESTALE
 *
 * If this process has no memory or descriptors left for a message, the message
 * arrives without its body, marked CAMIPC_MESSAGE_ERROR. Descriptors of a
 * refused message are closed. Allocates nothing once the message has room.
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

/**
 * camipc_channel_wait_room() - sleep until a send may succeed
 * @or_message: return as well when receive() has something to report
 * @timeout_ms: at most so long; -1: for ever
 *
 * Returns 0 (there may be room, or the peer is gone: send() knows), 1 (only
 * with @or_message: receive() first), -ETIMEDOUT, -EINTR or -ENOMEM.
 * Async-signal-safe. Thread word: safe.
 */
CAMIPC_MUST_CHECK static inline int
camipc_channel_wait_room(const struct camipc_channel *channel, bool or_message,
			 int timeout_ms)
{
	return channel->ops->wait_room(channel, or_message, timeout_ms);
}

/**
 * camipc_channel_get_poll() - get what poll() can wait for
 * @ret_poll: gets the descriptor, which stays the channel's, and the events
 *
 * Any revents mean that receive() has something to report, or that there is
 * room if that is wanted. Thread word: bound.
 */
static inline void camipc_channel_get_poll(const struct camipc_channel *channel,
					   struct pollfd *ret_poll)
{
	channel->ops->get_poll(channel, ret_poll);
}

/**
 * camipc_channel_watch() - make an epoll descriptor wake up for the channel
 * @epoll_fd: borrowed until unwatch() or destroy(); events have data 0
 *
 * Returns 0, -EBUSY (the channel is watched already), -ENOSPC or -ENOMEM.
 * Thread word: bound.
 */
CAMIPC_MUST_CHECK static inline int
camipc_channel_watch(struct camipc_channel *channel, int epoll_fd)
{
	return channel->ops->watch(channel, epoll_fd);
}

/** Ends camipc_channel_watch(); does nothing if there was none. Bound. */
static inline void camipc_channel_unwatch(struct camipc_channel *channel)
{
	channel->ops->unwatch(channel);
}

/**
 * Returns true while another thread receives for the channel: receive() has to
 * be called again in a moment, though nothing wakes up for the channel, neither
 * for room. Thread word: bound.
 */
static inline bool camipc_channel_is_busy(const struct camipc_channel *channel)
{
	return channel->ops->is_busy(channel);
}

/**
 * Makes the epoll descriptor and camipc_channel_get_poll() wake up for the room
 * that the latest send did not find, or no longer. To be called after each such
 * send: channels can be full in more than one place. Thread word: bound.
 */
static inline void camipc_channel_want_room(struct camipc_channel *channel,
					    bool want)
{
	channel->ops->want_room(channel, want);
}

/**
 * camipc_channel_set_limit() - change the largest body that is accepted
 * @max_message_size: bytes
 *
 * Returns 0 or -EINVAL (above CAMIPC_MAX_MESSAGE_SIZE_CEILING). Thread word:
 * bound.
 */
CAMIPC_MUST_CHECK static inline int
camipc_channel_set_limit(struct camipc_channel *channel,
			 size_t max_message_size)
{
	return channel->ops->set_limit(channel, max_message_size);
}

/**
 * Makes receive() return -EPIPE after what has arrived by now: the peer has
 * ended, and another holder of its end must not keep the channel alive. Thread
 * word: bound.
 */
static inline void camipc_channel_end_at(struct camipc_channel *channel)
{
	channel->ops->end_at(channel);
}

/**
 * Ends sending for good: the peer's receive() returns -EPIPE after everything
 * that was sent. Never blocks and needs no room. Thread word: bound.
 */
static inline void camipc_channel_close_write(struct camipc_channel *channel)
{
	channel->ops->close_write(channel);
}

/*
 * Waiting, of a user that polls many things. A channel over shared memory wakes
 * its user in the cheapest way that the user has announced: not at all, through
 * a futex, or through the descriptor that camipc_channel_get_poll() returns.
 * For all other channels these functions do nothing.
 */

/**
 * camipc_channel_sleep() - sleep until receive() has something to report
 * @ns: at most so many nanoseconds
 *
 * Returns 0 (call receive()), -EAGAIN (woken for another reason: look at
 * everything that could have ended the sleep), -ETIMEDOUT, or -EOPNOTSUPP (the
 * channel cannot sleep, or not any more: announce() and poll the descriptor).
 * Thread word: bound.
 */
CAMIPC_MUST_CHECK static inline int
camipc_channel_sleep(struct camipc_channel *channel, int64_t ns)
{
	return channel->ops->sleep ? channel->ops->sleep(channel, ns) :
				     -EOPNOTSUPP;
}

/**
 * Makes the descriptor wake up for what comes from now on: to be called before
 * it is polled. Returns true if something has come before, for which nothing
 * will wake up: call receive(). Thread word: bound.
 */
CAMIPC_MUST_CHECK static inline bool
camipc_channel_announce(struct camipc_channel *channel)
{
	return channel->ops->announce && channel->ops->announce(channel);
}

/**
 * Ends camipc_channel_announce(): the user is awake, and will sleep or announce
 * itself again. It saves the peer a system call. Returns true if the peer has
 * woken this side through the descriptor meanwhile. Thread word: bound.
 */
static inline bool camipc_channel_attend(struct camipc_channel *channel)
{
	return channel->ops->attend && channel->ops->attend(channel);
}

/**
 * Notes that the descriptor may have polled readable, so that the next
 * receive() reads it, too. Thread word: bound.
 */
static inline void camipc_channel_look(struct camipc_channel *channel)
{
	if (channel->ops->look)
		channel->ops->look(channel);
}

/**
 * Wakes a peer that sleeps although quiet messages were sent to it. Thread word:
 * bound.
 */
static inline void camipc_channel_wake(struct camipc_channel *channel)
{
	if (channel->ops->wake)
		channel->ops->wake(channel);
}

/** Returns true if camipc_channel_sleep() may do more than fail. */
static inline bool camipc_channel_can_sleep(const struct camipc_channel *channel)
{
	return channel->ops->sleep;
}

/**
 * Closes and frees the channel; NULL is fine. Never blocks, whatever an
 * untrusted peer has sent. Thread word: bound.
 */
static inline void camipc_channel_destroy(struct camipc_channel *channel)
{
	if (channel)
		channel->ops->destroy(channel);
}

#endif /* CAMIPC_TRANSPORT_CHANNEL_H */
