/* SPDX-License-Identifier: MIT */
/* Receives from a shm channel, and checks what a hostile peer wrote. */
#include <errno.h>

#include "frame.h"
#include "shm_channel-internal.h"

/* Messages without a record that one receive reads from the socket at most:
 * after that its caller looks at the clock again. */
#define MAX_BELLS 64

/* Looks for a datagram in vain, after which the peer has sent none: a look can
 * fail by itself, but not for long. */
#define MAX_MISSING 4

static int break_ring(struct shm_channel *shm, struct camipc_message *message,
		      enum camipc_reason *ret_reason)
{
	atomic_store(&shm->is_broken, true);
	camipc_message_reset(message);
	*ret_reason = CAMIPC_REASON_BAD_RING;
	return -EPROTO;
}

static void take_record(struct shm_channel *shm, uint32_t size)
{
	camipc_shm_ring_take(&shm->in, size);
	if (shm->spurious_left < SHM_SPURIOUS_WAKES)
		shm->spurious_left++;
	camipc_shm_give_room(shm);
}

/* ---- in the ring --------------------------------------------------------- */

/* All of the message is copied before any of it is looked at. */
static int receive_inline(struct shm_channel *shm,
			  struct camipc_message *message, uint32_t size,
			  enum camipc_reason *ret_reason)
{
	const uint32_t body = size - CAMIPC_HEADER_SIZE;
	enum camipc_reason reason;
	int error;
	int ret;

	/* Bounded by the size of a record, whatever the header will say. */
	ret = camipc_message_reserve(message, body);
	camipc_shm_ring_copy(&shm->in, 0, message->bytes,
			     ret < 0 ? CAMIPC_HEADER_SIZE : size);
	take_record(shm, size);
	reason = camipc_frame_check(&shm->limits, message, size, false, &error);
	if (reason != CAMIPC_REASON_NONE)
		return camipc_frame_refuse(message, reason, error, ret_reason);
	if ((message->header.flags & CAMIPC_MESSAGE_SPILLED) ||
	    message->header.n_fds)
		return camipc_frame_refuse(message, CAMIPC_REASON_BAD_FD, -EPROTO,
			      ret_reason);
	if (message->header.kind == CAMIPC_MESSAGE_BELL)
		return camipc_frame_refuse(message, CAMIPC_REASON_BAD_PROTOCOL, -EPROTO,
			      ret_reason);
	if (ret < 0)
		camipc_frame_drop_body(message, ret);
	return 0;
}

/* ---- on the socket ------------------------------------------------------- */

/* Whether the peer says that it sends no more, or has ended. */
static bool is_over(const struct shm_channel *shm)
{
	return shm->is_at_end || shm->ends ||
	       atomic_load(&shm->in.words->closed);
}

/* Of the worker's threads and handlers, which need no record and no order. */
static bool is_note(const struct camipc_message *message)
{
	return message->header.kind == CAMIPC_MESSAGE_LOG ||
	       message->header.kind == CAMIPC_MESSAGE_CRASH;
}

/*
 * One message of the socket that is no BELL. @ret_is_note: it came without a
 * record. Without @all the last BELL that was due ends the look, with -EAGAIN:
 * what else there is polls readable. Returns as camipc_channel_receive().
 */
static int receive_on_socket(struct shm_channel *shm,
			     struct camipc_message *message,
			     enum camipc_reason *ret_reason, bool all,
			     bool *ret_is_note)
{
	for (int i = 0; i < MAX_BELLS; i++) {
		int ret = camipc_channel_receive(shm->socket, message, false,
						 ret_reason);

		if (ret < 0)
			return ret;
		*ret_is_note = is_note(message);
		if (message->header.kind != CAMIPC_MESSAGE_BELL)
			return 0;
		/* It answers one announcement, and every one at most once. */
		if (shm->bells_due == 0)
			return break_ring(shm, message, ret_reason);
		camipc_message_reset(message);
		if (--shm->bells_due == 0 && !all) {
			shm->looks = false;
			break;
		}
	}
	return -EAGAIN;
}

/* The record says that its message is on the socket. */
static int receive_marked(struct shm_channel *shm,
			  struct camipc_message *message,
			  enum camipc_reason *ret_reason)
{
	bool is_note = false;
	int ret;

