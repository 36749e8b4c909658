/* SPDX-License-Identifier: MIT */
/* Watches a worker's exit and its stderr, and kills it. */
#include "worker_process.h"

#include <errno.h>
#include <sys/epoll.h>

#include "child_process.h"
#include "fd_poll.h"
#include "refusal.h"
#include "worker_log.h"

/* SIGKILL takes about a millisecond. Who kills waits no longer for the status:
 * the rest is done by a thread, once the child is destroyed. */
#define REAP_MS 10

/* Batches of stderr that are still read at the end. */
#define LAST_BATCHES 4

void camipc_worker_process_init(struct camipc_worker_process *process)
{
	*process = (struct camipc_worker_process){ .epoll_fd = -1 };
}

void camipc_worker_process_take(struct camipc_worker_process *process,
				struct camipc_child *child)
{
	process->child = child;
	process->stderr_open = true;
}

static int add_to_epoll(int epoll_fd, int fd)
{
	struct epoll_event event = { .events = EPOLLIN };

	return epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &event) < 0 ?
		       camipc_system_error(errno) :
		       0;
}

int camipc_worker_process_watch(struct camipc_worker_process *process,
				int epoll_fd)
{
	int ret;

	ret = add_to_epoll(epoll_fd, camipc_child_get_pidfd(process->child));
	if (ret < 0)
		return ret;
	process->epoll_fd = epoll_fd;
	if (!process->stderr_open)
		return 0;
	return add_to_epoll(epoll_fd, camipc_child_get_stderr(process->child));
}

static void unwatch(struct camipc_worker_process *process)
{
	if (process->epoll_fd < 0)
		return;
	epoll_ctl(process->epoll_fd, EPOLL_CTL_DEL,
		  camipc_child_get_pidfd(process->child), NULL);
	if (process->stderr_open)
		epoll_ctl(process->epoll_fd, EPOLL_CTL_DEL,
			  camipc_child_get_stderr(process->child), NULL);
	process->epoll_fd = -1;
}

static void read_stderr(struct camipc_worker_process *process,
			struct camipc_worker_log *log)
{
	int fd = camipc_child_get_stderr(process->child);

	if (!process->stderr_open || camipc_worker_log_read(log, fd) == 0)
		return;
	/* At its end a pipe always polls readable. */
	process->stderr_open = false;
	if (process->epoll_fd >= 0)
		epoll_ctl(process->epoll_fd, EPOLL_CTL_DEL, fd, NULL);
}

void camipc_worker_process_get_poll(const struct camipc_worker_process *process,
				    struct pollfd *pfds)
{
	pfds[CAMIPC_WORKER_POLL_EXIT] = (struct pollfd){
		.fd = camipc_child_get_pidfd(process->child),
		.events = POLLIN,
	};
	pfds[CAMIPC_WORKER_POLL_STDERR] = (struct pollfd){
		.fd = process->stderr_open ?
			      camipc_child_get_stderr(process->child) :
			      -1,
		.events = POLLIN,
	};
}

void camipc_worker_process_handle_poll(struct camipc_worker_process *process,
				       const struct pollfd *pfds,
				       struct camipc_worker_log *log)
{
	process->polled = true;
	if (pfds[CAMIPC_WORKER_POLL_EXIT].revents)
		process->exited = true;
	if (pfds[CAMIPC_WORKER_POLL_STDERR].revents)
		read_stderr(process, log);
}

void camipc_worker_process_check(struct camipc_worker_process *process,
				 struct camipc_worker_log *log)
{
	struct pollfd pfds[CAMIPC_WORKER_POLL_COUNT];

	if (!process->polled) {
		camipc_worker_process_get_poll(process, pfds);
		if (camipc_poll(pfds, CAMIPC_WORKER_POLL_COUNT, 0) > 0)
			camipc_worker_process_handle_poll(process, pfds, log);
	}
	process->polled = false;
	camipc_worker_log_settle(log);
}

void camipc_worker_process_kill(struct camipc_worker_process *process,
				struct camipc_worker_log *log)
{
	(void)camipc_child_kill(process->child);
	(void)!camipc_child_wait(process->child, REAP_MS);
	unwatch(process);
	for (int i = 0; i < LAST_BATCHES && process->stderr_open; i++)
		read_stderr(process, log);
	camipc_worker_log_finish(log);
}

void camipc_worker_process_fini(struct camipc_worker_process *process)
{
	if (!process->child)
		return;
	unwatch(process);
	camipc_child_destroy(process->child);
	camipc_worker_process_init(process);
}
