/* SPDX-License-Identifier: MIT */
#include "process_birth.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include <camipc/error.h>
#include <camipc/log.h>

#include "child_process.h"
#include "handshake.h"
#include "module_info.h"
#include "process_death.h"
#include "socket_channel.h"
#include "worker_wrapper.h"

#define TOPIC "proxy.process"

/*
 * What a worker may know of this process's environment. No search path and no
 * tuning of its loader or allocator: whoever sets those for the host would
 * rule the worker. Sanitizers' options are for builds that have them.
 */
static const char *const environment[] = {
	"LANG",
	"LC_ALL",
	"TZ",
	"CAMIPC_DEADLINE_SCALE",
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define CAMIPC_SANITIZED
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || \
	__has_feature(undefined_behavior_sanitizer)
#define CAMIPC_SANITIZED
#endif
#endif
#ifdef CAMIPC_SANITIZED
	"ASAN_OPTIONS",
	"LSAN_OPTIONS",
	"TSAN_OPTIONS",
	"UBSAN_OPTIONS",
#endif
	NULL,
};

/*
 * Descriptors one message from this worker may carry. A module of another
 * version may have more of them where there are some.
 */
static uint32_t count_max_fds(const struct camipc_interface *interface,
			      const struct camipc_module_info *info)
{
	const bool is_skewed = camipc_module_info_fingerprint(info) !=
			       interface->wire_fingerprint;
	uint32_t max = 0;

	for (uint16_t i = 0; i < interface->n_methods; i++) {
		const struct camipc_method *row = &interface->methods[i];
		uint32_t n = row->max_fds_outs ? row->max_fds_outs :
						 CAMIPC_MAX_FDS_FROM_WORKER;

		if ((row->flags & CAMIPC_METHOD_OUTS_FDS) && n > max)
			max = n;
	}
	for (uint16_t i = 0; i < interface->n_events; i++) {
		const struct camipc_method *row = &interface->events[i];
		uint32_t n = row->max_fds_args ? row->max_fds_args :
						 CAMIPC_MAX_FDS_FROM_WORKER;

		if ((row->flags & CAMIPC_METHOD_ARGS_FDS) && n > max)
			max = n;
	}
	if (max > 0 && is_skewed && max < CAMIPC_MAX_FDS_FROM_WORKER)
		max = CAMIPC_MAX_FDS_FROM_WORKER;
	return max < CAMIPC_MAX_FDS ? max : CAMIPC_MAX_FDS;
}

static int find_worker(struct camipc_process_link *process,
		       const struct camipc_link_params *params, char *path,
		       size_t size)
{
	int ret = params->find_worker(params->manager, path, size);

	if (ret < 0)
		camipc_log(CAMIPC_LOG_ERROR, TOPIC,
			   "%s: no worker program to run it: %s",
			   process->module_name, camipc_errno_to_string(ret));
	return ret;
}

static int spawn_program(struct camipc_process_link *process, const char *path,
			 char *const *argv, const char *const *names,
			 int channel_fd)
{
	const struct camipc_child_options options = {
		.path = path,
		.argv = argv,
		.environment = names,
		.fds = &channel_fd,
		.n_fds = 1,
	};
	int ret = camipc_child_spawn(&options, &process->child);

	if (ret < 0) {
		camipc_log(CAMIPC_LOG_ERROR, TOPIC,
			   "%s: the worker %s does not start: %s",
			   process->module_name, path,
			   camipc_errno_to_string(ret));
		return ret;
	}
	process->log_open = true;
	process->log.pid = camipc_child_get_pid(process->child);
	return 0;
}

/* A debugger, or what else a developer put in front; it needs a little more
 * of the environment. */
