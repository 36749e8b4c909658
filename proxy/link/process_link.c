/* SPDX-License-Identifier: MIT */
/*
 * The factory "process": the module runs in a worker process of its own,
 * records travel as bytes over a socket. What the worker sends, does or leaves
 * undone cannot hurt this process; at worst the worker is killed.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <camipc/error.h>
#include <camipc/log.h>

#include "child_process.h"
#include "ipa_link.h"
#include "worker_end.h"
#include "waker.h"
#include "worker_start.h"

#define TOPIC "proxy.process"

/** Thread word: bound. */
struct process_link {
	struct camipc_link base;
	struct camipc_worker_peer peer;
	struct camipc_record_pool *pool; /* the proxy's: a reference */
	struct camipc_record *spare; /* for the next pop() */
	struct camipc_worker_birth *birth; /* until the module is loaded */
	uint16_t *methods; /* of @served */
	struct camipc_served served;
	struct camipc_closed_info end; /* once the peer has ended */
	int cancel_fd; /* borrowed */
	struct camipc_waker *waker; /* the proxy's */
	bool trace; /* TRACE messages were asked for */
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

static enum camipc_packing process_packing(const struct camipc_link *link)
{
	(void)link;
	return CAMIPC_PACK_LENT_BYTES;
}

static const struct camipc_served *process_served(const struct camipc_link *link)
{
	return &to_const_process(link)->served;
}

static int get_pid(const struct camipc_link *link)
{
	const struct process_link *process = to_const_process(link);

	/* The child is not ours any more once it has ended. */
	return process->peer.phase == CAMIPC_WORKER_ENDED ?
		       process->end.pid :
		       camipc_child_get_pid(process->peer.process.child);
}

static void get_sandbox(const struct camipc_link *link,
			struct camipc_sandbox *ret_sandbox)
{
	const struct process_link *process = to_const_process(link);
	const bool ended = process->peer.phase == CAMIPC_WORKER_ENDED;

