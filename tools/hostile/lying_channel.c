/* SPDX-License-Identifier: MIT */
/* Passes everything on to an honest channel, until the moment of the lie. */
#include "lying_channel.h"

#include <poll.h>

#include "lie_acts.h"
#include "raw_frame.h"
#include "shm_channel.h"

int __real_camipc_socket_channel_create(
	int fd, const struct camipc_channel_limits *limits,
	struct camipc_channel **ret_channel);
int __wrap_camipc_socket_channel_create(
	int fd, const struct camipc_channel_limits *limits,
	struct camipc_channel **ret_channel);
int __real_camipc_shm_channel_create(struct camipc_channel *socket,
				     struct camipc_shm_area *area,
				     const struct camipc_shm_options *options,
				     struct camipc_channel **ret_channel);
int __wrap_camipc_shm_channel_create(struct camipc_channel *socket,
				     struct camipc_shm_area *area,
				     const struct camipc_shm_options *options,
				     struct camipc_channel **ret_channel);

/* A process has one channel. Senders hold the servant's lock. */
static struct {
	struct camipc_channel base;
	struct camipc_channel *honest;
	struct hostile_plan plan;
	bool has_ring; /* @honest is a channel over shared memory */
	unsigned int n_sent[CAMIPC_MESSAGE_TRACE + 1]; /* by kind */
} liar;

static void note_act(int outcome)
{
	if (!liar.plan.report)
		return;
	atomic_store(&liar.plan.report->outcome, outcome + 1);
	atomic_fetch_add(&liar.plan.report->n_acts, 1);
}

static void note_lie(bool is_lie)
{
	note_act(0);
	if (!is_lie && liar.plan.report)
		atomic_fetch_add(&liar.plan.report->n_honest, 1);
}

/* The module's constructor comes next: it could do no more. */
static void attack(void)
{
	const struct attack *one = liar.plan.attack;

	if (one)
		note_act(one->run(&liar.plan.target));
}

static int send_or_lie(const struct camipc_channel *channel,
		       struct camipc_message *message)
{
	const uint8_t kind = message->header.kind;
	const struct lie *lie = liar.plan.lie;
	int ret;

	(void)channel;
	if (lie && kind == lie->at && ++liar.n_sent[kind] == lie->nth &&
	    (liar.has_ring || !lie->needs_ring))
		return lie_tell(lie, liar.honest, message, note_lie);
	ret = camipc_channel_send(liar.honest, message);
	if (ret == 0 && kind == CAMIPC_MESSAGE_HELLO)
		attack();
	return ret;
}

static int receive(struct camipc_channel *channel,
		   struct camipc_message *message, bool wait,
		   enum camipc_reason *ret_reason)
{
	(void)channel;
	return camipc_channel_receive(liar.honest, message, wait, ret_reason);
}

static int wait_room(const struct camipc_channel *channel, bool or_message,
		     int timeout_ms)
{
	(void)channel;
	return camipc_channel_wait_room(liar.honest, or_message, timeout_ms);
}

static void get_poll(const struct camipc_channel *channel,
		     struct pollfd *ret_poll)
{
	(void)channel;
	camipc_channel_get_poll(liar.honest, ret_poll);
}

static int watch(struct camipc_channel *channel, int epoll_fd)
{
	(void)channel;
	return camipc_channel_watch(liar.honest, epoll_fd);
}

static void unwatch(struct camipc_channel *channel)
{
	(void)channel;
	camipc_channel_unwatch(liar.honest);
}

static bool is_busy(const struct camipc_channel *channel)
{
	(void)channel;
	return camipc_channel_is_busy(liar.honest);
}

static void want_room(struct camipc_channel *channel, bool want)
{
	(void)channel;
	camipc_channel_want_room(liar.honest, want);
}

static int set_limit(struct camipc_channel *channel, size_t max_message_size)
{
	(void)channel;
	return camipc_channel_set_limit(liar.honest, max_message_size);
}

static void end_at(struct camipc_channel *channel)
{
	(void)channel;
	camipc_channel_end_at(liar.honest);
}

static void close_write(struct camipc_channel *channel)
{
	(void)channel;
	camipc_channel_close_write(liar.honest);
}

static bool announce(struct camipc_channel *channel)
{
	(void)channel;
	return camipc_channel_announce(liar.honest);
}

static bool attend(struct camipc_channel *channel)
{
	(void)channel;
	return camipc_channel_attend(liar.honest);
}

static void look(struct camipc_channel *channel)
{
	(void)channel;
	camipc_channel_look(liar.honest);
}

static void destroy(struct camipc_channel *channel)
{
	(void)channel;
	camipc_channel_destroy(liar.honest);
	liar.honest = NULL;
}

static const struct camipc_channel_ops ops = {
	.size = sizeof(ops),
	.send = send_or_lie,
	.receive = receive,
	.wait_room = wait_room,
	.get_poll = get_poll,
	.watch = watch,
	.unwatch = unwatch,
	.is_busy = is_busy,
	.want_room = want_room,
	.set_limit = set_limit,
	.end_at = end_at,
	.close_write = close_write,
	.announce = announce,
	.attend = attend,
	.look = look,
	.destroy = destroy,
};

void lying_channel_plan(const struct hostile_plan *plan)
{
	liar.plan = *plan;
}

int __wrap_camipc_socket_channel_create(
	int fd, const struct camipc_channel_limits *limits,
	struct camipc_channel **ret_channel)
{
	int ret = __real_camipc_socket_channel_create(fd, limits, &liar.honest);

	if (ret < 0)
		return ret;
	liar.base.ops = &ops;
	*ret_channel = &liar.base;
	return 0;
}

/* The worker hands over the channel above: the honest one takes its socket. */
int __wrap_camipc_shm_channel_create(struct camipc_channel *socket,
				     struct camipc_shm_area *area,
				     const struct camipc_shm_options *options,
				     struct camipc_channel **ret_channel)
{
	int ret = __real_camipc_shm_channel_create(liar.honest, area, options,
						   &liar.honest);

	if (ret < 0)
		return ret;
	liar.has_ring = true;
	raw_frame_use_ring(liar.honest);
	*ret_channel = socket;
	return 0;
}