static int spawn_wrapped(struct camipc_process_link *process,
			 const char *wrapper_text, const char *worker,
			 int channel_fd)
{
	static const char *const names[] = {
		"PATH",		 "HOME",	 "TERM",
		"DISPLAY",	 "XAUTHORITY",	 "WAYLAND_DISPLAY",
		"VALGRIND_OPTS", "VALGRIND_LIB", NULL,
	};
	const size_t n_own = sizeof(environment) / sizeof(*environment) - 1;
	const char *all[sizeof(environment) / sizeof(*environment) +
			sizeof(names) / sizeof(*names)];
	struct camipc_worker_wrapper *wrapper = malloc(sizeof(*wrapper));
	int ret;

	if (!wrapper)
		return -ENOMEM;
	memcpy(all, environment, n_own * sizeof(*all));
	memcpy(all + n_own, names, sizeof(names));
	ret = camipc_worker_wrapper_make(wrapper, wrapper_text, worker,
					 process->module_path);
	if (ret < 0)
		camipc_log(CAMIPC_LOG_ERROR, TOPIC,
			   "%s: CAMIPC_WORKER_WRAPPER='%s': %s",
			   process->module_name, wrapper_text,
			   camipc_errno_to_string(ret));
	if (ret == 0)
		ret = spawn_program(process, wrapper->path, wrapper->argv, all,
				    channel_fd);
	free(wrapper);
	if (ret < 0)
		return ret;
	process->wrapped = true;
	camipc_log(CAMIPC_LOG_WARNING, TOPIC,
		   "%s: ITS WORKER RUNS UNDER '%s' (CAMIPC_WORKER_WRAPPER): "
		   "NO DEADLINES, NO SANDBOX",
		   process->module_name, wrapper_text);
	return 0;
}

static int spawn(struct camipc_process_link *process, const char *worker,
		 int channel_fd)
{
	const char *wrapper = camipc_worker_wrapper_get();
	char *argv[] = { (char *)(uintptr_t)worker, process->module_path,
			 NULL };

	if (wrapper)
		return spawn_wrapped(process, wrapper, worker, channel_fd);
	return spawn_program(process, worker, argv, environment, channel_fd);
}

static int open_channel(struct camipc_process_link *process,
			const struct camipc_link_params *params,
			int *ret_worker_fd)
{
	const struct camipc_channel_limits limits = {
		params->max_message_size,
		count_max_fds(params->interface, &params->module->info)
	};
	int fds[2];
	int ret = camipc_socket_channel_open_pair(fds);

	if (ret < 0)
		return ret;
	ret = camipc_socket_channel_create(fds[0], &limits, &process->channel);
	if (ret < 0) {
		close(fds[0]);
		close(fds[1]);
		return ret;
	}
	*ret_worker_fd = fds[1];
	return 0;
}

/* What may come before the message that is waited for. */
static int take_aside(struct camipc_process_link *process,
		      struct camipc_message *message)
{
	const void *body = camipc_message_body(message);
	const struct camipc_header *header = &message->header;

	switch (header->kind) {
	case CAMIPC_MESSAGE_LOG:
		camipc_worker_log_message(&process->log, header->id, body,
					  header->body_size);
		return 0;
	case CAMIPC_MESSAGE_CRASH:
		return camipc_crash_report_read(&process->crash, body,
						header->body_size);
	case CAMIPC_MESSAGE_BYE:
		camipc_process_note_bye(process, message);
		return -EPIPE;
	default:
		return -EPROTO;
	}
}

/* 0: it is in @message. */
static int wait_for(struct camipc_process_link *process,
		    enum camipc_message_kind kind, int64_t deadline,
		    struct camipc_message *message)
{
	for (;;) {
		enum camipc_reason reason;
		bool ended = process->ended;
		int ret = camipc_channel_receive(process->channel, message,
						 false, &reason);

		if (ret == 0 && message->header.kind == kind) {
			process->starved = false;
			return 0;
		}
		/* Whoever only says such things must not stretch a deadline. */
		process->starved = ret == 0;
		if (ret == 0)
			ret = take_aside(process, message);
		else if (ret == -EAGAIN)
			ret = ended ? -EPIPE : 0;
		camipc_message_reset(message);
		if (ret == 0)
			ret = camipc_process_poll(process, -1, deadline);
		if (ret < 0)
			return ret;
	}
}

static int64_t deadline_in(uint32_t timeout_ms)
{
	return camipc_deadline_after(camipc_now(), timeout_ms);
}

static int send_hello(struct camipc_process_link *process,
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
	while (hello->log_level < CAMIPC_LOG_DEBUG &&
	       camipc_log_wants_topic(
		       (enum camipc_log_level)(hello->log_level + 1),
		       process->log.topic))
		hello->log_level++;
	hello->n_events = interface->n_events;
	hello->events = camipc_list_ids(interface->events, interface->n_events);
	if (!hello->events)
		return -ENOMEM;
	ret = camipc_parent_hello_write(process->channel, hello);
	free(hello->events);
	return ret;
}

