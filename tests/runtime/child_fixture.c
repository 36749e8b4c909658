/* SPDX-License-Identifier: MIT */
/* The test bed of tests of child processes. */
#include "child_fixture.h"

#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

static const char *const kept[] = { "TEST_KEPT", "TEST_UNSET", NULL };

int child_spawn(const char *role, struct camipc_child **ret_child,
		int *ret_socket)
{
	static char path[] = CHILD_ROLES;
	char *argv[] = { path, (char *)(uintptr_t)role, NULL };
	int fds[2];
	const struct camipc_child_options options = {
		.path = path,
		.argv = argv,
		.environment = kept,
		.fds = &fds[1],
		.n_fds = 1,
	};
	int ret;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) < 0)
		return -errno;
	ret = camipc_child_spawn(&options, ret_child);
	close(fds[1]);
	if (ret == 0 && ret_socket)
		*ret_socket = fds[0];
	else
		close(fds[0]);
	return ret;
}

void child_hear(int fd, const char *end, char *text, size_t size)
{
	struct pollfd pfd = { .fd = fd, .events = POLLIN };
	size_t used = 0;

	text[0] = '\0';
	while (!strstr(text, end) && poll(&pfd, 1, CHILD_LIMIT_MS) == 1) {
		ssize_t n = read(fd, text + used, size - 1 - used);

		if (n <= 0)
			return;
		used += (size_t)n;
		text[used] = '\0';
	}
}

int child_spawn_path(const char *path)
{
	char *argv[] = { (char *)(uintptr_t)path, NULL };
	const struct camipc_child_options options = { .path = path,
						      .argv = argv };
	struct camipc_child *child;
	int ret = camipc_child_spawn(&options, &child);

	if (ret == 0)
		camipc_child_destroy(child);
	return ret;
}

bool child_ends_within(int pid, int ms)
{
	int fd = (int)syscall(SYS_pidfd_open, pid, 0);
	struct pollfd pfd = { .fd = fd, .events = POLLIN };
	bool ended = fd < 0 || poll(&pfd, 1, ms) == 1;

	if (fd >= 0)
		close(fd);
	return ended;
}
