/* SPDX-License-Identifier: MIT */
/* Leaks what its argument names: a control for the valgrind wrapper. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	const char *what = argc > 1 ? argv[1] : "nothing";
	int fds[2];

	if (strcmp(what, "file") == 0)
		return open("/dev/null", O_RDONLY | O_CLOEXEC) < 0;
	if (strcmp(what, "socket") == 0)
		return socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0,
				  fds) < 0;
	if (strcmp(what, "memory") == 0) {
		char *volatile lost = malloc(17);

		lost = NULL;
		return lost != NULL;
	}
	if (strcmp(what, "status") == 0)
		return 7;
	return 0;
}
