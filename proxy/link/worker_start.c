/* SPDX-License-Identifier: MIT */
/* The camera process's half of a worker's start: channel, spawn, handshake. */
#include "worker_start.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/wait.h>
#include <unistd.h>

#include <camipc/error.h>
#include <camipc/log.h>

#include "child_process.h"
#include "clock.h"
#include "closer.h"
#include "load_files.h"
#include "module_file.h"
#include "module_info.h"
#include "pause.h"
#include "refusal.h"
#include "schedule.h"
#include "socket_channel.h"
#include "worker.h"
#include "worker_end.h"
#include "worker_sandbox.h"
#include "worker_shm.h"
#include "worker_spawn.h"

#define TOPIC "proxy.process"

/* Notes that are handled between two looks at the clock. */
#define NOTES_PER_LOOK 32

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

/* Whether a message of this type may travel in a memfd. */
static bool may_spill(const struct camipc_message_type *type)
{
	return type && (type->max_wire == 0 ||
			type->max_wire > CAMIPC_MAX_INLINE_SIZE);
}

/*
 * Whether no message from this worker can carry a descriptor, not even a
 * spilled body's. Another version may send what this one does not know.
 */
static bool needs_no_fds(const struct camipc_interface *interface,
			 const struct camipc_module_info *info)
{
	if (camipc_module_info_fingerprint(info) !=
		    interface->wire_fingerprint ||
	    count_max_fds(interface, info) > 0)
		return false;
	for (uint16_t i = 0; i < interface->n_methods; i++) {
		if (may_spill(interface->methods[i].outs))
			return false;
	}
	for (uint16_t i = 0; i < interface->n_events; i++) {
		if (may_spill(interface->events[i].args))
			return false;
	}
	return true;
}

static struct camipc_channel_limits
limits_of(const struct camipc_link_params *params)
{
	const struct camipc_channel_limits limits = {
		.max_message_size = params->max_message_size,
		.max_fds = count_max_fds(params->interface,
					 &params->module->info),
		.untrusted = true,
		.no_fds = needs_no_fds(params->interface,
				       &params->module->info),
	};

	return limits;
}

static int open_channel(struct camipc_worker_peer *peer,
			const struct camipc_link_params *params,
			int *ret_worker_fd)
{
	const struct camipc_channel_limits limits = limits_of(params);
	int fds[2];
	int ret = camipc_socket_channel_open_pair(fds);

	if (ret < 0) {
		camipc_log(CAMIPC_LOG_ERROR, TOPIC,
			   "%s: cannot create the worker's channel: "
			   "socketpair: %s",
			   peer->notes.module, camipc_strerror(ret));
		return ret;
	}
	ret = camipc_socket_channel_create(fds[0], &limits, &peer->channel);
	if (ret < 0) {
		close(fds[0]);
		close(fds[1]);
		return ret;
	}
	*ret_worker_fd = fds[1];
	return 0;
}

static int spawn_peer(struct camipc_worker_peer *peer,
		      const struct camipc_link_params *params, const char *worker,
		      int worker_fd, bool *ret_wrapped)
{
	const struct camipc_module_file *file = params->file;
	struct camipc_worker_command command = {
		.worker = worker,
		.worker_fd = worker_fd,
		.module = file->path[0] ? file->path : params->module->path,
		.module_fd = camipc_module_file_loaded_fd(file),
		.environment = params->worker_environment,
		.schedule = params->schedule,
		.name = peer->notes.module,
	};
	struct camipc_child *child;
	int ret = open_channel(peer, params, &command.channel_fd);

	if (ret < 0)
		return ret;
	camipc_closer_hold();
	ret = camipc_worker_spawn(&command, &child, ret_wrapped);
	camipc_closer_release();
	close(command.channel_fd);
	if (ret < 0)
		return ret;
	camipc_worker_process_take(&peer->process, child);
	peer->notes.log.pid = camipc_child_get_pid(child);
	return 0;
}

/* ---- the handshake ----------------------------------------------------- */

/* Gives the worker @timeout_ms for its next message. */
static void await(struct camipc_worker_birth *birth,
		  enum camipc_message_kind kind, uint32_t timeout_ms)
{
	birth->awaited = kind;
	birth->time = camipc_movable_begin(timeout_ms);
	birth->reason = CAMIPC_REASON_BAD_PROTOCOL;
	camipc_pause_expect(&birth->pause, camipc_now());
}

