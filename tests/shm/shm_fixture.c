/* SPDX-License-Identifier: MIT */
/* The test bed of shm tests. */
#include "shm_fixture.h"

#include <errno.h>
#include <linux/futex.h>
#include <poll.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "shm_channel-internal.h"
#include "socket_channel.h"

static struct camipc_channel *make_end(int fd, struct camipc_shm_area *area,
				       enum camipc_shm_side side,
				       uint32_t thread)
{
	const struct camipc_shm_options options = {
		.side = side,
		.limits = {
			.max_message_size = SHM_MAX_SIZE,
			.max_fds = SHM_MAX_FDS,
			.untrusted = side == CAMIPC_SHM_PARENT,
		},
		.robust_thread = thread,
		.sleeps_alone = side == CAMIPC_SHM_WORKER,
	};
	struct camipc_channel *socket;
	struct camipc_channel *channel;

	assert_int_equal(camipc_socket_channel_create(fd, &options.limits,
						      &socket),
			 0);
	assert_int_equal(camipc_shm_channel_create(socket, area, &options,
						   &channel),
			 0);
	return channel;
}

void shm_set_up(struct shm_fixture *f, uint32_t thread)
{
	int fds[2];
	int fd;

	memset(f, 0, sizeof(*f));
	fd_leak_take(&f->before);
	assert_int_equal(camipc_socket_channel_open_pair(fds), 0);
	assert_int_equal(camipc_shm_area_create(&f->parent_area, &fd), 0);
	assert_int_equal(camipc_shm_area_map(fd, &f->worker_area), 0);
	close(fd);
	f->parent = make_end(fds[0], f->parent_area, CAMIPC_SHM_PARENT, thread);
	f->worker = make_end(fds[1], f->worker_area, CAMIPC_SHM_WORKER, 0);
	camipc_message_init(&f->message);
}

void shm_tear_down(struct shm_fixture *f)
{
	camipc_message_fini(&f->message);
	camipc_channel_destroy(f->worker);
	camipc_channel_destroy(f->parent);
	camipc_shm_area_unref(f->worker_area);
	camipc_shm_area_unref(f->parent_area);
	fd_leak_assert_none(&f->before);
}

static uint8_t byte_at(uint32_t id, uint32_t i)
{
	return (uint8_t)(id * 31 + i * 7 + i / 251);
}

int shm_send(struct camipc_channel *channel, uint32_t id, uint32_t size)
{
	struct camipc_message message;
	int ret;

	camipc_message_init(&message);
	assert_int_equal(camipc_message_reserve(&message, size), 0);
	message.header.kind = CAMIPC_MESSAGE_EVENT;
	message.header.id = id;
	message.header.body_size = size;
	for (uint32_t i = 0; i < size; i++)
		camipc_message_body(&message)[i] = byte_at(id, i);
	ret = camipc_channel_send(channel, &message);
	camipc_message_fini(&message);
	return ret;
}

int shm_receive(struct shm_fixture *f, struct camipc_channel *channel)
{
	camipc_message_reset(&f->message);
	return camipc_channel_receive(channel, &f->message, false, &f->reason);
}

void shm_expect(struct shm_fixture *f, struct camipc_channel *channel,
		uint32_t id, uint32_t size)
{
	assert_int_equal(shm_receive(f, channel), 0);
	assert_int_equal(f->message.header.id, id);
	assert_int_equal(f->message.header.body_size, size);
	for (uint32_t i = 0; i < size; i++) {
		if (camipc_message_body(&f->message)[i] != byte_at(id, i))
			fail_msg("byte %u of message %u is wrong", i, id);
	}
}

void shm_expect_bad(struct shm_fixture *f, enum camipc_reason reason)
{
	for (int i = 0; i < 2; i++) {
		assert_int_equal(shm_receive(f, f->parent), -EPROTO);
		assert_int_equal(f->reason, reason);
		assert_int_equal(f->message.fds.n, 0);
	}
	assert_int_equal(shm_send(f->parent, 1, 0), -EPIPE);
}

bool shm_is_readable(struct camipc_channel *channel)
{
	struct pollfd pfd;

	camipc_channel_get_poll(channel, &pfd);
	return poll(&pfd, 1, 0) > 0;
}

void shm_become_robust(struct shm_fixture *f, uint32_t thread)
{
	as_shm(f->parent)->asleep = thread | FUTEX_WAITERS;
}

void shm_let_children_have_it(struct shm_fixture *f)
{
	assert_int_equal(madvise(f->worker_area->words, CAMIPC_SHM_SIZE,
				 MADV_DOFORK),
			 0);
}

uint32_t shm_thread(void)
{
	return (uint32_t)syscall(SYS_gettid);
}
