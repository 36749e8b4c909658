/* SPDX-License-Identifier: MIT */
/* Makes sockets that linger. */
#include "slow_close.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

static struct sockaddr_in loopback(uint16_t port)
{
	struct sockaddr_in address;

	memset(&address, 0, sizeof(address));
	address.sin_family = AF_INET;
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	address.sin_port = htons(port);
	return address;
}

void slow_close_begin(struct slow_close *slow)
{
	struct sockaddr_in address = loopback(0);
	socklen_t size = sizeof(address);
	int small = 4096;

	slow->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_true(slow->listener >= 0);
	(void)setsockopt(slow->listener, SOL_SOCKET, SO_RCVBUF, &small,
			 sizeof(small));
	assert_int_equal(bind(slow->listener, (struct sockaddr *)&address,
			      sizeof(address)),
			 0);
	assert_int_equal(listen(slow->listener, 512), 0);
	assert_int_equal(getsockname(slow->listener,
				     (struct sockaddr *)&address, &size),
			 0);
	slow->port = ntohs(address.sin_port);
}

void slow_close_end(struct slow_close *slow)
{
	close(slow->listener);
}

int slow_close_open(uint16_t port)
{
	const struct linger linger = { .l_onoff = 1, .l_linger = SLOW_CLOSE_S };
	struct sockaddr_in address = loopback(port);
	char bytes[65536];
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -1;
	memset(bytes, 0, sizeof(bytes));
	if (connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger)) <
		    0) {
		close(fd);
		return -1;
	}
	while (send(fd, bytes, sizeof(bytes), MSG_DONTWAIT | MSG_NOSIGNAL) > 0)
		;
	return fd;
}
