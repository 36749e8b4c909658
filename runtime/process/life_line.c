/* SPDX-License-Identifier: MIT */
/* Life-lines: sockets that make a child die together with its parent. */
#include "life_line.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "refusal.h"

/* State of the process as a whole, as fork() is: all life-lines it holds. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static struct camipc_life_line lines = { &lines, &lines, -1 };
static int once_error;

static void before_fork(void)
{
	pthread_mutex_lock(&lock);
}

static void after_fork_in_parent(void)
{
	pthread_mutex_unlock(&lock);
}

static void after_fork_in_child(void)
{
	for (struct camipc_life_line *line = lines.next; line != &lines;
	     line = line->next) {
		close(line->fd);
		line->fd = -1;
	}
	pthread_mutex_unlock(&lock);
}

static void register_handlers(void)
{
	once_error = pthread_atfork(before_fork, after_fork_in_parent,
				    after_fork_in_child);
}

int camipc_life_line_init(struct camipc_life_line *line, int *ret_child_fd)
{
	int fds[2];

	line->fd = -1;
	pthread_once(&once, register_handlers);
	if (once_error)
		return -once_error;
	/* Under the lock, so that no fork comes between socket and list. */
	pthread_mutex_lock(&lock);
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) < 0) {
		int error = errno;

		pthread_mutex_unlock(&lock);
		return error == ENFILE ? -EMFILE : -error;
	}
	/* Nothing may be queued that closing this end would have to close. */
	shutdown(fds[0], SHUT_RD);
	line->fd = fds[0];
	line->next = lines.next;
	line->previous = &lines;
	lines.next->previous = line;
	lines.next = line;
	pthread_mutex_unlock(&lock);
	*ret_child_fd = fds[1];
	return 0;
}

void camipc_life_line_fini(struct camipc_life_line *line)
{
	pthread_mutex_lock(&lock);
	if (line->next) {
		line->next->previous = line->previous;
		line->previous->next = line->next;
		line->next = NULL;
		line->previous = NULL;
	}
	if (line->fd >= 0)
		close(line->fd);
	line->fd = -1;
	pthread_mutex_unlock(&lock);
}

/* ---- in the child -------------------------------------------------------- */

static void *watch(void *user)
{
	char byte;

	/* Nobody writes: this returns at the end. */
	while (read((int)(intptr_t)user, &byte, 1) < 0 && errno == EINTR)
		;
	kill(getpid(), SIGKILL);
	_exit(128 + SIGKILL);
}

int camipc_life_line_watch(int fd)
{
	pthread_attr_t attributes;
	pthread_t thread;
	sigset_t all;
	sigset_t saved;
	int error = pthread_attr_init(&attributes);

	if (error)
		return -error;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &saved);
	pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
	error = pthread_create(&thread, &attributes, watch,
			       (void *)(intptr_t)fd);
	pthread_sigmask(SIG_SETMASK, &saved, NULL);
	pthread_attr_destroy(&attributes);
	return -error;
}

static int ask_for_signal(int fd)
{
	int flags = fcntl(fd, F_GETFL);

	if (flags < 0 || fcntl(fd, F_SETOWN, getpid()) < 0 ||
	    fcntl(fd, F_SETSIG, SIGKILL) < 0 ||
	    fcntl(fd, F_SETFL, flags | O_ASYNC) < 0)
		return -errno;
	return 0;
}

int camipc_life_line_attach(int fd)
{
	static atomic_flag said = ATOMIC_FLAG_INIT;
	struct pollfd pfd = { .fd = fd, .events = POLLIN };
	int ret = ask_for_signal(fd);

	if (ret < 0 && camipc_is_refusal(-ret)) {
		camipc_say_refused(&said, "fcntl", -ret,
				   "a thread waits for the host's end");
		ret = 1;
	}
	if (ret < 0)
		return ret;
	/* A parent that died before sends no signal any more. */
	if (poll(&pfd, 1, 0) > 0)
		return -EPIPE;
	/* If that is refused, so was asking for this signal. */
	if (prctl(PR_SET_PDEATHSIG, 0) < 0 && !camipc_is_refusal(errno))
		return -errno;
	return ret;
}
