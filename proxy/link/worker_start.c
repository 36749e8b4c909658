/* SPDX-License-Identifier: MIT */
/* The camera process's half of a worker's start: channel, spawn, handshake. */
#include "worker_start.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include <camipc/error.h>
#include <camipc/log.h>

#include "child_process.h"
#include "module_info.h"
#include "socket_channel.h"
#include "worker_end.h"
#include "worker_spawn.h"

#define TOPIC "proxy.process"

/* ---- the channel and the process --------------------------------------- */

static uint32_t max_fds_of(bool has_fds, uint32_t max_fds)
{
	if (!has_fds)
		return 0;
	return max_fds ? max_fds : CAMIPC_MAX_FDS_FROM_WORKER;
}

static uint32_t larger(uint32_t a, uint32_t b)
{
	return a > b ? a : b;
}

/*
 * Descriptors that one message from this worker may carry. Where the interface
 * has descriptors, a module of another version may use more of them.
 */
static uint32_t count_max_fds(const struct camipc_interface *interface,
			      const struct camipc_module_info *info)
{
	const bool is_skewed = camipc_module_info_fingerprint(info) !=
			       interface->wire_fingerprint;
	uint32_t max = 0;

	for (uint16_t i = 0; i < interface->n_methods; i++) {
		const struct camipc_method *row = &interface->methods[i];

		max = larger(max,
			     max_fds_of(row->flags & CAMIPC_METHOD_OUTS_FDS,
					row->max_fds_outs));
	}
	for (uint16_t i = 0; i < interface->n_events; i++) {
		const struct camipc_method *row = &interface->events[i];

		max = larger(max,
			     max_fds_of(row->flags & CAMIPC_METHOD_ARGS_FDS,
					row->max_fds_args));
	}
	if (max > 0 && is_skewed)
		max = larger(max, CAMIPC_MAX_FDS_FROM_WORKER);
	return max < CAMIPC_MAX_FDS ? max : CAMIPC_MAX_FDS;
}

static int open_channel(struct camipc_worker_peer *peer,
			const struct camipc_link_params *params,
			int *ret_worker_fd)
{
	const struct camipc_channel_limits limits = {
		.max_message_size = params->max_message_size,
		.max_fds = count_max_fds(params->interface,
					 &params->module->info),
	};
	int fds[2];
	int ret = camipc_socket_channel_open_pair(fds);

	if (ret < 0)
		return ret;
	ret = camipc_socket_channel_create(fds[0], &limits, &peer->channel);
	if (ret < 0) {
		close(fds[0]);
		close(fds[1]);
		return ret;
	}
	*ret_worker_fd = fds[1];
	return 0;
}

static int spawn(struct camipc_worker_peer *peer,
		 const struct camipc_link_params *params, const char *worker,
		 bool *ret_wrapped)
{
	struct camipc_worker_command command = {
		.worker = worker,
		.module = params->module->path,
		.name = peer->notes.module,
	};
	struct camipc_child *child;
	int ret = open_channel(peer, params, &command.channel_fd);

	if (ret < 0)
		return ret;
	ret = camipc_worker_spawn(&command, &child, ret_wrapped);
	close(command.channel_fd);
	if (ret < 0)
		return ret;
	camipc_worker_process_take(&peer->process, child);
	peer->notes.log.pid = camipc_child_get_pid(child);
	return 0;
}

/* ---- the handshake ----------------------------------------------------- */

/* Returns 0 once the next message is there, and is of this kind. */
static int expect(struct camipc_worker_peer *peer,
		  enum camipc_message_kind kind, uint32_t timeout_ms,
		  struct camipc_message *message)
{
	const int64_t deadline = camipc_deadline_after(camipc_now(),
						       timeout_ms);

	for (;;) {
		enum camipc_reason reason;
		int ret = camipc_worker_peer_receive(peer, message, &reason);

		if (ret == 0)
			return message->header.kind == kind ? 0 : -EPROTO;
		if (ret != -EAGAIN)
			return ret;
		ret = camipc_worker_peer_wait(peer, -1, deadline);
		if (ret < 0)
			return ret;
	}
}

/** The most verbose level that somebody here wants of the worker's log. */
static uint32_t wanted_log_level(const struct camipc_worker_log *log)
{
	uint32_t level = CAMIPC_LOG_ERROR;

	while (level < CAMIPC_LOG_DEBUG &&
	       camipc_log_wants_topic((enum camipc_log_level)(level + 1),
				      log->topic))
		level++;
	return level;
}

static int send_hello(struct camipc_worker_peer *peer,
		      const struct camipc_link_params *params,
		      struct camipc_parent_hello *hello)
{
	const struct camipc_interface *interface = params->interface;
	int ret;

	if (getrandom(hello->nonce, sizeof(hello->nonce), 0) !=
	    (ssize_t)sizeof(hello->nonce))
		return -EIO;
	hello->max_message_size = (uint32_t)params->max_message_size;
	hello->window = params->window;
	hello->log_level = wanted_log_level(&peer->notes.log);
	hello->argument =
		(char *)(uintptr_t)(params->argument ? params->argument : "");
	hello->n_events = interface->n_events;
	hello->events = camipc_list_ids(interface->events, interface->n_events);
	if (!hello->events)
		return -ENOMEM;
	ret = camipc_parent_hello_write(peer->channel, hello);
	free(hello->events);
	return ret;
}

