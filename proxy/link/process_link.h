/* SPDX-License-Identifier: MIT */
/*
 * The inside of the link to a worker process, shared by its three parts: birth
 * (process_birth.c), records (process_link.c), death (process_death.c). The
 * rest of the library only knows the factory "process".
 */
#ifndef CAMIPC_PROXY_PROCESS_LINK_H
#define CAMIPC_PROXY_PROCESS_LINK_H

#include "channel.h"
#include "crash_report.h"
#include "ipa_link.h"
#include "worker_log.h"

struct camipc_child;

/** Thread word: bound. */
struct camipc_process_link {
	struct camipc_link base;
	struct camipc_child *child;
	struct camipc_channel *channel;
	struct camipc_record_pool *pool; /* the proxy's: a reference */
	struct camipc_record *spare; /* for the next pop() */
	int epoll_fd; /* borrowed */
	int cancel_fd; /* borrowed */

	bool watched; /* its fds are in epoll_fd */
	bool log_open; /* the worker's stderr has not ended */
	bool fresh; /* poll() looked at everything since service() did */
	bool starved; /* the last pop() only met log messages */
	bool ended; /* the pidfd says so: nothing more will be sent */
	bool closed; /* everything was read */
	bool said_bye; /* the worker did */
	bool wrapped; /* by CAMIPC_WORKER_WRAPPER */
	bool over; /* killed and reaped; @end holds */

	struct camipc_worker_log log;
	struct camipc_served served;
	uint16_t *methods; /* what @served points to */

	struct camipc_closed_info end;
	struct camipc_crash_report crash; /* the worker's last word */
	char module_name[64];
	char module_path[4096];
};

/**
 * camipc_process_poll() - sleep until the channel has something to say
 * @cancel_fd: -1: none
 * @deadline: as deadline.h
 *
 * Reads the worker's stderr meanwhile. Returns 0, -ECANCELED or -ETIMEDOUT;
 * see camipc_link_ops.wait.
 */
int camipc_process_poll(struct camipc_process_link *process, int cancel_fd,
			int64_t deadline);

/** Looks without waiting: is the worker alive, has it written to stderr? */
void camipc_process_look(struct camipc_process_link *process);

#endif /* CAMIPC_PROXY_PROCESS_LINK_H */
