/* SPDX-License-Identifier: MIT */
/*
 * The factory "process": the module runs in a worker process of its own,
 * records travel as bytes over a socket. What the worker sends, does or leaves
 * undone cannot hurt this process; the worst it gets is killed.
 */
#include "process_link.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <camipc/log.h>

#include "child_process.h"
#include "ipa_link.h"
#include "process_birth.h"
#include "process_death.h"
#include "socket_channel.h"

#define TOPIC "proxy.process"

/* Log messages that one pop() handles at most, on its way to a record. */
#define LOG_BATCH 32

static struct camipc_process_link *as_process(struct camipc_link *link)
{
	return (struct camipc_process_link *)link;
}

static bool process_is_encoded(const struct camipc_link *link)
{
	(void)link;
	return true;
}

static const struct camipc_served *process_served(const struct camipc_link *link)
{
	return &((const struct camipc_process_link *)link)->served;
}

static int process_get_pid(const struct camipc_link *link)
{
	const struct camipc_process_link *process =
		(const struct camipc_process_link *)link;

	return process->child ? camipc_child_get_pid(process->child) : 0;
}

/* ---- records ----------------------------------------------------------- */

static int process_push(struct camipc_link *link, struct camipc_record *record)
{
	struct camipc_process_link *process = as_process(link);
	int ret;

	if (process->closed)
		return -EPIPE;
	ret = camipc_channel_send(process->channel, &record->message);
	if (ret == 0)
		camipc_record_release(record);
	return ret;
}

static void process_want_room(struct camipc_link *link, bool want)
{
	struct camipc_process_link *process = as_process(link);

	if (!process->closed)
		camipc_channel_want_room(process->channel, want);
}

/* What the worker may send once it is loaded; 1: not for the proxy. */
static int sort_out(struct camipc_process_link *process,
		    struct camipc_message *message,
		    enum camipc_reason *ret_reason)
{
	switch (message->header.kind) {
	case CAMIPC_MESSAGE_REPLY:
	case CAMIPC_MESSAGE_EVENT:
	case CAMIPC_MESSAGE_CREDIT:
		return 0;
	case CAMIPC_MESSAGE_LOG:
		camipc_worker_log_message(&process->log, message->header.id,
					  camipc_message_body(message),
					  message->header.body_size);
		return 1;
	case CAMIPC_MESSAGE_BYE:
		camipc_process_note_bye(process, message);
		return -EPIPE;
	case CAMIPC_MESSAGE_CRASH:
		if (camipc_crash_report_read(&process->crash,
					     camipc_message_body(message),
					     message->header.body_size) == 0)
			return 1;
		break;
	default:
		break;
	}
	*ret_reason = CAMIPC_REASON_BAD_PROTOCOL;
	return -EPROTO;
}

static int receive(struct camipc_process_link *process,
		   struct camipc_message *message,
		   enum camipc_reason *ret_reason)
{
	process->starved = false;
	for (int i = 0; i < LOG_BATCH; i++) {
		/* What was known before the read, so that nothing is missed. */
		bool ended = process->ended;
		int ret = camipc_channel_receive(process->channel, message,
						 false, ret_reason);

		if (ret == 0)
			ret = sort_out(process, message, ret_reason);
		/* Whoever else holds the other end has nothing to say. */
		if (ret == -EAGAIN && ended)
			return -EPIPE;
		if (ret == -ESTALE)
			return -EPROTO;
		if (ret != 1)
			return ret;
		camipc_message_reset(message);
	}
	process->starved = true;
	return -EAGAIN;
}

static int process_pop(struct camipc_link *link,
		       struct camipc_record **ret_record,
		       enum camipc_reason *ret_reason)
{
	struct camipc_process_link *process = as_process(link);
	struct camipc_record *record = process->spare;
	int ret;

	if (process->closed)
		return -EPIPE;
	if (!record)
		record = camipc_record_get(process->pool);
	if (!record)
		return -ENOMEM;
	process->spare = NULL;
	ret = receive(process, &record->message, ret_reason);
	if (ret == 0) {
		*ret_record = record;
		return 0;
	}
	camipc_message_reset(&record->message);
	process->spare = record;
	if (ret == -EPIPE)
		process->closed = true;
	return ret;
}

/* ---- waiting ----------------------------------------------------------- */

static int process_wait(struct camipc_link *link, int64_t deadline)
{
	struct camipc_process_link *process = as_process(link);

	return camipc_process_poll(process, process->cancel_fd, deadline);
}

static void process_service(struct camipc_link *link)
{
	camipc_process_look(as_process(link));
}

/* ---- the end ----------------------------------------------------------- */

static void process_kill(struct camipc_link *link,
			 struct camipc_closed_info *info)
{
	camipc_process_end(as_process(link), info);
}

static void process_destroy(struct camipc_link *link)
{
	struct camipc_process_link *process = as_process(link);

	camipc_process_say_bye(process);
	camipc_process_free(process);
}

static const struct camipc_link_ops process_ops = {
	.size = sizeof(process_ops),
	.name = "process",
	.is_encoded = process_is_encoded,
	.served = process_served,
	.push = process_push,
	.want_room = process_want_room,
	.pop = process_pop,
	.wait = process_wait,
	.service = process_service,
	.kill = process_kill,
	.destroy = process_destroy,
	.get_pid = process_get_pid,
};

/* ---- the factory ------------------------------------------------------- */

static int add_to_epoll(struct camipc_process_link *process, int fd)
{
	struct epoll_event event = { .events = EPOLLIN };

	if (epoll_ctl(process->epoll_fd, EPOLL_CTL_ADD, fd, &event) < 0)
		return -errno;
	return 0;
}

static int watch(struct camipc_process_link *process)
{
	int ret = camipc_channel_watch(process->channel, process->epoll_fd);

	if (ret == 0)
		ret = add_to_epoll(process,
				   camipc_child_get_pidfd(process->child));
	if (ret == 0 && process->log_open)
		ret = add_to_epoll(process,
				   camipc_child_get_stderr(process->child));
	process->watched = true;
	return ret;
}

static int process_create(const struct camipc_link_params *params,
			  struct camipc_link **ret_link)
{
	struct camipc_process_link *process = calloc(1, sizeof(*process));
	int ret;

	if (!process)
		return -ENOMEM;
	process->base.ops = &process_ops;
	process->epoll_fd = params->epoll_fd;
	process->cancel_fd = params->cancel_fd;
	snprintf(process->module_name, sizeof(process->module_name), "%s",
		 params->module->info.name);
	snprintf(process->module_path, sizeof(process->module_path), "%s",
		 params->module->path);
	camipc_worker_log_init(&process->log, process->module_name);
	process->pool = camipc_record_pool_ref(params->pool);
	ret = camipc_process_be_born(process, params);
	if (ret == 0)
		ret = watch(process);
	if (ret < 0) {
		camipc_process_free(process);
		return ret;
	}
	*ret_link = &process->base;
	return 0;
}

static const struct camipc_proxy_factory process_factory = {
	.size = sizeof(process_factory),
	.name = "process",
	.create = process_create,
};
CAMIPC_REGISTER_PROXY_FACTORY(process_factory)
