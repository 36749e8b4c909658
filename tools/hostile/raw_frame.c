/* SPDX-License-Identifier: MIT */
/* Builds messages byte by byte and sends them around the channel. */
#include "raw_frame.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

#include "shm_channel-internal.h"
#include "worker.h"

static struct shm_channel *ring;

void raw_frame_make(struct raw_frame *frame, struct camipc_header header,
		    const void *body, size_t size)
{
	header.body_size = (uint32_t)size;
	camipc_header_encode(&header, frame->bytes);
	if (size)
		memcpy(frame->bytes + CAMIPC_HEADER_SIZE, body, size);
	frame->size = CAMIPC_HEADER_SIZE + size;
	frame->n_fds = 0;
}

void raw_frame_copy(struct raw_frame *frame,
		    const struct camipc_message *message)
{
	struct camipc_header header = message->header;
	size_t size = header.body_size;

	if (size > RAW_BODY_SIZE / 2)
		size = RAW_BODY_SIZE / 2;
	header.n_fds = (uint16_t)message->fds.n;
	raw_frame_make(frame, header,
		       message->bytes ? message->bytes + CAMIPC_HEADER_SIZE :
					NULL,
		       size);
	for (uint32_t i = 0; i < message->fds.n && i < RAW_MAX_FDS; i++)
		frame->fds[frame->n_fds++] = message->fds.fds[i];
}

void raw_frame_put(struct raw_frame *frame, size_t offset, size_t size,
		   uint64_t value)
{
	for (size_t i = 0; i < size; i++)
		frame->bytes[offset + i] = (uint8_t)(value >> (8 * i));
}

uint64_t raw_frame_get(const struct raw_frame *frame, size_t offset,
		       size_t size)
{
	uint64_t value = 0;

	for (size_t i = 0; i < size; i++)
		value |= (uint64_t)frame->bytes[offset + i] << (8 * i);
	return value;
}

int raw_frame_send_on_socket(const struct raw_frame *frame)
{
	union {
		struct cmsghdr align;
		uint8_t bytes[CMSG_SPACE(RAW_MAX_FDS * sizeof(int))];
	} control;
	const struct raw_frame *f = frame;
	struct iovec iov = { (void *)(uintptr_t)f->bytes, f->size };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };
	struct pollfd room = { .fd = CAMIPC_WORKER_CHANNEL_FD,
			       .events = POLLOUT };

	if (f->n_fds) {
		const size_t size = f->n_fds * sizeof(int);
		struct cmsghdr *cmsg;

		memset(&control, 0, sizeof(control));
		msg.msg_control = control.bytes;
		msg.msg_controllen = CMSG_SPACE(size);
		cmsg = CMSG_FIRSTHDR(&msg);
		cmsg->cmsg_level = SOL_SOCKET;
		cmsg->cmsg_type = SCM_RIGHTS;
		cmsg->cmsg_len = CMSG_LEN(size);
		memcpy(CMSG_DATA(cmsg), f->fds, size);
	}
	while (sendmsg(CAMIPC_WORKER_CHANNEL_FD, &msg,
		       MSG_NOSIGNAL | MSG_DONTWAIT) < 0) {
		if (errno != EAGAIN && errno != EINTR)
			return -errno;
		poll(&room, 1, -1);
	}
	return 0;
}

void raw_frame_use_ring(struct camipc_channel *channel)
{
	ring = as_shm(channel);
}

struct shm_channel *raw_frame_get_ring(void)
{
	return ring;
}

/* Waits for room, as an honest sender does. */
static int put_in_ring(const uint8_t *bytes, uint32_t size)
{
	for (;;) {
		int ret;

		camipc_shm_lock(ring);
		ret = camipc_shm_ring_check_room(&ring->out,
						 camipc_shm_ring_cost(size));
		if (ret == 0)
			camipc_shm_ring_put(&ring->out, bytes, size);
		camipc_shm_unlock(ring);
		if (ret == 0)
			break;
		if (ret != -EAGAIN)
			return ret;
		atomic_store(&ring->cost, camipc_shm_ring_cost(size));
		ret = camipc_channel_wait_room(&ring->base, false, -1);
		if (ret < 0 && ret != -EINTR)
			return ret;
	}
	camipc_shm_wake_peer(ring);
	return 0;
}

/* The kind of a message decides about its way, as for an honest sender. */
int raw_frame_send(const struct raw_frame *frame)
{
	const uint8_t kind = frame->size > 5 ? frame->bytes[5] : 0;
	int ret;

	if (!ring || kind == CAMIPC_MESSAGE_CRASH)
		return raw_frame_send_on_socket(frame);
	if (frame->n_fds == 0 && frame->size <= CAMIPC_SHM_MAX_MESSAGE)
		return put_in_ring(frame->bytes, (uint32_t)frame->size);
	ret = raw_frame_send_on_socket(frame);
	/* What is logged has a record in the ring only. */
	if (ret < 0 || kind == CAMIPC_MESSAGE_LOG)
		return ret;
	return put_in_ring(NULL, CAMIPC_SHM_ON_SOCKET);
}
