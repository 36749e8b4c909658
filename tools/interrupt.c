/* SPDX-License-Identifier: MIT */
/* Turns signals into a readable pipe. */
#include "interrupt.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

static volatile sig_atomic_t caught;
static volatile sig_atomic_t finishes_writes;
static int wake_fd = -1;
static int wait_fd = -1;

static const int ending[] = { SIGINT, SIGTERM, SIGHUP };

#define N_ENDING (sizeof(ending) / sizeof(ending[0]))

/* Without SA_RESTART a signal ends a write() to a pipe that nobody reads. */
static void set_action(const int *signals, size_t n, void (*handler)(int),
		       int flags)
{
	struct sigaction action = { .sa_handler = handler, .sa_flags = flags };
	size_t i;

	sigemptyset(&action.sa_mask);
	for (i = 0; i < n; i++)
		sigaction(signals[i], &action, NULL);
}

static void on_signal(int signal)
{
	int saved = errno;

	if (!caught && finishes_writes)
		set_action(ending, N_ENDING, on_signal, 0);
	if (!caught)
		caught = signal;
	/* If the pipe is full, it is readable already. */
	(void)!write(wake_fd, "", 1);
	errno = saved;
}

int interrupt_init(void)
{
	int fds[2];

	if (pipe2(fds, O_CLOEXEC | O_NONBLOCK) < 0)
		return -errno;
	wait_fd = fds[0];
	wake_fd = fds[1];
	set_action(ending, N_ENDING, on_signal, 0);
	return wait_fd;
}

void interrupt_let_writes_finish(void)
{
	finishes_writes = 1;
	set_action(ending, N_ENDING, on_signal, SA_RESTART);
}

void interrupt_fini(void)
{
	set_action(ending, N_ENDING, SIG_DFL, 0);
	finishes_writes = 0;
	close(wait_fd);
	close(wake_fd);
	wait_fd = wake_fd = -1;
}

void interrupt_clear(void)
{
	caught = 0;
}

int interrupt_signal(void)
{
	return caught;
}
