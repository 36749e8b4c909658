/* SPDX-License-Identifier: MIT */
#include "interrupt.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

static volatile sig_atomic_t caught;
static int wake_fd = -1;

static void on_signal(int signal)
{
	int saved = errno;

	if (!caught)
		caught = signal;
	/* Full or not: it is readable. */
	(void)!write(wake_fd, "", 1);
	errno = saved;
}

int interrupt_init(void)
{
	static const int signals[] = { SIGINT, SIGTERM, SIGHUP };
	struct sigaction action = { .sa_handler = on_signal };
	int fds[2];
	size_t i;

	if (pipe2(fds, O_CLOEXEC | O_NONBLOCK) < 0)
		return -errno;
	wake_fd = fds[1];
	sigemptyset(&action.sa_mask);
	action.sa_flags = SA_RESTART;
	for (i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		sigaction(signals[i], &action, NULL);
	/* What write() says is an error of a file, not our end. */
	action.sa_handler = SIG_IGN;
	sigaction(SIGPIPE, &action, NULL);
	sigaction(SIGXFSZ, &action, NULL);
	return fds[0];
}

int interrupt_signal(void)
{
	return caught;
}