	if (shm->has_early) {
		struct camipc_message swap = *message;

		*message = shm->early;
		shm->early = swap;
		shm->has_early = false;
		take_record(shm, CAMIPC_SHM_ON_SOCKET);
		return 0;
	}
	ret = receive_on_socket(shm, message, ret_reason, true, &is_note);
	if (ret == 0 && !is_note) {
		shm->n_missing = 0;
		take_record(shm, CAMIPC_SHM_ON_SOCKET);
	}
	shm->awaits_datagram = ret == -EAGAIN &&
			       camipc_channel_is_busy(shm->socket);
	/* The datagram is sent before the record is published. */
	if (ret == -EAGAIN && !shm->awaits_datagram &&
	    ++shm->n_missing == MAX_MISSING)
		return break_ring(shm, message, ret_reason);
	return ret;
}

/*
 * Without a record: BELLs, notes, the end. What has a record may be seen here
 * before that, but a sender that holds the lock sends no second one.
 */
static int receive_unmarked(struct shm_channel *shm,
			    struct camipc_message *message,
			    enum camipc_reason *ret_reason)
{
	bool is_note = false;
	int ret = receive_on_socket(shm, message, ret_reason, is_over(shm),
				    &is_note);

	if (ret == -EAGAIN)
		shm->looks = camipc_channel_is_busy(shm->socket);
	if (ret == -EPIPE)
		shm->is_at_end = true;
	if (ret < 0 || is_note)
		return ret;
	if (shm->has_early)
		return break_ring(shm, message, ret_reason);
	/* The memory that @early had becomes the caller's. */
	{
		struct camipc_message swap = shm->early;

		shm->early = *message;
		*message = swap;
	}
	shm->has_early = true;
	return -EAGAIN;
}

/* ---- all together -------------------------------------------------------- */

/* As camipc_shm_ring_peek(), which sees no record after the channel's end. */
static int peek_record(struct shm_channel *shm, uint32_t *ret_size)
{
	if (CAMIPC_UNLIKELY(shm->ends) && shm->in.at == shm->end_head)
		return -EAGAIN;
	return camipc_shm_ring_peek(&shm->in, ret_size);
}

static int receive_empty(struct shm_channel *shm,
			 struct camipc_message *message,
			 enum camipc_reason *ret_reason)
{
	const bool over = is_over(shm);
	uint32_t size;
	int ret = -EAGAIN;

	if ((shm->looks || over) && !shm->is_at_end)
		ret = receive_unmarked(shm, message, ret_reason);
	if (ret != -EAGAIN && ret != -EPIPE)
		return ret;
	/* What was sent before the end may have come after the first look. */
	if (!over && ret != -EPIPE && !shm->is_at_end)
		return -EAGAIN;
	if (camipc_channel_is_busy(shm->socket))
		return -EAGAIN;
	ret = peek_record(shm, &size);
	if (ret == -EAGAIN) {
		shm->is_at_end = true;
		return -EPIPE;
	}
	return ret == 0 ? 1 : ret;
}

/* Returns 1 if there is more: call again. */
static int receive_next(struct shm_channel *shm, struct camipc_message *message,
			enum camipc_reason *ret_reason)
{
	uint32_t size;
	int ret = peek_record(shm, &size);

	if (ret == -EAGAIN)
		ret = receive_empty(shm, message, ret_reason);
	else if (ret == 0 && size == CAMIPC_SHM_ON_SOCKET)
		return receive_marked(shm, message, ret_reason);
	else if (ret == 0)
		return receive_inline(shm, message, size, ret_reason);
	if (ret == -EPROTO && *ret_reason == CAMIPC_REASON_NONE)
		return break_ring(shm, message, ret_reason);
	return ret;
}

int camipc_shm_receive(struct camipc_channel *channel,
		       struct camipc_message *message, bool wait,
		       enum camipc_reason *ret_reason)
{
	struct shm_channel *shm = as_shm(channel);
	int ret = camipc_message_reserve(message, 0);

	if (ret < 0)
		return ret;
	for (;;) {
		if (CAMIPC_UNLIKELY(atomic_load_explicit(
			    &shm->is_broken, memory_order_relaxed)))
			return break_ring(shm, message, ret_reason);
		*ret_reason = CAMIPC_REASON_NONE;
		ret = receive_next(shm, message, ret_reason);
		if (ret == -EAGAIN && wait)
			camipc_shm_sleep_long(shm);
		else if (ret != 1)
			return ret;
	}
}