	camipc_worker_sandbox_get(
		&process->peer.sandbox,
		ended ? 0 : camipc_child_get_pid(process->peer.process.child),
		ret_sandbox);
}

/* ---- records ----------------------------------------------------------- */

static bool is_open(const struct process_link *process)
{
	return process->peer.phase == CAMIPC_WORKER_OPEN;
}

static int process_push(struct camipc_link *link, struct camipc_record *record)
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

static void wake_worker(struct camipc_link *link)
{
	struct process_link *process = to_process(link);

	if (is_open(process))
		camipc_channel_wake(process->peer.channel);
}

static void want_room(struct camipc_link *link, bool want)
{
	struct process_link *process = to_process(link);

	if (is_open(process))
		camipc_channel_want_room(process->peer.channel, want);
}

/* Whether a worker may send this once it has loaded its module. */
static bool is_for_proxy(const struct process_link *process,
			 const struct camipc_record *record)
{
	switch (record->message.header.kind) {
	case CAMIPC_MESSAGE_REPLY:
	case CAMIPC_MESSAGE_EVENT:
	case CAMIPC_MESSAGE_CREDIT:
		return true;
	case CAMIPC_MESSAGE_TRACE:
		return process->trace;
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
	if (ret != 0 || is_for_proxy(process, record))
		return ret;
	camipc_message_reset(&record->message);
	*ret_reason = CAMIPC_REASON_BAD_PROTOCOL;
	return -EPROTO;
}

static int process_pop(struct camipc_link *link, struct camipc_record **ret_record,
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
	if (ret != 0)
		return ret;
	*ret_record = process->spare;
	process->spare = NULL;
	return 0;
}

/* ---- waiting ----------------------------------------------------------- */

/* Called in another thread. */
static void wake_waiter(void *link)
{
	camipc_worker_peer_interrupt(&((struct process_link *)link)->peer);
}

static int wait_for(struct camipc_link *link, int64_t deadline)
{
	struct process_link *process = to_process(link);
	int ret;

	/* The link of a second worker has entered itself meanwhile, and may have
	 * been woken in the place of this one. */
	if (CAMIPC_UNLIKELY(
		    camipc_waker_enter(process->waker, wake_waiter, process))) {
		ret = camipc_worker_peer_wait(&process->peer,
					      process->cancel_fd, 0);
		if (ret != -ETIMEDOUT)
			return ret;
	}
	return camipc_worker_peer_wait(&process->peer, process->cancel_fd,
				       deadline);
}

static int64_t look_at(const struct camipc_link *link)
{
	const struct process_link *process = to_const_process(link);
	const int64_t look_at = camipc_worker_peer_look_at(&process->peer);

	if (process->birth && process->peer.phase != CAMIPC_WORKER_ENDED &&
	    process->birth->pause.due < look_at)
		return process->birth->pause.due;
	return look_at;
}

static void service(struct camipc_link *link)
{
	camipc_worker_peer_service(&to_process(link)->peer);
}

static void attend(struct camipc_link *link)
{
	camipc_worker_peer_attend(&to_process(link)->peer);
}

static void announce(struct camipc_link *link)
{
	camipc_worker_peer_announce(&to_process(link)->peer);
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
	camipc_waker_leave(process->waker, process);
	camipc_worker_peer_fini(&process->peer);
	camipc_record_release(process->spare);
	camipc_record_pool_unref(process->pool);
	if (process->birth)
		free(process->birth->loaded.methods);
	free(process->birth);
	free(process->methods);
	free(process);
}

static void process_destroy(struct camipc_link *link)
{
	struct process_link *process = to_process(link);

	camipc_worker_ask_to_end(&process->peer);
	free_link(process);
}

/* ---- the beginning ------------------------------------------------------ */

static int end_birth(struct process_link *process)
{
	struct camipc_loaded *loaded = &process->birth->loaded;

	process->methods = loaded->methods;
	process->served.methods = loaded->methods;
	process->served.n_methods = loaded->n_methods;
	free(process->birth);
	process->birth = NULL;
	return 0;
}

static int process_continue(struct camipc_link *link,
			    const struct camipc_link_params *params)
{
	struct process_link *process = to_process(link);
	int ret;

	/* The proxy polls its stderr and its end, too, and may have another link
	 * that it services. */
	camipc_worker_peer_service(&process->peer);
	ret = camipc_worker_continue(&process->peer, params, process->birth);
	if (ret == 0)
		return end_birth(process);
	/* What follows in shared memory wakes the proxy's epoll, too. */
	if (ret == -EAGAIN)
		camipc_worker_peer_announce(&process->peer);
	if (process->peer.phase == CAMIPC_WORKER_ENDED)
		process->end = process->birth->end;
	return ret;
}

static const struct camipc_link_ops process_ops = {
	.size = sizeof(process_ops),
	.name = "process",
	.packing = process_packing,
	.served = process_served,
	.push = process_push,
	.wake = wake_worker,
	.want_room = want_room,
	.pop = process_pop,
	.wait = wait_for,
	.attend = attend,
	.settle = announce,
	.look_at = look_at,
	.service = service,
	.kill = kill_worker,
	.destroy = process_destroy,
	.get_sandbox = get_sandbox,
	.get_pid = get_pid,
	.resume = process_continue,
};

/* ---- the factory ------------------------------------------------------- */

static int watch_worker(struct process_link *process,
			const struct camipc_link_params *params)
{
	int ret = camipc_worker_peer_watch(&process->peer, params->epoll_fd);

	if (ret < 0)
		camipc_log(CAMIPC_LOG_ERROR, TOPIC,
			   "%s: cannot watch the worker: epoll_ctl: %s",
			   camipc_link_name(params), camipc_strerror(ret));
	return ret;
}

static struct process_link *make_link(const struct camipc_link_params *params)
{
	struct process_link *process = calloc(1, sizeof(*process));

	if (!process)
		return NULL;
	process->birth = malloc(sizeof(*process->birth));
	if (!process->birth) {
		free(process);
		return NULL;
	}
	memset(process->birth, 0, sizeof(*process->birth));
	process->base.ops = &process_ops;
	process->cancel_fd = params->cancel_fd;
	process->waker = params->waker;
	process->trace = params->trace;
	process->pool = camipc_record_pool_ref(params->pool);
	camipc_worker_peer_init(&process->peer, camipc_link_name(params),
				params->log_share);
	return process;
}

static int begin_worker(struct process_link *process,
			const struct camipc_link_params *params)
{
	int ret = camipc_worker_begin(&process->peer, params, process->birth);

	/* From now on the peer has all that another thread may use of it. */
	if (ret == 0)
		(void)camipc_waker_enter(process->waker, wake_waiter, process);
	return ret;
}

static int begin_process_link(const struct camipc_link_params *params,
			      struct camipc_link **ret_link)
{
	struct process_link *process = make_link(params);
	int ret;

	if (!process)
		return -ENOMEM;
	ret = begin_worker(process, params);
	if (ret == 0)
		ret = watch_worker(process, params);
	if (ret < 0) {
		free_link(process);
		return ret;
	}
	*ret_link = &process->base;
	return 0;
}

static int create_process_link(const struct camipc_link_params *params,
			       struct camipc_link **ret_link)
{
	struct process_link *process = make_link(params);
	int ret;

	if (!process)
		return -ENOMEM;
	ret = begin_worker(process, params);
	if (ret == 0)
		ret = camipc_worker_await(&process->peer, params,
					  process->birth);
	if (ret == 0)
		ret = end_birth(process);
	/* Not before: nobody waits for a worker that is being started. */
	if (ret == 0)
		ret = watch_worker(process, params);
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
	.create = create_process_link,
	.begin = begin_process_link,
};
CAMIPC_REGISTER_PROXY_FACTORY(process_factory)
