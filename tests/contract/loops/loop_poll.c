/* SPDX-License-Identifier: MIT */
/* Implements loop.h with poll(). */
#include <errno.h>
#include <poll.h>

#include "loop.h"

int loop_run(int fd, bool (*ready)(void *user), void *user)
{
	struct pollfd pfd = { .fd = fd, .events = POLLIN };

	do {
		if (poll(&pfd, 1, -1) < 0 && errno != EINTR)
			return -errno;
	} while (!(pfd.revents & POLLIN) || ready(user));
	return 0;
}