/* Returns -EAGAIN, or -ETIMEDOUT once the deadline has passed. */
static int check_time(struct camipc_worker_birth *birth)
{
	int64_t now = camipc_now();
	int64_t due;

	if (camipc_pause_look(&birth->pause, now, &due))
		camipc_movable_move(&birth->time, due, now);
	if (now >= birth->time.deadline)
		return -ETIMEDOUT;
	camipc_pause_expect(&birth->pause,
			    camipc_pause_slice(now, birth->time.deadline));
	return -EAGAIN;
}

/* Returns 0 once the next message is there, and is of the awaited kind; -EAGAIN
 * if it is not; -EPROTO may come with a reason that says more than "broke the
 * protocol". */
static int expect(struct camipc_worker_peer *peer,
		  struct camipc_worker_birth *birth,
		  struct camipc_message *message)
{
	int ret = 1;

	/* The clock counts also for a worker that only ever logs. */
	for (int notes = 0; ret == 1 && notes < NOTES_PER_LOOK; notes++) {
		enum camipc_reason reason = CAMIPC_REASON_BAD_PROTOCOL;

		ret = camipc_worker_peer_receive(peer, message, &reason);
		if (ret == 0)
			return message->header.kind == birth->awaited ?
				       0 : -EPROTO;
		if (ret == -EPROTO)
			birth->reason = reason;
	}
	return ret == 1 || ret == -EAGAIN ? check_time(birth) : ret;
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

static bool read_nonce(uint8_t *nonce, size_t size)
{
	int fd = open("/dev/urandom", O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return false;
	n = read(fd, nonce, size);
	close(fd);
	return n == (ssize_t)size;
}

/*
 * A nonce shows that the worker's hello answers this one; it keeps no secret.
 * Without random numbers, time, process and a count are as good.
 */
static void make_nonce(uint8_t *nonce, size_t size)
{
	static atomic_flag said = ATOMIC_FLAG_INIT;
	static atomic_uint count;
	uint64_t parts[2];

	if (getrandom(nonce, size, 0) == (ssize_t)size)
		return;
	camipc_say_refused(&said, "getrandom", errno, "/dev/urandom is used");
	if (read_nonce(nonce, size))
		return;
	parts[0] = camipc_now_ns();
	parts[1] = (uint64_t)getpid() << 32 | atomic_fetch_add(&count, 1);
	for (size_t i = 0; i < size; i++)
		nonce[i] = ((const uint8_t *)parts)[i % sizeof(parts)];
}

static int send_hello(struct camipc_worker_peer *peer,
		      const struct camipc_link_params *params,
		      struct camipc_parent_hello *hello)
{
	const struct camipc_interface *interface = params->interface;
	int ret;

	make_nonce(hello->nonce, sizeof(hello->nonce));
	hello->max_message_size = (uint32_t)params->max_message_size;
	hello->window = params->window;
	hello->window_bytes = params->window_bytes;
	hello->spin_us = params->spin_us;
	hello->log_level = wanted_log_level(&peer->notes.log);
	hello->argument =
		(char *)(uintptr_t)(params->argument ? params->argument : "");
	if (params->loads)
		hello->loads = *params->loads;
	hello->n_events = interface->n_events;
	hello->events = camipc_list_ids(interface->events, interface->n_events);
	if (!hello->events)
		return -ENOMEM;
	ret = camipc_parent_hello_write(peer->channel, hello);
	free(hello->events);
	return ret;
}

static int begin_hello(struct camipc_worker_peer *peer,
		       const struct camipc_link_params *params,
		       struct camipc_worker_birth *birth)
{
	struct camipc_parent_hello sent = { .n_events = 0 };
	int ret;

	camipc_worker_sandbox_ask(&params->sandbox, birth->wrapped, &sent);
	camipc_worker_shm_offer(peer, params->transport, &sent);
	if (params->schedule && params->schedule->lock_memory)
		sent.flags |= CAMIPC_HELLO_LOCKED;
	if (params->trace)
		sent.flags |= CAMIPC_HELLO_TRACE;
	ret = send_hello(peer, params, &sent);
	if (sent.flags & CAMIPC_HELLO_SHM)
		close(sent.shm_fd);
	memcpy(birth->nonce, sent.nonce, sizeof(birth->nonce));
	await(birth, CAMIPC_MESSAGE_HELLO, CAMIPC_TIMEOUT_HELLO_MS);
	return ret;
}

static int read_hello(struct camipc_worker_peer *peer,
		      struct camipc_worker_birth *birth,
		      struct camipc_worker_hello *hello)
{
	struct camipc_message message;
	int ret;

	camipc_message_init(&message);
	ret = expect(peer, birth, &message);
	if (ret == 0)
		ret = camipc_worker_hello_read(&message, hello);
	camipc_message_fini(&message);
	if (ret < 0)
		return ret;
	return memcmp(birth->nonce, hello->nonce, sizeof(hello->nonce)) == 0 ?
		       0 :
		       -EPROTO;
}

static void log_started(const struct camipc_worker_peer *peer,
			const struct camipc_worker_hello *hello)
{
	char text[2 * CAMIPC_BUILD_ID_SIZE + 1] = "none";
	char layers[CAMIPC_SANDBOX_TEXT_SIZE];

	for (size_t i = 0; i < hello->build_id_size; i++)
		snprintf(text + 2 * i, 3, "%02x", hello->build_id[i]);
	camipc_worker_sandbox_describe(&peer->sandbox, layers, sizeof(layers));
	camipc_log(CAMIPC_LOG_INFO, TOPIC,
		   "%s: worker %d, build id %s, sandbox: %s",
		   peer->notes.module, peer->notes.log.pid, text,
		   layers);
}

static int check_loaded(const struct camipc_link_params *params,
			struct camipc_loaded *loaded)
{
	char why[CAMIPC_SERVED_WHY_SIZE];
	int ret;

	if (loaded->error < 0) {
		if (!loaded->text[0])
			snprintf(loaded->text, sizeof(loaded->text),
				 "the worker reports error %d", loaded->error);
		return camipc_loaded_error(loaded->error);
	}
	if (loaded->wire_fingerprint !=
	    camipc_module_info_fingerprint(&params->module->info)) {
		snprintf(loaded->text, sizeof(loaded->text),
			 "the file was replaced while it was being loaded");
		return -ESTALE;
	}
	ret = camipc_check_served(params->interface, loaded->wire_fingerprint,
				  loaded->methods, loaded->n_methods, why);
	if (ret < 0)
		snprintf(loaded->text, sizeof(loaded->text),
			 "the worker %s", why);
	return ret;
}

static int read_loaded(struct camipc_worker_peer *peer,
		       const struct camipc_link_params *params,
		       struct camipc_worker_birth *birth)
{
	struct camipc_message message;
	int ret;

	camipc_message_init(&message);
	ret = expect(peer, birth, &message);
	if (ret == 0)
		ret = camipc_loaded_read(&message, &birth->loaded);
	camipc_message_fini(&message);
	if (ret < 0)
		return ret;
	return check_loaded(params, &birth->loaded);
}

/* Whether this process has failed, rather than the worker. */
static bool is_own(int error)
{
	return error == -ENOSYS || error == -EMFILE || error == -ENOMEM;
}

/* The last line that the worker wrote to its stderr; "" without one. */
static const char *last_words(const struct camipc_worker_log *log)
{
	const char *newline = strrchr(log->tail, '\n');

	return newline ? newline + 1 : log->tail;
}

/*
 * Describes how the worker failed. Until hello only our own program has run in
 * it, so that its exit code and its last words can be believed; afterwards they
 * are the module's. Returns the error that creation ends with.
 */
static int describe_failure(struct camipc_worker_peer *peer,
			    struct camipc_worker_birth *birth, int error,
			    char *text, size_t size)
{
	const bool greeted = birth->greeted;
	struct camipc_closed_info *end = &birth->end;
	const char *words = "";
	char described[128];

	end->size = sizeof(*end);
	if (error == -ETIMEDOUT)
		end->reason = CAMIPC_REASON_TIMEOUT;
	else if (error != -EPIPE)
		end->reason = birth->reason;
	camipc_worker_end(peer, end);
	camipc_worker_describe_end(end, described, sizeof(described));
	if (!greeted && end->reason == CAMIPC_REASON_EXITED)
		words = last_words(&peer->notes.log);
	if (!greeted && end->reason == CAMIPC_REASON_EXITED &&
	    end->status_known &&
	    WEXITSTATUS(end->status) == CAMIPC_WORKER_EXIT_REFUSED) {
		snprintf(text, size, "the program cannot work here: %.300s",
			 words);
		return -ENOSYS;
	}
	snprintf(text, size, "%s%s%.300s", described, words[0] ? ": " : "",
		 words);
	return error;
}

/* One line. The worker's own words are better than how it ended. */
static int log_failure(struct camipc_worker_peer *peer,
		       const struct camipc_link_params *params,
		       struct camipc_worker_birth *birth, int error)
{
	const char *text = birth->loaded.text;
	char described[512];

	if (!text[0] && is_own(error)) {
		text = "the camera process cannot exchange messages with the "
		       "worker";
	} else if (!text[0]) {
		error = describe_failure(peer, birth, error, described,
					 sizeof(described));
		text = described;
	}
	camipc_log(CAMIPC_LOG_ERROR, TOPIC, "%s: %s: %s (%s)",
		   peer->notes.module,
		   birth->greeted ? params->module->path : birth->worker, text,
		   camipc_strerror(error));
	return error;
}

/* Its memory is locked if that was wanted, or the worker is of no use. */
static int check_locked(const struct camipc_worker_peer *peer,
			const struct camipc_link_params *params,
			const struct camipc_worker_hello *hello)
{
	if (!params->schedule || !params->schedule->lock_memory ||
	    hello->flags & CAMIPC_HELLO_LOCKED)
		return 0;
	camipc_log(CAMIPC_LOG_ERROR, TOPIC,
		   "%s: cannot lock the worker's memory as the match says: it "
		   "takes CAP_IPC_LOCK, or a larger RLIMIT_MEMLOCK (ulimit -l)",
		   peer->notes.module);
	return -EPERM;
}

/* What follows a hello. Returns 0: the module is being loaded. */
static int greet(struct camipc_worker_peer *peer,
		 const struct camipc_link_params *params,
		 struct camipc_worker_birth *birth)
{
	const struct camipc_channel_limits limits = limits_of(params);
	struct camipc_worker_hello hello = { .build_id_size = 0 };
	int ret = read_hello(peer, birth, &hello);

	if (ret < 0)
		return ret;
	ret = camipc_worker_sandbox_judge(
		&peer->sandbox, &params->sandbox, birth->wrapped, &hello,
		camipc_child_get_pid(peer->process.child), peer->notes.module,
		birth->loaded.text);
	if (ret == 0)
		ret = check_locked(peer, params, &hello);
	if (ret < 0)
		return ret;
	peer->thread = hello.thread;
	peer->flags = hello.flags;
	ret = camipc_worker_shm_use(peer, &limits, params->spin_us,
				    birth->wrapped, &hello);
	if (ret < 0)
		return ret;
	log_started(peer, &hello);
	birth->greeted = true;
	await(birth, CAMIPC_MESSAGE_LOADED, CAMIPC_TIMEOUT_LOADED_MS);
	return 0;
}

/* One step. Returns 0 (loaded), -EAGAIN or an error. */
static int grow(struct camipc_worker_peer *peer,
		const struct camipc_link_params *params,
		struct camipc_worker_birth *birth)
{
	int ret = 0;

	if (!birth->greeted)
		ret = greet(peer, params, birth);
	if (ret == 0)
		ret = read_loaded(peer, params, birth);
	return ret;
}

int camipc_worker_begin(struct camipc_worker_peer *peer,
			const struct camipc_link_params *params,
			struct camipc_worker_birth *birth)
{
	int worker_fd;
	int ret;

	memset(birth, 0, sizeof(*birth));
	ret = params->open_worker(params->manager, birth->worker,
				  sizeof(birth->worker), &worker_fd);
	if (ret < 0) {
		camipc_log(CAMIPC_LOG_ERROR, TOPIC,
			   "%s: cannot find the worker program%s%.300s: %s",
			   peer->notes.module, birth->worker[0] ? " in " : "",
			   birth->worker, camipc_errno_to_string(ret));
		return ret;
	}
	ret = spawn_peer(peer, params, birth->worker, worker_fd,
			 &birth->wrapped);
	close(worker_fd);
	if (ret < 0)
		return ret;
	ret = begin_hello(peer, params, birth);
	return ret < 0 ? log_failure(peer, params, birth, ret) : 0;
}

int camipc_worker_continue(struct camipc_worker_peer *peer,
			   const struct camipc_link_params *params,
			   struct camipc_worker_birth *birth)
{
	int ret = grow(peer, params, birth);

	if (ret == 0 || ret == -EAGAIN)
		return ret;
	return log_failure(peer, params, birth, ret);
}

int camipc_worker_await(struct camipc_worker_peer *peer,
			const struct camipc_link_params *params,
			struct camipc_worker_birth *birth)
{
	int ret = camipc_worker_continue(peer, params, birth);

	while (ret == -EAGAIN) {
		ret = camipc_worker_peer_wait(peer, -1, birth->pause.due);
		if (ret < 0 && ret != -ETIMEDOUT)
			return log_failure(peer, params, birth, ret);
		ret = camipc_worker_continue(peer, params, birth);
	}
	return ret;
}
