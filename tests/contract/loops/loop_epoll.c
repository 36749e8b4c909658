/* SPDX-License-Identifier: MIT */
/* Implements loop.h with epoll. */
#include <errno.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "loop.h"

int loop_run(int fd, bool (*ready)(void *user), void *user)
{
	struct epoll_event event = { .events = EPOLLIN };
	int epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	bool more = true;
	int ret = 0;

	if (epoll_fd < 0)
		return -errno;
	if (epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &event) < 0)
		ret = -errno;
	while (ret == 0 && more) {
		int n = epoll_wait(epoll_fd, &event, 1, -1);

		if (n < 0 && errno != EINTR)
			ret = -errno;
		if (n > 0)
			more = ready(user);
	}
	close(epoll_fd);
	return ret;
}