static int exchange_hello(struct camipc_worker_peer *peer,
			  const struct camipc_link_params *params,
			  struct camipc_worker_hello *hello)
{
	struct camipc_parent_hello sent = { .n_events = 0 };
	struct camipc_message message;
	int ret = send_hello(peer, params, &sent);

	if (ret < 0)
		return ret;
	camipc_message_init(&message);
	ret = expect(peer, CAMIPC_MESSAGE_HELLO, CAMIPC_TIMEOUT_HELLO_MS,
		     &message);
	if (ret == 0)
		ret = camipc_worker_hello_read(&message, hello);
	camipc_message_fini(&message);
	if (ret < 0)
		return ret;
	return memcmp(sent.nonce, hello->nonce, sizeof(sent.nonce)) == 0 ?
		       0 :
		       -EPROTO;
}

static void log_started(const struct camipc_worker_peer *peer,
			const struct camipc_worker_hello *hello, bool wrapped)
{
	char text[2 * CAMIPC_BUILD_ID_SIZE + 1] = "none";

	for (size_t i = 0; i < hello->build_id_size; i++)
		snprintf(text + 2 * i, 3, "%02x", hello->build_id[i]);
	camipc_log(CAMIPC_LOG_INFO, TOPIC,
		   "%s: worker %d, build id %s, sandbox: %s",
		   peer->notes.module, peer->notes.log.pid, text,
		   wrapped ? "off (wrapper)" : "none");
}

static int check_loaded(const struct camipc_link_params *params,
			struct camipc_loaded *loaded)
{
	if (loaded->error < 0)
		return loaded->error;
	if (loaded->wire_fingerprint !=
	    camipc_module_info_fingerprint(&params->module->info)) {
		snprintf(loaded->text, sizeof(loaded->text),
			 "the file was replaced while it was being loaded");
		return -ESTALE;
	}
	return 0;
}

static int wait_until_loaded(struct camipc_worker_peer *peer,
			     const struct camipc_link_params *params,
			     struct camipc_loaded *loaded)
{
	struct camipc_message message;
	int ret;

	camipc_message_init(&message);
	ret = expect(peer, CAMIPC_MESSAGE_LOADED, CAMIPC_TIMEOUT_LOADED_MS,
		     &message);
	if (ret == 0)
		ret = camipc_loaded_read(&message, loaded);
	camipc_message_fini(&message);
	if (ret < 0)
		return ret;
	return check_loaded(params, loaded);
}

/* One line. The worker's own words are better than how it ended. */
static void log_failure(struct camipc_worker_peer *peer, const char *file,
			const char *text, int error)
{
	struct camipc_closed_info end = { .size = sizeof(end) };
	char described[256];

	if (error != -EPIPE)
		end.reason = error == -ETIMEDOUT ? CAMIPC_REASON_TIMEOUT :
						   CAMIPC_REASON_BAD_PROTOCOL;
	if (!text[0]) {
		camipc_worker_end(peer, &end);
		camipc_worker_describe_end(&end, described, sizeof(described));
		text = described;
	}
	camipc_log(CAMIPC_LOG_ERROR, TOPIC, "%s: %s: %s (%s)",
		   peer->notes.module, file, text, camipc_strerror(error));
}

/** Sets @ret_file to the module's path as soon as the worker loads that. */
static int shake_hands(struct camipc_worker_peer *peer,
		       const struct camipc_link_params *params, bool wrapped,
		       struct camipc_loaded *loaded, const char **ret_file)
{
	struct camipc_worker_hello hello = { .build_id_size = 0 };
	int ret = exchange_hello(peer, params, &hello);

	if (ret < 0)
		return ret;
	peer->thread = hello.thread;
	peer->flags = hello.flags;
	log_started(peer, &hello, wrapped);
	*ret_file = params->module->path;
	return wait_until_loaded(peer, params, loaded);
}

int camipc_worker_start(struct camipc_worker_peer *peer,
			const struct camipc_link_params *params,
			struct camipc_loaded *ret_loaded)
{
	struct camipc_loaded loaded = { .error = 0 };
	char worker[PATH_MAX];
	const char *file = worker;
	bool wrapped;
	int ret;

	ret = params->find_worker(params->manager, worker, sizeof(worker));
	if (ret < 0) {
		camipc_log(CAMIPC_LOG_ERROR, TOPIC,
			   "%s: cannot find the worker program: %s",
			   peer->notes.module, camipc_errno_to_string(ret));
		return ret;
	}
	ret = spawn(peer, params, worker, &wrapped);
	if (ret < 0)
		return ret;
	ret = shake_hands(peer, params, wrapped, &loaded, &file);
	if (ret < 0) {
		log_failure(peer, file, loaded.text, ret);
		free(loaded.methods);
		return ret;
	}
	*ret_loaded = loaded;
	return 0;
}
