/* SPDX-License-Identifier: MIT */
/*
 * The factory "process": the module runs in a worker process of its own,
 * records travel as bytes over a socket. What the worker sends, does or leaves
 * undone cannot hurt this process; at worst the worker is killed.
 */
#include <errno.h>
#include <stdlib.h>

#include "child_process.h"
#include "ipa_link.h"
#include "worker_end.h"
#include "worker_start.h"

/** Thread word: bound. */
struct process_link {
	struct camipc_link base;
	struct camipc_worker_peer peer;
	struct camipc_record_pool *pool; /* the proxy's: a reference */
	struct camipc_record *spare; /* for the next pop() */
	struct camipc_loaded loaded; /* owns its ids */
	struct camipc_served served;
	struct camipc_closed_info end; /* once the peer has ended */
	int cancel_fd; /* borrowed */
};

static struct process_link *to_process(struct camipc_link *link)
{
	return (struct process_link *)(void *)link;
}

static const struct process_link *
to_const_process(const struct camipc_link *link)
{
	return (const struct process_link *)(const void *)link;
}

static bool is_encoded(const struct camipc_link *link)
{
	(void)link;
	return true;
}

static const struct camipc_served *served(const struct camipc_link *link)
{
	return &to_const_process(link)->served;
}

static int get_pid(const struct camipc_link *link)
{
	return camipc_child_get_pid(to_const_process(link)->peer.process.child);
}

/* ---- records ----------------------------------------------------------- */

static bool is_open(const struct process_link *process)
{
	return process->peer.phase == CAMIPC_WORKER_OPEN;
}

static int push(struct camipc_link *link, struct camipc_record *record)
{
	struct process_link *process = to_process(link);
	int ret;

	if (!is_open(process))
		return -EPIPE;
	ret = camipc_channel_send(process->peer.channel, &record->message);
	if (ret == 0)
		camipc_record_release(record);
	return ret;
}

static void want_room(struct camipc_link *link, bool want)
{
	struct process_link *process = to_process(link);

	if (is_open(process))
		camipc_channel_want_room(process->peer.channel, want);
}

/* Whether a worker may send this once it has loaded its module. */
static bool is_for_proxy(const struct camipc_record *record)
{
	switch (record->message.header.kind) {
	case CAMIPC_MESSAGE_REPLY:
	case CAMIPC_MESSAGE_EVENT:
	case CAMIPC_MESSAGE_CREDIT:
		return true;
	default:
		return false;
	}
}

static int receive(struct process_link *process, struct camipc_record *record,
		   enum camipc_reason *ret_reason)
{
	int ret = camipc_worker_peer_receive(&process->peer, &record->message,
					     ret_reason);

	/* Its hello was of the right version: it cannot be another one now. */
	if (ret == -ESTALE)
		return -EPROTO;
	if (ret < 0 || is_for_proxy(record))
		return ret;
	camipc_message_reset(&record->message);
	*ret_reason = CAMIPC_REASON_BAD_PROTOCOL;
	return -EPROTO;
}

static int pop(struct camipc_link *link, struct camipc_record **ret_record,
	       enum camipc_reason *ret_reason)
{
	struct process_link *process = to_process(link);
	int ret;

	if (!is_open(process))
		return -EPIPE;
	if (!process->spare)
		process->spare = camipc_record_get(process->pool);
	if (!process->spare)
		return -ENOMEM;
	ret = receive(process, process->spare, ret_reason);
	if (ret < 0)
		return ret;
	*ret_record = process->spare;
	process->spare = NULL;
	return 0;
}

/* ---- waiting ----------------------------------------------------------- */

static int wait_for(struct camipc_link *link, int64_t deadline)
{
	struct process_link *process = to_process(link);

	return camipc_worker_peer_wait(&process->peer, process->cancel_fd,
				       deadline);
}

static void service(struct camipc_link *link)
{
	struct camipc_worker_peer *peer = &to_process(link)->peer;

	if (peer->phase != CAMIPC_WORKER_ENDED)
		camipc_worker_process_check(&peer->process, &peer->notes.log);
}

/* ---- the end ----------------------------------------------------------- */

static void kill_worker(struct camipc_link *link,
			struct camipc_closed_info *info)
{
	struct process_link *process = to_process(link);
	const struct camipc_closed_info asked = *info;

	if (process->peer.phase != CAMIPC_WORKER_ENDED) {
		process->end = asked;
		camipc_worker_end(&process->peer, &process->end);
	}
	*info = process->end;
	/* What the proxy knows better, and may know only by now. */
	info->size = asked.size;
	info->error = asked.error;
	info->module = asked.module;
	info->last_call = asked.last_call;
	info->last_event = asked.last_event;
	info->text = asked.text;
}

static void free_link(struct process_link *process)
{
	camipc_worker_peer_fini(&process->peer);
	camipc_record_release(process->spare);
	camipc_record_pool_unref(process->pool);
	free(process->loaded.methods);
	free(process);
}

static void destroy(struct camipc_link *link)
{
	struct process_link *process = to_process(link);

	camipc_worker_ask_to_end(&process->peer);
	free_link(process);
}

static const struct camipc_link_ops process_ops = {
	.size = sizeof(process_ops),
	.name = "process",
	.is_encoded = is_encoded,
	.served = served,
	.push = push,
	.want_room = want_room,
	.pop = pop,
	.wait = wait_for,
	.service = service,
	.kill = kill_worker,
	.destroy = destroy,
	.get_pid = get_pid,
};

/* ---- the factory ------------------------------------------------------- */

static int start(struct process_link *process,
		 const struct camipc_link_params *params)
{
	int ret = camipc_worker_start(&process->peer, params,
				      &process->loaded);

	if (ret < 0)
		return ret;
	process->served.methods = process->loaded.methods;
	process->served.n_methods = process->loaded.n_methods;
	return camipc_worker_peer_watch(&process->peer, params->epoll_fd);
}

static int create(const struct camipc_link_params *params,
		  struct camipc_link **ret_link)
{
	struct process_link *process = calloc(1, sizeof(*process));
	int ret;

	if (!process)
		return -ENOMEM;
	process->base.ops = &process_ops;
	process->cancel_fd = params->cancel_fd;
	process->pool = camipc_record_pool_ref(params->pool);
	camipc_worker_peer_init(&process->peer, params->module->info.name);
	ret = start(process, params);
	if (ret < 0) {
		free_link(process);
		return ret;
	}
	*ret_link = &process->base;
	return 0;
}

static const struct camipc_proxy_factory process_factory = {
	.size = sizeof(process_factory),
	.name = "process",
	.create = create,
};
CAMIPC_REGISTER_PROXY_FACTORY(process_factory)