static void log_build_id(const struct camipc_process_link *process,
			 const struct camipc_worker_hello *hello)
{
	char text[2 * CAMIPC_BUILD_ID_SIZE + 1] = "none";

	for (size_t i = 0; i < hello->build_id_size; i++)
		snprintf(text + 2 * i, 3, "%02x", hello->build_id[i]);
	camipc_log(CAMIPC_LOG_INFO, TOPIC,
		   "%s: worker %d, build id %s, sandbox: %s",
		   process->module_name, camipc_child_get_pid(process->child),
		   text, process->wrapped ? "off" : "none yet");
}

static int shake_hands(struct camipc_process_link *process,
		       const struct camipc_link_params *params,
		       struct camipc_message *message)
{
	struct camipc_parent_hello sent;
	struct camipc_worker_hello hello;
	int ret;

	memset(&sent, 0, sizeof(sent));
	memset(&hello, 0, sizeof(hello));
	ret = send_hello(process, params, &sent);
	if (ret == 0)
		ret = wait_for(process, CAMIPC_MESSAGE_HELLO,
			       deadline_in(CAMIPC_TIMEOUT_HELLO_MS), message);
	if (ret == 0)
		ret = camipc_worker_hello_read(message, &hello);
	camipc_message_reset(message);
	if (ret == 0 &&
	    memcmp(sent.nonce, hello.nonce, sizeof(sent.nonce)) != 0)
		ret = -EPROTO;
	if (ret == 0)
		log_build_id(process, &hello);
	return ret;
}

static int wait_until_loaded(struct camipc_process_link *process,
			     const struct camipc_link_params *params,
			     struct camipc_message *message,
			     struct camipc_loaded *loaded)
{
	const struct camipc_module_info *info = &params->module->info;
	int ret = wait_for(process, CAMIPC_MESSAGE_LOADED,
			   deadline_in(CAMIPC_TIMEOUT_LOADED_MS), message);

	if (ret == 0)
		ret = camipc_loaded_read(message, loaded);
	camipc_message_reset(message);
	if (ret < 0)
		return ret;
	process->methods = loaded->methods;
	process->served.methods = loaded->methods;
	process->served.n_methods = loaded->n_methods;
	if (loaded->error < 0)
		return loaded->error;
	if ((uint32_t)loaded->wire_fingerprint != info->wire_fingerprint_low ||
	    (uint32_t)(loaded->wire_fingerprint >> 32) !=
		    info->wire_fingerprint_high) {
		snprintf(loaded->text, sizeof(loaded->text),
			 "the file was exchanged while it was loaded");
		return -ESTALE;
	}
	return 0;
}

/* One line. What the worker itself says is better than how it ended. */
static void explain(struct camipc_process_link *process, const char *stage,
		    const char *text, int error)
{
	struct camipc_closed_info info;
	char end[160];

	memset(&info, 0, sizeof(info));
	if (error != -EPIPE)
		info.reason = error == -ETIMEDOUT ?
				      CAMIPC_REASON_TIMEOUT :
				      CAMIPC_REASON_BAD_PROTOCOL;
	if (!text[0]) {
		camipc_process_end(process, &info);
		camipc_process_describe_end(process, end, sizeof(end));
		text = end;
	}
	camipc_log(CAMIPC_LOG_ERROR, TOPIC, "%s: %s: %s (%s)",
		   process->module_name, stage, text, camipc_strerror(error));
}

int camipc_process_be_born(struct camipc_process_link *process,
			   const struct camipc_link_params *params)
{
	char worker[4096];
	struct camipc_loaded loaded;
	struct camipc_message message;
	const char *stage = worker;
	int worker_fd;
	int ret = find_worker(process, params, worker, sizeof(worker));

	if (ret < 0)
		return ret;
	ret = open_channel(process, params, &worker_fd);
	if (ret < 0)
		return ret;
	ret = spawn(process, worker, worker_fd);
	close(worker_fd);
	if (ret < 0)
		return ret;

	memset(&loaded, 0, sizeof(loaded));
	camipc_message_init(&message);
	ret = shake_hands(process, params, &message);
	if (ret == 0) {
		stage = process->module_path;
		ret = wait_until_loaded(process, params, &message, &loaded);
	}
	camipc_message_fini(&message);
	if (ret < 0)
		explain(process, stage, loaded.text, ret);
	return ret;
}
