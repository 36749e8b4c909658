/* SPDX-License-Identifier: MIT */
/* Reads what an untrusted child prints, and never waits for it. */
#include "untrusted_stream.h"

#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <linux/sockios.h>

#include "closer.h"
#include "socket_channel-internal.h"

int camipc_untrusted_stream_open(int *ret_read, int *ret_write)
{
	const int on = 1;
	int fds[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0,
		       fds) < 0)
		return -1;
	camipc_socket_refuse_fds(fds[0]);
	/* Else a read skips what was sent out of band, and the kernel closes there
	 * what came with it. Where this is refused, SO_PASSRIGHTS remains. */
	(void)setsockopt(fds[0], SOL_SOCKET, SO_OOBINLINE, &on, sizeof(on));
	/* Nothing is ever sent to the child. */
	shutdown(fds[0], SHUT_WR);
	*ret_read = fds[0];
	*ret_write = fds[1];
	return 0;
}

/* Returns true if there were descriptors. */
static bool close_fds(struct msghdr *msg)
{
	bool any = (msg->msg_flags & MSG_CTRUNC) != 0;

	for (struct cmsghdr *cmsg = CMSG_FIRSTHDR(msg); cmsg;
	     cmsg = CMSG_NXTHDR(msg, cmsg)) {
		size_t n = (cmsg->cmsg_len - CMSG_LEN(0)) / sizeof(int);

		if (cmsg->cmsg_level != SOL_SOCKET ||
		    cmsg->cmsg_type != SCM_RIGHTS)
			continue;
		any = true;
		for (size_t i = 0; i < n; i++) {
			int fd;

			memcpy(&fd, CMSG_DATA(cmsg) + i * sizeof(fd),
			       sizeof(fd));
			camipc_closer_close(fd, NULL);
		}
	}
	return any;
}

ssize_t camipc_untrusted_stream_read(int fd, char *bytes, size_t size)
{
	struct iovec iov = { bytes, size };
	/* The kernel closes what does not fit, and may block then. */
	union control control;
	struct msghdr msg;
	ssize_t n;

	do {
		msg = (struct msghdr){
			.msg_iov = &iov,
			.msg_iovlen = 1,
			.msg_control = control.bytes,
			.msg_controllen = sizeof(control.bytes),
		};
		n = recvmsg(fd, &msg, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
	} while (n < 0 && errno == EINTR);
	if (n > 0 && close_fds(&msg)) {
		errno = EBADMSG;
		return -1;
	}
	return n;
}

void camipc_untrusted_stream_close(int fd)
{
	int left = 0;

	/* From now on nothing can come; what waits may have descriptors. */
	if (shutdown(fd, SHUT_RDWR) == 0 && ioctl(fd, SIOCINQ, &left) == 0 &&
	    left == 0)
		close(fd);
	else
		camipc_closer_close(fd, NULL);
}
