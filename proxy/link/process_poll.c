/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <poll.h>
#include <sys/epoll.h>

#include "child_process.h"
#include "process_link.h"

enum { POLL_CHANNEL, POLL_CHILD, POLL_LOG, POLL_CANCEL, N_POLL };

static void read_log(struct camipc_process_link *process)
{
	int fd = camipc_child_get_stderr(process->child);

	if (!process->log_open ||
	    camipc_worker_log_read(&process->log, fd) == 0)
		return;
	/* At its end it stays readable for good. */
	process->log_open = false;
	if (process->watched)
		epoll_ctl(process->epoll_fd, EPOLL_CTL_DEL, fd, NULL);
}

/* One round; 1: nothing yet, look again. */
static int poll_once(struct camipc_process_link *process, struct pollfd *pfds,
		     int64_t deadline)
{
	/* Roughly: a tick late at most, never early. */
	int timeout = camipc_deadline_to_poll(deadline, camipc_now_roughly());

	pfds[POLL_LOG].fd = process->log_open ?
				    camipc_child_get_stderr(process->child) :
				    -1;
	if (poll(pfds, N_POLL, timeout) < 0)
		return errno == EINTR ? 1 : -errno;
	process->fresh = true;
	if (pfds[POLL_CHILD].revents)
		process->ended = true;
	if (pfds[POLL_LOG].revents)
		read_log(process);
	/* A worker that only ever logs must not stretch the deadline. */
	if (pfds[POLL_CHANNEL].revents)
		return process->starved && timeout == 0 ? -ETIMEDOUT : 0;
	if (process->ended)
		return 0;
	if (pfds[POLL_CANCEL].revents)
		return -ECANCELED;
	return timeout == 0 ? -ETIMEDOUT : 1;
}

int camipc_process_poll(struct camipc_process_link *process, int cancel_fd,
			int64_t deadline)
{
	struct pollfd pfds[N_POLL] = {
		[POLL_CHILD] = { .fd = camipc_child_get_pidfd(process->child),
				 .events = POLLIN },
		[POLL_LOG] = { .events = POLLIN },
		[POLL_CANCEL] = { .fd = cancel_fd, .events = POLLIN },
	};
	int ret;

	if (process->closed)
		return 0;
	camipc_channel_get_poll(process->channel, &pfds[POLL_CHANNEL]);
	do {
		ret = poll_once(process, pfds, deadline);
	} while (ret == 1);
	return ret;
}

void camipc_process_look(struct camipc_process_link *process)
{
	struct pollfd pfds[2] = {
		{ .fd = camipc_child_get_pidfd(process->child),
		  .events = POLLIN },
		{ .fd = process->log_open ?
				camipc_child_get_stderr(process->child) :
				-1,
		  .events = POLLIN },
	};

	if (process->fresh || process->over) {
		process->fresh = false;
		return;
	}
	if (poll(pfds, 2, 0) <= 0)
		return;
	if (pfds[0].revents)
		process->ended = true;
	if (pfds[1].revents)
		read_log(process);
}
