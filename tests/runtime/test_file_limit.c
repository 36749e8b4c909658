/* SPDX-License-Identifier: MIT */
/*
 * Tests a host whose files may not be large: files in memory count, too, and the
 * signal of that limit would end the host. Each gets an error instead.
 */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "cam_buffers.h"
#include "module_copy.h"
#include "module_info.h"
#include "shm_area.h"
#include "socket_channel.h"

#define LIMIT 4096

static int make_ring(void)
{
	struct camipc_shm_area *area;
	int fd;

	return camipc_shm_area_create(&area, &fd);
}

static int make_buffer(void)
{
	struct cam_frame_buffer_plane plane;
	struct cam_shared_buffer *buffer;

	return cam_shared_buffer_create(1, "test", LIMIT + 1, CAM_ACCESS_READ,
					&plane, &buffer);
}

static int make_small_buffer(void)
{
	struct cam_frame_buffer_plane plane;
	struct cam_shared_buffer *buffer;

	return cam_shared_buffer_create(1, "test", LIMIT, CAM_ACCESS_READ,
					&plane, &buffer);
}

/* This program is larger than the limit, and a shared object in form. */
static int copy_module(void)
{
	char why[CAMIPC_MODULE_WHY_SIZE];
	struct camipc_module_copy copy;
	int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);

	return camipc_module_copy_make(fd, NULL, &copy, why);
}

/* A body that does not fit into a datagram. */
static int send_large(void)
{
	struct camipc_channel_limits limits = {
		.max_message_size = 1024 * 1024,
	};
	struct camipc_message message;
	struct camipc_channel *channel;
	int pair[2];
	int ret;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair) < 0 ||
	    camipc_socket_channel_create(pair[0], &limits, &channel) < 0)
		return 0;
	camipc_message_init(&message);
	if (camipc_message_reserve(&message, 256 * 1024) < 0)
		return 0;
	message.header.kind = CAMIPC_MESSAGE_EVENT;
	message.header.body_size = 256 * 1024;
	ret = camipc_channel_send(channel, &message);
	camipc_message_fini(&message);
	camipc_channel_destroy(channel);
	return ret;
}

/* Runs @make in a child with the limit, which its exit status answers for. */
static int run_limited(int (*make)(void))
{
	const struct rlimit limit = { LIMIT, LIMIT };
	int status;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		signal(SIGXFSZ, SIG_DFL);
		if (setrlimit(RLIMIT_FSIZE, &limit) < 0)
			_exit(0);
		_exit(-make());
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return -WEXITSTATUS(status);
}

static void large_files_are_refused(void **state)
{
	(void)state;
	assert_int_equal(run_limited(make_ring), -EFBIG);
	assert_int_equal(run_limited(make_buffer), -EFBIG);
	assert_int_equal(run_limited(copy_module), -EFBIG);
	assert_int_equal(run_limited(send_large), -ENOMEM);
	assert_int_equal(run_limited(make_small_buffer), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(large_files_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
